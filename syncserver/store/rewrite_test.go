package store

import (
	"testing"

	"yuzhou/shared/schema"
	"yuzhou/syncserver/store/postgrestest"
)

// TestRewriteOfALostRow: a line of the feed that a damaged database has lost is never passed over in silence by a commit
// that changes it. SQLite writes it anew; PostgreSQL refuses the whole commit and names it as the one to blame.
func TestRewriteOfALostRow(t *testing.T) {
	where := postgrestest.Where(t)
	s := openAt(t, where)
	edit := func(name string) (int64, error) {
		tx := begin(t, s)
		put(t, tx, "customer", "c1", "c1", schema.Values{"name": name})
		put(t, tx, "holding", "c1", "c1", schema.Values{"owner": "u1"})
		return tx.Commit()
	}
	before, err := edit("a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := postgrestest.Look(t, where).ExecContext(t.Context(), `DELETE FROM feed WHERE root = 'c1'`); err != nil {
		t.Fatal(err)
	}
	_, err = edit("b")
	switch {
	case !IsPostgres(where):
		if err != nil || len(entries(t, s, "owner:u1")) != 1 {
			t.Errorf("%v %v", err, entries(t, s, "owner:u1"))
		}
		return
	case err == nil || !IsBlame(err):
		t.Fatalf("%v", err)
	}
	tx := begin(t, s)
	c, _, err := tx.Record("customer", "c1")
	if err != nil || c.Text("name") != "a" || tx.Head() != before {
		t.Errorf("%v %v, head %d, want %d", err, c, tx.Head(), before)
	}
	if err := tx.Abort(); err != nil {
		t.Error(err)
	}
}
