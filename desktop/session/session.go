// Package session is what stands on one data folder while the program runs: the replica, the book, the syncer and the
// timetable, from the first login to the way out. It gives the window its Port and knows no widget.
package session

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"sync"

	"github.com/jonboulle/clockwork"

	"yuzhou/desktop/book"
	"yuzhou/desktop/jobs"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/settings"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// Options are what a session needs beside its folder.
type Options struct {
	Clock   clock.Clock
	Presets fs.FS        // what a practice book begins with (assets/presets)
	Client  *http.Client // nil: the usual one with timeouts
	Log     *slog.Logger
	Version string
	Ticks   clockwork.Clock // what the timetable runs by; nil: the machine's clock
}

// Session is one open data folder. It is safe for use by several goroutines.
type Session struct {
	data    string
	o       Options
	replica *replica.Replica
	failed  syncer.Failures // of this run, whoever is logged in

	mu        sync.Mutex
	work      *work // nil while nobody is logged in, and while the book is locked
	locked    *lock // nil while it is not
	listeners map[int]func()
	next      int
	ending    sync.WaitGroup // of books that were locked
}

// work is what runs while somebody is logged in.
type work struct {
	book   *book.Book     // nil before the first sync is complete
	syncer *syncer.Syncer // nil in a practice book
	jobs   *jobs.Jobs
	lease  replica.Lease // as it was counted last
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Open opens the data folder and goes on where it was left: the book, or the first sync, or the login.
func Open(data string, o Options) (*Session, error) {
	if o.Ticks == nil {
		o.Ticks = clockwork.NewRealClock()
	}
	r, err := replica.Open(data, o.Clock)
	if err != nil {
		return nil, err
	}
	s := &Session{data: data, o: o, replica: r, listeners: map[int]func(){}}
	if err := s.resume(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return s, nil
}

// resume opens what the folder holds.
func (s *Session) resume() error {
	status, err := s.replica.Status()
	if err != nil {
		return err
	}
	account, err := s.replica.Account()
	if err != nil {
		return err
	}
	switch {
	case status.Practice:
		b, err := book.OpenPractice(s.replica, s.o.Clock, s.o.Presets)
		if err != nil {
			return err
		}
		return s.begin(&work{book: b})
	case account.Token == "":
		return nil
	}
	lease, err := s.replica.CountLease()
	if err != nil {
		return err
	}
	if lease.Ended() {
		return s.refuse(lease)
	}
	sy, err := syncer.New(s.replica, syncer.Options{Client: s.o.Client, Log: s.o.Log, Failures: &s.failed})
	if err != nil {
		return err
	}
	w := &work{syncer: sy, lease: lease}
	if status.Published {
		if w.book, err = book.Open(s.replica, s.o.Clock); err != nil {
			return err
		}
	}
	return s.begin(w)
}

// begin starts what runs beside the window: the timetable and, for a book that has a server, the sync.
func (s *Session) begin(w *work) error {
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	if w.syncer != nil {
		w.syncer.Listen(func(st syncer.Status) { s.synced(w, st) })
	}
	if w.book != nil {
		plan := jobs.Work{Replica: s.replica, Book: w.book, Log: s.o.Log}
		if w.syncer != nil {
			plan.Sync, plan.Lease = w.syncer.Nudge, func() error { return s.countLease(w) }
		}
		timetable, err := jobs.New(s.o.Ticks, plan)
		if err != nil {
			stop()
			return err
		}
		w.jobs = timetable
		timetable.Start()
		if w.syncer != nil {
			w.done.Go(func() { w.syncer.Run(ctx) })
		}
	}
	s.mu.Lock()
	s.work, s.locked = w, nil
	s.mu.Unlock()
	return nil
}

// end stops what runs beside the window. The folder stays open.
func (s *Session) end() error {
	s.mu.Lock()
	w := s.work
	s.work = nil
	s.mu.Unlock()
	s.ending.Wait()
	if w == nil {
		return nil
	}
	return w.end()
}

func (w *work) end() error {
	w.stop()
	var err error
	if w.jobs != nil {
		err = w.jobs.Close()
	}
	w.done.Wait()
	if w.syncer != nil {
		w.syncer.Close()
	}
	if w.book != nil {
		w.book.Close()
	}
	return err
}

// Close stops everything and closes the folder.
func (s *Session) Close() error { return errors.Join(s.end(), s.replica.Close()) }

func (s *Session) now() *work {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.work
}

// Book is the open book, nil before the first sync is complete and while the book is locked.
func (s *Session) Book() *book.Book {
	if w := s.now(); w != nil {
		return w.book
	}
	return nil
}

// Login checks name and password at a server, keeps the session and goes on with it.
func (s *Session) Login(ctx context.Context, c login.Credentials) error {
	name, err := os.Hostname()
	if err != nil { // a laptop without a name is still a laptop
		name = "laptop"
	}
	_, err = syncer.SignIn(ctx, s.replica, s.o.Client, syncer.Credentials{
		Address: c.Server, Login: c.Login, Password: c.Password, Device: name,
	})
	if err != nil {
		s.failed.Note(s.o.Clock(), syncer.PhaseLogin, err)
		return err
	}
	// What was open may have been somebody else's.
	if err := s.end(); err != nil {
		return err
	}
	return s.resume()
}

// Practice makes the practice book and opens it.
func (s *Session) Practice(context.Context) error {
	b, err := book.OpenPractice(s.replica, s.o.Clock, s.o.Presets)
	if err != nil {
		return err
	}
	return s.begin(&work{book: b})
}

// Saved is the word of the rescue of a damaged file that lies in the tray, nil when there is none. After a rescue the first
// sync comes once more, and the tray is not in sight yet.
func (s *Session) Saved() error {
	items, err := s.replica.Tray()
	if err != nil {
		s.o.Log.Error("read the tray", "error", err)
		return nil
	}
	for _, item := range items {
		if item.Type == replica.TrayNotice && item.Fault != nil && item.Fault.Code == fault.ReplicaSaved {
			return item.Fault
		}
	}
	return nil
}

// FirstSync fetches everything for the first time, telling how far it is, and opens the book. It carries on where the
// last try stopped.
func (s *Session) FirstSync(ctx context.Context, tell func(screen.Status)) error {
	w := s.now()
	if w == nil || w.syncer == nil {
		return errNoServer
	}
	quiet := w.syncer.Listen(func(st syncer.Status) { tell(statusOf(st)) })
	_, err := w.syncer.Once(ctx)
	quiet()
	if err != nil {
		return err
	}
	if err := s.end(); err != nil {
		return err
	}
	return s.resume()
}

// LogOut ends the session; what is on this computer stays for the next login. A practice book is removed.
func (s *Session) LogOut(ctx context.Context) error {
	practice := s.Book() != nil && s.Book().Practice()
	if err := s.end(); err != nil {
		return err
	}
	if practice {
		return s.replica.Clear()
	}
	return syncer.SignOut(ctx, s.replica, s.o.Client)
}

// SyncNow asks for a sync at once.
func (s *Session) SyncNow() {
	if w := s.now(); w != nil && w.syncer != nil {
		w.syncer.Now()
	}
}

// AllowRemoval lets the next sync remove as much as the server says, and starts it.
func (s *Session) AllowRemoval() error {
	if err := s.replica.AllowRemoval(); err != nil {
		return err
	}
	s.SyncNow()
	return nil
}

// Rescan has everything fetched anew, and starts it. What is unsent stays.
func (s *Session) Rescan() error {
	if err := s.replica.Rescan(); err != nil {
		return err
	}
	s.SyncNow()
	return nil
}

// errNoServer: what was asked for needs somebody who is logged in.
var errNoServer = errors.New("session: nobody is logged in")

// SaveSync writes what waits for the server into a sync file, and gives the number of changes (SYNC-15).
func (s *Session) SaveSync(out io.Writer) (changes int, err error) {
	w := s.now()
	if w == nil || w.syncer == nil {
		return 0, errNoServer
	}
	return w.syncer.SaveFile(out)
}

// ReadSync takes the answer to the sync file that was saved last; it gives how many changes were answered and how many rows
// came.
func (s *Session) ReadSync(in io.Reader) (changes, rows int, err error) {
	w := s.now()
	if w == nil || w.syncer == nil {
		return 0, 0, errNoServer
	}
	report, err := w.syncer.ReadFile(context.Background(), in)
	return report.Pushed + report.Refused, report.PulledRows, err
}

// Status tells how the last contact with the server went.
func (s *Session) Status() screen.Status {
	s.mu.Lock()
	w, locked := s.work, s.locked
	var left int64
	if w != nil {
		left = w.lease.Left()
	}
	s.mu.Unlock()
	switch {
	case w == nil && locked != nil:
		return locked.status()
	case w == nil:
		return screen.Status{State: screen.Offline}
	case w.syncer == nil:
		return screen.Status{State: screen.Practising}
	}
	out := statusOf(w.syncer.Status())
	out.Lease = left
	return out
}

func statusOf(st syncer.Status) screen.Status {
	out := screen.Status{
		State: screen.Offline, Done: st.Done, Total: st.Total, LastSync: st.LastSync, Fault: st.Fault, Skew: st.Skew,
	}
	switch {
	case st.Paused:
		out.State = screen.NeedsLogin
	case st.Syncing:
		out.State = screen.Syncing
	case st.Fault != nil && st.Fault.Code == fault.MassRemoval:
		out.State = screen.Halted
	case st.Online:
		out.State = screen.Online
	}
	return out
}

// Listen has changed called, on any goroutine, when the contact with the server changes.
func (s *Session) Listen(changed func()) (stop func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.next
	s.next++
	s.listeners[id] = changed
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, id)
	}
}

func (s *Session) tell() {
	s.mu.Lock()
	told := make([]func(), 0, len(s.listeners))
	for _, changed := range s.listeners {
		told = append(told, changed)
	}
	s.mu.Unlock()
	for _, changed := range told {
		changed()
	}
}

// Account tells who is logged in where.
func (s *Session) Account() settings.Account {
	out := settings.Account{Data: s.data, Version: s.o.Version}
	account, err := s.replica.Account()
	if err != nil {
		s.o.Log.Error("read account", "error", err)
		return out
	}
	out.Server, out.LoggedIn, out.Known = account.Address, account.Token != "", account.User != ""
	if name, err := os.Hostname(); err == nil {
		out.Device = name
	}
	return out
}
