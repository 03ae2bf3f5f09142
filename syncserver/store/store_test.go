package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store/postgrestest"
)

var noon = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func newStore(t *testing.T) *Store { return openAt(t, postgrestest.Where(t)) }

// TestPathWithSigns: a path is a path, whatever is in it.
func TestPathWithSigns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a%20b c?#.db")
	openAt(t, path)
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

// begin opens a transaction whose roots are in the scope of their owner field, or in common.
func begin(t *testing.T, s *Store) *Tx {
	t.Helper()
	tx, err := s.Begin(noon)
	if err != nil {
		t.Fatal(err)
	}
	tx.Marks = func(schema.Record) []string { return nil }
	tx.Scopes = func(r schema.Record) ([]string, error) {
		h, _, err := tx.Record("holding", r.ID)
		return access.ScopesOf(crm.ByName(r.Kind), r, &h), err
	}
	return tx
}

func put(t *testing.T, tx *Tx, kind, id, root string, v schema.Values) {
	t.Helper()
	r, _, err := tx.Record(kind, id)
	if err != nil {
		t.Fatal(err)
	}
	r.Kind, r.ID, r.Root = kind, id, root
	if err := tx.Put(r.With(v)); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, tx *Tx) int64 {
	t.Helper()
	seq, err := tx.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func entries(t *testing.T, s *Store, scope string) (list []Entry) {
	t.Helper()
	err := s.View(t.Context(), func(v *View) (err error) {
		if err := v.Audit(t.Errorf); err != nil {
			return err
		}
		list, err = v.Entries(scope, Position{}, 100)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestFeed: one newest entry for each root and scope, with when it joined and whether it is gone.
func TestFeed(t *testing.T) {
	s := newStore(t)
	own := func(id, owner, pool string) int64 {
		tx := begin(t, s)
		put(t, tx, "holding", id, id, schema.Values{"owner": nil, "pool": nil})
		v := schema.Values{"owner": owner}
		if owner == "" {
			v = schema.Values{"pool": pool}
		}
		put(t, tx, "holding", id, id, v)
		put(t, tx, "customer", id, id, schema.Values{"name": "恒达"})
		if err := tx.SetLeave(id, wire.Leave{How: "transferred"}); err != nil {
			t.Fatal(err)
		}
		return commit(t, tx)
	}
	first := own("c1", "u1", "")
	tx := begin(t, s)
	put(t, tx, "contact", "k1", "c1", schema.Values{"name": "陈"})
	second := commit(t, tx)
	if e := entries(t, s, "owner:u1"); len(e) != 1 || e[0].Joined != first || e[0].Seq != second || e[0].Gone || e[0].Count != 3 || e[0].Faces != 2 {
		t.Errorf("%+v", e)
	}
	third := own("c1", "", "p1")
	if e := entries(t, s, "owner:u1"); len(e) != 1 || !e[0].Gone || e[0].Seq != third || string(e[0].Leave) != `{"how":"transferred"}` {
		t.Errorf("%+v", e)
	}
	// What lies under a customer is none of the pool's news.
	tx = begin(t, s)
	put(t, tx, "contact", "k1", "c1", schema.Values{"name": "李"})
	commit(t, tx)
	if e := entries(t, s, "pool:p1"); len(e) != 1 || e[0].Seq != third || e[0].Joined != third {
		t.Errorf("%+v", e)
	}
	back := own("c1", "u1", "")
	if e := entries(t, s, "owner:u1"); len(e) != 1 || e[0].Gone || e[0].Joined != back || e[0].First != first || e[0].Leave != nil {
		t.Errorf("%+v", e)
	}
	tx = begin(t, s)
	r, _, err := tx.Record("customer", "c1")
	if err != nil {
		t.Fatal(err)
	}
	r.Deleted = true
	if err := tx.Put(r); err != nil {
		t.Fatal(err)
	}
	commit(t, tx)
	if e := entries(t, s, "owner:u1"); len(e) != 1 || !e[0].Gone || len(e[0].Scopes) != 0 {
		t.Errorf("a deleted root is in a scope: %+v", e)
	}
}

// TestSavepoints: what is rolled back to a mark leaves nothing in the commit, whatever it was.
func TestSavepoints(t *testing.T) {
	s := newStore(t)
	tx := begin(t, s)
	put(t, tx, "holding", "c1", "c1", schema.Values{"owner": "u1"})
	put(t, tx, "customer", "c1", "c1", schema.Values{"name": "甲"})
	m := change.Mutation{ID: "m1", Kind: "customer", Record: "c1", Op: change.Create, Hash: "h"}
	mark := tx.Mark()
	put(t, tx, "customer", "c1", "c1", schema.Values{"name": "乙"})
	put(t, tx, "holding", "c2", "c2", schema.Values{"owner": "u1"})
	put(t, tx, "customer", "c2", "c2", schema.Values{"name": "丙"})
	tx.PutResult(m, "u1", "d1", change.Result{Outcome: change.Applied})
	tx.AddLedger(Ledger{Claim: "m1", User: "u1", Pool: "p1", Customer: "c1", Day: "2026-11-02"})
	tx.AddHistory(Change{Kind: "customer", ID: "c1", By: "u9"})
	tx.SetLoss("c1", "u1")
	tx.SetOrigin("c1", "p1")
	tx.SetImported("row", "c1")
	tx.SetToken("u1", "d1", "d", "hash")
	if _, err := tx.NextNumber("n"); err != nil {
		t.Fatal(err)
	}
	if err := tx.SetSight("u1", []access.Grant{{Scope: "common"}}, "x"); err != nil {
		t.Fatal(err)
	}
	if in, total, err := tx.Held("u1", "p1"); in != 1 || total != 2 || err != nil {
		t.Errorf("before: %d of %d held, %v", in, total, err)
	}
	tx.Rollback(mark)
	if in, total, err := tx.Held("u1", "p1"); in != 0 || total != 1 || err != nil {
		t.Errorf("after: %d of %d held, %v", in, total, err)
	}
	if n, err := tx.Claimed("u1", "p1", "2026-11-02"); n != 0 || err != nil {
		t.Errorf("%d claims, %v", n, err)
	}
	if n, err := tx.NextNumber("n"); n != 1 || err != nil {
		t.Errorf("number %d, %v", n, err)
	}
	if _, found, _, err := tx.Result(m, "u1"); found || err != nil {
		t.Errorf("a result is there, %v", err)
	}
	if at, err := tx.LostAt("c1", "u1"); !at.IsZero() || err != nil {
		t.Errorf("lost at %v, %v", at, err)
	}
	if id, err := tx.Imported("row"); id != "" || err != nil {
		t.Errorf("imported %q, %v", id, err)
	}
	commit(t, tx)
	if e := entries(t, s, "owner:u1"); len(e) != 1 || e[0].Root != "c1" {
		t.Errorf("%+v", e)
	}
	err := s.View(t.Context(), func(v *View) error {
		r, _, err := v.Record("customer", "c1")
		if r.Text("name") != "甲" {
			t.Errorf("name %q", r.Text("name"))
		}
		devices, err2 := v.Devices()
		sight, err3 := v.Sight("u1")
		if len(devices)+len(sight) != 0 {
			t.Errorf("devices %v, sight %v", devices, sight)
		}
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestAbortAndClose: an aborted transaction, and one that was open when the store was closed, leave nothing; the store
// opens again at the same commit and epoch.
func TestAbortAndClose(t *testing.T) {
	path := postgrestest.Where(t)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	tx := begin(t, s)
	put(t, tx, "department", "d1", "d1", schema.Values{"name": "一"})
	head := commit(t, tx)
	tx = begin(t, s)
	put(t, tx, "department", "d2", "d2", schema.Values{"name": "二"})
	if err := errors.Join(tx.Abort(), tx.Abort()); err != nil {
		t.Fatal(err)
	}
	tx = begin(t, s)
	put(t, tx, "department", "d3", "d3", schema.Values{"name": "三"})
	if err := tx.flush(head + 1); err != nil { // everything is written, only COMMIT is missing
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(*View) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed store is read: %v", err)
	}
	again := openAt(t, path)
	if again.Epoch() != s.Epoch() {
		t.Error("another epoch")
	}
	err = again.View(t.Context(), func(v *View) error {
		list, err := v.All("department")
		if v.Head != head || len(list) != 1 {
			t.Errorf("head %d, %d departments", v.Head, len(list))
		}
		return errors.Join(err, v.Audit(t.Errorf))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSnapshots: readers beside a writer see whole commits: what the head says is what the rows say.
func TestSnapshots(t *testing.T) {
	s := newStore(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wait sync.WaitGroup
	for range 3 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for ctx.Err() == nil {
				err := s.View(t.Context(), func(v *View) error {
					a, found, err := v.Record("department", "a")
					b, _, err2 := v.Record("department", "b")
					if found && (a.Seq != v.Head || b.Seq != v.Head || a.Text("name") != b.Text("name")) {
						t.Errorf("head %d, a %d %s, b %d %s", v.Head, a.Seq, a.Text("name"), b.Seq, b.Text("name"))
					}
					return errors.Join(err, err2)
				})
				if err != nil {
					t.Error(err)
				}
			}
		}()
	}
	for i := range 60 {
		tx := begin(t, s)
		put(t, tx, "department", "a", "a", schema.Values{"name": fmt.Sprint(i)})
		put(t, tx, "department", "b", "b", schema.Values{"name": fmt.Sprint(i)})
		commit(t, tx)
	}
	stop()
	wait.Wait()
}
