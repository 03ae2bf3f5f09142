package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"yuzhou/desktop/ui/screen"
)

// bindKeys gives the window its shortcuts: Ctrl+K searches, Ctrl+Enter saves, and single keys go to the screen while
// no field has the focus.
func (w *Window) bindKeys() {
	canvas := w.window.Canvas()
	on := func(key fyne.KeyName, do func(s *shell)) {
		canvas.AddShortcut(&desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) {
			if w.shell != nil {
				do(w.shell)
			}
		})
	}
	on(fyne.KeyK, func(s *shell) { s.search.focus() })
	on(fyne.KeyReturn, (*shell).save)
	on(fyne.KeyEnter, (*shell).save)
	canvas.SetOnTypedKey(w.typedKey)
}

// typedKey hands a key to the screen, after the character it stands for has gone by: what the key opens may take the
// focus, and the character must not be typed into it.
func (w *Window) typedKey(e *fyne.KeyEvent) {
	if w.shell == nil {
		return
	}
	name := e.Name
	w.load(&screen.Lane{}, func() func() {
		return func() {
			if w.shell != nil && !w.shell.covered() {
				w.shell.key(name)
			}
		}
	})
}

// covered tells whether a dialog or form stands over the screen.
func (s *shell) covered() bool {
	return s.form != nil && s.form.Open() || s.dialog != nil && s.dialog.Open()
}

func (s *shell) key(name fyne.KeyName) {
	if s.search.open() && name == fyne.KeyEscape {
		s.search.hide()
		return
	}
	if s.page.Key(name) {
		return
	}
	switch name {
	case fyne.KeyEscape: // out of the field first, then back
		switch canvas := s.window.window.Canvas(); {
		case typing(canvas.Focused()):
			canvas.Unfocus()
		case s.at.Screen != screen.Today:
			s.back()
		}
	case fyne.KeyN:
		s.openForm(screen.Form{Kind: "customer", Then: func(id string) {
			s.open(screen.Route{Screen: screen.Customer, ID: id})
		}})
	case fyne.KeyT:
		s.openForm(screen.Form{Kind: "task"})
	}
}

// typing tells whether what has the focus takes text.
func typing(focused fyne.Focusable) bool {
	_, text := focused.(interface{ SelectedText() string })
	return text
}

// save is Ctrl+Enter: the form or dialog that is open, else what the screen is writing.
func (s *shell) save() {
	switch {
	case s.form != nil && s.form.Open():
		s.form.Save()
	case s.dialog != nil && s.dialog.Open():
		s.dialog.Confirm()
	default:
		if page, ok := s.page.(interface{ Save() }); ok {
			page.Save()
		}
	}
}
