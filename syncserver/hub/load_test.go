package hub

import (
	"fmt"
	"testing"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// tree makes a customer with so many follow-ups, held by a user or in the default pool.
func (w *world) tree(i int, owner string, followUps int) Tree {
	id := w.id()
	v := Values{"how": "created", "owner": owner, "claimed_at": w.now.Load()}
	if owner == "" {
		v = Values{"how": "released", "pool": crm.PoolDefault, "pooled_at": w.now.Load()}
	}
	t := Tree{
		Customer: schema.Record{Kind: "customer", ID: id, Root: id, Values: Values{"name": fmt.Sprintf("第%d号公司", i), "mobile": fmt.Sprintf("13%09d", i)}},
		Holding:  schema.Record{Kind: "holding", ID: id, Root: id, Values: v},
	}
	for range followUps {
		t.Children = append(t.Children, schema.Record{Kind: "followup", ID: w.id(), Root: id, Values: Values{
			"method": "phone", "content": "谈了报价", "occurred_at": w.now.Load(), "recorded_at": w.now.Load(), "author": owner,
		}})
	}
	return t
}

// TestLoad: what is loaded in bulk is as if people had made it: feed, digests, holdings and marks are right.
func TestLoad(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	var trees []Tree
	for i := range 250 {
		trees = append(trees, w.tree(i, []string{c.zhang, c.wang, ""}[i%3], i%4))
	}
	w.must(w.h.Load(w.ctx(), trees))
	for _, user := range []string{w.admin, c.manager, c.zhang, c.far} {
		cl := w.client(user)
		cl.pull(100, nil)
		cl.mustEqual()
	}
	w.must(w.st.View(w.ctx(), func(v *store.View) error { return v.Audit(t.Errorf) }))
	if got := w.record("customer", trees[249].Customer.ID).Text("number"); got != "KH-20261102-0250" {
		t.Errorf("number %s", got)
	}
	verdicts, err := w.h.Import(w.ctx(), System, []ImportRow{{Key: "1", Customer: Values{"name": "第7号 公司"}, Owner: c.zhang}})
	w.must(err)
	if verdicts[0].Verdict != ImportDuplicate || verdicts[0].Customer != trees[7].Customer.ID {
		t.Errorf("%+v", verdicts)
	}
}

// TestImport: rows become customers with an owner or in a pool; the same file again doubles nothing; customers that are
// there are found by mobile and by the normalised name, also within the file (DUP-03, DUP-05).
func TestImport(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "苏州恒达机械有限公司", Values{"mobile": "13800000001"})
	rows := []ImportRow{
		{Key: "a", Customer: Values{"name": "无锡远航贸易有限公司", "mobile": "13800000002"}, Contact: Values{"name": "陈", "mobile": "13800000009"}, Owner: c.wang},
		{Key: "b", Customer: Values{"name": "苏州恒达机械有限责任公司"}, Owner: c.wang},
		{Key: "c", Customer: Values{"name": "别的公司", "mobile": "13800000001"}, Pool: crm.PoolDefault},
		{Key: "d", Customer: Values{"name": "无锡远航贸易（有限公司）"}, Pool: crm.PoolDefault},
		{Key: "e", Customer: Values{"name": "苏州恒达机械"}, Pool: crm.PoolDefault, KeepDuplicate: true},
		{Key: "f", Customer: Values{"name": "坏电话", "mobile": "12"}, Owner: c.wang},
		{Key: "g", Customer: Values{"mobile": "13800000008"}, Owner: c.wang},
		{Key: "h", Customer: Values{"name": "没人的"}, Owner: "nobody"},
		{Key: "i", Customer: Values{"name": "没处的"}},
		{Key: "j", Customer: Values{"name": "坏联系人"}, Contact: Values{"mobile": "13800000007"}, Owner: c.wang},
	}
	want := []string{"created", "duplicate name", "duplicate mobile", "duplicate name", "created name", "refused BAD_MOBILE", "refused REQUIRED", "refused USER_DISABLED", "refused REQUIRED", "refused REQUIRED"}
	check := func(want []string) {
		t.Helper()
		verdicts, err := w.h.Import(w.ctx(), System, rows)
		w.must(err)
		for i, v := range verdicts {
			got := v.Verdict
			if len(v.Like) > 0 {
				got += " " + v.Like[0].Why
			}
			if v.Fault != nil {
				got += " " + string(v.Fault.Code)
			}
			if got != want[i] {
				t.Errorf("row %s: %s, want %s", rows[i].Key, got, want[i])
			}
		}
		if len(verdicts) != len(rows) {
			t.Errorf("%d verdicts for %d rows", len(verdicts), len(rows))
		}
	}
	check(want)
	if n, m := len(w.all("customer")), len(w.all("contact")); n != 3 || m != 1 {
		t.Errorf("%d customers, %d contacts", n, m)
	}
	want[0], want[4] = "same", "same"
	check(want)
	if n := len(w.all("customer")); n != 3 {
		t.Errorf("the same file again made %d customers", n)
	}
	for _, h := range w.all("holding") {
		if h.ID != id && h.Text("how") != "imported" {
			t.Errorf("holding %v", h.Values)
		}
	}
	// A customer that is renamed or deleted is not recognised by its old name any more.
	w.one(zhang, w.edit("customer", id, id, "mobile", "13800000001", "13800000005"))
	rows = rows[2:3]
	check([]string{"created"})
	// Nobody imports without the right, or to people whom his right does not cover.
	verdicts, err := w.h.Import(w.ctx(), zhang, []ImportRow{{Customer: Values{"name": "新的"}, Owner: c.zhang}})
	w.must(err)
	if verdicts[0].Fault == nil || verdicts[0].Fault.Code != fault.NoRight {
		t.Errorf("%+v", verdicts[0])
	}
	verdicts, err = w.h.Import(w.ctx(), w.device(c.manager), []ImportRow{{Customer: Values{"name": "新的"}, Owner: c.zhang}, {Customer: Values{"name": "远的"}, Owner: c.far}})
	w.must(err)
	if verdicts[0].Verdict != ImportCreated || verdicts[1].Verdict != ImportRefused {
		t.Errorf("%+v", verdicts)
	}
}

// TestSeed: a store is seeded once, and its administrator can log in.
func TestSeed(t *testing.T) {
	w := newWorld(t)
	if _, err := w.h.Seed(w.ctx(), Setup{Login: "a", Name: "a", Password: longPassword}); fault.CodeOf(err) != fault.Exists {
		t.Errorf("%v", err)
	}
	if s, err := w.login("admin", longPassword, "d1"); err != nil || s.User != w.admin {
		t.Errorf("%+v %v", s, err)
	}
	if w.record("settings", crm.SettingsID).Text("company") != "渔舟" || w.record("department", crm.DepartmentTop).Text("name") != "办公室" {
		t.Error("not what was set up")
	}
}
