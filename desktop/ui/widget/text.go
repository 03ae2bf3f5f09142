package widget

import (
	"math"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Style is a size and weight of text.
type Style int

// The styles of the drawings.
const (
	Body     Style = iota // 14
	Strong                // 14 bold
	Small                 // 12
	Title                 // 20 bold
	Figure                // 24 bold
	ChipText              // 13
	Sentence              // 16
	Value                 // 18, a value shown by itself
	Brand                 // 18 bold, the program's name
)

func (s Style) size() float32 {
	switch s {
	case Small:
		return px(12)
	case ChipText:
		return px(13)
	case Sentence:
		return px(16)
	case Value, Brand:
		return px(18)
	case Title:
		return px(20)
	case Figure:
		return px(24)
	default:
		return px(14)
	}
}

func (s Style) text() fyne.TextStyle {
	return fyne.TextStyle{Bold: s == Strong || s == Title || s == Figure || s == Brand}
}

// lettering is a canvas text of a style.
func lettering() *canvas.Text { return canvas.NewText("", nil) }

// write sets a canvas text's words, style and colour.
func write(t *canvas.Text, words string, s Style, role fyne.ThemeColorName) {
	t.Text, t.TextSize, t.TextStyle, t.Color = words, s.size(), s.text(), paint(role)
}

func measure(words string, s Style) float32 {
	return fyne.MeasureText(words, s.size(), s.text()).Width
}

// lineHeight is the height of one line of a style.
func lineHeight(s Style) float32 { return fyne.MeasureText("国", s.size(), s.text()).Height }

// centre places a text in the middle of a height, starting at x; it returns the end of the text.
func centre(t *canvas.Text, x, y, height float32) float32 {
	size := t.MinSize()
	put(t, x, y+middle(size.Height, height), size.Width, size.Height)
	return x + size.Width
}

// lines draws a text that wraps at a width, in lines of 20 with its first one at y.
func lines(words string, role fyne.ThemeColorName, x, y, width float32) []fyne.CanvasObject {
	var drawn []fyne.CanvasObject
	for i, part := range wrap(words, Body, width) {
		line := lettering()
		write(line, part, Body, role)
		centre(line, x, y+px(20)*float32(i), px(20))
		drawn = append(drawn, line)
	}
	return drawn
}

// centreRight places a text in the middle of a height, ending at x; it returns the start of the text.
func centreRight(t *canvas.Text, x, y, height float32) float32 {
	size := t.MinSize()
	put(t, x-size.Width, y+middle(size.Height, height), size.Width, size.Height)
	return x - size.Width
}

// middle is where something begins that stands in the middle of something longer, in whole pixels.
func middle(inner, outer float32) float32 { return float32(math.Round(float64(outer-inner) / 2)) }

const ellipsis = "…"

// cut shortens words to a width with an ellipsis at the end.
func cut(words string, s Style, width float32) string {
	if words == "" || measure(words, s) <= width {
		return words
	}
	runes := []rune(words)
	low, high := 0, len(runes) // the longest beginning that fits has low..high runes
	for low < high {
		mid := (low + high + 1) / 2
		if measure(string(runes[:mid])+ellipsis, s) <= width {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return strings.TrimRight(string(runes[:low]), " ") + ellipsis
}

// Text is one line of words. It is cut with an ellipsis where it has less room than it needs.
type Text struct {
	widget.BaseWidget
	words   string
	style   Style
	role    fyne.ThemeColorName
	align   fyne.TextAlign
	shrinks bool
}

// NewText returns a line of words in a style and colour.
func NewText(words string, style Style, role fyne.ThemeColorName) *Text {
	t := &Text{words: words, style: style, role: role}
	t.ExtendBaseWidget(t)
	return t
}

// SetText changes the words.
func (t *Text) SetText(words string) {
	if t.words != words {
		t.words = words
		t.Refresh()
	}
}

// Text returns the words.
func (t *Text) Text() string { return t.words }

// SetRole changes the colour.
func (t *Text) SetRole(role fyne.ThemeColorName) {
	t.role = role
	t.Refresh()
}

// SetAlign changes the alignment.
func (t *Text) SetAlign(align fyne.TextAlign) {
	t.align = align
	t.Refresh()
}

// SetShrink lets the text be made narrower than its words by a layout that has no room for them.
func (t *Text) SetShrink(shrinks bool) {
	t.shrinks = shrinks
	t.Refresh()
}

// natural implements elastic.
func (t *Text) natural() float32 { return measure(t.words, t.style) }

// CreateRenderer implements fyne.Widget.
func (t *Text) CreateRenderer() fyne.WidgetRenderer {
	line := lettering()
	return newDrawing(t, func() { write(line, t.words, t.style, t.role) }, func(size fyne.Size) {
		line.Text = cut(t.words, t.style, size.Width+1)
		line.Alignment = t.align
		put(line, 0, middle(line.MinSize().Height, size.Height), size.Width, line.MinSize().Height)
	}, func() fyne.Size {
		if t.shrinks {
			return fyne.NewSize(px(14), lineHeight(t.style))
		}
		return fyne.MeasureText(t.words, t.style.size(), t.style.text())
	}, line)
}
