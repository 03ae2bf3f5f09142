package syncer

import (
	"context"
	"encoding/json"

	"yuzhou/desktop/replica"
	"yuzhou/shared/wire"
)

// The pages of an answer go through three hands, each of which holds one of them: one asks for a page and unpacks it, by
// which it knows how to ask for the next; one reads it; one writes it.

// unpacked is a page as it came.
type unpacked struct {
	*replica.Unpacked
	epoch string
	err   error
}

// page is a page that was read.
type page struct {
	*replica.Page
	epoch string
	err   error
}

// pages brings the pages of an answer until the last, or an error. When ctx ends they end early; whoever has read the
// channel to its end knows that nobody talks to the server any more.
func (s *Syncer) pages(ctx context.Context, m *remote, ask wire.Pull, first bool) <-chan page {
	came := make(chan unpacked)
	go func() {
		defer close(came)
		for {
			u := s.fetch(ctx, m, ask)
			select {
			case came <- u:
			case <-ctx.Done():
				return
			}
			if u.err != nil || !u.End.More {
				return
			}
			ask.Token, ask.Repair = u.End.Token, nil
		}
	}()
	ready := make(chan page)
	go func() {
		defer close(ready)
		for u := range came {
			select {
			case ready <- s.read(u, first):
			case <-ctx.Done():
			}
		}
	}()
	return ready
}

// fetch asks for a page and unpacks it.
func (s *Syncer) fetch(ctx context.Context, m *remote, ask wire.Pull) unpacked {
	body, err := json.Marshal(ask)
	if err != nil {
		return unpacked{err: err}
	}
	answer, err := m.sync(ctx, wire.PathPull, jsonType, wire.Digest(body), body)
	if err != nil {
		return unpacked{err: err}
	}
	s.measured(answer)
	u, err := replica.Unpack(answer.body)
	return unpacked{u, answer.epoch, err}
}

func (s *Syncer) read(u unpacked, first bool) page {
	if u.err != nil {
		return page{err: u.err}
	}
	p, err := s.r.Read(u.Unpacked, first)
	return page{p, u.epoch, err}
}
