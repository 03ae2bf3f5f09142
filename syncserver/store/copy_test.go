package store

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store/postgrestest"
)

// fill writes something into every table that commits write.
func fill(t *testing.T, s *Store) {
	t.Helper()
	for n := range 3 {
		tx := begin(t, s)
		for i := range 900 {
			id := fmt.Sprintf("c%d-%d", n, i)
			put(t, tx, "holding", id, id, schema.Values{"owner": "u1"})
			put(t, tx, "customer", id, id, schema.Values{"name": "恒达 \"<&>\\ \u2028 é", "remark": "一\n二"})
			tx.AddHistory(Change{Kind: "customer", ID: id, Op: "set", Field: "name", New: "恒达", By: "u1"}, Change{Kind: "customer", ID: id, Op: "create"})
			tx.PutResult(change.Mutation{ID: "m" + id, Kind: "customer", Record: id, Op: change.Create, Hash: "h"}, "u1", "d1", change.Result{Outcome: change.Applied})
		}
		tx.SetToken("u1", "d1", "张三的电脑", fmt.Sprint("hash", n))
		tx.SetPassword("u1", "secret")
		tx.SetLoss("c", "u1")
		tx.AddLedger(Ledger{Claim: fmt.Sprint(n), User: "u1", Pool: "p", Customer: "c", Day: "2026-11-02"})
		tx.SetImported(fmt.Sprint(n), "c")
		if _, err := tx.NextNumber("n"); err != nil {
			t.Fatal(err)
		}
		if err := tx.SetSight("u1", []access.Grant{{Scope: "owner:u1", Masked: []string{fmt.Sprint(n)}}}, "r"); err != nil {
			t.Fatal(err)
		}
		tx.PutRun(Run{Due: int64(n), After: "c"})
		tx.PutItem(int64(n), Item{Root: "c", Detail: "{}"})
		commit(t, tx)
	}
}

// TestCopy: a store moves to the other database and back again, every row with it, and goes on there.
func TestCopy(t *testing.T) {
	first := openAt(t, t.TempDir()+"/a.db")
	fill(t, first)
	cluster := openAt(t, postgrestest.New(t))
	back := openAt(t, t.TempDir()+"/b.db")
	var told []string
	there, err := Copy(t.Context(), first, cluster, func(c Copied) { told = append(told, c.Table) })
	if err != nil {
		t.Fatal(err)
	}
	again, err := Copy(t.Context(), cluster, back, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(there, again) || len(told) != len(there) {
		t.Errorf("there %v, back %v", there, again)
	}
	rows := map[string]int64{}
	for _, c := range there {
		rows[c.Table] = c.Rows
		if c.Rows > 0 && c.Sum == (wire.Sum{}) {
			t.Errorf("%s has no digest", c.Table)
		}
	}
	if rows["record"] != 5400 || rows["history"] != 5400 || rows["mutation"] != 2700 || rows["sight"] != 3 || rows["counter"] != 1 || rows["link"] != 3 {
		t.Errorf("%v", rows)
	}
	for _, s := range []*Store{first, cluster, back} {
		if s.Epoch() != first.Epoch() {
			t.Error("another epoch")
		}
		tx := begin(t, s)
		put(t, tx, "customer", "c0-0", "c0-0", schema.Values{"name": "丙"})
		tx.AddHistory(Change{Kind: "customer", ID: "c0-0", Field: "name"})
		if seq := commit(t, tx); seq != 4 {
			t.Errorf("commit %d", seq)
		}
		if c := whole(t, s); c.Commits != 4 || c.Lines != 5401 {
			t.Errorf("%+v", c)
		}
		if e := entries(t, s, "owner:u1"); len(e) != 100 || e[0].Seq != 1 {
			t.Errorf("%d entries", len(e))
		}
	}
}

// TestCopyRefuses: what is there already is not overwritten, and a row that does not arrive as it was sent ends the copy;
// both leave the target as it was.
func TestCopyRefuses(t *testing.T) {
	for _, order := range []string{"to postgres", "to sqlite"} {
		t.Run(order, func(t *testing.T) {
			from, where := openAt(t, t.TempDir()+"/a.db"), postgrestest.New(t)
			if order == "to sqlite" {
				from, where = openAt(t, where), t.TempDir()+"/b.db"
			}
			to := openAt(t, where)
			fill(t, from)
			db := postgrestest.Look(t, where)
			// A database that alters a value on its way in.
			alter := `CREATE TRIGGER alter_it AFTER INSERT ON number BEGIN UPDATE number SET last = last + 1; END`
			if IsPostgres(where) {
				alter = `CREATE FUNCTION alter_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.last = NEW.last + 1; RETURN NEW; END';
					CREATE TRIGGER alter_it BEFORE INSERT ON number FOR EACH ROW EXECUTE FUNCTION alter_it()`
			}
			if _, err := db.ExecContext(t.Context(), alter); err != nil {
				t.Fatal(err)
			}
			if _, err := Copy(t.Context(), from, to, nil); !errors.Is(err, ErrDifferent) {
				t.Errorf("altered on its way: %v", err)
			}
			tx := begin(t, to)
			if tx.Head() != 0 {
				t.Errorf("head %d after a copy that failed", tx.Head())
			}
			put(t, tx, "department", "d", "d", schema.Values{"name": "一"})
			commit(t, tx)
			if _, err := Copy(t.Context(), from, to, nil); !errors.Is(err, ErrNotEmpty) {
				t.Errorf("not empty: %v", err)
			}
		})
	}
}

// TestSameTables: both databases have the same tables with the same columns.
func TestSameTables(t *testing.T) {
	list := func(where string) (names []string) {
		t.Helper()
		err := openAt(t, where).View(t.Context(), func(v *View) error {
			tables, err := shapes(v.c)
			for _, table := range tables {
				for _, c := range table.columns {
					kind := c.kind
					if kind == 'j' { // SQLite keeps it as text
						kind = 't'
					}
					names = append(names, fmt.Sprintf("%s.%s %c", table.name, c.name, kind))
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	file, cluster := list(t.TempDir()+"/a.db"), list(postgrestest.New(t))
	for _, name := range file {
		if !slices.Contains(cluster, name) {
			t.Errorf("PostgreSQL has no %s", name)
		}
	}
	for _, name := range cluster {
		if !slices.Contains(file, name) {
			t.Errorf("SQLite has no %s", name)
		}
	}
	if len(file) < 80 {
		t.Errorf("only %d columns", len(file))
	}
}
