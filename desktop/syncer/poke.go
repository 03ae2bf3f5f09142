package syncer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

const eventsType = "text/event-stream"

// silence is how long the stream may be without a byte. The server sends one at least every 25 seconds, so a line that
// is silent for longer is dead, or somebody between keeps the bytes back.
const silence = time.Minute

// maxEventLine bounds a line of the stream: ours have a number, a stranger's may have no end.
const maxEventLine = 4 << 10

// news is the newest commit that the server has told of.
type news struct {
	epoch string
	seq   int64
}

// follow keeps the stream of pokes while the server can be reached and the session lasts. Without the stream nothing is
// lost but time: Run still asks every minute.
func (s *Syncer) follow(ctx context.Context) {
	failures := 0
	for s.untilOnline(ctx) {
		heard, err := s.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		if heard {
			failures = 0
		}
		failures++
		s.failed.Note(s.r.Now(), PhasePokes, err)
		if fault.CodeOf(err) == fault.Unauthorized || errors.Is(err, errUnreached) {
			s.Nudge() // the sync finds out, too, and tells the person
		}
		s.log.Info("no stream of pokes, trying again later", "error", err, "failures", failures)
		if s.wait(ctx, backoff(failures, err)) != nil {
			return
		}
	}
}

// untilOnline waits until the last sync has reached the server and somebody is logged in; false: ctx has ended. Where
// no sync comes through no stream does, and the syncs find out often enough.
func (s *Syncer) untilOnline(ctx context.Context) bool {
	changed := make(chan struct{}, 1)
	defer s.Listen(func(Status) {
		select {
		case changed <- struct{}{}:
		default:
		}
	})()
	for ctx.Err() == nil {
		if st := s.Status(); st.Online && !st.Paused {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
	return false
}

// listen follows one stream to its end; heard tells that it was ours and said something.
func (s *Syncer) listen(ctx context.Context) (heard bool, err error) {
	account, err := s.r.Account()
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	life := make(chan struct{}, 1)
	go func() {
		for !s.pause(ctx, silence, life) {
			if ctx.Err() != nil {
				return
			}
		}
		cancel()
	}()
	body, epoch, err := newRemote(s.client, account.Address, account.Token, s.r.Now).events(ctx)
	if err != nil {
		return false, err
	}
	defer func() { _ = body.Close() }() // its end was read, or does not matter
	lines := bufio.NewScanner(living{body, life})
	lines.Buffer(nil, maxEventLine)
	for lines.Scan() {
		text, ok := strings.CutPrefix(lines.Text(), "data:")
		if !ok {
			continue
		}
		seq, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return heard, fault.New(fault.NotOurServer, "Status", http.StatusOK)
		}
		heard = true
		s.told(news{epoch, seq})
	}
	return heard, offline(wire.PathPokes, errors.Join(lines.Err(), io.EOF))
}

// living tells of every byte that is read.
type living struct {
	io.Reader
	life chan<- struct{}
}

// Read implements io.Reader.
func (l living) Read(p []byte) (int, error) {
	n, err := l.Reader.Read(p)
	if n > 0 {
		select {
		case l.life <- struct{}{}:
		default:
		}
	}
	return n, err
}

// told keeps what the server has told and wakes Run.
func (s *Syncer) told(n news) {
	s.mu.Lock()
	s.news = n
	s.mu.Unlock()
	select {
	case s.poke <- struct{}{}:
	default:
	}
}

// behind tells whether the server has told of a commit that the replica does not have. After an own push it has.
func (s *Syncer) behind() bool {
	ask, _, _, err := s.r.Position()
	epoch, number, _ := strings.Cut(ask.Cursor, ".")
	seq, bad := strconv.ParseInt(number, 10, 64)
	s.mu.Lock()
	defer s.mu.Unlock()
	return err != nil || bad != nil || epoch != s.news.epoch || seq < s.news.seq
}

// events opens the stream of pokes. An answer without our type and epoch is not from our server.
func (m *remote) events(ctx context.Context) (io.ReadCloser, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.base+wire.PathPokes, http.NoBody)
	if err != nil {
		return nil, "", fault.New(fault.BadAddress).Because(wire.PathPokes, err)
	}
	req.Header.Set("Accept", eventsType)
	req.Header.Set("Authorization", "Bearer "+m.token)
	endless := *m.client
	endless.Timeout = 0 // silence ends it, not its length
	res, err := send(&endless, wire.PathPokes, req)
	if err != nil {
		return nil, "", err
	}
	a := answer{res.StatusCode, res.Header, nil}
	epoch := res.Header.Get(wire.HeaderEpoch)
	if a.status == http.StatusOK && a.is(eventsType) && epoch != "" {
		return res.Body, epoch, nil
	}
	defer func() { _ = res.Body.Close() }() // nothing of it counts
	if a.status >= 200 && a.status <= 299 {
		return nil, "", fault.New(fault.NotOurServer, "Status", a.status)
	}
	if a.body, err = io.ReadAll(io.LimitReader(res.Body, maxRefusal)); err != nil {
		return nil, "", offline(wire.PathPokes, err)
	}
	return nil, "", a.refusal()
}

// maxRefusal bounds what is read of a refusal.
const maxRefusal = 64 << 10
