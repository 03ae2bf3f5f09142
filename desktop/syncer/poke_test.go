package syncer

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/wire"
)

// limit is how long a test waits for an effect.
const limit = 20 * time.Second

// within fails when something does not come.
func within[T any](t *testing.T, what string, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(limit):
		t.Fatalf("%s did not come", what)
	}
	return got
}

// line is the stream of a station: what a test says goes out, and it tells of each laptop that comes and goes.
type line struct {
	say    chan string
	opened chan struct{}
	closed chan struct{}
}

func (s *station) line() *line {
	l := &line{say: make(chan string), opened: make(chan struct{}, 100), closed: make(chan struct{}, 100)}
	s.pokes = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", eventsType+"; charset=utf-8")
		w.Header().Set(wire.HeaderEpoch, "e1")
		l.serve(w, r)
	}
	return l
}

func (l *line) serve(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).Flush()
	l.opened <- struct{}{}
	defer func() { l.closed <- struct{}{} }()
	for {
		select {
		case text, ok := <-l.say:
			if !ok {
				return
			}
			_, _ = fmt.Fprint(w, text)
			_ = http.NewResponseController(w).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (l *line) poke(seq int64) { l.say <- fmt.Sprintf("data: %d\n\n", seq) }

// runner is a laptop at work whose waits a test ends: they last for ever, but for the short one before what was typed
// while a sync ended is sent.
type runner struct {
	y      *Syncer
	pulls  chan string        // the cursors of the pulls that came
	waits  chan time.Duration // the waits that were begun
	go_    chan struct{}      // ends one wait
	silent chan struct{}      // ends one wait for silence
}

// running starts a laptop that has everything. The pulls of its first sync are over.
func running(t *testing.T, s *station) *runner {
	t.Helper()
	r, pulls := &runner{waits: make(chan time.Duration, 1000), go_: make(chan struct{}), silent: make(chan struct{})}, make(chan string, 1000)
	r.pulls = pulls
	s.answer = func(_ http.ResponseWriter, req *http.Request, _ []change.Mutation) bool {
		if req.URL.Path == wire.PathPull {
			pulls <- req.URL.Path
		}
		return false
	}
	_, r.y = reopen(t, s, t.TempDir(), Options{Wait: func(ctx context.Context, d time.Duration) error {
		over := r.go_
		switch d {
		case settleDown:
			return ctx.Err()
		case silence:
			over = r.silent
		default:
			r.waits <- d
		}
		select {
		case <-over:
		case <-ctx.Done():
		}
		return ctx.Err()
	}})
	r.start(t)
	within(t, "the sync at the start", pulls)
	return r
}

func (r *runner) start(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); r.y.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
}

// none proves that nothing was pulled: a poke that must lead to a pull leads to the first one.
func (r *runner) none(t *testing.T, s *station, l *line) {
	t.Helper()
	s.mu.Lock()
	s.seq += 10
	head := s.seq
	s.pages[""] = []wire.Frame{s.end()}
	s.mu.Unlock()
	if len(r.pulls) > 0 {
		t.Fatal("it has pulled")
	}
	l.poke(head)
	within(t, "the pull after a poke", r.pulls)
}

// A poke leads to a pull at once; one that tells of what the laptop has, for instance by its own push, does not (SYNC-02).
func TestPokeLeadsToAPull(t *testing.T) {
	s := newStation(t)
	l := s.line()
	r := running(t, s)
	within(t, "the stream", l.opened)
	s.mu.Lock()
	had := s.seq
	s.mu.Unlock()
	l.poke(had)
	l.say <- ":\n\n"
	l.poke(had - 1)
	r.none(t, s, l)
	l.poke(1 << 40)
	within(t, "a pull", r.pulls)
	if len(r.waits) > 0 {
		t.Errorf("it waited %v first", <-r.waits)
	}
}

// An edit goes out at once, and what is typed while it goes out with the next round: nothing waits for more (SYNC-02).
func TestAnEditGoesOutAtOnce(t *testing.T) {
	s := newStation(t)
	r := running(t, s)
	typed, arrived := make(chan struct{}), make(chan int, 100)
	first := true
	s.mu.Lock()
	s.answer = func(_ http.ResponseWriter, _ *http.Request, batch []change.Mutation) bool {
		if len(batch) > 0 {
			if first {
				first = false
				edit(t, r.y.r, 1) // while the first is on its way
				close(typed)
			}
			arrived <- len(batch)
		}
		return false
	}
	s.mu.Unlock()
	within(t, "the wait of the missing stream", r.waits)
	edit(t, r.y.r, 1)
	want(t, "sent", within(t, "the edit", arrived), 1)
	within(t, "the second edit typed", typed)
	want(t, "sent then", within(t, "the edit that was typed meanwhile", arrived), 1)
	if len(r.waits) > 0 {
		t.Errorf("it waited %v first", <-r.waits)
	}
}

// What is no stream of our server is none: nothing it says is believed, and it is asked again after a random wait. The
// syncs go on without (SYNC-20).
func TestStreamsOfStrangers(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"captive portal": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = fmt.Fprint(w, "data: 99999\n\n<html>please log in</html>")
		},
		"no epoch": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", eventsType)
			_, _ = fmt.Fprint(w, "data: 99999\n\n")
		},
		"redirect": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:9/login")
			w.WriteHeader(http.StatusFound)
		},
		"no number": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", eventsType)
			w.Header().Set(wire.HeaderEpoch, "e1")
			_, _ = fmt.Fprint(w, "data: soon\n\n")
		},
		"a line without end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", eventsType)
			w.Header().Set(wire.HeaderEpoch, "e1")
			_, _ = fmt.Fprint(w, "data: "+strings.Repeat("9", 2*maxEventLine))
		},
		"an old server": func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "NOT_FOUND") },
		"too many":      func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusTooManyRequests, "BUSY") },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			var asked atomic.Int32
			s.pokes = func(w http.ResponseWriter, r *http.Request) { asked.Add(1); answer(w, r) }
			r := running(t, s)
			for n := 1; n < 5; n++ {
				if d := within(t, "a wait", r.waits); d <= 0 || d > firstBackoff<<n {
					t.Fatalf("after %d tries it waits %v", n, d)
				}
				r.go_ <- struct{}{}
			}
			within(t, "another wait", r.waits)
			want(t, "tries", asked.Load(), int32(5))
			want(t, "pulls", len(r.pulls), 0)
			r.y.Nudge()
			within(t, "the poll", r.pulls)
			want(t, "online", r.y.Status().Online, true)
		})
	}
}

// A line on which nothing comes for a minute is dead, also when it never came to an answer: a proxy that keeps the bytes
// back looks like that. It is opened anew; meanwhile the polls go on (SYNC-20).
func TestASilentLineIsDead(t *testing.T) {
	s := newStation(t)
	l := s.line()
	serve := s.pokes
	var held atomic.Bool
	held.Store(true)
	heldUp := make(chan struct{}, 10)
	s.pokes = func(w http.ResponseWriter, r *http.Request) {
		if held.Load() {
			heldUp <- struct{}{}
			<-r.Context().Done() // no header ever comes
			l.closed <- struct{}{}
			return
		}
		serve(w, r)
	}
	r := running(t, s)
	within(t, "the stream that is kept back", heldUp)
	r.y.Nudge()
	within(t, "the poll meanwhile", r.pulls)
	r.silent <- struct{}{}
	within(t, "the end of the first stream", l.closed)
	held.Store(false)
	within(t, "the wait", r.waits)
	r.go_ <- struct{}{}
	within(t, "the second stream", l.opened)
	for range 3 { // any byte shows that the line lives
		l.say <- ":\n\n"
	}
	r.none(t, s, l)
	r.silent <- struct{}{}
	within(t, "the end of the second stream", l.closed)
	within(t, "the wait", r.waits)
	r.go_ <- struct{}{}
	within(t, "the third stream", l.opened)
}

// When the session has ended the stream ends with it, and comes back with the next login.
func TestNoStreamWithoutASession(t *testing.T) {
	s := newStation(t)
	l := s.line()
	serve := s.pokes
	var ended atomic.Bool
	asked := make(chan struct{}, 100)
	s.pokes = func(w http.ResponseWriter, r *http.Request) {
		if asked <- struct{}{}; ended.Load() {
			fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
			return
		}
		serve(w, r)
	}
	r := running(t, s)
	within(t, "the stream", l.opened)
	<-asked
	paused := make(chan struct{}, 100)
	defer r.y.Listen(func(st Status) {
		if st.Paused {
			paused <- struct{}{}
		}
	})()
	s.mu.Lock()
	s.answer = func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
		if ended.Load() {
			fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
			return true
		}
		return false
	}
	s.mu.Unlock()
	ended.Store(true)
	close(l.say) // the server ends the stream
	within(t, "the wait", r.waits)
	r.go_ <- struct{}{}
	within(t, "the refused stream", asked)
	within(t, "the pause", paused) // the sync was asked at once and found out, too
	within(t, "the wait", r.waits)
	r.go_ <- struct{}{}
	ended.Store(false)
	l.say = make(chan string)
	want(t, "asked while nobody is logged in", len(asked), 0)
	r.y.Now()
	within(t, "the stream of the new session", l.opened)
}

// When the server goes away the stream ends, and does not come back: the person is told then, not at the next poll.
func TestTheStreamTellsThatTheServerIsGone(t *testing.T) {
	s := newStation(t)
	l := s.line()
	r := running(t, s)
	within(t, "the stream", l.opened)
	offline := make(chan struct{}, 100)
	defer r.y.Listen(func(st Status) {
		if !st.Online {
			offline <- struct{}{}
		}
	})()
	want(t, "online", r.y.Status().Online, true)
	close(l.say)
	within(t, "the end of the stream", l.closed)
	within(t, "the wait", r.waits)
	s.web.Close()
	r.go_ <- struct{}{}
	within(t, "the news", offline)
}

// A laptop that stops leaves nothing running.
func TestRunLeavesNothing(t *testing.T) {
	s := newStation(t)
	l := s.line()
	_, y := laptop(t, s)
	once(t, y)
	http.DefaultClient.CloseIdleConnections()
	before := runtime.NumGoroutine()
	for range 5 {
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); y.Run(ctx) }()
		within(t, "the stream", l.opened)
		l.poke(1)
		stop()
		within(t, "the end", ended)
		within(t, "the end of the stream", l.closed)
	}
	over := time.After(limit)
	for runtime.NumGoroutine() > before+2 { // the connections of both sides, which close by themselves
		http.DefaultClient.CloseIdleConnections()
		runtime.Gosched()
		select {
		case <-over:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines before, %d after\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		default:
		}
	}
}
