package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// tick is the square of a check mark with the tick in it, drawn into other widgets as well.
type tick struct {
	box        canvas.Rectangle
	short, arm canvas.Line
}

func (t *tick) objects() []fyne.CanvasObject { return []fyne.CanvasObject{&t.box, &t.short, &t.arm} }

func (t *tick) paint(checked bool, strength float32) {
	t.box.CornerRadius, t.box.StrokeWidth = px(3), px(13)/10
	t.box.FillColor, t.box.StrokeColor = paint(ColorSurface), faded(paint(ColorDim), strength)
	if checked {
		t.box.FillColor, t.box.StrokeColor = faded(paint(ColorAccent), strength), faded(paint(ColorAccent), strength)
	}
	for _, l := range []*canvas.Line{&t.short, &t.arm} {
		l.StrokeColor, l.StrokeWidth = paint(ColorOnAccent), px(16)/10
		show(l, checked)
	}
}

// place puts the square, 14 drawn pixels wide, with its left upper corner at x, y.
func (t *tick) place(x, y float32) {
	side := px(14)
	put(&t.box, x, y, side, side)
	at := func(fx, fy float32) fyne.Position { return fyne.NewPos(x+side*fx, y+side*fy) }
	t.short.Position1, t.short.Position2 = at(0.22, 0.52), at(0.42, 0.72)
	t.arm.Position1, t.arm.Position2 = at(0.42, 0.72), at(0.78, 0.30)
}

// CheckMark is a box to tick.
type CheckMark struct {
	press
	checked bool
}

// NewCheckMark returns a box; changed is called when a person ticks or clears it.
func NewCheckMark(checked bool, changed func(checked bool)) *CheckMark {
	c := &CheckMark{checked: checked}
	c.OnTapped = func() {
		c.SetChecked(!c.checked)
		if changed != nil {
			changed(c.checked)
		}
	}
	c.extend(c)
	return c
}

// SetChecked ticks or clears the box without calling back.
func (c *CheckMark) SetChecked(checked bool) {
	c.checked = checked
	c.Refresh()
}

// Checked reports whether the box is ticked.
func (c *CheckMark) Checked() bool { return c.checked }

// CreateRenderer implements fyne.Widget.
func (c *CheckMark) CreateRenderer() fyne.WidgetRenderer {
	var mark tick
	return newDrawing(c, func() {
		strength := float32(1)
		if c.Disabled() {
			strength = 0.4
		}
		mark.paint(c.checked, strength)
		if c.hovered || c.focused {
			mark.box.StrokeColor = paint(ColorAccent)
		}
		if c.focused {
			mark.box.StrokeWidth = 2
		}
	}, func(size fyne.Size) {
		mark.place(middle(px(14), size.Width), middle(px(14), size.Height))
	}, func() fyne.Size { return fyne.NewSize(px(14), px(22)) }, mark.objects()...)
}

// Dot is the round mark of the status bar; a word stands beside it, always.
type Dot struct {
	widget.BaseWidget
	role fyne.ThemeColorName
}

// NewStatusDot returns a dot of a colour.
func NewStatusDot(role fyne.ThemeColorName) *Dot {
	d := &Dot{role: role}
	d.ExtendBaseWidget(d)
	return d
}

// SetRole changes the colour.
func (d *Dot) SetRole(role fyne.ThemeColorName) {
	d.role = role
	d.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (d *Dot) CreateRenderer() fyne.WidgetRenderer {
	dot := &canvas.Circle{}
	return newDrawing(d, func() { dot.FillColor = paint(d.role) }, func(size fyne.Size) {
		put(dot, 0, middle(px(8), size.Height), px(8), px(8))
	}, func() fyne.Size { return fyne.NewSize(px(8), px(8)) }, dot)
}

// Progress is the line that says how far something is.
type Progress struct {
	widget.BaseWidget
	value float64
	role  fyne.ThemeColorName
}

// NewProgress returns a progress line; value goes from 0 to 1.
func NewProgress(value float64) *Progress {
	p := &Progress{value: value, role: ColorAccent}
	p.ExtendBaseWidget(p)
	return p
}

// SetValue changes how far it is, from 0 to 1.
func (p *Progress) SetValue(value float64) {
	p.value = value
	p.Refresh()
}

// Value returns how far it is.
func (p *Progress) Value() float64 { return p.value }

// SetRole changes the colour of the line.
func (p *Progress) SetRole(role fyne.ThemeColorName) {
	p.role = role
	p.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (p *Progress) CreateRenderer() fyne.WidgetRenderer {
	track, done := &canvas.Rectangle{}, &canvas.Rectangle{}
	return newDrawing(p, func() {
		track.FillColor, track.CornerRadius = paint(ColorAccentWeak), px(4)
		done.FillColor, done.CornerRadius = paint(p.role), px(4)
	}, func(size fyne.Size) {
		y := middle(px(8), size.Height)
		put(track, 0, y, size.Width, px(8))
		part := min(max(float32(p.value), 0), 1)
		show(done, part > 0)
		// Less than its own height wide the rounded line would be drawn outside the track.
		put(done, 0, y, max(size.Width*part, px(8)), px(8))
	}, func() fyne.Size { return fyne.NewSize(px(60), px(8)) }, track, done)
}
