package main

import (
	"fmt"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// team is the made-up company of the demo: two sales departments, each with a manager who is its head, salespeople in
// turn in one and the other, and somebody who only reads.
type team struct {
	people []member
}

// member is one person of the demo.
type member struct {
	login, name, department, role string
}

// id is readable, so that the same seed makes the same book.
func (m member) id() string { return "demo-" + m.login }

// The departments of the demo.
const (
	demoFirst  = "demo-sales-1"
	demoSecond = "demo-sales-2"
)

// demoNames are the people that pictures and help texts speak of; more salespeople are numbered.
var demoNames = []member{
	{login: "zhangwei", name: "张伟"},
	{login: "wangfang", name: "王芳"},
	{login: "zhaoqiang", name: "赵强"},
	{login: "liuyang", name: "刘洋"},
	{login: "lina", name: "李娜"},
	{login: "sunlei", name: "孙磊"},
}

// demoTeam makes a team with so many salespeople, at least one.
func demoTeam(sellers int) team {
	t := team{people: []member{
		{"lijing", "李静", demoFirst, crm.RoleManager},
		{"zhouhai", "周海", demoSecond, crm.RoleManager},
		{"xumin", "许敏", demoFirst, crm.RoleReadOnly},
	}}
	for i := range max(sellers, 1) {
		m := member{login: fmt.Sprintf("sales%d", i+1), name: fmt.Sprintf("销售 %d", i+1)}
		if i < len(demoNames) {
			m = demoNames[i]
		}
		m.department, m.role = demoFirst, crm.RoleSales
		if i%3 == 2 {
			m.department = demoSecond
		}
		t.people = append(t.people, m)
	}
	return t
}

// sellers are the ids of the salespeople.
func (t team) sellers() []string {
	var ids []string
	for _, p := range t.people {
		if p.role == crm.RoleSales {
			ids = append(ids, p.id())
		}
	}
	return ids
}

// records are the departments and people.
func (t team) records() []schema.Record {
	var all []schema.Record
	add := func(kind *schema.Kind, id string, values schema.Values) {
		all = append(all, schema.Record{Kind: kind.Name, ID: id, Root: id, Values: values})
	}
	for _, d := range []struct{ id, name, head string }{{demoFirst, "销售一部", "demo-lijing"}, {demoSecond, "销售二部", "demo-zhouhai"}} {
		add(crm.Department, d.id, schema.Values{"name": d.name, "parent": crm.DepartmentTop, "head": d.head})
	}
	for _, p := range t.people {
		add(crm.User, p.id(), schema.Values{
			"login": p.login, "name": p.name, "department": p.department, "roles": schema.NewSet(p.role),
		})
	}
	return all
}
