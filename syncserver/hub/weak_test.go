package hub

import (
	"fmt"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// TestNobodySawWhatWasNotThere: somebody who saw an owner's customers only while this one was with another, or deleted,
// hears of it what he would hear of nothing (I6).
func TestNobodySawWhatWasNotThere(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, admin := w.device(c.zhang), w.device(w.admin)
	away, deleted, there := w.customer(zhang, "不在", nil), w.customer(zhang, "已删", nil), w.customer(zhang, "在", nil)
	curious := w.user("curious", c.other, crm.RoleManager)
	by := w.device(curious)
	hand := func(id, to string) {
		w.outcome(w.one(admin, w.ask(Transfer, id, map[string]string{"to": to})), change.Applied)
	}
	remove := w.mutation(change.Delete, "customer", deleted, deleted, nil)
	remove.Seen = w.record("customer", deleted).Seq
	hand(away, w.admin)
	w.outcome(w.one(admin, remove.Sealed()), change.Applied)
	w.put("user", curious, Values{"department": c.sales, "roles": []string{crm.RoleManager}}) // now he sees zhang's
	w.customer(zhang, "别的", nil)
	w.put("user", curious, Values{"department": c.other})
	hand(away, c.zhang)
	w.outcome(w.one(admin, w.mutation(change.Restore, "customer", deleted, deleted, nil)), change.Applied)

	attempts := func(id string) (answers []string) {
		for _, m := range []Mutation{
			w.edit("customer", id, id, "remark", nil, "x"), w.mutation(change.Delete, "customer", id, id, nil),
			w.ask(Transfer, id, map[string]string{"to": curious}), w.ask(Claim, id, nil), w.edit("holding", id, id, "owner", nil, curious),
		} {
			r := w.one(by, m)
			answers = append(answers, fmt.Sprint(r.Outcome, r.Fault))
		}
		return answers
	}
	nothing := attempts(w.id())
	for _, id := range []string{away, deleted} {
		if got := attempts(id); fmt.Sprint(got) != fmt.Sprint(nothing) {
			t.Errorf("of %s he hears\n%v, of nothing\n%v", w.record("customer", id).Text("name"), got, nothing)
		}
	}
	w.refused(w.one(by, w.mutation(change.Delete, "customer", there, there, nil)), fault.NotHolder)
	w.audit()
}

// TestOneQuestionForOneField: somebody who types again and again into a field that others changed, above all into one of a
// customer that he has lost, puts one question to its holder; what he typed before stays with him (I7, I12).
func TestOneQuestionForOneField(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang := w.client(c.zhang), w.client(c.wang)
	id := w.customer(zhang.by, "恒达机械", Values{"remark": "甲"})
	zhang.pull(0, nil)
	w.outcome(w.one(w.device(c.manager), w.ask(Transfer, id, map[string]string{"to": c.wang})), change.Applied)
	before := "甲"
	for i := range 20 {
		mine := fmt.Sprint("改", i)
		w.outcome(w.one(zhang.by, w.edit("customer", id, id, "remark", before, mine)), change.Conflict)
		before = mine
	}
	w.outcome(w.one(zhang.by, w.edit("customer", id, id, "level", nil, "a")), change.Conflict)
	wang.pull(0, nil)
	wang.mustEqual()
	shown := wang.shown("conflict")
	if len(shown) != 2 {
		t.Fatalf("the holder is asked %d questions", len(shown))
	}
	for _, q := range shown {
		if q.Text("state") != "open" || q.Text("field") == "remark" && (q.Text("mine") != `"改19"` || q.Text("base") != `"甲"`) {
			t.Errorf("%v", q.Values)
		}
	}
	kept := map[string]bool{}
	for _, q := range w.all("conflict") {
		kept[q.Text("mine")] = true
	}
	for i := range 20 {
		if !kept[fmt.Sprintf("%q", fmt.Sprint("改", i))] {
			t.Errorf("the %d. draft is lost", i)
		}
	}
	// A question that is decided twice is decided once.
	question := shown[0]
	w.outcome(w.one(wang.by, w.edit("conflict", question.ID, question.ID, "state", "open", "theirs")), change.Applied)
	w.outcome(w.one(wang.by, w.edit("conflict", question.ID, question.ID, "state", "open", "mine")), change.Noop)
	if n := len(w.all("conflict")); n != 21 || w.record("conflict", question.ID).Text("state") != "theirs" {
		t.Errorf("%d conflicts, decided for %s", n, w.record("conflict", question.ID).Text("state"))
	}
	w.audit()
}

// TestDoneTwice: a message that one person reads on two laptops is read, a task that two people finish is finished, and no
// question comes of it. What arrives first stays; a clock decides nothing (SYNC-05).
func TestDoneTwice(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	id := w.customer(w.device(c.zhang), "恒达机械", nil)
	w.outcome(w.one(w.device(c.manager), w.ask(Transfer, id, map[string]string{"to": c.wang})), change.Applied)
	one, other := w.client(c.wang), w.client(c.wang)
	one.pull(0, nil)
	other.pull(0, nil)
	message := one.shown("notice")[0]
	arrives, follows := int64(1_772_500_060_000), int64(1_772_500_000_000)
	w.outcome(w.one(other.by, w.edit("notice", message.ID, message.ID, "read_at", nil, arrives)), change.Applied)
	w.outcome(w.one(one.by, w.edit("notice", message.ID, message.ID, "read_at", nil, follows)), change.Noop)
	one.pull(0, nil)
	one.mustEqual()
	task := w.id()
	w.outcome(w.one(one.by, w.mutation(change.Create, "task", task, task, Values{
		"title": "寄样品", "list": "today", "status": "open", "priority": "low", "executor": c.wang,
	})), change.Applied)
	finish := func(at int64) Mutation {
		m := w.edit("task", task, task, "status", "open", "done")
		m.Set["done_at"] = at
		return m.Sealed()
	}
	w.outcome(w.one(other.by, finish(arrives)), change.Applied)
	w.outcome(w.one(one.by, finish(follows)), change.Noop)
	if w.record("notice", message.ID).Values["read_at"] != arrives || w.record("task", task).Values["done_at"] != arrives {
		t.Errorf("read at %v, done at %v", w.record("notice", message.ID).Values["read_at"], w.record("task", task).Values["done_at"])
	}
	if n := len(w.all("conflict")); n != 0 {
		t.Errorf("%d conflicts", n)
	}
	w.audit()
}

// TestWhatStandsUnderItWasSeen: a customer is not deleted by somebody who has not seen what others added under it; what he
// added himself on this laptop he has seen (SYNC-07).
func TestWhatStandsUnderItWasSeen(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.client(c.zhang), w.client(c.manager)
	id := w.customer(zhang.by, "恒达机械", nil)
	manager.pull(0, nil)
	remove := func() Result {
		m := w.mutation(change.Delete, "customer", id, id, nil)
		m.Seen = manager.state.rows[store.Key{Kind: "customer", ID: id}].seq
		m.Known = manager.at()
		return w.one(manager.by, m.Sealed())
	}
	w.outcome(w.one(manager.by, w.mutation(change.Create, "contact", w.id(), id, Values{"name": "自己加的"})), change.Applied)
	w.outcome(w.one(zhang.by, w.followup(zhang.by, id, "visit", monday)), change.Applied)
	w.refused(remove(), fault.EditedSince)
	manager.pull(0, nil)
	w.outcome(remove(), change.Applied)
	if !w.record("customer", id).Deleted {
		t.Error("it is still there")
	}
	// Whoever deletes and whoever adds at the same moment: what was added without seeing the delete brings it back.
	w.outcome(w.one(zhang.by, w.followup(zhang.by, id, "visit", monday)), change.Applied)
	if w.record("customer", id).Deleted {
		t.Error("the follow-up went with the customer")
	}
	// A laptop of protocol 1 does not say what it knew.
	m := w.mutation(change.Delete, "customer", id, id, nil)
	m.Seen = w.record("customer", id).Seq
	w.outcome(w.one(manager.by, m.Sealed()), change.Applied)
}

// at is the commit of the laptop's cursor.
func (c *client) at() int64 {
	var seq int64
	_, err := fmt.Sscanf(c.cursor[len(c.w.h.Epoch())+1:], "%d", &seq)
	c.w.must(err)
	return seq
}
