package world

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/fault"
)

// laptop is a person's machine: a real file, the real book, the real syncer, and a line to the office that misfortunes
// come over.
type laptop struct {
	w     *world
	place int
	login string
	me    string // id of the user
	skew  time.Duration
	rows  int
	line  *line

	dir    string
	lives  int // how many files it has had
	r      *replica.Replica
	y      *syncer.Syncer
	b      *book.Book
	db     *sql.DB           // for looking at the file
	spoilt bool              // its file was damaged
	full   bool              // its disk
	kept   map[string]*entry // what was typed here and is not settled
	saw    map[key]int64
	cursor int64
	epoch  string
	images []string // copies of the file of earlier days
}

// laptop gives the person at a place of the cast a machine, used before or new.
func (w *world) laptop(i int, s seat) *laptop {
	c := cast[s.Place]
	l := &laptop{w: w, place: i, login: c.login, me: w.base.Users[c.login], skew: s.Skew, rows: s.Rows, saw: map[key]int64{}, kept: map[string]*entry{}}
	l.line = newLine(w, l)
	l.dir = filepath.Join(w.dir, fmt.Sprintf("laptop%d-0", i))
	w.must(os.MkdirAll(l.dir, 0o700))
	if !s.Blank && w.base.ready {
		copyFile(w.t, filepath.Join(w.base.dir, fmt.Sprintf("seat%d.db", s.Place)), filepath.Join(l.dir, replica.FileName))
	}
	w.laptops = append(w.laptops, l)
	l.open()
	return l
}

func (l *laptop) clock() time.Time { return l.w.now().Add(l.skew) }

// open opens the file as the program does at its start.
func (l *laptop) open() {
	var err error
	l.r, err = replica.Open(l.dir, l.clock)
	l.w.must(err)
	l.db, err = sql.Open("sqlite3", "file:"+filepath.Join(l.dir, replica.FileName)+"?_busy_timeout=10000&_query_only=true")
	l.w.must(err)
	l.db.SetMaxOpenConns(1)
	l.enter()
}

// enter opens what needs somebody who has logged in.
func (l *laptop) enter() {
	account, err := l.r.Account()
	l.w.must(err)
	if account.Token == "" {
		return
	}
	l.w.mu.Lock()
	l.w.users["Bearer "+account.Token] = account.User
	l.w.mu.Unlock()
	if l.y != nil {
		return
	}
	l.y, err = syncer.New(l.r, syncer.Options{Client: l.line.client(), PageRows: l.rows, Wait: nil})
	l.w.must(err)
	l.openBook()
}

// openBook opens the book; half a book does not open.
func (l *laptop) openBook() {
	if l.b != nil {
		return
	}
	b, err := book.Open(l.r, l.clock)
	if errors.Is(err, book.ErrUnpublished) {
		return
	}
	l.w.must(err)
	l.b = b
}

// end closes the file; what comes over the line meanwhile is lost.
func (l *laptop) end() {
	l.line.shut()
	if l.b != nil {
		l.b.Close()
	}
	if l.y != nil {
		l.y.Close()
	}
	if err := errors.Join(l.db.Close(), l.r.Close()); err != nil {
		l.w.fail(stuck, "%s: closing: %v", l, err)
	}
	l.b, l.y, l.r, l.db, l.full = nil, nil, nil, nil, false
}

// String names a laptop in what is told of it.
func (l *laptop) String() string { return fmt.Sprintf("laptop %d (%s)", l.place, l.login) }

// image copies the file as it is on the disk at this moment: what a machine finds that loses its power.
func (l *laptop) image() string {
	l.w.mu.Lock()
	l.lives++
	dir := filepath.Join(l.w.dir, fmt.Sprintf("laptop%d-%d", l.place, l.lives))
	l.w.mu.Unlock()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		l.w.fail(stuck, "%v", err)
	}
	// The program may be writing. A reader keeps the log from being begun anew, so that file and log fit together.
	reader, err := l.db.Begin()
	if err == nil {
		err = reader.QueryRow(`SELECT count(*) FROM meta`).Scan(new(int))
	}
	if err != nil {
		l.w.fail(stuck, "%v", err)
		return dir
	}
	defer func() { _ = reader.Rollback() }() // it has only read
	for _, name := range []string{replica.FileName, replica.FileName + "-wal"} {
		from := filepath.Join(l.dir, name)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		copyFile(l.w.t, from, filepath.Join(dir, name))
	}
	return dir
}

// startFrom starts the machine with another file.
func (l *laptop) startFrom(dir string) {
	old := l.dir
	l.end()
	l.dir = dir
	l.line.open()
	l.open()
	if err := os.RemoveAll(old); err != nil {
		l.w.fail(stuck, "%v", err)
	}
}

// kill ends the program without a word, at this very moment, and starts it again.
func (l *laptop) kill() { l.startFrom(l.image()) }

// signIn logs in.
func (l *laptop) signIn() error {
	_, err := syncer.SignIn(l.w.ctx, l.r, l.line.client(), syncer.Credentials{
		Address: "http://localhost", Login: l.login, Password: password, Device: fmt.Sprint(l.place),
	})
	if err == nil {
		l.enter()
	}
	return err
}

// sync syncs once, with whatever misfortune waits on the line, and looks at what came of it.
func (l *laptop) sync() error {
	if l.y == nil {
		l.line.calm()
		if err := l.signIn(); err != nil {
			if dir := l.line.taken(); dir != "" {
				l.startFrom(dir)
				return errDead
			}
			return l.bear(err)
		}
	}
	l.line.calm()
	report, err := l.y.Once(l.w.ctx)
	if fault.CodeOf(err) == fault.Unauthorized && l.w.active(l.me) {
		// A restored server has forgotten logins: people log in again.
		if err = l.signIn(); err == nil {
			report, err = l.y.Once(l.w.ctx)
		}
	}
	if report != (syncer.Report{}) || err != nil {
		l.w.tell("%s: synced %+v, %v", l, report, err)
	}
	if dir := l.line.taken(); dir != "" { // the machine lost its power meanwhile
		l.startFrom(dir)
		l.w.settleTyped(l)
		return errDead
	}
	if err == nil {
		l.openBook()
		if l.b == nil {
			l.w.fail(stuck, "%s: a sync succeeded and there is no book", l)
		}
	}
	l.w.books.observe()
	if report != (syncer.Report{}) || l.w.resting || err != nil {
		l.check(err == nil)
	}
	return l.bear(err)
}

// bear tells whether an error is one that people have to live with: it passes, or says why not. When the line or the
// server did harm, any answer that has a name will do, for the next sync has to make it good.
func (l *laptop) bear(err error) error {
	switch code := fault.CodeOf(err); code {
	case "", fault.Offline, fault.NotOurServer, fault.Busy, fault.AccountDisabled, fault.Unauthorized, fault.TooManyTries:
		return err
	case fault.DiskFull:
		if l.full {
			return err
		}
	default:
		if l.line.struck() && (code != fault.Internal || l.line.unwritten()) {
			return err
		}
	}
	l.w.fail(stuck, "%s: a sync ended with %v", l, err)
	return err
}

// client is a HTTP client whose every request goes over the line.
func (n *line) client() *http.Client { return &http.Client{Transport: n, Timeout: 5 * time.Minute} }

// active tells whether somebody is let in at present.
func (w *world) active(user string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.books.look().active(user)
}
