package sample_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/pool"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
)

var (
	shanghai = mustZone("Asia/Shanghai")
	now      = time.Date(2026, 11, 21, 10, 30, 0, 0, shanghai) // a Saturday: weekends must not break it
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

func presets(t *testing.T) (records []schema.Record, names []string, regions []crm.Region) {
	t.Helper()
	dir := os.DirFS("../../assets/presets")
	records, err := crm.LoadPresets(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../assets/presets/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../assets/presets/regions.json")
	if err != nil {
		t.Fatal(err)
	}
	if regions, err = crm.ParseRegions(data); err != nil {
		t.Fatal(err)
	}
	return records, crm.ParseNames(text), regions
}

func config(t *testing.T, customers int) sample.Config {
	t.Helper()
	_, names, regions := presets(t)
	return sample.Config{
		Seed: 42, Customers: customers, FollowUps: 3 * customers, Tasks: customers / 2, Contacts: true,
		Users: []string{"0198f3a2-5b7c-7d10-8e21-3f4a5b6c7d01", "0198f3a2-5b7c-7d10-8e21-3f4a5b6c7d02", "0198f3a2-5b7c-7d10-8e21-3f4a5b6c7d03"}, Pools: []string{crm.PoolDefault}, Names: names, Regions: regions, Now: now, Zone: shanghai,
	}
}

func trees(t *testing.T, c sample.Config) []sample.Tree {
	t.Helper()
	book, err := sample.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(book.All())
}

// TestSameSeedSameBook: measurements can be repeated only when the book is the same.
func TestSameSeedSameBook(t *testing.T) {
	c := config(t, 200)
	first, second := encoded(t, trees(t, c)), encoded(t, trees(t, c))
	if first != second {
		t.Error("the same seed made two books")
	}
	c.Seed++
	if encoded(t, trees(t, c)) == first {
		t.Error("another seed made the same book")
	}
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestBook: the numbers asked for come out exactly, the records are sound, their sizes are those of real books, and
// customers are spread over owners and pool.
func TestBook(t *testing.T) {
	c := config(t, 3000)
	size, count := map[string]int{}, map[string]int{}
	ids, names, owners := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, tree := range trees(t, c) {
		names[tree.Customer.Text("name")] = true
		owners[tree.Holding.Text("owner")]++
		if (tree.Holding.Text("owner") == "") == (tree.Holding.Text("pool") == "") {
			t.Fatalf("owner %q and pool %q", tree.Holding.Text("owner"), tree.Holding.Text("pool"))
		}
		for _, r := range append([]schema.Record{tree.Customer}, tree.Children...) {
			sound(t, r, tree.Customer.ID)
			if ids[r.ID] {
				t.Fatalf("the id %s came twice", r.ID)
			}
			ids[r.ID] = true
			count[r.Kind]++
			size[r.Kind] += len(encoded(t, r.Values))
		}
	}
	if count["customer"] != c.Customers || count["followup"] != c.FollowUps || count["task"] != c.Tasks {
		t.Errorf("made %v", count)
	}
	if len(names) != c.Customers {
		t.Errorf("%d names for %d customers", len(names), c.Customers)
	}
	for kind, want := range map[string]int{"customer": 570, "followup": 260, "task": 240} {
		t.Logf("%s: %d bytes", kind, size[kind]/count[kind])
		if mean := size[kind] / count[kind]; mean < want*85/100 || mean > want*115/100 {
			t.Errorf("a %s has %d bytes, wanted about %d", kind, mean, want)
		}
	}
	if share := owners[""] * 100 / c.Customers; share < 8 || share > 12 {
		t.Errorf("%d %% lie in the pool", share)
	}
	for _, u := range c.Users {
		if owners[u] < c.Customers/5 {
			t.Errorf("%s holds %d customers", u, owners[u])
		}
	}
}

func sound(t *testing.T, r schema.Record, root string) {
	t.Helper()
	kind := crm.ByName(r.Kind)
	if wrong := kind.Check(r); len(wrong) > 0 {
		t.Fatalf("%s %v: %v", r.Kind, r.Values, wrong)
	}
	if r.Root != root {
		t.Fatalf("%s lies under %s, not %s", r.Kind, r.Root, root)
	}
	if r.Kind == "followup" {
		if err := crm.CheckTimes(r, now, 0); err != nil {
			t.Fatalf("follow-up: %v", err)
		}
	}
}

// TestNobodyIsOverdue: a book made in the evening must not be emptied by the run of the night, yet some customers are to
// be close to it (REC-14).
func TestNobodyIsOverdue(t *testing.T) {
	records, _, _ := presets(t)
	var rules []schema.Record
	for _, r := range records {
		if r.Kind == "rule" {
			rules = append(rules, r)
		}
	}
	for weekday := range 7 {
		c := config(t, 300)
		c.Now = now.AddDate(0, 0, weekday)
		policy := pool.NewPolicy(access.NewOrg(nil, nil, nil, nil), rules, shanghai)
		soon := 0
		for _, tree := range trees(t, c) {
			due := policy.Due(tree.Holding, c.Now)
			if due.Exempt == "" && due.Days <= 0 {
				t.Fatalf("%s: goes on %s, %d days", c.Now.Weekday(), due.On, due.Days)
			}
			if due.Exempt == "" && due.Days <= 7 {
				soon++
			}
			if entered := tree.Holding.Moment("claimed_at"); entered.After(c.Now) {
				t.Fatalf("held since %s, which is to come", entered)
			}
		}
		if soon < 10 {
			t.Errorf("%s: only %d customers are close to the pool", c.Now.Weekday(), soon)
		}
	}
}

// TestNewNeedsItsLists: a book without people, names or places would be an endless loop or a crash.
func TestNewNeedsItsLists(t *testing.T) {
	whole := config(t, 1)
	for what, spoil := range map[string]func(*sample.Config){
		"users":   func(c *sample.Config) { c.Users = nil },
		"names":   func(c *sample.Config) { c.Names = nil },
		"regions": func(c *sample.Config) { c.Regions = nil },
	} {
		c := whole
		spoil(&c)
		if _, err := sample.New(c); err == nil {
			t.Errorf("a book without %s was made", what)
		}
	}
}

// TestPractice: the practice book is one that a server could have sent to 张伟: sound, complete in what its records
// name, without anything he may not see, and with something on every screen.
func TestPractice(t *testing.T) {
	preset, names, regions := presets(t)
	all, err := sample.Practice(preset, names, regions, now, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	byKind, known := map[string][]schema.Record{}, map[string]bool{}
	for _, r := range all {
		if known[r.Kind+" "+r.ID] {
			t.Fatalf("%s %s stands twice", r.Kind, r.ID)
		}
		known[r.Kind+" "+r.ID] = true
		byKind[r.Kind] = append(byKind[r.Kind], r)
		if wrong := crm.ByName(r.Kind).Check(r); len(wrong) > 0 {
			t.Errorf("%s %v: %v", r.Kind, r.Values, wrong)
		}
	}
	org := access.NewOrg(byKind["user"], byKind["department"], byKind["role"], byKind["pool"])
	if org.Superior(sample.PracticeMe) != sample.PracticeManager {
		t.Errorf("the superior is %q", org.Superior(sample.PracticeMe))
	}
	mine, soon, today := practiceHoldings(t, org, byKind)
	if len(byKind["customer"]) < 100 || mine < 60 || soon < 3 || today < 3 {
		t.Errorf("%d customers, %d mine, %d of them soon to go, %d to follow today", len(byKind["customer"]), mine, soon, today)
	}
	lists := map[string]int{}
	for _, r := range byKind["task"] {
		if r.Text("status") == "open" {
			lists[r.Text("list")]++
		}
	}
	for _, list := range []string{"inbox", "today", "next", "later"} {
		if lists[list] == 0 {
			t.Errorf("the list %s is empty", list)
		}
	}
	if len(byKind["conflict"]) != 0 || len(byKind["notice"]) == 0 || len(org.MemberOf(sample.PracticeMe)) != 2 {
		t.Errorf("%d conflicts, %d notices, pools %v", len(byKind["conflict"]), len(byKind["notice"]), org.MemberOf(sample.PracticeMe))
	}
}

func practiceHoldings(t *testing.T, org *access.Org, byKind map[string][]schema.Record) (mine, soon, today int) {
	t.Helper()
	customers := map[string]schema.Record{}
	for _, r := range byKind["customer"] {
		customers[r.ID] = r
		if !strings.HasPrefix(r.Text("number"), "KH-") {
			t.Errorf("the number is %q", r.Text("number"))
		}
	}
	for _, h := range byKind["holding"] {
		if !org.Can(sample.PracticeMe, access.See, access.SubjectOf(crm.Customer, customers[h.ID], &h)) {
			t.Errorf("a customer of %q or pool %q is in the book", h.Text("owner"), h.Text("pool"))
		}
		if h.Text("owner") == "" {
			continue
		}
		mine++
		due := pool.DueOf(org, byKind["rule"], h, now, shanghai)
		if due.Exempt == "" && due.Days <= 0 {
			t.Errorf("a customer is overdue since %s", due.On)
		}
		if due.Exempt == "" && due.Days <= 7 {
			soon++
		}
		if at := customers[h.ID].Moment("next_contact_at"); !at.IsZero() && at.In(shanghai).YearDay() == now.YearDay() {
			today++
		}
	}
	return mine, soon, today
}
