package main

import (
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
)

// initCommand makes a data folder with the presets and the first administrator.
type initCommand struct {
	folder
	newPassword
	Company string `help:"flag_company" placeholder:"NAME"`
	Zone    string `help:"flag_zone" default:"Asia/Shanghai"`
	Admin   string `help:"flag_admin" default:"admin" placeholder:"LOGIN"`
	Name    string `help:"flag_admin_name" placeholder:"NAME"`
}

// account is a login with its password, for the person who sets the server up.
type account struct {
	Login    string `json:"login"`
	Name     string `json:"name,omitempty"`
	Role     string `json:"role,omitempty"`
	Password string `json:"password,omitempty"` // only when it was made here
}

// Run makes the folder. When anything fails, nothing is left behind that would keep the next try from working.
func (c initCommand) Run(s *session) error {
	setup, err := c.setup(s)
	if err != nil {
		return err
	}
	if err := c.unused(); err != nil {
		return err
	}
	password, made, err := c.ask(s, c.Admin)
	if err != nil {
		return err
	}
	setup.Password = password
	if err := seed(s, c.folder, setup, nil); err != nil {
		return err
	}
	first := account{Login: c.Admin}
	if made {
		first.Password = password
	}
	return s.result(map[string]any{"data": c.Data, "company": setup.Company, "admin": first}, func() {
		s.say("server.init.done", "Data", c.Data, "Company", setup.Company)
		if made {
			s.say("server.password.made", "Login", c.Admin, "Password", password)
		}
		s.say("server.init.next", "Data", c.Data)
	})
}

// setup is what the new store begins with.
func (c initCommand) setup(s *session) (hub.Setup, error) {
	if _, err := time.LoadLocation(c.Zone); err != nil {
		return hub.Setup{}, fault.New(fault.BadChoice).About("settings", "zone")
	}
	company, name := c.Company, c.Name
	if company == "" {
		company = s.T("server.init.company")
	}
	if name == "" {
		name = s.T("server.init.admin")
	}
	records, err := server.Presets(schema.Values{"company": company, "zone": c.Zone})
	return hub.Setup{Company: company, Records: records, Login: c.Admin, Name: name}, err
}

// seed makes the store, and fills it by more when that is given.
func seed(s *session, f folder, setup hub.Setup, more func(*book) error) error {
	core, undo, err := create(s, f)
	if err != nil {
		return err
	}
	_, err = core.Hub.Seed(s, setup)
	if err == nil && more != nil {
		err = more(&book{session: s, hub: core.Hub})
	}
	if err = errors.Join(err, core.Close()); err != nil {
		return errors.Join(err, undo())
	}
	return nil
}

// create makes an empty store in the data folder, or in the database that was given. undo takes back what would keep the
// next try from working.
func create(s *session, f folder) (core *server.Core, undo func() error, err error) {
	address, err := f.address(s)
	if err != nil {
		return nil, nil, err
	}
	log := s.log(slog.LevelWarn)
	if address == "" {
		core, err = server.Create(s, f.Data, s.clock, log)
		return core, func() error { return server.Discard(filepath.Join(f.Data, server.DatabaseFile)) }, err
	}
	core, err = server.CreateAt(s, f.Data, address, s.clock, log)
	if fault.CodeOf(err) == fault.Exists {
		err = wrong(err, "server.error.has_store", "Store", store.Redacted(address))
	} else if fault.CodeOf(err) != fault.BadFile {
		err = opening(address, err)
	}
	return core, func() error { return server.Move(f.Data, f.Data) }, err
}
