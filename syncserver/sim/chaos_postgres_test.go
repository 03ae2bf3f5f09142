//go:build chaos

package sim

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to read the database beside the program

	"yuzhou/syncserver/store/postgrestest"
)

// database is a PostgreSQL of the test's own.
type database struct {
	cluster *postgrestest.Cluster
	address string
	down    bool
}

// serving are the arguments of the server.
func (c *chaos) serving() []string {
	args := []string{"serve", "--data", c.data, "--listen", c.address}
	if c.where != nil {
		args = append(args, "--store", c.where.address)
	}
	return args
}

// toPostgres moves what the server has into a database.
func (c *chaos) toPostgres() {
	c.t.Helper()
	cluster := postgrestest.Start(c.t, postgrestest.Options{Durable: true, TCP: true})
	where := &database{cluster: cluster, address: cluster.Database(c.t)}
	c.run("move-store", "--data", c.data, "--to", where.address)
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
