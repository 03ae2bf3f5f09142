package widget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
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

// Option is a value to choose and the word for it.
type Option struct{ Value, Label string }

// ChipGroup is a row of chips, wrapped where it is too long, of which one or several are chosen.
type ChipGroup struct {
	widget.BaseWidget

	// OnChanged is called with the chosen values, in the order of the options, when a person changes them.
	OnChanged func(chosen []string)

	options []Option
	chips   []*Chip
	chosen  map[string]bool
	multi   bool
	free    bool
	row     *fyne.Container
}

// NewChipGroup returns a group of which exactly one chip, or with multi any number, is chosen. Nothing is chosen at
// first.
func NewChipGroup(options []Option, multi bool, changed func(chosen []string)) *ChipGroup {
	g := &ChipGroup{OnChanged: changed, multi: multi, chosen: map[string]bool{}, row: NewFlow(8)}
	g.ExtendBaseWidget(g)
	g.SetOptions(options)
	return g
}

// AllowNone lets a second click on the chosen chip of a single group take the choice back.
func (g *ChipGroup) AllowNone() *ChipGroup {
	g.free = true
	return g
}

// SetOptions replaces the chips and keeps what is still there chosen.
func (g *ChipGroup) SetOptions(options []Option) {
	g.options = options
	g.chips, g.row.Objects = nil, nil
	kept := map[string]bool{}
	for _, o := range options {
		chip := NewChip(o.Label, nil)
		chip.OnTapped = func() { g.tapped(o.Value) }
		chip.SetChosen(g.chosen[o.Value])
		kept[o.Value] = g.chosen[o.Value]
		g.chips = append(g.chips, chip)
		g.row.Add(chip)
	}
	g.chosen = kept
	g.Refresh()
}

// SetChosen chooses values without calling OnChanged.
func (g *ChipGroup) SetChosen(values ...string) {
	if !g.multi && len(values) > 1 {
		values = values[:1]
	}
	for i, o := range g.options {
		g.chosen[o.Value] = slices.Contains(values, o.Value)
		g.chips[i].SetChosen(g.chosen[o.Value])
	}
}

// Chosen returns the chosen values in the order of the options.
func (g *ChipGroup) Chosen() []string {
	var out []string
	for _, o := range g.options {
		if g.chosen[o.Value] {
			out = append(out, o.Value)
		}
	}
	return out
}

// Chip returns the chip of a value, or nil.
func (g *ChipGroup) Chip(value string) *Chip {
	for i, o := range g.options {
		if o.Value == value {
			return g.chips[i]
		}
	}
	return nil
}

func (g *ChipGroup) tapped(value string) {
	was := g.chosen[value]
	switch {
	case g.multi && was, g.free && was:
		g.SetChosen(without(g.Chosen(), value)...)
	case g.multi:
		g.SetChosen(append(g.Chosen(), value)...)
	case was:
		return
	default:
		g.SetChosen(value)
	}
	if g.OnChanged != nil {
		g.OnChanged(g.Chosen())
	}
}

func without(values []string, value string) []string {
	return slices.DeleteFunc(values, func(v string) bool { return v == value })
}

// CreateRenderer implements fyne.Widget.
func (g *ChipGroup) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(g.row) }

// HeightFor returns the height the chips need at a width.
func (g *ChipGroup) HeightFor(width float32) float32 { return heightFor(g.row, width) }

// Tag is a small pill that says a state. It is read, not pressed.
type Tag struct {
	widget.BaseWidget
	text string
	tone Tone
	bold bool
}

// NewTag returns a tag.
func NewTag(text string, tone Tone) *Tag {
	t := &Tag{text: text, tone: tone}
	t.ExtendBaseWidget(t)
	return t
}

// Set changes word and tone.
func (t *Tag) Set(text string, tone Tone) {
	t.text, t.tone = text, tone
	t.Refresh()
}

// Text returns the word.
func (t *Tag) Text() string { return t.text }

// CreateRenderer implements fyne.Widget.
func (t *Tag) CreateRenderer() fyne.WidgetRenderer {
	pill, label := &canvas.Rectangle{}, lettering()
	return newDrawing(t, func() { paintTag(pill, label, t.text, t.tone, t.bold) }, func(size fyne.Size) {
		placeTag(pill, label, 0, 0, size.Height)
	}, func() fyne.Size { return tagSize(t.text, t.tone, t.bold) }, pill, label)
}

func paintTag(pill *canvas.Rectangle, label *canvas.Text, text string, tone Tone, bold bool) {
	border := tone.ground()
	if tone == ToneNeutral {
		border = ColorLine
	}
	framed(pill, tone.ground(), border, px(10))
	write(label, text, Small, tone.words())
	label.TextStyle.Bold = bold
}

// placeTag places a tag in the middle of a height and returns its end.
func placeTag(pill *canvas.Rectangle, label *canvas.Text, x, y, height float32) float32 {
	words := label.MinSize()
	high, pad := px(18), px(7)
	if pill.StrokeColor != pill.FillColor {
		high, pad = px(20), px(8)
	}
	width := words.Width + 2*pad
	top := y + middle(high, height)
	pill.CornerRadius = high / 2
	put(pill, x, top, width, high)
	centre(label, x+pad, top, high)
	return x + width
}

func tagSize(text string, tone Tone, bold bool) fyne.Size {
	width := fyne.MeasureText(text, Small.size(), fyne.TextStyle{Bold: bold}).Width
	if tone == ToneNeutral {
		return fyne.NewSize(width+2*px(8), px(20))
	}
	return fyne.NewSize(width+2*px(7), px(18))
}
