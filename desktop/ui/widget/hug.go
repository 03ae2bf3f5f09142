package widget

import "fyne.io/fyne/v2"

// hug gives a list the height its rows need, and at most the height there is.
type hug struct{ list *BigList }

// NewHug returns a container in which a short list ends below its last row, as in the drawings, and a long one fills
// the room and scrolls.
func NewHug(list *BigList) *fyne.Container {
	return &fyne.Container{Layout: hug{list}, Objects: []fyne.CanvasObject{list}}
}

func (h hug) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	put(h.list, 0, 0, size.Width, min(size.Height, h.list.wanted()))
}

func (h hug) MinSize([]fyne.CanvasObject) fyne.Size { return h.list.MinSize() }

// emptyHeight is the room an empty list gives to what stands in place of its rows.
const emptyHeight = 320

// wanted is the height at which the list shows all its rows.
func (b *BigList) wanted() float32 {
	if b.Length() == 0 {
		return px(31 + emptyHeight)
	}
	high := px(31) + 2 + b.rowHeight()*float32(b.Length())
	if b.footer.words != "" {
		high += b.rowHeight()
	}
	if b.batch != nil && b.marks.count() > 0 {
		high += px(40)
	}
	if b.total() > b.Size().Width {
		high += px(12) // the bar that scrolls sideways
	}
	return high
}
