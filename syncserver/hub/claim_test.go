package hub

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// pooled makes customers that lie in the default pool, given up by a user.
func (w *world) pooled(user string, n int) []string {
	w.t.Helper()
	by := w.device(user)
	var ids []string
	for i := range n {
		id := w.customer(by, fmt.Sprintf("公海客户%d", i), Values{"mobile": fmt.Sprintf("1390000%04d", i), "remark": "CANARY-remark"})
		w.release(by, id)
		ids = append(ids, id)
	}
	return ids
}

// together sends claims at the same time and counts the outcomes by fault code, "" for success.
func (w *world) together(n int, claim func(i int) (Identity, Mutation)) map[fault.Code]int {
	w.t.Helper()
	var wait sync.WaitGroup
	var lock sync.Mutex
	codes := map[fault.Code]int{}
	start := make(chan struct{})
	for i := range n {
		by, m := claim(i)
		wait.Add(1)
		go func() {
			defer wait.Done()
			<-start
			r, err := w.h.Command(w.ctx(), by, m)
			lock.Lock()
			defer lock.Unlock()
			switch {
			case err != nil:
				w.t.Error(err)
			case r.Fault != nil:
				codes[r.Fault.Code]++
			default:
				codes[""]++
			}
		}()
	}
	close(start)
	wait.Wait()
	return codes
}

// TestOneWinner: many claim one customer at once; one gets it, the others read who and when, and the refused ones left no
// trace (POOL-06, I8).
func TestOneWinner(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	id := w.pooled(c.zhang, 1)[0]
	const n = 32
	users := make([]Identity, n)
	for i := range users {
		users[i] = w.device(w.user(fmt.Sprintf("claimer%d", i), c.sales, crm.RoleSales))
	}
	before := len(w.all("holding_change"))
	codes := w.together(n, func(i int) (Identity, Mutation) {
		return users[i], w.ask(Claim, id, map[string]string{"pool": crm.PoolDefault})
	})
	if codes[""] != 1 || codes[fault.AlreadyHeld] != n-1 {
		t.Errorf("outcomes %v", codes)
	}
	owner := w.record("holding", id).Text("owner")
	var sum int64
	for _, u := range users {
		used := w.ledger(u.User)
		if (used == 1) != (u.User == owner) {
			t.Errorf("%s has %d claims in the ledger, the owner is %s", u.User, used, owner)
		}
		sum += used
	}
	if sum != 1 || len(w.all("holding_change")) != before+1 {
		t.Errorf("ledger %d, history %d lines more", sum, len(w.all("holding_change"))-before)
	}
	r := w.one(w.device(c.wang), w.ask(Claim, id, map[string]string{"pool": crm.PoolDefault}))
	w.refused(r, fault.AlreadyHeld)
	if r.Fault.Params["Holder"] == "" || r.Fault.Params["Since"] != fmt.Sprint(w.now.Load()) {
		t.Errorf("%v", r.Fault.Params)
	}
}

// TestDailyLimit: the limit holds when claims come all at once; a release does not give one back, the next day does; the
// same request again changes nothing (POOL-07).
func TestDailyLimit(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.put("pool", crm.PoolDefault, Values{"daily_limit": int64(3)})
	ids := w.pooled(c.zhang, 12)
	wang := w.device(c.wang)
	codes := w.together(10, func(i int) (Identity, Mutation) { return wang, w.ask(Claim, ids[i], nil) })
	if codes[""] != 3 || codes[fault.DailyLimit] != 7 || w.ledger(c.wang) != 3 {
		t.Fatalf("outcomes %v, ledger %d", codes, w.ledger(c.wang))
	}
	for _, id := range ids {
		if w.record("holding", id).Text("owner") == c.wang {
			w.release(wang, id)
		}
	}
	m := w.ask(Claim, ids[10], nil)
	r := w.one(wang, m)
	w.refused(r, fault.DailyLimit)
	if r.Fault.Params["Limit"] != "3" || r.Fault.Params["Used"] != "3" {
		t.Errorf("%v", r.Fault.Params)
	}
	w.day("2026-11-03 00:00:00")
	w.refused(w.one(wang, m), fault.DailyLimit) // the same request keeps its verdict
	r = w.one(wang, w.ask(Claim, ids[10], nil))
	w.outcome(r, change.Applied)
	if r.Info["Used"] != "1" || r.Info["Left"] != "2" {
		t.Errorf("%v", r.Info)
	}
}

// TestCaps: what one may hold from a pool and altogether; dealt customers are counted out of both (POOL-08, POOL-09).
func TestCaps(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.put("pool", crm.PoolDefault, Values{"holding_cap": int64(2)})
	ids := w.pooled(c.zhang, 5)
	wang := w.device(c.wang)
	w.customer(wang, "自己的", nil) // not from the pool, so not in its cap
	for _, id := range ids[:2] {
		w.outcome(w.one(wang, w.ask(Claim, id, nil)), change.Applied)
	}
	w.refused(w.one(wang, w.ask(Claim, ids[2], nil)), fault.PoolCap)
	// In one push, the second sees what the first did.
	deal := w.ask(Deal, ids[0], map[string]string{"dealt": "true"})
	r := w.push(wang, deal, w.ask(Claim, ids[2], nil), w.ask(Claim, ids[3], nil))
	w.outcome(r[0], change.Applied)
	w.outcome(r[1], change.Applied)
	w.refused(r[2], fault.PoolCap)
	w.put("pool", crm.PoolDefault, Values{"holding_cap": nil})
	w.put("settings", crm.SettingsID, Values{"holding_cap": int64(4)})
	w.outcome(w.one(wang, w.ask(Claim, ids[3], nil)), change.Applied) // three that count and this one
	w.refused(w.one(wang, w.ask(Claim, ids[4], nil)), fault.HoldingCap)
	w.refused(w.one(w.device(c.manager), w.ask(Transfer, w.customer(w.device(c.zhang), "给王", nil), map[string]string{"to": c.wang})), fault.HoldingCap)
}

// TestCoolDown: whoever lost a customer, in whatever way, waits; the day is counted from the loss (POOL-10, POOL-11).
func TestCoolDown(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.put("pool", crm.PoolDefault, Values{"cooldown_days": int64(3)})
	id := w.pooled(c.zhang, 1)[0]
	zhang := w.device(c.zhang)
	w.pass(3*24*time.Hour - time.Minute)
	w.refused(w.one(zhang, w.ask(Claim, id, nil)), fault.CoolDown)
	w.pass(time.Minute)
	w.outcome(w.one(zhang, w.ask(Claim, id, nil)), change.Applied)
	w.release(zhang, id)
	w.outcome(w.one(w.device(c.wang), w.ask(Claim, id, nil)), change.Applied)
}

// TestReleaseTransferAssign: with reasons, rights and messages to those concerned (POOL-13, POOL-16, POOL-24).
func TestReleaseTransferAssign(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.device(c.zhang), w.device(c.manager)
	id := w.customer(zhang, "恒达机械", nil)
	w.refused(w.one(zhang, w.ask(Release, id, nil)), fault.ReasonMissing)
	w.refused(w.one(zhang, w.ask(Release, id, map[string]string{"reason": "no such"})), fault.BadChoice)
	w.refused(w.one(zhang, w.ask(Release, id, map[string]string{"reason": "other", "pool": "nowhere"})), fault.PoolNotFound)
	w.refused(w.one(zhang, w.ask(Assign, id, map[string]string{"to": c.wang})), fault.AlreadyHeld)
	w.refused(w.one(w.device(c.reader), w.ask(Transfer, id, map[string]string{"to": c.reader})), fault.NoRight)
	w.refused(w.one(w.device(c.far), w.ask(Transfer, id, map[string]string{"to": c.far})), fault.NotFound)

	w.outcome(w.one(manager, w.ask(Release, id, map[string]string{"reason": "other", "note": "太远"})), change.Applied)
	h := w.record("holding", id)
	if h.Text("pool") != crm.PoolDefault || h.Text("former_owner") != c.zhang || h.Text("reason") != "other" || h.Text("note") != "太远" || h.Has("owner") || h.Has("claimed_at") {
		t.Errorf("holding %v", h.Values)
	}
	if len(w.notices(c.zhang, "released")) != 1 {
		t.Error("the owner was not told")
	}
	w.refused(w.one(manager, w.ask(Assign, id, map[string]string{"to": c.wang})), fault.NoRight)
	w.put("pool", crm.PoolDefault, Values{"admins": []string{c.manager}})
	w.outcome(w.one(manager, w.ask(Assign, id, map[string]string{"to": c.wang})), change.Applied)
	if w.ledger(c.wang) != 0 || len(w.notices(c.wang, "assigned")) != 1 {
		t.Error("an assignment used up a claim, or nobody was told")
	}
	wang := w.device(c.wang)
	w.outcome(w.one(wang, w.ask(Transfer, id, map[string]string{"to": c.far, "note": "他的区域"})), change.Applied)
	if len(w.notices(c.far, "transferred_to_you")) != 1 || len(w.notices(c.wang, "transferred_away")) != 0 {
		t.Error("the wrong people were told")
	}
	w.refused(w.one(wang, w.ask(Transfer, id, map[string]string{"to": c.wang})), fault.NotHolder)
	w.put("user", c.zhang, Values{"disabled": true})
	w.refused(w.one(w.device(c.far), w.ask(Transfer, id, map[string]string{"to": c.zhang})), fault.UserDisabled)
	var hows []string
	for _, r := range w.all("holding_change") {
		hows = append(hows, r.Text("how"))
	}
	if got := strings.Join(hows, " "); got != "created released assigned transferred" {
		t.Errorf("history of holding: %s", got)
	}
}

// TestPoolShowsFacesOnly: what a pool masks and hides, and everything under the customer, is in no byte that a member
// gets: not as the root joins, not when it changes, not after a claim was lost again (POOL-20, POOL-21, I6).
func TestPoolShowsFacesOnly(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	far, zhang := w.client(c.far), w.device(c.zhang)
	far.pull(0, nil)
	id := w.customer(zhang, "恒达机械", Values{
		"mobile": "13811112222", "email": "canary@secret.cn", "remark": "CANARY-remark", "address": "CANARY-address", "credit_code": "91330109MA2KFU6E53",
	})
	w.outcome(w.one(zhang, w.mutation(change.Create, "contact", w.id(), id, Values{"name": "CANARY-contact", "mobile": "13833334444"})), change.Applied)
	m := w.followup(zhang, id, "phone", monday)
	m.Set["content"] = "CANARY-talk"
	w.outcome(w.one(zhang, m.Sealed()), change.Applied)
	w.pass(time.Hour)
	w.release(zhang, id)
	far.pull(0, nil)
	far.mustEqual()
	late := w.followup(zhang, id, "visit", monday.Add(time.Minute)) // of the time when he held it
	late.Set["content"] = "CANARY-late"
	w.outcome(w.one(zhang, late.Sealed()), change.Applied)
	admin := w.device(w.admin)
	w.outcome(w.one(admin, w.edit("customer", id, id, "remark", "CANARY-remark", "CANARY-other")), change.Applied)
	far.pull(1, nil)
	far.mustEqual()
	face := far.shown("customer")[0]
	if face.Text("mobile") != "138****2222" || face.Has("remark") || face.Text("name") != "恒达机械" {
		t.Errorf("face %v", face.Values)
	}
	for _, line := range far.raw {
		for _, canary := range []string{"CANARY", "13811112222", "canary@", "13833334444", "91330109MA2KFU6E53"} {
			if strings.Contains(line, canary) {
				t.Errorf("%s in %s", canary, line)
			}
		}
	}
	cl, _, err := w.h.Customer(w.ctx(), far.by, id)
	w.must(err)
	if cl.Text("mobile") != "138****2222" || cl.Has("remark") {
		t.Errorf("read online: %v", cl.Values)
	}
	w.outcome(w.one(far.by, w.ask(Claim, id, nil)), change.Applied)
	far.pull(2, nil)
	far.mustEqual()
	if len(far.shown("contact")) != 1 || len(far.shown("followup")) != 2 || far.shown("customer")[0].Text("mobile") != "13811112222" {
		t.Error("after the claim not everything is there")
	}
	// And when it goes back, all of it is replaced by the face.
	w.release(far.by, id)
	far.pull(3, nil)
	far.mustEqual()
	if len(far.shown("contact"))+len(far.shown("followup")) != 0 {
		t.Error("what lay under the customer stayed")
	}
}

// TestAQueuedClaim: the verdict on a claim that was asked without a network comes with the push and with the next pull,
// and the history says when it was asked and on which device (POOL-33).
func TestAQueuedClaim(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	id := w.pooled(c.zhang, 1)[0]
	wang, far := w.client(c.wang), w.client(c.far)
	wang.pull(0, nil)
	far.pull(0, nil)
	asked := w.now.Load()
	mine, his := w.ask(Claim, id, map[string]string{"pool": crm.PoolDefault}), w.ask(Claim, id, map[string]string{"pool": crm.PoolDefault})
	w.pass(5 * time.Hour)
	w.outcome(w.one(wang.by, mine), change.Applied)
	w.refused(w.one(far.by, his), fault.AlreadyHeld)
	far.pull(0, nil)
	far.mustEqual()
	if r := far.results[his.ID]; r.Fault == nil || r.Fault.Params["Holder"] != "wang" {
		t.Errorf("verdict %+v", r)
	}
	if l := far.leaves[id]; l.How != "claimed" || l.To != c.wang {
		t.Errorf("leave %+v", l)
	}
	var line wire.Leave
	for _, r := range w.all("holding_change") {
		if r.Text("how") == "claimed" {
			line.At, line.By, line.To = r.Int("asked_at"), r.Text("device"), r.Text("to_owner")
		}
	}
	if line.At != asked || line.By != wang.by.Device || line.To != c.wang {
		t.Errorf("history %+v", line)
	}
}
