package hub

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
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
	m := Mutation{ID: w.id(), Op: change.Set, Kind: "task", Record: id, Root: id, Set: Values{"title": "谈谈小王"}, Clear: []string{"participants"},
		Base: Values{"title": "盘点", "participants": []string{c.wang}}, At: w.now.Load()}
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

// TestForgedTokens: whatever stands in a token, the laptop gets what its user may see and nothing else, and the server
// stays up. A token of another history is none.
func TestForgedTokens(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, far := w.client(c.zhang), w.client(c.far)
	secret := w.customer(zhang.by, "不可外传", Values{"mobile": "13812345678"})
	w.put("pool", crm.PoolDefault, Values{"masked_fields": []string{"mobile"}, "departments": []string{c.sales}})
	w.release(zhang.by, w.customer(zhang.by, "公海里的", Values{"mobile": "13987654321"}))
	w.outcome(w.one(w.device(c.manager), w.ask(Transfer, secret, map[string]string{"to": c.wang})), change.Applied)
	head, err := w.h.Head(w.ctx())
	w.must(err)
	for i, change := range []func(*token){
		func(*token) {},
		func(p *token) { p.Base, p.Round = -5, -9 },
		func(p *token) { p.Base, p.Round, p.Seen, p.Start = math.MinInt64, head, head, head },
		func(p *token) { p.Scope, p.At = "owner:"+c.zhang, store.Position{Seq: -1} },
		func(p *token) {
			p.Scope, p.At = strings.Repeat("z", 10_000), store.Position{Seq: math.MaxInt64, Root: "x"}
		},
		func(p *token) { p.Done, p.Total = math.MaxInt64, math.MinInt64 },
		func(p *token) { p.First, p.Cursor, p.Start, p.Seen, p.Round = false, 0, 0, head, 0 },
		func(p *token) { p.Cursor, p.Start, p.Seen = head, head, head },
	} {
		p := token{User: c.far, Epoch: w.h.Epoch(), Start: head, Seen: head, Round: head, Total: -1}
		change(&p)
		text, err := p.text()
		w.must(err)
		out := wire.NewWriter()
		if err := w.h.Pull(w.ctx(), far.by, wire.Pull{Token: text}, out); err != nil && fault.CodeOf(err) != fault.Malformed {
			t.Errorf("%d: %v", i, err)
		}
		body, _, err := out.Close()
		w.must(err)
		lines, err := wire.NewReader(body, wire.MaxPageBytes)
		w.must(err)
		for {
			line, err := lines.Line()
			if err != nil {
				break
			}
			for _, word := range []string{secret, "不可外传", "1381234", "13987654321", "owner:" + c.zhang} {
				if strings.Contains(string(line), word) {
					t.Errorf("%d: %s in %s", i, word, line)
				}
			}
		}
		lines.Close()
	}
	old := token{User: c.far, Epoch: "before-the-restore", Start: head, Seen: head, Round: head}
	text, err := old.text()
	w.must(err)
	for _, x := range []struct {
		token string
		want  fault.Code
	}{
		{text, fault.EpochChanged},
		{base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("[", 20_000))), fault.Malformed},
	} {
		if err := w.h.Pull(w.ctx(), far.by, wire.Pull{Token: x.token}, wire.NewWriter()); fault.CodeOf(err) != x.want {
			t.Errorf("%v, want %s", err, x.want)
		}
	}
}

// TestRulesBiteTomorrow: whatever date an administrator gives, a rule that takes more than before takes nothing today
// (REC-17).
func TestRulesBiteTomorrow(t *testing.T) {
	w := newWorld(t)
	r := w.put("rule", "", Values{"name": "十天", "days": int64(10), "everybody": true, "effective_on": "2020-01-01"})
	if got := r.Text("effective_on"); got != "2026-11-03" {
		t.Errorf("a new rule in effect on %s", got)
	}
	r = w.put("rule", r.ID, Values{"effective_on": "2026-12-01"})
	if got := r.Text("effective_on"); got != "2026-12-01" {
		t.Errorf("put off to %s", got)
	}
	for _, v := range []Values{{"effective_on": "2020-01-01"}, {"effective_on": nil}, {"days": int64(5), "effective_on": "2026-11-02"}} {
		if got := w.put("rule", r.ID, v).Text("effective_on"); got != "2026-11-03" {
			t.Errorf("%v: in effect on %s", v, got)
		}
	}
	w.day("2026-11-20 10:00:00")
	if got := w.put("rule", r.ID, Values{"name": "五天"}).Text("effective_on"); got != "2026-11-03" {
		t.Errorf("a new name puts it off to %s", got)
	}
}

// TestManyGuessAtOnce: who guesses with many connections at once has no more tries than with one, and no more passwords
// are worked out at a time than there are processors: each takes 46 MiB.
func TestManyGuessAtOnce(t *testing.T) {
	w := newWorld(t)
	var wrong, told int
	var guard sync.Mutex
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			_, err := w.h.Login(w.ctx(), wire.Login{Login: "admin", Password: "wrong password", Device: "d"}, fmt.Sprint("10.0.0.", i))
			guard.Lock()
			defer guard.Unlock()
			switch fault.CodeOf(err) {
			case fault.BadLogin:
				wrong++
			case fault.TooManyTries:
				told++
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most := freeAccount + cap(w.h.gate.turns); wrong > most || wrong+told != 200 {
		t.Errorf("%d passwords were tried, %d were put off; at most %d may be tried", wrong, told, most)
	}
	if _, err := w.login(strings.Repeat("渔", 60), "wrong password", "d"); fault.CodeOf(err) != fault.BadLogin {
		t.Errorf("a long Chinese login: %v", err)
	}
}

// TestMergedTextStaysShort: two texts that fit each but not together are for people to decide about.
func TestMergedTextStaysShort(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.device(c.zhang), w.device(c.manager)
	id := w.customer(zhang, "恒达机械", Values{"remark": "甲\n乙\n丙"})
	long := strings.Repeat("长", 3000)
	w.outcome(w.one(zhang, w.edit("customer", id, id, "remark", "甲\n乙\n丙", long+"\n乙\n丙")), change.Applied)
	w.outcome(w.one(manager, w.edit("customer", id, id, "remark", "甲\n乙\n丙", "甲\n乙\n"+long)), change.Conflict)
	if got := w.record("customer", id).Text("remark"); got != long+"\n乙\n丙" {
		t.Errorf("%d characters", len([]rune(got)))
	}
}
