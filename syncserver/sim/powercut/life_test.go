package powercut_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/sim/powercut"
	"yuzhou/syncserver/store"
)

// Who can lose something.
const (
	theLaptop = "laptop"
	theServer = "server"
)

// tally counts what came of the cuts.
type tally struct {
	cuts, lost, doubled, corrupt int
	by                           map[string]int // losses of the laptop and of the server
}

// life is a laptop and its server through several power cuts.
type life struct {
	t      *testing.T
	ctx    context.Context
	rnd    *rand.Rand
	weak   bool
	tally  *tally
	ledger *ledger
	cable  *cable
	site   *site
	desk   *desk
	said   int // words typed so far
	server string
	laptop string
	old    []string // customers that were there before
}

func newLife(t *testing.T, serverFolder, laptopFolder string, weak bool, seed uint64, into *tally) *life {
	t.Helper()
	l := &life{t: t, ctx: t.Context(), rnd: rand.New(rand.NewPCG(seed, 2)), weak: weak, tally: into, ledger: newLedger()}
	l.cable = &cable{ledger: l.ledger}
	l.server, l.laptop = copied(t, serverFolder), copied(t, laptopFolder)
	l.startServer()
	l.startLaptop()
	ids, err := l.desk.IDs(book.Query{Kind: "customer", View: book.ViewMine})
	l.must(err)
	l.old = ids
	for _, id := range ids {
		l.ledger.regions[id] = &typed{}
	}
	return l
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// startServer boots the server's machine; now and then the power goes again while it starts.
func (l *life) startServer() {
	l.t.Helper()
	for {
		m := powercut.Boot(l.server, l.weak, l.rnd.Uint64())
		if l.rnd.IntN(12) == 0 && !l.weak && l.tally.cuts > 0 {
			m.CutAfter(1 + l.rnd.IntN(6))
		}
		s, err := openSite(l.server, m)
		if err == nil {
			m.CutAfter(0)
			l.site, l.cable.site = s, s
			return
		}
		if !m.Off() {
			l.broken("the server does not start", err)
		}
		l.server = l.salvage(m, serverFile)
	}
}

func (l *life) startLaptop() {
	l.t.Helper()
	for {
		m := powercut.Boot(l.laptop, l.weak, l.rnd.Uint64())
		if l.rnd.IntN(12) == 0 && !l.weak && l.tally.cuts > 0 {
			m.CutAfter(1 + l.rnd.IntN(6))
		}
		d, err := openDesk(l.ctx, l.laptop, m, l.cable)
		if err == nil {
			m.CutAfter(0)
			l.desk = d
			return
		}
		if !m.Off() {
			l.broken("the laptop does not start", err)
		}
		l.laptop = l.salvage(m, replica.FileName)
	}
}

// broken ends the test: what follows would be said of a file that cannot be read.
func (l *life) broken(what string, err error) {
	l.t.Helper()
	l.tally.corrupt++
	l.t.Fatalf("%s after a cut: %v", what, err)
}

// salvage is what lies on the disk when the power is back, in a new folder; a copy of it is examined by SQLite alone.
func (l *life) salvage(m *powercut.Machine, name string) string {
	l.t.Helper()
	l.tally.cuts++
	into := l.t.TempDir()
	l.must(m.Salvage(into))
	looked := copied(l.t, into)
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(looked, name))
	l.must(err)
	var verdict string
	err = db.QueryRow("PRAGMA integrity_check").Scan(&verdict)
	if err != nil || verdict != "ok" {
		l.tally.corrupt++
		l.t.Errorf("%s after a cut: %s, %v", name, verdict, err)
	}
	l.must(errors.Join(db.Close(), os.RemoveAll(looked)))
	return into
}

// round lets people work until the power of one machine, or of both, goes.
func (l *life) round() {
	l.t.Helper()
	server, laptop := false, false
	switch n := l.rnd.IntN(10); {
	case n < 5:
		laptop = true
	case n < 9:
		server = true
	default:
		server, laptop = true, true
	}
	fuse := 1 + l.rnd.IntN([]int{8, 40, 200, 800}[l.rnd.IntN(4)])
	if laptop {
		l.desk.machine.CutAfter(fuse)
	}
	if server {
		l.site.machine.CutAfter(fuse)
	}
	for range 40 {
		l.step()
		if laptop && l.desk.machine.Off() || server && l.site.machine.Off() {
			break
		}
	}
	// Whatever was saved or answered until here must be found.
	if server {
		l.site.machine.Cut()
	}
	if laptop {
		l.desk.machine.Cut()
	}
	if server {
		_ = l.site.close() // its disk is gone
		l.cable.site = nil
		l.server = l.salvage(l.site.machine, serverFile)
		l.startServer()
		l.checkServer()
	}
	if laptop {
		_ = l.desk.close() // its disk is gone
		l.laptop = l.salvage(l.desk.machine, replica.FileName)
		l.startLaptop()
		l.checkLaptop()
	}
}

// step is one thing that happens. What fails, fails because the power went, or because the other side is not there.
func (l *life) step() {
	switch n := l.rnd.IntN(20); {
	case n < 7:
		l.talk(1)
	case n < 8:
		l.talk(30)
	case n < 12:
		l.write()
	case n < 14:
		words := l.words("新客户")
		if id, err := l.desk.Create("customer", "", schema.Values{"name": words, "remark": strings.Repeat("备注", 400)}); err == nil {
			l.ledger.facts[id] = words
		}
	default:
		_, _ = l.desk.y.Once(l.ctx)
	}
}

func (l *life) words(what string) string {
	l.said++
	words := fmt.Sprint(what, " ", l.said)
	l.ledger.tried[words] = true
	return words
}

func (l *life) talk(times int) {
	for range times {
		words := l.words("谈了")
		id, err := l.desk.FollowUp(book.FollowUp{Customer: l.old[l.rnd.IntN(len(l.old))], Method: "visit", Content: words})
		if err != nil {
			return
		}
		l.ledger.facts[id] = words
	}
}

func (l *life) write() {
	id, words := l.old[l.rnd.IntN(len(l.old))], l.words("区")
	field := l.ledger.regions[id]
	field.since = append(field.since, words)
	if err := l.desk.Set("customer", id, schema.Values{"region": words}); err == nil {
		field.saved, field.since = words, nil
	}
}

func (l *life) lose(who, format string, args ...any) {
	l.t.Helper()
	l.tally.lost++
	l.tally.by[who]++
	if !l.weak {
		l.t.Errorf(format, args...)
	}
}

// checkLaptop finds everything that was saved, and for what the server has not answered its row in the outbox.
func (l *life) checkLaptop() {
	l.t.Helper()
	entries, err := l.desk.r.Outbox()
	l.must(err)
	unsent := map[string]bool{}
	for _, e := range entries {
		unsent[e.Mutation.Record] = true
	}
	answered := map[string]bool{}
	for _, p := range l.ledger.pushed {
		var m struct {
			Record string `json:"record"`
		}
		l.must(json.Unmarshal([]byte(p.line), &m))
		answered[m.Record] = true
	}
	for id, words := range l.ledger.facts {
		kind, field := "followup", "content"
		if strings.HasPrefix(words, "新客户") {
			kind, field = "customer", "name"
		}
		row, ok, err := l.desk.Get(kind, id)
		l.must(err)
		if !ok || row.Text(field) != words {
			l.lose(theLaptop, "%s was saved and is not on the laptop", words)
		} else if !unsent[id] && !answered[id] {
			l.lose(theLaptop, "%s was saved, was never answered, and does not wait to be sent", words)
		}
	}
	for id, want := range l.ledger.regions {
		row, ok, err := l.desk.Get("customer", id)
		l.must(err)
		if !ok || !want.may(row.Text("region")) {
			l.lose(theLaptop, "the region is %q, saved was %q", row.Text("region"), want.saved)
		}
	}
}

// checkServer sends again what was answered. A server that has kept it gives the same results.
func (l *life) checkServer() {
	l.t.Helper()
	for batch := range slices.Chunk(l.ledger.pushed, wire.MaxMutations) {
		w := wire.NewWriter()
		l.must(w.Line(wire.Push{Protocol: wire.Protocol, Count: len(batch)}))
		for _, p := range batch {
			l.must(w.Line(json.RawMessage(p.line)))
		}
		body, digest, err := w.Close()
		l.must(err)
		req := httptest.NewRequestWithContext(l.ctx, http.MethodPost, "/api/v1/push", bytes.NewReader(body))
		req.Header.Set("Content-Type", wire.ContentType)
		req.Header.Set("Authorization", l.cable.token)
		req.Header.Set(wire.HeaderDigest, digest)
		answer := httptest.NewRecorder()
		l.site.handler.ServeHTTP(answer, req)
		if answer.Code != http.StatusOK {
			l.t.Fatalf("the server answers %d: %s", answer.Code, answer.Body)
		}
		results, err := readResults(answer.Body.Bytes())
		l.must(err)
		for i, p := range batch {
			if was := l.ledger.answers[p.id]; results[i].Seq != was.Seq || results[i].Outcome != was.Outcome {
				l.lose(theServer, "the server answered %+v, and after the cut %+v", was, results[i])
			}
		}
	}
	if !l.weak {
		l.must(l.site.st.View(l.ctx, func(v *store.View) error {
			return v.Audit(func(format string, args ...any) { l.tally.corrupt++; l.t.Errorf(format, args...) })
		}))
	}
}

// end lets both sides come to rest and compares them: all that was saved is in both, once.
func (l *life) end() {
	l.t.Helper()
	for range 3 {
		if _, err := l.desk.y.Once(l.ctx); err != nil {
			l.t.Fatalf("with everything running the sync says %v", err)
		}
	}
	unsent, err := l.desk.r.Unsent()
	l.must(err)
	tray, err := l.desk.r.TrayCount()
	l.must(err)
	if unsent != 0 || tray != 0 {
		items, err := l.desk.Tray()
		l.t.Errorf("%d are unsent, %d in the tray: %+v, %v", unsent, tray, items, err)
	}
	times := map[string]int{}
	regions := map[string]string{}
	l.must(l.site.st.View(l.ctx, func(v *store.View) error {
		visits, err := v.All("followup")
		for _, r := range visits {
			times[r.Text("content")]++
		}
		customers, more := v.All("customer")
		for _, r := range customers {
			times[r.Text("name")]++
			regions[r.ID] = r.Text("region")
		}
		return errors.Join(err, more, v.Audit(func(format string, args ...any) { l.tally.corrupt++; l.t.Errorf(format, args...) }))
	}))
	for _, words := range l.ledger.facts {
		if times[words] == 0 {
			l.lose(theServer, "%s was saved and is not in the server", words)
		}
	}
	for words := range l.ledger.tried {
		if times[words] > 1 {
			l.tally.doubled++
			l.t.Errorf("%s is in the server %d times", words, times[words])
		}
	}
	for id, want := range l.ledger.regions {
		row, _, err := l.desk.Get("customer", id)
		l.must(err)
		if !want.may(regions[id]) || row.Text("region") != regions[id] {
			l.lose(theServer, "the region is %q in the server, %q on the laptop, saved was %q", regions[id], row.Text("region"), want.saved)
		}
	}
	l.checkLaptop()
	l.must(errors.Join(l.desk.close(), l.site.close()))
	powercut.Forget(l.desk.machine)
	powercut.Forget(l.site.machine)
}
