package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// frame is the box around something to fill in: label above, rounded border, error below. The fields differ only in
// what stands inside.
type frame struct {
	widget.BaseWidget
	self         fyne.Widget
	label, fault string
	required     bool
	inner        fyne.CanvasObject // fills the box between left and right padding
	after        fyne.CanvasObject // on the right in the box: a hint, a button; may be nil
	rows         int               // text lines of the box; 1 is a field of 32
	fill         fyne.ThemeColorName
	focused, off bool
	onTap        func()
}

// setUp names the field the frame belongs to: it is the widget, the frame only draws it.
func (f *frame) setUp(self fyne.Widget, label string, inner fyne.CanvasObject) {
	f.self, f.label, f.inner, f.rows, f.fill = self, label, inner, 1, ColorBackground
	f.ExtendBaseWidget(self)
}

// boxHeight is 32 for a line and grows by 20 a line; the text area of the drawings with two lines is 62 high.
func (f *frame) boxHeight() float32 {
	if f.rows <= 1 {
		return px(32)
	}
	return px(22) + px(20)*float32(f.rows)
}

func (f *frame) top() float32 {
	if f.label == "" {
		return 0
	}
	return px(22)
}

func (f *frame) foot() float32 {
	if f.fault == "" {
		return 0
	}
	return px(20)
}

// Tapped focuses the field where the box is clicked beside the entry.
func (f *frame) Tapped(*fyne.PointEvent) {
	if f.onTap != nil && !f.off {
		f.onTap()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *frame) CreateRenderer() fyne.WidgetRenderer {
	box, label, star, fault := &canvas.Rectangle{}, lettering(), lettering(), lettering()
	d := &drawing{of: f.self}
	d.paint = func() {
		framed(box, f.fill, ColorLine, px(6))
		switch {
		case f.off:
			box.FillColor = paint(ColorSurface)
		case f.fault != "":
			box.StrokeColor = paint(ColorBad)
		case f.focused:
			box.StrokeColor = paint(ColorAccent)
		}
		write(label, f.label, Small, ColorDim)
		write(star, "", Small, ColorBad)
		if f.required && f.label != "" {
			star.Text = "*"
		}
		write(fault, f.fault, Small, ColorBad)
		d.objects = []fyne.CanvasObject{box, label, star, f.inner, fault}
		if f.after != nil {
			d.objects = append(d.objects, f.after)
		}
	}
	d.place = func(size fyne.Size) {
		centre(star, centre(label, 0, 0, px(18))+px(3), 0, px(18))
		y, high := f.top(), f.boxHeight()
		put(box, 0, y, size.Width, high)
		right := size.Width - px(5)
		if f.after != nil && f.after.Visible() {
			m := f.after.MinSize()
			put(f.after, size.Width-px(11)-m.Width, y+middle(m.Height, high), m.Width, m.Height)
			right -= m.Width + px(8)
		}
		put(f.inner, px(5), y+1, right-px(5), high-2)
		fault.Text = cut(f.fault, Small, size.Width)
		centre(fault, 0, y+high+px(2), px(18))
	}
	d.min = func() fyne.Size { return fyne.NewSize(px(96), f.top()+f.boxHeight()+f.foot()) }
	d.paint()
	return d
}

// bare is the layout of the entry inside a frame. A single line is centred even where the entry wants to be higher
// than the box; an area starts a little below the border, as drawn.
type bare struct{ area bool }

func (b bare) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		if b.area {
			put(o, 0, px(2), size.Width, size.Height-px(2))
			continue
		}
		high := max(o.MinSize().Height, size.Height)
		put(o, 0, (size.Height-high)/2, size.Width, high)
	}
}

func (bare) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(1, 1) }

func unframed(in *input) fyne.CanvasObject {
	return &fyne.Container{Layout: bare{in.MultiLine}, Objects: []fyne.CanvasObject{in}}
}
