//go:build e2e

package sim_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	_ "github.com/mattn/go-sqlite3"
)

// tables is a database of one of the programs, read beside them: what is proved by it, the program's own code has not
// been asked.
type tables struct {
	t    *testing.T
	path string
}

func (o *company) tables() tables             { return tables{o.t, filepath.Join(o.data, "yuzhou.db")} }
func replicaOf(t *testing.T, f string) tables { return tables{t, filepath.Join(f, "replica.db")} }

// ask gives the first column of the first row as text; found is false when there is none, or no table yet.
func (d tables) ask(query string, args ...any) (answer string, found bool) {
	d.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+d.path+"?mode=ro&_busy_timeout=5000")
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var text sql.NullString
	switch err := db.QueryRowContext(d.t.Context(), query, args...).Scan(&text); {
	case errors.Is(err, sql.ErrNoRows):
		return "", false
	case err != nil:
		return err.Error(), false
	}
	return text.String, text.Valid
}

// wants waits until a query answers as it should.
func (d tables) wants(what, want, query string, args ...any) {
	d.t.Helper()
	got, found := "", false
	defer func() {
		if d.t.Failed() {
			d.t.Logf("%s: got %q (there: %v), want %q", what, got, found, want)
		}
	}()
	until(d.t, what+" in "+filepath.Base(filepath.Dir(d.path)), func() bool {
		got, found = d.ask(query, args...)
		return found && got == want
	})
}

// finds waits until a query answers at all, and gives the answer.
func (d tables) finds(what, query string, args ...any) string {
	d.t.Helper()
	got, found := "", false
	until(d.t, what+" in "+filepath.Base(filepath.Dir(d.path)), func() bool {
		got, found = d.ask(query, args...)
		return found && got != ""
	})
	return got
}
