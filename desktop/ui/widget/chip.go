package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Chip is a round pill to filter or choose with; a chosen one is filled with the accent.
type Chip struct {
	press
	text   string
	chosen bool
}

// NewChip returns a chip.
func NewChip(text string, tapped func()) *Chip {
	c := &Chip{text: text}
	c.OnTapped = tapped
	c.extend(c)
	return c
}

// SetText changes the word.
func (c *Chip) SetText(text string) {
	c.text = text
	c.Refresh()
}

// Text returns the word.
func (c *Chip) Text() string { return c.text }

// SetChosen fills or empties the chip.
func (c *Chip) SetChosen(chosen bool) {
	if c.chosen != chosen {
		c.chosen = chosen
		c.Refresh()
	}
}

// Chosen reports whether the chip is filled.
func (c *Chip) Chosen() bool { return c.chosen }

// CreateRenderer implements fyne.Widget.
func (c *Chip) CreateRenderer() fyne.WidgetRenderer {
	pill, veil, label := &canvas.Rectangle{}, &canvas.Rectangle{}, lettering()
	return newDrawing(c, func() {
		fill, border, words := ColorSurface, ColorLine, ColorText
		if c.chosen {
			fill, border, words = ColorAccent, ColorAccent, ColorOnAccent
		}
		framed(pill, fill, border, px(13))
		write(label, c.text, ChipText, words)
		if c.focused {
			pill.StrokeColor, pill.StrokeWidth = paint(ColorAccent), 2
			if c.chosen {
				pill.StrokeColor = paint(ColorText)
			}
		}
		if c.Disabled() {
			pill.FillColor, label.Color = faded(pill.FillColor, 0.5), faded(label.Color, 0.45)
		}
		veil.FillColor, veil.CornerRadius = hover(), px(13)
		show(veil, c.hovered && !c.Disabled())
	}, func(size fyne.Size) {
		put(pill, 0, 0, size.Width, size.Height)
		put(veil, 0, 0, size.Width, size.Height)
		centre(label, middle(label.MinSize().Width, size.Width), 0, size.Height)
	}, func() fyne.Size {
		return fyne.NewSize(measure(c.text, ChipText)+2*px(13), px(26))
	}, pill, veil, label)
}
