package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// conn is one connection with its prepared statements: preparing costs more than most of our statements do.
type conn struct {
	*sql.Conn
	prepared map[string]*sql.Stmt
}

// background is the context of statements. A transaction is short and is not cut in the middle because somebody hung
// up: what it wrote would be lost for the others in it. Whoever waits for it may give up waiting.
var background = context.Background()

func newConn(ctx context.Context, db *sql.DB) (*conn, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, prepared: map[string]*sql.Stmt{}}, nil
}

func (c *conn) close() error {
	var err error
	for _, s := range c.prepared {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.Close())
}

func (c *conn) stmt(text string) (*sql.Stmt, error) {
	if s := c.prepared[text]; s != nil {
		return s, nil
	}
	s, err := c.PrepareContext(background, forSQLite(text))
	if err != nil {
		return nil, fmt.Errorf("store: %w in %s", err, text)
	}
	c.prepared[text] = s
	return s, nil
}

func (c *conn) exec(text string, args ...any) error {
	s, err := c.stmt(text) //nolint:sqlclosecheck // kept, and closed with the connection
	if err != nil {
		return err
	}
	_, err = s.ExecContext(background, args...)
	return err
}

// one reads one row; found is false when there is none.
func (c *conn) one(into []any, text string, args ...any) (found bool, err error) {
	s, err := c.stmt(text) //nolint:sqlclosecheck // kept, and closed with the connection
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(background, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// each calls fn for every row.
func (c *conn) each(fn func(scan func(...any) error) error, text string, args ...any) error {
	s, err := c.stmt(text) //nolint:sqlclosecheck // kept, and closed with the connection
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(background, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // reading errors are in rows.Err
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
