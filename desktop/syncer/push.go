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

// desk is where mutations come from, and where what became of them goes.
type desk struct {
	answer func(results []change.Result, epoch string) (replica.Tally, error)
	park   func(id string, why *fault.Fault) error
	unsent func(batch []replica.Outgoing) error // it is certain that no byte of them left
}

// takeAhead is how many mutations are taken out of the outbox at once. Noting that they are being sent is one wait for the disk.
const takeAhead = 4 * wire.MaxMutations

// push sends what a restored server has to be offered again, and then what the outbox holds, until nothing waits.
func (s *Syncer) push(ctx context.Context, m *remote, report *Report) error {
	kept := desk{s.r.AnswerOffered, s.r.ParkOffered, func([]replica.Outgoing) error { return nil }}
	if err := s.empty(ctx, m, kept, s.r.Offered, report); err != nil {
		return err
	}
	return s.empty(ctx, m, desk{s.r.Answer, s.r.Park, s.r.Unreached}, s.r.Outgoing, report)
}

func (s *Syncer) empty(ctx context.Context, m *remote, d desk, next func(limit int) ([]replica.Outgoing, error), report *Report) error {
	for {
		all, err := next(takeAhead)
		if err != nil || len(all) == 0 {
			return err
		}
		s.show(func(st *Status) { st.Phase = PhasePush })
		if err := s.sendAll(ctx, m, d, all, report); err != nil {
			return err
		}
	}
}

// batches cuts mutations, in order, into pushes that the server takes.
func batches(all []replica.Outgoing) (out [][]replica.Outgoing) {
	size := wire.MaxPushBytes
	for _, o := range all {
		if last := len(out) - 1; size+len(o.Text)+1 <= wire.MaxPushBytes-headRoom && len(out[last]) < wire.MaxMutations {
			size += len(o.Text) + 1
			out[last] = append(out[last], o)
			continue
		}
		size = len(o.Text) + 1
		out = append(out, []replica.Outgoing{o})
	}
	return out
}

// headRoom is left in a batch for the line that says what it is.
const headRoom = 1024

// results are an answer to a batch.
type results struct {
	list  []change.Result
	epoch string
	err   error
}

// sendAll sends batches one after the other: a later one may hang on an earlier one. While the server has one, the next
// is packed and the answer to the one before is written down.
func (s *Syncer) sendAll(ctx context.Context, m *remote, d desk, all []replica.Outgoing, report *Report) error {
	ctx, cancel := context.WithCancel(ctx)
	list := batches(all)
	var coming chan results
	next := s.pack(m, list[0])
	ask := func(i int) {
		coming = nil
		if i == len(list) {
			return
		}
		coming = make(chan results, 1)
		go func(coming chan<- results, p parcel) { coming <- s.exchange(ctx, m, p) }(coming, next)
		if i+1 < len(list) {
			next = s.pack(m, list[i+1])
		}
	}
	defer func() {
		cancel()
		if coming != nil { // nobody must write to the server any more when this is over
			<-coming
		}
	}()
	ask(0)
	for i, batch := range list {
		got := <-coming
		if got.err != nil {
			coming = nil
			if err := s.blame(ctx, m, d, batch, got.err, report); err != nil {
				return errors.Join(err, s.neverLeft(d, err, list[i:]))
			}
			ask(i + 1)
			continue
		}
		ask(i + 1)
		tally, err := d.answer(got.list, got.epoch)
		report.add(tally)
		if err != nil {
			return err
		}
	}
	return nil
}

// neverLeft takes back that batches are being sent: those after the one that failed, and that one too if nothing answered
// at the server's address.
func (s *Syncer) neverLeft(d desk, err error, list [][]replica.Outgoing) error {
	if !errors.Is(err, errUnreached) {
		list = list[1:]
	}
	for _, batch := range list {
		if err := d.unsent(batch); err != nil {
			return err
		}
	}
	return nil
}

// patience is how often a mutation that alone makes the server fail is sent before it is put aside.
const patience = 3

// blame deals with a batch that the server refuses as a whole, or fails on: its halves are sent, down to the mutation that
// is to blame; that one goes to the tray and the others go on.
func (s *Syncer) blame(ctx context.Context, m *remote, d desk, batch []replica.Outgoing, err error, report *Report) error {
	var r *rejection
	if !errors.As(err, &r) || !blames(r) {
		return err
	}
	if len(batch) > 1 {
		half := len(batch) / 2
		if err := s.send(ctx, m, d, batch[:half], report); err != nil {
			return err
		}
		return s.send(ctx, m, d, batch[half:], report)
	}
	if r.status >= 500 {
		if batch[0].Tries < patience {
			return err
		}
		// A server that fails on a push of nothing, too, is ill itself, and no mutation is to blame.
		if probe := s.exchange(ctx, m, s.pack(m, nil)); probe.err != nil {
			return err
		}
		r.Fault = fault.New(fault.Parked)
	}
	report.Refused++
	return d.park(batch[0].ID, r.Fault)
}

func (s *Syncer) send(ctx context.Context, m *remote, d desk, batch []replica.Outgoing, report *Report) error {
	got := s.exchange(ctx, m, s.pack(m, batch))
	if got.err != nil {
		return s.blame(ctx, m, d, batch, got.err, report)
	}
	tally, err := d.answer(got.list, got.epoch)
	report.add(tally)
	return err
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

// parcel is a batch as it goes over the wire.
type parcel struct {
	batch  []replica.Outgoing
	body   []byte
	digest string
	err    error
}

func (s *Syncer) pack(m *remote, batch []replica.Outgoing) parcel {
	w := wire.NewWriter()
	head := wire.Push{Protocol: wire.Protocol, Replica: m.replica, Skew: s.Status().Skew.Milliseconds(), Count: len(batch), Again: m.again}
	if err := w.Line(head); err != nil {
		return parcel{err: err}
	}
	for _, o := range batch {
		if err := w.Raw(o.Text); err != nil {
			return parcel{err: err}
		}
	}
	body, digest, err := w.Close()
	return parcel{batch, body, digest, err}
}

// exchange sends mutations and reads their results. An answer that does not give each its result is no answer.
func (s *Syncer) exchange(ctx context.Context, m *remote, p parcel) results {
	if p.err != nil {
		return results{err: p.err}
	}
	answer, err := m.sync(ctx, wire.PathPush, wire.ContentType, p.digest, p.body)
	if err != nil {
		return results{err: err}
	}
	s.measured(answer)
	list, err := readResults(answer.body)
	switch {
	case err != nil:
	case len(list) != len(p.batch):
		err = offline(wire.PathPush, errors.New("results are missing"))
	default:
		for i, r := range list {
			if r.ID != p.batch[i].ID {
				err = offline(wire.PathPush, errors.New("results of other mutations"))
			}
		}
	}
	return results{list, answer.epoch, err}
}

func readResults(body []byte) ([]change.Result, error) {
	in, err := wire.NewReader(body, wire.MaxPageBytes)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var all []change.Result
	for {
		line, err := in.Line()
		switch {
		case errors.Is(err, io.EOF):
			return nil, offline(wire.PathPush, io.ErrUnexpectedEOF)
		case err != nil:
			return nil, err
		}
		if result, plain := replica.ReadResult(string(line)); plain {
			all = append(all, result)
			continue
		}
		var f wire.Frame
		switch err := json.Unmarshal(line, &f); {
		case err != nil:
			return nil, fault.New(fault.Malformed, "What", "line").Because(wire.PathPush, err)
		case f.End != nil:
			return all, nil
		case f.Result != nil:
			all = append(all, *f.Result)
		}
	}
}
