package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"yuzhou/migrations"
)

// How long the database may take. It stops a statement itself; when not even that is heard, the connection counts as
// lost, so that a server whose cable was pulled keeps nobody waiting for minutes.
const (
	connectWithin = 5 * time.Second
	writeWithin   = 30 * time.Second
	readWithin    = 60 * time.Second
	hearWithin    = 10 * time.Second // on top of the database's own limit
	copyWithin    = 24 * time.Hour
)

// sessions is what is set for every connection, unless the address says otherwise. A writer that waits for its turn
// longer than lock_timeout tells its laptops to come back; one that fell silent in its turn (a frozen machine) loses it
// after idle_in_transaction_session_timeout, or all the others would wait for it. A writer finds every row by an index; a
// plan that was made while a table was small must not read the whole table when it has grown.
var sessions = map[mode]map[string]string{
	writing: {
		"statement_timeout": "30s", "lock_timeout": "20s", "idle_in_transaction_session_timeout": "30s",
		"jit": "off", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off",
	},
	reading: {"statement_timeout": "60s", "idle_in_transaction_session_timeout": "300s", "jit": "off"},
}

// cluster is a PostgreSQL database.
type cluster struct {
	config *pgx.ConnConfig
}

func openCluster(ctx context.Context, where string) (*cluster, error) {
	config, err := pgx.ParseConfig(where)
	if err != nil {
		return nil, err
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectWithin
	}
	if config.ValidateConnect == nil {
		// Of several hosts, and after a failover, only the one that accepts writes is ours.
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.RuntimeParams["client_encoding"] = "UTF8"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "yuzhou-server"
	}
	db := stdlib.OpenDB(*config) // without the limits: a new index on a large table takes its time
	err = errors.Join(migrations.Apply(ctx, db, migrations.Postgres), db.Close())
	return &cluster{config: config}, err
}

// redacted is an address without its password, for messages.
func redacted(where string) string {
	u, err := url.Parse(where)
	if err != nil {
		return "postgres://…"
	}
	return u.Redacted()
}

func (p *cluster) readers() int { return max(4, 2*runtime.GOMAXPROCS(0)) }

func (p *cluster) close() error { return nil }

func (p *cluster) connect(ctx context.Context, mode mode) (*conn, error) {
	c, err := p.dial(ctx, sessions[mode])
	if err != nil {
		return nil, &lostError{err}
	}
	l := &clusterLink{c: c, texts: map[string]string{}, usual: readWithin + hearWithin}
	if mode == writing {
		l.usual = writeWithin + hearWithin
	}
	l.within = l.usual
	return &conn{l}, nil
}

// dial makes one connection.
func (p *cluster) dial(ctx context.Context, settings map[string]string) (*pgx.Conn, error) {
	config := p.config.Copy()
	for name, value := range settings {
		if config.RuntimeParams[name] == "" {
			config.RuntimeParams[name] = value
		}
	}
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if encoding := c.PgConn().ParameterStatus("server_encoding"); encoding != "UTF8" {
		return nil, errors.Join(fmt.Errorf("the database stores text as %s; make it with ENCODING 'UTF8'", encoding), c.Close(ctx))
	}
	// What is acknowledged is on disk, whatever the database's default; a default that asks for more than that stays.
	_, err = c.Exec(ctx, `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')`)
	if err != nil {
		return nil, errors.Join(err, c.Close(ctx))
	}
	return c, nil
}

// lostError says that the connection is gone, and with it perhaps an answer: nobody is to blame, and it may be tried
// again.
type lostError struct{ cause error }

func (e *lostError) Error() string { return "connection to the database: " + e.cause.Error() }
func (e *lostError) Unwrap() error { return e.cause }

// blamed are the classes of PostgreSQL's errors that are the fault of what was to be written: data, cardinality, integrity,
// syntax and names, program limits. All others are the machine's: connection, resources, locks, operator, disk.
var blamed = map[string]bool{"21": true, "22": true, "23": true, "42": true, "54": true}

// clusterLink is a connection to PostgreSQL. In a transaction, statements without an answer wait for the next one that
// has one, or for the end, and go over the wire together.
type clusterLink struct {
	c       *pgx.Conn
	texts   map[string]string // in PostgreSQL's words
	usual   time.Duration     // how long to wait for an answer
	within  time.Duration     // how long in this transaction
	waiting *pgx.Batch        // nil outside of transactions
}

func (l *clusterLink) begin(mode mode) error {
	if l.lost() {
		return &lostError{errors.New("closed")}
	}
	l.waiting, l.within = &pgx.Batch{}, l.usual
	if mode == writing {
		return l.exec(`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE`)
	}
	return l.exec(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
}

func (l *clusterLink) end(how string) error {
	if how == toRollback {
		l.waiting = nil // what was not sent need not be taken back
		return l.exec(toRollback)
	}
	if err := l.exec(how); err != nil {
		return err
	}
	err := l.send()
	l.waiting = nil
	return err
}

func (l *clusterLink) lost() bool { return l.c.IsClosed() }

func (l *clusterLink) close() error {
	ctx, cancel := context.WithTimeout(background, connectWithin)
	defer cancel()
	return l.c.Close(ctx)
}

// failed tells a lost connection from a statement that the database refused.
func (l *clusterLink) failed(err error) error {
	if err != nil && l.lost() {
		return &lostError{err}
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
		WHERE c.table_schema = current_schema() AND c.table_name <> 'schema_version' ORDER BY c.table_name COLLATE "C", c.column_name COLLATE "C"`
}

func (l *clusterLink) send() error {
	if l.waiting == nil || l.waiting.Len() == 0 {
		return nil
	}
	batch := l.waiting
	l.waiting = &pgx.Batch{}
	ctx, cancel := context.WithTimeout(background, l.within)
	defer cancel()
	return l.failed(l.c.SendBatch(ctx, batch).Close())
}

func (l *clusterLink) tell(n News) error {
	text, err := n.text()
	if err != nil {
		return err
	}
	return l.run(`SELECT pg_notify('`+channel+`', $1)`, []any{text})
}

func (l *clusterLink) query(text string, args []any) (rows, error) {
	ctx, cancel := context.WithTimeout(background, l.within)
	r := &clusterRows{link: l, cancel: cancel}
	var err error
	if l.waiting == nil || l.waiting.Len() == 0 {
		r.Rows, err = l.c.Query(ctx, l.text(text), plain(args)...) //nolint:sqlclosecheck // each closes it
	} else {
		batch := l.waiting
		before := batch.Len()
		batch.Queue(l.text(text), plain(args)...)
		l.waiting = &pgx.Batch{}
		r.batch = l.c.SendBatch(ctx, batch)
		for range before {
			if _, err := r.batch.Exec(); err != nil {
				return nil, r.fail(err)
			}
		}
		r.Rows, err = r.batch.Query() //nolint:sqlclosecheck // each closes it
	}
	if err != nil {
		return nil, r.fail(err)
	}
	return r, nil
}

// clusterRows is what a query finds, perhaps as the last of what waited.
type clusterRows struct {
	pgx.Rows

	link   *clusterLink
	batch  pgx.BatchResults
	cancel context.CancelFunc
}

func (r *clusterRows) fail(err error) error {
	if r.batch != nil {
		_ = r.batch.Close() // the error is known
	}
	r.cancel()
	return r.link.failed(err)
}

func (r *clusterRows) Err() error { return r.link.failed(r.Rows.Err()) }

func (r *clusterRows) Close() error {
	r.Rows.Close()
	err := r.Rows.Err()
	if r.batch != nil {
		if wrong := r.batch.Close(); err == nil {
			err = wrong
		}
	}
	r.cancel()
	return r.link.failed(err)
}

func (r *clusterRows) Scan(into ...any) error {
	for i, v := range into {
		if b, ok := v.(*bool); ok {
			into[i] = (*flag)(b)
		}
	}
	return r.link.failed(r.Rows.Scan(into...))
}

// flag reads a truth value from a condition or from a number 0 or 1.
type flag bool

// Scan takes what the database gives.
func (f *flag) Scan(v any) error {
	switch v := v.(type) {
	case bool:
		*f = flag(v)
	case int64:
		*f = v != 0
	default:
		return fmt.Errorf("store: %T is no flag", v)
	}
	return nil
}

// plain makes flags numbers.
func plain(args []any) []any {
	for i, v := range args {
		if b, ok := v.(bool); ok {
			args[i] = number(b)
		}
	}
	return args
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// insert sends a column after the other: one statement, whatever the number of rows.
func (l *clusterLink) insert(into *insertion, values []any) error {
	if len(values) == 0 {
		return nil
	}
	args := make([]any, len(into.types))
	for i, t := range []byte(into.types) {
		column, err := columnOf(t, values[i:], len(into.types))
		if err != nil {
			return fmt.Errorf("store: %s, column %d: %w", into.into, i+1, err)
		}
		args[i] = column
	}
	text, ok := l.texts[into.into+into.conflict]
	if !ok {
		text = into.fromColumns()
		l.texts[into.into+into.conflict] = text
	}
	return l.run(text, args)
}

// fromColumns is the statement that inserts what is given as one array for each column.
func (i *insertion) fromColumns() string {
	from, names, selected := "", "", ""
	for n, t := range []byte(i.types) {
		if n > 0 {
			from, names, selected = from+", ", names+", ", selected+", "
		}
		name, sqlType, cast := fmt.Sprintf("c%d", n), "text", ""
		switch t {
		case 'i':
			sqlType = "bigint"
		case 'j':
			cast = "::json"
		}
		from += fmt.Sprintf("$%d::%s[]", n+1, sqlType)
		names += name
		selected += name + cast
	}
	return forPostgres("INSERT INTO " + i.into + " SELECT " + selected + " FROM unnest(" + from + ") AS n(" + names + ") " + i.conflict)
}

// columnOf picks a column out of rows that stand one after the other.
func columnOf(t byte, values []any, width int) (any, error) {
	n := (len(values) + width - 1) / width
	var wrong any
	switch t {
	case 'i':
		list := make([]int64, 0, n)
		for i := 0; i < len(values); i += width {
			switch v := values[i].(type) {
			case int64:
				list = append(list, v)
			case bool:
				list = append(list, number(v))
			default:
				wrong = v
			}
		}
		if len(list) == n {
			return list, nil
		}
	case 'T':
		list := make([]*string, 0, n)
		for i := 0; i < len(values); i += width {
			if v, ok := values[i].(sql.NullString); !ok {
				wrong = values[i]
			} else if v.Valid {
				list = append(list, &v.String)
			} else {
				list = append(list, nil)
			}
		}
		if len(list) == n {
			return list, nil
		}
	default:
		list := make([]string, 0, n)
		for i := 0; i < len(values); i += width {
			if v, ok := values[i].(string); ok {
				list = append(list, v)
			} else {
				wrong = values[i]
			}
		}
		if len(list) == n {
			return list, nil
		}
	}
	return nil, fmt.Errorf("%T does not fit %c", wrong, t)
}
