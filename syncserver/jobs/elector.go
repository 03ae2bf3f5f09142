package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

// errFollows says that another process has the lead.
var errFollows = errors.New("jobs: another process leads")

// elector sees to it that of several processes on one database one does the scheduled work. The lead is a lock that the
// database frees when its session ends; each lead is a term, and what is done in a term that is over is refused where it
// would be written (hub.Under).
type elector struct {
	hub *hub.Hub
	try func(context.Context) (*store.Lead, error)
	log *slog.Logger

	mu   sync.Mutex
	lead *store.Lead
	term hub.Term
}

// IsLeader implements gocron.Elector: nil when this process leads, or can take the lead.
func (e *elector) IsLeader(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lead != nil {
		err := e.lead.Held(ctx)
		if !errors.Is(err, store.ErrNoLead) {
			return err // nil, or that it cannot be told: then the work waits for the next tick
		}
		e.log.Warn("the lead is lost")
		e.lead = nil
	}
	lead, err := e.try(ctx)
	switch {
	case err != nil:
		return fmt.Errorf("jobs: lead: %w", err)
	case lead == nil:
		return errFollows
	}
	term, err := e.hub.NewTerm(ctx)
	if err != nil {
		return errors.Join(fmt.Errorf("jobs: term: %w", err), lead.Release())
	}
	e.lead, e.term = lead, term
	return nil
}

// under has work belong to the term that was led last.
func (e *elector) under(ctx context.Context) context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	return hub.Under(ctx, e.term)
}

// close gives the lead up, so that another process takes it at its next tick.
func (e *elector) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lead == nil {
		return nil
	}
	lead := e.lead
	e.lead = nil
	return lead.Release()
}
