package crm_test

import (
	"regexp"
	"testing"
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// virtual are words after which a RefSet is called though its members are no records of that kind.
var virtual = map[string]bool{"permission": true, "field": true}

var plainName = regexp.MustCompile(`^[a-z][a-z_]*$`)

// TestKindsAreSound: names are unique and can be columns, titles and audiences exist, references name real kinds.
func TestKindsAreSound(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range crm.Kinds() {
		if seen[k.Name] || !plainName.MatchString(k.Name) || crm.ByName(k.Name) != k {
			t.Errorf("the kind %q is there twice, or its name is no name", k.Name)
		}
		seen[k.Name] = true
		if _, ok := k.Field(k.Title); !ok {
			t.Errorf("%s: there is no field %q to name a record by", k.Name, k.Title)
		}
		if k.Parent != "" && crm.ByName(k.Parent) == nil {
			t.Errorf("%s lies under %q, which is no kind", k.Name, k.Parent)
		}
		soundAudience(t, k)
		names := map[string]bool{}
		for _, f := range k.Fields {
			if names[f.Name] || !plainName.MatchString(f.Name) || f.Name == "id" || f.Name == "seq" || f.Name == "deleted" || f.Name == "masked" || f.Name == "extra" {
				t.Errorf("%s.%s is there twice, or can be no column", k.Name, f.Name)
			}
			names[f.Name] = true
			soundField(t, k, f)
		}
	}
	if crm.ByName("unheard of") != nil {
		t.Error("a kind that nobody declared was found")
	}
}

// soundAudience: a record reaches somebody, and each way of reaching is one that sync knows.
func soundAudience(t *testing.T, k *schema.Kind) {
	t.Helper()
	if k.IsRoot() && k.Name != "customer" && !k.Audience.Everybody && len(k.Audience.Users) == 0 {
		t.Errorf("%s stands alone and is for nobody", k.Name)
	}
	if !k.IsRoot() && (k.Audience.Everybody || len(k.Audience.Users) > 0) {
		t.Errorf("%s goes where its customer goes and needs no audience", k.Name)
	}
	for _, name := range k.Audience.Users {
		f, ok := k.Field(name)
		switch typ := f.Type.(type) {
		case schema.Ref:
			ok = ok && typ.Kind == "user"
		case schema.RefSet:
			ok = ok && typ.Kind == "user"
		default:
			ok = false
		}
		if !ok {
			t.Errorf("%s is for %q, which names no user", k.Name, name)
		}
	}
}

func soundField(t *testing.T, k *schema.Kind, f schema.Field) {
	t.Helper()
	where := k.Name + "." + f.Name
	switch typ := f.Type.(type) {
	case nil:
		t.Errorf("%s has no type", where)
		return
	case schema.Ref:
		if typ.Kind != "" && crm.ByName(typ.Kind) == nil {
			t.Errorf("%s refers to %q, which is no kind", where, typ.Kind)
		}
	case schema.RefSet:
		if !virtual[typ.Kind] && crm.ByName(typ.Kind) == nil {
			t.Errorf("%s refers to %q, which is no kind", where, typ.Kind)
		}
	case schema.Choice:
		keys := map[string]bool{}
		for _, key := range typ.Keys {
			if keys[key] || typ.Check(key) != nil {
				t.Errorf("%s: the choice %q is there twice, or is no key", where, key)
			}
			keys[key] = true
		}
		if len(keys) == 0 {
			t.Errorf("%s has nothing to choose from", where)
		}
	}
	if f.Searched && f.Type.Column() != schema.TextColumn {
		t.Errorf("%s is searched but is no text", where)
	}
	if f.Required && f.Server && !k.Server {
		t.Errorf("%s is asked of a person who cannot set it", where)
	}
	if f.Sensitive && schema.Equal(f.Type.Mask("13862904417"), "13862904417") {
		t.Errorf("%s is sensitive, but its mask shows it", where)
	}
}

// TestTaskRules: a blocked task says why, and nothing is due before it begins (TSK-03, TSK-04).
func TestTaskRules(t *testing.T) {
	due := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC).UnixMilli()
	for _, c := range []struct {
		what   string
		values schema.Values
		want   fault.Code
	}{
		{"as it is", nil, ""},
		{"blocked", schema.Values{"status": "blocked"}, fault.ReasonMissing},
		{"blocked with a reason", schema.Values{"status": "blocked", "blocked_reason": "等样品"}, ""},
		{"due on the day it begins", schema.Values{"start_on": "2026-11-21", "due_at": due}, ""},
		{"due the day before, which may be the same day elsewhere", schema.Values{"start_on": "2026-11-22", "due_at": due}, ""},
		{"due before it begins", schema.Values{"start_on": "2026-11-23", "due_at": due}, fault.DueBeforeStart},
		{"without a title", schema.Values{"title": nil}, fault.Required},
		{"without an executor", schema.Values{"executor": nil}, fault.Required},
	} {
		r := schema.Record{Kind: "task", Values: schema.Values{"title": "寄样品", "list": "today", "status": "open", "priority": "none", "executor": "u"}}.With(c.values)
		checkOne(t, c.what, crm.Task, r, c.want)
	}
}

func checkOne(t *testing.T, what string, kind *schema.Kind, r schema.Record, want fault.Code) {
	t.Helper()
	wrong := kind.Check(r)
	if want == "" && len(wrong) > 0 || want != "" && (len(wrong) != 1 || wrong[0].Code != want || wrong[0].Kind != kind.Name || wrong[0].Field == "") {
		t.Errorf("%s: %v, want %q", what, wrong, want)
	}
}

// TestFollowUpTimes: the future is refused, backdating is bounded, and a note of a later day is 补录 (FUP-05, FUP-06).
func TestFollowUpTimes(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	noted := time.Date(2026, 11, 21, 0, 10, 0, 0, shanghai)
	at := func(d time.Duration) schema.Record {
		return schema.Record{Kind: "followup", Values: schema.Values{
			"method": "phone", "content": "x", "occurred_at": noted.Add(d).UnixMilli(), "recorded_at": noted.UnixMilli(),
		}}
	}
	for _, c := range []struct {
		what       string
		ahead      time.Duration
		days       int64
		want       fault.Code
		backfilled bool
	}{
		{"just now", 0, 30, "", false},
		{"a minute ago", -time.Minute, 30, "", false},
		{"twenty minutes ago, which was yesterday", -20 * time.Minute, 30, "", true},
		{"thirty days ago", -30 * 24 * time.Hour, 30, "", true},
		{"a second more", -30*24*time.Hour - time.Second, 30, fault.Backdated, true},
		{"a year ago without a bound", -365 * 24 * time.Hour, 0, "", true},
		{"within the difference of two clocks", 4 * time.Minute, 30, "", false},
		{"tomorrow", 24 * time.Hour, 30, fault.FutureDate, false},
	} {
		r := at(c.ahead)
		if got := fault.CodeOf(crm.CheckTimes(r, noted, c.days)); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
		if c.want != fault.Backdated {
			checkOne(t, c.what, crm.FollowUp, r, c.want)
		}
		if got := crm.Backfilled(r, shanghai); got != c.backfilled {
			t.Errorf("%s: 补录 is %v", c.what, got)
		}
	}
}

// TestRuleNamesOwners: a rule for nobody in particular is refused; elsewhere that came to mean everybody (REC-07).
func TestRuleNamesOwners(t *testing.T) {
	for what, c := range map[string]struct {
		values schema.Values
		want   fault.Code
	}{
		"nobody": {nil, fault.EmptyRule}, "empty lists": {schema.Values{"departments": []string{}, "users": []string{}}, fault.EmptyRule},
		"everybody is off": {schema.Values{"everybody": false}, fault.EmptyRule}, "everybody": {schema.Values{"everybody": true}, ""},
		"a department": {schema.Values{"departments": schema.NewSet("d")}, ""}, "a user": {schema.Values{"users": schema.NewSet("u")}, ""},
		"no days": {schema.Values{"everybody": true, "days": nil}, fault.Required}, "zero days": {schema.Values{"everybody": true, "days": int64(0)}, fault.BadNumber},
	} {
		r := schema.Record{Kind: "rule", Values: schema.Values{"name": "r", "days": int64(30)}}.With(c.values)
		checkOne(t, what, crm.Rule, r, c.want)
	}
}

// A time of day that the timetable cannot read is refused on every path (CUS-03 for settings: the field is named).
func TestReclaimAt(t *testing.T) {
	for text, bad := range map[string]bool{"": false, "02:00": false, "23:59": false, "25:00": true, "2 Uhr": true, "02:60": true} {
		err := crm.CheckReclaimAt(text)
		if (err != nil) != bad || bad && (fault.CodeOf(err) != fault.BadTime || fault.Of(err).Field != "reclaim_at") {
			t.Errorf("%q: %v", text, err)
		}
	}
	settings := schema.Record{Kind: "settings", ID: crm.SettingsID}.With(schema.Values{"company": "海岸", "zone": "Asia/Shanghai", "reclaim_at": "25:00"})
	if wrong := crm.Settings.Check(settings); len(wrong) != 1 || wrong[0].Code != fault.BadTime {
		t.Errorf("settings: %v", wrong)
	}
}

// TestLeaseDays: settings that say nothing have the usual lease, 0 is none (SYNC-12).
func TestLeaseDays(t *testing.T) {
	for name, c := range map[string]struct {
		values schema.Values
		want   int64
	}{
		"set up before there was a lease": {schema.Values{"company": "渔舟"}, crm.UsualLease},
		"chosen":                          {schema.Values{"lease_days": int64(30)}, 30},
		"none":                            {schema.Values{"lease_days": int64(0)}, 0},
		"of a wrong server":               {schema.Values{"lease_days": int64(-3)}, 0},
	} {
		if got := crm.LeaseDays(schema.Record{Kind: "settings", Values: c.values}); got != c.want {
			t.Errorf("%s: %d days, want %d", name, got, c.want)
		}
	}
}
