package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

// DatabaseFile is the database in the data folder.
const DatabaseFile = "yuzhou.db"

// Core is the server's book at work, without listening: what the commands of an administrator use. It may be open
// beside a running server on the same folder; SQLite keeps the transactions of both apart.
type Core struct {
	Hub   *hub.Hub
	Clock clock.Clock

	store *store.Store
	end   context.CancelFunc
	ended chan struct{} // closed when the committer has ended
	err   error         // with which it ended; read after ended
}

// Create makes the data folder, readable by its owner alone, and an empty store in it. A folder that has a store
// is refused with EXISTS.
func Create(ctx context.Context, folder string, clk clockwork.Clock, log *slog.Logger) (*Core, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fault.New(fault.BadFile, "Reason", err.Error(), "File", folder).Because("server", err)
	}
	path := filepath.Join(folder, DatabaseFile)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil, fault.New(fault.Exists, "Name", path).Because("server", err)
	case err != nil:
		return nil, fault.New(fault.BadFile, "Reason", err.Error(), "File", path).Because("server", err)
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	return OpenCore(ctx, folder, clk, log)
}

// OpenCore opens the store of a data folder that Create made, and starts the committer. Close must be called.
func OpenCore(ctx context.Context, folder string, clk clockwork.Clock, log *slog.Logger) (*Core, error) {
	path := filepath.Join(folder, DatabaseFile)
	if _, err := os.Stat(path); err != nil {
		return nil, fault.New(fault.BadFile, "Reason", err.Error(), "File", path).Because("server", err)
	}
	st, err := store.Open(ctx, path)
	if err != nil {
		return nil, err
	}
	now := func() time.Time { return clk.Now().UTC() }
	c := &Core{Hub: hub.New(st, now, log), Clock: now, store: st, ended: make(chan struct{})}
	// The committer outlives ctx: what it has taken is committed and answered before the store closes.
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	c.end = end
	go func() {
		defer close(c.ended)
		c.err = c.Hub.Run(running)
	}()
	return c, nil
}

// Close ends the committer and closes the store. It is called once.
func (c *Core) Close() error {
	c.end()
	<-c.ended
	return errors.Join(c.err, c.Hub.Close(), c.store.Close())
}
