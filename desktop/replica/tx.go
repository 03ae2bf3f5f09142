package replica

import (
	"errors"
	"time"

	"yuzhou/shared/fault"
)

// durability says what a commit survives.
type durability string

// What a person typed must survive a power cut; what was pulled can be pulled again. While the log is emptied the disk
// must be waited for: Checkpoint does it when a sync is over and nobody waits, so a pull may fill the log meanwhile. A
// first sync moves hundreds of megabytes through it.
const (
	durable durability = "typed"
	relaxed durability = "pulled"
	filling durability = "first sync"
)

func (d durability) pragmas() []string {
	switch d {
	case relaxed:
		return []string{"PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=8000"}
	case filling:
		return []string{"PRAGMA synchronous=NORMAL", "PRAGMA wal_autocheckpoint=16000"}
	}
	return []string{"PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=1000"}
}

// tx is one write transaction. It knows the time.
type tx struct {
	*conn
	r       *Replica
	now     time.Time
	touched Touched
	stale   []key // records to be written anew at the end, in order
	isStale map[key]bool
	removed bool // rows left for good: their bytes must leave the log too
	left    bool // a root left, or all of them
	forked  bool // this copy has become a replica of its own
	dirty   bool // the directory has changed since it was read
	loading bool // a first sync: days to the pool are computed at its end
	rules   bool // the directory has changed, and with it perhaps every day to the pool
}

// change runs fn in a transaction of the one writer and tells the listeners after the commit.
func (r *Replica) change(d durability, fn func(*tx) error) error {
	touched, err := r.commit(d, fn)
	if err != nil {
		return r.broken(err)
	}
	r.tell(touched)
	return nil
}

func (r *Replica) commit(d durability, fn func(*tx) error) (Touched, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.locked(d, fn)
}

// locked is commit for somebody who has the writer's turn already.
func (r *Replica) locked(d durability, fn func(*tx) error) (Touched, error) {
	if r.write == nil {
		return Touched{}, errClosed
	}
	if r.sync != d {
		// SQLite ignores the pragma inside a transaction, so it stands before it.
		for _, text := range d.pragmas() {
			if err := r.write.plain(text); err != nil {
				return Touched{}, err
			}
		}
		r.sync = d
	}
	if err := r.write.begin("BEGIN IMMEDIATE"); err != nil {
		return Touched{}, err
	}
	if err := r.others(); err != nil {
		return Touched{}, errors.Join(err, r.write.end(toRollback))
	}
	t := &tx{conn: r.write, r: r, now: r.clock(), touched: Touched{Kinds: map[string]bool{}}, isStale: map[key]bool{}}
	if err := t.run(fn); err != nil {
		r.known = nil
		return Touched{}, errors.Join(err, r.write.end(toRollback))
	}
	if err := r.write.end(toCommit); err != nil {
		r.known = nil
		return Touched{}, errors.Join(err, r.write.end(toRollback))
	}
	r.tidy(t)
	return t.touched, nil
}

// tidy is what follows a commit that is done, whatever becomes of it: an error here must not look as if nothing had been
// saved. What could not be emptied is owed by the next commit.
func (r *Replica) tidy(t *tx) {
	if t.removed || r.owed {
		r.owed = r.truncate() != nil || r.owed
	}
	if t.left && r.aside {
		_ = r.dropAsides(t.now.AddDate(1, 0, 0)) // the next leave or upkeep tries again
	}
}

// others looks whether another program (a sync without a window, on the same folder) has written since the last look, and
// drops what the writer knows if so. The writer's own commits do not count.
func (r *Replica) others() error {
	now, err := r.write.number("PRAGMA data_version")
	if now != r.version && r.version != 0 {
		r.known, r.unheard = nil, true
	}
	r.version = now
	return err
}

// LookAround tells the listeners when another program has written to the folder.
func (r *Replica) LookAround() error {
	r.mu.Lock()
	if r.write == nil {
		r.mu.Unlock()
		return errClosed
	}
	err := r.others()
	wrote := r.unheard
	r.unheard = false
	r.mu.Unlock()
	if err != nil || !wrote {
		return r.broken(err)
	}
	t := Touched{Kinds: map[string]bool{}, Outbox: true, Tray: true, Account: true}
	for name := range r.tables {
		t.Kinds[name] = true
	}
	r.tell(t)
	return nil
}

// run is fn and what follows from it.
func (t *tx) run(fn func(*tx) error) error {
	if err := fn(t); err != nil {
		return err
	}
	if err := t.renew(); err != nil {
		return err
	}
	if t.dirty {
		t.r.known = nil
	}
	if t.removed {
		if err := t.setMeta(metaSweep, yes); err != nil {
			return err
		}
	}
	if t.rules && !t.loading {
		return t.allDue()
	}
	return nil
}

var errClosed = fault.New(fault.Internal).Because("replica", errors.New("closed"))

// truncate moves the log into the file and empties it: the old bytes of removed rows would stay in the log otherwise.
// A long read elsewhere can keep it from doing so; then the next commit owes it.
func (r *Replica) truncate() error {
	r.emptying.Lock() // SQLite would not wait for its turn
	defer r.emptying.Unlock()
	busy, err := r.write.number("PRAGMA wal_checkpoint(TRUNCATE)")
	r.owed = busy != 0
	return err
}

// Checkpoint moves the log into the file, beside reading and writing: what a sync has brought, so that no later commit has
// to do it while a person waits.
func (r *Replica) Checkpoint() error {
	return r.view(func(c *conn) error {
		r.emptying.Lock()
		defer r.emptying.Unlock()
		_, err := c.number("PRAGMA wal_checkpoint(PASSIVE)")
		return err
	})
}

// view runs fn on a reader. All that fn reads in one statement is of one moment; with snapshot all of it is.
func (r *Replica) view(fn func(*conn) error) error {
	c, ok := <-r.idle
	if !ok {
		return errClosed
	}
	defer func() { r.idle <- c }()
	return r.broken(fn(c))
}

// snapshot is view with everything that fn reads from one moment.
func (r *Replica) snapshot(fn func(*conn) error) error {
	return r.view(func(c *conn) error {
		if err := c.begin("BEGIN"); err != nil {
			return err
		}
		return errors.Join(fn(c), c.end(toCommit))
	})
}

// Upkeep is what a file wants now and then: an end to what was kept long enough, a count of its rows, fresh statistics for
// the planner, and an empty log. After rows have left for good the file is written anew: SQLite overwrites what is deleted,
// but not the copies that it leaves in the slack of a page when it moves rows to another one.
func (r *Replica) Upkeep() error {
	if err := r.change(durable, (*tx).pruneKept); err != nil {
		return err
	}
	if err := r.audit(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.write == nil {
		return errClosed
	}
	if err := r.sweep(); err != nil {
		return r.broken(err)
	}
	if err := r.write.plain("PRAGMA optimize"); err != nil {
		return r.broken(err)
	}
	return errors.Join(r.broken(r.truncate()), r.upkeepAside(r.clock()))
}

// sweep writes the file anew if rows have left it for good.
func (r *Replica) sweep() error {
	owed, err := r.write.meta(metaSweep)
	if err != nil || owed != yes {
		return err
	}
	if err := r.write.plain("VACUUM"); err != nil {
		return err
	}
	return r.write.setMeta(metaSweep, "")
}
