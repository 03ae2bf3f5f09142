package hub

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// TestTwoDaysOffline: two people work on one customer for two days, each alone. What they wrote into different fields is
// there without a question, the follow-ups of both are there, of the one field that both changed the first value stays and
// the other is asked about with base, mine, theirs, who and when, and both laptops show the same (SYNC-04, SYNC-05, SYNC-06).
func TestTwoDaysOffline(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := w.client(c.zhang), w.client(c.manager)
	id := w.customer(zhang.by, "恒达机械", Values{"remark": "一\n二\n三", "tags": []string{"老"}, "level": "a"})
	zhang.pull(0, nil)
	manager.pull(0, nil)
	set := func(fields ...any) Mutation {
		m := Mutation{ID: w.id(), Op: change.Set, Kind: "customer", Record: id, Root: id, Set: Values{}, Base: Values{}, At: w.now.Load()}
		for i := 0; i < len(fields); i += 3 {
			name, _ := fields[i].(string)
			m.Set[name], m.Base[name] = fields[i+2], fields[i+1]
		}
		return m.Sealed()
	}
	hers := []Mutation{
		set("source", nil, "referral", "remark", "一\n二\n三", "零\n一\n二\n三", "tags", []string{"老"}, []string{"老", "华东"}, "level", "a", "b"),
		w.followup(manager.by, id, "phone", monday),
	}
	w.pass(48 * time.Hour)
	his := []Mutation{
		set("industry", nil, "machinery", "remark", "一\n二\n三", "一\n二\n三\n四", "tags", []string{"老"}, []string{"重点"}, "level", "a", "c"),
		w.followup(zhang.by, id, "visit", monday.Add(time.Hour)),
	}
	if r := w.push(zhang.by, his...); r[0].Outcome != change.Applied || r[1].Outcome != change.Applied {
		t.Fatalf("%+v", r)
	}
	r := w.push(manager.by, hers...)
	if r[0].Outcome != change.Conflict || !slices.Equal(r[0].Fields, []string{"level"}) || r[1].Outcome != change.Applied {
		t.Fatalf("%+v", r)
	}
	for _, cl := range []*client{zhang, manager} {
		cl.pull(0, nil)
		cl.mustEqual()
		got := cl.shown("customer")[0]
		if got.Text("source") != "referral" || got.Text("industry") != "machinery" || got.Text("remark") != "零\n一\n二\n三\n四" ||
			!slices.Equal(got.Set("tags"), []string{"华东", "重点"}) || got.Text("level") != "c" {
			t.Errorf("%s has %v", w.name(cl.by.User), got.Values)
		}
		if n := len(cl.shown("followup")); n != 2 {
			t.Errorf("%s has %d follow-ups", w.name(cl.by.User), n)
		}
		if q := cl.shown("conflict"); len(q) != 1 || q[0].Text("base") != `"a"` || q[0].Text("mine") != `"b"` || q[0].Text("theirs") != `"c"` ||
			q[0].Text("editor") != c.manager || q[0].Text("theirs_by") != c.zhang || q[0].Int("theirs_at") != w.now.Load() || q[0].Int("mine_at") != monday.UnixMilli() {
			t.Errorf("%s is asked %v", w.name(cl.by.User), q)
		}
	}
}

// TestNoChildWithoutItsCustomer: wherever a sync is cut, on whatever page, what has come so far holds no contact, task or
// follow-up whose customer is not there; going on from there ends well (SYNC-10).
func TestNoChildWithoutItsCustomer(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	for i := range 6 {
		id := w.customer(zhang, fmt.Sprintf("客户%d", i), nil)
		w.push(zhang, w.followup(zhang, id, "phone", monday), w.followup(zhang, id, "visit", monday), w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"}))
	}
	cl := w.client(c.manager)
	staged, token := emptyReplica(), ""
	for pages := 1; ; pages++ {
		end := cl.page(&staged, wire.Pull{Protocol: wire.Protocol, Token: token, Limit: 3})
		for key, h := range staged.rows {
			k := crm.ByName(key.Kind)
			if _, there := staged.rows[store.Key{Kind: "customer", ID: h.root}]; k.Parent == "customer" && !there {
				t.Fatalf("page %d: a %s without its customer", pages, key.Kind)
			}
		}
		if token = end.Token; !end.More {
			if pages < 10 {
				t.Errorf("only %d pages", pages)
			}
			cl.cursor, cl.state = end.Cursor, staged
			cl.mustEqual()
			return
		}
	}
}

// TestTwins: two people who cannot see each other's customers meet the same company on the same day, each offline. Both
// customers stay, both people are told, and neither hears more of the other's than he may see (SYNC-21, DUP-11).
func TestTwins(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, far := w.client(c.zhang), w.client(c.far)
	his := w.customer(zhang.by, "苏州恒达机械有限公司", Values{"mobile": "13800000001", "remark": "底价八折"})
	hers := w.customer(far.by, "恒达（苏州）", Values{"mobile": "13800000001"})
	if n := len(w.all("customer")); n != 2 {
		t.Fatalf("%d customers", n)
	}
	told := w.notices(c.far, "duplicate")
	if len(told) != 1 || told[0].Text("customer") != hers || told[0].Text("params") != `{"Customer":"恒达（苏州）","Mobile":"1"}` {
		t.Errorf("the second author is told %v", told)
	}
	told = w.notices(c.zhang, "duplicate_of_yours")
	if len(told) != 1 || told[0].Text("customer") != his || told[0].Text("params") != `{"By":"far","Customer":"苏州恒达机械有限公司","Mobile":"1"}` {
		t.Errorf("the first author is told %v", told)
	}
	for _, cl := range []*client{zhang, far} {
		cl.pull(0, nil)
		cl.mustEqual()
	}
	// One in a pool: its administrators are told, and of the same name to somebody who sees it, by name.
	w.put("pool", crm.PoolDefault, Values{"admins": []string{c.manager}})
	w.release(zhang.by, his)
	third := w.customer(w.device(c.manager), "苏州恒达机械有限公司", nil)
	if told := w.notices(c.manager, "duplicate"); len(told) != 1 || told[0].Text("customer") != third {
		t.Errorf("%v", told)
	}
	fourth := w.customer(zhang.by, "苏州恒达机械有限公司", nil)
	if told := w.notices(c.manager, "duplicate_of_yours"); len(told) != 2 || told[0].Text("customer") == fourth {
		t.Errorf("the administrator and holder is told %v", told)
	}
	// Hundreds of one name: a few are told of.
	for range 6 {
		w.customer(far.by, "个体户", nil)
	}
	before := len(w.all("notice"))
	w.customer(zhang.by, "个体户", nil)
	if n := len(w.all("notice")) - before; n != 1+maxTwins {
		t.Errorf("%d notices", n)
	}
}

// TestNothingWasNotedBeforeTheLastSync: a laptop that had everything this morning cannot have a note of last week: it is a
// note of today about last week, shown as such and bounded like any other. What was noted on the road stays (FUP-05,
// FUP-06).
func TestNothingWasNotedBeforeTheLastSync(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.client(c.zhang)
	id := w.customer(zhang.by, "恒达机械", nil)
	w.day("2026-11-10 09:00:00")
	zhang.pull(0, nil)
	w.customer(zhang.by, "别的", nil) // the sync is written down
	w.day("2026-11-10 18:00:00")
	made := w.followup(zhang.by, id, "visit", monday)
	w.outcome(w.one(zhang.by, made), change.Applied)
	f := w.record("followup", made.Record)
	if !crm.Backfilled(f, w.zone) || f.Int("occurred_at") != monday.UnixMilli() || f.Int("received_at") != w.now.Load() {
		t.Errorf("%v", f.Values)
	}
	w.put("settings", crm.SettingsID, Values{"backdate_days": int64(3)})
	w.refused(w.one(zhang.by, w.followup(zhang.by, id, "visit", monday)), fault.Backdated)
	w.day("2026-12-05 09:00:00") // four weeks on the road
	noted := time.UnixMilli(w.now.Load()).Add(-20 * 24 * time.Hour)
	road := w.followup(zhang.by, id, "visit", noted)
	w.outcome(w.one(zhang.by, road), change.Applied)
	if f := w.record("followup", road.Record); crm.Backfilled(f, w.zone) || f.Int("recorded_at") != noted.UnixMilli() {
		t.Errorf("%v", f.Values)
	}
}
