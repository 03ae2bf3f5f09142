package sample

import (
	"encoding/json"
	"fmt"
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// The people and pools of the practice book.
const (
	PracticeMe      = "practice-zhangwei"
	PracticeManager = "practice-lijing"
	practiceBoss    = "practice-zhouhai"
	practiceWang    = "practice-wangfang"
	practiceZhao    = "practice-zhaoqiang"

	practiceSales = "practice-sales-east"
	practicePool  = "practice-pool-fair"
)

// practiceMine and practicePooled are the numbers of customers in the practice book.
const (
	practiceMine   = 76
	practicePooled = 44
)

// Practice makes the book of one salesperson, 张伟, as his laptop would hold it after a sync: what a new company begins
// with, the people around him, his customers and the faces of those in two pools, tasks, messages. Nothing in it is
// overdue for the pool, some of it soon will be. presets is what crm.LoadPresets gives.
func Practice(presets []schema.Record, names []string, regions []crm.Region, now time.Time, zone *time.Location) ([]schema.Record, error) {
	book, err := New(Config{
		Seed: 20260101, Contacts: true, Users: []string{PracticeMe}, Names: names, Regions: regions, Now: now, Zone: zone,
	})
	if err != nil {
		return nil, err
	}
	w := book.writer()
	all := append(practiceCompany(presets, zone), practicePeople()...)
	number := 0
	for i := range practiceMine {
		f := fate{owner: PracticeMe, silent: practiceSilence(i), dealt: i%13 == 5}
		t := w.tree(i, f, 1+w.r.IntN(5), practiceTasks(i))
		w.appoint(i, &t)
		all = append(all, w.numbered(t, &number)...)
	}
	for i := practiceMine; i < practiceMine+practicePooled; i++ {
		f := fate{pool: crm.PoolDefault, former: pick(w, []string{practiceWang, practiceZhao, PracticeMe}), silent: reclaimAfter + 4 + w.r.IntN(50)}
		if i%5 == 0 {
			f.pool = practicePool
		}
		t := w.tree(i, f, 0, 0)
		t.Children = nil // a pool shows faces alone
		all = append(all, w.numbered(t, &number)...)
	}
	for i := range 6 {
		task := w.task("", PracticeMe)
		task.Values["list"] = []string{"inbox", "inbox", "today", "today", "next", "later"}[i]
		all = append(all, open(task))
	}
	return append(all, w.messages(all)...), nil
}

// practiceSilence spreads the days since the last follow-up: most of them recent, a handful close to the pool.
func practiceSilence(i int) int {
	switch {
	case i < 4:
		return reclaimAfter - 3 + i%3 // it stays for four to two days more
	case i < 9:
		return reclaimAfter - 6 + i%3
	}
	return i % 21
}

// practiceTasks gives one customer in three a task.
func practiceTasks(i int) int {
	if i%3 == 0 {
		return 1
	}
	return 0
}

// appoint puts the first customers on today's page and their tasks on today's list.
func (w *writer) appoint(i int, t *Tree) {
	if i >= 9 && i < 16 {
		y, m, d := w.c.Now.In(w.c.Zone).Date()
		t.Customer.Values["next_contact_at"] = time.Date(y, m, d, 9+i%8, 30*(i%2), 0, 0, w.c.Zone).UnixMilli()
	} else if at := t.Customer.Moment("next_contact_at"); !at.IsZero() && at.In(w.c.Zone).YearDay() == w.c.Now.In(w.c.Zone).YearDay() {
		t.Customer.Values["next_contact_at"] = w.ahead(3 + w.r.IntN(10)).UnixMilli()
	}
	for n, c := range t.Children {
		if c.Kind == "task" && i < 30 {
			t.Children[n] = open(c)
			c.Values["list"] = lists[i%len(lists)]
		}
	}
}

// open makes a task one that is still to be done.
func open(task schema.Record) schema.Record {
	delete(task.Values, "done_at")
	task.Values["status"] = "open"
	return task
}

// numbered gives a tree's customer its number and the first line of its history, and lists its records.
func (w *writer) numbered(t Tree, n *int) []schema.Record {
	*n++
	h := t.Holding
	entered := h.Moment("claimed_at")
	change := schema.Values{"how": h.Values["how"], "to_owner": h.Values["owner"], "to_pool": h.Values["pool"], "at": h.Values["claimed_at"]}
	if h.Text("pool") != "" {
		entered = h.Moment("pooled_at")
		change["from_owner"], change["reason"], change["at"] = h.Values["former_owner"], h.Values["reason"], h.Values["pooled_at"]
	} else if h.Text("how") == "claimed" {
		change["from_pool"], change["by"] = crm.PoolDefault, PracticeMe
	} else if h.Text("how") == "assigned" {
		change["from_pool"], change["by"] = crm.PoolDefault, PracticeManager
	} else {
		change["by"] = PracticeMe
	}
	t.Customer.Values["number"] = fmt.Sprintf("KH-%s-%04d", entered.In(w.c.Zone).Format("20060102"), *n)
	records := append([]schema.Record{t.Customer, h}, t.Children...)
	if h.Text("pool") != "" { // the history of a customer in a pool is not part of its face
		return records
	}
	id := w.id(entered)
	return append(records, schema.Record{Kind: "holding_change", ID: id, Root: t.Customer.ID}.With(change))
}

// messages are what has happened to 张伟 lately.
func (w *writer) messages(records []schema.Record) []schema.Record {
	var out []schema.Record
	for _, r := range records {
		if r.Kind != "holding" || r.Text("how") != "assigned" || len(out) == 2 {
			continue
		}
		name := ""
		for _, c := range records {
			if c.Kind == "customer" && c.ID == r.ID {
				name = c.Text("name")
			}
		}
		params, err := json.Marshal(map[string]string{"Customer": name, "By": "李静"})
		if err != nil { // a map of strings always has a JSON form
			continue
		}
		at := r.Moment("claimed_at")
		id := w.id(at)
		out = append(out, schema.Record{Kind: "notice", ID: id, Root: id, Values: schema.Values{
			"user": PracticeMe, "code": "assigned", "customer": r.ID, "at": at.UnixMilli(), "params": string(params),
		}})
	}
	return out
}

// practiceCompany takes the presets and names the company and its pool's members.
func practiceCompany(presets []schema.Record, zone *time.Location) []schema.Record {
	all := make([]schema.Record, 0, len(presets)+2)
	for _, r := range presets {
		switch r.Kind {
		case "settings":
			r = r.With(schema.Values{"company": "渔舟示例公司", "zone": zone.String()})
		case "pool":
			r = r.With(schema.Values{"name": "华东公海", "admins": schema.NewSet(PracticeManager)})
		}
		all = append(all, r)
	}
	return append(all,
		schema.Record{Kind: "department", ID: practiceSales, Root: practiceSales, Values: schema.Values{
			"name": "华东销售一部", "parent": crm.DepartmentTop, "head": PracticeManager,
		}},
		schema.Record{Kind: "pool", ID: practicePool, Root: practicePool, Values: schema.Values{
			"name": "展会线索池", "mode": "claimable", "departments": schema.NewSet(practiceSales), "admins": schema.NewSet(PracticeManager),
			"daily_limit": int64(5), "masked_fields": schema.NewSet("mobile", "phone", "email"), "order": int64(2),
		}},
	)
}

func practicePeople() []schema.Record {
	var all []schema.Record
	for _, p := range []struct{ id, login, name, department, role string }{
		{practiceBoss, "zhouhai", "周海", crm.DepartmentTop, crm.RoleAdmin},
		{PracticeManager, "lijing", "李静", practiceSales, crm.RoleManager},
		{PracticeMe, "zhangwei", "张伟", practiceSales, crm.RoleSales},
		{practiceWang, "wangfang", "王芳", practiceSales, crm.RoleSales},
		{practiceZhao, "zhaoqiang", "赵强", practiceSales, crm.RoleSales},
	} {
		all = append(all, schema.Record{Kind: "user", ID: p.id, Root: p.id, Values: schema.Values{
			"login": p.login, "name": p.name, "department": p.department, "roles": schema.NewSet(p.role),
		}})
	}
	return all
}
