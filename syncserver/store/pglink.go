package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// clusterLink is a connection to PostgreSQL. In a transaction, statements without an answer wait for the next one that
// has one, or for the end, and go over the wire together.
type clusterLink struct {
	c       *pgx.Conn
	texts   map[string]string // in PostgreSQL's words
	usual   time.Duration     // how long to wait for an answer
	within  time.Duration     // how long in this transaction
	waiting *pgx.Batch        // nil outside of transactions
	rows    int               // how many rows wait to be inserted
	sent    chan error        // the end of what was sent and not waited for
	first   error             // what made the database give the transaction up
}

func (l *clusterLink) begin(mode mode) error {
	if l.lost() {
		return &lostError{errors.New("closed")}
	}
	l.waiting, l.within, l.first = &pgx.Batch{}, l.usual, nil
	if mode == writing {
		return l.exec(`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`)
	}
	return l.exec(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
}

func (l *clusterLink) end(how string) error {
	if how == toRollback {
		_ = l.settle()  // it is taken back
		l.waiting = nil // what was not sent need not be taken back
		if l.lost() {
			return nil // the database rolls back by itself
		}
		return l.exec(toRollback)
	}
	l.waiting.Queue(how).Exec(func(done pgconn.CommandTag) error {
		if done.String() != toCommit { // a transaction that was given up ends so, without an error
			return pgx.ErrTxCommitRollback
		}
		return nil
	})
	err := l.send()
	l.waiting = nil
	return err
}

func (l *clusterLink) lost() bool { return l.sent == nil && l.c.IsClosed() }

func (l *clusterLink) close() error {
	_ = l.settle() // it is over
	ctx, cancel := context.WithTimeout(background, connectWithin)
	defer cancel()
	return l.c.Close(ctx)
}

// failed tells a lost connection from a statement that the database refused. After the first one that it refused the
// database refuses all others in the transaction; they are told the first's reason, for that is to be mended.
func (l *clusterLink) failed(err error) error {
	var wrong *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case l.c.IsClosed():
		return &lostError{err}
	case l.waiting == nil || !errors.As(err, &wrong) && !errors.Is(err, pgx.ErrTxCommitRollback):
	case l.first == nil:
		l.first = err
	default:
		return l.first
	}
	return err
}

func (l *clusterLink) text(text string) string {
	t, ok := l.texts[text]
	if !ok {
		t = forPostgres(text)
		l.texts[text] = t
	}
	return t
}

func (l *clusterLink) exec(text string, args ...any) error {
	return l.run(l.text(text), plain(args))
}

func (l *clusterLink) run(text string, args []any) error {
	if l.waiting != nil {
		l.waiting.Queue(text, args...)
		return nil
	}
	ctx, cancel := context.WithTimeout(background, l.within)
	defer cancel()
	_, err := l.c.Exec(ctx, text, args...)
	return l.failed(err)
}

func (l *clusterLink) relax() error {
	l.within = copyWithin
	return errors.Join(l.exec(`SET LOCAL statement_timeout = 0`), l.exec(`SET LOCAL idle_in_transaction_session_timeout = 0`))
}

func (l *clusterLink) renumber() error {
	return l.exec(`SELECT setval(pg_get_serial_sequence('history', 'n'), (SELECT coalesce(max(n), 0) + 1 FROM history), false)`)
}

func (l *clusterLink) catalogue() string {
	return `SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'YES' FROM information_schema.columns c
		JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
		WHERE c.table_schema = current_schema() AND c.table_name <> 'schema_version' AND c.is_generated = 'NEVER'
		ORDER BY c.table_name COLLATE "C", c.column_name COLLATE "C"`
}

// send runs what waits.
func (l *clusterLink) send() error {
	if err := l.settle(); err != nil || l.waiting == nil || l.waiting.Len() == 0 {
		return err
	}
	if err := l.begins(); err != nil {
		return err
	}
	return l.settle()
}

// manyRows is from when on the database begins with what waits while we prepare the rest.
const manyRows = 200

// begins sends what waits without waiting for it to be done. Until settle nobody else touches the connection.
func (l *clusterLink) begins() error {
	if err := l.settle(); err != nil {
		return err
	}
	batch, sent, within := l.waiting, make(chan error, 1), l.within
	l.waiting, l.rows, l.sent = &pgx.Batch{}, 0, sent
	go func() {
		ctx, cancel := context.WithTimeout(background, within)
		defer cancel()
		sent <- l.c.SendBatch(ctx, batch).Close()
	}()
	return nil
}

// settle waits for what was sent.
func (l *clusterLink) settle() error {
	if l.sent == nil {
		return nil
	}
	err := <-l.sent
	l.sent = nil
	return l.failed(err)
}

func (l *clusterLink) tell(n News) error {
	text, err := n.text()
	if err != nil {
		return err
	}
	return l.run(`SELECT pg_notify('`+channel+`', $1)`, []any{text})
}
