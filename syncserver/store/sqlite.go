package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-sqlite3"

	"yuzhou/migrations"
	"yuzhou/shared/clock"
)

// The settings of every connection. FULL: what the server acknowledges survives a power cut.
const (
	writePragmas = "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=10000&_foreign_keys=ON&_txlock=immediate&_cache_size=-131072"
	readPragmas  = "_busy_timeout=10000&_query_only=true&_cache_size=-16384"
)

// What a commit of many rows leaves in the log would be moved into the file within a later commit, for which laptops
// wait. It is moved aside instead, soon after; only a log that grows to 64 MB under a load without rest is emptied by a
// commit.
const (
	logPages = `PRAGMA wal_autocheckpoint=16000`
	rest     = 2 * time.Second
)

// file is a database in one SQLite file: one connection that writes, some that read.
type file struct {
	write, read *sql.DB
	led         atomic.Bool

	wrote    chan struct{} // something was committed
	stop     context.CancelFunc
	emptying sync.WaitGroup
}

func openFile(ctx context.Context, path string) (*file, error) {
	f := &file{wrote: make(chan struct{}, 1)}
	var aside context.Context
	aside, f.stop = context.WithCancel(context.WithoutCancel(ctx))
	var err error
	if f.write, err = sql.Open("sqlite3", dsn(path, writePragmas)); err != nil {
		return nil, err
	}
	f.write.SetMaxOpenConns(1)
	if err := migrations.Apply(ctx, f.write, migrations.Server); err != nil {
		return nil, errors.Join(err, f.close())
	}
	if f.read, err = sql.Open("sqlite3", dsn(path, readPragmas)); err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.read.SetMaxOpenConns(f.readers() + 1) // and one that empties the log
	f.emptying.Go(func() { f.emptyLog(aside) })
	return f, nil
}

// emptyLog moves what was committed from the log into the file, at most once in a while. Where it fails, as on a full
// disk, the next time or a commit does it.
func (f *file) emptyLog(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-f.wrote:
		}
		if clock.Wait(ctx, rest) != nil {
			return
		}
		_, _ = f.read.ExecContext(ctx, `PRAGMA wal_checkpoint(PASSIVE)`)
	}
}

func dsn(path, pragmas string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() + "?" + pragmas
}

func (f *file) readers() int { return max(4, 2*runtime.GOMAXPROCS(0)) }

func (f *file) connect(ctx context.Context, mode mode) (*conn, error) {
	db := f.read
	if mode == writing {
		db = f.write
	}
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	l := &fileLink{c: c, prepared: map[string]*sql.Stmt{}}
	if mode == writing {
		l.wrote = f.wrote
		if _, err := c.ExecContext(ctx, logPages); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return &conn{l}, nil
}

func (f *file) close() error {
	f.stop()
	f.emptying.Wait()
	var err error
	if f.read != nil {
		err = f.read.Close()
	}
	return errors.Join(err, f.write.Close())
}

// fileLink is a connection to a SQLite file with its prepared statements: preparing costs more than most of our
// statements do.
type fileLink struct {
	c        *sql.Conn
	prepared map[string]*sql.Stmt
	wrote    chan<- struct{} // hears of commits; nil on a connection that reads
}

func (l *fileLink) begin(mode mode) error {
	if mode == writing {
		return l.exec(`BEGIN IMMEDIATE`)
	}
	return l.exec(`BEGIN`)
}

func (l *fileLink) end(how string) error {
	err := l.exec(how)
	if err == nil && how == toCommit {
		select {
		case l.wrote <- struct{}{}:
		default: // it is known already, or this connection reads
		}
	}
	var wrong sqlite3.Error
	if how == toRollback && errors.As(err, &wrong) && wrong.Code == sqlite3.ErrError {
		return nil // SQLite has rolled back by itself, as it does when the disk is full
	}
	return err
}

func (l *fileLink) relax() error { return nil } // there are none

func (l *fileLink) send() error { return nil } // nothing ever waits

func (l *fileLink) renumber() error { return nil } // SQLite continues after the largest by itself

func (l *fileLink) catalogue() string {
	return `SELECT t.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0 FROM sqlite_schema t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'schema_version' ORDER BY t.name, c.name`
}

func (l *fileLink) tell(News) error { return nil } // there is nobody who could hear it

func (l *fileLink) lost() bool { return false }

func (l *fileLink) close() error {
	var err error
	for _, s := range l.prepared {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, l.c.Close())
}

func (l *fileLink) stmt(text string) (*sql.Stmt, error) {
	if s := l.prepared[text]; s != nil {
		return s, nil
	}
	s, err := l.c.PrepareContext(background, forSQLite(text))
	if err != nil {
		return nil, fmt.Errorf("store: %w in %s", err, text)
	}
	l.prepared[text] = s
	return s, nil
}

func (l *fileLink) exec(text string, args ...any) error {
	s, err := l.stmt(text) //nolint:sqlclosecheck // kept, and closed with the connection
	if err != nil {
		return err
	}
	_, err = s.ExecContext(background, withLists(args)...)
	return err
}

func (l *fileLink) query(text string, args []any) (rows, error) {
	s, err := l.stmt(text) //nolint:sqlclosecheck // kept, and closed with the connection
	if err != nil {
		return nil, err
	}
	return s.QueryContext(background, withLists(args)...) //nolint:rowserrcheck // each reads it
}

// withLists puts lists into the form that SQLite reads.
func withLists(args []any) []any {
	for i, v := range args {
		if list, ok := v.(interface{ json() string }); ok {
			args[i] = list.json()
		}
	}
	return args
}

func (l *fileLink) several(list []question) error {
	for _, q := range list {
		rows, err := l.query(q.text, q.args)
		if err == nil {
			err = drain(rows, q.row)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// rowsAtOnce is how many rows one statement inserts: enough that its own cost does not count.
const rowsAtOnce = 16

func (l *fileLink) insert(into *insertion, values []any) error {
	width := len(into.types)
	for len(values) > 0 {
		n := 1
		if len(values) >= rowsAtOnce*width {
			n = rowsAtOnce
		}
		if err := l.exec(into.text(n), values[:n*width]...); err != nil {
			return err
		}
		values = values[n*width:]
	}
	return nil
}

func (l *fileLink) rewrite(into *rewriting, values []any) error {
	return l.insert(&into.insertion, values)
}

// text is the statement that inserts n rows, with a parameter for each value.
func (i *insertion) text(n int) string {
	row := "(?" + strings.Repeat(", ?", len(i.types)-1) + ")"
	return "INSERT INTO " + i.into + " VALUES " + row + strings.Repeat(", "+row, n-1) + " " + i.conflict
}
