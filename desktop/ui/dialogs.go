package ui

import (
	"cmp"
	"errors"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

func (s *shell) openForm(f screen.Form) {
	s.search.hide()
	s.form = s.forms.Open(f)
}

// ask shows a small dialog. What is wrong is said inside it, and what was typed stays.
func (s *shell) ask(q screen.Question) {
	notice := widget.NewNotice("", widget.ToneBad)
	notice.Hide()
	spec := widget.DialogSpec{
		Title: q.Title, Body: widget.NewStack(12, q.Content, notice), Confirm: q.Confirm, Danger: q.Danger,
		Cancel: cmp.Or(q.Cancel, words.T("ui.button.cancel")), Focus: q.Focus, OnCancel: q.Cancelled,
	}
	if q.Confirm == "" {
		spec.Confirm, spec.Cancel = words.T("ui.button.close"), ""
	}
	var shown *widget.Dialog
	spec.OnConfirm = func() bool {
		if q.Done == nil {
			return true
		}
		err := q.Done()
		if err == nil {
			return true
		}
		if !errors.Is(err, screen.ErrShown) {
			notice.Set(screen.Told(err, screen.TimesOf(s.book)), widget.ToneBad)
			notice.Show()
		}
		shown.Refresh()
		return false
	}
	shown = widget.ShowDialog(s.window.window, spec)
	s.dialog = shown
}

// fail says what could not be done, why, and what to do now. Troubles that come while one is being read wait for
// their next chance: the same broken thing fails again soon enough.
func (s *shell) fail(err error) {
	if s.window.shell != s || s.dialog != nil && s.dialog.Open() {
		return // the book has been left, or somebody is reading already
	}
	what, next := screen.Trouble(err, screen.TimesOf(s.book))
	body := widget.NewStack(6, widget.NewParagraph(what, widget.Body, widget.ColorText),
		widget.NewParagraph(next, widget.Body, widget.ColorDim),
		widget.NewText(words.T("ui.fault.code", "Code", string(fault.CodeOf(err))), widget.Small, widget.ColorDim))
	s.dialog = widget.ShowDialog(s.window.window, widget.DialogSpec{
		Title: words.T("ui.fault.title"), Body: body, Confirm: words.T("ui.button.ok"),
	})
}
