package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// press is what everything that can be pressed has in common: hover, focus, disabled, the tap and the keys that
// stand for it.
type press struct {
	widget.DisableableWidget

	// OnTapped is called by a click, Enter or Space.
	OnTapped func()

	self             fyne.Widget
	hovered, focused bool
}

func (p *press) extend(self fyne.Widget) {
	p.self = self
	p.ExtendBaseWidget(self)
}

func (p *press) act() {
	if !p.Disabled() && p.OnTapped != nil {
		p.OnTapped()
	}
}

// Tapped implements fyne.Tappable.
func (p *press) Tapped(*fyne.PointEvent) { p.act() }

// MouseIn implements desktop.Hoverable.
func (p *press) MouseIn(*desktop.MouseEvent) {
	p.hovered = true
	p.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (p *press) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (p *press) MouseOut() {
	p.hovered = false
	p.Refresh()
}

// FocusGained implements fyne.Focusable.
func (p *press) FocusGained() {
	p.focused = true
	p.Refresh()
}

// FocusLost implements fyne.Focusable.
func (p *press) FocusLost() {
	p.focused = false
	p.Refresh()
}

// TypedRune implements fyne.Focusable; letters are for the screen.
func (p *press) TypedRune(r rune) { bubbleRune(p.self, r) }

// TypedKey implements fyne.Focusable.
func (p *press) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		p.act()
	default:
		bubbleKey(p.self, e)
	}
}

// Cursor implements desktop.Cursorable.
func (p *press) Cursor() desktop.Cursor {
	if p.Disabled() || p.OnTapped == nil {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// bubbleKey hands a key that a focused widget has no use for to the screen, which hears keys only while nothing has
// the focus. Without this, one click on a button would silence the list's keys and a dialog's Esc.
func bubbleKey(from fyne.CanvasObject, e *fyne.KeyEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(from); c != nil {
		if heard := c.OnTypedKey(); heard != nil {
			heard(e)
		}
	}
}

// bubbleRune is bubbleKey for a typed character.
func bubbleRune(from fyne.CanvasObject, r rune) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(from); c != nil {
		if heard := c.OnTypedRune(); heard != nil {
			heard(r)
		}
	}
}

// bubbleShortcut hands a shortcut on to the canvas: the driver gives it to a focused widget alone, and Ctrl+K must
// work from inside a field too.
func bubbleShortcut(from fyne.CanvasObject, s fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(from).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}
