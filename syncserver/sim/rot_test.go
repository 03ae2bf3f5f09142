package sim

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// usualRots is how many files every run of the tests spoils; YUZHOU_ROTS asks for more.
const usualRots = 24

// TestRot changes bytes in the file of a laptop that is closed: anywhere, or in what a person has typed and not sent yet.
// The program then refuses the file or replaces it, and says so; or it goes on, and then everything that was unsent
// arrives, or lies in the tray, or was told to be unreadable: nothing is gone without a word, and nothing arrives that
// nobody typed (I1, I7, I11).
func TestRot(t *testing.T) {
	rots := usualRots
	if text := os.Getenv("YUZHOU_ROTS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		rots = n
	}
	o := openOffice(t)
	zhang := o.laptop("zhang")
	for i := range 30 {
		id := zhang.customer(name(i), schema.Values{"remark": strings.Repeat("备注", 100)})
		zhang.talk(id, fmt.Sprint("已经同步的", i))
	}
	zhang.sync()
	zhang.unplug()
	r := &rot{laptop: zhang, typed: map[string]bool{}, server: filepath.Join(t.TempDir(), "server.db")}
	goldenCopy(o, o.path, r.server)
	for i := range 25 {
		words := fmt.Sprintf("没有同步的[%d]", i)
		r.typed[words] = true
		zhang.talk(zhang.customer(words+"有限公司", nil), words)
	}
	zhang.Close()
	zhang.y.Close()
	o.must(zhang.r.Upkeep()) // everything is in the one file
	o.must(zhang.r.Close())
	tells := map[string]int{}
	for seed := range uint64(rots) {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) { tells[r.spoil(t, seed)]++ })
	}
	t.Log(tells)
	if tells["refused"]+tells["replaced"] == 0 || tells["went on"] == 0 {
		t.Errorf("of %d spoilt files: %v", rots, tells)
	}
}

// rot is a laptop's folder that is spoilt again and again, each time a copy.
type rot struct {
	laptop *laptop
	server string          // the server's file at that moment
	typed  map[string]bool // follow-ups that were never sent
}

// spoil spoils a copy and goes to work with it.
func (r *rot) spoil(t *testing.T, seed uint64) string {
	t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 5))
	o := &office{t: t, path: filepath.Join(t.TempDir(), "server.db")}
	o.now.Store(r.laptop.o.now.Load())
	file, err := os.ReadFile(r.server)
	o.must(err)
	o.must(os.WriteFile(o.path, file, 0o600))
	o.reopen()
	dir := t.TempDir()
	o.must(os.CopyFS(dir, os.DirFS(r.laptop.dir)))
	path := filepath.Join(dir, replica.FileName)
	data, err := os.ReadFile(path)
	o.must(err)
	at := func() int { return rnd.IntN(len(data)) }
	if seed%3 == 1 { // within a change that was not sent
		from := bytes.Index(data, []byte(`"op":"create"`))
		at = func() int { return from - 150 + rnd.IntN(min(20_000, len(data)-from)) }
	}
	for range []int{1, 1, 4, 64}[rnd.IntN(4)] {
		data[at()] ^= 1 << rnd.IntN(8)
	}
	o.must(os.WriteFile(path, data, 0o600))
	l := &laptop{o: o, t: t, login: "zhang", me: r.laptop.me, dir: dir, line: &line{}}
	l.line.plugged.Store(true)
	if err = r.work(l); fault.CodeOf(err) == fault.ReplicaBroken {
		err = r.work(l) // the person was told, and has started the program once more
	}
	switch fault.CodeOf(err) {
	case "":
		return r.nothingGone(t, l)
	case fault.Internal, fault.Offline:
		t.Errorf("spoilt, the program says only %v", err)
	}
	return "refused"
}

// moved brings the requests of a laptop to where its server is now.
type moved struct{ *laptop }

// RoundTrip implements http.RoundTripper.
func (m moved) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.URL.Host = strings.TrimPrefix(m.o.url, "http://")
	return m.line.RoundTrip(req)
}

// work opens the folder as the program does, and syncs until everything is at rest.
func (r *rot) work(l *laptop) (err error) {
	if l.r, err = replica.Open(l.dir, l.o.clock); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.r.Close()) }()
	if l.y, err = syncer.New(l.r, syncer.Options{Client: &http.Client{Transport: moved{l}}}); err != nil {
		return err
	}
	defer l.y.Close()
	for range 4 {
		if _, err := l.y.Once(l.t.Context()); err != nil {
			return err
		}
	}
	b, err := book.Open(l.r, l.o.clock)
	if err != nil {
		return err
	}
	defer b.Close()
	l.Book = b
	for _, k := range crm.Kinds() {
		ids, err := l.r.IDs(replica.Filter{Kind: k.Name})
		if err != nil {
			return err
		}
		if _, err := l.r.Records(k.Name, ids); err != nil {
			return err
		}
	}
	unsent, err := l.r.Unsent()
	if unsent > 0 {
		l.t.Errorf("%d changes are never sent, and nobody is told", unsent)
	}
	return err
}

// nothingGone looks for everything that was typed, and for what was not. It tells whether the file was replaced, which the
// tray says together with how much could not be read.
func (r *rot) nothingGone(t *testing.T, l *laptop) (how string) {
	o := l.o
	t.Helper()
	again, err := replica.Open(l.dir, o.clock)
	o.must(err)
	defer func() { o.must(again.Close()) }()
	items, err := again.Tray()
	o.must(err)
	how = "went on"
	in, told := map[string]bool{}, len(items)
	for _, item := range items {
		if item.Fault != nil && item.Fault.Code == fault.ReplicaSaved {
			how = "replaced"
			unreadable, _ := strconv.Atoi(item.Fault.Params["Lost"]) // none when it is not there
			told += unreadable - 1
		}
		if item.Mutation != nil {
			in[fmt.Sprint(item.Mutation.Set["content"])] = true
		}
	}
	o.must(o.st.View(t.Context(), func(v *store.View) error {
		visits, err := v.All("followup")
		for _, f := range visits {
			words := f.Text("content")
			if !r.typed[words] && !strings.HasPrefix(words, "已经同步的") {
				t.Errorf("%q was never typed", words)
			}
			in[words] = true
		}
		return err
	}))
	lost := 0
	for words := range r.typed {
		if !in[words] {
			lost++
		}
	}
	// What is spoilt cannot be known by its words, so as many must have been told of as are missing.
	if lost > told {
		t.Errorf("%d changes are neither in the server nor in the tray, which tells of %d", lost, told)
	}
	return how
}
