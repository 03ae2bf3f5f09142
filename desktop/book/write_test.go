package book_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// codes lists field and code of what is wrong.
func codes(err error) string {
	var invalid *book.Invalid
	if !errors.As(err, &invalid) {
		return string(fault.CodeOf(err))
	}
	var all []string
	for _, f := range invalid.Faults {
		all = append(all, f.Field+":"+string(f.Code))
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// TestCreate (CUS-01, CUS-03, CUS-04): checks name the field, and what is saved is there at once with its stamps.
func TestCreate(t *testing.T) {
	s := open(t, me)
	for _, c := range []struct {
		kind   string
		values schema.Values
		want   string
	}{
		{"customer", schema.Values{"name": "", "mobile": "123", "email": "x"}, "email:BAD_EMAIL mobile:BAD_MOBILE name:REQUIRED"},
		{"customer", schema.Values{"name": "甲", "number": "KH-1"}, "number:FIELD_LOCKED"},
		{"task", schema.Values{"title": "x", "status": "blocked"}, "blocked_reason:REASON_MISSING"},
		{"user", schema.Values{"name": "x"}, "UNKNOWN_KIND"},
		{"nonsense", nil, "UNKNOWN_KIND"},
	} {
		_, err := s.Create(c.kind, "", c.values)
		want(t, fmt.Sprint(c.kind, c.values), codes(err), c.want)
	}
	want(t, "nothing was kept", len(must[[]book.Entry](t)(s.Outbox())), 0)

	id := must[string](t)(s.Create("customer", "", schema.Values{"name": "甲", "mobile": "13862904417", "remark": ""}))
	c := s.row("customer", id)
	want(t, "number", c.Text("number"), "临-ABCD-0001")
	want(t, "owner", c.Owner, me)
	want(t, "pending", c.Pending, true)
	want(t, "days", c.Due.Days, 31)
	task := s.row("task", must[string](t)(s.Create("task", id, schema.Values{"title": "寄样品"})))
	want(t, "task", task.Text("list")+task.Text("status")+task.Text("priority")+task.Text("executor")+task.Text("creator"), "inboxopennone"+me+me)
	alone := s.row("task", must[string](t)(s.Create("task", "", schema.Values{"title": "自己的"})))
	want(t, "stands alone", alone.Root, alone.ID)
	outbox := must[[]book.Entry](t)(s.Outbox())
	want(t, "outbox", fmt.Sprintf("%s/%s/%s/%s", outbox[0].Title, outbox[1].Title, outbox[1].Customer, outbox[2].Customer), "甲/寄样品/甲/")
	_, local := outbox[0].Mutation.Set["number"]
	want(t, "the provisional number stays here", local, false)
	_, author := outbox[1].Mutation.Set["creator"]
	want(t, "so does the author", author, false)
}

// TestSet: only what differs is changed, over the base that was seen; what may not be written names its field.
func TestSet(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -1, schema.Values{"mobile": "13862904417", "email": "alt kaputt", "level": "a", "remark": "x"}), held("c2", "乙", other, -1, nil),
		child("contact", "k1", "c1", schema.Values{"name": "陈"}), child("followup", "f1", "c1", schema.Values{"content": "x"}))
	seen := s.row("customer", "c1")
	s.land(rows{{Kind: "customer", ID: "c1", Root: "c1", Values: schema.Values{"name": "甲", "mobile": "13900000000", "level": "b", "email": "alt kaputt"}}})
	if err := s.SetOver(seen, schema.Values{"mobile": "13911111111", "level": "a", "remark": nil}); err != nil {
		t.Fatal(err)
	}
	m := must[[]book.Entry](t)(s.Outbox())[0].Mutation
	want(t, "base", fmt.Sprint(m.Base), "map[mobile:13862904417 remark:x]")
	want(t, "set", fmt.Sprint(m.Set, m.Clear), "map[mobile:13911111111] [remark]")
	want(t, "visible", s.row("customer", "c1").Text("mobile"), "13911111111")
	if err := s.Set("customer", "c1", schema.Values{"mobile": "13911111111"}); err != nil {
		t.Fatal(err)
	}
	want(t, "nothing new", len(must[[]book.Entry](t)(s.Outbox())), 1)
	for _, c := range []struct {
		kind, id string
		values   schema.Values
		want     string
	}{
		{"customer", "c1", schema.Values{"mobile": "1"}, "mobile:BAD_MOBILE"},
		{"customer", "c1", schema.Values{"name": nil}, "name:REQUIRED"},
		{"customer", "c1", schema.Values{"number": "KH-2"}, "number:FIELD_LOCKED"},
		{"customer", "c2", schema.Values{"name": "x"}, "NO_RIGHT"},
		{"customer", "c9", schema.Values{"name": "x"}, "NOT_FOUND"},
		{"followup", "f1", schema.Values{"content": "y"}, "APPEND_ONLY"},
		{"holding", "c1", schema.Values{"owner": other}, "FIELD_LOCKED"},
	} {
		want(t, fmt.Sprint(c.kind, c.values), codes(s.Set(c.kind, c.id, c.values)), c.want)
	}
	if err := s.Delete("contact", "k1"); err != nil {
		t.Fatal(err)
	}
	want(t, "deleted", len(must[[]book.Row](t)(s.Children("contact", "c1"))), 0)
	want(t, "a fact stays", codes(s.Delete("followup", "f1")), "APPEND_ONLY")
	want(t, "another's", codes(s.Delete("customer", "c2")), "NO_RIGHT")
	last := must[[]book.Entry](t)(s.Outbox())[1]
	want(t, "title of a deleted record", last.Customer, "甲")
	if err := s.Undo(last.ID); err != nil {
		t.Fatal(err)
	}
	want(t, "undone", len(must[[]book.Row](t)(s.Children("contact", "c1"))), 1)
}

// TestTaskDone: ticking a task off stamps it, taking the tick away clears the stamp.
func TestTaskDone(t *testing.T) {
	s := open(t, me, child("task", "t1", "t1", schema.Values{"title": "x", "list": "today", "status": "open", "priority": "none", "executor": me}))
	if err := s.Set("task", "t1", schema.Values{"status": "done"}); err != nil {
		t.Fatal(err)
	}
	want(t, "done", s.row("task", "t1").Moment("done_at"), noon)
	if err := s.Set("task", "t1", schema.Values{"status": "open"}); err != nil {
		t.Fatal(err)
	}
	want(t, "open again", s.row("task", "t1").Has("done_at"), false)
}

// TestFollowUp (FUP-01, 05, 06): one call notes the talk and plans the next; the future is refused.
func TestFollowUp(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -20, schema.Values{"next_contact_at": at(0)}))
	_, err := s.FollowUp(book.FollowUp{Customer: "c1", Method: "visit", Content: "x", OccurredAt: noon.AddDate(0, 0, 1)})
	want(t, "future", codes(err), "occurred_at:FUTURE_DATE")
	_, err = s.FollowUp(book.FollowUp{Customer: "c1", Method: "visit", Content: "x", OccurredAt: noon.AddDate(0, 0, -31)})
	want(t, "too long ago", codes(err), "occurred_at:BACKDATED")
	_, err = s.FollowUp(book.FollowUp{Customer: "c1", Method: "visit"})
	want(t, "empty", codes(err), "content:REQUIRED")
	want(t, "days before", s.row("customer", "c1").Due.Days, 11)

	id := must[string](t)(s.FollowUp(book.FollowUp{Customer: "c1", Method: "visit", Content: "谈了价格"}))
	f := s.row("followup", id)
	want(t, "stamps", fmt.Sprint(f.Int("occurred_at") == at(0), f.Int("recorded_at") == at(0), f.Text("author")), "true true"+me)
	c := s.row("customer", "c1")
	want(t, "the plan has taken place", c.Has("next_contact_at"), false)
	want(t, "days", c.Due.Days, 31)
	want(t, "followed", c.FollowedAt, noon)
	must[string](t)(s.FollowUp(book.FollowUp{Customer: "c1", Method: "sms", Content: "约时间", NextAt: noon.AddDate(0, 0, 3)}))
	want(t, "planned", s.row("customer", "c1").Int("next_contact_at"), at(3))
	must[string](t)(s.FollowUp(book.FollowUp{Customer: "c1", Method: "sms", Content: "x"}))
	want(t, "a later plan stays", s.row("customer", "c1").Int("next_contact_at"), at(3))
}

// TestAsk: what is certain to be refused is refused at once, the rest waits as 待确认; asking twice is asking once.
func TestAsk(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -1, nil), held("c2", "乙", other, -1, nil), pooled("p1", "金华", "pool-east", other, -9), pooled("p3", "远", "pool-far", other, -9))
	for _, c := range []struct {
		command, customer string
		args              map[string]string
		want              fault.Code
	}{
		{change.Claim, "p3", nil, fault.PoolNotMember},
		{change.Claim, "c2", nil, fault.AlreadyHeld},
		{change.Claim, "p9", nil, fault.NotFound},
		{change.Release, "c1", nil, fault.ReasonMissing},
		{change.Release, "c2", map[string]string{"reason": "no_budget"}, fault.NoRight},
		{change.Transfer, "c1", map[string]string{"to": "nobody"}, fault.UserDisabled},
		{change.Transfer, "c2", map[string]string{"to": me}, fault.NoRight},
		{change.Assign, "p1", map[string]string{"to": me}, fault.NoRight},
		{change.Deal, "c2", nil, fault.NoRight},
		{"explode", "c1", nil, fault.Malformed},
	} {
		_, err := s.Ask(c.command, c.customer, c.args)
		want(t, c.command+" "+c.customer, fault.CodeOf(err), c.want)
	}
	id := must[string](t)(s.Ask(change.Claim, "p1", map[string]string{"pool": "pool-east"}))
	want(t, "waits", s.row("customer", "p1").Asked, change.Claim)
	want(t, "again", must[string](t)(s.Ask(change.Claim, "p1", nil)), id)
	must[string](t)(s.Ask(change.Release, "c1", map[string]string{"reason": "no_budget"}))
	want(t, "outbox", len(must[[]book.Entry](t)(s.Outbox())), 2)
	if err := s.Undo(id); err != nil {
		t.Fatal(err)
	}
	want(t, "undone", s.row("customer", "p1").Asked, "")
}

func conflict(field string, base, theirs, mine string) rows {
	return child("conflict", "x1", "x1", schema.Values{
		"editor": me, "kind": "customer", "record": "c1", "root": "c1", "title": "甲", "field": field, "base": base, "theirs": theirs, "mine": mine,
		"theirs_by": other, "found_at": at(0), "state": "open",
	})
}

// TestConflicts: each way out of a conflict leads where it says.
func TestConflicts(t *testing.T) {
	for choice, wanted := range map[string]string{
		book.Theirs: "theirs/13900000002/", book.Mine: "mine/13900000003/", book.Typed: "typed/13900000004/", book.Both: "theirs/13900000002/13900000003",
	} {
		s := open(t, me, held("c1", "甲", me, -1, schema.Values{"mobile": "13900000002"}), conflict("mobile", `"13900000001"`, `"13900000002"`, `"13900000003"`))
		item := must[[]book.TrayItem](t)(s.Tray())[0]
		want(t, "values", fmt.Sprint(item.Base, item.Theirs, item.Mine, item.Name, item.Type), "13900000001"+"13900000002"+"13900000003"+"甲"+"conflict")
		want(t, "both goes to", s.BothField(item), "phone")
		want(t, "counted", must[book.Counts](t)(s.Counts()).Tray, 1)
		if err := s.Resolve("x1", choice, "13900000004"); err != nil {
			t.Fatal(err)
		}
		c := s.row("customer", "c1")
		want(t, choice, s.row("conflict", "x1").Text("state")+"/"+c.Text("mobile")+"/"+c.Text("phone"), wanted)
		want(t, "counted", must[book.Counts](t)(s.Counts()).Tray, 0)
		if choice == book.Mine {
			want(t, "new base", must[[]book.Entry](t)(s.Outbox())[1].Mutation.Base["mobile"], any("13900000002"))
		}
	}
	s := open(t, me, held("c1", "甲", me, -1, schema.Values{"level": "a", "remark": "旧"}), conflict("address", `"a"`, `"b"`, `"园区路 1 号"`))
	if err := s.Resolve("x1", book.Both, nil); err != nil {
		t.Fatal(err)
	}
	want(t, "remark", s.row("customer", "c1").Text("remark"), "旧\n园区路 1 号")
	s = open(t, me, conflict("mobile", `"1"`, `"2"`, `"3"`)) // the customer is not here
	want(t, "gone", fault.CodeOf(s.Resolve("x1", book.Mine, nil)), fault.NotHolder)
	if err := s.Resolve("x1", book.Theirs, nil); err != nil {
		t.Fatal(err)
	}
}

// TestTray: refusals and verdicts keep what was typed; it can be sent again over what is there now, or put away.
func TestTray(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -1, schema.Values{"level": "a"}), pooled("p1", "金华", "pool-east", other, -9))
	if err := s.Set("customer", "c1", schema.Values{"level": "b"}); err != nil {
		t.Fatal(err)
	}
	must[string](t)(s.Ask(change.Claim, "p1", nil))
	out, err := s.r.Outgoing(wire.MaxMutations)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.r.Answer([]change.Result{
		{ID: out[0].ID, Outcome: change.Refused, Fault: fault.New(fault.NoRight)},
		{ID: out[1].ID, Outcome: change.Refused, Fault: fault.New(fault.AlreadyHeld, "Holder", "孙丽"), Info: map[string]string{"Left": "7"}},
	}, "e"); err != nil {
		t.Fatal(err)
	}
	tray := must[[]book.TrayItem](t)(s.Tray())
	byType := map[string]book.TrayItem{}
	for _, i := range tray {
		byType[i.Type] = i
	}
	want(t, "verdict", byType[book.TrayVerdict].Name+byType[book.TrayVerdict].Fault.Params["Holder"]+byType[book.TrayVerdict].Info["Left"], "金华孙丽7")
	want(t, "not asked any more", s.row("customer", "p1").Asked, "")
	want(t, "level", s.row("customer", "c1").Text("level"), "a")
	if err := s.Again(byType[book.TrayRefusal].ID); err != nil {
		t.Fatal(err)
	}
	want(t, "level", s.row("customer", "c1").Text("level"), "b")
	again := must[[]book.Entry](t)(s.Outbox())[0]
	want(t, "a new mutation", again.ID == out[0].ID, false)
	want(t, "its base", again.Mutation.Base["level"], any("a"))
	if _, err := s.Dismiss(byType[book.TrayVerdict].ID); err != nil {
		t.Fatal(err)
	}
	want(t, "tray", len(must[[]book.TrayItem](t)(s.Tray())), 0)
	var b strings.Builder
	if err := s.ExportOutbox(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"level":"b"`) || strings.Count(b.String(), "\n") != 1 {
		t.Fatalf("export: %s", b.String())
	}
}

// TestPractice: a practice book is filled at once, works without a server, and decides commands by the pool's rules.
func TestPractice(t *testing.T) {
	w := newWatch()
	dir := t.TempDir()
	s := openPractice(t, dir, w)
	n := must[book.Counts](t)(s.Counts())
	if n.Customers == 0 || n.Pool == 0 || n.Tasks == 0 || !s.Practice() {
		t.Fatalf("practice book: %+v", n)
	}
	id := must[string](t)(s.Create("customer", "", schema.Values{"name": "练习客户"}))
	c := s.row("customer", id)
	want(t, "pending", c.Pending, false)
	want(t, "owner", c.Owner, s.Me().ID)
	want(t, "history", len(must[[]book.Row](t)(s.Children("holding_change", id))), 1)
	if !strings.HasPrefix(c.Text("number"), "KH-20260310-") {
		t.Fatalf("number %s", c.Text("number"))
	}
	must[string](t)(s.FollowUp(book.FollowUp{Customer: id, Method: "visit", Content: "x", NextAt: noon.AddDate(0, 0, 1)}))
	want(t, "planned", s.row("customer", id).Int("next_contact_at"), at(1))
	want(t, "followed", s.row("customer", id).FollowedAt, noon)
	must[string](t)(s.Ask(change.Release, id, map[string]string{"reason": "no_budget"}))
	c = s.row("customer", id)
	want(t, "released", c.Owner+"/"+c.FormerOwner+"/"+c.Reason, "/"+s.Me().ID+"/no_budget")
	claimed := ""
	for _, p := range s.ids(book.Query{Kind: "customer", Pool: c.Pool}) {
		if row := s.row("customer", p); p != id && s.Claimable(row) == nil {
			must[string](t)(s.Ask(change.Claim, p, nil))
			claimed = p
			break
		}
	}
	if claimed == "" {
		t.Fatal("nothing in the practice pool can be claimed")
	}
	want(t, "claimed", s.row("customer", claimed).Owner, s.Me().ID)
	want(t, "used", must[book.PoolFigures](t)(s.PoolFigures(c.Pool)).Used, int64(1))
	must[string](t)(s.Ask(change.Deal, claimed, map[string]string{"dealt": "true"}))
	want(t, "dealt", s.row("customer", claimed).Holding.Has("dealt_at"), true)
	if err := s.Set("customer", claimed, schema.Values{"name": "改名"}); err != nil {
		t.Fatal(err)
	}
	want(t, "found", must[[]book.Hit](t)(s.Search("gaiming", 5))[0].ID, claimed)
	task := must[string](t)(s.Create("task", claimed, schema.Values{"title": "x"}))
	if err := s.Delete("task", task); err != nil {
		t.Fatal(err)
	}
	want(t, "outbox", len(must[[]book.Entry](t)(s.Outbox())), 0)
	again := openPractice(t, dir, w)
	want(t, "kept", again.row("customer", id).Text("name"), "练习客户")
	if _, ok, err := again.Get("task", task); ok || err != nil {
		t.Fatal("the deleted task is back")
	}
}
