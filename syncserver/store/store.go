// Package store keeps what the sync server knows, in one SQLite file or in a PostgreSQL database. It is the only SQL on
// the server, and except for what each database does in its own way (sqlite.go, postgres.go) it is written once.
//
// One transaction writes at a time, among all processes on one database: a Tx is a unit of work in memory that is
// flushed in bulk and committed once. Any number of Views read, each from one snapshot. Only Tx.Commit writes the feed,
// in one function (feed.go).
package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// Store is an open database. It is safe for use by many goroutines; Tx are serialised.
type Store struct {
	engine engine
	writer *conn
	turn   sync.Mutex             // held by the open Tx
	idle   chan *conn             // readers at rest, nil for one that is not connected
	epoch  atomic.Pointer[string] // as last read
	closed chan struct{}
	once   sync.Once
}

// engine makes connections to a database.
type engine interface {
	connect(ctx context.Context, mode mode) (*conn, error)
	readers() int // how many may read at once
	listen(ctx context.Context, heard func(News)) error
	lead(ctx context.Context) (*Lead, error)
	close() error
}

// IsPostgres tells whether where names a PostgreSQL database, not a file.
func IsPostgres(where string) bool {
	return strings.HasPrefix(where, "postgres://") || strings.HasPrefix(where, "postgresql://")
}

// Open opens the database at where, a path or postgres://…, makes its tables when they are not there, and brings it to
// this program's version. Several processes may open one database.
func Open(ctx context.Context, where string) (*Store, error) {
	s := &Store{closed: make(chan struct{})}
	var err error
	if IsPostgres(where) {
		s.engine, err = openCluster(ctx, where)
		where = Redacted(where)
	} else {
		s.engine, err = openFile(ctx, where)
	}
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", where, err)
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", where, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if s.writer, err = s.engine.connect(ctx, writing); err != nil {
		return err
	}
	if err := s.writer.exec(`INSERT INTO counter (one, seq, epoch, rights) VALUES (1, 0, ?, 0) ON CONFLICT DO NOTHING`, uuid.NewString()); err != nil {
		return err
	}
	var epoch string
	if _, err := s.writer.one([]any{&epoch}, `SELECT epoch FROM counter`); err != nil {
		return err
	}
	s.epoch.Store(&epoch)
	s.idle = make(chan *conn, s.engine.readers())
	for range cap(s.idle) {
		s.idle <- nil // connected at first use
	}
	return nil
}

// Epoch is the random id of this database's history; cursors of another epoch mean nothing here.
func (s *Store) Epoch() string { return *s.epoch.Load() }

// Close ends the store, after the last Tx. One that is open all the same is rolled back by the database; everything
// committed is in it.
func (s *Store) Close() error {
	var err error
	s.once.Do(func() {
		close(s.closed)
		if s.writer != nil {
			err = errors.Join(err, s.writer.close())
		}
		for range cap(s.idle) {
			if c := <-s.idle; c != nil {
				err = errors.Join(err, c.close())
			}
		}
		err = errors.Join(err, s.engine.close())
	})
	return err
}
