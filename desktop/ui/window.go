package ui

import (
	"cmp"
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// Window is what one window shows: before the book the login and the first sync, then the shell with the screens.
type Window struct {
	window fyne.Window
	port   Port
	threads
	toasts      *widget.Toasts
	lane        screen.Lane
	diagnosed   screen.Lane
	shell       *shell // nil before the book is open
	left        *left  // nil unless the book was locked
	unbind      func()
	switchedOff func()
}

// New fills a window and shows what the state of the data folder asks for.
func New(window fyne.Window, port Port) *Window { return newWindow(window, port, offMain()) }

func newWindow(window fyne.Window, port Port, t threads) *Window {
	w := &Window{window: window, port: port, threads: t, unbind: func() {}}
	window.SetPadded(false)
	w.bindKeys()
	w.switchedOff = words.OnSwitch(w.rebuild)
	w.start()
	return w
}

// Close stops listening; the window's content stays.
func (w *Window) Close() {
	w.switchedOff()
	w.unbind()
}

// start shows the login, the first sync or the book.
func (w *Window) start() {
	w.toasts = widget.NewToasts(w.later)
	w.window.SetTitle(words.T("ui.app.name"))
	switch {
	case w.port.Book() != nil:
		w.openBook(w.port.Book())
	case w.port.Status().State == screen.Locked:
		w.locked()
	case w.port.Account().LoggedIn:
		w.firstSync()
	default:
		w.login()
	}
}

// set shows content under the layer of short messages.
func (w *Window) set(content ...fyne.CanvasObject) {
	w.window.SetContent(container.NewStack(append(content, w.toasts)...))
}

func (w *Window) login() {
	door := w.door()
	if !w.port.Account().Known { // a folder with somebody's data is no place to practise in
		door.Practice = w.port.Practice
	}
	prefs := w.port.Preferences()
	page := login.New(door, login.Credentials{Server: cmp.Or(prefs.Server, w.port.Account().Server), Login: prefs.Login})
	w.set(widget.NewGround(page.Content()))
	w.window.Canvas().Focus(page.First())
}

// loginAgain asks for the password where a device token has ended; the book stays as it is behind it.
func (w *Window) loginAgain() {
	door := w.door()
	door.Later = w.start
	page := login.New(door, login.Credentials{Server: w.port.Account().Server, Login: w.port.Book().Me().Login})
	w.leaveBook()
	w.set(widget.NewGround(page.Content()))
	w.window.Canvas().Focus(page.First())
}

// door is what the login page needs; the last server and name that worked are kept for the next time.
func (w *Window) door() login.Door {
	return login.Door{
		Load: w.load, Login: w.port.Login, Now: w.port.Now, Language: w.speak, Diagnose: w.diagnose,
		Done: func(c login.Credentials) {
			prefs := w.port.Preferences()
			if prefs.Server, prefs.Login = c.Server, c.Login; c.Server != "" {
				w.keepQuietly(prefs)
			}
			w.start()
		},
	}
}

// diagnose copies what helps whoever is asked for help. It has a lane of its own: nothing that is under way is dropped.
func (w *Window) diagnose() {
	look := w.port.Preferences()
	w.copyDiagnosis(&w.diagnosed, w.toasts, func() string { return w.port.Diagnose(look) })
}

// speak switches the language before there is a book.
func (w *Window) speak(language string) {
	prefs := w.port.Preferences()
	prefs.Language = language
	w.keepQuietly(prefs)
}

// keepQuietly keeps preferences where nobody can be told that it failed: all that is lost is what was typed last time.
func (w *Window) keepQuietly(prefs screen.Preferences) {
	if err := w.port.Keep(prefs); err != nil {
		fyne.LogError("keep preferences", err)
	}
}

func (w *Window) firstSync() {
	page := login.NewFirstSync(login.Journey{
		Load: w.load, Soon: w.soon, Sync: w.port.FirstSync, Done: w.start, Quit: w.window.Close, Login: w.login, Now: w.port.Now, Saved: w.port.Saved(),
		Diagnose: w.diagnose,
	})
	w.set(widget.NewGround(page.Content()))
	page.Start()
}

func (w *Window) openBook(b *book.Book) {
	w.leaveBook()
	w.shell = newShell(w, b)
	at := w.comeBack()
	w.set(w.shell.object())
	w.shell.open(at)
	w.shell.asked.look()
	refresh := newGather(w.soon, w.shell.reload)
	stopBook := b.Listen(refresh)
	stopStatus := w.port.Listen(newGather(w.soon, w.statusChanged(w.shell)))
	w.unbind = func() { stopBook(); stopStatus() }
}

func (w *Window) leaveBook() {
	w.unbind()
	w.unbind = func() {}
	w.shell = nil
}

// rebuild makes everything anew in the language, mode and text size that are set now, and stays where it was.
func (w *Window) rebuild() {
	if w.shell == nil {
		w.start()
		return
	}
	at := w.shell.at
	b := w.shell.book
	w.leaveBook()
	w.openBook(b)
	w.shell.open(at)
}

// keep takes changed preferences: main makes theme and language follow, and everything is drawn anew.
func (w *Window) keep(prefs screen.Preferences) {
	before := words.Language()
	if err := w.port.Keep(prefs); err != nil {
		w.shell.nav.Fail(err)
		return
	}
	if words.Language() == before { // a switch of the language has rebuilt it already
		w.rebuild()
	}
}

// logOut leaves the account. Changes that the server does not have are named first, with the ways to save them.
func (w *Window) logOut() {
	counts, err := w.shell.book.Counts()
	if err != nil {
		w.shell.nav.Fail(err)
		return
	}
	message, confirm := words.T("ui.settings.logout.text"), words.T("ui.settings.logout")
	switch {
	case w.shell.book.Practice():
		message, confirm = words.T("ui.settings.logout.practice"), words.T("ui.settings.leavePractice")
	case counts.Outbox > 0:
		message, confirm = words.T("ui.settings.logout.unsent", "N", counts.Outbox), words.T("ui.settings.logout.anyway")
	}
	w.shell.nav.Ask(screen.Question{
		Title: confirm, Content: widget.NewParagraph(message, widget.Body, widget.ColorText), Confirm: confirm, Danger: true,
		Done: func() error {
			w.leaveBook()
			w.load(&w.lane, func() func() {
				err := w.port.LogOut(context.Background())
				return func() {
					w.start()
					if err != nil && w.shell != nil {
						w.shell.nav.Fail(err)
					}
				}
			})
			return nil
		},
	})
}
