package pool

import (
	"cmp"
	"slices"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
)

// Why a customer does not go back by itself.
const (
	ExemptPool   = "pool"    // nobody holds it
	ExemptDealt  = "dealt"   // every rule for it spares customers with a deal
	ExemptLocked = "locked"  // every rule for it spares locked customers
	ExemptNoRule = "no_rule" // no rule is meant for its owner
)

// Due says when a customer goes to the pool, and by which rule.
type Due struct {
	On      string    // the date of the run that takes it, 2006-01-02 in the company's zone; "" when exempt
	Days    int       // days from today to On; 0 or less: the next run takes it
	Rule    string    // id of the rule
	Start   time.Time // where the clock started (UTC); the zero time when nobody holds it
	Elapsed int       // calendar days since Start in the company's zone
	Exempt  string    // one of the Exempt words, "" when it goes
}

// Policy is the reclaim rules made ready for many customers. It is immutable.
type Policy struct {
	org   *access.Org
	rules []schema.Record // in effect or to come, by order, then id
	zone  *time.Location
}

// NewPolicy makes ready the rules that are switched on.
func NewPolicy(org *access.Org, rules []schema.Record, zone *time.Location) *Policy {
	p := &Policy{org: org, zone: zone}
	for _, r := range rules {
		if !r.Deleted && !r.Flag("disabled") && r.Int("days") > 0 {
			p.rules = append(p.rules, r)
		}
	}
	slices.SortFunc(p.rules, func(a, b schema.Record) int {
		return cmp.Or(cmp.Compare(a.Int("order"), b.Int("order")), cmp.Compare(a.ID, b.ID))
	})
	return p
}

// Rule finds one of the rules.
func (p *Policy) Rule(id string) (schema.Record, bool) {
	for _, r := range p.rules {
		if r.ID == id {
			return r, true
		}
	}
	return schema.Record{}, false
}

// DueOf is NewPolicy and Due for one customer.
func DueOf(org *access.Org, rules []schema.Record, holding schema.Record, now time.Time, zone *time.Location) Due {
	return NewPolicy(org, rules, zone).Due(holding, now)
}

// Due says when a customer goes: when more than the rule's days have passed since the clock started, so with 30 days it
// stays on day 30 and goes on day 31, and never before the rule is in effect. Of several rules the earliest counts;
// among those that would take it today already, the first by order, for that is the one the run applies.
func (p *Policy) Due(holding schema.Record, now time.Time) Due {
	if holding.Text("owner") == "" {
		return Due{Exempt: ExemptPool}
	}
	start := ClockStart(holding, now)
	today, first := p.day(now), p.day(start)
	due := Due{Start: start, Elapsed: today - first, Exempt: ExemptNoRule}
	goes := 0
	for _, rule := range p.rules {
		if !p.meant(rule, holding.Text("owner")) {
			continue
		}
		if spared := exemption(rule, holding, now); spared != "" {
			if due.Rule == "" {
				due.Exempt = spared
			}
			continue
		}
		on := first + int(rule.Int("days")) + 1
		if effective, ok := dayOfDate(rule.Text("effective_on")); ok {
			on = max(on, effective)
		}
		// A date that has passed means the next run: today.
		if due.Rule == "" || max(on, today) < max(goes, today) {
			due.Rule, due.Exempt, goes = rule.ID, "", on
		}
	}
	if due.Rule != "" {
		due.On, due.Days = dateOfDay(goes), goes-today
	}
	return due
}

// ClockStart is where the clock of a held customer starts: the later of the moment it was taken and the last counted
// follow-up. It is never empty: a holding without any moment starts now. A follow-up that claims to be in the future
// would protect for ever and is left out; one that is ahead by no more than two clocks may differ counts as now.
func ClockStart(holding schema.Record, now time.Time) time.Time {
	start := holding.Moment("claimed_at")
	if counted := holding.Moment("counted_at"); counted.After(start) && !counted.After(now.Add(clockSlack)) {
		start = counted
	}
	if start.IsZero() || start.After(now) {
		return now.UTC()
	}
	return start
}

// clockSlack is how far the clocks of two machines may differ before one of them counts as wrong.
const clockSlack = 5 * time.Minute

// meant tells whether a rule is for what a user holds. A rule that names nobody is for nobody.
func (p *Policy) meant(rule schema.Record, owner string) bool {
	if rule.Flag("everybody") || slices.Contains(rule.Set("users"), owner) {
		return true
	}
	return slices.ContainsFunc(rule.Set("departments"), func(d string) bool { return p.org.SitsIn(owner, d) })
}

// exemption tells why a rule spares a customer, "" when it does not.
func exemption(rule, holding schema.Record, now time.Time) string {
	switch {
	case rule.Flag("spare_dealt") && holding.Has("dealt_at"):
		return ExemptDealt
	case rule.Flag("spare_locked") && holding.Moment("locked_until").After(now):
		return ExemptLocked
	}
	return ""
}

// Counts tells whether a follow-up restarts the clock: its method counts, it is not deleted, and it had happened when the
// server received it (or, before that, when the laptop noted it).
func Counts(method, followup schema.Record) bool {
	if followup.Deleted || method.Deleted || !method.Flag("counts") || !followup.Has("occurred_at") {
		return false
	}
	known := followup.Moment("received_at")
	if known.IsZero() {
		known = followup.Moment("recorded_at")
	}
	return !followup.Moment("occurred_at").After(known.Add(clockSlack))
}

// RuleWords gives the key of the sentence that says a rule, and what fills it: Days and, for a rule that names its pool,
// Pool. The sentence stands in the language files.
func RuleWords(org *access.Org, rule schema.Record) (key string, params map[string]string) {
	params = map[string]string{"Days": schema.Number{}.Format(rule.Int("days"))}
	if place, ok := org.Pool(rule.Text("pool")); ok {
		params["Pool"] = place.Text("name")
		return "rule.sentence", params
	}
	return "rule.sentence.ownPool", params
}

// day numbers the calendar days in the company's zone.
func (p *Policy) day(t time.Time) int {
	y, m, d := t.In(p.zone).Date()
	return dayNumber(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

const secondsOfDay = 24 * 60 * 60

// dayNumber numbers a midnight in UTC, where every day has the same length.
func dayNumber(midnight time.Time) int { return int(midnight.Unix() / secondsOfDay) }

func dayOfDate(date string) (int, bool) {
	t, err := time.Parse(time.DateOnly, date)
	return dayNumber(t), err == nil
}

func dateOfDay(day int) string {
	return clock.Date(time.Unix(int64(day)*secondsOfDay, 0), time.UTC)
}
