package crm

import . "yuzhou/shared/schema" //nolint:revive // declarations read as tables

// Notice tells one user that something happened: its code names the words (notice.CODE), params fill them.
var Notice = kind(Kind{
	Name:     "notice",
	Title:    "code",
	Audience: Audience{Users: []string{"user"}},
	Fields: []Field{
		{Name: "user", Type: Ref{Kind: "user"}, Server: true},
		{Name: "code", Type: Text{Max: 40}, Server: true},
		{Name: "params", Type: Text{Max: 2000}, Server: true}, // JSON object of strings
		{Name: "customer", Type: Ref{Kind: "customer"}, Server: true},
		{Name: "at", Type: Moment{}, Server: true},
		{Name: "read_at", Type: Moment{}, First: true},
	},
})

// Conflict is one field that two people changed from the same base: the committed value (theirs) stays until
// somebody decides. It goes to the editor and to the holder of the customer.
// base, theirs and mine are JSON values.
var Conflict = kind(Kind{
	Name:     "conflict",
	Title:    "field",
	Audience: Audience{Users: []string{"editor", "holder"}},
	Fields: []Field{
		{Name: "editor", Type: Ref{Kind: "user"}, Server: true},
		{Name: "holder", Type: Ref{Kind: "user"}, Server: true},
		{Name: "kind", Type: Text{Max: 40}, Server: true},
		{Name: "record", Type: Ref{}, Server: true},
		{Name: "root", Type: Ref{}, Server: true},
		{Name: "title", Type: Text{Max: 200}, Server: true},
		{Name: "field", Type: Text{Max: 40}, Server: true},
		{Name: "base", Type: Text{}, Server: true},
		{Name: "theirs", Type: Text{}, Server: true},
		{Name: "theirs_by", Type: Ref{Kind: "user"}, Server: true},
		{Name: "theirs_at", Type: Moment{}, Server: true},
		{Name: "mine", Type: Text{}, Server: true},
		{Name: "mine_at", Type: Moment{}, Server: true},
		{Name: "found_at", Type: Moment{}, Server: true},
		{Name: "mutation", Type: Ref{}, Server: true},
		// replaced: by a newer one of the same editor
		{Name: "state", Type: Choose("open", "theirs", "mine", "typed", "replaced"), First: true},
	},
})
