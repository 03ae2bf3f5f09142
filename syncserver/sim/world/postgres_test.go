package world

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"yuzhou/shared/clock"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// A history on PostgreSQL has no bubble: whoever waits for a socket does not count as waiting there, and time would stand
// still or run away. Its time is a number that the steps move.

// The environment of histories on PostgreSQL.
const (
	envStore   = "YUZHOU_WORLD_STORE"   // sqlite, postgres, or both in turn
	envCluster = "YUZHOU_WORLD_CLUSTER" // address of the base on the cluster, for a worker
)

// onPostgres tells whether a history is to be on PostgreSQL.
func onPostgres(seed uint64) bool {
	switch os.Getenv(envStore) {
	case "postgres":
		return true
	case "both":
		return seed/2%2 == 1 // both workers have some
	}
	return false
}

// tuned is what a cluster that is thrown away does not need: nothing of it has to be looked after.
var tuned = []string{"autovacuum = off", "checkpoint_timeout = '1h'", "max_wal_size = '4GB'", "wal_init_zero = off", "bgwriter_lru_maxpages = 0"}

// cluster starts a PostgreSQL in a folder and copies the base into it.
func (b *base) cluster(t *testing.T, dir string) (address string) {
	if err := os.Chmod(dir, 0o711); err != nil { // it runs as somebody else
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	c := postgrestest.Start(t, postgrestest.Options{})
	address = c.Database(t)
	for _, what := range tuned {
		if err := asked(address, "ALTER SYSTEM SET "+what); err != nil {
			t.Fatal(err)
		}
	}
	if err := asked(address, "SELECT pg_reload_conf()"); err != nil {
		t.Fatal(err)
	}
	from, err := store.Open(t.Context(), b.dir+"/server.db")
	if err != nil {
		t.Fatal(err)
	}
	to, err := store.Open(t.Context(), address)
	if err == nil {
		_, err = store.Copy(t.Context(), from, to, nil)
		err = errors.Join(err, to.Close())
	}
	if err = errors.Join(err, from.Close()); err != nil {
		t.Fatal(err)
	}
	return address
}

// another is the address of another database on the same cluster.
func another(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.Path = "/" + name
	return u.String()
}

// cabinet is the process's connection to the cluster, beside every database of a history.
var cabinet = struct {
	sync.Mutex
	db *sql.DB
}{}

// asked runs one statement on the cluster. It must be called outside of a bubble.
func asked(address, text string) (err error) {
	cabinet.Lock()
	defer cabinet.Unlock()
	if cabinet.db == nil {
		if cabinet.db, err = sql.Open("pgx", another(address, "postgres")); err != nil {
			return err
		}
	}
	_, err = cabinet.db.Exec(text)
	return err
}

// cloned makes a database of another. It copies its files: the way by the log costs three times as much.
func cloned(address, from, to string) error {
	return asked(address, "CREATE DATABASE "+to+" TEMPLATE "+from+" STRATEGY file_copy")
}

func dropped(address, name string) error {
	return asked(address, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
}

// database makes the history's own database, a copy of the base.
func (w *world) database(address string) error {
	name := fmt.Sprintf("world_%d_%d", w.h.Seed, os.Getpid())
	w.path = another(address, name)
	return cloned(address, postgrestest.Name(address), name)
}

func (w *world) dropDatabase() {
	_ = dropped(w.path, postgrestest.Name(w.path)) // the whole cluster goes at last
	if w.backup != "" {
		_ = dropped(w.path, w.backup)
	}
}

// cutOff ends every connection to the history's database but the world's own, as a failover does.
func (w *world) cutOff() {
	_, err := w.books.db.Exec(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	if err != nil {
		w.fail(stuck, "%v", err)
	}
}

// copyDatabase makes a database of another, which nobody may use meanwhile.
func (w *world) copyDatabase(from, to string) {
	for _, n := range w.nodes {
		n.end(true)
	}
	w.must(w.books.db.Close())
	w.must(errors.Join(dropped(w.path, to), cloned(w.path, from, to)))
	db := w.books.dial()
	w.mu.Lock()
	w.books.db = db
	w.mu.Unlock()
}

// dial opens the database for looking at it.
func (b *books) dial() *sql.DB {
	driver, where := "sqlite3", "file:"+b.w.path+"?_busy_timeout=10000&_query_only=true"
	if b.w.postgres {
		driver, where = "pgx", b.w.path
	}
	db, err := sql.Open(driver, where)
	b.w.must(err)
	db.SetMaxOpenConns(1)
	return db
}

// query asks the database, whichever it is.
func (b *books) query(text string, args ...any) (*sql.Rows, error) {
	if b.w.postgres {
		for i := 1; strings.Contains(text, "?"); i++ {
			text = strings.Replace(text, "?", "$"+strconv.Itoa(i), 1)
		}
	}
	return b.db.Query(text, args...)
}

// linger lets time go by for one request.
func (w *world) linger(ctx context.Context, d time.Duration) error {
	if w.postgres {
		w.moved.Add(d.Milliseconds())
		return nil
	}
	return clock.Wait(ctx, d)
}
