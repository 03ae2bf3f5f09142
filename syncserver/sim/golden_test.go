package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

// golden is a recording of an earlier release, with a server of this program on the recorded data.
type golden struct {
	*office
	story goldenStory
	dir   string
}

// forGoldens runs a test for every protocol that was ever released (testdata/golden/README.md).
func forGoldens(t *testing.T, fn func(*testing.T, *golden)) {
	t.Helper()
	stories, err := filepath.Glob(filepath.Join("testdata", "golden", "*", "story.json"))
	if err != nil || len(stories) == 0 {
		t.Fatalf("no recording is here: %v", err)
	}
	for _, path := range stories {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) { fn(t, openGolden(t, filepath.Dir(path))) })
	}
}

func openGolden(t *testing.T, dir string) *golden {
	t.Helper()
	g := &golden{office: &office{t: t, users: map[string]string{}, path: filepath.Join(t.TempDir(), "server.db")}, dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, "story.json"))
	g.must(err)
	g.must(json.Unmarshal(text, &g.story))
	g.now.Store(g.story.Now)
	g.unpack("server.db.zst", g.path)
	g.reopen()
	return g
}

// reopen starts a server of this program on the file that the office has.
func (o *office) reopen() {
	o.t.Helper()
	var err error
	o.st, err = store.Open(o.t.Context(), o.path)
	o.must(err)
	o.h = hub.New(o.st, o.clock, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.h.Run(ctx) }()
	limits := api.DefaultLimits()
	limits.Rate, limits.Burst = 1e6, 1e6 // the clock stands still
	web := httptest.NewServer(api.New(api.Config{
		Hub: o.h, Clock: o.clock, Log: slog.New(slog.DiscardHandler), Version: "test", Limits: limits,
		Ready: func(context.Context) api.Readiness { return api.Readiness{Ready: true} },
	}).Handler())
	o.url = web.URL
	o.t.Cleanup(func() {
		web.Close()
		stop()
		if err := errors.Join(<-ended, o.h.Close(), o.st.Close()); err != nil {
			o.t.Error(err)
		}
	})
}

// unpack writes a recorded file to where it can be changed.
func (g *golden) unpack(name, to string) {
	g.t.Helper()
	packed, err := os.ReadFile(filepath.Join(g.dir, name))
	g.must(err)
	z, err := zstd.NewReader(nil)
	g.must(err)
	defer z.Close()
	data, err := z.DecodeAll(packed, nil)
	g.must(err)
	g.must(os.WriteFile(to, data, 0o600))
}

// laptop opens the recorded replica with this program and points it at the server of the test.
func (g *golden) laptop() *laptop {
	g.t.Helper()
	l := &laptop{o: g.office, t: g.t, login: "zhang", me: g.story.User, dir: g.t.TempDir(), line: &line{}}
	l.line.plugged.Store(true)
	g.unpack("replica.db.zst", filepath.Join(l.dir, replica.FileName))
	r, err := replica.Open(l.dir, g.clock)
	g.must(err)
	account, err := r.Account()
	g.must(err)
	want(g.t, "the recorded token", account.Token, g.story.Token)
	account.Address = g.url
	g.must(errors.Join(r.SetAccount(account), r.Close()))
	l.start()
	return l
}

// TestGoldenReplica: this program opens the replica of an earlier one with everything that was typed in it, sends it, and
// each change is in the server once, as it would have been with the program that it was typed in (I1, I2, I14).
func TestGoldenReplica(t *testing.T) {
	forGoldens(t, func(t *testing.T, g *golden) {
		l := g.laptop()
		if n := l.unsent(); n != 14 {
			t.Fatalf("%d entries of the outbox came along, there were 14", n)
		}
		was := only(t, "tray", l.tray())
		want(t, "what the tray tells", was.Type+" "+was.Name, replica.TrayLeave+" 己有限公司")
		want(t, "the new customer", l.row("customer", g.story.Roots["辛"]).Text("name"), "辛有限公司")
		want(t, "an unsent change", l.row("customer", g.story.Roots["丙"]).Text("name"), "丙集团")
		l.sync()
		l.sync()
		want(t, "unsent", l.unsent(), 0)
		g.effects()
		g.conflict(l)
		l.check()
	})
}

// effects holds the server against what was typed in the recording, whichever program brought it.
func (g *golden) effects() {
	t, root, other := g.t, g.story.Roots, g.story.Others
	t.Helper()
	want(t, "answered before", g.record("customer", root["甲"]).Text("region"), "苏州")
	want(t, "taken, answer lost", g.record("followup", other["sent"]).Text("content"), "电话里说好了")
	made := g.record("customer", root["辛"])
	want(t, "made offline", fmt.Sprint(made.Text("name"), made.Text("mobile"), made.Set("tags")), fmt.Sprint("辛有限公司", "13700002222", []string{"新"}))
	if number := made.Text("number"); number == "" || strings.HasPrefix(number, "临") {
		t.Errorf("its number is %q", number)
	}
	want(t, "its contact", g.record("contact", other["new contact"]).Text("name"), "王五")
	want(t, "its visit", g.record("followup", other["new visit"]).Text("content"), "第一次上门")
	want(t, "a task", g.record("task", other["task"]).Text("title"), "寄样品")
	want(t, "a task alone", g.record("task", other["alone"]).Text("title"), "报销")
	b := g.record("customer", root["乙"])
	want(t, "tags of both", fmt.Sprint(b.Set("tags")), fmt.Sprint(schema.NewSet("旧", "张", "李")))
	want(t, "lines of both", b.Text("remark"), "张写的\n一\n二\n三\n四\n李写的")
	want(t, "what was emptied", b.Text("level"), "")
	want(t, "two changes, one after the other", g.record("contact", other["contact"]).Text("position"), "采购总监")
	want(t, "what came first stays", g.record("customer", root["丙"]).Text("name"), "丙股份有限公司")
	want(t, "deleted", g.record("task", other["gone"]).Deleted, true)
	want(t, "released", g.record("holding", root["戊"]).Text("owner"), "")
	want(t, "claimed", g.record("holding", root["庚"]).Text("owner"), g.story.User)
	visits := map[string]int{}
	g.must(g.st.View(t.Context(), func(v *store.View) error {
		list, err := v.All("followup")
		for _, f := range list {
			visits[f.Text("content")]++
		}
		return errors.Join(err, v.Audit(t.Errorf))
	}))
	want(t, "visits", fmt.Sprint(visits), fmt.Sprint(map[string]int{"电话里说好了": 1, "第一次上门": 1}))
}

// conflict finds in the tray the name that somebody else had written first, with what was typed.
func (g *golden) conflict(l *laptop) {
	g.t.Helper()
	items := slices.DeleteFunc(l.tray(), func(i book.TrayItem) bool { return i.Type == replica.TrayLeave })
	item := only(g.t, "conflicts", items)
	want(g.t, "the conflict", fmt.Sprint(item.Field, " ", item.Base, " ", item.Theirs, " ", item.Mine), "name 丙有限公司 丙股份有限公司 丙集团")
}

// push sends the recorded bytes.
func (g *golden) push() []change.Result {
	g.t.Helper()
	body, err := os.ReadFile(filepath.Join(g.dir, "push.zst"))
	g.must(err)
	req, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.url+"/api/v1/push", bytes.NewReader(body))
	g.must(err)
	req.Header.Set("Content-Type", wire.ContentType)
	req.Header.Set("Authorization", "Bearer "+g.story.Token)
	req.Header.Set(wire.HeaderDigest, wire.Digest(body))
	res, err := http.DefaultClient.Do(req)
	g.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	g.must(err)
	if res.StatusCode != http.StatusOK {
		g.t.Fatalf("the push of protocol %d: %d %s", g.story.Protocol, res.StatusCode, text)
	}
	r, err := wire.NewReader(text, wire.MaxPageBytes)
	g.must(err)
	defer r.Close()
	var results []change.Result
	for {
		var line json.RawMessage
		g.must(r.Next(&line))
		frame := g.knownFrame(line)
		if frame.End != nil {
			return results
		}
		results = append(results, *frame.Result)
	}
}

// TestGoldenPush: the bytes that an earlier program sends are taken, and sent twice they have one effect and one answer.
func TestGoldenPush(t *testing.T) {
	forGoldens(t, func(t *testing.T, g *golden) {
		first := g.push()
		outcomes := map[change.Outcome]int{}
		for _, r := range first {
			outcomes[r.Outcome]++
		}
		want(t, "outcomes", fmt.Sprint(outcomes), fmt.Sprint(map[change.Outcome]int{change.Applied: 11, change.Merged: 1, change.Conflict: 1}))
		g.effects()
		again := g.push()
		for i, r := range first {
			if fmt.Sprint(again[i]) != fmt.Sprint(r) {
				t.Errorf("answered first %+v, then %+v", r, again[i])
			}
		}
		g.effects()
	})
}

// TestGoldenPull: a pull of an earlier protocol that is still served is answered as it was, line for line but for the order
// of the rows of one root: no frame and no member that its program did not know.
func TestGoldenPull(t *testing.T) {
	forGoldens(t, func(t *testing.T, g *golden) {
		if g.story.Protocol < wire.OldestPull {
			t.Skip("pulls of this protocol are not served any more")
		}
		text, err := os.ReadFile(filepath.Join(g.dir, "pulls.json"))
		g.must(err)
		var pulls []goldenPull
		g.must(json.Unmarshal(text, &pulls))
		for i, p := range pulls {
			header, lines := goldenAsk(g.office, g.story.Token, p.Ask)
			want(t, "headers", fmt.Sprint(header), fmt.Sprint(p.Header))
			lines, p.Lines = settled(lines), settled(p.Lines)
			if len(lines) != len(p.Lines) {
				t.Errorf("pull %d %s: %d lines, they were %d", i, p.Ask, len(lines), len(p.Lines))
			}
			for n, line := range lines {
				g.knownFrame(line)
				if n < len(p.Lines) && !sameFrame(g.office, line, p.Lines[n]) {
					t.Errorf("pull %d %s, line %d:\nis  %s\nwas %s", i, p.Ask, n, line, p.Lines[n])
				}
			}
		}
	})
}

// settled puts the rows of each root into one order: they land together, and no protocol says which of them comes first.
func settled[L ~[]byte](lines []L) []L {
	lines = slices.Clone(lines)
	for from := 0; from < len(lines); {
		to := from
		for to < len(lines) && bytes.HasPrefix(lines[to], []byte(`{"row":`)) {
			to++
		}
		slices.SortFunc(lines[from:to], func(a, b L) int { return bytes.Compare(a, b) })
		from = max(to, from+1)
	}
	return lines
}

// sameFrame compares two lines; what a token looks like inside is nobody's business.
func sameFrame(o *office, a, b []byte) bool {
	var x, y wire.Frame
	o.must(json.Unmarshal(a, &x))
	o.must(json.Unmarshal(b, &y))
	if x.End != nil && y.End != nil && (x.End.Token == "") == (y.End.Token == "") {
		x.End.Token, y.End.Token = "", ""
		left, err := json.Marshal(x)
		o.must(err)
		right, err := json.Marshal(y)
		o.must(err)
		return bytes.Equal(left, right)
	}
	return bytes.Equal(a, b)
}
