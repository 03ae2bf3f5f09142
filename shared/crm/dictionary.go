package crm

import . "yuzhou/shared/schema" //nolint:revive // declarations read as tables

// Dictionary is one entry of a dictionary; its id is "list.key" (followup_method.visit).
// Entries in use are disabled, never deleted. counts marks follow-up methods that count for reclaim.
var Dictionary = kind(Kind{
	Name:     "dictionary",
	Title:    "label",
	Server:   true,
	Audience: Audience{Everybody: true},
	Fields: []Field{
		{Name: "list", Type: Text{Max: 40}, Required: true, Listed: true},
		{Name: "key", Type: Text{Max: 40}, Required: true},
		{Name: "label", Type: Text{Max: 60}, Required: true, Listed: true},
		{Name: "label_en", Type: Text{Max: 60}},
		{Name: "order", Type: Number{}},
		{Name: "preferred", Type: Flag{}},
		{Name: "disabled", Type: Flag{}, Listed: true},
		{Name: "counts", Type: Flag{}},
		{Name: "aliases", Type: Tags{}}, // other words for the entry, as imported files write it
	},
})
