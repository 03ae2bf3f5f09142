package hub

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// live lets days pass, each with its upkeep, as the timetable asks for it.
func (w *world) live(days int) (forgotten int64) {
	w.t.Helper()
	for range days {
		w.pass(24 * time.Hour)
		if w.seen > 0 { // somebody works, so there are commits
			w.put("settings", crm.SettingsID, Values{"backdate_days": int64(w.made%5 + 3)})
			w.made++
		}
		n, err := w.h.Prune(w.ctx(), w.now.Load())
		w.must(err)
		forgotten += n
	}
	return forgotten
}

// entries lists what the feed of a scope says, gone or not.
func (w *world) entries(scope string) (gone, there int) {
	w.t.Helper()
	w.must(w.st.View(w.ctx(), func(v *store.View) error {
		list, err := v.Entries(scope, store.Position{}, 1<<20)
		for _, e := range list {
			if e.Gone {
				gone++
			} else {
				there++
			}
		}
		return err
	}))
	return gone, there
}

// TestFromBeyondTheHorizon: a laptop that was away for longer than the feed remembers is told its scopes anew: what left
// it is gone from it, what it holds of protocol 1 begins anew, and nothing that was deleted is sent again (I3, I6).
func TestFromBeyondTheHorizon(t *testing.T) {
	for _, protocol := range []int{1, 2} {
		for _, limit := range []int{0, 1, 4} {
			t.Run(fmt.Sprint(protocol, "/", limit), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				c := w.company()
				zhang, wang, manager, far := w.client(c.zhang), w.device(c.wang), w.client(c.manager), w.client(c.far)
				zhang.protocol, manager.protocol, far.protocol = protocol, protocol, protocol
				var ids []string
				for i := range 8 {
					ids = append(ids, w.customer(zhang.by, fmt.Sprintf("客户%d", i), nil))
				}
				for _, cl := range []*client{zhang, manager, far} {
					cl.pull(0, nil)
				}
				w.one(zhang.by, w.ask(Transfer, ids[0], map[string]string{"to": c.wang}))
				w.release(zhang.by, ids[1])
				gone := w.mutation(change.Delete, "customer", ids[2], ids[2], nil)
				gone.Seen = w.record("customer", ids[2]).Seq
				w.outcome(w.one(w.device(c.manager), gone.Sealed()), change.Applied)
				w.one(zhang.by, w.edit("customer", ids[3], ids[3], "remark", nil, "改了"))
				w.put("user", c.manager, Values{"department": c.other})
				w.put("user", c.manager, Values{"department": c.sales})
				w.put("user", c.manager, Values{"department": c.other})
				if n := w.live(60); n != 0 {
					t.Fatalf("%d rows were forgotten after 60 days", n)
				}
				if n := w.live(60); n == 0 {
					t.Fatal("nothing was forgotten after 120 days")
				}
				if n, _ := w.entries(access.OwnerScope(c.zhang)); n != 0 {
					t.Errorf("%d entries of what left are remembered", n)
				}
				w.customer(zhang.by, "新客户", nil)
				i := 0
				for _, cl := range []*client{zhang, manager, far} {
					cl.pull(limit, func() {
						if i++; i%3 == 1 && i < 12 {
							w.one(wang, w.ask(Transfer, ids[0], map[string]string{"to": []string{c.zhang, c.wang}[i%2]}))
							w.one(zhang.by, w.edit("customer", ids[4], ids[4], "remark", nil, w.id()))
						}
					})
					cl.mustEqual()
					cl.pull(0, nil)
					cl.mustEqual()
				}
				if slices.Contains(roots(zhang.frames), ids[2]) || !w.record("customer", ids[2]).Deleted {
					t.Error("a deleted customer is sent, or forgotten")
				}
				if spans := len(zhang.spans); spans != 0 {
					t.Errorf("%d spans for a laptop that was here a moment ago", spans)
				}
				w.audit()
			})
		}
	}
}

// TestHorizonRisesBetweenPages: upkeep forgets something while a laptop from just inside the horizon is in the middle of
// its answer.
func TestHorizonRisesBetweenPages(t *testing.T) {
	for _, protocol := range []int{1, 2} {
		w := newWorld(t)
		c := w.company()
		zhang, other := w.client(c.zhang), w.device(c.wang)
		zhang.protocol = protocol
		var ids []string
		for i := range 6 {
			ids = append(ids, w.customer(zhang.by, fmt.Sprintf("客户%d", i), nil))
		}
		w.live(2)
		zhang.pull(0, nil)
		w.live(1)
		w.one(zhang.by, w.ask(Transfer, ids[0], map[string]string{"to": c.wang}))
		w.live(89)
		for _, id := range ids[1:] {
			w.one(zhang.by, w.edit("customer", id, id, "remark", nil, "改了"))
		}
		days := 0
		zhang.pull(1, func() {
			if days++; days < 4 {
				w.live(1)
				w.customer(other, "别人的", nil)
			}
		})
		if zhang.pull(0, nil); zhang.state.in[ids[0]] != nil {
			t.Error("what left stayed")
		}
		zhang.mustEqual()
		if gone, _ := w.entries(access.OwnerScope(c.zhang)); gone != 0 {
			t.Error("the horizon did not rise")
		}
	}
}

// TestAClockThatJumpsForgetsNothing: a server clock that goes ahead by years and back makes no result old: what a laptop
// sends again has no second effect (I2, I9).
func TestAClockThatJumpsForgetsNothing(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.id()
	m := w.mutation(change.Create, "customer", id, id, Values{"name": "恒达机械"})
	first := w.one(zhang, m)
	w.live(3)
	for _, jump := range []time.Duration{5 * 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour, 5 * 365 * 24 * time.Hour} {
		w.pass(jump)
		if n := w.live(2); n != 0 {
			t.Errorf("%d rows were forgotten after a jump of %s", n, jump)
		}
	}
	if again := w.one(zhang, m); again.Outcome != first.Outcome || again.Seq != first.Seq {
		t.Errorf("first %+v, again %+v", first, again)
	}
	if n := len(w.all("customer")); n != 1 {
		t.Errorf("%d customers", n)
	}
}

// TestResultsWait: what became of a mutation is told after 30 days without contact, and after almost 90 (SYNC-01, I1).
func TestResultsWait(t *testing.T) {
	for _, days := range []int{30, 89} {
		w := newWorld(t)
		c := w.company()
		zhang := w.client(c.zhang)
		zhang.pull(0, nil)
		m := w.followup(zhang.by, w.id(), "phone", monday) // about a customer that is not there
		want := w.one(zhang.by, m)                         // the answer is lost
		w.live(days)
		zhang.pull(0, nil)
		if got, ok := zhang.results[m.ID]; !ok || got.Outcome != want.Outcome {
			t.Errorf("after %d days the result is %+v, told %v", days, got, ok)
		}
		if again := w.one(zhang.by, m); again.Seq != want.Seq {
			t.Errorf("sent again after %d days: %+v", days, again)
		}
		zhang.mustEqual()
	}
}

// TestUpkeepGoesInSlices: much that is to be forgotten goes in several commits, and all of it.
func TestUpkeepGoesInSlices(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	for range 3 {
		var batch []Mutation
		for range wire.MaxMutations / 2 {
			id := w.id()
			batch = append(batch, w.mutation(change.Create, "task", id, id, Values{"title": "x", "list": "inbox", "status": "open", "priority": "low", "executor": c.zhang}),
				w.mutation(change.Delete, "task", id, id, nil))
		}
		for _, r := range w.push(zhang, batch...) {
			w.outcome(r, change.Applied)
		}
	}
	// Somebody who logged in once and never came back.
	w.device(c.far)
	w.must(w.h.Logout(w.ctx(), Identity{User: c.far, Device: fmt.Sprintf("device-%d", w.seen)}))
	w.live(100)
	if gone, _ := w.entries(access.UserScope(c.zhang)); gone != 0 {
		t.Errorf("%d entries are left", gone)
	}
	w.must(w.st.View(w.ctx(), func(v *store.View) error {
		n := 0
		err := v.Results(c.zhang, zhang.Device, 0, func(json.RawMessage) error { n++; return nil })
		if n != 0 {
			t.Errorf("%d results are left", n)
		}
		devices, err2 := v.Devices()
		for _, d := range devices {
			if d.User == c.far {
				t.Errorf("%+v is left", d)
			}
		}
		if err == nil {
			err = err2
		}
		return err
	}))
}

// TestAPageOfLongAgo: a first sync that is gone on with after the feed has forgotten what left since its first page begins
// anew, or it would end with what is not the laptop's any more (I6).
func TestAPageOfLongAgo(t *testing.T) {
	for _, first := range []bool{true, false} {
		w := newWorld(t)
		c := w.company()
		zhang := w.client(c.zhang)
		var ids []string
		for i := range 6 {
			ids = append(ids, w.customer(zhang.by, fmt.Sprintf("客户%d", i), nil))
		}
		w.live(1)
		if !first {
			zhang.pull(0, nil)
			for _, id := range ids {
				w.one(zhang.by, w.edit("customer", id, id, "remark", nil, "改了"))
			}
		}
		away := false
		zhang.pull(1, func() {
			if !away && slices.Contains(roots(zhang.frames), ids[2]) {
				away = true
				for _, id := range ids {
					w.one(zhang.by, w.ask(Transfer, id, map[string]string{"to": c.wang}))
				}
				w.live(95)
			}
		})
		if zhang.mustEqual(); !away {
			t.Error("the answer was too short")
		}
	}
}
