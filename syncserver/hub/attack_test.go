package hub

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// audit works out the sums of the whole store anew.
func (w *world) audit() {
	w.t.Helper()
	w.must(w.st.View(w.ctx(), func(v *store.View) error { return v.Audit(w.t.Errorf) }))
}

// TestIdsAreNotTaken: a laptop makes only roots that are their own root, under ids that nobody else needs. A customer
// under another one would belong to two owners; an id of a dictionary's entry would keep that from being made.
func TestIdsAreNotTaken(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, far := w.device(c.zhang), w.device(c.far)
	id := w.customer(zhang, "恒达机械", nil)
	contact := w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"})
	w.outcome(w.one(zhang, contact), change.Applied)
	own := w.customer(far, "远航", nil)
	entry := crm.DictionaryID("release_reason", "moved")
	w.refused(w.one(zhang, w.mutation(change.Create, "customer", w.id(), id, Values{"name": "里面"})), fault.Malformed)
	w.refused(w.one(zhang, w.mutation(change.Create, "customer", entry, entry, Values{"name": "占位"})), fault.Malformed)
	// Under a customer that is not for his eyes nobody learns which ids are taken.
	taken := w.one(far, w.mutation(change.Create, "contact", contact.Record, id, Values{"name": "陈"}))
	free := w.one(far, w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"}))
	if w.refused(taken, fault.NotFound); taken.Fault.Error() != free.Fault.Error() {
		t.Errorf("%v and %v tell which contact is there", taken.Fault, free.Fault)
	}
	w.refused(w.one(far, w.mutation(change.Create, "contact", contact.Record, own, Values{"name": "陈"})), fault.Exists)
	if got := w.record("contact", contact.Record); got.Root != id {
		t.Errorf("the contact moved to %s", got.Root)
	}
	w.put("dictionary", "", Values{"list": "release_reason", "key": "moved", "label": "搬走了"})
	// What took such an id before it was refused does not get the entry into its own sight.
	_, err := w.h.submit(w.ctx(), 1, func(k *work) error {
		squat := crm.DictionaryID("release_reason", "squat")
		return k.tx.Put(schema.Record{Kind: "task", ID: squat, Root: squat, Values: Values{"title": "占位", "creator": c.zhang}})
	})
	w.must(err)
	if _, err := w.h.Put(w.ctx(), System, "dictionary", "", Values{"list": "release_reason", "key": "squat", "label": "占"}); fault.CodeOf(err) != fault.Exists {
		t.Errorf("an entry under the root of a task: %v", err)
	}
	w.audit()
}

// TestForeignFieldsAreBounded: fields that only a newer program knows are kept, but they do not fill the laptops, and
// nothing is kept that one of the readers cannot read (I12).
func TestForeignFieldsAreBounded(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.client(c.zhang)
	id := w.customer(zhang.by, "恒达机械", Values{"future_field": "新"})
	set := func(v Values) Result { return w.one(zhang.by, w.mutation(change.Set, "customer", id, id, v)) }
	nested := func(n int) json.RawMessage {
		return json.RawMessage(strings.Repeat(`{"a":`, n) + `1` + strings.Repeat(`}`, n))
	}
	w.outcome(set(Values{"shallow": nested(maxDepth), "quoted": `[[[[[[[[[[[[[[[[[[[[\"[[`}), change.Applied)
	w.refused(set(Values{"deep": nested(maxDepth + 1)}), fault.Malformed)
	w.refused(set(Values{"deep": nested(9000)}), fault.Malformed)
	w.refused(set(Values{"long": strings.Repeat("长", maxForeignBytes/3+1)}), fault.TooLarge)
	many := Values{}
	for i := range maxForeign {
		many[fmt.Sprint("field_", i)] = int64(i)
	}
	w.refused(set(many), fault.TooLarge)
	w.refused(w.one(zhang.by, w.mutation(change.Create, "customer", w.id(), "", many)), fault.Malformed)
	many["name"], many["one_more"] = "满了", "x"
	full := w.id()
	w.refused(w.one(zhang.by, w.mutation(change.Create, "customer", full, full, many)), fault.TooLarge)
	for i := range 10 { // a little at a time comes to the same
		set(Values{fmt.Sprint("part_", i): strings.Repeat("x", maxForeignBytes/8)})
	}
	if body, err := json.Marshal(w.record("customer", id).Values); err != nil || len(body) > maxForeignBytes+4096 {
		t.Errorf("the record has %d bytes, %v", len(body), err)
	}
	long := w.ask(Transfer, id, map[string]string{"to": strings.Repeat("x", maxArg+1)})
	w.refused(w.one(zhang.by, long.Sealed()), fault.Malformed)
	odd := w.mutation(change.Set, strings.Repeat("k", 1000), id, id, Values{"name": "x"})
	w.refused(w.one(zhang.by, odd), fault.Malformed)
	if _, err := w.h.Push(w.ctx(), zhang.by, wire.Push{Replica: strings.Repeat("r", 65)}, nil); fault.CodeOf(err) != fault.Malformed {
		t.Errorf("the name of a replica: %v", err)
	}
	zhang.pull(0, nil)
	zhang.mustEqual()
}

// TestGuessesAreNotConfirmed: what becomes of an edit tells nobody what stands in a record that he does not see, or sees
// masked.
func TestGuessesAreNotConfirmed(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang := w.client(c.zhang), w.device(c.wang)
	id := w.customer(zhang.by, "恒达机械", Values{"mobile": "13800000001"})
	zhang.pull(0, nil)
	w.outcome(w.one(w.device(c.manager), w.ask(Transfer, id, map[string]string{"to": c.wang})), change.Applied)
	w.outcome(w.one(wang, w.edit("customer", id, id, "mobile", "13800000001", "13899999999")), change.Applied)
	right := w.one(zhang.by, w.edit("customer", id, id, "mobile", "13800000001", "13899999999"))
	wrong := w.one(zhang.by, w.edit("customer", id, id, "mobile", "13800000001", "13877777777"))
	if right.Outcome != wrong.Outcome || fmt.Sprint(right.Fields) != fmt.Sprint(wrong.Fields) {
		t.Errorf("the right guess %+v, the wrong one %+v", right, wrong)
	}
	if n := len(w.all("conflict")); n != 1 {
		t.Errorf("%d conflicts: the one that says nothing new is nobody's work", n)
	}
	// Somebody who may edit everything but sees only the face of what lies in the pool.
	w.put("pool", crm.PoolDefault, Values{"masked_fields": []string{"mobile"}})
	w.release(wang, id)
	role := w.put("role", "", Values{"name": "录入", "permissions": []string{"customer:edit:all", "customer:see:self"}})
	clerk := w.device(w.user("clerk", c.sales, role.ID))
	right = w.one(clerk, w.edit("customer", id, id, "mobile", "138****9999", "13899999999"))
	wrong = w.one(clerk, w.edit("customer", id, id, "mobile", "138****9999", "13877777777"))
	if right.Outcome != change.Refused || right.Fault.Error() != wrong.Fault.Error() {
		t.Errorf("behind the mask: %+v and %+v", right, wrong)
	}
	// An import tells that there is such a customer, not which one and whose.
	far := w.put("role", "", Values{"name": "导入", "permissions": []string{"customer:import:all"}})
	importer := w.device(w.user("importer", c.other, far.ID))
	verdicts, err := w.h.Import(w.ctx(), importer, []ImportRow{{Key: "k", Customer: Values{"name": "别的", "mobile": "13899999999"}, Owner: c.far}})
	w.must(err)
	if v := verdicts[0]; v.Verdict != ImportDuplicate || v.Customer != "" || len(v.Like) != 1 || v.Like[0] != (Likeness{Why: "mobile"}) {
		t.Errorf("%+v", v)
	}
}

// TestATaskLeavesWithItsOldName: whoever is taken off a task hears what it was called when he had it, and what he heard
// of its conflicts goes with it (I6).
func TestATaskLeavesWithItsOldName(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang := w.client(c.zhang), w.client(c.wang)
	id := w.id()
	w.outcome(w.one(zhang.by, w.mutation(change.Create, "task", id, id, Values{
		"title": "盘点", "list": "inbox", "status": "open", "priority": "low", "executor": c.zhang, "participants": []string{c.wang},
	})), change.Applied)
	w.outcome(w.one(zhang.by, w.edit("task", id, id, "priority", "low", "high")), change.Applied)
	w.outcome(w.one(wang.by, w.edit("task", id, id, "priority", "low", "medium")), change.Conflict)
	wang.pull(0, nil)
	if len(wang.shown("conflict")) != 1 {
		t.Fatal("no conflict")
	}
	m := Mutation{
		ID: w.id(), Op: change.Set, Kind: "task", Record: id, Root: id, Set: Values{"title": "谈谈小王"}, Clear: []string{"participants"},
		Base: Values{"title": "盘点", "participants": []string{c.wang}}, At: w.now.Load(),
	}
	w.outcome(w.one(zhang.by, m.Sealed()), change.Applied)
	wang.pull(0, nil)
	wang.mustEqual()
	if l := wang.leaves[id]; l.How != "removed" || l.Name != "盘点" {
		t.Errorf("%+v", l)
	}
	if len(wang.shown("conflict")) != 0 {
		t.Error("the conflict stayed")
	}
	w.audit()
}

// TestNothingIsWrittenUnderADeletedCustomer: what is added to or changed under a customer that somebody deleted meanwhile
// brings it back; of somebody who has lost it too it stays with its author (I7).
func TestNothingIsWrittenUnderADeletedCustomer(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.client(c.zhang), w.client(c.manager)
	id := w.customer(zhang.by, "恒达机械", nil)
	contact := w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"})
	w.outcome(w.one(zhang.by, contact), change.Applied)
	remove := func() {
		m := w.mutation(change.Delete, "customer", id, id, nil)
		m.Seen = w.record("customer", id).Seq
		w.outcome(w.one(manager.by, m.Sealed()), change.Applied)
		manager.pull(0, nil)
	}
	for _, m := range []Mutation{w.followup(zhang.by, id, "visit", monday), w.edit("contact", contact.Record, id, "position", nil, "经理")} {
		remove()
		r := w.one(zhang.by, m)
		w.outcome(r, change.Applied)
		for _, cl := range []*client{zhang, manager} {
			cl.pull(0, nil)
			cl.mustEqual()
		}
		if r.Info["Restored"] == "" || len(zhang.shown("customer")) != 1 || len(manager.shown("contact")) != 1 {
			t.Errorf("%+v: the customer did not come back", r)
		}
	}
	if len(manager.shown("followup")) != 1 {
		t.Error("the follow-up is lost")
	}
	late := w.followup(zhang.by, id, "visit", monday)
	w.pass(time.Hour)
	w.outcome(w.one(manager.by, w.ask(Transfer, id, map[string]string{"to": c.wang})), change.Applied)
	remove()
	w.refused(w.one(zhang.by, late), fault.NotHolder)
	w.refused(w.one(w.device(c.far), w.followup(zhang.by, id, "visit", monday)), fault.NotFound)
	w.refused(w.one(zhang.by, w.edit("contact", contact.Record, id, "position", "经理", "总监")), fault.NotHolder)
	if len(w.all("conflict")) != 0 {
		t.Error("the holder is asked about a customer that is deleted")
	}
	if !w.record("customer", id).Deleted {
		t.Error("somebody who does not see it brings it back")
	}
	w.audit()
}

// TestClocksDecideNothing: a laptop that says its clock is off by years, or that notes things in the future, moves nothing
// beyond what the server knows (FUP-05, FUP-06, I9).
func TestClocksDecideNothing(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "恒达机械", nil)
	year := (365 * 24 * time.Hour).Milliseconds()
	push := func(skew int64, m Mutation) Result {
		results, err := w.h.Push(w.ctx(), zhang, wire.Push{Protocol: 1, Replica: "r", Skew: skew}, []Mutation{m})
		w.must(err)
		return results[0]
	}
	for _, skew := range []int64{0, -year, -200 * year, math.MinInt64, math.MaxInt64, 300 * year} {
		m := w.followup(zhang, id, "visit", monday)
		m.Set["recorded_at"] = monday.UnixMilli() + 20*year
		r := push(skew, m.Sealed())
		if f := w.record("followup", m.Record); r.Outcome != change.Refused && (f.Int("recorded_at") > w.now.Load() || f.Int("occurred_at") > w.now.Load()) {
			t.Errorf("skew %d: %v", skew, f.Values)
		}
		h := w.record("holding", id)
		if h.Int("counted_at") > w.now.Load() || h.Int("followed_at") > w.now.Load() {
			t.Errorf("skew %d: %v", skew, h.Values)
		}
	}
	ask := w.ask(Release, id, map[string]string{"reason": w.reason()})
	ask.At = w.now.Load() + year
	w.outcome(push(-year, ask.Sealed()), change.Applied)
	for _, line := range w.all("holding_change") {
		if line.Int("asked_at") > w.now.Load() {
			t.Errorf("asked in the future: %v", line.Values)
		}
	}
}
