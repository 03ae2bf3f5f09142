package ui

import (
	"cmp"
	"time"

	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/records"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// left is where somebody was, and what he had begun to write, when his book was locked.
type left struct {
	user   string
	at     screen.Route
	forms  *records.Forms
	drafts records.Drafts
}

// statusChanged follows the contact with the server while the shell is shown: one that was too long ago locks the book.
func (w *Window) statusChanged(s *shell) func() {
	return func() {
		switch {
		case w.shell != s:
		case w.port.Status().State == screen.Locked:
			w.lock()
		default:
			s.showStatus()
		}
	}
}

// lock takes the book from the screen, with all that stands over it (SYNC-12). A form keeps what was typed as it does
// whenever it is closed.
func (w *Window) lock() {
	s := w.shell
	if s.form != nil && s.form.Open() {
		s.form.Cancel()
	}
	if s.dialog != nil && s.dialog.Open() {
		s.dialog.Cancel()
	}
	canvas := w.window.Canvas()
	for _, layer := range canvas.Overlays().List() { // of the system: where to save a file
		canvas.Overlays().Remove(layer)
	}
	w.left = &left{user: s.book.Me().ID, at: s.at, forms: s.forms, drafts: s.drafts}
	w.leaveBook()
	w.start()
}

// comeBack is where the shell begins: for somebody whose book was locked where he was, with what he had begun.
func (w *Window) comeBack() screen.Route {
	was := w.left
	w.left = nil
	if was == nil || was.user != w.shell.book.Me().ID {
		return screen.Route{Screen: screen.Today}
	}
	w.shell.forms.Resume(was.forms)
	w.shell.drafts = was.drafts
	return was.at
}

// locked asks for a login and says why: whatever is on this computer stays, and nothing of it is shown until then.
func (w *Window) locked() {
	st := w.port.Status()
	what, next := screen.Trouble(st.Fault, screen.Times{Now: w.port.Now(), Zone: time.Local})
	door := w.door()
	door.Locked = screen.Sentences(what, next)
	if st.Unsent > 0 {
		door.Locked = screen.Sentences(what, words.T("ui.login.unsent", "N", st.Unsent), next)
	}
	prefs := w.port.Preferences()
	page := login.New(door, login.Credentials{Server: cmp.Or(w.port.Account().Server, prefs.Server), Login: prefs.Login})
	w.set(widget.NewGround(page.Content()))
	w.window.Canvas().Focus(page.First())
}
