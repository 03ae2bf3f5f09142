package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

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
