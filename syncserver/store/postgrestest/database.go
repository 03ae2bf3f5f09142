package postgrestest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/mattn/go-sqlite3"

	"yuzhou/migrations"
)

// shared is the cluster of this test process. It ends with the process.
var shared = sync.OnceValues(func() (*Cluster, error) { return start(Options{}) })

// Shared is the cluster that New makes its databases in. Do not stop it: other tests use it.
func Shared(t testing.TB) *Cluster {
	t.Helper()
	c, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// New makes a fresh database with today's tables on the shared cluster and gives its address. It is dropped when the
// test ends.
func New(t testing.TB) string {
	t.Helper()
	c := Shared(t)
	address := c.Database(t)
	t.Cleanup(func() {
		if err := c.Exec("postgres", "DROP DATABASE "+Name(address)+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return address
}

// Where is where a test keeps its store: a file, or, when YUZHOU_TEST_STORE is postgres, a database of its own. So the
// same tests run on both.
func Where(t testing.TB) string {
	t.Helper()
	if os.Getenv("YUZHOU_TEST_STORE") == "postgres" {
		return New(t)
	}
	return filepath.Join(t.TempDir(), "server.db")
}

// Look opens a store past its own code, to look at it or to break it.
func Look(t testing.TB, where string) *sql.DB {
	t.Helper()
	driver := "sqlite3"
	if strings.HasPrefix(where, "postgres:") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, where)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// template is the database that all others are copied from: to copy is much faster than to make tables.
const template = "yuzhou_template"

// Database makes a fresh database with today's tables and gives its address. It lives as long as the cluster.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.template {
		if err := c.makeTemplate(); err != nil {
			t.Fatal(err)
		}
		c.template = true
	}
	c.made++
	name := fmt.Sprintf("test_%d", c.made)
	if err := c.Exec("postgres", "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatal(err)
	}
	return c.Address(name)
}

func (c *Cluster) makeTemplate() error {
	if err := c.Exec("postgres", "CREATE DATABASE "+template); err != nil {
		return err
	}
	db, err := sql.Open("pgx", c.Address(template))
	if err != nil {
		return err
	}
	return errors.Join(migrations.Apply(context.Background(), db, migrations.Postgres), db.Close())
}

// Exec runs one statement in a database of the cluster, on a connection of its own.
func (c *Cluster) Exec(database, text string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, c.Address(database))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, text)
	return errors.Join(err, conn.Close(ctx))
}

// KillBackends ends every connection to the database at an address from the outside, as an administrator or the kernel
// would, and tells how many there were.
func KillBackends(t testing.TB, address string) (killed int) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, address)
	if err == nil {
		err = conn.QueryRow(ctx, `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&killed)
		err = errors.Join(err, conn.Close(ctx))
	}
	if err != nil {
		t.Fatal(err)
	}
	return killed
}

// Name is the database in an address.
func Name(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/")
}
