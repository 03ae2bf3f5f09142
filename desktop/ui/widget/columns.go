package widget

import (
	"fyne.io/fyne/v2"
)

// columns gives each object a width; a width of nought shares what is left.
type columns struct {
	gap    float32
	widths []float32
}

// NewColumns returns a container of columns gap drawn pixels apart with fixed widths in drawn pixels; columns of
// width 0 share the rest. All are as high as the container.
func NewColumns(gap float32, widths []float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: columns{gap: gap, widths: widths}, Objects: objects}
}

// NewLeftSplit returns two columns of which the left has a fixed width in drawn pixels: the customer page.
func NewLeftSplit(left, gap float32, a, b fyne.CanvasObject) *fyne.Container {
	return NewColumns(gap, []float32{left, 0}, a, b)
}

func (c columns) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	x := float32(0)
	for i, w := range c.spread(objects, size.Width) {
		put(objects[i], x, 0, w, size.Height)
		x += w + px(c.gap)
	}
}

func (c columns) spread(objects []fyne.CanvasObject, width float32) []float32 {
	out := make([]float32, len(objects))
	rest, shares := width-px(c.gap)*float32(len(objects)-1), 0
	for i := range objects {
		if i < len(c.widths) && c.widths[i] > 0 {
			out[i] = px(c.widths[i])
			rest -= out[i]
		} else {
			shares++
		}
	}
	for i := range out {
		if out[i] == 0 {
			out[i] = max(rest, 0) / float32(shares)
		}
	}
	return out
}

func (c columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(px(c.gap)*float32(max(len(objects)-1, 0)), 0)
	for i, o := range objects {
		m := o.MinSize()
		if i < len(c.widths) && c.widths[i] > 0 {
			m.Width = px(c.widths[i])
		}
		size = fyne.NewSize(size.Width+m.Width, max(size.Height, m.Height))
	}
	return size
}

func (c columns) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	height := float32(0)
	for i, w := range c.spread(objects, width) {
		height = max(height, heightFor(objects[i], w))
	}
	return height
}

// upTo gives its object no more than a width, at the left.
type upTo struct{ width float32 }

// NewUpTo returns an object that is as wide as there is room for, up to width drawn pixels: text to be read.
func NewUpTo(width float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: upTo{width}, Objects: []fyne.CanvasObject{o}}
}

func (u upTo) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		put(o, 0, 0, min(px(u.width), size.Width), size.Height)
	}
}

func (u upTo) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(px(200), 0)
	for _, o := range objects {
		size.Height = max(size.Height, o.MinSize().Height)
	}
	return size
}

func (u upTo) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	height := float32(0)
	for _, o := range shown(objects) {
		height = max(height, heightFor(o, min(px(u.width), width)))
	}
	return height
}

// inset keeps a margin around its objects.
type inset struct{ left, top, right, bottom float32 }

// NewInset returns an object with a margin around it, in drawn pixels.
func NewInset(left, top, right, bottom float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: inset{left, top, right, bottom}, Objects: []fyne.CanvasObject{o}}
}

func (n inset) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		put(o, px(n.left), px(n.top), size.Width-px(n.left)-px(n.right), size.Height-px(n.top)-px(n.bottom))
	}
}

func (n inset) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.Size{}
	for _, o := range shown(objects) {
		size = size.Max(o.MinSize())
	}
	return size.AddWidthHeight(px(n.left)+px(n.right), px(n.top)+px(n.bottom))
}

func (n inset) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	height := float32(0)
	for _, o := range shown(objects) {
		height = max(height, heightFor(o, width-px(n.left)-px(n.right)))
	}
	return height + px(n.top) + px(n.bottom)
}

// fixed gives its objects a size of its own.
type fixed struct{ width, height float32 }

// NewFixed returns an object with a size in drawn pixels; a measure of 0 is the object's own.
func NewFixed(width, height float32, o fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: fixed{width, height}, Objects: []fyne.CanvasObject{o}}
}

func (f fixed) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	for _, o := range objects {
		put(o, 0, 0, size.Width, size.Height)
	}
}

func (f fixed) MinSize(objects []fyne.CanvasObject) fyne.Size {
	size := fyne.Size{}
	for _, o := range objects {
		size = size.Max(o.MinSize())
	}
	if f.width > 0 {
		size.Width = px(f.width)
	}
	if f.height > 0 {
		size.Height = px(f.height)
	}
	return size
}
