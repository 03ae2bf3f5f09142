package syncer

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"yuzhou/shared/fault"
)

// The waits of Run: after a change for more of them, and between attempts that failed.
const (
	settleDown   = 400 * time.Millisecond
	firstBackoff = time.Second
	maxBackoff   = 5 * time.Minute
)

// Nudge says that there may be something to send or to fetch. It does not shorten the wait after a failure.
func (s *Syncer) Nudge() {
	select {
	case s.nudge <- struct{}{}:
	default:
	}
}

// Now asks for a sync at once, whatever Run is waiting for: somebody pressed the button, or has logged in again.
func (s *Syncer) Now() {
	select {
	case s.hurry <- struct{}{}:
	default:
	}
}

// Run syncs at once and then after every nudge, until ctx ends. Failures that pass are tried again after a random wait
// that doubles its bound, at most five minutes; when the session has ended it waits for Now.
func (s *Syncer) Run(ctx context.Context) {
	failures := 0
	for ctx.Err() == nil {
		_, err := s.Once(ctx)
		if ctx.Err() != nil {
			return
		}
		switch {
		case err == nil:
			failures = 0
			s.untilNudged(ctx)
		case passing(err):
			failures++
			s.log.Info("sync failed, trying again later", "error", err, "failures", failures)
			s.pause(ctx, backoff(failures, err))
		case fault.CodeOf(err) == fault.Unauthorized:
			s.log.Warn("the session has ended")
			s.untilHurried(ctx)
		default:
			failures++
			s.log.Error("sync failed", "error", err)
			s.pause(ctx, maxBackoff)
		}
	}
}

// backoff is the wait after so many failures: anything up to the bound, so that a thousand laptops do not come back at
// the same moment; never less than the server asked for.
func backoff(failures int, err error) time.Duration {
	bound := maxBackoff
	if failures < 10 {
		bound = min(maxBackoff, firstBackoff<<failures)
	}
	wait := time.Duration(rand.Int64N(int64(bound)) + 1)
	var r *rejection
	if errors.As(err, &r) {
		wait = max(wait, min(r.after, maxBackoff))
	}
	return wait
}

// pause waits, unless somebody is in a hurry.
func (s *Syncer) pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan struct{})
	go func() {
		defer close(over)
		_ = s.wait(ctx, d) // its error is the context's, which the caller looks at
	}()
	select {
	case <-over:
	case <-s.hurry:
		cancel()
		<-over
	}
}

// untilNudged waits for a nudge and then a moment more: a person who types makes several changes. What was typed
// while the last sync ended counts as a nudge.
func (s *Syncer) untilNudged(ctx context.Context) {
	if unsent, err := s.r.Unsent(); err == nil && unsent > 0 {
		s.Nudge()
	}
	select {
	case <-ctx.Done():
	case <-s.hurry:
	case <-s.nudge:
		s.pause(ctx, settleDown)
	}
}

func (s *Syncer) untilHurried(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-s.hurry:
	}
}
