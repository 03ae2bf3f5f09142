package crm

import . "yuzhou/shared/schema" //nolint:revive // declarations read as tables

// Holding says who holds a customer, since when and how it came. It is the server's own fact: it has the id of its
// customer, changes only by commands, and is never part of an edit.
// Either owner or pool is set, never both.
var Holding = kind(Kind{
	Name:   "holding",
	Title:  "owner",
	Parent: "customer",
	Server: true,
	Face:   true,
	Fields: []Field{
		{Name: "owner", Type: Ref{Kind: "user"}, Listed: true},
		{Name: "pool", Type: Ref{Kind: "pool"}, Listed: true},
		{Name: "claimed_at", Type: Moment{}, Listed: true},  // since when the owner holds it (server time)
		{Name: "counted_at", Type: Moment{}},                // occurred_at of the last follow-up that counts
		{Name: "followed_at", Type: Moment{}, Listed: true}, // occurred_at of the last follow-up of any kind
		{Name: "how", Type: Choose("created", "imported", "claimed", "assigned", "transferred", "released", "reclaimed", "returned")},
		{Name: "reason", Type: Dict("release_reason")},
		{Name: "note", Type: Text{Max: 500}},
		{Name: "former_owner", Type: Ref{Kind: "user"}},
		{Name: "pooled_at", Type: Moment{}}, // when it entered the pool
		{Name: "dealt_at", Type: Moment{}},  // deal status (CUS-07): set = 已成交
		{Name: "locked_until", Type: Moment{}},
		{Name: "kept_until", Type: Moment{}}, // a pool admin keeps it from being claimed
		{Name: "rule", Type: Ref{Kind: "rule"}},
	},
})

// HoldingChange is one line of the history of who held a customer (POOL-24).
var HoldingChange = kind(Kind{
	Name:   "holding_change",
	Title:  "how",
	Parent: "customer",
	Server: true,
	Fact:   true,
	Fields: []Field{
		{Name: "how", Type: Choose("created", "imported", "claimed", "assigned", "transferred", "released", "reclaimed", "returned", "dealt", "reopened")},
		{Name: "from_owner", Type: Ref{Kind: "user"}},
		{Name: "from_pool", Type: Ref{Kind: "pool"}},
		{Name: "to_owner", Type: Ref{Kind: "user"}},
		{Name: "to_pool", Type: Ref{Kind: "pool"}},
		{Name: "by", Type: Ref{Kind: "user"}}, // empty: the schedule
		{Name: "reason", Type: Dict("release_reason")},
		{Name: "note", Type: Text{Max: 500}},
		{Name: "rule_text", Type: Text{Max: 500}},
		{Name: "days", Type: Number{}},
		{Name: "run", Type: Text{Max: 40}},
		{Name: "at", Type: Moment{}},
		{Name: "asked_at", Type: Moment{}},
		{Name: "device", Type: Text{Max: 64}},
	},
})
