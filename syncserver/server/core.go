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
	if err := newFolder(folder); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, DatabaseFile)
	if err := newFile(path, nil); err != nil {
		return nil, err
	}
	return OpenAt(ctx, path, clk, log)
}

// CreateAt is Create for a store that is not in the folder: the empty database at an address, which the folder keeps. A
// database that has a store is refused with EXISTS, too.
func CreateAt(ctx context.Context, folder, address string, clk clockwork.Clock, log *slog.Logger) (*Core, error) {
	if err := newFolder(folder); err != nil {
		return nil, err
	}
	c, err := OpenAt(ctx, address, clk, log)
	if err != nil {
		return nil, err
	}
	head, err := c.Hub.Head(ctx)
	switch {
	case err != nil:
	case head > 0:
		err = fault.New(fault.Exists, "Name", store.Redacted(address))
	default:
		err = newFile(filepath.Join(folder, AddressFile), []byte(address+"\n"))
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// OpenCore opens the store of a data folder that Create or CreateAt made, and starts the committer. Close must be called.
func OpenCore(ctx context.Context, folder string, clk clockwork.Clock, log *slog.Logger) (*Core, error) {
	where, err := Where(folder)
	if err != nil {
		return nil, err
	}
	return OpenAt(ctx, where, clk, log)
}

// OpenAt is OpenCore for the store at a path or address.
func OpenAt(ctx context.Context, where string, clk clockwork.Clock, log *slog.Logger) (*Core, error) {
	if !store.IsPostgres(where) {
		if _, err := os.Stat(where); err != nil {
			return nil, badFile(where, err)
		}
	}
	st, err := store.Open(ctx, where)
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

// Lead takes the lead among the processes on the store, or gives nil when another one has it.
func (c *Core) Lead(ctx context.Context) (*store.Lead, error) { return c.store.TryLead(ctx) }

// hear has the hub look at what other processes commit, until ctx ends.
func (c *Core) hear(ctx context.Context) {
	_ = c.store.Listen(ctx, func(store.News) { c.Hub.Look() }) // its error is that of ctx
}

// Close ends the committer and closes the store. It is called once.
func (c *Core) Close() error {
	c.end()
	<-c.ended
	return errors.Join(c.err, c.Hub.Close(), c.store.Close())
}
