package widget

import "fyne.io/fyne/v2"

// edges puts objects at the sides of a middle without gaps between them. Unlike Fyne's border it gives what stands at
// the top and bottom the height it needs at the width there is.
type edges struct{ top, bottom, left, middle fyne.CanvasObject }

// NewEdges returns a container of a top, a bottom, a left side and the middle that takes what is left; all but the
// middle may be nil.
func NewEdges(top, bottom, left, middle fyne.CanvasObject) *fyne.Container {
	c := &fyne.Container{Layout: edges{top, bottom, left, middle}}
	for _, o := range []fyne.CanvasObject{top, bottom, left, middle} {
		if o != nil {
			c.Objects = append(c.Objects, o)
		}
	}
	return c
}

func (e edges) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	y, x, bottom := float32(0), float32(0), size.Height
	if e.top != nil {
		y = heightFor(e.top, size.Width)
		put(e.top, 0, 0, size.Width, y)
	}
	if e.bottom != nil {
		high := heightFor(e.bottom, size.Width)
		bottom -= high
		put(e.bottom, 0, bottom, size.Width, high)
	}
	if e.left != nil {
		x = e.left.MinSize().Width
		put(e.left, 0, y, x, max(bottom-y, 0))
	}
	put(e.middle, x, y, max(size.Width-x, 0), max(bottom-y, 0))
}

func (e edges) MinSize([]fyne.CanvasObject) fyne.Size {
	size := e.middle.MinSize()
	if e.left != nil {
		m := e.left.MinSize()
		size = fyne.NewSize(size.Width+m.Width, max(size.Height, m.Height))
	}
	for _, o := range []fyne.CanvasObject{e.top, e.bottom} {
		if o != nil {
			m := o.MinSize()
			size = fyne.NewSize(max(size.Width, m.Width), size.Height+m.Height)
		}
	}
	return size
}

// head is the line above a list: its title, chips that wrap where the room is short, and what stands on the right.
type head struct {
	title, chips fyne.CanvasObject
	right        []fyne.CanvasObject
}

// NewHead returns the head of a screen. Title may be nil.
func NewHead(title fyne.CanvasObject, chips *ChipGroup, right ...fyne.CanvasObject) *fyne.Container {
	h := head{title: title, chips: chips, right: right}
	objects := append([]fyne.CanvasObject{chips}, right...)
	if title != nil {
		objects = append(objects, title)
	}
	return &fyne.Container{Layout: h, Objects: objects}
}

const headHeight, headGap = 28, 14

// wish is the width an object would like.
func wish(o fyne.CanvasObject) float32 {
	if e, ok := o.(elastic); ok {
		return max(e.natural(), o.MinSize().Width)
	}
	return o.MinSize().Width
}

// room is what title and right side leave to the chips, and where they start.
func (h head) room(width float32) (x, chips float32) {
	chips = width
	if h.title != nil {
		x = h.title.MinSize().Width + px(headGap)
		chips -= x
	}
	for _, o := range shown(h.right) {
		chips -= wish(o) + px(headGap)
	}
	return x, max(chips, px(80))
}

func (h head) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	x, chips := h.room(size.Width)
	line := px(headHeight)
	if h.title != nil {
		m := h.title.MinSize()
		put(h.title, 0, middle(m.Height, line), m.Width, m.Height)
	}
	high := heightFor(h.chips, chips)
	put(h.chips, x, max(middle(min(high, line), line), 0), chips, high)
	end := size.Width
	right := shown(h.right)
	for i := range right {
		o := right[len(right)-1-i]
		width := wish(o)
		high := heightFor(o, width)
		end -= width
		put(o, end, middle(high, line), width, high)
		end -= px(headGap)
	}
}

func (h head) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(px(200), h.heightFor(objects, h.chips.Size().Width))
}

func (h head) heightFor(_ []fyne.CanvasObject, width float32) float32 {
	if width <= 0 {
		return px(headHeight)
	}
	_, chips := h.room(width)
	return max(px(headHeight), heightFor(h.chips, chips))
}

// natural is the width at which the chips stand in one line; a bar gives it to them where it can.
func (g *ChipGroup) natural() float32 {
	width := float32(0)
	for i, o := range shown(g.row.Objects) {
		if i > 0 {
			width += px(g.row.Layout.(*flow).gap)
		}
		width += o.MinSize().Width
	}
	return width
}
