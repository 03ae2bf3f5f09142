package api

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/hub"
)

// eventsType is the type of a stream of server-sent events.
const eventsType = "text/event-stream"

// The times of a stream. A line without meaning every beat keeps proxies and the laptop from taking the line for dead;
// whoever takes nothing for the length of a stall is let go.
const (
	beat  = 25 * time.Second
	stall = 30 * time.Second
)

// streamsPerDevice is how many streams a device may have: the new one of a laptop whose line was cut comes before the
// old one is known to be dead, so the oldest gives way.
const streamsPerDevice = 2

func pokesEndpoint() endpoint {
	return endpoint{out: reflect.TypeFor[int64](), given: eventsType, status: http.StatusOK, stream: true, run: (*API).pokes}
}

// pokes tells a laptop that it is worth pulling: the number of the newest commit, at once and whenever something that
// its user may see was touched. It carries no data; the pull does the authorising.
func (a *API) pokes(c call) {
	ctx, done := a.streams.begin(c.Request.Context(), c.who)
	if done == nil {
		a.busy(c.Context, int(beat/time.Second))
		return
	}
	defer done()
	watch := a.hub.Watch(c.who)
	defer watch.Close()
	s := stream{c, http.NewResponseController(c.Writer)}
	epoch := a.hub.Epoch()
	if err := s.open(epoch); err != nil {
		return // whoever asked has gone
	}
	beats := a.beats(ctx)
	for {
		var line string
		select {
		case <-ctx.Done():
			return
		case <-a.hub.Ended():
			return
		case head := <-watch.Woken():
			line = fmt.Sprintf("data: %d\n\n", head)
		case <-beats:
			line = ":\n\n"
		}
		// A database that is away for a moment ends nobody's session.
		if fault.CodeOf(a.hub.Active(ctx, c.who)) == fault.Unauthorized {
			return
		}
		if a.hub.Epoch() != epoch {
			return // the numbers of another history would mislead the laptop; it comes again and is told the new one
		}
		if err := s.send(line); err != nil {
			return
		}
	}
}

// beats gives a sign every beat until ctx ends.
func (a *API) beats(ctx context.Context) <-chan struct{} {
	beats := make(chan struct{})
	go func() {
		for a.wait(ctx, beat) == nil {
			select {
			case beats <- struct{}{}:
			case <-ctx.Done():
			}
		}
	}()
	return beats
}

// stream is an answer that goes on.
type stream struct {
	call
	control *http.ResponseController
}

// open sends the headers.
func (s stream) open(epoch string) error {
	s.Header("Content-Type", eventsType)
	s.Header("X-Accel-Buffering", "no") // nginx would keep the lines back
	s.Header(wire.HeaderEpoch, epoch)
	s.Status(http.StatusOK)
	return s.send(":\n\n")
}

// send sends a line now. What bounds a common answer does not bound this one: every line has its own time. The network's deadlines are by the machine's clock, whatever clock the server goes by.
func (s stream) send(line string) error {
	if err := s.control.SetWriteDeadline(clock.System().Add(stall)); err != nil {
		return err
	}
	if _, err := s.Writer.WriteString(line); err != nil {
		return err
	}
	return s.control.Flush()
}

// streams are those that run, for their limits and their end.
type streams struct {
	limit int // of one user

	mu      sync.Mutex
	of      map[string][]*running // by user, oldest first
	stopped bool
}

type running struct {
	device string
	end    context.CancelFunc
}

// begin admits a stream; done must be called when it ends. Without a place for it, or when the server stops, done is nil.
func (s *streams) begin(ctx context.Context, by hub.Identity) (streaming context.Context, done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, nil
	}
	var ofDevice []*running
	for _, r := range s.of[by.User] {
		if r.device == by.Device {
			ofDevice = append(ofDevice, r)
		}
	}
	if len(ofDevice) >= streamsPerDevice {
		s.leave(by.User, ofDevice[0])
	}
	if len(s.of[by.User]) >= s.limit {
		return nil, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	r := &running{by.Device, cancel}
	s.of[by.User] = append(s.of[by.User], r)
	return ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.leave(by.User, r)
	}
}

// leave ends a stream. One that has ended is left alone.
func (s *streams) leave(user string, gone *running) {
	gone.end()
	var rest []*running
	for _, r := range s.of[user] {
		if r != gone {
			rest = append(rest, r)
		}
	}
	if s.of[user] = rest; len(rest) == 0 {
		delete(s.of, user)
	}
}

// EndStreams ends the streams that run and takes no new ones: a server that stops does not wait for them.
func (a *API) EndStreams() {
	a.streams.mu.Lock()
	defer a.streams.mu.Unlock()
	a.streams.stopped = true
	for _, all := range a.streams.of {
		for _, r := range all {
			r.end()
		}
	}
}
