package book_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// TestUnpublished: half a first sync is no book.
func TestUnpublished(t *testing.T) {
	r, err := replica.Open(t.TempDir(), clock.At(noon))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if _, err := book.Open(r, clock.At(noon)); err != book.ErrUnpublished { //nolint:errorlint // documented as this very error
		t.Fatalf("opened: %v", err)
	}
}

// TestViews: each view of the list of customers shows what its name says, in its order.
func TestViews(t *testing.T) {
	s := open(t, manager,
		held("c1", "杭州云栖", manager, -3, schema.Values{"next_contact_at": at(0), "level": "a"}),
		held("c2", "苏州恒达", manager, -28, schema.Values{"next_contact_at": at(5), "level": "b"}),
		held("c3", "安徽合力", manager, -26, schema.Values{"level": "a"}),
		held("c4", "无锡太湖", me, -1, nil), held("c5", "宁波", other, -1, nil),
		pooled("p1", "金华永康", "pool-east", me, -2), pooled("p2", "湖州", "pool-east", other, -1), pooled("p3", "衢州", "pool-far", other, -9))
	for _, c := range []struct {
		name string
		q    book.Query
		want string
	}{
		{"mine by next contact", book.Query{View: book.ViewMine}, "[c1 c2 c3]"},
		{"by pinyin", book.Query{View: book.ViewMine, Sort: "name"}, "[c3 c1 c2]"},
		{"by pinyin backwards", book.Query{View: book.ViewMine, Sort: "name", Desc: true}, "[c2 c1 c3]"},
		{"by level as in the dictionary", book.Query{View: book.ViewMine, Sort: "level"}, "[c2 c1 c3]"},
		{"nothing comes last both ways", book.Query{View: book.ViewMine, Sort: "next_contact_at", Desc: true}, "[c2 c1 c3]"},
		{"below", book.Query{View: book.ViewBelow, Sort: "id"}, "[c4 c5]"},
		{"all", book.Query{View: book.ViewAll, Sort: "id"}, "[c1 c2 c3 c4 c5]"},
		{"today", book.Query{View: book.ViewToday}, "[c1]"},
		{"stale", book.Query{View: book.ViewStale}, "[c2 c3]"},
		{"soon", book.Query{View: book.ViewSoon}, "[c2 c3]"},
		{"pool, newest first", book.Query{Pool: "pool-east"}, "[p2 p1]"},
		{"of somebody", book.Query{Who: me}, "[c4]"},
		{"text", book.Query{View: book.ViewAll, Text: "wxth", Sort: "id"}, "[c4]"},
	} {
		c.q.Kind = "customer"
		want(t, c.name, fmt.Sprint(s.ids(c.q)), c.want)
	}
	if _, err := s.IDs(book.Query{Kind: "customer", View: "nonsense"}); err == nil {
		t.Fatal("a view that does not exist gave a list")
	}
	if _, err := s.IDs(book.Query{Kind: "customer", Sort: "name; DROP TABLE customer"}); err == nil {
		t.Fatal("a column that does not exist was sorted by")
	}
}

// TestListsFollow: a list that is kept in memory follows every change, from here and from the server.
func TestListsFollow(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -3, nil))
	told := 0
	stop := s.Listen(func() { told++ })
	q := book.Query{Kind: "customer", View: book.ViewMine, Sort: "id"}
	want(t, "before", fmt.Sprint(s.ids(q)), "[c1]")
	id := must[string](t)(s.Create("customer", "", schema.Values{"name": "乙"}))
	want(t, "made here", len(s.ids(q)), 2)
	want(t, "told", told, 1)
	s.land(held("c3", "丙", me, 0, nil))
	want(t, "from the server", fmt.Sprint(s.ids(q)), "["+id+" c1 c3]")
	want(t, "told", told, 2)
	stop()
	s.land(held("c4", "丁", me, 0, nil))
	want(t, "told after cancel", told, 2)
}

// TestNewDay: what is due today is right after midnight.
func TestNewDay(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -3, schema.Values{"next_contact_at": at(1)}))
	q := book.Query{Kind: "customer", View: book.ViewToday}
	want(t, "today", len(s.ids(q)), 0)
	s.clock.now = noon.AddDate(0, 0, 1)
	if err := s.NewDay(); err != nil {
		t.Fatal(err)
	}
	want(t, "tomorrow", fmt.Sprint(s.ids(q)), "[c1]")
}

// TestRows: a row carries what its holding says, and its days to the pool.
func TestRows(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -28, nil), pooled("p1", "金华", "pool-east", me, -2), child("contact", "k1", "c1", schema.Values{"name": "王芳"}))
	all := must[[]book.Row](t)(s.Rows("customer", []string{"p1", "gone", "c1"}))
	want(t, "order", all[0].ID+all[1].ID+all[2].ID, "p1gonec1")
	want(t, "former", all[0].FormerOwner, me)
	want(t, "reason", all[0].Reason, "no_budget")
	want(t, "pooled", all[0].PooledAt, noon.AddDate(0, 0, -2))
	want(t, "days", all[2].Due.Days, 3)
	want(t, "on", all[2].Due.On, "2026-03-13")
	key, params := s.RuleWords(all[2].Due)
	want(t, "rule", key+params["Days"], "rule.sentence.ownPool30")
	want(t, "contact's owner", s.row("contact", "k1").Owner, me)
	want(t, "name", s.Name("customer", "c1")+s.Name("user", other)+s.Name("pool", "pool-east")+s.Name("customer", "nobody"), "甲李娜华东公海")
	want(t, "me", s.Me().Name+s.Me().DepartmentName, "张伟华东")
	want(t, "label", s.Label("customer_level", "a", "zh-Hans")+s.Label("customer_level", "a", "en")+s.Label("customer_level", "x", "en")+s.Label("customer_level", "new", "en"), "A 重点A key旧new")
	want(t, "choices", fmt.Sprintf("%d %s", len(s.Choices("customer_level")), s.Choices("customer_level")[0].Key), "2 b")
}

// TestTimeline: follow-ups, tasks, holders and unsent edits in one stream, newest first; late notes are marked 补录.
func TestTimeline(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -28, schema.Values{"level": "a"}),
		child("followup", "f1", "c1", schema.Values{"method": "visit", "content": "x", "author": me, "occurred_at": at(-9), "recorded_at": at(-8)}),
		child("holding_change", "h1", "c1", schema.Values{"how": "claimed", "to_owner": me, "at": at(-28)}),
		child("task", "t1", "c1", schema.Values{"title": "寄样品", "status": "done", "done_at": at(-1), "executor": me}))
	if err := s.Set("customer", "c1", schema.Values{"level": "b"}); err != nil {
		t.Fatal(err)
	}
	s.clock.now = noon.Add(time.Minute)
	must[string](t)(s.FollowUp(book.FollowUp{Customer: "c1", Method: "visit", Content: "新的"}))
	got := ""
	for _, e := range must[[]book.Event](t)(s.Timeline("c1")) {
		got += fmt.Sprint(e.Kind, " ", e.Pending, " ", e.Backfilled, "; ")
	}
	want(t, "timeline", got, "followup true false; change true false; task false false; followup false true; holding_change false false; ")
}

// TestBoard counts the blocks of 今天.
func TestBoard(t *testing.T) {
	s := open(t, me,
		held("c1", "甲", me, -28, schema.Values{"next_contact_at": at(-1)}), held("c2", "乙", me, -2, schema.Values{"next_contact_at": at(0)}),
		held("c3", "丙", other, -28, schema.Values{"next_contact_at": at(0)}), pooled("p1", "金华", "pool-east", other, -3),
		child("followup", "f1", "c2", schema.Values{"method": "sms", "content": "x", "author": me, "occurred_at": at(-1), "recorded_at": at(-1)}),
		child("followup", "f2", "c2", schema.Values{"method": "sms", "content": "x", "author": other, "occurred_at": at(-1), "recorded_at": at(-1)}),
		child("followup", "f3", "c2", schema.Values{"method": "sms", "content": "x", "author": me, "occurred_at": at(-30), "recorded_at": at(-30)}),
		child("task", "t1", "t1", schema.Values{"title": "昨天", "list": "inbox", "status": "open", "priority": "low", "executor": me, "due_at": at(-1)}),
		child("task", "t2", "t2", schema.Values{"title": "今天", "list": "today", "status": "blocked", "priority": "high", "executor": me}),
		child("task", "t3", "t3", schema.Values{"title": "以后", "list": "later", "status": "open", "priority": "none", "executor": me}),
		child("task", "t4", "t4", schema.Values{"title": "做完", "list": "today", "status": "done", "priority": "none", "executor": me, "done_at": at(-1)}),
		child("task", "t5", "c3", schema.Values{"title": "别人的", "list": "today", "status": "open", "priority": "none", "executor": other, "participants": []string{me}}),
		child("notice", "n1", "n1", schema.Values{"user": me, "code": "assigned", "at": at(-1)}), child("notice", "n2", "n2", schema.Values{"user": me, "code": "assigned", "at": at(-2), "read_at": at(-1)}))
	if _, err := s.Ask("claim", "p1", map[string]string{"pool": "pool-east"}); err != nil {
		t.Fatal(err)
	}
	b := must[book.Board](t)(s.Board())
	want(t, "follow", len(b.FollowToday), 2)
	want(t, "first", b.FollowToday[0].ID, "c1")
	want(t, "soon", len(b.DueSoon), 1)
	want(t, "tasks", fmt.Sprintf("%d %s %s", len(b.Tasks), b.Tasks[0].ID, b.Tasks[1].ID), "2 t1 t2")
	want(t, "lists", fmt.Sprint(b.TaskCounts), "map[inbox:1 later:1 today:1]")
	want(t, "overdue", b.Overdue, 1)
	want(t, "asked", fmt.Sprintf("%d %s %s", len(b.Asked), b.Asked[0].Title, b.Asked[0].Mutation.Command), "1 金华 claim")
	want(t, "notices", fmt.Sprint(len(b.Notices), b.UnreadNotices), "2 1")
	want(t, "month", b.Month, book.MonthFigures{NewCustomers: 1, PrevNewCustomers: 0, FollowUps: 1, PrevFollowUps: 1, TasksDone: 1})
	n := must[book.Counts](t)(s.Counts())
	want(t, "counts", fmt.Sprint(n), fmt.Sprint(book.Counts{Today: 4, Customers: 2, AllCustomers: 3, Pool: 1, Pools: map[string]int{"pool-east": 1}, Tasks: 3, Messages: 1, Outbox: 1}))
	want(t, "tasks I take part in", fmt.Sprint(s.ids(book.Query{Kind: "task", View: book.ViewOpen})), "[t1 t2 t3 t5]")
	want(t, "by list", fmt.Sprint(s.ids(book.Query{Kind: "task", View: book.ViewOpen, List: "today"})), "[t2 t5]")
	want(t, "done", fmt.Sprint(s.ids(book.Query{Kind: "task", View: book.ViewDone})), "[t4]")
	want(t, "overdue list", fmt.Sprint(s.ids(book.Query{Kind: "task", View: book.ViewOverdue})), "[t1]")
	if err := s.MarkRead("n1", "n2"); err != nil {
		t.Fatal(err)
	}
	want(t, "read", must[book.Counts](t)(s.Counts()).Messages, 0)
}

// TestSearch: names, parts of telephones, pinyin initials and whole pinyin; what begins with the text first.
func TestSearch(t *testing.T) {
	s := open(t, me, held("c1", "苏州恒达精密制造有限公司", me, -1, schema.Values{"mobile": "13862904417", "phone": "0512-65882210-806"}),
		held("c2", "上海苏州河物流", me, -1, nil), held("c3", "重庆ABC贸易", me, -1, nil),
		child("contact", "k1", "c1", schema.Values{"name": "陈明", "mobile": "13915507102"}),
		child("task", "t1", "c1", schema.Values{"title": "给恒达寄样品册", "executor": me, "status": "open", "list": "today", "priority": "none"}))
	for text, wanted := range map[string]string{
		"苏州": "c1 c2", "hd": "c1 t1", "szhd": "c1", "suzhou": "c1 c2", "HENGDA": "c1 t1", "4417": "c1", "138 6290": "c1", "6588221": "c1",
		"155-0710": "k1", "陈": "k1", "ａｂｃ": "c3", "寄样品": "t1", "不存在": "", " ": "", "%": "", "_": "",
	} {
		got := ""
		for _, h := range must[[]book.Hit](t)(s.Search(text, 10)) {
			got += " " + h.ID
		}
		if got != "" {
			got = got[1:]
		}
		want(t, text, got, wanted)
	}
	hit := must[[]book.Hit](t)(s.Search("15507102", 10))[0]
	want(t, "detail", hit.Title+hit.Detail+hit.Root, "陈明139 1550 7102c1")
	want(t, "detail", must[[]book.Hit](t)(s.Search("chenm", 10))[0].Detail, "苏州恒达精密制造有限公司")
}

// TestDuplicates (DUP-03, DUP-05).
func TestDuplicates(t *testing.T) {
	s := open(t, me, held("c1", "苏州恒达精密制造有限公司", me, -1, schema.Values{"mobile": "13862904417", "credit_code": "91320506MA1X8B7Q3K"}),
		pooled("p1", "金华永康五金", "pool-east", me, -2), child("contact", "k1", "c1", schema.Values{"name": "陈明", "mobile": "13915507102"}))
	for _, c := range []struct {
		values schema.Values
		want   string
	}{
		{schema.Values{"name": "苏州恒达精密制造"}, "[{c1 苏州恒达精密制造有限公司 name 张伟}]"},
		{schema.Values{"name": "新的", "mobile": "13862904417"}, "[{c1 苏州恒达精密制造有限公司 mobile 张伟}]"},
		{schema.Values{"phone": "13915507102"}, "[{c1 苏州恒达精密制造有限公司 phone 张伟}]"},
		{schema.Values{"name": "金华永康五金有限公司"}, "[{p1 金华永康五金 name 华东公海}]"},
		{schema.Values{"name": "苏州"}, "[]"},
	} {
		want(t, fmt.Sprint(c.values), fmt.Sprint(must[[]book.Duplicate](t)(s.Duplicates(c.values, "none"))), c.want)
	}
	want(t, "itself", len(must[[]book.Duplicate](t)(s.Duplicates(schema.Values{"mobile": "13862904417"}, "c1"))), 0)
}

// TestRights: the laptop asks the same rights as the server.
func TestRights(t *testing.T) {
	s := open(t, me, held("c1", "甲", me, -1, nil), held("c2", "乙", other, -1, nil), pooled("p1", "金华", "pool-east", other, -9), pooled("p2", "我丢的", "pool-east", me, -1),
		pooled("p3", "远", "pool-far", other, -9))
	want(t, "mine", s.Can(access.Edit, s.row("customer", "c1")), true)
	want(t, "another's", s.Can(access.Edit, s.row("customer", "c2")), false)
	want(t, "pool", s.Can(access.Edit, s.row("customer", "p1")), false)
	want(t, "contact under another's", s.CanCreate("contact", "c2"), false)
	want(t, "contact", s.CanCreate("contact", "c1"), true)
	want(t, "customer", s.CanCreate("customer", ""), true)
	want(t, "task", s.CanCreate("task", ""), true)
	want(t, "why", s.Why(s.row("customer", "c1")).How, access.ByOwner)
	want(t, "why pool", s.Why(s.row("customer", "p1")).How, access.ByPool)
	want(t, "claimable", s.Claimable(s.row("customer", "p1")) == nil, true)
	want(t, "lost yesterday", s.Claimable(s.row("customer", "p2")).Code, fault.CoolDown)
	want(t, "not a member", s.Claimable(s.row("customer", "p3")).Code, fault.PoolNotMember)
	figures := must[book.PoolFigures](t)(s.PoolFigures("pool-east"))
	want(t, "figures", figures, book.PoolFigures{Limit: 10, Left: 10, Held: 1})
	must[string](t)(s.Ask(change.Claim, "p1", nil))
	figures = must[book.PoolFigures](t)(s.PoolFigures("pool-east"))
	want(t, "figures with a claim that waits", figures, book.PoolFigures{Limit: 10, Used: 1, Left: 9, Held: 1})
	want(t, "of another pool", must[book.PoolFigures](t)(s.PoolFigures("pool-far")).Used, 0)
}

// A practice book shows of a pool what a server would send: masked until the customer is claimed, without its contacts
// and talks (POOL-07).
func TestPracticePoolIsMasked(t *testing.T) {
	b := openPractice(t, t.TempDir(), newWatch())
	ids, err := b.IDs(book.Query{Kind: "customer", Pool: "pool-default"})
	if err != nil {
		t.Fatal(err)
	}
	id := ""
	for _, candidate := range ids {
		row, _, err := b.Get("customer", candidate)
		if err != nil {
			t.Fatal(err)
		}
		if mobile := row.Text("mobile"); mobile != "" && !strings.Contains(mobile, "*") {
			t.Fatalf("the pool shows the mobile number %s", mobile)
		}
		if row.Text("mobile") != "" && b.Claimable(row) == nil {
			id = candidate
		}
	}
	if id == "" {
		t.Fatal("no customer of the pool has a mobile number and may be claimed")
	}
	contacts, err := b.Children("contact", id)
	if err != nil || len(contacts) > 0 {
		t.Fatalf("the pool shows %d contacts, %v", len(contacts), err)
	}
	if _, err := b.Ask(change.Claim, id, map[string]string{"pool": "pool-default"}); err != nil {
		t.Fatal(err)
	}
	row, _, err := b.Get("customer", id)
	if mobile := row.Text("mobile"); err != nil || len(mobile) != 11 || strings.Contains(mobile, "*") || len(row.Masked) > 0 {
		t.Fatalf("after the claim the mobile number is %q, masked %v, %v", mobile, row.Masked, err)
	}
}
