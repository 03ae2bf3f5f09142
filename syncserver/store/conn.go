package store

import (
	"context"
	"strings"
)

// conn is one connection to the database, with the statements that this package runs on it. It is used by one
// goroutine at a time.
type conn struct{ link }

// link is what SQLite and PostgreSQL do each in its own way.
type link interface {
	// begin starts a transaction: one that writes, alone, or one that reads from one snapshot.
	begin(mode mode) error
	// end ends it: COMMIT or ROLLBACK. When it fails nothing was kept, or nobody knows (a lost connection).
	end(how string) error
	// exec runs a statement. In a transaction on PostgreSQL it may wait until something is read, or for the end, and
	// tell its error only then: many statements in one turn over the wire.
	exec(text string, args ...any) error
	// insert writes many rows with as few statements as possible; values are those of one row after the other.
	insert(into *insertion, values []any) error
	// rewrite is insert for rows that are surely there.
	rewrite(into *rewriting, values []any) error
	query(text string, args []any) (rows, error)
	// several reads the answers to several questions, one after the other.
	several(list []question) error
	// relax lifts, for this transaction, the limits that fit short ones.
	relax() error
	// send runs what waits.
	send() error
	// catalogue is the statement that lists table, column, type and whether it may be NULL, of all tables of ours.
	catalogue() string
	// renumber continues generated numbers after rows came with their own.
	renumber() error
	// tell has the other processes hear of the commit when it is done.
	tell(News) error
	// lost tells whether the connection is gone for good.
	lost() bool
	close() error
}

// mode is what a transaction may do.
type mode int

const (
	reading mode = iota
	writing
)

// rows is what a query finds.
type rows interface {
	Next() bool
	Scan(into ...any) error
	Close() error
	Err() error
}

// insertion is the text of an insert without its rows.
type insertion struct {
	into     string // table and columns
	types    string // one letter for each column: t text, i integer, j JSON; T is text that may be NULL
	conflict string // ON CONFLICT …, or nothing
}

// rewriting is an insertion of rows whose keys are all there already. To change them at once costs PostgreSQL less than to
// insert, to conflict and to change.
type rewriting struct {
	insertion
	key     string // the columns of the key
	changes string // the columns that change
}

// rewritingOf makes a rewriting of an insertion of new rows into the same columns.
func rewritingOf(i insertion, key, changes string) rewriting {
	i.conflict = "ON CONFLICT (" + key + ") DO UPDATE SET "
	for n, column := range strings.Split(changes, ", ") {
		if n > 0 {
			i.conflict += ", "
		}
		i.conflict += column + " = excluded." + column
	}
	return rewriting{i, key, changes}
}

// background is the context of statements. A transaction is short and is not cut in the middle because somebody hung
// up: what it wrote would be lost for the others in it. Whoever waits for it may give up waiting.
var background = context.Background()

// one reads one row; found is false when there is none.
func (c *conn) one(into []any, text string, args ...any) (found bool, err error) {
	rows, err := c.query(text, args)
	if err != nil {
		return false, err
	}
	if found = rows.Next(); found {
		err = rows.Scan(into...)
	} else {
		err = rows.Err()
	}
	if wrong := rows.Close(); err == nil {
		err = wrong
	}
	return found && err == nil, err
}

// each calls fn for every row. fn must not use the connection.
func (c *conn) each(fn func(scan func(...any) error) error, text string, args ...any) error {
	rows, err := c.query(text, args)
	if err != nil {
		return err
	}
	return drain(rows, fn)
}

// drain reads all rows and closes them, also when fn panics: the connection is used on.
func drain(rows rows, fn func(scan func(...any) error) error) (err error) {
	defer func() {
		if wrong := rows.Close(); err == nil {
			err = wrong
		}
	}()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
