package book_test

import (
	"io/fs"
	"os"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

const (
	me      = "u-me"
	other   = "u-other"
	manager = "u-boss"
)

// noon in Shanghai, a Tuesday.
var noon = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)

func at(days int) int64 { return noon.AddDate(0, 0, days).UnixMilli() }

// watch is a clock of a test.
type watch struct{ now time.Time }

func (w *watch) read() time.Time { return w.now }

func newWatch() *watch { return &watch{noon} }

// rows is what a replica holds: kind, id, root, values.
type rows []schema.Record

// presets is the folder of what the program brings along.
func presets(t testing.TB) fs.FS {
	t.Helper()
	return os.DirFS("../../assets/presets")
}

// company is a sales department of three with two pools and the usual rule.
func company() rows {
	self := []string{
		"customer:see:self", "customer:create:self", "customer:edit:self", "customer:claim:self", "customer:release:self", "customer:transfer:self",
		"contact:create:self", "contact:edit:self", "contact:delete:self", "followup:create:self", "task:create:self", "task:edit:self", "task:delete:self",
	}
	one := func(kind, id string, v schema.Values) schema.Record {
		return schema.Record{Kind: kind, ID: id, Root: id, Values: v}
	}
	return rows{
		one("settings", "settings", schema.Values{"company": "渔舟", "zone": "Asia/Shanghai", "warn_days": int64(7), "backdate_days": int64(30), "number_prefix": "KH"}),
		one("department", "dept-top", schema.Values{"name": "办公室"}),
		one("department", "dept-east", schema.Values{"name": "华东", "parent": "dept-top", "head": manager}),
		one("role", "role-sales", schema.Values{"name": "销售", "permissions": schema.NewSet(self...)}),
		one("role", "role-manager", schema.Values{"name": "销售经理", "permissions": []string{"*:*:department_tree"}}),
		one("user", me, schema.Values{"login": "zw", "name": "张伟", "department": "dept-east", "roles": []string{"role-sales"}}),
		one("user", other, schema.Values{"login": "ln", "name": "李娜", "department": "dept-east", "roles": []string{"role-sales"}}),
		one("user", manager, schema.Values{"login": "lj", "name": "刘经理", "department": "dept-east", "roles": []string{"role-manager"}}),
		one("pool", "pool-east", schema.Values{"name": "华东公海", "mode": "claimable", "departments": []string{"dept-east"}, "daily_limit": int64(10), "cooldown_days": int64(3), "preferred": true}),
		one("pool", "pool-far", schema.Values{"name": "展会", "mode": "claimable", "users": []string{other}}),
		one("rule", "rule-default", schema.Values{"name": "30 天", "days": int64(30), "everybody": true, "spare_dealt": true}),
		one("dictionary", "customer_level.a", schema.Values{"list": "customer_level", "key": "a", "label": "A 重点", "label_en": "A key", "order": int64(2)}),
		one("dictionary", "customer_level.b", schema.Values{"list": "customer_level", "key": "b", "label": "B 普通", "label_en": "B normal", "order": int64(1)}),
		one("dictionary", "customer_level.x", schema.Values{"list": "customer_level", "key": "x", "label": "旧", "disabled": true, "order": int64(3)}),
		one("dictionary", "followup_method.visit", schema.Values{"list": "followup_method", "key": "visit", "label": "上门", "counts": true}),
		one("dictionary", "followup_method.sms", schema.Values{"list": "followup_method", "key": "sms", "label": "短信"}),
	}
}

// held is a customer with its holding.
func held(id, name, owner string, claimed int, more schema.Values) rows {
	return rows{
		schema.Record{Kind: "customer", ID: id, Root: id, Values: schema.Values{"name": name, "number": "KH-" + id}}.With(more),
		{Kind: "holding", ID: id, Root: id, Values: schema.Values{"owner": owner, "claimed_at": at(claimed), "how": "created"}},
	}
}

// pooled is the face of a customer in a pool.
func pooled(id, name, pool, former string, days int) rows {
	return rows{
		{Kind: "customer", ID: id, Root: id, Values: schema.Values{"name": name}},
		{Kind: "holding", ID: id, Root: id, Values: schema.Values{"pool": pool, "pooled_at": at(days), "former_owner": former, "how": "released", "reason": "no_budget"}},
	}
}

// child is a record under a customer.
func child(kind, id, root string, v schema.Values) rows {
	return rows{{Kind: kind, ID: id, Root: root, Values: v}}
}

// shelf is a book with the replica below it.
type shelf struct {
	*book.Book
	r     *replica.Replica
	clock *watch
	seq   int64
	t     testing.TB
}

// open fills a replica of the user with rows, as a first sync would, and opens its book.
func open(t testing.TB, user string, parts ...rows) *shelf {
	t.Helper()
	w := newWatch()
	r, err := replica.Open(t.TempDir(), w.read)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := r.SetAccount(replica.Account{Address: "http://127.0.0.1:1", Token: "t", User: user, Device: "0190c0de-0000-7000-8000-00000000abcd"}); err != nil {
		t.Fatal(err)
	}
	s := &shelf{r: r, clock: w, t: t}
	s.land(append([]rows{company()}, parts...)...)
	if s.Book, err = book.Open(r, w.read); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// land lets rows arrive in one pull.
func (s *shelf) land(parts ...rows) {
	s.t.Helper()
	w := wire.NewWriter()
	write := func(f wire.Frame) {
		if err := w.Line(f); err != nil {
			s.t.Fatal(err)
		}
	}
	write(wire.Frame{Grant: &wire.Grant{Scope: "all"}})
	groups := map[string]rows{}
	var order []string
	for _, part := range parts {
		for _, rec := range part {
			if groups[rec.Root] == nil {
				order = append(order, rec.Root)
			}
			groups[rec.Root] = append(groups[rec.Root], rec)
		}
	}
	for _, root := range order {
		write(wire.Frame{Root: &wire.Root{ID: root, In: []string{"all"}}})
		for _, rec := range groups[root] {
			s.seq++
			write(wire.Frame{Row: &wire.Row{Kind: rec.Kind, ID: rec.ID, Seq: s.seq, Body: rec.Values, Masked: rec.Masked}})
		}
	}
	write(wire.Frame{End: &wire.End{Cursor: "e." + schema.Number{}.Format(s.seq)}})
	body, _, err := w.Close()
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := s.r.Decode(body)
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := s.r.Take(p, "e"); err != nil {
		s.t.Fatal(err)
	}
}

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func (s *shelf) ids(q book.Query) []string {
	s.t.Helper()
	return must[[]string](s.t)(s.IDs(q))
}

func (s *shelf) row(kind, id string) book.Row {
	s.t.Helper()
	row, ok, err := s.Get(kind, id)
	if err != nil || !ok {
		s.t.Fatalf("%s %s: %v %v", kind, id, ok, err)
	}
	return row
}

func openPractice(t testing.TB, dir string, w *watch) *shelf {
	t.Helper()
	r, err := replica.Open(dir, w.read)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	b, err := book.OpenPractice(r, w.read, presets(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return &shelf{Book: b, r: r, clock: w, t: t}
}
