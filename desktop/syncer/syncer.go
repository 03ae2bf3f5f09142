// Package syncer brings the replica and the server together: it pushes what was typed, pulls what changed, tries again
// when the network fails, and says how far it has come. The decisions are the server's; nothing here asks a clock what
// is true.
package syncer

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// The phases of a sync.
const (
	PhasePush  = "push"
	PhasePull  = "pull"
	PhaseFirst = "first" // the first sync: Done and Total count roots
)

// Status says how sync is doing, for the status bar.
type Status struct {
	Online      bool // the last attempt reached the server
	Syncing     bool
	Paused      bool // the session has ended: somebody must log in
	Phase       string
	Done, Total int64
	LastSync    time.Time     // end of the last complete sync
	Fault       *fault.Fault  // of the last attempt, nil when it was complete
	Skew        time.Duration // device clock minus server clock
}

// rest says that no sync goes on.
func (st *Status) rest() { st.Syncing, st.Phase, st.Done, st.Total = false, "", 0, 0 }

// Report says what one sync did.
type Report struct {
	Pushed, Refused, Conflicts int
	PulledRows                 int
	Left                       int // customers and other roots that left the replica
}

func (r *Report) add(t replica.Tally) {
	r.Pushed += t.Applied
	r.Refused += t.Refused
	r.Conflicts += t.Conflicts
}

// Options are what a syncer needs beside the replica.
type Options struct {
	Client *http.Client // nil: the usual one with timeouts
	Log    *slog.Logger // nil: none
	// Failures remembers what failed, beyond the life of this syncer; nil: nobody asks.
	Failures *Failures
	// PageRows is how many rows a page of a pull should have; 0 leaves it to the server.
	PageRows int
	// Wait waits between attempts; nil waits by the machine's clock.
	Wait func(ctx context.Context, d time.Duration) error
}

// Syncer syncs one replica. It is safe for use by several goroutines; syncs happen one at a time.
type Syncer struct {
	r      *replica.Replica
	client *http.Client
	log    *slog.Logger
	wait   func(context.Context, time.Duration) error
	rows   int
	unhear func()
	failed *Failures

	turn  sync.Mutex    // held while a sync goes on
	nudge chan struct{} // something wants to be sent or fetched
	hurry chan struct{} // somebody asked for a sync now
	poke  chan struct{} // the server has told of a commit

	mu     sync.Mutex
	status Status
	news   news
	next   int
	fns    map[int]func(Status)
}

// answerTimeout is how long one request may take; a page of a first sync on a slow line needs its time.
const answerTimeout = 5 * time.Minute

// New makes the syncer of a replica somebody has logged in with (SignIn).
func New(r *replica.Replica, o Options) (*Syncer, error) {
	status, err := r.Status()
	if err != nil {
		return nil, err
	}
	s := &Syncer{
		r: r, client: o.Client, log: o.Log, wait: o.Wait, rows: o.PageRows, failed: o.Failures,
		nudge: make(chan struct{}, 1), hurry: make(chan struct{}, 1), poke: make(chan struct{}, 1), fns: map[int]func(Status){},
	}
	if s.client == nil {
		s.client = &http.Client{Timeout: answerTimeout}
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.wait == nil {
		s.wait = clock.Wait
	}
	if s.failed == nil {
		s.failed = &Failures{}
	}
	s.status.Skew = time.Duration(status.Skew) * time.Millisecond
	if status.LastSync != 0 {
		s.status.LastSync = clock.FromMillis(status.LastSync)
	}
	s.unhear = r.Watch(func(t replica.Touched) {
		if t.Outbox && !s.Status().Syncing {
			s.Nudge()
		}
	})
	return s, nil
}

// Close ends the syncer's listening to the replica; Run ends with its context.
func (s *Syncer) Close() { s.unhear() }

// Status is how sync is doing.
func (s *Syncer) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Listen has fn called with every change of the status, on any goroutine.
func (s *Syncer) Listen(fn func(Status)) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.next
	s.next++
	s.fns[n] = fn
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.fns, n)
	}
}

func (s *Syncer) show(set func(*Status)) {
	s.mu.Lock()
	set(&s.status)
	now := s.status
	fns := slices.Collect(maps.Values(s.fns))
	s.mu.Unlock()
	for _, fn := range fns {
		fn(now)
	}
}

// noise is the difference between two measurements of the clocks that the network alone explains.
const noise = 2 * time.Second

// measured keeps how far this machine's clock is ahead of the server's, as an answer has shown it.
func (s *Syncer) measured(r reply) {
	if !r.timed || (r.skew-s.Status().Skew).Abs() < noise {
		return
	}
	s.show(func(st *Status) { st.Skew = r.skew })
	if err := s.r.SetSkew(r.skew.Milliseconds()); err != nil {
		s.log.Warn("skew not kept", "error", err)
	}
}

// Once syncs: it pushes until nothing waits and pulls until nothing is new. What was done before an error is done. An
// UNAUTHORIZED fault pauses Run until the next login.
func (s *Syncer) Once(ctx context.Context) (Report, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	var report Report
	s.show(func(st *Status) { st.Syncing = true })
	err := s.rounds(ctx, &report)
	if ctx.Err() == nil { // else somebody has ended it
		s.failed.Note(s.r.Now(), cmp.Or(s.Status().Phase, phaseStart), err)
	}
	s.show(func(st *Status) {
		st.rest()
		st.Online = err == nil || !passing(err) && ctx.Err() == nil
		st.Paused = fault.CodeOf(err) == fault.Unauthorized
		st.Fault = fault.Of(err)
		if err == nil {
			st.LastSync = s.r.Now()
		}
	})
	return report, err
}

// maxRounds bounds how often one sync goes to the server while a person types on.
const maxRounds = 10

func (s *Syncer) rounds(ctx context.Context, report *Report) error {
	account, err := s.r.Account()
	if err != nil {
		return err
	}
	if account.Token == "" {
		return fault.New(fault.Unauthorized)
	}
	status, err := s.r.Status()
	if err != nil {
		return err
	}
	m := newRemote(s.client, account.Address, account.Token, s.r.Now)
	m.epoch = status.Epoch
	if err := s.r.RetryParked(); err != nil {
		return err
	}
	restores := 0
	for range maxRounds {
		// A laptop that turned out to be a copy is a replica of its own from then on.
		if m.replica, m.again, err = s.r.Sender(); err != nil {
			return err
		}
		done, err := s.round(ctx, m, report)
		if fault.CodeOf(err) == fault.EpochChanged && restores < maxRestarts {
			restores++
			m.epoch = ""
			s.log.Warn("the server was restored from a backup")
			if err := s.r.Restored(); err != nil {
				return err
			}
			continue
		}
		if done || err != nil {
			return err
		}
	}
	return nil
}

// round pushes and pulls once; done tells that nothing waits any more.
func (s *Syncer) round(ctx context.Context, m *remote, report *Report) (done bool, err error) {
	pushErr := s.push(ctx, m, report)
	switch code := fault.CodeOf(pushErr); {
	case pushErr == nil:
	case passing(pushErr), code == fault.Unauthorized, code == fault.EpochChanged:
		return false, pushErr
	}
	// The download never waits for the upload: what cannot be pushed must not keep news away.
	if err := s.pull(ctx, m, report); err != nil {
		return false, err
	}
	if pushErr != nil {
		return false, pushErr
	}
	unsent, err := s.r.Unsent()
	return unsent == 0, err
}
