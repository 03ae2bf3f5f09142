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

// narrow tells whether the chips would be squeezed into a column by what stands on the right; that then moves below.
func (h head) narrow(width float32) bool {
	group, ok := h.chips.(*ChipGroup)
	if !ok || len(shown(h.right)) == 0 {
		return false
	}
	_, room := h.room(width)
	return room < min(group.natural(), px(280))
}

// below is the height of the line under the chips that holds the right side of a narrow head.
func (h head) below(width float32) float32 {
	if !h.narrow(width) {
		return 0
	}
	high := float32(0)
	for _, o := range shown(h.right) {
		high = max(high, heightFor(o, wish(o)))
	}
	return high + px(8)
}

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
	top := float32(0) // where the right side stands
	if h.narrow(size.Width) {
		chips = size.Width - x
		top = max(line, heightFor(h.chips, chips)) + px(8)
	}
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
		put(o, end, top+middle(high, line), width, high)
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
	x, chips := h.room(width)
	if h.narrow(width) {
		chips = width - x
	}
	return max(px(headHeight), heightFor(h.chips, chips)) + h.below(width)
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

// topBar gives the search box up to a width, and less where the buttons on the right need the room.
type topBar struct {
	box     fyne.CanvasObject
	buttons *fyne.Container
	width   float32
}

// NewTopBar returns the line at the top: a box of up to width drawn pixels, and buttons at the right end.
func NewTopBar(width float32, box fyne.CanvasObject, buttons *fyne.Container) *fyne.Container {
	return &fyne.Container{Layout: topBar{box, buttons, width}, Objects: []fyne.CanvasObject{box, buttons}}
}

func (t topBar) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	need := t.buttons.MinSize().Width
	width := max(min(px(t.width), size.Width-need-px(12)), px(96))
	high := t.box.MinSize().Height
	put(t.box, 0, middle(high, size.Height), width, high)
	left := width + px(12)
	put(t.buttons, left, 0, max(size.Width-left, need), size.Height)
}

func (t topBar) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(px(200), max(t.box.MinSize().Height, t.buttons.MinSize().Height))
}

// split gives the left part a width, and less where that would be more than a part of the whole.
type split struct {
	left, gap, part float32
}

// NewSplit returns two parts beside one another: the left one of left drawn pixels, but of no more than a part (0 to 1)
// of the whole, which counts at large text sizes and in narrow windows.
func NewSplit(left, gap, part float32, a, b fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: split{left, gap, part}, Objects: []fyne.CanvasObject{a, b}}
}

func (s split) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	width := min(px(s.left), size.Width*s.part)
	put(objects[0], 0, 0, width, size.Height)
	put(objects[1], width+px(s.gap), 0, max(size.Width-width-px(s.gap), 0), size.Height)
}

func (s split) MinSize(objects []fyne.CanvasObject) fyne.Size {
	a, b := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(px(200), max(a.Height, b.Height))
}

// aside puts a side column beside the main part, or under it where both would be squeezed.
type aside struct {
	gap, side, least float32
}

// NewAside returns a main part with a column of side drawn pixels at its right. Where that leaves the main part less
// than least drawn pixels the column stands below it.
func NewAside(gap, side, least float32, main, column fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: aside{gap, side, least}, Objects: []fyne.CanvasObject{main, column}}
}

func (a aside) below(width float32) bool { return width-px(a.side)-px(a.gap) < px(a.least) }

func (a aside) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	if a.below(size.Width) {
		high := heightFor(objects[0], size.Width)
		put(objects[0], 0, 0, size.Width, high)
		put(objects[1], 0, high+px(a.gap), size.Width, heightFor(objects[1], size.Width))
		return
	}
	width := size.Width - px(a.side) - px(a.gap)
	put(objects[0], 0, 0, width, size.Height)
	put(objects[1], width+px(a.gap), 0, px(a.side), size.Height)
}

func (a aside) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(px(200), a.heightFor(objects, objects[0].Size().Width))
}

func (a aside) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	if width <= 0 {
		return objects[0].MinSize().Height
	}
	if a.below(width) {
		return heightFor(objects[0], width) + px(a.gap) + heightFor(objects[1], width)
	}
	return max(heightFor(objects[0], width-px(a.side)-px(a.gap)), heightFor(objects[1], px(a.side)))
}
