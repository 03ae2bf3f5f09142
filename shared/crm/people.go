package crm

import . "yuzhou/shared/schema" //nolint:revive // declarations read as tables

// User is a person with an account. Users are disabled or handed over, never deleted.
var User = kind(Kind{
	Name:     "user",
	Title:    "name",
	Server:   true,
	Audience: Audience{Everybody: true},
	Fields: []Field{
		{Name: "login", Type: Text{Max: 60}, Required: true, Listed: true, Searched: true},
		{Name: "name", Type: Text{Max: 60}, Required: true, Listed: true, Searched: true},
		{Name: "department", Type: Ref{Kind: "department"}, Required: true, Listed: true},
		{Name: "superior", Type: Ref{Kind: "user"}},
		{Name: "roles", Type: RefSet{Kind: "role"}, Listed: true},
		{Name: "disabled", Type: Flag{}, Listed: true},
	},
})

// Department is a node of the organisation's tree; the top has no parent.
var Department = kind(Kind{
	Name:     "department",
	Title:    "name",
	Server:   true,
	Audience: Audience{Everybody: true},
	Fields: []Field{
		{Name: "name", Type: Text{Max: 60}, Required: true, Listed: true},
		{Name: "parent", Type: Ref{Kind: "department"}},
		{Name: "head", Type: Ref{Kind: "user"}},
	},
})

// Role is a named set of permissions, each written "kind:action:scope" (customer:see:department_tree).
// See package access for the words. super stands for every permission with scope all.
var Role = kind(Kind{
	Name:     "role",
	Title:    "name",
	Server:   true,
	Audience: Audience{Everybody: true},
	Fields: []Field{
		{Name: "name", Type: Text{Max: 60}, Required: true, Listed: true},
		{Name: "name_en", Type: Text{Max: 60}},
		{Name: "super", Type: Flag{}},
		{Name: "permissions", Type: RefSet{Kind: "permission"}},
		{Name: "preset", Type: Flag{}},
	},
})
