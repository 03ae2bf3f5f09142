package replica

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// conn is one connection to the file. It speaks with the driver itself: a first sync makes a million statements, and
// the bookkeeping of database/sql would cost as much as SQLite's own work. One goroutine uses it at a time.
type conn struct {
	c      *sqlite3.SQLiteConn
	stmts  map[string]*statement
	within bool  // a transaction that was begun has not been ended
	undone error // what made SQLite undo it by itself
}

type statement struct {
	s    *sqlite3.SQLiteStmt
	busy bool // its rows are being read
	dest []driver.Value
}

// maxStatements bounds how many prepared statements a connection keeps.
const maxStatements = 400

// writeSetup: FULL keeps what a person typed through a power cut; secure_delete overwrites what is removed, so that
// the bytes of a customer who has left are gone. Temporary sorting stays in memory for the same reason.
var writeSetup = []string{
	"PRAGMA journal_mode=WAL",
	"PRAGMA synchronous=FULL",
	"PRAGMA secure_delete=ON",
	"PRAGMA temp_store=MEMORY",
	"PRAGMA cache_size=-16000",
	"PRAGMA journal_size_limit=67108864",
}

// readSetup: reads go through the memory map, for a search walks over tens of megabytes that the system has at hand.
var readSetup = []string{
	"PRAGMA query_only=ON",
	"PRAGMA temp_store=MEMORY",
	"PRAGMA cache_size=-8000",
	"PRAGMA mmap_size=268435456",
}

// connector lets migrations use the file through database/sql.
type connector struct{ path string }

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) {
	opened, err := dial(c.path, writeSetup)
	if err != nil {
		return nil, err
	}
	return opened.c, nil
}

// Driver implements driver.Connector.
func (connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

// database opens the file for migrations alone.
func database(path string) *sql.DB {
	db := sql.OpenDB(connector{path})
	db.SetMaxOpenConns(1)
	return db
}

// dial opens a connection, making the file where it is missing, and runs the statements of its setup.
func dial(path string, setup []string) (*conn, error) { return dialAs(path, "mode=rwc", setup) }

// dialAs is dial with SQLite's word for what the connection may do: one with mode=ro writes nothing, not even what a crash
// has left to be done.
func dialAs(path, mode string, setup []string) (*conn, error) {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: mode + "&_busy_timeout=10000&_txlock=immediate"}
	opened, err := (&sqlite3.SQLiteDriver{}).Open(name.String())
	if err != nil {
		return nil, fmt.Errorf("replica: open: %w", err)
	}
	c := &conn{c: opened.(*sqlite3.SQLiteConn), stmts: map[string]*statement{}}
	for _, text := range setup {
		if err := c.plain(text); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

func (c *conn) close() error {
	c.forget()
	return c.c.Close()
}

// forget closes the prepared statements. A statement that lives holds its table against DROP INDEX and the like.
func (c *conn) forget() {
	for text, st := range c.stmts {
		_ = st.s.Close()
		delete(c.stmts, text)
	}
}

// begin begins a transaction: BEGIN, or one of its kinds.
func (c *conn) begin(how string) error {
	err := c.exec(how)
	c.within = err == nil
	return err
}

// end ends a transaction: COMMIT or ROLLBACK. One that SQLite has undone cannot be committed, and needs no rolling back.
func (c *conn) end(how string) error {
	undone := c.undone
	c.within, c.undone = false, nil
	switch {
	case how == toCommit && undone != nil:
		return undone
	case how == toRollback && c.c.AutoCommit():
		return nil
	}
	return c.exec(how)
}

const (
	toCommit   = "COMMIT"
	toRollback = "ROLLBACK"
)

// failed is what became of a statement. When the disk is full, or fails, SQLite may undo the whole transaction by itself;
// every later statement would then be a transaction of its own and stay, so there must be none.
func (c *conn) failed(text string, err error) error {
	err = fmt.Errorf("replica: %s: %w", text, err)
	if c.within && c.undone == nil && c.c.AutoCommit() {
		c.undone = err
	}
	return err
}

// plain runs statements without arguments and without keeping them prepared.
func (c *conn) plain(text string) error {
	if c.undone != nil {
		return c.undone
	}
	if _, err := c.c.Exec(text, nil); err != nil {
		return c.failed(text, err)
	}
	return nil
}

func (c *conn) prepare(text string) (*statement, error) {
	if c.undone != nil {
		return nil, c.undone
	}
	if st := c.stmts[text]; st != nil && !st.busy {
		return st, nil
	}
	prepared, err := c.c.Prepare(text)
	if err != nil {
		return nil, c.failed(text, err)
	}
	st := &statement{s: prepared.(*sqlite3.SQLiteStmt)}
	if c.stmts[text] == nil {
		if len(c.stmts) >= maxStatements {
			c.forget()
		}
		c.stmts[text] = st
	}
	return st, nil
}

// exec runs one statement. Arguments are string, int64, []byte or nil.
func (c *conn) exec(text string, args ...driver.Value) error {
	_, err := c.count(text, args...)
	return err
}

// count is exec and tells how many rows were written.
func (c *conn) count(text string, args ...driver.Value) (int64, error) {
	st, err := c.prepare(text)
	if err != nil {
		return 0, err
	}
	result, err := st.s.Exec(args)
	if err != nil {
		return 0, c.failed(text, err)
	}
	return result.RowsAffected()
}

// query calls each with every row; the slice is used again for the next one.
func (c *conn) query(text string, args []driver.Value, each func(row []driver.Value) error) (err error) {
	st, err := c.prepare(text)
	if err != nil {
		return err
	}
	rows, err := st.s.Query(args)
	if err != nil {
		return c.failed(text, err)
	}
	st.busy = true
	defer func() {
		st.busy = false
		err = errors.Join(err, rows.Close())
		if c.stmts[text] != st {
			_ = st.s.Close()
		}
	}()
	if st.dest == nil {
		st.dest = make([]driver.Value, len(rows.Columns()))
	}
	for {
		switch err := rows.Next(st.dest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return c.failed(text, err)
		}
		if err := each(st.dest); err != nil {
			return err
		}
	}
}

// number reads one number, 0 where there is none.
func (c *conn) number(text string, args ...driver.Value) (n int64, err error) {
	err = c.query(text, args, func(row []driver.Value) error {
		n, _ = row[0].(int64)
		return nil
	})
	return n, err
}

// text reads one string, "" where there is none.
func (c *conn) text(text string, args ...driver.Value) (s string, err error) {
	err = c.query(text, args, func(row []driver.Value) error {
		s, _ = row[0].(string)
		return nil
	})
	return s, err
}

// strings reads a column of strings.
func (c *conn) strings(text string, args ...driver.Value) (all []string, err error) {
	err = c.query(text, args, func(row []driver.Value) error {
		if s, ok := row[0].(string); ok {
			all = append(all, s)
		}
		return nil
	})
	return all, err
}
