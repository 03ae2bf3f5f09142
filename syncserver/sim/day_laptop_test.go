package sim_test

import (
	"context"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/clock"
)

// dayLaptop is a data folder with what the desktop program has open on it: replica, book, syncer. Nothing runs beside
// the test: it says when there is a sync, and has a whole day in a second.
type dayLaptop struct {
	t       *testing.T
	folder  string
	server  string
	cable   *cable
	replica *replica.Replica
	book    *book.Book
	syncer  *syncer.Syncer
}

// cable is the network of a laptop, which can be pulled out.
type cable struct{ out bool }

// RoundTrip implements http.RoundTripper.
func (c *cable) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.out {
		return nil, syscall.ENETUNREACH
	}
	return http.DefaultTransport.RoundTrip(r)
}

func newDayLaptop(t *testing.T, name, server string) *dayLaptop {
	t.Helper()
	l := &dayLaptop{t: t, folder: filepath.Join(t.TempDir(), name), server: server, cable: &cable{}}
	l.switchOn()
	t.Cleanup(l.switchOff)
	return l
}

func (l *dayLaptop) client() *http.Client { return &http.Client{Transport: l.cable} }

// switchOn opens what a start of the program opens: with a book in the folder that too.
func (l *dayLaptop) switchOn() {
	l.t.Helper()
	var err error
	if l.replica, err = replica.Open(l.folder, clock.System); err != nil {
		l.t.Fatal(err)
	}
	account, err := l.replica.Account()
	if err != nil {
		l.t.Fatal(err)
	}
	if account.User != "" {
		l.goOn()
	}
}

// goOn opens the book, where the first sync is complete, and the way to the server.
func (l *dayLaptop) goOn() {
	l.t.Helper()
	status, err := l.replica.Status()
	if err != nil {
		l.t.Fatal(err)
	}
	if status.Published && l.book == nil {
		if l.book, err = book.Open(l.replica, clock.System); err != nil {
			l.t.Fatal(err)
		}
	}
	if l.syncer == nil {
		if l.syncer, err = syncer.New(l.replica, syncer.Options{Client: l.client()}); err != nil {
			l.t.Fatal(err)
		}
	}
}

// switchOff closes it all, as the end of the program does.
func (l *dayLaptop) switchOff() {
	if l.syncer != nil {
		l.syncer.Close()
		l.syncer = nil
	}
	if l.book != nil {
		l.book.Close()
		l.book = nil
	}
	if err := l.replica.Close(); err != nil {
		l.t.Error(err)
	}
}

func (l *dayLaptop) logIn(login, password string) {
	l.t.Helper()
	_, err := syncer.SignIn(l.t.Context(), l.replica, l.client(), syncer.Credentials{
		Address: l.server, Login: login, Password: password, Device: "scripted day",
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.goOn()
}

// sync syncs once; the first time the book opens after it.
func (l *dayLaptop) sync() (syncer.Report, error) {
	l.t.Helper()
	report, err := l.syncer.Once(context.Background())
	l.goOn()
	return report, err
}

// status is what the status bar says.
func (l *dayLaptop) status() screen.Status {
	s := screen.Status{State: screen.Online, LastSync: l.syncer.Status().LastSync}
	if l.cable.out {
		s.State = screen.Offline
	}
	return s
}
