package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

type buttonKind int

const (
	plain buttonKind = iota
	primary
	danger
	onBar // on the bar of batch actions: surface ground, accent words
)

// Button is a rounded button with a word on it.
type Button struct {
	press
	text  string
	kind  buttonKind
	small bool
}

// NewPrimaryButton returns the filled button of a screen's main action, 32 high.
func NewPrimaryButton(text string, tapped func()) *Button {
	return newButton(text, primary, false, tapped)
}

// NewPlainButton returns a bordered button, 32 high.
func NewPlainButton(text string, tapped func()) *Button { return newButton(text, plain, false, tapped) }

// NewDangerButton returns a bordered button with red words, 32 high, for what takes something away.
func NewDangerButton(text string, tapped func()) *Button {
	return newButton(text, danger, false, tapped)
}

// NewSmallButton returns a bordered button, 26 high, for bars and cards.
func NewSmallButton(text string, tapped func()) *Button { return newButton(text, plain, true, tapped) }

// NewSmallPrimaryButton returns a filled button, 26 high.
func NewSmallPrimaryButton(text string, tapped func()) *Button {
	return newButton(text, primary, true, tapped)
}

// NewBarButton returns a button for the bar of batch actions of a BigList.
func NewBarButton(text string, tapped func()) *Button { return newButton(text, onBar, true, tapped) }

func newButton(text string, kind buttonKind, small bool, tapped func()) *Button {
	b := &Button{text: text, kind: kind, small: small}
	b.OnTapped = tapped
	b.extend(b)
	return b
}

// SetText changes the word.
func (b *Button) SetText(text string) {
	b.text = text
	b.Refresh()
}

// Text returns the word.
func (b *Button) Text() string { return b.text }

func (b *Button) style() Style {
	if b.small {
		return ChipText
	}
	return Body
}

// CreateRenderer implements fyne.Widget.
func (b *Button) CreateRenderer() fyne.WidgetRenderer {
	box, veil, label := &canvas.Rectangle{}, &canvas.Rectangle{}, lettering()
	return newDrawing(b, func() { b.paint(box, veil, label) }, func(size fyne.Size) {
		put(box, 0, 0, size.Width, size.Height)
		put(veil, 0, 0, size.Width, size.Height)
		label.Text = cut(b.text, b.style(), size.Width-px(8))
		centre(label, middle(label.MinSize().Width, size.Width), 0, size.Height)
	}, func() fyne.Size {
		if b.small {
			return fyne.NewSize(measure(b.text, ChipText)+2*px(11), px(26))
		}
		return fyne.NewSize(measure(b.text, Body)+2*px(13), px(32))
	}, box, veil, label)
}

func (b *Button) paint(box, veil *canvas.Rectangle, label *canvas.Text) {
	fill, border, words := ColorSurface, ColorLine, ColorText
	switch b.kind {
	case primary:
		fill, border, words = ColorAccent, ColorAccent, ColorOnAccent
	case danger:
		words = ColorBad
	case onBar:
		words = ColorAccent
	}
	framed(box, fill, border, px(6))
	write(label, b.text, b.style(), words)
	if b.focused {
		box.StrokeColor, box.StrokeWidth = paint(ColorAccent), 2
		if b.kind == primary {
			box.StrokeColor = paint(ColorText)
		}
	}
	if b.Disabled() {
		box.FillColor, box.StrokeColor = faded(box.FillColor, 0.5), faded(box.StrokeColor, 0.5)
		label.Color = faded(label.Color, 0.45)
	}
	veil.FillColor, veil.CornerRadius = hover(), px(6)
	show(veil, b.hovered && !b.Disabled())
}

// Link is words that lead somewhere when clicked.
type Link struct {
	press
	text  string
	style Style
	role  fyne.ThemeColorName
}

// NewLink returns a link in a style and colour; ColorDim makes the quiet links of card headers.
func NewLink(text string, style Style, role fyne.ThemeColorName, tapped func()) *Link {
	l := &Link{text: text, style: style, role: role}
	l.OnTapped = tapped
	l.extend(l)
	return l
}

// SetText changes the words.
func (l *Link) SetText(text string) {
	l.text = text
	l.Refresh()
}

// Text returns the words.
func (l *Link) Text() string { return l.text }

// SetRole changes the colour.
func (l *Link) SetRole(role fyne.ThemeColorName) {
	l.role = role
	l.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (l *Link) CreateRenderer() fyne.WidgetRenderer {
	label, under := lettering(), canvas.NewRectangle(nil)
	return newDrawing(l, func() {
		write(label, l.text, l.style, l.role)
		if l.OnTapped != nil && l.hovered && !l.Disabled() {
			label.Color = paint(ColorAccent)
		}
		if l.Disabled() {
			label.Color = faded(label.Color, 0.5)
		}
		under.FillColor = label.Color
		show(under, l.OnTapped != nil && (l.hovered || l.focused) && !l.Disabled())
	}, func(size fyne.Size) {
		label.Text = cut(l.text, l.style, size.Width+1)
		end := centre(label, 0, 0, size.Height)
		put(under, 0, label.Position().Y+label.Size().Height-px(2), end, 1)
	}, func() fyne.Size { return fyne.MeasureText(l.text, l.style.size(), l.style.text()) }, label, under)
}
