package server

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// AddressFile is the file in a data folder that says where the store is, when it is not in the folder itself. It may hold
// a password and is readable by its owner alone.
const AddressFile = "store.url"

// Where tells where the store of a data folder is: at the address that is kept in it, else in its database file.
func Where(folder string) (string, error) {
	path := filepath.Join(folder, AddressFile)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return filepath.Join(folder, DatabaseFile), nil
	case err != nil:
		return "", badFile(path, err)
	}
	address := strings.TrimSpace(string(text))
	if !store.IsPostgres(address) {
		return "", badFile(path, errors.New("no postgres:// address"))
	}
	return address, nil
}

// Move writes down in a data folder where its store is from now on: at an address, or, for its own path, in the folder.
func Move(folder, where string) error {
	path := filepath.Join(folder, AddressFile)
	var err error
	if store.IsPostgres(where) {
		err = os.WriteFile(path, []byte(where+"\n"), 0o600)
	} else if err = os.Remove(path); errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return badFile(path, err)
	}
	return nil
}

// newFolder makes a data folder. One that has a store is refused with EXISTS.
func newFolder(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return badFile(folder, err)
	}
	for _, name := range []string{AddressFile, DatabaseFile} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return fault.New(fault.Exists, "Name", path)
		}
	}
	return nil
}

// newFile makes a file that only its owner may read. One that is there is refused with EXISTS.
func newFile(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fault.New(fault.Exists, "Name", path).Because("server", err)
	case err != nil:
		return badFile(path, err)
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Close())
}

func badFile(path string, err error) error {
	return fault.New(fault.BadFile, "Reason", err.Error(), "File", path).Because("server", err)
}
