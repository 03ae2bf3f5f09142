package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Lists longer than this get a box to narrow them.
const longChoice = 12

// ShowChoices drops a list of choices down below an anchor: arrows and Enter choose, Esc closes, a long list can be
// narrowed by typing. Chosen is called after the list has gone.
func ShowChoices(on fyne.Canvas, anchor fyne.CanvasObject, search string, options []Option, value string, chosen func(value string)) {
	c := &choices{all: options, shown: options, value: value, chosen: chosen}
	c.ExtendBaseWidget(c)
	for i, o := range options {
		if o.Value == value {
			c.at = i
		}
	}
	c.list = newFlatList(func() int { return len(c.shown) }, func() fyne.CanvasObject { return newChoice() }, func(i int, o fyne.CanvasObject) {
		o.(*choice).set(c, i)
	})
	content := container.NewBorder(nil, nil, nil, nil, flat(c.list))
	var first fyne.Focusable = c
	if len(options) > longChoice {
		c.search = NewSearchField(search, "")
		c.search.OnChanged = c.narrow
		c.search.OnKey = c.key
		content = container.NewBorder(NewInset(6, 6, 6, 4, c.search), nil, nil, nil, flat(c.list))
		first = c.search.Focusable()
	}
	c.content = content
	c.layer = &overlay{on: on, content: c}
	c.layer.onOutside = c.layer.hide
	c.layer.onKey = func(e *fyne.KeyEvent) { c.key(e) }
	c.layer.place = below(on, anchor, func(float32) float32 { return c.height() }, anchor.Size().Width)
	c.layer.show(first)
	c.list.ScrollTo(c.at)
}

// choices is the list that drops down.
type choices struct {
	widget.BaseWidget
	all, shown []Option
	at         int // the option the keys stand on
	value      string
	chosen     func(string)
	search     *SearchField
	list       *flatList
	content    fyne.CanvasObject
	layer      *overlay
}

func (c *choices) height() float32 {
	high := px(30)*float32(min(max(len(c.all), 1), 10)) + 2
	if c.search != nil {
		high += px(42)
	}
	return high
}

func (c *choices) narrow(text string) {
	text = strings.ToLower(strings.TrimSpace(text))
	c.shown, c.at = nil, 0
	for _, o := range c.all {
		if strings.Contains(strings.ToLower(o.Label), text) {
			c.shown = append(c.shown, o)
		}
	}
	c.list.Refresh()
}

func (c *choices) take(i int) {
	if i < 0 || i >= len(c.shown) {
		return
	}
	value := c.shown[i].Value
	c.layer.hide()
	c.chosen(value)
}

// key moves, chooses and closes; it reports whether it had a use for the key.
func (c *choices) key(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyUp:
		c.step(-1)
	case fyne.KeyDown:
		c.step(1)
	case fyne.KeyReturn, fyne.KeyEnter:
		c.take(c.at)
	case fyne.KeyEscape:
		c.layer.hide()
	default:
		return false
	}
	return true
}

func (c *choices) step(by int) {
	c.at = max(min(c.at+by, len(c.shown)-1), 0)
	c.list.ScrollTo(c.at)
	c.list.Refresh()
}

// FocusGained implements fyne.Focusable.
func (c *choices) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (c *choices) FocusLost() {}

// TypedRune implements fyne.Focusable: a letter goes to the next option that starts with it.
func (c *choices) TypedRune(r rune) {
	for i := range c.shown {
		n := (c.at + 1 + i) % len(c.shown)
		if strings.HasPrefix(strings.ToLower(c.shown[n].Label), strings.ToLower(string(r))) {
			c.step(n - c.at)
			return
		}
	}
}

// TypedKey implements fyne.Focusable.
func (c *choices) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		c.take(c.at)
		return
	}
	c.key(e)
}

// CreateRenderer implements fyne.Widget.
func (c *choices) CreateRenderer() fyne.WidgetRenderer {
	return newDrawing(c, func() {}, func(size fyne.Size) { put(c.content, 0, 0, size.Width, size.Height) },
		func() fyne.Size {
			width := float32(0)
			for i, o := range c.all {
				if i == 200 { // measuring more would be felt, and the anchor's width is a good guess
					break
				}
				width = max(width, measure(o.Label, Body))
			}
			return fyne.NewSize(min(width+px(36), px(420)), px(30))
		}, c.content)
}

// choice is one line of the list.
type choice struct {
	press
	of *choices
	i  int
}

func newChoice() *choice {
	c := &choice{}
	c.extend(c)
	c.OnTapped = func() { c.of.take(c.i) }
	return c
}

func (c *choice) set(of *choices, i int) {
	c.of, c.i = of, i
	c.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (c *choice) CreateRenderer() fyne.WidgetRenderer {
	ground, label := canvas.NewRectangle(nil), lettering()
	words := ""
	return newDrawing(c, func() {
		role := ColorText
		words = ""
		show(ground, false)
		if c.of == nil || c.i >= len(c.of.shown) {
			return
		}
		o := c.of.shown[c.i]
		words = o.Label
		if o.Value == c.of.value {
			role = ColorAccent
		}
		write(label, words, Body, role)
		ground.FillColor = hover()
		if c.i == c.of.at {
			ground.FillColor = paint(ColorAccentWeak)
		}
		show(ground, c.hovered || c.i == c.of.at)
	}, func(size fyne.Size) {
		put(ground, 0, 0, size.Width, size.Height)
		label.Text = cut(words, Body, size.Width-px(20))
		centre(label, px(10), 0, size.Height)
	}, func() fyne.Size { return fyne.NewSize(px(60), px(30)) }, ground, label)
}
