package server

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"yuzhou/syncserver/store"
)

// MoveStore copies a store whole to another place, a path or postgres://…, which must be empty, and compares both. from
// stays as it is. While a server runs on either it is refused with ErrServed. The laptops notice nothing.
func MoveStore(ctx context.Context, from, to string) (copied []store.Copied, err error) {
	if from == to {
		return nil, store.ErrNotEmpty
	}
	source, closeSource, err := openAlone(ctx, from)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeSource()) }()
	if !store.IsPostgres(to) {
		if _, err := os.Stat(to); err == nil {
			return nil, store.ErrNotEmpty
		}
		if err := newFile(to, nil); err != nil {
			return nil, err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, Discard(to))
			}
		}()
	}
	target, closeTarget, err := openAlone(ctx, to)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeTarget()) }()
	return store.Copy(ctx, source, target, nil)
}

// openAlone opens a store that nobody serves; release closes it.
func openAlone(ctx context.Context, where string) (st *store.Store, release func() error, err error) {
	if !store.IsPostgres(where) {
		if _, err := os.Stat(where); err != nil {
			return nil, nil, badFile(where, err)
		}
	}
	if st, err = store.Open(ctx, where); err != nil {
		return nil, nil, err
	}
	free, err := hold(ctx, st, where)
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return st, func() error { return errors.Join(st.Close(), free()) }, nil
}

// Discard removes a database file that was never finished.
func Discard(path string) error {
	var all []error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = append(all, badFile(path, err))
		}
	}
	return errors.Join(all...)
}
