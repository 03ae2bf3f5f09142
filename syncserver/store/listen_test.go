package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"yuzhou/shared/schema"
	"yuzhou/syncserver/store/postgrestest"
)

// hearing listens until the test ends.
func hearing(t *testing.T, s *Store) <-chan News {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	heard, ended := make(chan News, 100), make(chan struct{})
	go func() {
		defer close(ended)
		if err := s.Listen(ctx, func(n News) { heard <- n }); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { stop(); <-ended })
	return heard
}

func soon(t *testing.T, heard <-chan News, want int64) News {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		select {
		case n := <-heard:
			if n.Seq >= want {
				return n
			}
		case <-ctx.Done():
			t.Fatalf("commit %d was not heard", want)
		}
	}
}

// TestListen: another process hears of a commit when it is done, and what it missed while its connection was lost.
func TestListen(t *testing.T) {
	where := postgrestest.New(t)
	a, b := openAt(t, where), openAt(t, where)
	heard := hearing(t, b)
	if n := soon(t, heard, 0); n.Seq != 0 || n.Scopes != nil {
		t.Errorf("at the beginning: %+v", n)
	}
	write := func() int64 {
		tx := begin(t, a)
		put(t, tx, "holding", "c1", "c1", schema.Values{"owner": "u1"})
		put(t, tx, "customer", "c1", "c1", schema.Values{"name": "恒达"})
		return commit(t, tx)
	}
	seq := write()
	if n := soon(t, heard, seq); n.Seq != seq || !slices.Equal(n.Scopes, []string{"owner:u1"}) {
		t.Errorf("%+v", n)
	}
	tx := begin(t, a)
	put(t, tx, "department", "d", "d", schema.Values{"name": "二"})
	if err := tx.Abort(); err != nil {
		t.Fatal(err)
	}
	postgrestest.KillBackends(t, where)
	seq = write()
	if n := soon(t, heard, seq); n.Seq != seq {
		t.Errorf("after a loss: %+v", n)
	}
}

// TestConnectionsAreNamed: whoever looks at the database's sessions sees what each is for, unless the address names them.
func TestConnectionsAreNamed(t *testing.T) {
	where := postgrestest.New(t)
	for _, at := range []string{where, where + "&application_name=crm"} {
		s := openAt(t, at)
		soon(t, hearing(t, s), 0)
		l, err := s.TryLead(t.Context())
		if err != nil || l == nil {
			t.Fatal("nobody leads", err)
		}
		count := func(name string) (n int) {
			t.Helper()
			if err := postgrestest.Look(t, where).QueryRowContext(t.Context(),
				`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1`, name).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		if at == where {
			for _, name := range []string{"yuzhou-server leading", "yuzhou-server listening"} {
				if n := count(name); n != 1 {
					t.Errorf("%d sessions are called %s", n, name)
				}
			}
			if count("yuzhou-server") == 0 {
				t.Error("no session is called yuzhou-server")
			}
		} else if count("crm") < 3 {
			t.Error("the address does not name the sessions")
		}
		if err := l.Release(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNewsIsShort: what does not fit into a notification is left out, not cut.
func TestNewsIsShort(t *testing.T) {
	n := News{Seq: 7}
	for range 400 {
		n.Scopes = append(n.Scopes, "owner:0193000000000000000000000000")
	}
	if text, err := n.text(); text != `{"seq":7}` || err != nil {
		t.Errorf("%s, %v", text, err)
	}
}

// TestLead: one process leads at a time; who loses the connection has lost the lead and knows it; another takes it.
func TestLead(t *testing.T) {
	for name, where := range map[string]string{"sqlite": t.TempDir() + "/x.db", "postgres": postgrestest.New(t)} {
		t.Run(name, func(t *testing.T) {
			a := openAt(t, where)
			b := a
			if IsPostgres(where) {
				b = openAt(t, where)
			}
			try := func(s *Store) *Lead {
				t.Helper()
				l, err := s.TryLead(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return l
			}
			first := try(a)
			if first == nil || first.Held(t.Context()) != nil {
				t.Fatal("nobody leads")
			}
			if try(b) != nil {
				t.Fatal("two lead")
			}
			if err := errors.Join(first.Release(), first.Release()); err != nil {
				t.Fatal(err)
			}
			if err := first.Held(t.Context()); !errors.Is(err, ErrNoLead) {
				t.Errorf("released: %v", err)
			}
			second := try(b)
			if second == nil {
				t.Fatal("nobody could follow")
			}
			if IsPostgres(where) {
				postgrestest.KillBackends(t, where)
				if err := second.Held(t.Context()); !errors.Is(err, ErrNoLead) {
					t.Errorf("killed: %v", err)
				}
				third := try(a)
				if third == nil {
					t.Fatal("the lock of a dead session is held")
				}
				second = third
			}
			if err := second.Release(); err != nil {
				t.Error(err)
			}
		})
	}
}
