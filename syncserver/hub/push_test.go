package hub

import (
	"strings"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// TestMergePaths: each field of a change is applied, nothing, merged or a conflict, and the committed value stays in a
// conflict until somebody decides (CUS-02, SYNC-04, SYNC-05; sync.md, merge).
func TestMergePaths(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.device(c.zhang), w.client(c.manager)
	id := w.customer(zhang, "恒达机械", Values{"mobile": "13800000001", "remark": "一\n二\n三\n四\n五", "tags": []string{"a", "b"}})
	if number := w.record("customer", id).Text("number"); number != "KH-20261102-0001" {
		t.Errorf("number %q", number)
	}

	w.outcome(w.one(zhang, w.edit("customer", id, id, "mobile", "13800000001", "13800000002")), change.Applied)
	w.outcome(w.one(zhang, w.edit("customer", id, id, "mobile", "13800000001", "13800000002")), change.Noop)
	w.outcome(w.one(manager.by, w.edit("customer", id, id, "remark", "一\n二\n三\n四\n五", "甲\n二\n三\n四\n五")), change.Applied)
	w.outcome(w.one(zhang, w.edit("customer", id, id, "remark", "一\n二\n三\n四\n五", "一\n二\n三\n四\n戊")), change.Merged)
	if got := w.record("customer", id).Text("remark"); got != "甲\n二\n三\n四\n戊" {
		t.Errorf("remark %q", got)
	}
	w.outcome(w.one(manager.by, w.edit("customer", id, id, "tags", []string{"a", "b"}, []string{"a", "c"})), change.Applied)
	w.outcome(w.one(zhang, w.edit("customer", id, id, "tags", []string{"a", "b"}, []string{"a", "b", "d"})), change.Merged)

	r := w.one(manager.by, w.edit("customer", id, id, "mobile", "13800000001", "13800000003"))
	w.outcome(r, change.Conflict)
	if len(r.Fields) != 1 || r.Fields[0] != "mobile" || w.record("customer", id).Text("mobile") != "13800000002" {
		t.Fatalf("%+v, mobile %s", r, w.record("customer", id).Text("mobile"))
	}
	conflict := w.all("conflict")[0]
	for field, want := range map[string]string{
		"editor": c.manager, "holder": c.zhang, "theirs": `"13800000002"`, "mine": `"13800000003"`, "base": `"13800000001"`, "theirs_by": c.zhang, "state": "open",
	} {
		if conflict.Text(field) != want {
			t.Errorf("conflict.%s = %q, want %q", field, conflict.Text(field), want)
		}
	}
	manager.pull(0, nil)
	manager.mustEqual()
	m := w.edit("customer", id, id, "mobile", "13800000002", "13800000003")
	for _, r := range w.push(manager.by, m, w.edit("conflict", conflict.ID, conflict.ID, "state", "open", "mine")) {
		w.outcome(r, change.Applied)
	}
	if w.record("customer", id).Text("mobile") != "13800000003" || w.record("conflict", conflict.ID).Text("state") != "mine" {
		t.Error("the conflict was not resolved")
	}
	// A field of a newer program is kept; one that only the server sets is left out of the change.
	both := Mutation{ID: w.id(), Op: change.Set, Kind: "customer", Record: id, Root: id, Set: Values{"number": "X", "colour": "red"}}.Sealed()
	r = w.one(zhang, both)
	w.outcome(r, change.Merged)
	if r.Fault == nil || r.Fault.Code != fault.FieldLocked || w.record("customer", id).Text("colour") != "red" || w.record("customer", id).Text("number") == "X" {
		t.Errorf("%+v", r)
	}
	w.refused(w.one(zhang, w.edit("customer", id, id, "number", nil, "X")), fault.FieldLocked)
}

// TestRefusals: what is refused is refused with its code and leaves nothing behind (SYNC-08).
func TestRefusals(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, reader, far := w.device(c.zhang), w.device(c.reader), w.device(c.far)
	id := w.customer(zhang, "恒达机械", Values{"mobile": "13800000001"})
	before := w.record("customer", id)
	task := Values{"title": "回访", "list": "inbox", "status": "open", "priority": "low", "executor": c.far}
	for name, x := range map[string]struct {
		by   Identity
		m    Mutation
		want fault.Code
	}{
		"bad value":         {zhang, w.edit("customer", id, id, "mobile", "13800000001", "123"), fault.BadMobile},
		"required":          {zhang, w.edit("customer", id, id, "name", "恒达机械", nil), fault.Required},
		"no right":          {reader, w.edit("customer", id, id, "mobile", "13800000001", "13800000002"), fault.NoRight},
		"invisible":         {far, w.edit("customer", id, id, "mobile", "13800000001", "13800000002"), fault.NotFound},
		"absent":            {far, w.edit("customer", w.id(), id, "mobile", "13800000001", "13800000002"), fault.NotFound},
		"wrong root":        {zhang, w.edit("customer", id, w.id(), "mobile", "13800000001", "13800000002"), fault.NotFound},
		"server kind":       {zhang, w.edit("holding", id, id, "owner", c.zhang, c.wang), fault.NoRight},
		"unknown kind":      {zhang, w.edit("spaceship", id, id, "name", "a", "b"), fault.UnknownKind},
		"child of nothing":  {zhang, w.mutation(change.Create, "contact", w.id(), w.id(), Values{"name": "陈"}), fault.NotFound},
		"child of a secret": {far, w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"}), fault.NotFound},
		"taken id":          {zhang, w.mutation(change.Create, "task", id, id, task), fault.Exists},
		"shipped id":        {zhang, w.mutation(change.Create, "customer", "settings", "settings", Values{"name": "x"}), fault.Malformed},
		"a contact alone":   {zhang, func() Mutation { i := w.id(); return w.mutation(change.Create, "contact", i, i, Values{"name": "陈"}) }(), fault.Malformed},
		"a made-up notice":  {zhang, func() Mutation { i := w.id(); return w.mutation(change.Create, "notice", i, i, Values{"code": "x"}) }(), fault.NoRight},
		"blind executor":    {zhang, w.mutation(change.Create, "task", w.id(), id, task), fault.ExecutorBlind},
		"future":            {zhang, w.followup(zhang, id, "phone", monday.Add(time.Hour)), fault.FutureDate},
		"too far back": {zhang, func() Mutation {
			m := w.followup(zhang, id, "phone", monday.AddDate(0, 0, -31))
			m.Set["recorded_at"] = monday.UnixMilli()
			return m.Sealed()
		}(), fault.Backdated},
		"contact of nobody": {zhang, func() Mutation {
			m := w.followup(zhang, id, "phone", monday)
			m.Set["contact"] = w.id()
			return m.Sealed()
		}(), fault.BadReference},
		"not its hash":  {zhang, func() Mutation { m := w.edit("customer", id, id, "remark", nil, "x"); m.Hash = "0"; return m }(), fault.Malformed},
		"odd field":     {zhang, w.edit("customer", id, id, "a b", nil, "x"), fault.Malformed},
		"delete unseen": {reader, w.mutation(change.Delete, "customer", id, id, nil), fault.NoRight},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.one(x.by, x.m)
			if r.Outcome != change.Refused || r.Fault == nil || r.Fault.Code != x.want {
				t.Errorf("%s (%v), want %s", r.Outcome, r.Fault, x.want)
			}
		})
	}
	if after := w.record("customer", id); after.Seq != before.Seq {
		t.Error("a refused change left something behind")
	}
	absent, secret := w.one(far, w.edit("customer", w.id(), w.id(), "remark", nil, "x")), w.one(far, w.edit("customer", id, id, "remark", nil, "x"))
	if absent.Fault.Error() != secret.Fault.Error() || absent.Outcome != secret.Outcome {
		t.Errorf("what is not there (%v) and what is secret (%v) look different", absent.Fault, secret.Fault)
	}
}

// TestFollowUpsAreFacts: a follow-up is added, never edited or deleted, so it never conflicts (FUP-01, FUP-05, SYNC-06).
func TestFollowUpsAreFacts(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "恒达机械", nil)
	w.pass(time.Hour)
	m := w.followup(zhang, id, "phone", monday.Add(30*time.Minute))
	w.outcome(w.one(zhang, m), change.Applied)
	f := w.record("followup", m.Record)
	if f.Text("author") != c.zhang || f.Int("received_at") != w.now.Load() {
		t.Errorf("author %s, received %d", f.Text("author"), f.Int("received_at"))
	}
	w.refused(w.one(zhang, w.edit("followup", m.Record, id, "content", "谈了报价", "别的")), fault.AppendOnly)
	w.refused(w.one(zhang, w.mutation(change.Delete, "followup", m.Record, id, nil)), fault.AppendOnly)
	if h := w.record("holding", id); h.Int("counted_at") != f.Int("occurred_at") || h.Int("followed_at") != f.Int("occurred_at") {
		t.Errorf("holding %v", h.Values)
	}
	// An older one that arrives later, and one that does not count, move no clock back or on.
	w.outcome(w.one(zhang, w.followup(zhang, id, "phone", monday.Add(-time.Hour))), change.Applied)
	w.outcome(w.one(zhang, w.followup(zhang, id, "sms", monday.Add(40*time.Minute))), change.Applied)
	h := w.record("holding", id)
	if h.Int("counted_at") != f.Int("occurred_at") || h.Int("followed_at") != monday.Add(40*time.Minute).UnixMilli() {
		t.Errorf("holding %v", h.Values)
	}
}

// TestSkewIsTakenOff: a laptop whose clock is a day ahead notes a follow-up "tomorrow"; the server knows better (FUP-05, SYNC-14, I9).
func TestSkewIsTakenOff(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "恒达机械", nil)
	ahead := 25 * time.Hour
	m := w.followup(zhang, id, "phone", monday.Add(ahead))
	results, err := w.h.Push(w.ctx(), zhang, wire.Push{Protocol: 1, Replica: "r", Skew: ahead.Milliseconds()}, []Mutation{m})
	w.must(err)
	w.outcome(results[0], change.Applied)
	if got := w.record("followup", m.Record).Int("occurred_at"); got != monday.UnixMilli() {
		t.Errorf("occurred at %v", time.UnixMilli(got))
	}
}

// TestSentTwice: a batch whose answer was lost is sent again: the same results, one effect, and the results come with the
// next pull too (SYNC-09, I2). The same id with another content is a copied laptop.
func TestSentTwice(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.client(c.zhang)
	zhang.pull(0, nil)
	id := w.id()
	batch := []Mutation{
		w.mutation(change.Create, "customer", id, id, Values{"name": "恒达机械"}),
		w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"}),
		w.followup(zhang.by, id, "phone", monday),
		w.edit("customer", id, id, "mobile", nil, "12"), // refused, and refused again
	}
	first := w.push(zhang.by, batch...)
	head, err := w.h.Head(w.ctx())
	w.must(err)
	w.pass(time.Hour)
	second := w.push(zhang.by, batch...)
	for i := range first {
		if first[i].Outcome != second[i].Outcome || first[i].Seq != second[i].Seq || first[i].Seq != head || (first[i].Fault == nil) != (second[i].Fault == nil) {
			t.Errorf("%d: %+v then %+v", i, first[i], second[i])
		}
	}
	if again, _ := w.h.Head(w.ctx()); again != head {
		t.Errorf("sending again made commit %d", again)
	}
	if n := len(w.all("customer")) + len(w.all("contact")) + len(w.all("followup")); n != 3 {
		t.Errorf("%d records", n)
	}
	zhang.pull(0, nil)
	zhang.mustEqual()
	for i, m := range batch {
		if got, ok := zhang.results[m.ID]; !ok || got.Outcome != first[i].Outcome || got.Seq != first[i].Seq {
			t.Errorf("pulled result of %d: %+v %v", i, got, ok)
		}
	}
	fork := batch[1]
	fork.Set = Values{"name": "李"}
	w.refused(w.one(zhang.by, fork.Sealed()), fault.ReplicaFork)
	w.refused(w.one(w.device(c.wang), batch[1]), fault.ReplicaFork)
}

// TestDependents: what hangs on a record that was refused follows it, in the same push and in a later one.
func TestDependents(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id, contact := w.id(), w.id()
	f := w.followup(zhang, id, "phone", monday)
	r := w.push(zhang,
		w.mutation(change.Create, "customer", id, id, Values{"name": strings.Repeat("长", 200)}),
		w.mutation(change.Create, "contact", contact, id, Values{"name": "陈"}), f,
		w.mutation(change.Create, "customer", w.id(), "x", nil), // something else that is wrong
	)
	w.refused(r[0], fault.TooLong)
	w.refused(r[1], fault.DependsOn)
	w.refused(r[2], fault.DependsOn)
	w.refused(w.one(zhang, w.ask(Release, id, map[string]string{"reason": "other"})), fault.DependsOn)
	w.refused(w.one(w.device(c.wang), w.edit("customer", id, id, "remark", nil, "x")), fault.NotFound)
	if len(w.all("customer")) != 0 {
		t.Error("a refused customer is there")
	}
}

// TestDeleteAgainstEdit: a delete that did not see an edit is refused; an edit that did not see a delete brings the
// record back (SYNC-07; sync.md, merge).
func TestDeleteAgainstEdit(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.client(c.zhang), w.client(c.manager)
	id := w.customer(zhang.by, "恒达机械", nil)
	contact := w.id()
	w.outcome(w.one(zhang.by, w.mutation(change.Create, "contact", contact, id, Values{"name": "陈"})), change.Applied)
	zhang.pull(0, nil)
	manager.pull(0, nil)
	seen := w.record("contact", contact).Seq
	remove := func(by Identity, kind, id, root string, seen int64) Result {
		m := w.mutation(change.Delete, kind, id, root, nil)
		m.Seen = seen
		return w.one(by, m.Sealed())
	}
	w.outcome(w.one(manager.by, w.edit("contact", contact, id, "position", nil, "经理")), change.Applied)
	w.refused(remove(zhang.by, "contact", contact, id, seen), fault.EditedSince)
	// His own edits do not stand in his way.
	w.outcome(w.one(manager.by, w.edit("contact", contact, id, "position", "经理", "总经理")), change.Applied)
	w.outcome(remove(manager.by, "contact", contact, id, seen), change.Applied)
	zhang.pull(0, nil)
	zhang.mustEqual()
	late := w.edit("contact", contact, id, "email", nil, "a@b.cn")
	late.Seen = seen
	r := w.one(zhang.by, late.Sealed())
	w.outcome(r, change.Applied)
	if r.Info["Restored"] == "" || w.record("contact", contact).Deleted {
		t.Errorf("%+v", r)
	}
	// A deleted customer leaves every sight with all that is under it, and comes back whole.
	w.outcome(remove(manager.by, "customer", id, id, w.record("customer", id).Seq), change.Applied)
	for _, cl := range []*client{zhang, manager} {
		cl.pull(0, nil)
		cl.mustEqual()
		if cl.leaves[id].How != "deleted" || len(cl.shown("contact")) != 0 {
			t.Errorf("leave %+v, contacts %d", cl.leaves[id], len(cl.shown("contact")))
		}
	}
	w.outcome(w.one(manager.by, w.mutation(change.Restore, "customer", id, id, nil)), change.Applied)
	zhang.pull(1, nil)
	zhang.mustEqual()
	if len(zhang.shown("contact")) != 1 {
		t.Error("the contact did not come back")
	}
}

// TestLateEdits: an edit of a customer that left its author goes to the new holder as a conflict; of one that nobody holds
// it stays with the author; a follow-up of the time when he held it is taken in every case (POOL-33, I7).
func TestLateEdits(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang := w.client(c.zhang), w.client(c.wang)
	id := w.customer(zhang.by, "恒达机械", Values{"mobile": "13800000001"})
	zhang.pull(0, nil)
	w.pass(time.Hour)
	visit := w.followup(zhang.by, id, "visit", monday.Add(30*time.Minute))
	w.outcome(w.one(w.device(c.manager), w.ask(Transfer, id, map[string]string{"to": c.wang})), change.Applied)
	w.outcome(w.one(wang.by, w.edit("customer", id, id, "mobile", "13800000001", "13899999999")), change.Applied)

	r := w.one(zhang.by, w.edit("customer", id, id, "mobile", "13800000001", "13800000002"))
	w.outcome(r, change.Conflict)
	w.outcome(w.one(zhang.by, visit), change.Applied)
	w.pass(time.Hour)
	w.refused(w.one(zhang.by, w.followup(zhang.by, id, "phone", time.UnixMilli(w.now.Load()))), fault.NotHolder)
	wang.pull(0, nil)
	wang.mustEqual()
	conflicts := wang.shown("conflict")
	if len(conflicts) != 1 || conflicts[0].Text("mine") != `"13800000002"` || conflicts[0].Text("holder") != c.wang {
		t.Fatalf("%+v", conflicts)
	}
	// What the new holder wrote is in the conflict, so the old one must not get it.
	zhang.pull(0, nil)
	zhang.mustEqual()
	for _, line := range zhang.raw {
		if strings.Contains(line, "13899999999") {
			t.Errorf("the new holder's value is told to the old one: %s", line)
		}
	}
	if zhang.leaves[id].How != "transferred" || zhang.leaves[id].To != c.wang || zhang.leaves[id].Name != "恒达机械" {
		t.Errorf("leave %+v", zhang.leaves[id])
	}
	w.release(wang.by, id)
	w.refused(w.one(zhang.by, w.edit("customer", id, id, "mobile", "13800000001", "13800000003")), fault.NotHolder)
	w.refused(w.one(w.device(c.far), w.edit("customer", id, id, "mobile", "13800000001", "13800000003")), fault.NotFound)
}

// TestHistoryKeepsEveryChange: each field that changed is in the history with old, new and who (I1).
func TestHistoryKeepsEveryChange(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "恒达机械", nil)
	w.outcome(w.one(zhang, w.edit("customer", id, id, "remark", nil, "一")), change.Applied)
	w.outcome(w.one(zhang, w.edit("customer", id, id, "remark", "一", "二")), change.Applied)
	_, err := w.h.submit(w.ctx(), 1, func(k *work) error {
		by, at, err := k.tx.LastChange("customer", id, "remark")
		if by != c.zhang || at != w.now.Load() {
			t.Errorf("by %q at %d", by, at)
		}
		others, err2 := k.tx.ChangedByOthers("customer", id, 0, c.zhang, zhang.Device)
		if others || err2 != nil {
			t.Errorf("others %v %v", others, err2)
		}
		return err
	})
	w.must(err)
}

// TestPoisonIsIsolated: a mutation that makes the server fail is parked; the others of its push go on, and what it
// touched is untouched (sync.md, push).
func TestPoisonIsIsolated(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	good, bad := w.id(), w.id()
	poison := w.mutation(change.Create, "customer", bad, bad, Values{"name": "毒药"})
	_, err := w.h.submit(w.ctx(), 1, func(k *work) error {
		p := &pusher{work: k, by: zhang}
		real := k.tx.Marks
		k.tx.Marks = func(r schema.Record) []string {
			if r.Text("name") == "毒药" {
				panic("poison")
			}
			return real(r)
		}
		first, err := p.one(poison, true)
		if err != nil || first.Fault == nil || first.Fault.Code != fault.Parked {
			t.Errorf("%+v %v", first, err)
		}
		second, err := p.one(w.mutation(change.Create, "customer", good, good, Values{"name": "恒达机械"}), true)
		if err != nil || second.Outcome != change.Applied {
			t.Errorf("%+v %v", second, err)
		}
		return nil
	})
	w.must(err)
	if len(w.all("customer")) != 1 || len(w.all("holding")) != 1 {
		t.Errorf("%d customers", len(w.all("customer")))
	}
	// A parked mutation may be tried again: it has no stored result.
	w.outcome(w.one(zhang, poison), change.Applied)
}

// TestBatchFailsAtTheFlush: when a commit cannot be written because of one job, the others of the batch succeed alone.
func TestBatchFailsAtTheFlush(t *testing.T) {
	w := newWorld(t)
	bad := &job{weight: 1, done: make(chan struct{}), run: func(k *work) error {
		k.tx.AssumeNew("user", w.admin) // a lie: the insert breaks the key
		return k.tx.Put(schema.Record{Kind: "user", ID: w.admin, Root: w.admin, Values: Values{"name": "x"}})
	}}
	id := w.id()
	good := &job{weight: 1, done: make(chan struct{}), run: func(k *work) error {
		return k.tx.Put(schema.Record{Kind: "department", ID: id, Root: id, Values: Values{"name": "新"}})
	}}
	stop := make(chan struct{})
	_, err := w.h.submit(w.ctx(), 1, func(*work) error { close(stop); return nil })
	w.must(err)
	<-stop
	w.h.commit([]*job{bad, good})
	if bad.err == nil || good.err != nil {
		t.Errorf("bad %v, good %v", bad.err, good.err)
	}
	if w.record("department", id).Text("name") != "新" || w.record("user", w.admin).Text("name") != "管理员" {
		t.Error("the wrong one was written")
	}
}
