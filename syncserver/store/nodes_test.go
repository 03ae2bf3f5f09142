package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yuzhou/shared/schema"
	"yuzhou/syncserver/store/postgrestest"
)

// The race below in numbers: writers that commit as fast as they can, and readers who follow them.
const (
	raceWriters = 16
	raceReaders = 4
	raceWrites  = 40 // of each writer
)

// feed is a way to number what is written and to read what is new.
type feed struct {
	// write commits some rows, all or none.
	write func(writer, n int) error
	// read gives the rows after a cursor, and the cursor behind them.
	read func(cursor int64) (rows []string, next int64, err error)
}

// race lets all writers write and all readers follow, and tells how many rows a reader missed, doubled, or saw half a
// commit of, all readers together. Each write is two rows; that a reader sees one of them and not the other is half.
func race(t *testing.T, open func() feed) (missed, half int) {
	t.Helper()
	var writing sync.WaitGroup
	var done atomic.Bool
	failed := make(chan error, raceWriters+raceReaders)
	for w := range raceWriters {
		f := open()
		writing.Go(func() {
			for n := range raceWrites {
				if err := f.write(w, n); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	seen := make([]map[string]bool, raceReaders)
	halves := make([]int, raceReaders)
	var reading sync.WaitGroup
	for r := range raceReaders {
		f := open()
		seen[r] = map[string]bool{}
		reading.Go(func() {
			cursor := int64(0)
			for last := false; ; {
				ended := done.Load()
				rows, next, err := f.read(cursor)
				if err != nil {
					failed <- err
					return
				}
				for _, row := range rows {
					seen[r][row] = true
				}
				for _, row := range rows {
					if !seen[r][row[:len(row)-1]+"a"] || !seen[r][row[:len(row)-1]+"b"] {
						halves[r]++
					}
				}
				cursor = next
				if last && len(rows) == 0 {
					return
				}
				last = ended
			}
		})
	}
	writing.Wait()
	done.Store(true)
	reading.Wait()
	select {
	case err := <-failed:
		t.Fatal(err)
	default:
	}
	for r := range raceReaders {
		missed += 2*raceWriters*raceWrites - len(seen[r])
		half += halves[r]
	}
	return missed, half
}

// ours is the feed of this package: two Stores on one database, as two server processes have them.
func ours(t *testing.T, stores []*Store) func() feed {
	var next atomic.Int64
	return func() feed {
		s := stores[int(next.Add(1))%len(stores)]
		return feed{
			write: func(writer, n int) error {
				tx, err := s.Begin(noon)
				if err != nil {
					return err
				}
				tx.Marks = func(schema.Record) []string { return nil }
				tx.Scopes = func(schema.Record) ([]string, error) { return []string{"common"}, nil }
				for _, part := range []string{"a", "b"} {
					id := fmt.Sprintf("%d-%d-%s", writer, n, part)
					if err := tx.Put(schema.Record{Kind: "department", ID: id, Root: id, Values: schema.Values{"name": "一"}}); err != nil {
						return errors.Join(err, tx.Abort())
					}
				}
				_, err = tx.Commit()
				return err
			},
			read: func(cursor int64) (rows []string, next int64, err error) {
				err = s.View(context.Background(), func(v *View) error {
					next = v.Head
					list, err := v.Entries("common", Position{Seq: cursor, Root: "~"}, 100_000)
					for _, e := range list {
						rows = append(rows, e.Root)
					}
					return err
				})
				return rows, next, err
			},
		}
	}
}

// TestNobodyMissesARow: 16 writers, on PostgreSQL on two Stores, and readers who follow by their cursor: every reader sees every row, and
// never half a commit; the numbers of the commits have no gap.
func TestNobodyMissesARow(t *testing.T) {
	where := postgrestest.Where(t)
	stores := []*Store{openAt(t, where)}
	if IsPostgres(where) { // one server process alone works on a file
		stores = append(stores, openAt(t, where))
	}
	if missed, half := race(t, ours(t, stores)); missed != 0 || half != 0 {
		t.Errorf("%d rows missed, half a commit seen %d times", missed, half)
	}
	err := stores[0].View(t.Context(), func(v *View) error {
		if v.Head != raceWriters*raceWrites {
			t.Errorf("head %d after %d commits", v.Head, raceWriters*raceWrites)
		}
		return v.Audit(t.Errorf)
	})
	if err != nil {
		t.Error(err)
	}
}

// naive is the feed that everybody writes first: rows numbered by a database sequence, and seq > cursor. The numbers are
// drawn before the commits, which do not come in their order.
func naive(t *testing.T, where string) func() feed {
	db := postgrestest.Look(t, where)
	db.SetMaxOpenConns(raceWriters + raceReaders)
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE naive (seq bigserial PRIMARY KEY, id text NOT NULL)`); err != nil {
		t.Fatal(err)
	}
	return func() feed {
		return feed{
			write: func(writer, n int) (err error) {
				tx, err := db.Begin()
				if err != nil {
					return err
				}
				defer func() { _ = tx.Rollback() }() // after a commit this does nothing
				for _, part := range []string{"a", "b"} {
					if _, err := tx.Exec(`INSERT INTO naive (id) VALUES ($1)`, fmt.Sprintf("%d-%d-%s", writer, n, part)); err != nil {
						return err
					}
				}
				return tx.Commit()
			},
			read: func(cursor int64) (list []string, next int64, err error) {
				next = cursor
				rows, err := db.Query(`SELECT seq, id FROM naive WHERE seq > $1 ORDER BY seq`, cursor)
				if err != nil {
					return nil, 0, err
				}
				defer func() { err = errors.Join(err, rows.Close()) }()
				for rows.Next() {
					var id string
					if err := rows.Scan(&next, &id); err != nil {
						return nil, 0, err
					}
					list = append(list, id)
				}
				return list, next, rows.Err()
			},
		}
	}
}

// TestNaiveFeedLosesRows is the control: the same race, run by the same code, on a feed of the old kind must lose rows, or
// the test above would prove nothing.
func TestNaiveFeedLosesRows(t *testing.T) {
	const tries = 10
	for try := range tries {
		if missed, half := race(t, naive(t, postgrestest.New(t))); missed > 0 {
			t.Logf("try %d: %d of %d rows missed, half a commit seen %d times", try+1, missed, 2*raceReaders*raceWriters*raceWrites, half)
			return
		}
	}
	t.Errorf("nothing was lost in %d races: the race does not race", tries)
}

// TestNodesStartTogether: several processes that find an empty database at the same moment make its tables once.
func TestNodesStartTogether(t *testing.T) {
	c := postgrestest.Shared(t)
	if err := c.Exec("postgres", "CREATE DATABASE together"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Exec("postgres", "DROP DATABASE together"); err != nil {
			t.Error(err)
		}
	})
	stores := make([]*Store, 6)
	var starting sync.WaitGroup
	for i := range stores {
		starting.Go(func() {
			var err error
			if stores[i], err = Open(t.Context(), c.Address("together")); err != nil {
				t.Error(err)
			}
		})
	}
	starting.Wait()
	for _, s := range stores {
		if s == nil {
			continue
		}
		if s.Epoch() == "" || s.Epoch() != stores[0].Epoch() {
			t.Errorf("epoch %q", s.Epoch())
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestConnectionsHeal: after all connections were cut, whoever writes and reads next notices nothing, or hears of an error
// that blames nobody; and a commit whose answer was cut off is there whole or not at all.
func TestConnectionsHeal(t *testing.T) {
	where := postgrestest.New(t)
	s := openAt(t, where)
	write := func(id string) (int64, error) {
		tx, err := s.Begin(noon)
		if err != nil {
			return 0, err
		}
		tx.Marks = func(schema.Record) []string { return nil }
		tx.Scopes = func(schema.Record) ([]string, error) { return []string{"common"}, nil }
		if err := tx.Put(schema.Record{Kind: "department", ID: id, Root: id, Values: schema.Values{"name": "一"}}); err != nil {
			return 0, errors.Join(err, tx.Abort())
		}
		return tx.Commit()
	}
	head := func() (head int64) {
		t.Helper()
		if err := s.View(t.Context(), func(v *View) error { head = v.Head; return nil }); err != nil {
			t.Fatal(err)
		}
		return head
	}
	if _, err := write("a"); err != nil || head() != 1 {
		t.Fatal(err)
	}
	if n := postgrestest.KillBackends(t, where); n < 2 {
		t.Errorf("%d connections were there", n)
	}
	if seq, err := write("b"); err != nil || seq != 2 {
		t.Errorf("at rest: commit %d, %v", seq, err)
	}
	postgrestest.KillBackends(t, where)
	if head() != 2 {
		t.Error("the reader sees something else")
	}
	// In the middle of a transaction what was read is lost, and nobody is to blame.
	tx := begin(t, s)
	postgrestest.KillBackends(t, where)
	put := tx.Put(schema.Record{Kind: "department", ID: "c", Root: "c", Values: schema.Values{"name": "一"}})
	_, err := tx.Commit()
	if err = errors.Join(put, err); err == nil || IsBlame(err) {
		t.Errorf("cut in the middle: %v", err)
	}
	if err := tx.Abort(); err != nil {
		t.Errorf("after it failed: %v", err)
	}
	err = s.View(t.Context(), func(v *View) error {
		postgrestest.KillBackends(t, where)
		_, err := v.All("department")
		return err
	})
	if err == nil || IsBlame(err) {
		t.Errorf("cut while reading: %v", err)
	}
	if seq, err := write("d"); err != nil || seq != 3 {
		t.Errorf("in the end: commit %d, %v", seq, err)
	}
}

// TestGivenUp: after a statement that the database refuses, PostgreSQL takes nothing more in the transaction. Whatever is
// asked of it then says the same reason, so that the culprit is looked for, and nothing is taken for committed.
func TestGivenUp(t *testing.T) {
	s := openAt(t, postgrestest.New(t))
	tx := begin(t, s)
	put(t, tx, "department", "d", "d", schema.Values{"name": "一"})
	if _, _, err := tx.Record("department", "a\x00b"); err == nil || !IsBlame(err) {
		t.Errorf("a text that PostgreSQL does not know: %v", err)
	}
	if _, _, err := tx.Record("department", "e"); err == nil || !IsBlame(err) {
		t.Errorf("the next: %v", err)
	}
	if seq, err := tx.Commit(); err == nil || !IsBlame(err) {
		t.Errorf("commit %d, %v", seq, err)
	}
	tx = begin(t, s)
	if tx.Head() != 0 {
		t.Errorf("head %d", tx.Head())
	}
	put(t, tx, "department", "d", "d", schema.Values{"name": "一"})
	if seq := commit(t, tx); seq != 1 {
		t.Errorf("commit %d", seq)
	}
}

// TestRestartUnderLoad: a database that is stopped hard and started again while everybody writes: what was acknowledged is
// there, nothing is there twice, and whoever tries again succeeds.
func TestRestartUnderLoad(t *testing.T) {
	c := postgrestest.Start(t, postgrestest.Options{})
	where := c.Database(t)
	stores := []*Store{openAt(t, where), openAt(t, where)}
	open := ours(t, stores)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var acked sync.Map
	var count atomic.Int64
	more := make(chan struct{}, 1)
	writing := sync.WaitGroup{}
	writers, stop := context.WithCancel(ctx)
	for w := range 4 {
		f := open()
		writing.Go(func() {
			for n := 0; writers.Err() == nil; n++ {
				err := f.write(w, n)
				switch {
				case err == nil:
					acked.Store(fmt.Sprintf("%d-%d-", w, n), true)
					count.Add(1)
					select {
					case more <- struct{}{}:
					default:
					}
				case IsBlame(err):
					t.Errorf("blamed: %v", err)
					return
				}
			}
		})
	}
	until := func(want int64) {
		t.Helper()
		for count.Load() < want {
			select {
			case <-more:
			case <-ctx.Done():
				t.Fatalf("%d commits instead of %d", count.Load(), want)
			}
		}
	}
	until(20)
	if err := c.Crash(); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	until(count.Load() + 20)
	stop()
	writing.Wait()
	db := postgrestest.Look(t, where)
	acked.Range(func(key, _ any) bool {
		var rows sql.NullInt64
		if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM record WHERE id = $1 || 'a' OR id = $1 || 'b'`, key).Scan(&rows); err != nil || rows.Int64 != 2 {
			t.Errorf("%s: %d rows, %v", key, rows.Int64, err)
		}
		return true
	})
	if err := stores[0].View(t.Context(), func(v *View) error { return v.Audit(t.Errorf) }); err != nil {
		t.Error(err)
	}
}

// TestSilentDatabase: a database that takes the connection and says nothing keeps nobody waiting.
func TestSilentDatabase(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := silent.Close(); err != nil {
			t.Error(err)
		}
	})
	opened := make(chan error, 1)
	go func() {
		_, err := Open(context.Background(), "postgres://yuzhou:secret@"+silent.Addr().String()+"/yuzhou?sslmode=disable&connect_timeout=1")
		opened <- err
	}()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case err := <-opened:
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	case <-ctx.Done():
		t.Error("it waits still")
	}
}
