package widget

import (
	"fyne.io/fyne/v2"
)

// TextField is a field for text, with its label above and what is wrong with it in words below.
type TextField struct {
	frame

	// OnChanged is called with the text at each change a person makes.
	OnChanged func(text string)
	// OnSubmitted is called by Enter in a single line. Without it Enter confirms the dialog around the field.
	OnSubmitted func(text string)
	// Check says in words what is wrong with a text, "" for nothing. It is asked at each change once the field has
	// been left for the first time: whoever is still typing has made no mistake yet.
	Check func(text string) string
	// OnLeft is called when the focus leaves the field.
	OnLeft func()

	in   *input
	left bool
}

// NewTextField returns a field of one line; label "" shows none.
func NewTextField(label, placeholder string) *TextField { return newTextField(label, placeholder, 1) }

// NewTextArea returns a field of several lines in which Enter starts a new one.
func NewTextArea(label, placeholder string, rows int) *TextField {
	return newTextField(label, placeholder, max(rows, 2))
}

// NewPasswordField returns a field that hides what is typed.
func NewPasswordField(label, placeholder string) *TextField {
	f := newTextField(label, placeholder, 1)
	f.in.Password = true
	return f
}

func newTextField(label, placeholder string, rows int) *TextField {
	f := &TextField{in: newInput(rows > 1)}
	f.init(f, label, placeholder, rows)
	return f
}

func (f *TextField) init(self fyne.Widget, label, placeholder string, rows int) {
	f.in.SetPlaceHolder(placeholder)
	f.in.OnChanged = func(text string) {
		if f.left {
			f.ask()
		}
		if f.OnChanged != nil {
			f.OnChanged(text)
		}
	}
	f.in.onFocus = func(focused bool) {
		f.focused = focused
		if !focused {
			f.left = true
			f.ask()
		}
		f.Refresh()
		if !focused && f.OnLeft != nil {
			f.OnLeft()
		}
	}
	f.setUp(self, label, unframed(f.in))
	f.rows = rows
	f.onTap = f.Focus
	f.bindSubmit()
}

// bindSubmit keeps the entry's callback empty as long as nobody listens: then Enter goes on to the dialog.
func (f *TextField) bindSubmit() {
	f.in.onKey = func(e *fyne.KeyEvent) bool {
		enter := e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter
		if enter && !f.in.MultiLine && f.OnSubmitted != nil {
			f.OnSubmitted(f.in.Text)
			return true
		}
		return false
	}
}

func (f *TextField) ask() {
	if f.Check != nil {
		f.SetError(f.Check(f.in.Text))
	}
}

// Valid asks Check now, shows what it says, and reports whether it had nothing to say.
func (f *TextField) Valid() bool {
	f.left = true
	f.ask()
	return f.fault == ""
}

// Text returns what stands in the field.
func (f *TextField) Text() string { return f.in.Text }

// SetText replaces what stands in the field and calls OnChanged where it differs, as typing does.
func (f *TextField) SetText(text string) { f.in.SetText(text) }

// SetLabel changes the label.
func (f *TextField) SetLabel(label string) {
	f.label = label
	f.Refresh()
}

// SetPlaceholder changes the words of the empty field.
func (f *TextField) SetPlaceholder(text string) { f.in.SetPlaceHolder(text) }

// SetRequired marks the label with a star.
func (f *TextField) SetRequired(required bool) *TextField {
	f.required = required
	f.Refresh()
	return f
}

// SetError shows what is wrong; "" is nothing.
func (f *TextField) SetError(fault string) {
	if f.fault != fault {
		f.fault = fault
		f.Refresh()
	}
}

// Error returns what is shown to be wrong.
func (f *TextField) Error() string { return f.fault }

// Focus puts the cursor into the field.
func (f *TextField) Focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(f.in); c != nil {
		c.Focus(f.in)
	}
}

// Focusable returns the part that takes the focus, for Dialog.Focus and for tests.
func (f *TextField) Focusable() fyne.Focusable { return f.in }

// Composing reports whether an input method seems to be at work in the field.
func (f *TextField) Composing() bool { return f.in.guard.active() }

// Enable lets the field be changed.
func (f *TextField) Enable() {
	f.off = false
	f.in.Enable()
	f.Refresh()
}

// Disable keeps the field from being changed.
func (f *TextField) Disable() {
	f.off = true
	f.in.Disable()
	f.Refresh()
}

// Disabled reports whether the field is kept from being changed.
func (f *TextField) Disabled() bool { return f.off }

// SearchField is the search box of the top bar and of lists, with a hint of its shortcut while empty.
type SearchField struct {
	TextField

	// OnKey hears the keys first, for the list of hits below: Up, Down, Esc. True keeps a key from the field.
	OnKey func(e *fyne.KeyEvent) bool

	hint        *Text
	placeholder string
}

// NewSearchField returns a search box; hint ("Ctrl K") may be "".
func NewSearchField(placeholder, hint string) *SearchField {
	s := &SearchField{hint: NewText(hint, Body, ColorDim), placeholder: placeholder}
	s.in = newInput(false)
	s.init(s, "", placeholder, 1)
	s.after = s.hint
	submit := s.in.onKey
	s.in.onKey = func(e *fyne.KeyEvent) bool { return s.OnKey != nil && s.OnKey(e) || submit(e) }
	changed := s.in.OnChanged
	s.in.OnChanged = func(text string) {
		s.showHint()
		changed(text)
	}
	s.showHint()
	return s
}

// Resize implements fyne.CanvasObject; what the field asks for is cut to the room it has.
func (s *SearchField) Resize(size fyne.Size) {
	room := size.Width - px(40)
	if s.hint.Visible() {
		room -= s.hint.MinSize().Width + px(8)
	}
	if words := cut(s.placeholder, Body, room); words != s.in.PlaceHolder {
		s.in.SetPlaceHolder(words)
	}
	s.TextField.Resize(size)
}

func (s *SearchField) showHint() {
	wanted := s.in.Text == "" && s.hint.words != ""
	if s.hint.Visible() != wanted {
		show(s.hint, wanted)
		s.Refresh()
	}
}

// SetHint changes the hint of the shortcut.
func (s *SearchField) SetHint(hint string) {
	s.hint.SetText(hint)
	s.showHint()
	s.Refresh()
}

// Select marks the whole text, so that typing replaces it.
func (s *SearchField) Select() {
	s.Focus()
	s.in.Entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}
