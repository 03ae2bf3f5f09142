package main

import (
	"errors"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
)

// userAdd adds a user with a first password.
type userAdd struct {
	folder
	newPassword
	Login      string   `arg:"" help:"arg_login"`
	Name       string   `help:"flag_user_name" placeholder:"NAME"`
	Department string   `help:"flag_user_department" placeholder:"NAME"`
	Superior   string   `help:"flag_user_superior" placeholder:"LOGIN"`
	Role       []string `help:"flag_user_role" placeholder:"ROLE"`
}

// Run adds the user. The password is asked for first, so that one that is left out leaves no half a user behind.
func (c userAdd) Run(s *session) error {
	return c.with(s, func(b *book) error {
		values, err := c.values(b)
		if err != nil {
			return err
		}
		password, made, err := c.ask(s, c.Login)
		if err != nil {
			return err
		}
		user, err := b.hub.Put(b, hub.System, crm.User.Name, "", values)
		if err != nil {
			return err
		}
		if err := b.hub.SetPassword(b, hub.System, user.ID, password); err != nil {
			b.note("server.user.no_password", "Login", c.Login)
			return err
		}
		shown := view(user)
		if made {
			shown["password"] = password
		}
		return b.result(shown, func() {
			b.say("server.saved", "Name", user.Text("name"), "ID", user.ID)
			if made {
				b.say("server.password.made", "Login", c.Login, "Password", password)
			}
		})
	})
}

func (c userAdd) values(b *book) (schema.Values, error) {
	name, department, roles := c.Name, c.Department, c.Role
	if name == "" {
		name = c.Login
	}
	if department == "" {
		department = crm.DepartmentTop
	}
	if len(roles) == 0 {
		roles = []string{crm.RoleSales}
	}
	departmentID, e1 := b.id(crm.Department, department)
	superior, e2 := b.id(crm.User, c.Superior)
	roleIDs, e3 := b.ids(crm.Role, roles)
	return schema.Values{
		"login": c.Login, "name": name, "department": departmentID, "superior": superior, "roles": roleIDs,
	}, errors.Join(e1, e2, e3)
}

// userList shows the users.
type userList struct {
	folder
}

// Run lists.
func (c userList) Run(s *session) error {
	return c.with(s, func(b *book) error {
		users, e1 := b.list(crm.User)
		departments, e2 := b.names(crm.Department)
		roles, e3 := b.names(crm.Role)
		if err := errors.Join(e1, e2, e3); err != nil {
			return err
		}
		logins := map[string]string{}
		for _, u := range users {
			logins[u.ID] = u.Text("login")
		}
		return b.result(views(users), func() {
			rows := [][]string{b.heads("login", "name", "department", "superior", "roles", "state")}
			for _, u := range users {
				rows = append(rows, []string{
					u.Text("login"), u.Text("name"), departments[u.Text("department")], logins[u.Text("superior")],
					joined(roles, u.Set("roles")), b.state(u.Flag("disabled")),
				})
			}
			b.table(rows)
		})
	})
}

// heads are the words above the columns of a table.
func (o *output) heads(names ...string) []string {
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = o.T("server.col." + name)
	}
	return words
}

// state says whether something is in use.
func (o *output) state(disabled bool) string {
	if disabled {
		return o.T("server.state.off")
	}
	return o.T("server.state.on")
}

// userMove puts a user into another department, under another superior.
type userMove struct {
	folder
	Login      string `arg:"" help:"arg_login"`
	Department string `required:"" help:"flag_user_department" placeholder:"NAME"`
	Superior   string `help:"flag_user_new_superior" placeholder:"LOGIN"`
}

// Run moves the user. Without a new superior the old one stays.
func (c userMove) Run(s *session) error {
	return c.with(s, func(b *book) error {
		user, e1 := b.find(crm.User, c.Login)
		department, e2 := b.id(crm.Department, c.Department)
		superior, e3 := b.id(crm.User, c.Superior)
		if err := errors.Join(e1, e2, e3); err != nil {
			return err
		}
		values := schema.Values{"department": department}
		if c.Superior != "" {
			values["superior"] = superior
		}
		return b.put(crm.User, user.ID, values)
	})
}

// userRoles gives a user other roles.
type userRoles struct {
	folder
	Login string   `arg:"" help:"arg_login"`
	Role  []string `arg:"" help:"arg_roles"`
}

// Run sets the roles.
func (c userRoles) Run(s *session) error {
	return c.with(s, func(b *book) error {
		user, e1 := b.find(crm.User, c.Login)
		roles, e2 := b.ids(crm.Role, c.Role)
		if err := errors.Join(e1, e2); err != nil {
			return err
		}
		return b.put(crm.User, user.ID, schema.Values{"roles": roles})
	})
}

// userPassword gives a user a new password and ends his sessions.
type userPassword struct {
	folder
	newPassword
	Login string `arg:"" help:"arg_login"`
}

// Run sets the password.
func (c userPassword) Run(s *session) error {
	return c.with(s, func(b *book) error {
		user, err := b.find(crm.User, c.Login)
		if err != nil {
			return err
		}
		password, made, err := c.ask(s, c.Login)
		if err != nil {
			return err
		}
		if err := b.hub.SetPassword(b, hub.System, user.ID, password); err != nil {
			return err
		}
		shown := account{Login: c.Login}
		if made {
			shown.Password = password
		}
		return b.result(shown, func() {
			b.say("server.password.set", "Login", c.Login)
			if made {
				b.say("server.password.made", "Login", c.Login, "Password", password)
			}
		})
	})
}

// userDisable disables a user: no more data, and no sessions.
type userDisable struct {
	folder
	Login string `arg:"" help:"arg_login"`
}

// Run disables.
func (c userDisable) Run(s *session) error { return setDisabled(s, c.folder, c.Login, true) }

// userEnable enables a user again.
type userEnable struct {
	folder
	Login string `arg:"" help:"arg_login"`
}

// Run enables.
func (c userEnable) Run(s *session) error { return setDisabled(s, c.folder, c.Login, false) }

func setDisabled(s *session, f folder, login string, disabled bool) error {
	return f.with(s, func(b *book) error {
		user, err := b.find(crm.User, login)
		if err != nil {
			return err
		}
		return b.put(crm.User, user.ID, schema.Values{"disabled": disabled})
	})
}
