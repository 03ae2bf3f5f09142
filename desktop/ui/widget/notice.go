package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Notice is a coloured bar above the content that says what holds now and what to do about it.
type Notice struct {
	widget.BaseWidget
	text   string
	tone   Tone
	action *Link
	width  float32
}

// NewNotice returns a bar.
func NewNotice(text string, tone Tone) *Notice {
	n := &Notice{text: text, tone: tone, action: NewLink("", Body, tone.words(), nil)}
	n.ExtendBaseWidget(n)
	return n
}

// Set changes words and tone.
func (n *Notice) Set(text string, tone Tone) {
	n.text, n.tone = text, tone
	n.action.SetRole(tone.words())
	n.Refresh()
}

// Text returns the words.
func (n *Notice) Text() string { return n.text }

// SetAction sets a link on the right of the bar.
func (n *Notice) SetAction(text string, tapped func()) *Notice {
	n.action.OnTapped = tapped
	n.action.SetText(text)
	n.Refresh()
	return n
}

// Resize implements fyne.CanvasObject; the width decides the lines.
func (n *Notice) Resize(size fyne.Size) {
	n.width = size.Width
	n.BaseWidget.Resize(size)
}

func (n *Notice) room(width float32) float32 {
	width -= px(30)
	if n.action.text != "" {
		width -= n.action.MinSize().Width + px(16)
	}
	return width
}

// HeightFor returns the height the bar needs at a width.
func (n *Notice) HeightFor(width float32) float32 {
	return px(21) + px(20)*float32(len(wrap(n.text, Body, n.room(width))))
}

// CreateRenderer implements fyne.Widget.
func (n *Notice) CreateRenderer() fyne.WidgetRenderer {
	box := &canvas.Rectangle{}
	d := &drawing{of: n}
	d.paint = func() {
		box.FillColor, box.CornerRadius = paint(n.tone.ground()), px(8)
		if n.tone == ToneNeutral {
			framed(box, ColorSurface, ColorLine, px(8))
		}
		show(n.action, n.action.text != "")
	}
	d.place = func(size fyne.Size) {
		put(box, 0, 0, size.Width, size.Height)
		link := n.action.MinSize()
		put(n.action, size.Width-px(15)-link.Width, middle(link.Height, size.Height), link.Width, link.Height)
		d.objects = []fyne.CanvasObject{box, n.action}
		d.objects = append(d.objects, lines(n.text, n.tone.words(), px(15), px(10), n.room(size.Width))...)
	}
	d.min = func() fyne.Size {
		if n.width == 0 {
			return fyne.NewSize(px(160), px(41))
		}
		return fyne.NewSize(px(160), n.HeightFor(n.width))
	}
	d.paint()
	return d
}

// NewEmptyState returns what stands where there is nothing yet: a title, a sentence that says what to do, and the
// button that does it (nil for none).
func NewEmptyState(title, sentence string, button *Button) fyne.CanvasObject {
	name := NewText(title, Strong, ColorText)
	name.SetAlign(fyne.TextAlignCenter)
	say := NewText(sentence, Small, ColorDim)
	say.SetAlign(fyne.TextAlignCenter)
	say.SetShrink(true)
	column := NewStack(8, name, say)
	if button != nil {
		column.Add(NewInset(0, 6, 0, 0, &fyne.Container{Layout: middleLayout{}, Objects: []fyne.CanvasObject{button}}))
	}
	return &fyne.Container{Layout: middleRow{}, Objects: []fyne.CanvasObject{column}}
}

// middleLayout centres its objects at their minimum size.
type middleLayout struct{}

func (middleLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		m := o.MinSize()
		put(o, middle(m.Width, size.Width), middle(m.Height, size.Height), m.Width, m.Height)
	}
}

func (middleLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.Size{}
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	return size
}

// middleRow centres its objects in the height and gives them the whole width.
type middleRow struct{ middleLayout }

func (middleRow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		m := o.MinSize()
		put(o, px(16), middle(m.Height, size.Height), size.Width-2*px(16), m.Height)
	}
}
