// Package jobs is the desktop's timetable: the sync tick, the new day, upkeep of the file.
package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/jonboulle/clockwork"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
)

// How often things happen. Whether the day is a new one is asked every minute instead of at midnight: a laptop sleeps at
// midnight, and the company's zone is not the machine's. So is the lease: one that wakes up after weeks is asked within a
// minute.
const (
	tick       = time.Minute
	dayCheck   = time.Minute
	leaseCheck = time.Minute
	upkeepTurn = time.Hour
)

// stopTimeout is how long Close waits for a job.
const stopTimeout = 10 * time.Second

// Work is what the timetable is for.
type Work struct {
	Replica *replica.Replica
	Book    *book.Book
	Sync    func()       // nudges the syncer; nil in a practice book
	Lease   func() error // counts the lease; nil in a practice book
	Log     *slog.Logger
}

// Jobs is the timetable as a value. It runs from Start to Close.
type Jobs struct {
	work      Work
	scheduler gocron.Scheduler

	mu  sync.Mutex
	day string // the last day whose beginning the book was told
}

// turn is one line of the timetable.
type turn struct {
	name  string
	every time.Duration
	run   func() error
}

// New makes the timetable without starting it.
func New(clk clockwork.Clock, w Work) (*Jobs, error) {
	scheduler, err := gocron.NewScheduler(gocron.WithClock(clk), gocron.WithLocation(time.UTC), gocron.WithStopTimeout(stopTimeout))
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	j := &Jobs{work: w, scheduler: scheduler, day: w.Book.Today()}
	table := []turn{
		{"day", dayCheck, j.newDay},
		{"others", tick, w.Replica.LookAround},
		{"upkeep", upkeepTurn, w.Replica.Upkeep},
	}
	if w.Sync != nil {
		table = append(table, turn{"sync", tick, func() error { w.Sync(); return nil }})
	}
	if w.Lease != nil {
		table = append(table, turn{"lease", leaseCheck, w.Lease})
	}
	for _, t := range table {
		if err := j.add(t.name, t.every, t.run); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// add puts a job on the timetable. An error is logged here, at the edge; the next turn tries again.
func (j *Jobs) add(name string, every time.Duration, run func() error) error {
	task := func() {
		if err := run(); err != nil {
			j.work.Log.LogAttrs(context.Background(), slog.LevelError, "job failed", slog.String("job", name), slog.String("error", err.Error()))
		}
	}
	_, err := j.scheduler.NewJob(gocron.DurationJob(every), gocron.NewTask(task), gocron.WithName(name),
		gocron.WithSingletonMode(gocron.LimitModeReschedule))
	if err != nil {
		return fmt.Errorf("jobs: %s: %w", name, err)
	}
	return nil
}

// Start begins the timetable.
func (j *Jobs) Start() { j.scheduler.Start() }

// Close ends the timetable and waits for what is running.
func (j *Jobs) Close() error { return j.scheduler.Shutdown() }

// newDay tells the book once when the day of the company's zone has changed.
func (j *Jobs) newDay() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	today := j.work.Book.Today()
	if today == j.day {
		return nil
	}
	if err := j.work.Book.NewDay(); err != nil {
		return err
	}
	j.day = today
	return nil
}
