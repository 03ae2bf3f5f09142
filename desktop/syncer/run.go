package syncer

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"yuzhou/shared/fault"
)

// The waits of Run: after a sync that could send nothing of what waits, and between attempts that failed.
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

// Run syncs at once and then after every nudge and every poke of the server, until ctx ends. A change goes out at once;
// what is typed meanwhile goes with the next round. Failures that pass are tried again after a random wait that doubles
// its bound, at most five minutes; when the session has ended it waits for Now.
func (s *Syncer) Run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { s.follow(ctx) })
	defer following.Wait()
	defer stop()
	failures := 0
	for ctx.Err() == nil {
		report, err := s.Once(ctx)
		if ctx.Err() != nil {
			return
		}
		switch {
		case err == nil:
			failures = 0
			s.settle(report)
			s.untilNeeded(ctx, report.Pushed+report.Refused+report.Conflicts > 0)
		case passing(err):
			failures++
			s.log.Info("sync failed, trying again later", "error", err, "failures", failures)
			s.pause(ctx, backoff(failures, err), s.hurry)
		case fault.CodeOf(err) == fault.Unauthorized:
			s.log.Warn("the session has ended")
			s.untilHurried(ctx)
		default:
			failures++
			s.log.Error("sync failed", "error", err)
			s.pause(ctx, maxBackoff, s.hurry)
		}
	}
}

// muchMoved is from how many rows on a sync leaves a log behind that is worth emptying.
const muchMoved = 200

// settle empties the log after a sync of many rows. Where it cannot, a later commit does.
func (s *Syncer) settle(report Report) {
	if report.Pushed+report.PulledRows < muchMoved {
		return
	}
	if err := s.r.Checkpoint(); err != nil {
		s.log.Warn("log not emptied", "error", err)
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

// pause waits, unless something comes early; whole tells that it waited to the end.
func (s *Syncer) pause(ctx context.Context, d time.Duration, early <-chan struct{}) (whole bool) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	over := make(chan bool, 1)
	go func() { over <- s.wait(ctx, d) == nil }()
	select {
	case whole = <-over:
		return whole
	case <-early:
		cancel()
		<-over // no goroutine stays behind
		return false
	}
}

// untilNeeded waits until there is something to send or to fetch. What was typed while the last sync ended is sent at
// once; when that sync moved nothing, what waits is not for sending now, and asking on and on would not change that.
func (s *Syncer) untilNeeded(ctx context.Context, moved bool) {
	if unsent, err := s.r.Unsent(); err == nil && unsent > 0 {
		if !moved {
			s.pause(ctx, settleDown, s.hurry)
		}
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.hurry:
			return
		case <-s.nudge:
			return
		case <-s.poke:
			if s.behind() {
				return
			}
		}
	}
}

func (s *Syncer) untilHurried(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-s.hurry:
	}
}
