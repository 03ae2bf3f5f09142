//go:build chaos

package sim

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to read the database beside the program

	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// database is a PostgreSQL of the test's own.
type database struct {
	cluster *postgrestest.Cluster
	address string
	down    bool
}

// toPostgres moves what the server has into a database, for all servers.
func (c *chaos) toPostgres() {
	c.t.Helper()
	cluster := postgrestest.Start(c.t, postgrestest.Options{Durable: true, TCP: true})
	where := &database{cluster: cluster, address: cluster.Database(c.t)}
	from, err := store.Open(c.ctx, c.store())
	c.must(err)
	to, err := store.Open(c.ctx, where.address)
	c.must(err)
	_, err = store.Copy(c.ctx, from, to, func(store.Copied) {})
	c.must(errors.Join(err, from.Close(), to.Close()))
	for _, s := range c.servers {
		c.must(server.Move(s.data, where.address))
	}
	c.where = where
}

// strike kills the backends of the server, or the whole database.
func (d *database) strike(c *chaos, now time.Time) {
	c.t.Helper()
	if d.down {
		return
	}
	c.count["database"]++
	if c.rnd.IntN(3) > 0 {
		c.must(d.cluster.Exec("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"))
		return
	}
	c.must(d.cluster.Crash())
	d.down = true
	c.later(now, 3*time.Second, func() error {
		d.down = false
		return d.cluster.Start()
	})
}

// everything is all text of the tables that keep what people wrote.
func (d *database) everything(c *chaos) string {
	c.t.Helper()
	db, err := sql.Open("pgx", d.address)
	c.must(err)
	defer func() { _ = db.Close() }()
	var all strings.Builder
	for _, query := range []string{"SELECT body::text FROM record", "SELECT coalesce(old::text, '') || ' ' || coalesce(new::text, '') FROM history"} {
		rows, err := db.QueryContext(c.ctx, query)
		c.must(err)
		for rows.Next() {
			var text string
			c.must(rows.Scan(&text))
			all.WriteString(text + "\n")
		}
		c.must(errors.Join(rows.Err(), rows.Close()))
	}
	return all.String()
}
