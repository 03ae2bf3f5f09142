package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"yuzhou/syncserver/store"
)

// servingFile is the lock beside a database file: servers hold it together, who moves the store holds it alone.
const servingFile = "serving.lock"

// The reasons why a store cannot be had.
var (
	ErrServed = errors.New("server: a server runs on the store")
	ErrMoving = errors.New("server: the store is being moved")
)

// holdFile takes the lock of a database file; taken tells that somebody stands in the way.
func holdFile(where string, alone bool) (release func() error, taken bool, err error) {
	path := filepath.Join(filepath.Dir(where), servingFile)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, badFile(path, err)
	}
	taken, err = lock(file, alone)
	if err != nil || taken {
		return nil, taken, errors.Join(err, file.Close())
	}
	return file.Close, false, nil
}

// serve says that a server runs on a store that is a file, until release is called. Of a PostgreSQL database the lead
// tells.
func serve(where string) (release func() error, err error) {
	if store.IsPostgres(where) {
		return func() error { return nil }, nil
	}
	release, taken, err := holdFile(where, false)
	if taken {
		err = ErrMoving
	}
	return release, err
}

// hold takes a store for oneself, or gives ErrServed. On PostgreSQL one of the servers has the lead; between the end of
// one leader and the next tick of another, at most a minute, nobody has, and a server would not be noticed.
func hold(ctx context.Context, st *store.Store, where string) (release func() error, err error) {
	if store.IsPostgres(where) {
		lead, err := st.TryLead(ctx)
		switch {
		case err != nil:
			return nil, err
		case lead == nil:
			return nil, ErrServed
		}
		return lead.Release, nil
	}
	release, taken, err := holdFile(where, true)
	if taken {
		err = ErrServed
	}
	return release, err
}
