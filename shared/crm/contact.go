package crm

import . "yuzhou/shared/schema" //nolint:revive // declarations read as tables

// Contact is a person at a customer (CON-01).
var Contact = kind(Kind{
	Name:   "contact",
	Title:  "name",
	Parent: "customer",
	Fields: []Field{
		{Name: "name", Type: Text{Max: 60}, Required: true, Listed: true, Searched: true},
		{Name: "mobile", Type: Mobile{}, Listed: true, Searched: true, Sensitive: true},
		{Name: "phone", Type: Landline{}, Listed: true, Searched: true, Sensitive: true},
		{Name: "email", Type: Email{}, Sensitive: true},
		{Name: "wechat", Type: Text{Max: 60}, Sensitive: true},
		{Name: "position", Type: Text{Max: 60}, Listed: true},
		{Name: "department", Type: Text{Max: 60}},
		{Name: "sex", Type: Choose("male", "female")},
		{Name: "role", Type: Dict("contact_role")},
		{Name: "decision_maker", Type: Flag{}},
		{Name: "primary", Type: Flag{}},
		{Name: "remark", Type: Text{Max: 2000, Long: true}},
	},
})
