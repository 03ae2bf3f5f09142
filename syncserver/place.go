package main

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
)

// folder is the flags of every command that works on a data folder, or on a store elsewhere.
type folder struct {
	Data      string `default:"${default_data}" env:"YUZHOU_DATA" placeholder:"DIR" help:"flag_data"`
	Store     string `placeholder:"postgres://…" help:"flag_store"`
	StoreFile string `name:"store-file" placeholder:"FILE" env:"YUZHOU_STORE_FILE" help:"flag_store_file"`
}

// storeEnv names the environment's say on where the store is. It is read here and not by the parser, which could not tell
// it from an argument: an argument can be read by everybody on the machine.
const storeEnv = "YUZHOU_STORE"

// address is the address of a store that was given, "" when none was.
func (f folder) address(s *session) (string, error) {
	address, err := given(f.Store, f.StoreFile)
	if address == "" && err == nil {
		if address = s.env(storeEnv); address != "" && !store.IsPostgres(address) {
			err = wrong(nil, "server.error.bad_store", "Store", address)
		}
	}
	return address, err
}

// given is an address from the command line, or from a file.
func given(typed, file string) (string, error) {
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", wrong(err, "server.error.data", "Data", file, "Detail", err.Error())
		}
		if typed = strings.TrimSpace(string(text)); !store.IsPostgres(typed) {
			return "", wrong(nil, "server.error.bad_store", "Store", file)
		}
		return typed, nil
	}
	if typed == "" {
		return "", nil
	}
	if !store.IsPostgres(typed) {
		return "", wrong(nil, "server.error.bad_store", "Store", typed)
	}
	if u, err := url.Parse(typed); err == nil && secret(u) {
		return "", wrong(nil, "server.error.open_password", "Store", store.Redacted(typed))
	}
	return typed, nil
}

func secret(u *url.URL) bool {
	_, there := u.User.Password()
	return there || u.Query().Has("password")
}

// where tells where the store is: as given, else as the data folder says. A folder without a store is refused, before a
// mistyped one is made.
func (f folder) where(s *session) (string, error) {
	where, err := f.address(s)
	if err != nil || where != "" {
		return where, err
	}
	if where, err = server.Where(f.Data); err != nil || store.IsPostgres(where) {
		return where, err
	}
	_, err = os.Stat(where)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", wrong(err, "server.error.no_data", "Data", f.Data)
	case err != nil:
		return "", wrong(err, "server.error.data", "Data", f.Data, "Detail", err.Error())
	}
	return where, nil
}

// unused refuses a folder that has a store, or says where one is, before anybody is asked for a password.
func (f folder) unused() error {
	for _, name := range []string{server.DatabaseFile, server.AddressFile} {
		if _, err := os.Stat(filepath.Join(f.Data, name)); err == nil {
			return wrong(nil, "server.error.has_data", "Data", f.Data)
		}
	}
	return nil
}

// opening words an error of opening a store. Of a database elsewhere the cause is told: its address, its password or the
// network.
func opening(where string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, server.ErrMoving):
		return wrong(err, "server.error.moving", "Store", store.Redacted(where))
	case store.IsPostgres(where):
		return wrong(err, "server.error.store", "Store", store.Redacted(where), "Detail", err.Error())
	}
	return err
}
