package api

import (
	"sync"
	"time"

	"yuzhou/shared/clock"
)

// Limits bound what one person, one address and all together may ask for. They are wide enough that a laptop in
// order never meets them; they keep one that runs wild from taking the server away from the others.
type Limits struct {
	Rate       float64       // requests a second that one device, or one address without a user, may keep up
	Burst      int           // requests that may come at once
	AtOnce     int           // requests of one device that may run at the same time
	AllAtOnce  int           // sync requests (pull, push) of all users that may run at the same time
	Streams    int           // streams of pokes of one user that may be open at the same time
	Timeout    time.Duration // how long one request may work
	Remembered int           // askers whose counts are kept
}

// DefaultLimits are the limits of a server in use.
func DefaultLimits() Limits {
	return Limits{Rate: 50, Burst: 200, AtOnce: 8, AllAtOnce: 64, Streams: 16, Timeout: time.Minute, Remembered: 20_000}
}

// times are the limits of somebody who may ask for several times as much.
func (l Limits) times(n int) Limits {
	l.Rate, l.Burst, l.AtOnce = l.Rate*float64(n), l.Burst*n, l.AtOnce*n
	return l
}

// limiter counts the requests of each asker: a bucket of tokens for the rate and the number now running.
type limiter struct {
	limits Limits
	now    clock.Clock
	mu     sync.Mutex
	askers map[string]*asker
}

type asker struct {
	tokens  float64
	at      time.Time
	running int
}

func newLimiter(limits Limits, now clock.Clock) *limiter {
	return &limiter{limits: limits, now: now, askers: map[string]*asker{}}
}

// enter admits one request of key; done must be called when it ends. When it is not admitted, wait says after how
// many seconds it is worth asking again.
func (l *limiter) enter(key string) (done func(), wait int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	who := l.askers[key]
	if who == nil {
		l.forgetIdle(now)
		who = &asker{tokens: float64(l.limits.Burst), at: now}
		l.askers[key] = who
	}
	// A clock that was set back must not take tokens away.
	if passed := now.Sub(who.at); passed > 0 {
		who.tokens = min(float64(l.limits.Burst), who.tokens+passed.Seconds()*l.limits.Rate)
	}
	who.at = now
	if who.running >= l.limits.AtOnce {
		return nil, 1
	}
	if who.tokens < 1 {
		return nil, int((1-who.tokens)/l.limits.Rate) + 1
	}
	who.tokens--
	who.running++
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		who.running--
	}, 0
}

// forgetIdle keeps the memory bounded: an asker whose bucket is full again is as good as unknown. When too many are
// busy at once, as in an attack from many addresses, their counts start anew.
func (l *limiter) forgetIdle(now time.Time) {
	if len(l.askers) < l.limits.Remembered {
		return
	}
	full := time.Duration(float64(l.limits.Burst) / l.limits.Rate * float64(time.Second))
	for key, who := range l.askers {
		if who.running == 0 && now.Sub(who.at) >= full {
			delete(l.askers, key)
		}
	}
	if len(l.askers) >= l.limits.Remembered {
		clear(l.askers)
	}
}
