package main

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"yuzhou/assets"
	"yuzhou/shared/crm"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// demoCommand makes a data folder full of made-up customers.
type demoCommand struct {
	folder
	newPassword
	listening
	Customers int    `help:"flag_demo_customers" default:"2000" placeholder:"N"`
	FollowUps int    `name:"followups" help:"flag_demo_followups" default:"6000" placeholder:"N"`
	Tasks     int    `help:"flag_demo_tasks" default:"1000" placeholder:"N"`
	Contacts  bool   `help:"flag_demo_contacts"`
	Seed      uint64 `help:"flag_demo_seed" default:"1" placeholder:"N"`
	Users     int    `help:"flag_demo_users" default:"6" placeholder:"N"`
	Serve     bool   `help:"flag_demo_serve"`
}

const (
	demoPassword = "yuzhou-demo" // said openly: what it opens is made up
	demoZone     = "Asia/Shanghai"
	loadTrees    = 5000 // customers a transaction
	tellEach     = 2 * loadTrees
)

// Run makes the folder, tells the logins, and serves when that was asked.
func (c demoCommand) Run(s *session) error {
	if err := c.unused(); err != nil {
		return err
	}
	password := demoPassword
	if c.PasswordStdin {
		var err error
		if password, _, err = c.ask(s, "demo"); err != nil {
			return err
		}
	}
	team := demoTeam(c.Users)
	records, err := server.Presets(schema.Values{"company": s.T("server.demo.company"), "zone": demoZone})
	if err != nil {
		return err
	}
	setup := hub.Setup{Records: append(records, team.records()...), Login: "admin", Name: s.T("server.init.admin"), Password: password}
	if err := seed(s, c.folder, setup, func(b *book) error { return c.fill(b, team, password) }); err != nil {
		return err
	}
	if err := c.tell(s, team, password); err != nil || !c.Serve {
		return err
	}
	return c.serve(s, c.folder, "info")
}

// fill gives the people their password and loads the customers.
func (c demoCommand) fill(b *book, team team, password string) error {
	for _, p := range team.people {
		if err := b.hub.SetPassword(b, hub.System, p.id(), password); err != nil {
			return err
		}
	}
	made, err := c.sample(b, team)
	if err != nil {
		return err
	}
	trees := make([]hub.Tree, 0, loadTrees)
	done := 0
	load := func() error {
		if len(trees) == 0 {
			return nil
		}
		err := b.hub.Load(b, trees)
		done += len(trees)
		trees = trees[:0]
		if done%tellEach == 0 && !b.json {
			b.note("server.demo.progress", "Done", done, "Total", c.Customers)
		}
		return err
	}
	for tree := range made.All() {
		if trees = append(trees, hub.Tree(tree)); len(trees) == loadTrees {
			if err := load(); err != nil {
				return err
			}
		}
	}
	return load()
}

// sample is the book that the seed makes.
func (c demoCommand) sample(b *book, team team) (*sample.Book, error) {
	names, e1 := fs.ReadFile(assets.Files, "presets/names.txt")
	divisions, e2 := fs.ReadFile(assets.Files, "presets/regions.json")
	regions, e3 := crm.ParseRegions(divisions)
	zone, e4 := time.LoadLocation(demoZone)
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	return sample.New(sample.Config{
		Seed: c.Seed, Customers: c.Customers, FollowUps: c.FollowUps, Tasks: c.Tasks, Contacts: c.Contacts,
		Users: team.sellers(), Pools: []string{crm.PoolDefault}, Names: crm.ParseNames(names), Regions: regions,
		Now: b.clock.Now().UTC(), Zone: zone,
	})
}

// tell shows what there is and who can log in.
func (c demoCommand) tell(s *session, team team, password string) error {
	accounts := []account{{Login: "admin", Name: s.T("server.init.admin"), Role: crm.RoleAdmin, Password: password}}
	for _, p := range team.people {
		accounts = append(accounts, account{Login: p.login, Name: p.name, Role: p.role, Password: password})
	}
	value := map[string]any{
		"data": c.Data, "customers": c.Customers, "followups": c.FollowUps, "tasks": c.Tasks, "accounts": accounts,
	}
	return s.result(value, func() {
		s.say("server.demo.done", "Customers", c.Customers, "FollowUps", c.FollowUps, "Tasks", c.Tasks, "Data", c.Data)
		rows := [][]string{s.heads("login", "name", "role")}
		for _, a := range accounts {
			rows = append(rows, []string{a.Login, a.Name, s.T("server.demo." + a.Role)})
		}
		s.table(rows)
		s.say("server.demo.password", "Password", password)
		if !c.Serve {
			s.say("server.demo.next", "Data", c.Data)
		}
	})
}
