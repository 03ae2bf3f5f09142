package sim

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/desktop/book"
	"yuzhou/desktop/session"
	"yuzhou/desktop/syncer"
	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// patience is how long a test waits for an effect.
const patience = 20 * time.Second

// tenure is the whole program on a laptop, without its window: a session on a real folder, with a timetable and a clock that
// the test moves.
type tenure struct {
	*session.Session
	o     *office
	t     *testing.T
	dir   string
	line  *line
	ticks *clockwork.FakeClock
	ahead atomic.Int64 // of the laptop's clock, ms
}

func (o *office) tenure(t *testing.T) *tenure {
	t.Helper()
	l := &tenure{o: o, t: t, dir: t.TempDir(), line: &line{}}
	l.line.plugged.Store(true)
	l.open()
	return l
}

func (l *tenure) open() {
	l.t.Helper()
	l.ticks = clockwork.NewFakeClockAt(monday)
	s, err := session.Open(l.dir, session.Options{
		Clock: l.clock, Presets: os.DirFS("../../assets/presets"), Client: &http.Client{Transport: l.line},
		Log: slog.New(slog.DiscardHandler), Version: "test", Ticks: l.ticks,
	})
	l.o.must(err)
	l.t.Cleanup(func() { l.o.must(s.Close()) })
	l.Session = s
}

func (l *tenure) clock() time.Time {
	return l.o.clock().Add(time.Duration(l.ahead.Load()) * time.Millisecond)
}

// turn turns the laptop's clock by so many days from the right time.
func (l *tenure) turn(days int64) { l.ahead.Store(days * (24 * time.Hour).Milliseconds()) }

func (l *tenure) restart() {
	l.t.Helper()
	l.o.must(l.Close())
	l.open()
}

// logIn logs in, and makes the first sync where there was none.
func (l *tenure) logIn(name string) error {
	l.t.Helper()
	err := l.Login(l.t.Context(), login.Credentials{Server: l.o.url, Login: name, Password: password})
	if err == nil && l.Book() == nil {
		err = l.FirstSync(l.t.Context(), func(screen.Status) {})
	}
	return err
}

// timers are those of the timetable: the day, others, the lease, the sync, upkeep.
const timers = 5

// tick lets a minute of the timetable pass.
func (l *tenure) tick() {
	l.t.Helper()
	ctx, stop := context.WithTimeout(l.t.Context(), patience)
	defer stop()
	l.o.must(l.ticks.BlockUntilContext(ctx, timers))
	l.ticks.Advance(time.Minute)
}

// until waits for an effect that is told with the contact to the server.
func (l *tenure) until(what string, seen func() bool) {
	l.t.Helper()
	told := make(chan struct{}, 1)
	defer l.Listen(func() {
		select {
		case told <- struct{}{}:
		default:
		}
	})()
	late := time.After(patience)
	for !seen() {
		select {
		case <-told:
		case <-late:
			l.t.Fatalf("%s did not come: %+v", what, l.Status())
		}
	}
}

func (l *tenure) locked() bool { return l.Status().State == screen.Locked }

// unsent counts what waits in an open book.
func (l *tenure) unsent() int {
	l.t.Helper()
	entries, err := l.Book().Outbox()
	l.o.must(err)
	return len(entries)
}

// TestLeaseEnds (SYNC-12): a laptop that was too long without its server warns, then closes the book while it runs, stays
// closed over a restart and a clock that is turned back, and to another account; the same person logs in, finds everything,
// and what he typed is sent.
func TestLeaseEnds(t *testing.T) {
	o := openOffice(t)
	l := o.tenure(t)
	o.must(l.logIn("zhang"))
	id, err := l.Book().Create("customer", "", schema.Values{"name": "苏州恒达精密"})
	o.must(err)
	l.until("the customer's way to the server", func() bool { return l.unsent() == 0 })
	l.line.plugged.Store(false)
	o.must(l.Book().Set("customer", id, schema.Values{"address": "木渎镇金枫路 216 号"}))

	o.pass(11 * 24 * time.Hour)
	l.tick()
	l.until("the warning", func() bool { return l.Status().Lease == 3 })
	o.pass(3 * 24 * time.Hour)
	l.tick() // a sync is tried before the book is closed
	l.until("the last day's end", func() bool { return l.Status().Lease == 0 })
	l.tick()
	l.until("the lock", l.locked)
	st := l.Status()
	want(t, "what is told", st.Fault.Code, fault.LeaseEnded)
	want(t, "days told", st.Fault.Params["Days"], "14")
	want(t, "changes told", st.Unsent, int64(1))
	if l.Book() != nil {
		t.Fatal("the book is open")
	}

	l.turn(-12)
	l.restart()
	want(t, "locked with the clock turned back", l.locked(), true)
	want(t, "a login without a network", fault.CodeOf(l.logIn("zhang")), fault.Offline)
	l.line.plugged.Store(true)
	want(t, "another account", fault.CodeOf(l.logIn("wang")), fault.OtherAccount)
	if !l.locked() || l.Book() != nil {
		t.Fatal("a login that was refused has opened the book")
	}

	o.must(l.logIn("zhang"))
	if l.locked() || l.Book() == nil {
		t.Fatal("a login has not opened the book")
	}
	l.until("the push", func() bool { return l.unsent() == 0 })
	want(t, "what was typed", o.record("customer", id).Text("address"), "木渎镇金枫路 216 号")
	l.restart()
	want(t, "locked after the login", l.locked(), false)
}

// TestLeaseAtStart (SYNC-12): a laptop that comes out of a drawer is locked although the server is in reach. A sync without
// a window, which shows nothing, still works with a token that counts, and begins the lease anew.
func TestLeaseAtStart(t *testing.T) {
	o := openOffice(t)
	l := o.tenure(t)
	o.must(l.logIn("zhang"))
	o.must(l.Close())
	o.pass(15 * 24 * time.Hour)
	l.open()
	if !l.locked() || l.Book() != nil {
		t.Fatal("the book is open")
	}
	l.restart()
	want(t, "locked at the next start", l.locked(), true)

	o.must(l.Close())
	var out bytes.Buffer
	code := syncer.OnceCommand(t.Context(), syncer.Command{Dir: l.dir, Client: &http.Client{Transport: l.line}, Clock: l.clock}, &out)
	if code != syncer.ExitSynced {
		t.Fatalf("the sync without a window: %d %s", code, &out)
	}
	l.open()
	want(t, "locked after a sync", l.locked(), false)
}

// TestLeaseLeap (SYNC-12): a clock that leaps while the server is in reach locks nobody: a laptop that wakes up, one whose
// clock is set right.
func TestLeaseLeap(t *testing.T) {
	o := openOffice(t)
	l := o.tenure(t)
	l.turn(-5 * 365) // its battery is dead
	o.must(l.logIn("zhang"))
	l.until("rest", func() bool { return l.Status().State == screen.Online })
	l.turn(0)
	for range 3 {
		l.tick()
		l.until("a sync", func() bool { return l.Status().LastSync.Equal(l.clock()) })
	}
	o.must(l.Close())
	want(t, "locked", l.locked(), false)
}

// TestLeaseOfTheCompany (SYNC-12): the days are the company's, and come to the laptops like every setting.
func TestLeaseOfTheCompany(t *testing.T) {
	o := openOffice(t)
	l := o.tenure(t)
	o.must(l.logIn("zhang"))
	arrives := func(days int64) {
		t.Helper()
		o.put("settings", crm.SettingsID, schema.Values{"lease_days": days})
		l.SyncNow()
		l.until("the setting", func() bool {
			settings := l.Book().Settings()
			return settings.Has("lease_days") && settings.Int("lease_days") == days
		})
		o.must(l.Close())
	}
	arrives(2)
	o.pass(2 * 24 * time.Hour)
	l.open()
	want(t, "locked after two days", l.locked(), true)
	o.must(l.logIn("zhang"))
	arrives(0)
	o.pass(60 * 24 * time.Hour)
	l.open()
	want(t, "locked without a lease", l.locked(), false)
}

// TestNothingToLock (SYNC-12): a first sync that is not complete goes on after weeks; a practice book never ends.
func TestNothingToLock(t *testing.T) {
	o := openOffice(t)
	l := o.tenure(t)
	l.line.cutAt.Store(1)
	want(t, "a first sync that breaks", fault.CodeOf(l.logIn("zhang")), fault.Offline)
	o.must(l.Close())
	o.pass(60 * 24 * time.Hour)
	l.open()
	want(t, "locked without a book", l.locked(), false)
	o.must(l.FirstSync(t.Context(), func(screen.Status) {}))
	if l.Book() == nil {
		t.Fatal("there is no book after the first sync")
	}

	trial := o.tenure(t)
	o.must(trial.Practice(t.Context()))
	o.pass(3 * 365 * 24 * time.Hour)
	trial.restart()
	want(t, "a practice book is locked", trial.locked(), false)
	if ids, err := trial.Book().IDs(book.Query{Kind: "customer", View: book.ViewMine}); err != nil || len(ids) == 0 {
		t.Fatalf("the practice book holds %d customers, %v", len(ids), err)
	}
}
