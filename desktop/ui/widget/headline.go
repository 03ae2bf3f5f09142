package widget

import "fyne.io/fyne/v2"

// headline is a line of a name with its marks and, at the right end, a remark, which moves below where both have no room.
type headline struct {
	left  *fyne.Container
	right fyne.CanvasObject
	gap   float32
}

const headlineHeight, headlineBelow = 28, 22

// NewHeadline returns the head of a record's page: left is a bar gap drawn pixels apart, right the remark.
func NewHeadline(gap float32, left *fyne.Container, right fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: headline{left, right, gap}, Objects: []fyne.CanvasObject{left, right}}
}

// narrow tells whether the name would have to be cut for the remark.
func (h headline) narrow(width float32) bool {
	need := h.right.MinSize().Width
	for _, o := range shown(h.left.Objects) {
		need += wish(o) + px(h.gap)
	}
	return need > width
}

func (h headline) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	line, remark := px(headlineHeight), h.right.MinSize()
	if h.narrow(size.Width) {
		put(h.left, 0, 0, size.Width, line)
		put(h.right, 0, line, min(remark.Width, size.Width), remark.Height)
		return
	}
	put(h.left, 0, 0, size.Width-remark.Width-px(h.gap), line)
	put(h.right, size.Width-remark.Width, middle(remark.Height, line), remark.Width, remark.Height)
}

func (h headline) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(px(200), h.heightFor(objects, h.left.Size().Width))
}

func (h headline) heightFor(_ []fyne.CanvasObject, width float32) float32 {
	if width > 0 && h.narrow(width) {
		return px(headlineHeight + headlineBelow)
	}
	return px(headlineHeight)
}
