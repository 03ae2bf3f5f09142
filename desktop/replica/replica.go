// Package replica is the laptop's own copy of what its user may see: one SQLite file that holds records, unsent
// changes and what is needed to sync. It is the only package of the desktop that speaks SQL.
//
// What a person sees of a record is the server's row with his unsent changes on top, in the order in which he made
// them. Records without unsent changes stand in their kind's table alone; for the others the server's row stands in
// the table shadow beside it.
package replica

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"yuzhou/migrations"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
)

// FileName is the name of the replica in its data folder.
const FileName = "replica.db"

// readers is how many reads go on at the same time.
const readers = 4

// Replica is an open replica file. It is safe for use by several goroutines.
type Replica struct {
	dir    string
	clock  clock.Clock
	tables map[string]*table
	shaped atomic.Pointer[map[string]shape]

	mu    sync.Mutex // the one writer
	write *conn
	sync  durability // how write is set at present
	owed  bool       // the log still holds bytes of removed rows
	aside bool       // a damaged file of this replica lies beside it

	known   *Directory // as the writer knows it; nil when it must be read
	version int64      // of the data, as far as others in other programs wrote it
	unheard bool       // they did, and the listeners were not told yet

	idle   chan *conn // readers that wait for work
	dialed int        // how many readers there are
	closed bool

	emptying sync.Mutex // the one who moves the log into the file

	watch     sync.Mutex
	next      int
	listeners map[int]func(Touched)
}

// Touched says what a commit has changed, for those who keep something in memory.
type Touched struct {
	Kinds   map[string]bool
	Outbox  bool
	Tray    bool
	Account bool // who uses the replica, or whether it is complete
}

// Open opens the replica in dir, making folder and file where they are missing. Both are for the owner's eyes alone.
// A file that cannot be read is a REPLICA_BROKEN fault.
func Open(dir string, clk clock.Clock) (*Replica, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("replica: %w", err)
	}
	path := filepath.Join(dir, FileName)
	r := &Replica{dir: dir, clock: clk, tables: tablesOf(crm.Kinds()), listeners: map[int]func(Touched){}, idle: make(chan *conn, readers)}
	err := r.check(path)
	if err == nil {
		err = r.open(path)
	}
	if fault.CodeOf(broken(err)) == fault.ReplicaBroken { // its first page is damaged, and no check was due
		err = r.hangUp()
		if err == nil || fault.CodeOf(broken(err)) == fault.ReplicaBroken {
			err = r.examine(path, true)
		}
		if err == nil {
			err = r.open(path)
		}
	}
	if err != nil {
		return nil, errors.Join(broken(err), r.Close())
	}
	r.aside = len(asides(dir)) > 0
	if err := r.upgrade(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// private makes the file with the right mode before SQLite does: -wal and -shm inherit the mode of the main file.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

func (r *Replica) open(path string) error {
	if err := private(path); err != nil {
		return err
	}
	db := database(path)
	if err := errors.Join(migrations.Apply(context.Background(), db, migrations.Desktop), db.Close()); err != nil {
		return err
	}
	var err error
	if r.write, err = dial(path, writeSetup); err != nil {
		return err
	}
	for range readers {
		c, err := dial(path, readSetup)
		if err != nil {
			return err
		}
		r.idle <- c
		r.dialed++
	}
	return nil
}

// Close ends all reading and writing, waiting for what is going on. What was saved is on the disk already.
func (r *Replica) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil
	}
	r.closed = true
	err := r.hangUp()
	close(r.idle)
	return err
}

// hangUp closes the connections.
func (r *Replica) hangUp() error {
	var errs []error
	for ; r.dialed > 0; r.dialed-- {
		errs = append(errs, (<-r.idle).close())
	}
	if r.write != nil {
		errs = append(errs, r.write.close())
		r.write = nil
	}
	return errors.Join(errs...)
}

// Dir is the data folder.
func (r *Replica) Dir() string { return r.dir }

// Now is the present moment of the clock that the replica was opened with.
func (r *Replica) Now() time.Time { return r.clock() }

// Watch has fn called after every commit, on the goroutine that made it. fn must be quick and must not write.
func (r *Replica) Watch(fn func(Touched)) (cancel func()) {
	r.watch.Lock()
	defer r.watch.Unlock()
	n := r.next
	r.next++
	r.listeners[n] = fn
	return func() {
		r.watch.Lock()
		defer r.watch.Unlock()
		delete(r.listeners, n)
	}
}

func (r *Replica) tell(t Touched) {
	if len(t.Kinds) == 0 && !t.Outbox && !t.Tray && !t.Account {
		return
	}
	r.watch.Lock()
	fns := make([]func(Touched), 0, len(r.listeners))
	for _, fn := range r.listeners {
		fns = append(fns, fn)
	}
	r.watch.Unlock()
	for _, fn := range fns {
		fn(t)
	}
}
