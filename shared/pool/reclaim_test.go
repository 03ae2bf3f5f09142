package pool_test

import (
	"testing"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// TestJudge: due or not, held back for a silent laptop, gone after the grace, skipped without a pool (REC-10, 18, 20, 24).
// The customer was claimed on October 1; with 30 days it is due on November 1.
func TestJudge(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	for _, c := range []struct {
		what, now, sync string
		grace           int64
		owner           string
		want            pool.Verdict
		until           string
	}{
		{"day 30", "2026-10-31 02:00:00", "2026-10-30 18:00:00", 5, "zhang", pool.Stays, ""},
		{"day 31, synced in the morning", "2026-11-01 02:00:00", "2026-11-01 00:00:00", 5, "zhang", pool.Goes, ""},
		{"day 31, not synced since yesterday", "2026-11-01 02:00:00", "2026-10-31 23:59:59", 5, "zhang", pool.HeldBack, "2026-11-06"},
		{"last day of grace", "2026-11-05 23:59:59", "2026-10-20 08:00:00", 5, "zhang", pool.HeldBack, "2026-11-06"},
		{"after the grace", "2026-11-06 00:00:00", "2026-10-20 08:00:00", 5, "zhang", pool.Goes, ""},
		{"a run that comes late", "2026-12-24 02:00:00", "2026-10-20 08:00:00", 5, "zhang", pool.Goes, ""},
		{"no grace", "2026-11-01 02:00:00", "2026-10-20 08:00:00", 0, "zhang", pool.Goes, ""},
		{"no device at all", "2026-11-01 02:00:00", "", 5, "zhang", pool.Goes, ""},
		{"a disabled owner is not waited for", "2026-11-01 02:00:00", "2026-10-20 08:00:00", 5, "zhao", pool.Goes, ""},
	} {
		policy := pool.NewPolicy(company(t), []schema.Record{thirty(nil)}, shanghai)
		candidate := pool.Candidate{
			Holding: holding(t, "2026-10-01 10:00:00", "").With(schema.Values{"owner": c.owner}), Now: at(t, c.now), GraceDays: c.grace,
		}
		if c.sync != "" {
			candidate.LastSync = at(t, c.sync)
		}
		r := policy.Judge(candidate)
		if r.Verdict != c.want || r.Until != c.until || (r.Verdict == pool.Goes) != (r.Pool == "open") {
			t.Errorf("%s: %+v", c.what, r)
		}
		if r.Verdict == pool.HeldBack && !r.Since.Equal(candidate.LastSync) {
			t.Errorf("%s: silent since %s", c.what, r.Since)
		}
	}
}

// TestTarget: the rule's pool while it is on, else the one of the owner's department, else the default; without any the
// customer stays and the run says why (REC-20).
func TestTarget(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	now := at(t, "2026-12-01 02:00:00")
	for _, c := range []struct{ rulePool, owner, want string }{
		{"free", "zhang", "free"}, {"off", "zhang", "open"}, {"gone", "wu", "free"}, {"", "wang", "open"},
	} {
		policy := pool.NewPolicy(company(t), []schema.Record{thirty(schema.Values{"pool": c.rulePool})}, shanghai)
		r := policy.Judge(pool.Candidate{Holding: holding(t, "2026-10-01 10:00:00", "").With(schema.Values{"owner": c.owner}), Now: now})
		if r.Verdict != pool.Goes || r.Pool != c.want || r.Rule.ID != "thirty" {
			t.Errorf("rule's pool %q, owner %s: %+v", c.rulePool, c.owner, r)
		}
	}
	nowhere := pool.NewPolicy(companyWithout(t), []schema.Record{thirty(nil)}, shanghai)
	r := nowhere.Judge(pool.Candidate{Holding: holding(t, "2026-10-01 10:00:00", ""), Now: now})
	if r.Verdict != pool.Skipped || r.Fault == nil || r.Fault.Code != fault.NoPool {
		t.Errorf("without a pool: %+v", r)
	}
}

// TestTimeMachine plays the example of the rules: a visit on day 29, the sync on day 33, 30 days. With a grace of five
// days the customer is kept; without it goes on day 31 and comes back on day 33, unless somebody has claimed it.
func TestTimeMachine(t *testing.T) {
	shanghai := zone(t, "Asia/Shanghai")
	policy := pool.NewPolicy(company(t), []schema.Record{thirty(nil)}, shanghai)
	day := func(n int) time.Time { return at(t, "2026-10-01 10:00:00").AddDate(0, 0, n) }
	h := holding(t, "2026-10-01 10:00:00", "")
	for n := range 34 {
		waiting := policy.Judge(pool.Candidate{Holding: h, Now: day(n), LastSync: day(20), GraceDays: 5})
		if (n > 30) != (waiting.Verdict == pool.HeldBack) || waiting.Verdict == pool.Goes {
			t.Errorf("day %d with grace: %s", n, waiting.Verdict)
		}
		taking := policy.Judge(pool.Candidate{Holding: h, Now: day(n), LastSync: day(20)})
		if (n > 30) != (taking.Verdict == pool.Goes) {
			t.Errorf("day %d without grace: %s", n, taking.Verdict)
		}
	}
	// The visit arrives: it restarts the clock of what was held back.
	if r := policy.Judge(pool.Candidate{Holding: h.With(schema.Values{"counted_at": ms(day(29))}), Now: day(33), LastSync: day(33), GraceDays: 5}); r.Verdict != pool.Stays {
		t.Errorf("after the sync: %s", r.Verdict)
	}
	evidence := pool.Evidence{
		Counts: true, OccurredAt: day(29), ReceivedAt: day(33), ReclaimedAt: day(31), RuleDays: 30, Window: 7, FormerOwner: "zhang", Zone: shanghai,
	}
	if got := pool.Late(evidence); got != pool.GiveBack {
		t.Errorf("nobody has claimed it: %s", got)
	}
	evidence.Owner = "wang"
	if got := pool.Late(evidence); got != pool.Dispute {
		t.Errorf("claimed by another on day 32: %s", got)
	}
}

// TestLateBoundaries: what counts as evidence and what comes too late (REC-24).
func TestLateBoundaries(t *testing.T) {
	base := func() pool.Evidence {
		return pool.Evidence{
			Counts: true, OccurredAt: at(t, "2026-10-30 15:00:00"), ReceivedAt: at(t, "2026-11-03 09:00:00"), ReclaimedAt: at(t, "2026-11-01 02:00:00"),
			RuleDays: 30, Window: 7, FormerOwner: "zhang", Zone: zone(t, "Asia/Shanghai"),
		}
	}
	for what, c := range map[string]struct {
		spoil func(*pool.Evidence)
		want  pool.Mending
	}{
		"as it is":                       {func(*pool.Evidence) {}, pool.GiveBack},
		"a method that does not count":   {func(e *pool.Evidence) { e.Counts = false }, pool.NothingToMend},
		"happened after the reclaim":     {func(e *pool.Evidence) { e.OccurredAt = at(t, "2026-11-01 02:00:01") }, pool.NothingToMend},
		"happened in the very second":    {func(e *pool.Evidence) { e.OccurredAt = e.ReclaimedAt }, pool.GiveBack},
		"on day 30 before the reclaim":   {func(e *pool.Evidence) { e.OccurredAt = at(t, "2026-10-02 00:00:00") }, pool.GiveBack},
		"too old to have kept it":        {func(e *pool.Evidence) { e.OccurredAt = at(t, "2026-10-01 23:59:59") }, pool.NothingToMend},
		"arrives on the last day":        {func(e *pool.Evidence) { e.ReceivedAt = at(t, "2026-11-08 23:59:59") }, pool.GiveBack},
		"arrives a day later":            {func(e *pool.Evidence) { e.ReceivedAt = at(t, "2026-11-09 00:00:00") }, pool.NothingToMend},
		"the company gives nothing back": {func(e *pool.Evidence) { e.Window = 0 }, pool.NothingToMend},
		"he has claimed it again":        {func(e *pool.Evidence) { e.Owner = "zhang" }, pool.NothingToMend},
		"nobody had it":                  {func(e *pool.Evidence) { e.FormerOwner = "" }, pool.NothingToMend},
		"somebody else has it":           {func(e *pool.Evidence) { e.Owner = "wang" }, pool.Dispute},
	} {
		e := base()
		c.spoil(&e)
		if got := pool.Late(e); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

// TestSchedule: one run a day at the configured minute; a missed one is found; days of 23 and 25 hours have one too (REC-12).
func TestSchedule(t *testing.T) {
	for _, c := range []struct{ zone, reclaimAt, now, last, next string }{
		{"Asia/Shanghai", "02:00", "2026-11-21T01:59:59", "2026-11-20T02:00:00", "2026-11-21T02:00:00"},
		{"Asia/Shanghai", "02:00", "2026-11-21T02:00:00", "2026-11-21T02:00:00", "2026-11-22T02:00:00"},
		{"Asia/Shanghai", "23:30", "2026-12-31T23:45:00", "2026-12-31T23:30:00", "2027-01-01T23:30:00"},
		{"Asia/Shanghai", "00:00", "2026-11-21T00:00:00", "2026-11-21T00:00:00", "2026-11-22T00:00:00"},
		{"Asia/Shanghai", "", "2026-11-21T03:00:00", "2026-11-21T02:00:00", "2026-11-22T02:00:00"},
		{"Asia/Shanghai", "25:99", "2026-11-21T03:00:00", "2026-11-21T02:00:00", "2026-11-22T02:00:00"},
	} {
		where := zone(t, c.zone)
		settings := record("settings", "settings", schema.Values{"reclaim_at": c.reclaimAt})
		read := func(text string) time.Time {
			m, err := time.ParseInLocation("2006-01-02T15:04:05", text, where)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		if got := pool.LastDue(settings, read(c.now), where); !got.Equal(read(c.last)) {
			t.Errorf("%+v: last %s", c, got.In(where))
		}
		if got := pool.NextRun(settings, read(c.now), where); !got.Equal(read(c.next)) {
			t.Errorf("%+v: next %s", c, got.In(where))
		}
	}
	// In Berlin 02:30 does not exist on March 29 and comes twice on October 25.
	berlin := zone(t, "Europe/Berlin")
	settings := record("settings", "settings", schema.Values{"reclaim_at": "02:30"})
	for _, month := range []time.Month{time.March, time.October} {
		now := time.Date(2026, month, 20, 12, 0, 0, 0, berlin)
		days := map[string]bool{}
		for range 10 {
			next := pool.NextRun(settings, now, berlin)
			if !next.After(now) || next.Sub(now) > 26*time.Hour || !pool.LastDue(settings, next, berlin).Equal(next) {
				t.Fatalf("after %s comes %s", now, next)
			}
			days[next.In(berlin).Format(time.DateOnly)] = true
			now = next
		}
		if len(days) != 10 {
			t.Errorf("%s: ten runs on %d days", month, len(days))
		}
	}
}
