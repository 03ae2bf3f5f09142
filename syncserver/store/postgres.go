package store

import (
	"context"
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
	p := &cluster{config: config}
	db := stdlib.OpenDB(*p.configured(nil)) // without the limits: a new index on a large table takes its time
	err = errors.Join(migrations.Apply(ctx, db, migrations.Postgres), db.Close())
	return p, err
}

// configured is how a connection is made that has settings of its own. What the address says goes before them.
func (p *cluster) configured(settings map[string]string) *pgx.ConnConfig {
	config := p.config.Copy()
	for _, s := range []map[string]string{settings, {"application_name": "yuzhou-server"}} {
		for name, value := range s {
			if config.RuntimeParams[name] == "" {
				config.RuntimeParams[name] = value
			}
		}
	}
	return config
}

// Redacted is where a store is without its password, for people to read.
func Redacted(where string) string {
	if !IsPostgres(where) {
		return where
	}
	u, err := url.Parse(where)
	if err != nil {
		return "postgres://…"
	}
	if q := u.Query(); q.Has("password") {
		q.Set("password", "xxxxx")
		u.RawQuery = q.Encode()
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
	c, err := pgx.ConnectConfig(ctx, p.configured(settings))
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
