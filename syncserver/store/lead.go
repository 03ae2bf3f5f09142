package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

// Lead is the lead among the processes on one database: one at a time has it. Whoever has it may lose it without
// noticing (a machine that sleeps, a cable that is pulled), so what must happen once is guarded by a row that is written
// in the transaction of the work, too.
type Lead struct {
	held    func(context.Context) error
	release func() error
}

// ErrNoLead says that the lead was lost.
var ErrNoLead = errors.New("store: the lead is lost")

// TryLead takes the lead, or gives nil when another process has it. On PostgreSQL it is a lock of a session of its own,
// which the database frees when the session ends in whatever way; of a SQLite file each Store that asks leads, for one
// server process alone works on it.
func (s *Store) TryLead(ctx context.Context) (*Lead, error) { return s.engine.lead(ctx) }

// Held tells whether the lead is still held: nil, or ErrNoLead, or that it cannot be told.
func (l *Lead) Held(ctx context.Context) error { return l.held(ctx) }

// Release gives the lead up, so that another process can take it at once. A second time it does nothing.
func (l *Lead) Release() error { return l.release() }

func (f *file) lead(context.Context) (*Lead, error) {
	if !f.led.CompareAndSwap(false, true) {
		return nil, nil
	}
	var over atomic.Bool
	return &Lead{
		held: func(context.Context) error {
			if over.Load() {
				return ErrNoLead
			}
			return nil
		},
		release: func() error {
			if over.CompareAndSwap(false, true) {
				f.led.Store(false)
			}
			return nil
		},
	}, nil
}

// leadLock is the number of the lock. Advisory locks stay within a database.
const leadLock = 7920415

// leadSession has the database notice within half a minute that the machine of the leader is gone.
var leadSession = map[string]string{
	"application_name": "yuzhou-server leading", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3",
	"statement_timeout": "5s",
}

func (p *cluster) lead(ctx context.Context) (*Lead, error) {
	c, err := p.dial(ctx, leadSession)
	if err != nil {
		return nil, &lostError{err}
	}
	var mine bool
	if err := c.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, leadLock).Scan(&mine); err != nil || !mine {
		return nil, errors.Join(err, c.Close(ctx))
	}
	l := &session{c: c}
	return &Lead{held: l.held, release: l.close}, nil
}

// session is the connection whose lock is the lead.
type session struct {
	mu sync.Mutex
	c  *pgx.Conn
}

func (l *session) held(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var mine bool
	err := l.c.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted
		AND pid = pg_backend_pid() AND objid = $1)`, leadLock).Scan(&mine)
	switch {
	case l.c.IsClosed():
		return errors.Join(ErrNoLead, err)
	case err != nil:
		return err
	case !mine:
		return ErrNoLead
	}
	return nil
}

func (l *session) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.c.IsClosed() {
		return nil
	}
	ctx, cancel := context.WithTimeout(background, answerWithin)
	defer cancel()
	// PostgreSQL notices only some time after the close that the session has ended, and nobody could lead until then. Where
	// the connection is gone it notices by itself.
	_, _ = l.c.Exec(ctx, `SELECT pg_advisory_unlock($1)`, leadLock)
	return l.c.Close(ctx)
}
