package migrations

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	_ "github.com/mattn/go-sqlite3"
)

func open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// schemaOf is the text of all that a database is made of.
func schemaOf(t *testing.T, db *sql.DB) string {
	t.Helper()
	var text sql.NullString
	if err := db.QueryRowContext(t.Context(), `SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_schema ORDER BY name)`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text.String
}

// TestApply: both databases are made, a second time changes nothing, and every table is STRICT and has its sentence.
func TestApply(t *testing.T) {
	for _, which := range []string{Desktop, Server} {
		db := open(t)
		for range 2 {
			if err := Apply(t.Context(), db, which); err != nil {
				t.Fatal(err)
			}
		}
		if schemaOf(t, db) == "" {
			t.Errorf("%s: nothing was made", which)
		}
		var loose sql.NullString
		if err := db.QueryRowContext(t.Context(), `SELECT group_concat(name) FROM pragma_table_list
			WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'`).Scan(&loose); err != nil {
			t.Fatal(err)
		}
		if loose.String != "" {
			t.Errorf("%s: not STRICT: %s", which, loose.String)
		}
		sentences(t, which)
	}
	sentences(t, Postgres)
}

// sentences looks for the sentence above each CREATE TABLE.
func sentences(t *testing.T, which string) {
	t.Helper()
	err := fs.WalkDir(files, which, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		lines := strings.Split(string(text), "\n")
		for i, line := range lines {
			if strings.HasPrefix(line, "CREATE TABLE") && (i == 0 || !strings.HasPrefix(lines[i-1], "--")) {
				t.Errorf("%s: no sentence above %s", name, line)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestStepFails: a step that fails in the middle leaves nothing behind, and what came before it stays.
func TestStepFails(t *testing.T) {
	db := open(t)
	good := fstest.MapFS{"x/0001_a.sql": {Data: []byte("CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);")}}
	bad := fstest.MapFS{"x/0001_a.sql": good["x/0001_a.sql"], "x/0002_b.sql": {Data: []byte("CREATE TABLE b (x INTEGER) STRICT; DELETE FROM a; nonsense;")}}
	steps, err := read(bad, "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := apply(t.Context(), db, steps, forSQLite); err == nil || !strings.Contains(err.Error(), "0002_b.sql") {
		t.Fatalf("error %v", err)
	}
	var count, version int
	if err := db.QueryRowContext(t.Context(), `SELECT (SELECT count(*) FROM a), (SELECT max(version) FROM schema_version)`).Scan(&count, &version); err != nil {
		t.Fatal(err)
	}
	if count != 1 || version != 1 || strings.Contains(schemaOf(t, db), "TABLE b") {
		t.Errorf("count %d, version %d, schema %s", count, version, schemaOf(t, db))
	}
}

// TestOrder: steps go by number, not by name; two with one number and a name without one are refused.
func TestOrder(t *testing.T) {
	file := func(names ...string) fs.FS {
		all := fstest.MapFS{}
		for _, n := range names {
			all["x/"+n] = &fstest.MapFile{Data: []byte("SELECT 1;")}
		}
		return all
	}
	steps, err := read(file("10_c.sql", "9_b.sql", "0001_a.sql"), "x")
	if err != nil || len(steps) != 3 || steps[0].version != 1 || steps[1].version != 9 || steps[2].version != 10 {
		t.Errorf("%v %v", steps, err)
	}
	for _, wrong := range []fs.FS{file("1_a.sql", "01_b.sql"), file("a.sql"), file("0_a.sql")} {
		if steps, err := read(wrong, "x"); err == nil {
			t.Errorf("accepted: %v", steps)
		}
	}
}

// TestNewerDatabase: a database of a newer program is refused and left alone.
func TestNewerDatabase(t *testing.T) {
	db := open(t)
	if err := Apply(context.Background(), db, Server); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `INSERT INTO schema_version VALUES (9999, 'of tomorrow')`); err != nil {
		t.Fatal(err)
	}
	if err := Apply(t.Context(), db, Server); !errors.Is(err, ErrNewer) {
		t.Errorf("error %v", err)
	}
}
