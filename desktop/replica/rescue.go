package replica

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"

	"yuzhou/migrations"
	"yuzhou/shared/fault"
)

// stampForm writes the moment at which a file was set aside, UTC.
const stampForm = "20060102-150405"

// rescue moves what was typed out of a damaged file into a new one, and the new one into its place. A power cut at any
// moment leaves the damaged file, or the new one complete.
func (r *Replica) rescue(path string) error {
	fresh := filepath.Join(r.dir, newName)
	if err := errors.Join(cleared(fresh), cleared(fresh+"-wal"), cleared(fresh+"-shm"), private(fresh)); err != nil {
		return err
	}
	stamp := r.clock().UTC().Format(stampForm)
	if err := r.move(path, fresh, damagedName+stamp+".db"); err != nil {
		return err
	}
	if err := os.Rename(fresh, filepath.Join(r.dir, rescuedName+stamp)); err != nil {
		return err
	}
	return r.takePlace(path)
}

// takePlace ends a rescue whose file is complete. It may be called again after a power cut.
func (r *Replica) takePlace(path string) error {
	found, err := filepath.Glob(filepath.Join(r.dir, rescuedName+"*"))
	if err != nil || len(found) == 0 {
		return err
	}
	aside := filepath.Join(r.dir, damagedName+strings.TrimPrefix(filepath.Base(found[0]), rescuedName)+".db")
	for _, part := range []string{"", "-wal"} {
		if _, err := os.Stat(path + part); err != nil {
			continue // it was moved before the power cut
		}
		if err := os.Rename(path+part, aside+part); err != nil {
			return err
		}
	}
	if err := errors.Join(cleared(path+"-shm"), os.Rename(found[0], path)); err != nil {
		return err
	}
	return cleared(filepath.Join(r.dir, doubtName))
}

// notMoved are the facts about a replica that are not true of an empty one.
var notMoved = map[string]bool{
	metaPublished: true, metaCursor: true, metaPull: true, metaStage: true, metaIndexes: true, metaSuspects: true, metaRemoval: true,
	metaLastSync: true, metaSchema: true,
}

// move fills a new file with what can be read of the damaged one.
func (r *Replica) move(path, fresh, aside string) (err error) {
	db := database(fresh)
	if err := errors.Join(migrations.Apply(context.Background(), db, migrations.Desktop), db.Close()); err != nil {
		return err
	}
	to, err := dial(fresh, writeSetup)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.close()) }() // the last close empties the log
	whole, err := wholly(path, to)
	if whole || err != nil {
		return err
	}
	if err := to.begin("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	count, lost := int64(0), int64(0)
	if from, opened := dial(path, []string{"PRAGMA query_only=ON", "PRAGMA temp_store=MEMORY"}); opened == nil {
		count, lost, err = salvage(from, to)
		if err = errors.Join(err, from.close()); err != nil {
			return err
		}
	}
	t := &tx{conn: to, r: r, now: r.clock(), touched: Touched{Kinds: map[string]bool{}}, isStale: map[key]bool{}}
	params := []any{"Count", count, "File", aside}
	if lost > 0 {
		params = append(params, "Lost", lost)
	}
	if err := t.notice("rescue-"+aside, fault.New(fault.ReplicaSaved, params...)); err != nil {
		return err
	}
	return errors.Join(goOn(to), to.end(toCommit))
}

// wholly copies every row of every table, without asking an index; false when one of them cannot be read.
func wholly(path string, to *conn) (bool, error) {
	if to.exec("ATTACH ? AS old", path) != nil {
		return false, nil
	}
	defer func() { _ = to.plain("DETACH old") }() // the connection ends soon
	version := "SELECT max(version) FROM "
	was, err := to.number(version + "old.schema_version")
	if now, nowErr := to.number(version + "main.schema_version"); err != nil || nowErr != nil || was != now {
		return false, nowErr
	}
	tables, err := to.strings("SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_version'")
	if err != nil {
		return false, err
	}
	if err := to.begin("BEGIN IMMEDIATE"); err != nil {
		return false, err
	}
	for _, name := range tables {
		// Without a condition SQLite would copy the indexes with the table, page by page.
		if err = to.plain("INSERT INTO main." + quote(name) + " SELECT * FROM old." + quote(name) + " NOT INDEXED WHERE 1"); err != nil {
			break
		}
	}
	switch {
	case err == nil:
		// The rows are counted soon: a page that could be read may still lack some.
		err = errors.Join(to.exec("DELETE FROM main.meta WHERE key = ?", metaCounted), goOn(to), to.end(toCommit))
		return err == nil, err
	case fault.CodeOf(broken(err)) == fault.DiskFull:
		return false, errors.Join(err, to.end(toRollback))
	}
	return false, to.end(toRollback)
}

// goOn has the outbox number what comes after all it ever had: kept goes by its numbers.
func goOn(to *conn) error {
	return errors.Join(to.plain("DELETE FROM main.sqlite_sequence WHERE name = 'outbox'"), to.plain(`INSERT INTO main.sqlite_sequence (name, seq)
		SELECT 'outbox', coalesce(max(n), 0) FROM (SELECT n FROM main.outbox UNION ALL SELECT n FROM main.kept)`))
}

// salvage copies what only this laptop knows: who uses it, what was typed and is not sent, the tray, what is kept for a
// server that forgets. count is how many unsent changes were saved; lost how many there were that could not be read.
func salvage(from, to *conn) (count, lost int64, err error) {
	if err := copyRows(from, to, "meta", "key", 2, func(row []driver.Value) bool {
		name, _ := row[0].(string)
		return !notMoved[name]
	}); err != nil {
		return 0, 0, err
	}
	if err := copyRows(from, to, "tray", "id", 5, nil); err != nil {
		return 0, 0, err
	}
	if count, lost, err = copyNumbered(from, to, "outbox", 12); err != nil {
		return 0, 0, err
	}
	// What was accepted before the damage is on the server; the pull that brings its effect is still to come.
	if _, _, err = copyNumbered(from, to, "kept", 7); err != nil {
		return 0, 0, err
	}
	answered, err := to.number("SELECT count(*) FROM outbox WHERE state = 'answered'")
	return count - answered, lost, err
}

// copyRows copies a table from both of its ends, to where the damage begins.
func copyRows(from, to *conn, table, by string, columns int, wanted func(row []driver.Value) bool) error {
	insert := "INSERT OR IGNORE INTO " + table + " VALUES (" + marks(columns) + ")"
	for _, order := range []string{"", " DESC"} {
		var failed error
		whole, err := from.readable("SELECT * FROM "+table+" ORDER BY "+by+order, nil, func(row []driver.Value) {
			if len(row) == columns && (wanted == nil || wanted(row)) {
				failed = errors.Join(failed, to.exec(insert, row...))
			}
		})
		if whole || err != nil || failed != nil {
			return errors.Join(err, failed)
		}
	}
	return nil
}

// copyNumbered copies a table whose lines have numbers, one by one: only those on damaged pages are missed.
func copyNumbered(from, to *conn, table string, columns int) (count, lost int64, err error) {
	var first, last int64
	for end, text := range map[*int64]string{
		&first: "SELECT n FROM " + table + " ORDER BY n LIMIT 1", &last: "SELECT n FROM " + table + " ORDER BY n DESC LIMIT 1",
	} {
		if _, err := from.readable(text, nil, func(row []driver.Value) { *end, _ = row[0].(int64) }); err != nil {
			return 0, 0, err
		}
	}
	if last == 0 { // its end is damaged
		if _, err := from.readable("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'", nil, func(row []driver.Value) { last, _ = row[0].(int64) }); err != nil {
			return 0, 0, err
		}
	}
	insert := "INSERT OR IGNORE INTO " + table + " VALUES (" + marks(columns) + ")"
	for n := max(first, 1); n <= last; n++ {
		var failed error
		whole, err := from.readable("SELECT * FROM "+table+" WHERE n = ?", []driver.Value{n}, func(row []driver.Value) {
			if len(row) != columns {
				failed = fmt.Errorf("replica: %s has %d columns", table, len(row))
				return
			}
			if failed = to.exec(insert, row...); failed == nil {
				count++
			}
		})
		if err != nil || failed != nil {
			return 0, 0, errors.Join(err, failed)
		}
		if !whole {
			lost++
		}
	}
	return count, lost, nil
}

// check opens a file that may be damaged, and replaces it by a rescued one where it is. What is open elsewhere is left
// alone: nobody takes a file away under another program.
func (r *Replica) check(path string) error {
	if err := r.takePlace(path); err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return nil // there is none yet
	}
	_, doubt := os.Stat(filepath.Join(r.dir, doubtName))
	if doubt != nil && !unclean(path) {
		return nil
	}
	return r.examine(path, doubt == nil)
}

func (r *Replica) examine(path string, closely bool) error {
	c, err := dial(path, []string{"PRAGMA temp_store=MEMORY"})
	whole := false
	if err == nil {
		whole, err = intact(c, closely)
		err = errors.Join(err, c.close())
	}
	switch {
	case err != nil && fault.CodeOf(broken(err)) != fault.ReplicaBroken:
		return err
	case whole:
		return cleared(filepath.Join(r.dir, doubtName))
	case elsewhere(path):
		return fault.New(fault.ReplicaBroken)
	}
	return r.rescue(path)
}

// elsewhere tells whether another program has the file open.
func elsewhere(path string) bool {
	c, err := dial(path, []string{"PRAGMA busy_timeout=0", "PRAGMA locking_mode=EXCLUSIVE"})
	if err != nil {
		return false
	}
	defer func() { _ = c.close() }() // nothing was written
	var e sqlite3.Error
	return errors.As(c.plain("BEGIN EXCLUSIVE"), &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

// upkeepAside removes damaged files that nobody has asked about for long.
func (r *Replica) upkeepAside(now time.Time) error {
	if !r.aside {
		return nil
	}
	return r.dropAsides(now.Add(-keepDamaged))
}
