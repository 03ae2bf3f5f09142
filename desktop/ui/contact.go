package ui

import (
	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// explain opens what stands behind the word in the status bar: what keeps the sync from coming through and what to do
// about it, what waits, when the last sync was, a lease that ends soon, and a clock that is wrong.
func (s *statusBar) explain() {
	st := s.nav.Status()
	content := widget.NewStack(12, s.cause(st), s.facts(st))
	if st.Lease > 0 {
		content.Add(widget.NewNotice(words.T("ui.lease.warning", "N", st.Lease), widget.ToneWarn))
	}
	if screen.WrongClock(st.Skew) {
		content.Add(widget.NewNotice(screen.SkewText(st.Skew), widget.ToneWarn))
	}
	s.nav.Ask(screen.Question{
		Title: s.stateWord(st), Content: content,
		Confirm: words.T("ui.settings.syncNow"), Cancel: words.T("ui.button.close"),
		Done: func() error { s.port.SyncNow(); return nil },
	})
}

// cause says why things are as they are, and the next step.
func (s *statusBar) cause(st screen.Status) fyne.CanvasObject {
	if s.fault != nil {
		what, next := screen.Trouble(s.fault, screen.TimesOf(s.book))
		return widget.NewStack(6, widget.NewParagraph(what, widget.Body, widget.ColorText),
			widget.NewParagraph(next, widget.Body, widget.ColorDim))
	}
	return widget.NewParagraph(words.T("ui.contact."+string(st.State)), widget.Body, widget.ColorText)
}

// facts are the figures of the status bar, in full.
func (s *statusBar) facts(st screen.Status) fyne.CanvasObject {
	last := words.T("ui.status.never")
	if !st.LastSync.IsZero() {
		last = words.Moment(st.LastSync, s.book.Now(), s.book.Zone())
	}
	rows := []*widget.FieldRow{
		widget.NewFieldRow(words.T("ui.settings.server"), s.port.Account().Server),
		widget.NewFieldRow(words.T("ui.settings.lastSync"), last),
		widget.NewFieldRow(words.T("ui.outbox.title"), words.T("ui.contact.items", "N", s.counts.Outbox)),
		widget.NewFieldRow(words.T("ui.tray.title"), words.T("ui.contact.items", "N", s.counts.Tray)),
	}
	widget.AlignFields(rows...)
	rows[len(rows)-1].SetLast(true)
	stack := widget.NewStack(0)
	for _, row := range rows {
		stack.Add(row)
	}
	return widget.NewCard("", stack)
}
