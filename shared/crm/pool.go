package crm

import (
	"yuzhou/shared/fault"
	. "yuzhou/shared/schema" //nolint:revive // declarations read as tables
)

// Pool is a named place for customers that nobody holds (POOL-01). An empty member list means nobody.
// A limit, cap, cool-down or protection of 0 means: none.
var Pool = kind(Kind{
	Name:     "pool",
	Title:    "name",
	Server:   true,
	Audience: Audience{Everybody: true},
	Fields: []Field{
		{Name: "name", Type: Text{Max: 60}, Required: true, Listed: true},
		{Name: "mode", Type: Choose("claimable", "assign_only", "admins_only"), Required: true, Listed: true},
		{Name: "disabled", Type: Flag{}, Listed: true},
		{Name: "preferred", Type: Flag{}},                       // the default pool
		{Name: "departments", Type: RefSet{Kind: "department"}}, // members, with the departments below
		{Name: "users", Type: RefSet{Kind: "user"}},             // members
		{Name: "roles", Type: RefSet{Kind: "role"}},             // members
		{Name: "admins", Type: RefSet{Kind: "user"}},
		{Name: "daily_limit", Type: Number{}},
		{Name: "holding_cap", Type: Number{}},
		{Name: "cooldown_days", Type: Number{}},
		{Name: "protect_hours", Type: Number{}},
		{Name: "hidden_fields", Type: RefSet{Kind: "field"}}, // field names of customer
		{Name: "masked_fields", Type: RefSet{Kind: "field"}},
		{Name: "order", Type: Number{}},
	},
})

// Rule is one reclaim rule: "no counted follow-up for more than days" (REC-01). It takes effect on effective_on.
var Rule = kind(Kind{
	Name:     "rule",
	Title:    "name",
	Server:   true,
	Audience: Audience{Everybody: true},
	Fields: []Field{
		{Name: "name", Type: Text{Max: 60}, Required: true, Listed: true},
		{Name: "days", Type: Number{Min: 1, Max: 3650}, Required: true, Listed: true},
		{Name: "everybody", Type: Flag{}},                       // every owner
		{Name: "departments", Type: RefSet{Kind: "department"}}, // owners of these departments and those below
		{Name: "users", Type: RefSet{Kind: "user"}},
		{Name: "pool", Type: Ref{Kind: "pool"}}, // target; empty: the owner's department's pool, else the default
		{Name: "order", Type: Number{}},
		{Name: "disabled", Type: Flag{}, Listed: true},
		{Name: "spare_dealt", Type: Flag{}},
		{Name: "spare_locked", Type: Flag{}},
		{Name: "effective_on", Type: Date{}},
	},
	Rules: []func(Record) error{ruleNamesOwners},
})

// ruleNamesOwners refuses a rule for nobody in particular: elsewhere that came to mean everybody (REC-07).
func ruleNamesOwners(r Record) error {
	if !r.Flag("everybody") && !r.Has("departments") && !r.Has("users") {
		return fault.New(fault.EmptyRule).About("rule", "departments")
	}
	return nil
}
