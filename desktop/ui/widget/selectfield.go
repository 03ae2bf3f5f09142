package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// SelectField is a field with one choice of a list that drops down below it.
type SelectField struct {
	frame

	// OnChanged is called with the value when a person chooses.
	OnChanged func(value string)

	face        *selectFace
	options     []Option
	value       string
	placeholder string
	search      string
}

// NewSelectField returns a field of choices. Search is the placeholder of the box that narrows long lists.
func NewSelectField(label, placeholder, search string, options []Option) *SelectField {
	s := &SelectField{placeholder: placeholder, search: search, options: options}
	s.face = &selectFace{of: s}
	s.face.OnTapped = s.drop
	s.face.extend(s.face)
	s.setUp(s, label, s.face)
	s.onTap = s.drop
	return s
}

// SetOptions replaces the choices; a value that is no longer among them stays and is shown as it is.
func (s *SelectField) SetOptions(options []Option) {
	s.options = options
	s.face.Refresh()
}

// SetValue chooses without calling OnChanged; "" is no choice.
func (s *SelectField) SetValue(value string) {
	s.value = value
	s.face.Refresh()
}

// Value returns the chosen value, "" for none.
func (s *SelectField) Value() string { return s.value }

// SetRequired marks the label with a star.
func (s *SelectField) SetRequired(required bool) *SelectField {
	s.required = required
	s.Refresh()
	return s
}

// SetError shows what is wrong; "" is nothing.
func (s *SelectField) SetError(fault string) {
	s.fault = fault
	s.Refresh()
}

// Error returns what is shown to be wrong.
func (s *SelectField) Error() string { return s.fault }

// Focusable returns the part that takes the focus.
func (s *SelectField) Focusable() fyne.Focusable { return s.face }

// Enable lets the choice be changed.
func (s *SelectField) Enable() {
	s.off = false
	s.face.Enable()
	s.Refresh()
}

// Disable keeps the choice from being changed.
func (s *SelectField) Disable() {
	s.off = true
	s.face.Disable()
	s.Refresh()
}

func (s *SelectField) choose(value string) {
	s.SetError("")
	if s.value == value {
		return
	}
	s.SetValue(value)
	if s.OnChanged != nil {
		s.OnChanged(value)
	}
}

func (s *SelectField) words() (text string, role fyne.ThemeColorName) {
	for _, o := range s.options {
		if o.Value == s.value && s.value != "" {
			return o.Label, ColorText
		}
	}
	if s.value != "" {
		return s.value, ColorText
	}
	return s.placeholder, ColorDim
}

func (s *SelectField) drop() {
	c := fyne.CurrentApp().Driver().CanvasForObject(s.face)
	if s.off || c == nil {
		return
	}
	ShowChoices(c, s.self, s.search, s.options, s.value, s.choose)
}

// selectFace is the inside of the field: the chosen word and the arrow.
type selectFace struct {
	press
	of *SelectField
}

// TypedKey implements fyne.Focusable; Down opens the list as well.
func (f *selectFace) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeyDown {
		f.act()
		return
	}
	f.press.TypedKey(e)
}

// FocusGained implements fyne.Focusable.
func (f *selectFace) FocusGained() { f.mark(true) }

// FocusLost implements fyne.Focusable.
func (f *selectFace) FocusLost() { f.mark(false) }

func (f *selectFace) mark(focused bool) {
	f.focused, f.of.focused = focused, focused
	f.of.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (f *selectFace) CreateRenderer() fyne.WidgetRenderer {
	label, arrow := lettering(), newChevron()
	var role fyne.ThemeColorName
	var words string
	return newDrawing(f, func() {
		words, role = f.of.words()
		write(label, words, Body, role)
		if f.Disabled() {
			label.Color = faded(label.Color, 0.6)
		}
		arrow.paint(ColorDim)
	}, func(size fyne.Size) {
		label.Text = cut(words, Body, size.Width-px(30))
		centre(label, px(6), 0, size.Height)
		arrow.place(size.Width-px(17), middle(px(5), size.Height), px(9), px(5), false)
	}, func() fyne.Size { return fyne.NewSize(px(60), px(30)) }, label, &arrow.left, &arrow.right)
}

// chevron is a small arrow head of two lines.
type chevron struct{ left, right canvas.Line }

func newChevron() *chevron { return &chevron{} }

func (c *chevron) paint(role fyne.ThemeColorName) {
	for _, l := range []*canvas.Line{&c.left, &c.right} {
		l.StrokeColor, l.StrokeWidth = paint(role), px(15)/10
	}
}

func (c *chevron) place(x, y, w, h float32, up bool) {
	ends, point := y, y+h
	if up {
		ends, point = y+h, y
	}
	c.left.Position1, c.left.Position2 = fyne.NewPos(x, ends), fyne.NewPos(x+w/2, point)
	c.right.Position1, c.right.Position2 = fyne.NewPos(x+w/2, point), fyne.NewPos(x+w, ends)
}

// NewMultiSelect returns a label above a group of chips of which any number can be chosen.
func NewMultiSelect(label string, options []Option, changed func(chosen []string)) (*fyne.Container, *ChipGroup) {
	group := NewChipGroup(options, true, changed)
	return NewStack(4, NewText(label, Small, ColorDim), group), group
}
