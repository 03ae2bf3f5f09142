package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"yuzhou/shared/access"
	"yuzhou/shared/schema"
)

// Tx is one transaction of the committer: a unit of work in memory. It reads rows on demand, keeps what changes beside
// them, and writes everything at once in Commit. Mark and Rollback are its savepoints; they cost no SQL.
// It is used by one goroutine.
type Tx struct {
	// Now is the transaction's time: the only one that anything in it may use.
	Now time.Time
	// Scopes says in which scopes a root is; the hub sets it, for it knows the organisation.
	Scopes func(root schema.Record) ([]string, error)
	// Marks says what a customer can be recognised by, from its name and mobile alone; the hub sets it.
	Marks func(customer schema.Record) []string

	store  *Store
	c      *conn
	head   int64
	epoch  string
	rights int64
	link   Link // the newest of the history
	done   bool

	records   map[Key]*entry
	under     map[string][]*entry // what is known of each root
	order     []*entry            // dirty entries in the order of their first change
	roots     map[string]*root
	touched   []string // roots to look at in the feed, in order
	moved     []string // scopes that writeFeed touched
	leaves    map[string]string
	holdings  map[string]*holding
	origins   map[string]string
	sights    map[string]*sight
	marks     map[string]map[string]bool // pending: mark → root → there
	mutations map[string]stored
	results   map[string]*stored // as committed, of those that were looked for; nil: none
	pending   []stored
	history   []Change
	ledger    []Ledger
	losses    map[Key]int64 // Kind is the root, ID the user
	numbers   map[string]int64
	imports   map[string]string
	later     []func() error
	undo      []func()
}

// Key names one record.
type Key struct{ Kind, ID string }

// Begin starts the one open transaction; a second one, of this process or another, waits for it to end. What is wanted is
// read with it.
func (s *Store) Begin(now time.Time, wanted ...Wanted) (*Tx, error) {
	s.turn.Lock()
	tx := &Tx{
		Now: now, store: s,
		records: map[Key]*entry{}, under: map[string][]*entry{}, roots: map[string]*root{}, leaves: map[string]string{}, holdings: map[string]*holding{},
		origins: map[string]string{}, sights: map[string]*sight{}, marks: map[string]map[string]bool{},
		mutations: map[string]stored{}, results: map[string]*stored{}, losses: map[Key]int64{}, numbers: map[string]int64{}, imports: map[string]string{},
	}
	first := []question{{
		row: func(scan func(...any) error) error {
			return scan(&tx.head, &tx.epoch, &tx.rights, &tx.link.Seq, &tx.link.Sum)
		},
		text: `SELECT seq, epoch, rights, linked, link FROM counter FOR UPDATE`,
	}}
	for _, w := range wanted {
		first = append(first, tx.questions(w)...)
	}
	var err error
	s.writer, err = s.start(background, s.writer, writing, func(c *conn) error {
		tx.c = c
		return c.several(first)
	})
	if err != nil {
		s.turn.Unlock()
		return nil, fmt.Errorf("store: begin: %w", err)
	}
	s.noteEpoch(tx.epoch)
	return tx, nil
}

// Head is the number of the newest commit before this one.
func (tx *Tx) Head() int64 { return tx.head }

// Rights is the newest commit that changed the organisation.
func (tx *Tx) Rights() int64 { return tx.rights }

// Mark is a savepoint.
func (tx *Tx) Mark() int { return len(tx.undo) }

// Rollback takes back everything since the mark.
func (tx *Tx) Rollback(mark int) {
	for i := len(tx.undo) - 1; i >= mark; i-- {
		tx.undo[i]()
	}
	tx.undo = tx.undo[:mark]
}

func (tx *Tx) onUndo(fn func()) { tx.undo = append(tx.undo, fn) }

// counts tells whether there is something that a laptop could hear of, so that the commit gets a number.
func (tx *Tx) counts() bool {
	return len(tx.order)+len(tx.pending)+len(tx.history)+len(tx.touched)+len(tx.sights) > 0
}

// Commit writes everything and gives the number of the commit. What no laptop can hear of (a login, the time of a
// sync) gets no number of its own, and when there is nothing at all, nothing is written.
// Whatever fails, nothing is left behind.
func (tx *Tx) Commit() (int64, error) {
	seq := tx.head
	var err error
	switch {
	case tx.counts():
		seq++
		err = tx.flush(seq)
	case len(tx.later) == 0:
		return seq, tx.Abort()
	default:
		err = tx.writeLater()
	}
	if err == nil {
		err = tx.c.end(toCommit)
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("store: commit: %w", err), tx.Abort())
	}
	tx.done = true
	tx.store.noteEpoch(tx.epoch)
	tx.store.turn.Unlock()
	return seq, nil
}

// Abort ends the transaction without an effect. After Commit or Abort it does nothing.
func (tx *Tx) Abort() error {
	if tx.done {
		return nil
	}
	tx.done = true
	defer tx.store.turn.Unlock()
	return tx.c.end(toRollback)
}

// How a transaction ends.
const (
	toCommit   = "COMMIT"
	toRollback = "ROLLBACK"
)

// start begins a transaction on a connection at rest and reads its first row. A connection that was lost meanwhile (the
// database was restarted) is replaced, once; c may be nil. It gives the connection to keep, nil when there is none.
func (s *Store) start(ctx context.Context, c *conn, mode mode, first func(*conn) error) (*conn, error) {
	for try := 0; ; try++ {
		if c == nil {
			var err error
			if c, err = s.engine.connect(ctx, mode); err != nil {
				return nil, err
			}
			try++
		}
		err := c.begin(mode)
		if err == nil {
			err = first(c)
		}
		switch {
		case err == nil:
			return c, nil
		case !c.lost():
			return c, errors.Join(err, c.end(toRollback))
		}
		_ = c.close() // it is gone
		c = nil
		if try > 0 {
			return nil, err
		}
	}
}

// afterwards keeps a write for the flush, in order; it is forgotten when its savepoint is rolled back.
func (tx *Tx) afterwards(fn func() error) {
	n := len(tx.later)
	tx.later = append(tx.later, fn)
	tx.onUndo(func() { tx.later = tx.later[:n] })
}

// IsBlame tells whether a failed commit is the fault of what was to be written, not of the machine: then a smaller
// commit without the culprit succeeds.
func IsBlame(err error) bool {
	var inFile sqlite3.Error
	var inCluster *pgconn.PgError
	switch {
	case errors.As(err, new(*lostError)):
		return false
	case errors.As(err, &inCluster):
		return blamed[inCluster.Code[:2]]
	case !errors.As(err, &inFile):
		return err != nil
	}
	switch inFile.Code {
	case sqlite3.ErrConstraint, sqlite3.ErrMismatch, sqlite3.ErrTooBig, sqlite3.ErrRange, sqlite3.ErrError:
		return true
	}
	return false
}

// isOrganisation tells whether records of the kind decide rights.
func isOrganisation(kind string) bool {
	return kind == "user" || kind == "department" || kind == "role" || kind == "pool"
}

// isFace tells whether a scope shows faces only.
func isFace(scope string) bool {
	return len(scope) > len(poolPrefix) && scope[:len(poolPrefix)] == poolPrefix
}

var poolPrefix = access.PoolScope("")
