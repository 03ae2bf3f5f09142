package jobs_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/jonboulle/clockwork"

	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/jobs"
	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// node is one of several processes on a database, as far as its timetable goes.
type node struct {
	core      *server.Core
	timetable *jobs.Jobs
	log       *lockedLog
}

// nodes are processes on a real PostgreSQL under one clock, with a company in it.
func nodes(t *testing.T, n int) (all []node, clk *clockwork.FakeClock, db *sql.DB) {
	t.Helper()
	address := postgrestest.New(t)
	clk = clockwork.NewFakeClockAt(ten)
	for i := range n {
		a := node{log: &lockedLog{}}
		var err error
		if a.core, err = server.OpenAt(t.Context(), address, clk, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.core.Close(); err != nil {
				t.Error(err)
			}
		})
		if i == 0 {
			seed(t, a.core)
		}
		log := slog.New(slog.NewJSONHandler(a.log, nil)).With("node", i)
		if a.timetable, err = jobs.New(a.core.Hub, a.core.Lead, clk, log); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := a.timetable.Close(); err != nil {
				t.Error(err)
			}
		})
		all = append(all, a)
	}
	return all, clk, postgrestest.Look(t, address)
}

// held gives the administrator customers that a run will take.
func held(t *testing.T, core *server.Core, count int) {
	t.Helper()
	users, err := core.Hub.List(t.Context(), hub.System, "user")
	if err != nil {
		t.Fatal(err)
	}
	var rows []hub.ImportRow
	for i := range count {
		rows = append(rows, hub.ImportRow{Customer: hub.Values{"name": fmt.Sprintf("第 %d 渔具厂", i)}, Owner: users[0].ID})
	}
	if _, err := core.Hub.Import(t.Context(), hub.System, rows); err != nil {
		t.Fatal(err)
	}
}

// number reads one number of the database.
func number(t *testing.T, db *sql.DB, text string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), text).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const (
	finishedRuns = `SELECT count(*) FROM run WHERE finished <> 0`
	digests      = `SELECT count(*) FROM record WHERE kind = 'notice' AND body ->> 'code' = 'reclaimed_digest'`
	taken        = `SELECT count(*) FROM record WHERE kind = 'holding_change' AND body ->> 'how' = 'reclaimed'`
	leading      = `SELECT count(*) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'advisory' AND l.granted
		WHERE a.datname = current_database()`
)

// told counts in the logs of all how often a line came.
func told(all []node, line string) (count int) {
	for _, a := range all {
		count += strings.Count(a.log.String(), line)
	}
	return count
}

// Three nodes on one database: each due run is made once, by one of them; when the leader goes another one takes over
// (REC-12, I10).
func TestEachRunOnceOnThreeNodes(t *testing.T) {
	all, clk, db := nodes(t, 3)
	held(t, all[0].core, 3)
	clk.Advance(100 * 24 * time.Hour)
	for _, a := range all {
		a.timetable.Start()
	}
	waitUntil(t, func() bool { return told(all, "reclaim run") == 1 })
	once := number(t, db, digests)
	due := clk.Now()
	for round := 1; round <= 3; round++ {
		due = due.Add(20 * time.Minute)
		minute := due.In(time.FixedZone("", 8*3600)).Format("15:04")
		if _, err := all[round%3].core.Hub.Put(t.Context(), hub.System, "settings", "settings", hub.Values{"reclaim_at": minute}); err != nil {
			t.Fatal(err)
		}
		movedUntil(t, clk, func() bool { return number(t, db, finishedRuns) == round+1 })
		if round == 2 { // in order; the lead goes on at once
			for _, a := range all {
				if strings.Contains(a.log.String(), "reclaim run") {
					if err := a.timetable.Close(); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	waitUntil(t, func() bool { return told(all, "reclaim run") >= 4 })
	if runs, lines, now := number(t, db, `SELECT count(*) FROM run`), told(all, "reclaim run"), number(t, db, digests); runs != 4 || lines != 4 || now != once {
		t.Errorf("%d runs, %d times told, digests %d then %d", runs, lines, once, now)
	}
}

// The database ends the session of the leader in the middle of a run: another node leads, the run is finished, and nothing
// in it has happened twice (I10).
func TestTheLeaderIsCutOffInARun(t *testing.T) {
	all, clk, db := nodes(t, 3)
	const customers = 2000 // in many slices, so that the run is not over before it is stopped
	held(t, all[0].core, customers)
	clk.Advance(100 * 24 * time.Hour)
	for _, a := range all {
		a.timetable.Start()
	}
	waitUntil(t, func() bool { return number(t, db, `SELECT count(*) FROM run WHERE after <> ''`) == 1 })
	// Nothing can be written now, so the leader stands still in the middle of its run.
	freeze, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := freeze.ExecContext(t.Context(), `SELECT seq FROM counter FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	if number(t, db, finishedRuns) != 0 {
		t.Fatal("the run was over before it could be stopped")
	}
	waitUntil(t, func() bool { return number(t, db, leading) == 1 })
	if got := number(t, db, strings.Replace(leading, "count(*)", "count(*) FILTER (WHERE pg_terminate_backend(a.pid))", 1)); got != 1 {
		t.Fatalf("%d sessions were ended", got)
	}
	waitUntil(t, func() bool { return number(t, db, leading) == 0 })
	movedUntil(t, clk, func() bool { return number(t, db, leading) == 1 }) // another one has taken the lead
	if err := freeze.Rollback(); err != nil {
		t.Fatal(err)
	}
	movedUntil(t, clk, func() bool { return number(t, db, finishedRuns) == 1 })
	if runs, items := number(t, db, `SELECT count(*) FROM run`), number(t, db, `SELECT count(*) FROM run_item WHERE verdict = 'reclaimed'`); runs != 1 || items != customers {
		t.Errorf("%d runs took %d customers", runs, items)
	}
	people := number(t, db, `SELECT count(DISTINCT body ->> 'user') FROM record WHERE kind = 'notice' AND body ->> 'code' = 'reclaimed_digest'`)
	if got := number(t, db, digests); got != people || people == 0 {
		t.Errorf("%d digests for %d people", got, people)
	}
	if got := number(t, db, taken); got != customers {
		t.Errorf("%d customers were taken, %d times", customers, got)
	}
}

// locker is the other thing that gocron offers: a lock around each run, and no leader.
type locker struct{ core *server.Core }

// Lock implements gocron.Locker: it waits for its turn.
func (l locker) Lock(ctx context.Context, _ string) (gocron.Lock, error) {
	for {
		lead, err := l.core.Lead(ctx)
		if err != nil {
			return nil, err
		}
		if lead != nil {
			return lock{lead}, nil
		}
	}
}

type lock struct{ lead *store.Lead }

// Unlock implements gocron.Lock.
func (l lock) Unlock(context.Context) error { return l.lead.Release() }

// The control: with a lock around each run instead of a leader, three nodes make each tick three times, one after the
// other.
func TestALockAloneRunsEverythingOnEachNode(t *testing.T) {
	all, clk, _ := nodes(t, 3)
	var ticks atomic.Int32
	for _, a := range all {
		s, err := gocron.NewScheduler(gocron.WithClock(clk), gocron.WithLocation(time.UTC), gocron.WithDistributedLocker(locker{a.core}))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.NewJob(gocron.CronJob("0 3 * * *", false), gocron.NewTask(func() { ticks.Add(1) }), gocron.WithName("tick")); err != nil {
			t.Fatal(err)
		}
		s.Start()
		t.Cleanup(func() {
			if err := s.Shutdown(); err != nil {
				t.Error(err)
			}
		})
	}
	if err := clk.BlockUntilContext(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	clk.Advance(time.Hour) // to eleven, when each is due once
	waitUntil(t, func() bool { return ticks.Load() == 3 })
}
