package pool

import (
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Verdict is what a run does with one customer.
type Verdict string

// The verdicts of a run.
const (
	Stays    Verdict = "stays"   // not due, or exempt
	Goes     Verdict = "goes"    // to the pool
	HeldBack Verdict = "held"    // due, but the owner's laptop may hold follow-ups that nobody has seen
	Skipped  Verdict = "skipped" // due, but there is no pool to take it
)

// Candidate is a held customer at the time of a run.
type Candidate struct {
	Holding schema.Record
	Now     time.Time // the server's time
	// LastSync is when the owner's most recently active device synced; the zero time when he has none. Devices that
	// were revoked are none.
	LastSync  time.Time
	GraceDays int64 // how long to wait for a laptop that has not synced; 0: not at all
}

// Reclaim is the answer for one candidate.
type Reclaim struct {
	Verdict Verdict
	Due     Due
	Rule    schema.Record // the rule that is applied, when due
	Pool    string        // where it goes
	Until   string        // HeldBack: the date on which it goes at the latest, 2006-01-02 in the company's zone
	Since   time.Time     // HeldBack: since when the laptop is silent
	Fault   *fault.Fault  // Skipped: why
}

// Judge decides about one candidate. Preview and run both ask it, and the run asks again inside the transaction of each
// customer, so a clock that has moved meanwhile is seen.
//
// A customer that is due is held back while its owner's laptop has not synced since the day it became due, for at most
// GraceDays: a follow-up may lie on it. An owner without a device, or one whose account is disabled, is not waited for.
func (p *Policy) Judge(c Candidate) Reclaim {
	due := p.Due(c.Holding, c.Now)
	if due.Exempt != "" || due.Days > 0 {
		return Reclaim{Verdict: Stays, Due: due}
	}
	rule, _ := p.Rule(due.Rule)
	r := Reclaim{Due: due, Rule: rule}
	deadline := p.midnight(due.On)
	if c.GraceDays > 0 && !c.LastSync.IsZero() && c.LastSync.Before(deadline) && p.org.Active(c.Holding.Text("owner")) {
		until := deadline.AddDate(0, 0, int(c.GraceDays))
		if p.day(c.Now) < p.day(until) {
			r.Verdict, r.Until, r.Since = HeldBack, clock.Date(until, p.zone), c.LastSync.UTC()
			return r
		}
	}
	r.Pool, r.Fault = p.target(rule, c.Holding.Text("owner"))
	if r.Verdict = Goes; r.Fault != nil {
		r.Verdict = Skipped
	}
	return r
}

// target is the pool of the rule while it is enabled, else the one a release would find.
func (p *Policy) target(rule schema.Record, owner string) (string, *fault.Fault) {
	if place, ok := p.org.Pool(rule.Text("pool")); ok && !place.Flag("disabled") {
		return place.ID, nil
	}
	return ReleaseTarget(p.org, owner, "")
}

// midnight is the beginning of a date in the company's zone.
func (p *Policy) midnight(date string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, date, p.zone)
	if err != nil { // only dates that dateOfDay wrote come here
		return time.Time{}
	}
	return t
}

// Evidence is a follow-up that arrives after the customer has gone.
type Evidence struct {
	Counts      bool      // see Counts
	OccurredAt  time.Time // when it happened, corrected by the device's measured skew
	ReceivedAt  time.Time // the server's time
	ReclaimedAt time.Time // when the run took the customer
	RuleDays    int64     // the days of the rule that took it
	Window      int64     // evidence_days of the settings; 0: nothing is given back
	FormerOwner string    // from whom it was taken
	Owner       string    // who holds it now, "" while it lies in the pool
	Zone        *time.Location
}

// Mending is what follows from late evidence. The follow-up itself is kept in every case.
type Mending string

// The ways to mend a reclaim.
const (
	NothingToMend Mending = "nothing"
	GiveBack      Mending = "give_back" // to the former owner
	Dispute       Mending = "dispute"   // somebody else holds it now: people must decide, nothing is changed silently
)

// Late judges late evidence: it must count, have happened before the reclaim and so recently that the rule would not
// have taken the customer, and arrive within the window after the reclaim.
func Late(e Evidence) Mending {
	zoned := Policy{zone: e.Zone}
	taken := zoned.day(e.ReclaimedAt)
	switch {
	case !e.Counts, e.Window <= 0, e.FormerOwner == "", e.Owner == e.FormerOwner:
		return NothingToMend
	case e.OccurredAt.After(e.ReclaimedAt), int64(taken-zoned.day(e.OccurredAt)) > e.RuleDays:
		return NothingToMend
	case int64(zoned.day(e.ReceivedAt)-taken) > e.Window:
		return NothingToMend
	case e.Owner != "":
		return Dispute
	}
	return GiveBack
}
