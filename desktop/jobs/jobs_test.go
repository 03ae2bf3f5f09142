package jobs_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/desktop/book"
	"yuzhou/desktop/jobs"
	"yuzhou/desktop/replica"
)

// patience is how long a test waits for an effect.
const patience = 20 * time.Second

// TestTimetable: every minute the tick nudges the sync and the lease is counted (SYNC-12), and the book is told of a new day of the company's zone, once.
func TestTimetable(t *testing.T) {
	evening := time.Date(2026, 3, 10, 15, 58, 30, 0, time.UTC) // 23:58:30 in Shanghai
	clk := clockwork.NewFakeClockAt(evening)
	now := func() time.Time { return clk.Now().UTC() }
	r, err := replica.Open(t.TempDir(), now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}()
	b, err := book.OpenPractice(r, now, os.DirFS("../../assets/presets"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	told := make(chan string, 10)
	b.Listen(func() { told <- b.Today() })
	nudged, counted := make(chan struct{}, 10), make(chan struct{}, 10)
	j, err := jobs.New(clk, jobs.Work{
		Replica: r, Book: b, Sync: func() { nudged <- struct{}{} }, Lease: func() error { counted <- struct{}{}; return nil },
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	j.Start()
	defer func() {
		if err := j.Close(); err != nil {
			t.Error(err)
		}
	}()
	for minute := range 3 {
		if err := clk.BlockUntilContext(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		clk.Advance(time.Minute)
		for what, done := range map[string]chan struct{}{"sync": nudged, "count of the lease": counted} {
			select {
			case <-done:
			case <-time.After(patience):
				t.Fatalf("no %s in minute %d", what, minute)
			}
		}
	}
	select {
	case day := <-told:
		if day != "2026-03-11" {
			t.Fatalf("told of %s", day)
		}
	case <-time.After(patience):
		t.Fatal("the book was not told of the new day")
	}
	if len(told) > 0 {
		t.Fatal("told twice")
	}
}
