package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// tall is something whose height depends on the width it gets: wrapped text, chips in a flow.
type tall interface{ HeightFor(width float32) float32 }

// heightFor returns the height an object needs at a width.
func heightFor(o fyne.CanvasObject, width float32) float32 {
	if t, ok := o.(tall); ok {
		return t.HeightFor(width)
	}
	if c, ok := o.(*fyne.Container); ok {
		if t, ok := c.Layout.(containerTall); ok {
			return t.heightFor(c.Objects, width)
		}
	}
	return o.MinSize().Height
}

// containerTall is a layout whose height depends on the width it gets.
type containerTall interface {
	heightFor(objects []fyne.CanvasObject, width float32) float32
}

func shown(objects []fyne.CanvasObject) []fyne.CanvasObject {
	out := make([]fyne.CanvasObject, 0, len(objects))
	for _, o := range objects {
		if o != nil && o.Visible() {
			out = append(out, o)
		}
	}
	return out
}

// flow places objects one after another and starts a new line where one does not fit.
type flow struct {
	gap  float32
	last *float32 // the width last laid out for: a minimum height cannot be told without one
}

// NewFlow returns a container that wraps its objects like words, gap drawn pixels apart: chips, tags, small buttons.
func NewFlow(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &flow{gap: gap, last: new(float32)}, Objects: objects}
}

func (f *flow) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	*f.last = size.Width
	f.walk(objects, size.Width, func(o fyne.CanvasObject, x, y, w, h float32) { put(o, x, y, w, h) })
}

func (f *flow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width, sum := float32(0), float32(0)
	for _, o := range shown(objects) {
		w := o.MinSize().Width
		width, sum = max(width, w), sum+w+px(f.gap)
	}
	room := *f.last
	if room == 0 {
		room = sum
	}
	return fyne.NewSize(width, f.heightFor(objects, room))
}

func (f *flow) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	return f.walk(objects, width, func(fyne.CanvasObject, float32, float32, float32, float32) {})
}

func (f *flow) walk(objects []fyne.CanvasObject, width float32, at func(o fyne.CanvasObject, x, y, w, h float32)) float32 {
	gap := px(f.gap)
	var line []fyne.CanvasObject
	x, y, high := float32(0), float32(0), float32(0)
	flush := func() {
		left := float32(0)
		for _, o := range line {
			m := o.MinSize()
			at(o, left, y+middle(m.Height, high), min(m.Width, width), m.Height)
			left += m.Width + gap
		}
		y += high + gap
		line, x, high = line[:0], 0, 0
	}
	for _, o := range shown(objects) {
		m := o.MinSize()
		if len(line) > 0 && x+m.Width > width+0.5 {
			flush()
		}
		line = append(line, o)
		x, high = x+m.Width+gap, max(high, m.Height)
	}
	if len(line) > 0 {
		flush()
	}
	return max(y-gap, 0)
}

// stack places objects under one another at full width.
type stack struct {
	gap  float32
	last *float32
}

// NewStack returns a container of objects under one another, gap drawn pixels apart, each at full width and as high
// as it needs at that width.
func NewStack(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: &stack{gap: gap, last: new(float32)}, Objects: objects}
}

func (s *stack) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	*s.last = size.Width
	y := float32(0)
	for _, o := range shown(objects) {
		h := heightFor(o, size.Width)
		put(o, 0, y, size.Width, h)
		y += h + px(s.gap)
	}
}

func (s *stack) MinSize(objects []fyne.CanvasObject) fyne.Size {
	width := float32(0)
	for _, o := range shown(objects) {
		width = max(width, o.MinSize().Width)
	}
	return fyne.NewSize(width, s.heightFor(objects, max(*s.last, width)))
}

func (s *stack) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	y, gap := float32(0), px(s.gap)
	for _, o := range shown(objects) {
		y += heightFor(o, width) + gap
	}
	return max(y-gap, 0)
}

// bar places objects beside one another, in the middle of the height; spaces take what is left.
type bar struct{ gap float32 }

// NewBar returns a container of objects beside one another, gap drawn pixels apart and centred in the height.
// NewSpace between them pushes the rest to the right. A Text that may shrink gives way where the room is short.
func NewBar(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: bar{gap: gap}, Objects: objects}
}

// space is what NewSpace returns.
type space struct{ canvas.Rectangle }

// NewSpace returns an object that takes the room left over in a NewBar.
func NewSpace() fyne.CanvasObject { return &space{} }

// elastic is something that would like more than its minimum width.
type elastic interface{ natural() float32 }

func (b bar) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects = shown(objects)
	widths, rest, spaces, yields := make([]float32, len(objects)), size.Width, 0, float32(0)
	for i, o := range objects {
		if _, ok := o.(*space); ok {
			spaces++
			continue
		}
		widths[i] = o.MinSize().Width
		if e, ok := o.(elastic); ok {
			yields += max(e.natural()-widths[i], 0)
			widths[i] = max(e.natural(), widths[i])
		}
		rest -= widths[i]
	}
	rest -= px(b.gap) * float32(max(len(objects)-spaces-1, 0))
	x := float32(0)
	for i, o := range objects {
		if _, ok := o.(*space); ok {
			x += max(rest, 0) / float32(spaces)
			continue
		}
		m := o.MinSize()
		if e, ok := o.(elastic); ok && rest < 0 && yields > 0 {
			widths[i] -= min(-rest, yields) * max(e.natural()-m.Width, 0) / yields
		}
		put(o, x, middle(m.Height, size.Height), widths[i], m.Height)
		x += widths[i] + px(b.gap)
	}
}

func (b bar) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size, gap := fyne.Size{}, float32(0)
	for _, o := range shown(objects) {
		if _, ok := o.(*space); ok {
			continue
		}
		m := o.MinSize()
		size = fyne.NewSize(size.Width+gap+m.Width, max(size.Height, m.Height))
		gap = px(b.gap)
	}
	return size
}
