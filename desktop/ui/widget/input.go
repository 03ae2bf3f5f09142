package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// input is the entry inside every field: Fyne's, with the guard against leaking input method keys, and with the keys
// it has no use for handed on to the screen.
type input struct {
	widget.Entry
	guard composition

	onFocus  func(focused bool)
	onKey    func(*fyne.KeyEvent) bool // hears keys first; true keeps them from the entry
	onEscape func() bool               // true: Esc was used up here
}

func newInput(multiline bool) *input {
	in := &input{}
	in.ExtendBaseWidget(in)
	in.MultiLine = multiline
	in.Wrapping = fyne.TextWrap(fyne.TextTruncateClip)
	if multiline {
		in.Wrapping = fyne.TextWrapWord
		in.SetMinRowsVisible(1) // the frame knows how high the area is
	}
	return in
}

// CreateRenderer implements fyne.Widget. The entry's own box and border are hidden: the frame draws them, together
// with the label and the error.
func (in *input) CreateRenderer() fyne.WidgetRenderer {
	r := in.Entry.CreateRenderer()
	for _, o := range r.Objects() {
		if box, ok := o.(*canvas.Rectangle); ok {
			box.Hide()
		}
	}
	return r
}

// TypedKey implements fyne.Focusable.
func (in *input) TypedKey(e *fyne.KeyEvent) {
	if in.guard.keep(e.Name) {
		return
	}
	if in.onKey != nil && in.onKey(e) {
		return
	}
	switch e.Name {
	case fyne.KeyEscape:
		if in.onEscape == nil || !in.onEscape() {
			bubbleKey(in, e)
		}
	case fyne.KeyReturn, fyne.KeyEnter:
		if !in.MultiLine && in.OnSubmitted == nil {
			bubbleKey(in, e) // the dialog around the field takes it as its confirmation
			return
		}
		in.Entry.TypedKey(e)
	default:
		in.Entry.TypedKey(e)
	}
}

// TypedRune implements fyne.Focusable.
func (in *input) TypedRune(r rune) {
	in.guard.end()
	in.Entry.TypedRune(r)
}

// TypedShortcut implements fyne.Shortcutable. The entry edits with the usual ones and Ctrl+arrows; all others are
// meant for the screen.
func (in *input) TypedShortcut(s fyne.Shortcut) {
	if custom, ok := s.(*desktop.CustomShortcut); ok && !editing[custom.KeyName] {
		bubbleShortcut(in, s)
		return
	}
	in.guard.end()
	in.Entry.TypedShortcut(s)
}

// editing are the keys that edit text together with a modifier.
var editing = map[fyne.KeyName]bool{
	fyne.KeyBackspace: true, fyne.KeyDelete: true, fyne.KeyLeft: true, fyne.KeyRight: true,
	fyne.KeyUp: true, fyne.KeyDown: true, fyne.KeyHome: true, fyne.KeyEnd: true,
}

// MouseDown implements desktop.Mouseable; a click ends a composition.
func (in *input) MouseDown(e *desktop.MouseEvent) {
	in.guard.end()
	in.Entry.MouseDown(e)
}

// FocusGained implements fyne.Focusable.
func (in *input) FocusGained() {
	in.guard.end()
	in.Entry.FocusGained()
	if in.onFocus != nil {
		in.onFocus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (in *input) FocusLost() {
	in.guard.end()
	in.Entry.FocusLost()
	if in.onFocus != nil {
		in.onFocus(false)
	}
}

// AcceptsTab implements fyne.Tabbable. Tab leaves a field; nobody wants a tab character in a customer's address.
func (in *input) AcceptsTab() bool { return false }
