package crm

import (
	"yuzhou/shared/fault"
	. "yuzhou/shared/schema" //nolint:revive // declarations read as tables
)

// Task is something to do, for a customer or alone (TSK-03, 04, 07).
var Task = kind(Kind{
	Name:     "task",
	Title:    "title",
	Parent:   "customer",
	Alone:    true,
	Audience: Audience{Users: []string{"executor", "participants", "creator"}},
	Fields: []Field{
		{Name: "title", Type: Text{Max: 200}, Required: true, Listed: true, Searched: true},
		{Name: "list", Type: Choose("inbox", "today", "next", "later"), Required: true, Listed: true},
		{Name: "status", Type: Choose("open", "blocked", "done", "deferred", "archived"), Required: true, Listed: true},
		{Name: "blocked_reason", Type: Text{Max: 500}},
		{Name: "priority", Type: Choose("high", "medium", "low", "none"), Required: true, Listed: true},
		{Name: "start_on", Type: Date{}, Listed: true},
		{Name: "due_at", Type: Moment{}, Listed: true},
		{Name: "executor", Type: Ref{Kind: "user"}, Required: true, Listed: true},
		{Name: "participants", Type: RefSet{Kind: "user"}},
		{Name: "contact", Type: Ref{Kind: "contact"}},
		{Name: "description", Type: Text{Max: 5000, Long: true}},
		{Name: "standard", Type: Text{Max: 1000, Long: true}},
		{Name: "tags", Type: Tags{}},
		{Name: "done_at", Type: Moment{}, First: true},
		{Name: "creator", Type: Ref{Kind: "user"}, Server: true},
	},
	Rules: []func(Record) error{blockedNeedsReason, dueAfterStart},
})

func blockedNeedsReason(r Record) error {
	if r.Text("status") == "blocked" && !r.Has("blocked_reason") {
		return fault.New(fault.ReasonMissing).About("task", "blocked_reason")
	}
	return nil
}

// dueAfterStart compares days in UTC; the one-day tolerance makes it right in every zone.
func dueAfterStart(r Record) error {
	if r.Has("start_on") && r.Has("due_at") && r.Moment("due_at").AddDate(0, 0, 1).Format("2006-01-02") < r.Text("start_on") {
		return fault.New(fault.DueBeforeStart).About("task", "due_at")
	}
	return nil
}
