package syncer

import (
	"context"
	"errors"
	"net/http"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// maxRestarts bounds how often one sync begins its pull anew.
const maxRestarts = 3

// pull brings the replica to the server's head, and mends what is found to differ there. A token the server has forgotten
// makes it fetch the answer from its beginning.
func (s *Syncer) pull(ctx context.Context, m *remote, report *Report) error {
	for try := 0; ; try++ {
		err := s.checkpoint(ctx, m, nil, report)
		switch {
		case err == nil:
			return s.repair(ctx, m, report)
		case try >= maxRestarts || !badToken(err):
			return err
		}
		if err := s.r.Restart(); err != nil {
			return err
		}
	}
}

func badToken(err error) bool {
	var r *rejection
	return errors.As(err, &r) && r.status == http.StatusBadRequest && r.Code == fault.Malformed
}

// checkpoint pulls pages until one is the last. The spans of a repair are asked for with the first page.
func (s *Syncer) checkpoint(ctx context.Context, m *remote, repair []wire.Span, report *Report) error {
	ask, _, first, err := s.r.Position()
	if err != nil {
		return err
	}
	ask.Limit = s.rows
	if ask.Token == "" {
		ask.Repair = repair
	}
	phase := PhasePull
	if first {
		phase = PhaseFirst
	}
	s.show(func(st *Status) { st.Phase, st.Done, st.Total = phase, 0, 0 })
	ctx, cancel := context.WithCancel(ctx)
	pages := s.pages(ctx, m, ask, first)
	defer func() {
		cancel()
		for range pages { // nobody must talk to the server any more when this is over
		}
	}()
	for p := range pages {
		if p.err != nil {
			return p.err
		}
		applied, err := s.r.Take(p.Page, p.epoch)
		report.PulledRows += applied.Rows
		report.Left += applied.Left
		report.add(applied.Tally)
		if len(applied.Mismatch) > 0 {
			s.log.Warn("sums differ", "scopes", applied.Mismatch)
		}
		if err != nil || applied.Done {
			return err
		}
		end := p.End
		s.show(func(st *Status) { st.Done, st.Total = end.Done, end.Total })
	}
	if err := ctx.Err(); err != nil {
		return offline(wire.PathPull, err)
	}
	return fault.New(fault.Malformed, "What", "page") // neither the last page nor one with more to come
}
