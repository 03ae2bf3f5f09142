package crm

import (
	"time"

	"yuzhou/shared/fault"
	. "yuzhou/shared/schema" //nolint:revive // declarations read as tables
)

// FollowUp is one conversation with a customer (FUP-01). It is a fact: it is added, never edited, so it never
// conflicts and is never lost. Its three times (FUP-05) are when it happened (occurred_at), when the laptop
// noted it (recorded_at) and when the server got it (received_at).
var FollowUp = kind(Kind{
	Name:   "followup",
	Title:  "content",
	Parent: "customer",
	Fact:   true,
	Fields: []Field{
		{Name: "method", Type: Dict("followup_method"), Required: true, Listed: true},
		{Name: "occurred_at", Type: Moment{}, Required: true, Listed: true},
		{Name: "content", Type: Text{Max: 5000, Long: true}, Required: true, Listed: true},
		{Name: "attitude", Type: Dict("attitude"), Listed: true},
		{Name: "next_step", Type: Text{Max: 500}},
		{Name: "next_at", Type: Moment{}, Listed: true},
		{Name: "contact", Type: Ref{Kind: "contact"}},
		{Name: "author", Type: Ref{Kind: "user"}, Listed: true, Server: true},
		{Name: "recorded_at", Type: Moment{}, Required: true},
		{Name: "received_at", Type: Moment{}, Server: true},
	},
	Rules: []func(Record) error{occurredBeforeRecorded},
})

// clockSlack is how far a laptop's own two times may disagree before we call it a future date.
const clockSlack = 5 * time.Minute

// occurredBeforeRecorded refuses a follow-up that has not happened yet (FUP-06).
func occurredBeforeRecorded(r Record) error {
	if r.Moment("occurred_at").After(r.Moment("recorded_at").Add(clockSlack)) {
		return fault.New(fault.FutureDate).About("followup", "occurred_at")
	}
	return nil
}

// Backfilled tells whether a follow-up is to be shown as 补录: it was noted on a later day than it happened,
// counted in the company's zone (FUP-06).
func Backfilled(r Record, zone *time.Location) bool {
	return r.Moment("recorded_at").In(zone).Format(time.DateOnly) > r.Moment("occurred_at").In(zone).Format(time.DateOnly)
}

// CheckTimes refuses a follow-up from the future of now or farther back than backdateDays (0: no bound) (FUP-06).
// Both programs call it: the laptop with its own clock, the server with its own and the times corrected.
func CheckTimes(r Record, now time.Time, backdateDays int64) error {
	if r.Moment("occurred_at").After(now.Add(clockSlack)) {
		return fault.New(fault.FutureDate).About("followup", "occurred_at")
	}
	oldest := r.Moment("recorded_at").Add(-time.Duration(backdateDays) * 24 * time.Hour)
	if backdateDays > 0 && r.Moment("occurred_at").Before(oldest) {
		return fault.New(fault.Backdated, "Days", backdateDays).About("followup", "occurred_at")
	}
	return nil
}
