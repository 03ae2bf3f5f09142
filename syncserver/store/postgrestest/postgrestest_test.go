package postgrestest

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestCluster: databases are apart, a crash breaks connections and loses nothing that was committed, and the end of a
// cluster leaves no file.
func TestCluster(t *testing.T) {
	var folder string
	t.Run("life", func(t *testing.T) {
		c := Start(t, Options{TCP: true})
		folder = c.folder
		a, b := c.Database(t), c.Database(t)
		if a == b || Name(a) == "" || c.Port() == 5432 {
			t.Fatalf("%s, %s", a, b)
		}
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Exec(ctx, `INSERT INTO number (name, last) VALUES ('x', 7)`); err != nil {
			t.Fatal(err)
		}
		if n := KillBackends(t, b); n != 0 {
			t.Errorf("%d connections of another database", n)
		}
		if n := KillBackends(t, a); n != 1 {
			t.Errorf("%d connections killed", n)
		}
		if err := conn.Ping(ctx); err == nil {
			t.Error("the connection lives")
		}
		if err := c.Crash(); err != nil {
			t.Fatal(err)
		}
		if _, err := pgx.Connect(ctx, a); err == nil {
			t.Error("a stopped cluster answers")
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		var last int
		again := Look(t, a)
		if err := again.QueryRowContext(ctx, `SELECT last FROM number`).Scan(&last); err != nil || last != 7 {
			t.Errorf("last %d, %v", last, err)
		}
		if err := c.Exec(Name(b), `SELECT last FROM number`); err != nil {
			t.Error(err)
		}
	})
	if _, err := os.Stat(folder); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", folder, err)
	}
}
