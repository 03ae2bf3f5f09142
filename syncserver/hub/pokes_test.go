package hub

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// patience is how long a test waits for an effect.
const patience = time.Minute

// firm is a world with people in it.
type firm struct {
	*world
	company
}

func newFirm(t *testing.T) firm {
	w := newWorld(t)
	return firm{w, w.company()}
}

// awake waits until somebody is woken for a commit at least as new as the given one.
func awake(t *testing.T, w *Watch, atLeast int64) {
	t.Helper()
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for {
		select {
		case head := <-w.Woken():
			if head >= atLeast {
				return
			}
		case <-limit.C:
			t.Fatalf("nobody told %s of commit %d", w.by.User, atLeast)
		}
	}
}

// asleep proves that somebody was not woken by all that was committed until now: once the witness is told of one more
// commit, everything before it was told to everybody.
func (c firm) asleep(sleeper, witness *Watch) {
	c.t.Helper()
	c.customer(witness.by, "证人"+c.id(), nil)
	awake(c.t.(*testing.T), witness, c.head())
	select {
	case got := <-sleeper.Woken():
		c.t.Fatalf("%s was woken for commit %d", sleeper.by.User, got)
	default:
	}
}

// head is the newest commit.
func (w *world) head() int64 {
	w.t.Helper()
	head, err := w.h.Head(w.ctx())
	w.must(err)
	return head
}

// Who holds a scope that a commit touched is told, at once; who does not is not (SYNC-02).
func TestPokesReachWhoseScopesWereTouched(t *testing.T) {
	c := newFirm(t)
	zhang, wang, boss := c.device(c.zhang), c.device(c.wang), c.device(c.manager)
	mine, his, above := c.h.Watch(zhang), c.h.Watch(wang), c.h.Watch(boss)
	defer mine.Close()
	defer his.Close()
	defer above.Close()
	for _, w := range []*Watch{mine, his, above} {
		awake(t, w, 0) // the first is at once: something may have happened before he came
	}
	customer := c.customer(zhang, "东海渔具", nil)
	awake(t, mine, c.head())
	awake(t, above, c.head()) // the superior holds the scopes of his people
	c.outcome(c.one(zhang, c.edit("customer", customer, customer, "remark", nil, "老客户")), change.Applied)
	awake(t, mine, c.head())
	awake(t, above, c.head())
	c.asleep(his, mine)
}

// A change of what somebody may see wakes him, and from then on he hears of what is new to him (SYNC-02).
func TestPokesFollowTheOrganisation(t *testing.T) {
	c := newFirm(t)
	zhang, wang := c.device(c.zhang), c.device(c.wang)
	his := c.h.Watch(wang)
	defer his.Close()
	awake(t, his, 0)
	c.put("user", c.wang, Values{"roles": []string{crm.RoleAdmin}})
	awake(t, his, c.head())
	c.customer(zhang, "东海渔具", nil)
	awake(t, his, c.head())
	c.put("user", c.wang, Values{"roles": []string{crm.RoleSales}})
	awake(t, his, c.head())
	mine := c.h.Watch(zhang)
	defer mine.Close()
	awake(t, mine, 0)
	c.customer(zhang, "南海渔具", nil)
	awake(t, mine, c.head())
	c.asleep(his, mine)
}

// Nobody is woken more often than he listens: news add up to one poke with the newest number, and a thousand of them
// take the memory of one.
func TestSlowWatchesLoseOnlyRepetition(t *testing.T) {
	c := newFirm(t)
	zhang := c.device(c.zhang)
	slow, witness := c.h.Watch(zhang), c.h.Watch(zhang)
	defer slow.Close()
	defer witness.Close()
	awake(t, slow, 0)
	customer := c.customer(zhang, "东海渔具", nil)
	for range 50 {
		c.outcome(c.one(zhang, c.followup(zhang, customer, "visit", c.h.clock())), change.Applied)
	}
	awake(t, witness, c.head())
	c.h.pokes.known() // waits until both were told: no order is promised
	if got := <-slow.Woken(); got != c.head() {
		t.Errorf("told of commit %d, the newest is %d", got, c.head())
	}
	select {
	case got := <-slow.Woken():
		t.Errorf("told again, of %d", got)
	default:
	}
}

// A session that is ended finds out at once, whoever ended it.
func TestPokesTellTheEndOfASession(t *testing.T) {
	c := newFirm(t)
	for name, end := range map[string]func(by Identity) error{
		"device revoked": func(by Identity) error { return c.h.RevokeDevice(c.ctx(), System, by.Device) },
		"logged out":     func(by Identity) error { return c.h.Logout(c.ctx(), by) },
		"new password":   func(by Identity) error { return c.h.SetPassword(c.ctx(), System, by.User, "harbour at dawn") },
		"user disabled": func(by Identity) error {
			_, err := c.h.Put(c.ctx(), System, "user", by.User, Values{"disabled": true})
			return err
		},
	} {
		c.put("user", c.zhang, Values{"disabled": false})
		by := c.device(c.zhang)
		w := c.h.Watch(by)
		awake(t, w, 0)
		c.must(c.h.Active(c.ctx(), by))
		c.must(end(by))
		awake(t, w, 0)
		if err := c.h.Active(c.ctx(), by); fault.CodeOf(err) != fault.Unauthorized {
			t.Errorf("%s: %v", name, err)
		}
		w.Close()
	}
}

// What another process commits on the same database is told after the next look; a failing store is made up for.
func TestPokesOfAnotherProcess(t *testing.T) {
	c := newFirm(t)
	zhang := c.device(c.zhang)
	w := c.h.Watch(zhang)
	defer w.Close()
	awake(t, w, 0)
	other, err := store.Open(t.Context(), c.path)
	c.must(err)
	defer func() { c.must(other.Close()) }()
	their := New(other, c.h.clock, c.h.log)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- their.Run(ctx) }()
	_, err = their.Put(t.Context(), System, "settings", crm.SettingsID, Values{"company": "另一家"})
	c.must(err)
	select {
	case head := <-w.Woken():
		t.Fatalf("told of %d without looking", head)
	default:
	}
	c.h.Look()
	awake(t, w, c.head())
	stop()
	c.must(<-ended)
}

// Whoever goes leaves nothing behind, neither in memory nor running.
func TestWatchesLeaveNothing(t *testing.T) {
	c := newFirm(t)
	before := runtime.NumGoroutine()
	for range 100 {
		w := c.h.Watch(c.device(c.zhang))
		awake(t, w, 0)
		w.Close()
	}
	p := c.h.pokes
	p.mu.Lock()
	left := len(p.of) + len(p.in) + len(p.stale)
	p.mu.Unlock()
	if left != 0 {
		t.Errorf("%d entries are left", left)
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines before, %d after", before, after)
	}
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	c.must(err)
	h := New(st, c.h.clock, c.h.log)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	stop()
	if err := errors.Join(<-ended, h.Close(), st.Close()); err != nil {
		t.Error(err)
	}
	<-h.Ended()
}
