package ui

import (
	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

// statusBar says how things stand with the server, always: a dot with a word, the last sync, what waits.
type statusBar struct {
	book       *book.Book
	port       Port
	loginAgain func()
	nav        *screen.Navigator
	state      screen.State
	fault      *fault.Fault
	counts     book.Counts

	dot    *widget.Dot
	word   *widget.Link
	last   *widget.Text
	outbox *widget.Link
	tray   *widget.Link
	alert  *widget.Link // the last days of the lease, or else a clock that is wrong
	right  *widget.Text
	object fyne.CanvasObject
}

func newStatusBar(b *book.Book, nav *screen.Navigator, port Port, loginAgain func()) *statusBar {
	s := &statusBar{
		book: b, nav: nav, port: port, loginAgain: loginAgain,
		dot:   widget.NewStatusDot(widget.ColorDim),
		last:  widget.NewText("", widget.Small, widget.ColorDim),
		right: widget.NewText("", widget.Small, widget.ColorDim),
	}
	s.word = widget.NewLink("", widget.Small, widget.ColorDim, s.tapped)
	s.outbox = widget.NewLink("", widget.Small, widget.ColorAccent, func() { nav.Open(screen.Route{Screen: screen.Outbox}) })
	s.tray = widget.NewLink("", widget.Small, widget.ColorWarn, func() { nav.Open(screen.Route{Screen: screen.Tray}) })
	s.alert = widget.NewLink("", widget.Small, widget.ColorWarn, s.explain)
	s.right.SetShrink(true)
	s.right.SetAlign(fyne.TextAlignTrailing)
	s.object = widget.NewInset(14, 0, 14, 0, widget.NewBar(18,
		widget.NewBar(6, s.dot, s.word), s.last, s.outbox, s.tray, s.alert, widget.NewSpace(), s.right))
	return s
}

// tapped is a click on the state: log in or decide where that is needed, else hear how things stand.
func (s *statusBar) tapped() {
	switch s.state {
	case screen.NeedsLogin:
		s.loginAgain()
	case screen.Halted:
		s.askRemoval()
	case screen.Practising:
	default:
		s.explain()
	}
}

// askRemoval says what the server wants removed and lets the person decide; until then everything stays readable.
func (s *statusBar) askRemoval() {
	what, next := screen.Trouble(s.fault, screen.TimesOf(s.book))
	s.nav.Ask(screen.Question{
		Title: words.T("ui.halted.title"),
		Content: widget.NewStack(6, widget.NewParagraph(what, widget.Body, widget.ColorText),
			widget.NewParagraph(next, widget.Body, widget.ColorDim)),
		Confirm: words.T("ui.halted.confirm"), Cancel: words.T("ui.halted.later"), Danger: true, Done: s.port.AllowRemoval,
	})
}

// roles are the colours of the dot; the word beside it says the same.
var roles = map[screen.State]fyne.ThemeColorName{
	screen.Online: widget.ColorGood, screen.Offline: widget.ColorDim, screen.Syncing: widget.ColorAccent,
	screen.Troubled: widget.ColorWarn, screen.NeedsLogin: widget.ColorBad, screen.Halted: widget.ColorBad,
	screen.Practising: widget.ColorDim,
}

func (s *statusBar) show(c book.Counts, st screen.Status) {
	s.state, s.fault, s.counts = st.State, st.Fault, c
	switch {
	case s.book.Practice():
		s.state = screen.Practising
	case st.State == screen.Online && st.Fault != nil: // the server answers; a full disk, say, keeps the sync from coming through
		s.state = screen.Troubled
	}
	s.dot.SetRole(roles[s.state])
	s.word.SetText(s.stateWord(st))
	customers := c.AllCustomers
	if s.state == screen.Practising {
		s.last.SetText("")
		s.right.SetText(words.T("ui.status.rightLocal", "N", customers))
	} else if st.LastSync.IsZero() {
		s.last.SetText(words.T("ui.status.never"))
		s.right.SetText(words.T("ui.customers.total", "N", customers))
	} else {
		when := words.Moment(st.LastSync, s.book.Now(), s.book.Zone())
		s.last.SetText(words.T("ui.status.last", "When", when))
		s.right.SetText(words.T("ui.status.right", "N", customers, "When", when))
	}
	s.outbox.SetText(words.T("ui.status.outbox", "N", c.Outbox))
	s.outbox.SetRole(zero(c.Outbox, widget.ColorAccent))
	if s.state == screen.Practising && c.Outbox == 0 {
		s.outbox.SetText("")
	}
	s.tray.SetText("")
	if c.Tray > 0 {
		s.tray.SetText(words.T("ui.status.tray", "N", c.Tray))
	}
	s.alert.SetText("")
	switch {
	case s.state == screen.Practising:
	case st.Lease > 0:
		s.alert.SetText(words.T("ui.lease.short", "N", st.Lease))
	case screen.WrongClock(st.Skew):
		s.alert.SetText(screen.SkewShort(st.Skew))
	}
	s.object.Refresh()
}

// stateWord is the state, with its cause where that fits in a word or two: each cause has its own cure (SYNC-20).
func (s *statusBar) stateWord(st screen.Status) string {
	word := words.T("ui.status." + string(s.state))
	switch {
	case s.state == screen.Syncing && st.Total > 0:
		return words.T("ui.status.progress", "Done", words.Number(st.Done), "Total", words.Number(st.Total))
	case s.fault == nil || s.state != screen.Offline && s.state != screen.Troubled:
		return word
	}
	if key := "ui.status.cause." + string(s.fault.Code); words.Has(key) {
		return words.T("ui.status.because", "State", word, "Cause", words.T(key))
	}
	return word
}

// zero is the colour of a count: dim when there is nothing.
func zero(n int, role fyne.ThemeColorName) fyne.ThemeColorName {
	if n == 0 {
		return widget.ColorDim
	}
	return role
}
