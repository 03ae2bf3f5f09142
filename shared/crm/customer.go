package crm

import . "yuzhou/shared/schema" //nolint:revive // declarations read as tables

// Customer is a company or person we sell to (CUS-02). Who holds it stands in Holding, never here.
var Customer = kind(Kind{
	Name:  "customer",
	Title: "name",
	Face:  true,
	Fields: []Field{
		{Name: "name", Type: Text{Max: 120}, Required: true, Listed: true, Searched: true},
		{Name: "number", Type: Text{Max: 40}, Listed: true, Searched: true, Server: true},
		{Name: "level", Type: Dict("customer_level"), Listed: true},
		{Name: "type", Type: Dict("customer_type"), Listed: true},
		{Name: "industry", Type: Dict("industry"), Listed: true},
		{Name: "source", Type: Dict("customer_source"), Listed: true},
		{Name: "mobile", Type: Mobile{}, Listed: true, Searched: true, Sensitive: true},
		{Name: "phone", Type: Landline{}, Listed: true, Searched: true, Sensitive: true},
		{Name: "email", Type: Email{}, Listed: true, Sensitive: true},
		{Name: "website", Type: URL{}},
		{Name: "region", Type: Text{Max: 80}, Listed: true},
		{Name: "address", Type: Text{Max: 200}, Sensitive: true},
		{Name: "credit_code", Type: CreditCode{}, Searched: true},
		{Name: "tags", Type: Tags{}, Listed: true},
		{Name: "next_contact_at", Type: Moment{Later: true}, Listed: true},
		{Name: "remark", Type: Text{Max: 5000, Long: true}},
	},
})
