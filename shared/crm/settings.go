package crm

import (
	"time"

	"yuzhou/shared/fault"
	. "yuzhou/shared/schema" //nolint:revive // declarations read as tables
)

// SettingsID is the id of the one settings record.
const SettingsID = "settings"

// Settings are the company's settings: one record.
var Settings = kind(Kind{
	Name:     "settings",
	Title:    "company",
	Server:   true,
	Audience: Audience{Everybody: true},
	Fields: []Field{
		{Name: "company", Type: Text{Max: 120}, Required: true},
		{Name: "zone", Type: Text{Max: 60}, Required: true}, // Asia/Shanghai
		{Name: "reclaim_at", Type: Text{Max: 5}},            // 02:00, in the company's zone
		{Name: "backdate_days", Type: Number{}},             // 0: no bound
		{Name: "holding_cap", Type: Number{}},               // over all pools; 0: none
		{Name: "grace_days", Type: Number{}},                // for laptops that have not synced
		{Name: "evidence_days", Type: Number{}},             // for follow-ups that arrive after a reclaim
		{Name: "warn_days", Type: Number{}},                 // "soon to the pool"
		{Name: "number_prefix", Type: Text{Max: 10}},        // KH
		{Name: "lease_days", Type: Number{}},                // see LeaseDays
	},
	Rules: []func(Record) error{reclaimAtIsATime},
})

func reclaimAtIsATime(r Record) error { return CheckReclaimAt(r.Text("reclaim_at")) }

// CheckReclaimAt refuses a time of day that the timetable could not read, BAD_TIME: the run would then come at an hour
// that nobody has chosen. "" is none.
func CheckReclaimAt(text string) error {
	if _, err := time.Parse("15:04", text); text != "" && err != nil {
		return fault.New(fault.BadTime).About("settings", "reclaim_at")
	}
	return nil
}

// UsualLease is the lease of a company that has not chosen one, in days.
const UsualLease = 14

// LeaseDays is after how many days without its server a laptop is locked until somebody logs in; 0 is never (SYNC-12). A
// company whose settings say nothing, because it was set up before there was a lease, has the usual one: whoever wants
// none says 0.
func LeaseDays(settings Record) int64 {
	if !settings.Has("lease_days") {
		return UsualLease
	}
	return max(0, settings.Int("lease_days"))
}
