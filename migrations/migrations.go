// Package migrations brings a database to the form that this program expects. The SQL stands in files, one folder
// for each program; a file is applied once, in the order of its name, in a transaction of its own.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// The databases there are.
const (
	Desktop = "desktop" // the replica on a laptop
	Server  = "server"  // the store of the sync server, in a SQLite file
	// Postgres is the store of the sync server in a PostgreSQL database: the same tables and columns as Server.
	Postgres = "postgres"
)

//go:embed desktop/*.sql server/*.sql postgres/*.sql
var files embed.FS

// ErrNewer says that a newer program wrote the database: this one would not understand what it finds.
var ErrNewer = errors.New("the database was written by a newer program")

// step is one file.
type step struct {
	version int64
	name    string
	text    string
}

// Apply brings db to the newest version of which (Desktop, Server or Postgres). It may be called at every start, by
// several processes at once: what has been applied is left alone. A step that fails leaves nothing behind. A database
// with steps this program does not have is refused with ErrNewer.
func Apply(ctx context.Context, db *sql.DB, which string) error {
	all, err := read(files, which)
	if err != nil {
		return err
	}
	if which == Postgres {
		return apply(ctx, db, all, forPostgres)
	}
	return apply(ctx, db, all, forSQLite)
}

// dialect is what noting the steps needs to say in each database's own way.
type dialect struct {
	lock    string // keeps other processes out until the end of the transaction; "" when the file is locked anyway
	version string // makes the table of steps
}

var (
	forSQLite   = dialect{version: `CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT`}
	forPostgres = dialect{
		lock:    `SELECT pg_advisory_xact_lock(7920414)`,
		version: `CREATE TABLE IF NOT EXISTS schema_version (version bigint PRIMARY KEY, name text NOT NULL)`,
	}
)

func apply(ctx context.Context, db *sql.DB, steps []step, in dialect) error {
	var done int64
	err := in.locked(ctx, db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, in.version); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, newest).Scan(&done)
	})
	if err != nil {
		return fmt.Errorf("migrations: schema_version: %w", err)
	}
	if len(steps) > 0 && done > steps[len(steps)-1].version {
		return fmt.Errorf("migrations: version %d: %w", done, ErrNewer)
	}
	for _, s := range steps {
		if s.version <= done {
			continue
		}
		if err := s.run(ctx, db, in); err != nil {
			return fmt.Errorf("migrations: %s: %w", s.name, err)
		}
	}
	return nil
}

const newest = `SELECT coalesce(max(version), 0) FROM schema_version`

// locked runs fn in a transaction that no other process's steps run beside.
func (in dialect) locked(ctx context.Context, db *sql.DB, fn func(*sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing
	if in.lock != "" {
		if _, err := tx.ExecContext(ctx, in.lock); err != nil {
			return err
		}
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// run applies one step and notes it in the same transaction, so that a power cut leaves both or neither. Another process
// may have applied it since we looked.
func (s step) run(ctx context.Context, db *sql.DB, in dialect) error {
	return in.locked(ctx, db, func(tx *sql.Tx) error {
		var done int64
		if err := tx.QueryRowContext(ctx, newest).Scan(&done); err != nil || done >= s.version {
			return err
		}
		if _, err := tx.ExecContext(ctx, s.text); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`INSERT INTO schema_version (version, name) VALUES (%d, '%s')`,
			s.version, strings.ReplaceAll(s.name, "'", "''")))
		return err
	})
}

// read lists the steps of a folder in their order. A file is called 0007_what.sql; two with one number are refused.
func read(from fs.FS, folder string) ([]step, error) {
	entries, err := fs.ReadDir(from, folder)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	var steps []step
	for _, entry := range entries {
		number, _, _ := strings.Cut(entry.Name(), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if err != nil || version <= 0 {
			return nil, fmt.Errorf("migrations: %s does not begin with a number", entry.Name())
		}
		text, err := fs.ReadFile(from, folder+"/"+entry.Name())
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		steps = append(steps, step{version, entry.Name(), string(text)})
	}
	slices.SortFunc(steps, func(a, b step) int { return int(a.version - b.version) })
	for i := 1; i < len(steps); i++ {
		if steps[i].version == steps[i-1].version {
			return nil, fmt.Errorf("migrations: %s and %s have the same number", steps[i-1].name, steps[i].name)
		}
	}
	return steps, nil
}
