// Package jobs is the server's timetable: the reclaim run, and upkeep of what would grow for ever.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/jonboulle/clockwork"

	"yuzhou/shared/clock"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

// The timetable. Crontabs are read in UTC; the hub applies the company's zone.
const (
	everyMinute = "* * * * *"
	everyHour   = "7 * * * *"
	everyDay    = "40 19 * * *" // 03:40 in Shanghai, when few laptops are awake
)

// lookEvery is how often a process looks for commits of others by itself, in case a word of them was lost, or, on a
// SQLite file, never comes: the commands of an administrator are processes of their own.
const lookEvery = 15 * time.Second

// keepResults is how long the stored results of mutations stay. It is longer than a laptop retains what it has sent,
// so an answer that was lost is always found again.
const keepResults = 60 * 24 * time.Hour

// stopTimeout is how long Close waits for a job to notice that it should stop.
const stopTimeout = 15 * time.Second

// Jobs is the timetable as a value. It runs from Start to Close.
type Jobs struct {
	hub     *hub.Hub
	clock   clockwork.Clock
	log     *slog.Logger
	elector *elector
	shared  gocron.Scheduler // what one process does for all
	own     gocron.Scheduler // what every process does
	head    store.Link       // of the history, as it was logged last; read and written by one job
	stop    context.CancelFunc
}

// New makes the timetable without starting it. lead takes the lead among the processes on the database (store.TryLead).
func New(h *hub.Hub, lead func(context.Context) (*store.Lead, error), clk clockwork.Clock, log *slog.Logger) (*Jobs, error) {
	ctx, stop := context.WithCancel(context.Background())
	j := &Jobs{hub: h, clock: clk, log: log, elector: &elector{hub: h, try: lead, log: log}, stop: stop}
	if err := j.fill(ctx); err != nil {
		stop()
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return j, nil
}

// fill makes the schedulers and puts the jobs on them.
func (j *Jobs) fill(ctx context.Context) (err error) {
	options := []gocron.SchedulerOption{gocron.WithClock(j.clock), gocron.WithLocation(time.UTC), gocron.WithStopTimeout(stopTimeout)}
	if j.own, err = gocron.NewScheduler(options...); err != nil {
		return err
	}
	if j.shared, err = gocron.NewScheduler(append(options, gocron.WithDistributedElector(j.elector))...); err != nil {
		return err
	}
	look := gocron.NewTask(j.hub.Look)
	if _, err := j.own.NewJob(gocron.DurationJob(lookEvery), look, gocron.WithName("look")); err != nil {
		return err
	}
	// The hub is asked every minute whether a run is due, instead of being rung at a fixed time: so a run is made up
	// at the start, after the machine has slept and after the settings were changed, by whatever process.
	if err := j.add(ctx, everyMinute, "reclaim", j.reclaim); err != nil {
		return err
	}
	if err := j.add(ctx, everyHour, "chain", j.chain); err != nil {
		return err
	}
	return j.add(ctx, everyDay, "prune", j.prune)
}

// add puts one job on the timetable: once at the start, then by the crontab, never twice at the same time. An error
// is logged here, at the edge; the next tick tries again.
func (j *Jobs) add(ctx context.Context, crontab, name string, work func(context.Context) error) error {
	task := func() {
		if err := work(j.elector.under(ctx)); err != nil && ctx.Err() == nil {
			j.log.Error("job failed", slog.String("job", name), slog.String("error", err.Error()))
		}
	}
	_, err := j.shared.NewJob(gocron.CronJob(crontab, false), gocron.NewTask(task), gocron.WithName(name),
		gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartImmediately()))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Start begins the timetable.
func (j *Jobs) Start() {
	j.own.Start()
	j.shared.Start()
}

// Close ends the timetable and waits for what is running.
func (j *Jobs) Close() error {
	j.stop()
	return errors.Join(j.own.Shutdown(), j.shared.Shutdown(), j.elector.close())
}

// reclaim runs what is due, if anything is. A run is a row in the database, so it happens once, whoever asks.
func (j *Jobs) reclaim(ctx context.Context) error {
	due, ok, err := j.hub.DueRun(ctx)
	if err != nil || !ok {
		return err
	}
	report, err := j.hub.Reclaim(ctx, due)
	if err != nil {
		return err
	}
	report.Items = nil // they name customers, who have no place in a log
	j.log.Info("reclaim run", slog.String("due", due.UTC().Format(time.RFC3339)), slog.Any("report", report))
	return nil
}

// prune removes what nobody can ask for any more.
func (j *Jobs) prune(ctx context.Context) error {
	removed, err := j.hub.Prune(ctx, clock.Millis(j.clock.Now().Add(-keepResults)))
	if err != nil {
		return err
	}
	if removed > 0 {
		j.log.Info("pruned", slog.Int64("rows", removed))
	}
	return nil
}

// chain writes the head of the history's chain into the log, when it has moved. Whoever makes the chain anew in the
// database cannot make this line anew where the log was copied to.
func (j *Jobs) chain(ctx context.Context) error {
	head, err := j.hub.HistoryHead(ctx)
	if err != nil || head == j.head || head.Seq == 0 {
		return err
	}
	j.head = head
	j.log.Info("chain head", slog.Int64("seq", head.Seq), slog.String("sum", head.Sum))
	return nil
}
