// Package hub is the server's book: it accepts changes and commands, decides rights and rules, and answers pulls.
// DESIGN.md beside this file tells how a commit and a pull fit together.
package hub

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// Hub is the sync server without its HTTP. It is safe for use by many goroutines; what writes waits for the one
// committer, which Run is.
type Hub struct {
	store *store.Store
	clock clock.Clock
	log   *slog.Logger

	jobs  chan *job
	ended chan struct{} // closed when Run has returned
	org   atomic.Pointer[picture]
	swept atomic.Bool // this program has worked out everybody's sight
	gate  gate
	pokes *pokes

	sums   daily // requests for sums
	synced struct {
		sync.Mutex
		at   map[Identity]int64 // when a device last had everything, not yet written down; Unix ms
		last map[Identity]int64 // the same, written down or not, of devices that pushed lately
	}
}

// New makes a hub on an open store. Nothing that writes returns before Run runs.
func New(st *store.Store, clk clock.Clock, log *slog.Logger) *Hub {
	h := &Hub{store: st, clock: clk, log: log, jobs: make(chan *job), ended: make(chan struct{}), gate: newGate(), pokes: newPokes()}
	h.synced.at, h.synced.last = map[Identity]int64{}, map[Identity]int64{}
	return h
}

// The size of one commit. More jobs wait for the next one; a single job may be larger.
const (
	maxJobs   = 64
	maxWeight = 2000
)

// job is work that waits for the committer.
type job struct {
	weight    int
	mutations []Mutation // what run will look at, read beforehand for all jobs of a commit together
	run       func(*work) error
	seq       int64 // of the commit
	err       error
	done      chan struct{}
}

// Run is the committer: it takes the waiting jobs, runs each under a savepoint, commits once and answers all of them.
// It returns nil when ctx ends; what it had taken is then committed and answered. It is called once.
func (h *Hub) Run(ctx context.Context) error {
	defer close(h.ended)
	var telling sync.WaitGroup
	defer telling.Wait()
	telling.Go(func() { h.broadcast(ctx) })
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-h.jobs:
			h.commit(h.gather(first))
		}
	}
}

// gather takes what else is waiting.
func (h *Hub) gather(first *job) []*job {
	batch, weight := []*job{first}, first.weight
	for len(batch) < maxJobs && weight < maxWeight {
		select {
		case j := <-h.jobs:
			batch, weight = append(batch, j), weight+j.weight
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch and answers it.
func (h *Hub) commit(batch []*job) {
	seq, err := h.transact(batch)
	if err != nil && len(batch) > 1 && store.IsBlame(err) {
		// One of them carries something that cannot be written. Alone, the others succeed.
		for _, j := range batch {
			h.commit([]*job{j})
		}
		return
	}
	h.Look()
	for _, j := range batch {
		if j.seq = seq; err != nil {
			j.err = later("commit", err)
		}
		close(j.done)
	}
}

// later names an error of the machine (a full disk, a database that is away) so that laptops wait and send again. Without
// a name they would look among their mutations for the one to blame, and put it aside.
func later(op string, err error) error {
	if err == nil || store.IsBlame(err) || isFault(err) {
		return err
	}
	return fault.New(fault.Busy).Because(op, err)
}

// view reads from one snapshot.
func (h *Hub) view(ctx context.Context, fn func(*store.View) error) error {
	return later("read", h.store.View(ctx, fn))
}

func (h *Hub) transact(batch []*job) (int64, error) {
	tx, err := h.store.Begin(h.clock(), wanted(batch))
	if err != nil {
		return 0, err
	}
	w, err := h.newWork(tx)
	if err == nil {
		for _, j := range batch {
			j.err = w.attempt(j.run)
		}
		h.writeSynced(tx)
	}
	if err != nil {
		if undo := tx.Abort(); undo != nil {
			h.log.Error("rollback", slog.String("error", undo.Error()))
		}
		return 0, err
	}
	seq, err := tx.Commit()
	if err != nil {
		return 0, err
	}
	if w.reorganised {
		h.swept.Store(true)
		h.org.Store(&picture{epoch: tx.Epoch(), rights: seq, org: w.org})
	}
	return seq, nil
}

// submit has the committer run something and waits for the commit, whose number it gives. When ctx ends before the
// committer has taken the work, nothing is done. From then on the answer is waited for: it comes with the commit, and
// run writes to variables of the caller, who must not go away meanwhile.
func (h *Hub) submit(ctx context.Context, weight int, run func(*work) error) (int64, error) {
	return h.wait(ctx, &job{weight: weight, run: fenced(ctx, run)})
}

// wait is submit for a job that says more about itself.
func (h *Hub) wait(ctx context.Context, j *job) (int64, error) {
	j.done = make(chan struct{})
	select {
	case h.jobs <- j:
	case <-h.ended:
		return 0, fault.New(fault.Busy)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	<-j.done
	return j.seq, j.err
}

// noteSynced remembers that a device has everything. It is written with the next commit: a commit of its own for each
// poll of each laptop would cost a disk flush, and what a crash forgets makes the reclaim run only more patient.
func (h *Hub) noteSynced(by Identity) {
	h.synced.Lock()
	defer h.synced.Unlock()
	h.synced.at[by] = h.clock().UnixMilli()
}

func (h *Hub) writeSynced(tx *store.Tx) {
	h.synced.Lock()
	defer h.synced.Unlock()
	for by, at := range h.synced.at {
		tx.SetSynced(by.User, by.Device, at)
		h.rememberSync(by, at)
	}
	clear(h.synced.at)
}

// maxLast bounds how many devices are remembered with their last sync.
const maxLast = 20_000

// lastSynced is when a device last had everything, written down or not, as far as this process knows.
func (w *work) lastSynced(by Identity) (int64, error) {
	s := &w.hub.synced
	s.Lock()
	at, known := s.at[by]
	if !known {
		at, known = s.last[by]
	}
	s.Unlock()
	if known || by.Device == "" {
		return at, nil
	}
	at, err := w.tx.DeviceSync(by.User, by.Device)
	s.Lock()
	defer s.Unlock()
	w.hub.rememberSync(by, at)
	return at, err
}

// rememberSync keeps when a device last had everything; under the lock of synced.
func (h *Hub) rememberSync(by Identity, at int64) {
	if len(h.synced.last) >= maxLast {
		clear(h.synced.last)
	}
	h.synced.last[by] = at
}

// Close writes down what is still in memory, after Run has ended. The store stays open.
func (h *Hub) Close() error {
	if _, err := h.transact(nil); err != nil {
		return fmt.Errorf("hub: close: %w", err)
	}
	return nil
}

// Epoch is the random id of the store's history.
func (h *Hub) Epoch() string { return h.store.Epoch() }

// Head is the number of the newest commit.
func (h *Hub) Head(ctx context.Context) (head int64, err error) {
	err = h.view(ctx, func(v *store.View) error { head = v.Head; return nil })
	return head, err
}

// Ping tells whether the store can be written: an empty commit that waits its turn like any other.
func (h *Hub) Ping(ctx context.Context) error {
	_, err := h.submit(ctx, 0, func(*work) error { return nil })
	return err
}
