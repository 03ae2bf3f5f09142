package main

import (
	"errors"
	"strings"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// departmentAdd adds a department.
type departmentAdd struct {
	folder
	Name   string `arg:"" help:"arg_department"`
	Parent string `help:"flag_department_parent" placeholder:"NAME"`
	Head   string `help:"flag_department_head" placeholder:"LOGIN"`
}

// Run adds it, below the top when no parent is named.
func (c departmentAdd) Run(s *session) error {
	return c.with(s, func(b *book) error {
		if c.Parent == "" {
			c.Parent = crm.DepartmentTop
		}
		parent, e1 := b.id(crm.Department, c.Parent)
		head, e2 := b.id(crm.User, c.Head)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		return b.put(crm.Department, "", schema.Values{"name": c.Name, "parent": parent, "head": head})
	})
}

// departmentList shows the tree of departments.
type departmentList struct {
	folder
}

// Run lists.
func (c departmentList) Run(s *session) error {
	return c.with(s, func(b *book) error {
		departments, e1 := b.list(crm.Department)
		users, e2 := b.names(crm.User)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		return b.result(views(departments), func() {
			rows := [][]string{b.heads("department", "head", "id")}
			b.table(append(rows, branch(departments, users, "", 0)...))
		})
	})
}

// branch lists what is below a department, each level indented.
func branch(all []schema.Record, users map[string]string, parent string, depth int) [][]string {
	var rows [][]string
	for _, d := range all {
		// The server refuses circles; the depth bounds what a damaged tree could do here.
		if d.Text("parent") == parent && depth < len(all) {
			rows = append(rows, []string{strings.Repeat("  ", depth) + d.Text("name"), users[d.Text("head")], d.ID})
			rows = append(rows, branch(all, users, d.ID, depth+1)...)
		}
	}
	return rows
}

// departmentMove puts a department below another.
type departmentMove struct {
	folder
	Name   string `arg:"" help:"arg_department"`
	Parent string `required:"" help:"flag_department_parent" placeholder:"NAME"`
}

// Run moves it.
func (c departmentMove) Run(s *session) error {
	return c.with(s, func(b *book) error {
		department, e1 := b.find(crm.Department, c.Name)
		parent, e2 := b.id(crm.Department, c.Parent)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		return b.put(crm.Department, department.ID, schema.Values{"parent": parent})
	})
}

// departmentRename gives a department another name.
type departmentRename struct {
	folder
	Name string `arg:"" help:"arg_department"`
	To   string `arg:"" help:"arg_new_name"`
}

// Run renames it.
func (c departmentRename) Run(s *session) error {
	return c.with(s, func(b *book) error {
		department, err := b.find(crm.Department, c.Name)
		if err != nil {
			return err
		}
		return b.put(crm.Department, department.ID, schema.Values{"name": c.To})
	})
}

// departmentHead names the head of a department.
type departmentHead struct {
	folder
	Name  string `arg:"" help:"arg_department"`
	Login string `arg:"" help:"arg_head"`
}

// Run sets the head.
func (c departmentHead) Run(s *session) error {
	return c.with(s, func(b *book) error {
		department, e1 := b.find(crm.Department, c.Name)
		head, e2 := b.id(crm.User, c.Login)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		return b.put(crm.Department, department.ID, schema.Values{"head": head})
	})
}

// roleList shows the roles.
type roleList struct {
	folder
}

// Run lists.
func (c roleList) Run(s *session) error {
	return c.with(s, func(b *book) error {
		roles, err := b.list(crm.Role)
		if err != nil {
			return err
		}
		return b.result(views(roles), func() {
			rows := [][]string{b.heads("name", "name_en", "permissions", "id")}
			for _, r := range roles {
				permissions := strings.Join(r.Set("permissions"), " ")
				if r.Flag("super") {
					permissions = b.T("server.role.super")
				}
				rows = append(rows, []string{r.Text("name"), r.Text("name_en"), shortened(permissions), r.ID})
			}
			b.table(rows)
		})
	})
}

// shortened keeps a cell of a table readable; --json has the whole.
func shortened(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + " …"
	}
	return text
}
