package syncer

import (
	"context"
	"errors"
	"net/http"

	"yuzhou/desktop/replica"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// page is an answer to a pull, decoded.
type page struct {
	*replica.Page
	epoch string
	err   error
}

// fetch asks for a page and decodes it.
func (s *Syncer) fetch(ctx context.Context, m *remote, ask wire.Pull) page {
	body, err := pullBody(ask)
	if err != nil {
		return page{err: err}
	}
	answer, err := m.sync(ctx, pathPull, jsonType, "", body)
	if err != nil {
		return page{err: err}
	}
	s.measured(answer.skew)
	p, err := s.r.Decode(answer.body)
	return page{p, answer.epoch, err}
}

// maxRestarts bounds how often one sync begins its pull anew.
const maxRestarts = 3

// pull brings the replica to the server's head. A restored server, a token the server has forgotten and sums that
// differ each make it fetch everything anew.
func (s *Syncer) pull(ctx context.Context, m *remote, report *Report) error {
	for try := 0; ; try++ {
		applied, err := s.checkpoint(ctx, m, report)
		switch {
		case err != nil && try < maxRestarts && fault.CodeOf(err) == fault.EpochChanged:
			err = s.anew()
		case err != nil && try < maxRestarts && badToken(err):
			err = s.r.Restart()
		case err == nil && len(applied.Mismatch) > 0 && try < maxRestarts:
			s.log.Warn("sums differ", "scopes", applied.Mismatch)
			err = s.r.Rescan(false)
		case err == nil && len(applied.Mismatch) > 0:
			return fault.New(fault.DigestMismatch)
		default:
			return err
		}
		if err != nil {
			return err
		}
	}
}

// anew answers a restored server: a first sync begins again, a replica in use fetches everything beside what it has.
func (s *Syncer) anew() error {
	_, _, first, err := s.r.Position()
	if err != nil {
		return err
	}
	if first {
		return s.r.Restart()
	}
	return s.r.Rescan(true)
}

func badToken(err error) bool {
	var r *rejection
	return errors.As(err, &r) && r.status == http.StatusBadRequest && r.Code == fault.Malformed
}

// checkpoint pulls pages until one is the last. While a page is written the next one is on its way already.
func (s *Syncer) checkpoint(ctx context.Context, m *remote, report *Report) (replica.Applied, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ask, epoch, first, err := s.r.Position()
	if err != nil {
		return replica.Applied{}, err
	}
	ask.Limit = s.rows
	phase := PhasePull
	if first {
		phase = PhaseFirst
	}
	s.show(func(st *Status) { st.Phase, st.Done, st.Total = phase, 0, 0 })
	p := s.fetch(ctx, m, ask)
	for {
		if p.err != nil {
			return replica.Applied{}, p.err
		}
		if epoch != "" && p.epoch != epoch && ask.Cursor+ask.Token != "" {
			return replica.Applied{}, fault.New(fault.EpochChanged)
		}
		epoch = p.epoch
		var next chan page
		if p.End.More {
			ask.Token = p.End.Token
			next = make(chan page, 1)
			go func(ask wire.Pull) { next <- s.fetch(ctx, m, ask) }(ask)
		}
		applied, err := s.r.Take(p.Page, epoch)
		report.PulledRows += applied.Rows
		report.Left += applied.Left
		report.add(applied.Tally)
		if err != nil || applied.Done {
			return applied, err
		}
		end := p.End
		s.show(func(st *Status) { st.Done, st.Total = end.Done, end.Total })
		if next == nil { // neither the last page nor one with more to come
			return applied, fault.New(fault.Malformed, "What", "page")
		}
		p = <-next
	}
}
