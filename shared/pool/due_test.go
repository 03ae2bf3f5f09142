package pool_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// thirty is the usual rule: 30 days, for everybody.
func thirty(more schema.Values) schema.Record {
	return record("rule", "thirty", schema.Values{"name": "30", "days": int64(30), "everybody": true}).With(more)
}

func holding(t testing.TB, claimed, counted string) schema.Record {
	t.Helper()
	v := schema.Values{"owner": "zhang"}
	if claimed != "" {
		v["claimed_at"] = ms(at(t, claimed))
	}
	if counted != "" {
		v["counted_at"] = ms(at(t, counted))
	}
	return record("holding", "c", v)
}

// TestBoundary: with 30 days the customer stays on day 30 and goes on day 31, counted by the calendar of the company,
// whatever the time of day of the follow-up and of the run (REC-10).
func TestBoundary(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	for _, c := range []struct {
		claimed, counted, now string
		elapsed, days         int
		on                    string
	}{
		{"2026-10-01 10:00:00", "", "2026-10-01 23:59:59", 0, 31, "2026-11-01"},
		{"2026-10-01 10:00:00", "", "2026-10-31 00:00:00", 30, 1, "2026-11-01"},
		{"2026-10-01 10:00:00", "", "2026-10-31 23:59:59", 30, 1, "2026-11-01"},
		{"2026-10-01 10:00:00", "", "2026-11-01 00:00:00", 31, 0, "2026-11-01"},
		{"2026-10-01 10:00:00", "", "2026-11-03 02:00:00", 33, -2, "2026-11-01"},
		// A follow-up one second before midnight belongs to that day; one second later it is the next.
		{"2026-09-01 10:00:00", "2026-10-01 23:59:59", "2026-11-01 02:00:00", 31, 0, "2026-11-01"},
		{"2026-09-01 10:00:00", "2026-10-02 00:00:00", "2026-11-01 02:00:00", 30, 1, "2026-11-02"},
		// An old follow-up before the claim does not count against the new owner.
		{"2026-10-20 10:00:00", "2026-08-01 10:00:00", "2026-11-01 02:00:00", 12, 19, "2026-11-20"},
		// Over the turn of the year and a leap day.
		{"2027-12-31 12:00:00", "", "2028-01-31 02:00:00", 31, 0, "2028-01-31"},
		{"2028-02-01 12:00:00", "", "2028-03-02 23:00:00", 30, 1, "2028-03-03"},
	} {
		due := pool.DueOf(company(t), []schema.Record{thirty(nil)}, holding(t, c.claimed, c.counted), at(t, c.now), shanghai)
		if due.Elapsed != c.elapsed || due.Days != c.days || due.On != c.on || due.Rule != "thirty" || due.Exempt != "" {
			t.Errorf("claimed %s, counted %q, now %s: %+v", c.claimed, c.counted, c.now, due)
		}
	}
}

// TestZone: the same moments are other days in another zone, and summer time makes no day longer.
func TestZone(t *testing.T) {
	rules := []schema.Record{thirty(nil)}
	evening := time.Date(2026, 10, 1, 16, 30, 0, 0, time.UTC) // 00:30 of October 2 in Shanghai
	h := record("holding", "c", schema.Values{"owner": "zhang", "claimed_at": ms(evening)})
	now := time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"Asia/Shanghai": "2026-11-02", "UTC": "2026-11-01", "America/New_York": "2026-11-01"} {
		if due := pool.DueOf(company(t), rules, h, now, zone(t, name)); due.On != want {
			t.Errorf("%s: goes on %s, want %s", name, due.On, want)
		}
	}
	// Thirty days over the end of summer time in New York.
	newYork := zone(t, "America/New_York")
	start := time.Date(2026, 10, 20, 0, 30, 0, 0, newYork)
	h = record("holding", "c", schema.Values{"owner": "zhang", "claimed_at": ms(start)})
	if due := pool.DueOf(company(t), rules, h, time.Date(2026, 11, 19, 23, 30, 0, 0, newYork), newYork); due.Elapsed != 30 || due.On != "2026-11-20" {
		t.Errorf("over the end of summer time: %+v", due)
	}
}

// TestClockIsNeverEmpty: a holding without any moment, or with one in the future, is not "long ago" (REC-09): imported
// today is not taken tonight; and a future date does not protect for ever (FUP-06).
func TestClockIsNeverEmpty(t *testing.T) {
	now := at(t, "2026-11-21 02:00:00")
	for what, c := range map[string]struct {
		values schema.Values
		want   time.Time
	}{
		"nothing at all":                {schema.Values{}, now},
		"imported today, never touched": {schema.Values{"claimed_at": ms(now.Add(-time.Hour))}, now.Add(-time.Hour)},
		"a follow-up in a year":         {schema.Values{"claimed_at": ms(now.AddDate(0, 0, -40)), "counted_at": ms(now.AddDate(1, 0, 0))}, now.AddDate(0, 0, -40)},
		"a follow-up by a fast clock":   {schema.Values{"claimed_at": ms(now.AddDate(0, 0, -40)), "counted_at": ms(now.Add(2 * time.Minute))}, now},
		"claimed by a fast clock":       {schema.Values{"claimed_at": ms(now.Add(time.Minute))}, now},
	} {
		h := record("holding", "c", c.values).With(schema.Values{"owner": "zhang"})
		if got := pool.ClockStart(h, now); !got.Equal(c.want) {
			t.Errorf("%s: the clock starts %s, want %s", what, got, c.want)
		}
	}
}

// TestRuleFor: whom a rule is for, and what it spares (REC-05, 07, 08).
func TestRuleFor(t *testing.T) {
	now := at(t, "2026-11-21 02:00:00")
	old := schema.Values{"claimed_at": ms(at(t, "2026-01-01 10:00:00"))}
	for _, c := range []struct {
		what    string
		rule    schema.Values
		holding schema.Values
		exempt  string
	}{
		{"everybody", schema.Values{"everybody": true}, schema.Values{"owner": "wu"}, ""},
		{"nobody is not everybody", schema.Values{}, schema.Values{"owner": "wu"}, pool.ExemptNoRule},
		{"an empty list is not everybody", schema.Values{"departments": []string{}}, schema.Values{"owner": "wu"}, pool.ExemptNoRule},
		{"the department above", schema.Values{"departments": schema.NewSet("east")}, schema.Values{"owner": "wang"}, ""},
		{"another department", schema.Values{"departments": schema.NewSet("north")}, schema.Values{"owner": "wang"}, pool.ExemptNoRule},
		{"named", schema.Values{"users": schema.NewSet("wang")}, schema.Values{"owner": "wang"}, ""},
		{"a disabled owner", schema.Values{"departments": schema.NewSet("east")}, schema.Values{"owner": "zhao"}, ""},
		{"switched off", schema.Values{"everybody": true, "disabled": true}, schema.Values{"owner": "wu"}, pool.ExemptNoRule},
		{"without days", schema.Values{"everybody": true, "days": nil}, schema.Values{"owner": "wu"}, pool.ExemptNoRule},
		{"dealt and spared", schema.Values{"everybody": true, "spare_dealt": true}, schema.Values{"owner": "wu", "dealt_at": ms(now)}, pool.ExemptDealt},
		{"dealt and not spared", schema.Values{"everybody": true}, schema.Values{"owner": "wu", "dealt_at": ms(now)}, ""},
		{"locked", schema.Values{"everybody": true, "spare_locked": true}, schema.Values{"owner": "wu", "locked_until": ms(now.Add(time.Hour))}, pool.ExemptLocked},
		{"the lock has ended", schema.Values{"everybody": true, "spare_locked": true}, schema.Values{"owner": "wu", "locked_until": ms(now)}, ""},
		{"in a pool", schema.Values{"everybody": true}, schema.Values{"pool": "open"}, pool.ExemptPool},
	} {
		rule := record("rule", "r", schema.Values{"name": "r", "days": int64(30)}).With(c.rule)
		due := pool.DueOf(company(t), []schema.Record{rule}, record("holding", "c", old).With(c.holding), now, zone(t, "Asia/Shanghai"))
		if due.Exempt != c.exempt || (due.On == "") != (c.exempt != "") {
			t.Errorf("%s: %+v", c.what, due)
		}
	}
}

// TestSeveralRules: the earliest date is shown; among rules that would take the customer today the first by order is
// applied; a rule that begins later takes nothing before (REC-14, REC-17, REC-20).
func TestSeveralRules(t *testing.T) {
	rule := func(id string, days, order int64, more schema.Values) schema.Record {
		return record("rule", id, schema.Values{"name": id, "days": days, "order": order, "everybody": true}).With(more)
	}
	h := holding(t, "2026-10-01 10:00:00", "")
	for _, c := range []struct {
		what, now string
		rules     []schema.Record
		rule, on  string
	}{
		{"the earliest", "2026-10-05 02:00:00", []schema.Record{rule("long", 60, 1, nil), rule("short", 15, 2, nil)}, "short", "2026-10-17"},
		{"both would take it: order", "2026-12-05 02:00:00", []schema.Record{rule("short", 15, 2, nil), rule("long", 60, 1, nil)}, "long", "2026-12-01"},
		{"only one would take it", "2026-10-20 02:00:00", []schema.Record{rule("long", 60, 1, nil), rule("short", 15, 2, nil)}, "short", "2026-10-17"},
		{"same order: id", "2026-10-05 02:00:00", []schema.Record{rule("b", 15, 1, nil), rule("a", 15, 1, nil)}, "a", "2026-10-17"},
		{"in effect from tomorrow", "2026-11-21 02:00:00", []schema.Record{rule("new", 15, 1, schema.Values{"effective_on": "2026-11-22"})}, "new", "2026-11-22"},
		{"in effect long since", "2026-10-05 02:00:00", []schema.Record{rule("old", 15, 1, schema.Values{"effective_on": "2025-01-01"})}, "old", "2026-10-17"},
		{"a spared rule does not hide another", "2026-10-05 02:00:00", []schema.Record{
			rule("sparing", 15, 1, schema.Values{"spare_dealt": true}), rule("strict", 90, 2, nil),
		}, "strict", "2026-12-31"},
	} {
		held := h
		if c.rule == "strict" {
			held = h.With(schema.Values{"dealt_at": int64(1)})
		}
		due := pool.DueOf(company(t), c.rules, held, at(t, c.now), zone(t, "Asia/Shanghai"))
		if due.Rule != c.rule || due.On != c.on {
			t.Errorf("%s: %+v", c.what, due)
		}
	}
}

// TestCounts: the methods that count, the times that can be, and nothing that was deleted (FUP-06, FUP-07).
func TestCounts(t *testing.T) {
	visit := record("dictionary", "followup_method.visit", schema.Values{"counts": true})
	noted := at(t, "2026-11-21 10:00:00")
	followUp := func(v schema.Values) schema.Record {
		return record("followup", "f", schema.Values{"occurred_at": ms(noted.Add(-time.Hour)), "recorded_at": ms(noted)}).With(v)
	}
	gone := followUp(nil)
	gone.Deleted = true
	for what, c := range map[string]struct {
		method, followUp schema.Record
		want             bool
	}{
		"a visit":                {visit, followUp(nil), true},
		"a message":              {record("dictionary", "m", nil), followUp(nil), false},
		"an unknown method":      {schema.Record{}, followUp(nil), false},
		"deleted":                {visit, gone, false},
		"tomorrow":               {visit, followUp(schema.Values{"occurred_at": ms(noted.Add(24 * time.Hour))}), false},
		"after it was received":  {visit, followUp(schema.Values{"occurred_at": ms(noted), "received_at": ms(noted.Add(-time.Hour))}), false},
		"three minutes too fast": {visit, followUp(schema.Values{"occurred_at": ms(noted.Add(3 * time.Minute))}), true},
		"without a time":         {visit, followUp(schema.Values{"occurred_at": nil}), false},
	} {
		if got := pool.Counts(c.method, c.followUp); got != c.want {
			t.Errorf("%s counts: %v", what, got)
		}
	}
}

// TestRuleWords: what fills the sentence of a rule.
func TestRuleWords(t *testing.T) {
	org := company(t)
	if key, params := pool.RuleWords(org, thirty(schema.Values{"pool": "open"})); key != "rule.sentence" || params["Days"] != "30" || params["Pool"] != "华东公海" {
		t.Errorf("%s %v", key, params)
	}
	if key, params := pool.RuleWords(org, thirty(nil)); key != "rule.sentence.ownPool" || params["Days"] != "30" {
		t.Errorf("%s %v", key, params)
	}
}

// TestDaysAgree: for any start, rule and day, the customer goes exactly when more than the rule's days have passed, the
// date does not depend on the day it is asked on, and a later follow-up never makes it earlier.
func TestDaysAgree(t *testing.T) {
	org := company(t)
	zones := []*time.Location{zone(t, "Asia/Shanghai"), zone(t, "America/New_York"), zone(t, "Europe/Berlin"), zone(t, "Asia/Kathmandu")}
	rapid.Check(t, func(t *rapid.T) {
		where := rapid.SampledFrom(zones).Draw(t, "zone")
		start := time.Unix(rapid.Int64Range(1_600_000_000, 1_900_000_000).Draw(t, "start"), 0)
		days := rapid.Int64Range(1, 400).Draw(t, "days")
		now := start.Add(time.Duration(rapid.Int64Range(0, 500*24*3600).Draw(t, "later")) * time.Second)
		policy := pool.NewPolicy(org, []schema.Record{thirty(schema.Values{"days": days})}, where)
		h := record("holding", "c", schema.Values{"owner": "zhang", "claimed_at": ms(start)})
		due := policy.Due(h, now)
		if (due.Days <= 0) != (int64(due.Elapsed) > days) {
			t.Fatalf("%+v with %d days", due, days)
		}
		if first := policy.Due(h, start); first.On != due.On {
			t.Fatalf("goes on %s, asked at the start %s", due.On, first.On)
		}
		counted := start.Add(time.Duration(rapid.Int64Range(0, int64(now.Sub(start)/time.Second)).Draw(t, "counted")) * time.Second)
		if touched := policy.Due(h.With(schema.Values{"counted_at": ms(counted)}), now); touched.On < due.On {
			t.Fatalf("a follow-up moved the date from %s to %s", due.On, touched.On)
		}
	})
}
