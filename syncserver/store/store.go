// Package store keeps what the sync server knows, in one SQLite file. It is the only SQL on the server.
//
// One connection writes: a Tx is a unit of work in memory that is flushed in bulk and committed once. Any number of
// Views read, each from one snapshot. Only Tx.Commit writes the feed, in one function (feed.go).
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"sync"

	"github.com/google/uuid"
	_ "github.com/mattn/go-sqlite3" // the driver

	"yuzhou/migrations"
)

// Store is an open database. It is safe for use by many goroutines; Tx are serialised.
type Store struct {
	path   string
	db     *sql.DB
	read   *sql.DB
	writer *conn
	turn   sync.Mutex // held by the open Tx
	idle   chan *conn // readers at rest
	epoch  string
	closed chan struct{}
	once   sync.Once
}

// The settings of every connection. FULL: what the server acknowledges survives a power cut.
const (
	writePragmas = "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_foreign_keys=ON&_txlock=immediate&_cache_size=-131072"
	readPragmas  = "_busy_timeout=10000&_query_only=true&_cache_size=-16384"
)

// Open opens the database at path, makes it when it is not there, and brings it to this program's version.
func Open(ctx context.Context, path string) (*Store, error) {
	db, err := sql.Open("sqlite3", dsn(path, writePragmas))
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	db.SetMaxOpenConns(1)
	s := &Store{path: path, db: db, closed: make(chan struct{})}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: %s: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if err := migrations.Apply(ctx, s.db, migrations.Server); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, `INSERT INTO counter (one, seq, epoch, rights) VALUES (1, 0, ?, 0) ON CONFLICT DO NOTHING`,
		uuid.NewString()); err != nil {
		return err
	}
	if err := s.db.QueryRowContext(ctx, `SELECT epoch FROM counter`).Scan(&s.epoch); err != nil {
		return err
	}
	if s.writer, err = newConn(ctx, s.db); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite3", dsn(s.path, readPragmas)); err != nil {
		return err
	}
	readers := max(4, 2*runtime.GOMAXPROCS(0))
	s.read.SetMaxOpenConns(readers)
	s.idle = make(chan *conn, readers)
	for range readers {
		s.idle <- nil // opened at first use
	}
	return nil
}

func dsn(path, pragmas string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() + "?" + pragmas
}

// Epoch is the random id of this database's history; cursors of another epoch mean nothing here.
func (s *Store) Epoch() string { return s.epoch }

// Close ends the store. An open Tx is rolled back by SQLite; everything committed is in the file.
func (s *Store) Close() error {
	var err error
	s.once.Do(func() {
		close(s.closed)
		if s.writer != nil {
			err = errors.Join(err, s.writer.close())
		}
		if s.read != nil {
			for range cap(s.idle) {
				if c := <-s.idle; c != nil {
					err = errors.Join(err, c.close())
				}
			}
			err = errors.Join(err, s.read.Close())
		}
		err = errors.Join(err, s.db.Close())
	})
	return err
}
