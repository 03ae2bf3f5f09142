package world

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattn/go-sqlite3"

	"yuzhou/shared/clock"
	"yuzhou/syncserver/hub"
)

// What can go wrong, as the line at the end counts it.
const (
	lost     = "lost"     // what was saved, or acknowledged, is nowhere (I1, I13)
	doubled  = "doubled"  // something has two effects, two winners, two holders (I2, I8, I10)
	diverged = "diverged" // a replica is not what its owner may see, or half of it, or older than it was (I3, I4, I5, I9)
	leaked   = "leaked"   // something is where it must not be (I6)
	silent   = "silent"   // a refusal without a word, or a word without the content (I7)
	stuck    = "stuck"    // it does not end, or not well (I11, I12)
)

var classes = []string{lost, doubled, diverged, leaked, silent, stuck}

// wrong is one thing that a checker found.
type wrong struct {
	Class string
	Step  int
	What  string
}

// tally counts what a history did.
type tally struct {
	Acked  int
	Faults map[string]int // by kind
	Deeds  map[string]int
	Wrong  []wrong
	Story  map[int]string // what each step came to, when somebody wants to read it
}

// world is one history at work.
type world struct {
	t    testing.TB
	ctx  context.Context
	h    history
	dir  string
	path string // of the database
	base *base
	tally

	nodes    []*node
	laptops  []*laptop
	backup   string             // a copy of the database of earlier
	comes    map[string]*laptop // acknowledged before the server forgot it, and kept by a laptop: it must come back
	jump     atomic.Int64       // of the server's clock, ms
	doom     atomic.Int32       // so many commits fail
	within   atomic.Bool        // something happens while a laptop waits
	wounded  atomic.Bool        // the database is made to fail: the server may complain
	step     step
	telling  bool
	lengthy  bool         // there are rows that fill pages
	postgres bool         // the server's database is on PostgreSQL
	moved    atomic.Int64 // how far time has come there, ms
	resting  bool         // nothing happens any more: every laptop is looked at
	live     bool         // several things go on at the same time: what the records were at a commit between is not known

	connsMu sync.Mutex
	conns   []*sqlite3.SQLiteConn // to the database

	mu      sync.Mutex // for what follows: the witness works on the goroutines of the server
	books   *books
	typed   map[string]*entry // what people typed, by the id of the mutation
	done    map[string]*entry // of those, what the server acknowledged
	labels  map[string]string // by id: how what was made is called in the choices of later steps
	users   map[string]string // by the header that a laptop's token makes
	arrived map[string]*entry // every mutation that came to a server
	answers map[string]string // by the id of the mutation: what the server said first
	late    []parcel          // requests that are still on their way
}

// start is when every history begins: a Monday, 10:00 in Shanghai.
var start = time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)

// now is the true time. In a bubble the machine's clock begins with the year 2000.
func (w *world) now() time.Time {
	if w.postgres {
		return start.Add(time.Duration(w.moved.Load()) * time.Millisecond)
	}
	return clock.System().Add(start.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)))
}

func (w *world) serverClock() time.Time {
	return w.now().Add(time.Duration(w.jump.Load()) * time.Millisecond)
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	if err := w.linger(w.ctx, d); err != nil {
		w.fail(stuck, "waiting: %v", err)
	}
}

// ended is the panic with which a history ends that cannot go on.
type ended struct{}

// must ends the history when what has to work does not. It is for the history's own goroutine.
func (w *world) must(err error) {
	if err != nil {
		w.fail(stuck, "%+v", err)
		panic(ended{})
	}
}

// fail notes that something is wrong.
func (w *world) fail(class, format string, args ...any) {
	w.mu.Lock()
	w.Wrong = append(w.Wrong, wrong{class, w.step.N, fmt.Sprintf(format, args...)})
	w.mu.Unlock()
}

func (w *world) failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.Wrong) > 0
}

// fault counts a misfortune that really happened.
func (w *world) fault(kind string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Faults[kind]++
	w.note("%s", kind)
}

// tell adds to the story of a history what a step came to.
func (w *world) tell(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note(format, args...)
}

// note is tell for those who hold the lock.
func (w *world) note(format string, args ...any) {
	if w.telling {
		w.Story[w.step.N] += "; " + fmt.Sprintf(format, args...)
	}
}

// begin makes the world of a history from the template.
func begin(t testing.TB, b *base, h history, dir string) *world {
	w := &world{
		t: t, ctx: t.Context(), h: h, dir: dir, base: b, path: filepath.Join(dir, "server.db"), typed: map[string]*entry{}, done: map[string]*entry{}, labels: map[string]string{}, comes: map[string]*laptop{}, users: map[string]string{}, answers: map[string]string{}, arrived: map[string]*entry{},
		tally: tally{Faults: map[string]int{}, Deeds: map[string]int{}, Story: map[int]string{}}, live: h.Live,
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	switch {
	case b.address != "":
		w.postgres = true
		if err := w.database(b.address); err != nil {
			t.Fatal(err)
		}
	case b.ready:
		copyFile(t, filepath.Join(b.dir, "server.db"), w.path)
	}
	for i, id := range b.Customers {
		w.labels[id] = fmt.Sprint("base", i)
	}
	doomed.Store(w.path, w)
	w.nodes = append(w.nodes, w.startNode(0))
	for i := 1; i < h.Nodes; i++ {
		w.nodes = append(w.nodes, w.startNode(i))
	}
	w.books = newBooks(w)
	w.books.observe()
	return w
}

// close ends everything that runs.
func (w *world) close() {
	for _, l := range w.laptops {
		l.end()
	}
	for _, n := range w.nodes {
		if n != nil {
			n.end(true)
		}
	}
	w.books.close()
	doomed.Delete(w.path)
}

// node gives a server process that works.
func (w *world) node(r uint32) *node {
	n, ok := pick(w.nodes, r, func(n *node) string { return fmt.Sprint(n.place) })
	if !ok {
		return nil
	}
	return n
}

// put changes a record of the administration, as the administrator does at the command line. The company's own rules may
// refuse it.
func (w *world) put(kind, id string, v hub.Values) (hub.Record, error) {
	r, err := w.node(w.step.R[5]).h.Put(w.ctx, hub.System, kind, id, v)
	w.books.observe()
	return r, err
}

func copyFile(t testing.TB, from, to string) {
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
