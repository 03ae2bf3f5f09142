package world

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// unzip decompresses bodies. It is made outside of every bubble: its channels belong to none.
var unzip = func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	return d
}()

// lines gives the lines of a body; nil for one that is none.
func linesOf(body []byte) []string {
	text, err := unzip.DecodeAll(body, nil)
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// witness looks at a request and its answer when the server has done its work and before the laptop hears of it.
func (w *world) witness(n *node, req *http.Request, asked []byte, a *answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.books.head
	err := w.books.read()
	switch {
	case err != nil && n.dead.Load():
		return // the database is being copied or put back, and a request of the process that was ended for it is late
	case err != nil:
		w.Wrong = append(w.Wrong, wrong{stuck, w.step.N, fmt.Sprintf("reading the server's book: %v", err)})
		return
	}
	user := w.users[req.Header.Get("Authorization")]
	if before != w.books.head || a.status != http.StatusOK {
		w.note("server %d: %s of %s: %d, commit %d to %d", n.place, req.URL.Path, w.name(user), a.status, before, w.books.head)
	}
	if a.status != http.StatusOK || user == "" {
		return
	}
	switch req.URL.Path {
	case "/api/v1/sums":
		w.mended(user, req)
	case "/api/v1/pull":
		if !w.live {
			w.sent(user, linesOf(a.body.Bytes()))
		}
	case "/api/v1/push":
		w.answered(before, user, linesOf(asked), linesOf(a.body.Bytes()))
	}
}

// frame is a line of an answer.
type frame struct {
	Root *struct{ ID string }
	Row  *struct {
		K, I string
		Q    int64
		D    bool
		M    []string
		B    json.RawMessage
	}
	Result *struct {
		ID, Outcome string
		Seq         int64
		Fields      []string
		Fault       *struct{ Code string }
	}
}

// sent holds every row of a pull against what its user may see at this moment (I6): what is on the way cannot be called
// back.
func (w *world) sent(user string, lines []string) {
	eyes := w.books.look()
	for _, text := range lines {
		var f frame
		if err := json.Unmarshal([]byte(text), &f); err != nil {
			w.Wrong = append(w.Wrong, wrong{stuck, w.step.N, fmt.Sprintf("a line of a pull is no JSON: %v", err)})
			return
		}
		if f.Row == nil || f.Row.D {
			continue
		}
		k := key{f.Row.K, f.Row.I}
		r := w.books.now[k]
		if r == nil {
			continue
		}
		show := eyes.show(user, r)
		if show == nil {
			w.Wrong = append(w.Wrong, wrong{leaked, w.step.N, fmt.Sprintf("%s is sent %s, which he may not see", w.name(user), k)})
			continue
		}
		v, err := values(string(f.Row.B))
		if err != nil || f.Row.Q != show.Seq {
			continue // an older version, which the laptop is checked for
		}
		if field := differ(v, show.V); field != "" || !slices.Equal(f.Row.M, show.Masked) {
			w.Wrong = append(w.Wrong, wrong{leaked, w.step.N, fmt.Sprintf("%s is sent %s.%s = %v veiled %v, he may see %v veiled %v",
				w.name(user), k, field, v[field], f.Row.M, show.V[field], show.Masked)})
		}
	}
}

func (w *world) name(user string) string {
	for login, id := range w.base.Users {
		if id == user {
			return login
		}
	}
	return user
}

// answered sees that a mutation that comes again gets the result it had (I2).
func (w *world) answered(before int64, user string, asked, answer []string) {
	var got []frame
	for _, text := range answer {
		var f frame
		if json.Unmarshal([]byte(text), &f) == nil && f.Result != nil {
			got = append(got, f)
		}
	}
	var entries []*entry
	for i := 1; i < len(asked) && i <= len(got); i++ {
		m, err := mutation(asked[i])
		if err != nil {
			return
		}
		entries = append(entries, m)
	}
	if len(entries) == len(got) {
		w.pushed(before, user, entries, got)
	}
	for i, m := range entries {
		r := got[i].Result
		w.arrived[m.ID] = m
		if r.Fault != nil && (r.Fault.Code == "PARKED" || r.Fault.Code == "REPLICA_FORK") {
			continue // not final
		}
		text := fmt.Sprint(r.Outcome, r.Seq, r.Fields)
		if r.Outcome != "applied" {
			w.note("%s %s %s: %s", m.Op, m.Kind, m.ID, text)
		}
		if old := w.answers[m.ID]; old != "" && old != text {
			w.report(doubled, "sent again, %v is answered %s, before %s", m, text, old)
		}
		w.answers[m.ID] = text
	}
}

// mended notes that a laptop looks for what differs between its rows and the server's. Nothing may ever differ, if nobody
// spoilt its file: what a repair puts right is a mistake all the same.
func (w *world) mended(user string, req *http.Request) {
	for _, l := range w.laptops {
		if l.me == user && l.spoilt {
			return
		}
	}
	w.report(diverged, "a laptop of %s found sums that differ", w.name(user))
}
