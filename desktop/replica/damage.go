package replica

import (
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"

	"yuzhou/migrations"
	"yuzhou/shared/fault"
)

// Damage. A disk that loses or changes bytes is noticed in two ways: SQLite meets a page that cannot be one, or, after an
// end of the program that was no clean close, the file is checked before anybody reads it. Where every table can be read
// (the damage is in an index, or where nothing lies), all rows move to a new file. Else what was typed moves, as far as it
// can be read, for it is the only thing that the server cannot give again; the rest is fetched anew. The damaged file is
// set aside. A byte that changed inside a text is noticed once a week, by the imprints.

// The names beside the file of a replica.
const (
	doubtName   = "replica.doubt"    // SQLite met damage: the next opening checks the whole file
	newName     = "replica.new"      // a file into which what was typed is being moved
	rescuedName = "replica.rescued-" // the same, complete, with the moment
	damagedName = "replica-damaged-" // a file that was set aside, with the moment
)

// keepDamaged is how long a damaged file is kept for somebody who wants to look into it. It goes sooner when a customer
// leaves: after a withdrawal no file of ours may hold him.
const keepDamaged = 30 * 24 * time.Hour

// broken turns what SQLite says about the file itself into faults that have words.
func broken(err error) error {
	if errors.Is(err, migrations.ErrNewer) {
		return fault.New(fault.ReplicaNewer).Because("replica", err)
	}
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.Code == sqlite3.ErrFull, e.SystemErrno == syscall.ENOSPC:
		return fault.New(fault.DiskFull).Because("replica", err)
	case e.Code == sqlite3.ErrCorrupt, e.Code == sqlite3.ErrNotADB:
		return fault.New(fault.ReplicaBroken).Because("replica", err)
	}
	return err
}

// broken is the same, and has the next opening look closely.
func (r *Replica) broken(err error) error {
	if err = broken(err); fault.CodeOf(err) == fault.ReplicaBroken {
		// Where even this cannot be written, the next damaged page will be met as this one was.
		_ = os.WriteFile(filepath.Join(r.dir, doubtName), nil, 0o600)
	}
	return err
}

// intact checks a file that may have suffered.
func intact(c *conn, closely bool) (bool, error) {
	check := "PRAGMA quick_check(1)"
	if closely {
		check = "PRAGMA integrity_check(1)"
	}
	word, err := c.text(check)
	return word == "ok", err
}

// unclean tells whether the last one who had the file open did not close it: then its log is still there. A file that is
// open elsewhere looks the same, and is checked for nothing.
func unclean(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err == nil && info.Size() > 0
}

// asides lists the damaged files that were set aside.
func asides(dir string) []string {
	found, err := filepath.Glob(filepath.Join(dir, damagedName+"*"))
	if err != nil { // the pattern is a constant
		return nil
	}
	return found
}

// dropAsides removes damaged files that were set aside before a moment.
func (r *Replica) dropAsides(before time.Time) error {
	var errs []error
	left := false
	for _, path := range asides(r.dir) {
		stamp := strings.TrimPrefix(filepath.Base(path), damagedName)
		at, err := time.Parse(stampForm, stamp[:min(len(stamp), len(stampForm))])
		if err == nil && !at.Before(before) {
			left = true
			continue
		}
		errs = append(errs, cleared(path))
	}
	r.aside = left
	return errors.Join(errs...)
}

// cleared removes a file that may not be there.
func cleared(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// readable collects what a query gives, as far as it can be read: damage ends it early, not with an error.
func (c *conn) readable(text string, args []driver.Value, each func(row []driver.Value)) (whole bool, err error) {
	err = c.query(text, args, func(row []driver.Value) error {
		each(row)
		return nil
	})
	if err == nil {
		return true, nil
	}
	if fault.CodeOf(broken(err)) == fault.ReplicaBroken || strings.Contains(err.Error(), "no such table") { // of an older file
		return false, nil
	}
	return false, err
}
