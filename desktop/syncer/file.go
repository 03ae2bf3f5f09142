package syncer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/google/uuid"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/syncfile"
	"yuzhou/shared/wire"
)

// A laptop that never meets the network syncs by files (SYNC-15): one goes to the server with the very requests that a sync
// would send, another comes back with the answers to them. Here they are written and played; what a request or an answer
// means is not known to this file.

// SaveFile writes into out all that waits for the server, and the question for what is new; it gives the number of changes.
// From then on they count as sent: the file may reach the server. The answer is read by ReadFile, and of two files that
// were saved only that to the second.
//
// It does not wait for a sync that is going on, which on a dead line takes long to find out: a change that goes both ways
// counts once, and an answer that comes too late is refused.
func (s *Syncer) SaveFile(out io.Writer) (changes int, err error) {
	account, err := s.r.Account()
	if err != nil {
		return 0, err
	}
	if account.Token == "" {
		return 0, fault.New(fault.Unauthorized)
	}
	if err := s.r.RetryParked(); err != nil {
		return 0, err
	}
	offered, err := s.r.OfferedAll()
	if err != nil {
		return 0, err
	}
	waiting, err := s.r.OutgoingAll()
	if err != nil {
		return 0, err
	}
	if err := s.writeFile(out, account, append(offered, waiting...)); err != nil {
		return 0, errors.Join(err, s.r.Unreached(waiting)) // a file that was not ended is read by nobody
	}
	return len(offered) + len(waiting), nil
}

func (s *Syncer) writeFile(out io.Writer, account replica.Account, all []replica.Outgoing) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	m := newRemote(nil, "", "", s.r.Now)
	if m.replica, m.again, err = s.r.Sender(); err != nil {
		return err
	}
	head := syncfile.Head{Way: syncfile.Request, ID: id.String(), Device: account.Device, Made: clock.Millis(s.r.Now())}
	file, err := syncfile.NewWriter(out, head, syncfile.Secret(account.Token))
	if err != nil {
		return err
	}
	for _, batch := range batches(all) {
		p := s.pack(m, batch)
		if p.err != nil {
			return p.err
		}
		part := syncfile.Part{Path: wire.PathPush, Type: wire.ContentType, Digest: p.digest, Token: account.Token, Body: p.body}
		if err := file.Put(part); err != nil {
			return err
		}
	}
	ask, err := s.question()
	if err != nil {
		return err
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	part := syncfile.Part{Path: wire.PathPull, Type: jsonType, Digest: wire.Digest(body), Token: account.Token, Body: body}
	if err := file.Put(part); err != nil {
		return err
	}
	if err := s.r.SetSyncFile(id.String()); err != nil {
		return err
	}
	return file.Close()
}

// question asks for what is new. Scopes whose sums differ are asked for whole: to find the rows in which they differ takes
// more turns than a file has.
func (s *Syncer) question() (wire.Pull, error) {
	ask, _, _, err := s.r.Position()
	ask.Limit = s.rows
	if err != nil || ask.Token != "" {
		return ask, err
	}
	scopes, err := s.r.Suspects()
	for _, scope := range scopes[:min(len(scopes), wire.MaxRepair)] {
		ask.Repair = append(ask.Repair, wire.Span{Scope: scope})
	}
	return ask, err
}

// ReadFile takes the answer to the sync file that was saved last. It is taken once; one that breaks off is gone on with when
// it, or a better copy, is read again. SYNC_FILE_STALE: the answer to another file, one that was read before, or a sync over
// the network came first.
func (s *Syncer) ReadFile(ctx context.Context, in io.Reader) (Report, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	var report Report
	s.show(func(st *Status) { st.Syncing = true })
	err := s.readFile(ctx, in, &report)
	s.show(func(st *Status) {
		st.rest()
		switch {
		case err == nil:
			st.LastSync, st.Fault = s.r.Now(), nil
		case fault.CodeOf(err) == fault.MassRemoval: // a person must decide, here as after any other sync
			st.Fault = fault.Of(err)
		}
	})
	return report, err
}

func (s *Syncer) readFile(ctx context.Context, in io.Reader, report *Report) error {
	account, err := s.r.Account()
	if err != nil {
		return err
	}
	status, err := s.r.Status()
	if err != nil {
		return err
	}
	file, err := syncfile.Open(in, func(h syncfile.Head) (string, error) {
		waits, err := s.r.SyncFile()
		if err == nil && (waits == "" || h.ID != waits || h.Way != syncfile.Answer || h.Device != account.Device) {
			err = fault.New(fault.SyncFileStale)
		}
		return syncfile.Secret(account.Token), err
	})
	if err != nil {
		return err
	}
	p := &player{file: file}
	m := newRemote(&http.Client{Transport: p}, "http://"+string(syncfile.Answer), "", s.r.Now)
	m.epoch = status.Epoch
	err = s.play(ctx, m, p, report)
	if p.err != nil { // the file is to blame, whatever came of it further up
		return p.err
	}
	var refused *rejection
	switch {
	case fault.CodeOf(err) == fault.EpochChanged:
		err = errors.Join(s.r.Restored(), err)
	case badToken(err):
		err = errors.Join(s.r.Restart(), fault.New(fault.SyncFileStale))
	case err != nil && !errors.As(err, &refused):
		return err // a full disk, a removal that a person must allow: the same file is read again
	}
	return errors.Join(s.r.SetSyncFile(""), err)
}

// play has the answers take their effect. What cannot be pushed does not keep news away.
func (s *Syncer) play(ctx context.Context, m *remote, p *player, report *Report) error {
	pushErr := s.playPushes(ctx, m, p, report)
	if p.err != nil || fault.CodeOf(pushErr) == fault.EpochChanged {
		return pushErr
	}
	if err := s.checkpoint(ctx, m, nil, report); err != nil {
		return err
	}
	return pushErr
}

func (s *Syncer) playPushes(ctx context.Context, m *remote, p *player, report *Report) error {
	var refused error
	for p.at(wire.PathPush) {
		answer, err := m.sync(ctx, wire.PathPush, wire.ContentType, "", nil)
		if fault.CodeOf(err) == fault.EpochChanged || p.err != nil {
			return err
		}
		if err != nil {
			refused = err
			continue
		}
		list, err := readResults(answer.body)
		if err != nil {
			return err
		}
		// Each of the two knows which are its own.
		for _, take := range []func([]change.Result, string) (replica.Tally, error){s.r.AnswerOffered, s.r.Answer} {
			tally, err := take(list, answer.epoch)
			report.add(tally)
			if err != nil {
				return err
			}
		}
	}
	return refused
}
