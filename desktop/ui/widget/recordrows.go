package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// FieldRow is a line of a record's page: label on the left, value beside it, wrapped where it is long.
type FieldRow struct {
	press
	label, value string
	role         fyne.ThemeColorName
	width        float32
	last         bool
	widest       string // the label that decides where the value begins
}

// NewFieldRow returns a line of a record's page. With OnTapped set it can be clicked to be changed.
func NewFieldRow(label, value string) *FieldRow {
	f := &FieldRow{label: label, value: value, widest: label}
	f.extend(f)
	return f
}

// SetValue changes the value and its colour; "" is the colour of words.
func (f *FieldRow) SetValue(value string, role fyne.ThemeColorName) *FieldRow {
	f.value, f.role = value, role
	f.Refresh()
	return f
}

// SetLast leaves out the hairline below.
func (f *FieldRow) SetLast(last bool) *FieldRow {
	f.last = last
	f.Refresh()
	return f
}

// Value returns the value.
func (f *FieldRow) Value() string { return f.value }

// Resize implements fyne.CanvasObject; the width decides the lines.
func (f *FieldRow) Resize(size fyne.Size) {
	f.width = size.Width
	f.press.Resize(size)
}

func (f *FieldRow) indent() float32 { return max(px(88), px(14)+measure(f.widest, Body)+px(12)) }

// AlignFields makes the values of lines that stand under one another begin at the same place: behind the longest label.
func AlignFields(rows ...*FieldRow) {
	widest := ""
	for _, row := range rows {
		if measure(row.label, Body) > measure(widest, Body) {
			widest = row.label
		}
	}
	for _, row := range rows {
		row.widest = widest
		row.Refresh()
	}
}

// HeightFor returns the height the line needs at a width.
func (f *FieldRow) HeightFor(width float32) float32 {
	lines := len(wrap(f.value, Body, width-f.indent()-px(14)))
	return px(12) + px(20)*float32(max(lines, 1))
}

// CreateRenderer implements fyne.Widget.
func (f *FieldRow) CreateRenderer() fyne.WidgetRenderer {
	ground, line, label := canvas.NewRectangle(nil), canvas.NewRectangle(nil), lettering()
	d := &drawing{of: f}
	d.paint = func() {
		ground.FillColor, line.FillColor = hover(), paint(ColorLine)
		show(ground, (f.hovered || f.focused) && f.OnTapped != nil)
		show(line, !f.last)
		write(label, f.label, Body, ColorDim)
	}
	d.place = func(size fyne.Size) {
		put(ground, 0, 0, size.Width, size.Height)
		put(line, 0, size.Height-1, size.Width, 1)
		centre(label, px(14), px(6)-1, px(20))
		d.objects = []fyne.CanvasObject{ground, line, label}
		d.objects = append(d.objects, lines(f.value, f.role, f.indent(), px(6)-1, size.Width-f.indent()-px(14))...)
	}
	d.min = func() fyne.Size {
		if f.width == 0 {
			return fyne.NewSize(px(160), px(32))
		}
		return fyne.NewSize(px(160), f.HeightFor(f.width))
	}
	d.paint()
	return d
}

// TimelineRow is an entry of the stream on a record's page: a ring on a line, a title with its time, and the text.
type TimelineRow struct {
	widget.BaseWidget
	title, meta, body string
	right             *Link
	last              bool
	width             float32
}

// NewTimelineRow returns an entry of the stream.
func NewTimelineRow(title, meta, body string) *TimelineRow {
	t := &TimelineRow{title: title, meta: meta, body: body, right: NewLink("", Small, ColorAccent, nil)}
	t.ExtendBaseWidget(t)
	return t
}

// SetRight sets the words on the right; with tapped nil they are only read.
func (t *TimelineRow) SetRight(text string, tapped func()) *TimelineRow {
	t.right.OnTapped = tapped
	t.right.SetText(text)
	t.Refresh()
	return t
}

// SetLast ends the line at this entry.
func (t *TimelineRow) SetLast(last bool) *TimelineRow {
	t.last = last
	t.Refresh()
	return t
}

// Resize implements fyne.CanvasObject; the width decides the lines.
func (t *TimelineRow) Resize(size fyne.Size) {
	t.width = size.Width
	t.BaseWidget.Resize(size)
}

// HeightFor returns the height the entry needs at a width.
func (t *TimelineRow) HeightFor(width float32) float32 {
	lines := 0
	if t.body != "" {
		lines = len(wrap(t.body, Body, width-px(20)))
	}
	return px(20) + px(20)*float32(lines) + px(12)
}

// CreateRenderer implements fyne.Widget.
func (t *TimelineRow) CreateRenderer() fyne.WidgetRenderer {
	ring, line, title, meta := &canvas.Circle{}, canvas.NewRectangle(nil), lettering(), lettering()
	d := &drawing{of: t}
	d.paint = func() {
		ring.FillColor, ring.StrokeColor, ring.StrokeWidth = paint(ColorSurface), paint(ColorAccent), px(2)
		line.FillColor = paint(ColorLine)
		write(title, t.title, Strong, ColorText)
		write(meta, t.meta, Small, ColorDim)
		show(line, !t.last)
		show(t.right, t.right.text != "")
	}
	d.place = func(size fyne.Size) {
		put(ring, 0, middle(px(11), px(20)), px(11), px(11))
		put(line, px(5), px(18), 1, size.Height-px(18)+px(4))
		link := t.right.MinSize()
		put(t.right, size.Width-link.Width, middle(link.Height, px(20)), link.Width, link.Height)
		room := size.Width - px(20) - link.Width - px(10)
		title.Text = cut(t.title, Strong, room)
		x := centre(title, px(20), 0, px(20)) + px(10)
		meta.Text = cut(t.meta, Small, px(20)+room-x)
		centre(meta, x, 0, px(20))
		d.objects = []fyne.CanvasObject{line, ring, title, meta, t.right}
		if t.body == "" {
			return
		}
		d.objects = append(d.objects, lines(t.body, ColorText, px(20), px(20), size.Width-px(20))...)
	}
	d.min = func() fyne.Size {
		if t.width == 0 {
			return fyne.NewSize(px(200), px(52))
		}
		return fyne.NewSize(px(200), t.HeightFor(t.width))
	}
	d.paint()
	return d
}
