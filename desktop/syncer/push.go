package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// push sends what the outbox holds, batch after batch, until nothing waits.
func (s *Syncer) push(ctx context.Context, m *remote, report *Report) error {
	for {
		batch, err := s.r.Outgoing(wire.MaxMutations)
		if err != nil || len(batch) == 0 {
			return err
		}
		s.show(func(st *Status) { st.Phase = PhasePush })
		if err := s.send(ctx, m, batch, report); err != nil {
			return err
		}
	}
}

// patience is how often a mutation that alone makes the server fail is sent before it is put aside.
const patience = 3

// send sends one batch. When the server refuses it as a whole, or fails on it, its halves are sent, down to the
// mutation that is to blame; that one goes to the tray and the others go on.
func (s *Syncer) send(ctx context.Context, m *remote, batch []replica.Outgoing, report *Report) error {
	results, err := s.exchange(ctx, m, batch)
	if err == nil {
		tally, err := s.r.Answer(results)
		report.add(tally)
		return err
	}
	var r *rejection
	if !errors.As(err, &r) || !blames(r) {
		return err
	}
	if len(batch) > 1 {
		half := len(batch) / 2
		if err := s.send(ctx, m, batch[:half], report); err != nil {
			return err
		}
		return s.send(ctx, m, batch[half:], report)
	}
	if r.status >= 500 {
		if batch[0].Tries < patience {
			return err
		}
		r.Fault = fault.New(fault.Parked)
	}
	report.Refused++
	return s.r.Park(batch[0].ID, r.Fault)
}

// blames tells whether a refusal may be the fault of one of the mutations. Who we are, when we ask and how much of it is
// about all of them, and so is a gateway that cannot reach the server.
func blames(r *rejection) bool {
	switch r.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusRequestTimeout, http.StatusConflict, http.StatusUpgradeRequired,
		http.StatusTooManyRequests:
		return false
	}
	if r.Code == fault.DigestMismatch || r.Code == fault.Busy {
		return false
	}
	return r.status < 500 || r.status == http.StatusInternalServerError
}

// exchange sends mutations and reads their results. An answer that does not give each its result is no answer.
func (s *Syncer) exchange(ctx context.Context, m *remote, batch []replica.Outgoing) ([]change.Result, error) {
	w := wire.NewWriter()
	head := wire.Push{Protocol: wire.Protocol, Replica: s.device, Skew: s.Status().Skew.Milliseconds(), Count: len(batch)}
	if err := w.Line(head); err != nil {
		return nil, err
	}
	for _, o := range batch {
		if err := w.Line(o.Text); err != nil {
			return nil, err
		}
	}
	body, digest, err := w.Close()
	if err != nil {
		return nil, err
	}
	answer, err := m.sync(ctx, pathPush, wire.ContentType, digest, body)
	if err != nil {
		return nil, err
	}
	s.measured(answer.skew)
	results, err := readResults(answer.body)
	if err != nil {
		return nil, err
	}
	if len(results) != len(batch) {
		return nil, offline(pathPush, errors.New("results are missing"))
	}
	for i, r := range results {
		if r.ID != batch[i].ID {
			return nil, offline(pathPush, errors.New("results of other mutations"))
		}
	}
	return results, nil
}

func readResults(body []byte) ([]change.Result, error) {
	in, err := wire.NewReader(body, wire.MaxPageBytes)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var all []change.Result
	for {
		var f wire.Frame
		switch err := in.Next(&f); {
		case errors.Is(err, io.EOF):
			return nil, offline(pathPush, io.ErrUnexpectedEOF)
		case err != nil:
			return nil, err
		case f.End != nil:
			return all, nil
		case f.Result != nil:
			all = append(all, *f.Result)
		}
	}
}

// pullBody is a request for a page.
func pullBody(ask wire.Pull) ([]byte, error) { return json.Marshal(ask) }
