package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// sideHigh is the height of the bar that scrolls a list sideways, in drawn pixels.
const sideHigh = 12

// sideBar scrolls a list sideways where its columns need more room than there is. Fyne's scroll container around the
// list would take the list's own bar out of sight, and header and rows would no longer be cut off at its border.
type sideBar struct {
	widget.BaseWidget
	of      *BigList
	hovered bool
}

func newSideBar(of *BigList) *sideBar {
	s := &sideBar{of: of}
	s.ExtendBaseWidget(s)
	return s
}

// ratio is the part of the columns that is in sight.
func (s *sideBar) ratio() float32 {
	if s.of.total() == 0 {
		return 1
	}
	return min((s.of.Size().Width-2)/s.of.total(), 1)
}

// Dragged implements fyne.Draggable.
func (s *sideBar) Dragged(e *fyne.DragEvent) {
	if ratio := s.ratio(); ratio > 0 {
		s.of.shiftTo(s.of.shift + e.Dragged.DX/ratio)
	}
}

// DragEnd implements fyne.Draggable.
func (s *sideBar) DragEnd() {}

// Tapped implements fyne.Tappable: a click beside the thumb brings its middle there.
func (s *sideBar) Tapped(e *fyne.PointEvent) {
	width := s.Size().Width
	if width > 0 {
		s.of.shiftTo((e.Position.X/width - s.ratio()/2) * s.of.total())
	}
}

// MouseIn implements desktop.Hoverable.
func (s *sideBar) MouseIn(*desktop.MouseEvent) {
	s.hovered = true
	s.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (s *sideBar) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (s *sideBar) MouseOut() {
	s.hovered = false
	s.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (s *sideBar) CreateRenderer() fyne.WidgetRenderer {
	thumb := &canvas.Rectangle{}
	return newDrawing(s, func() {
		thumb.FillColor, thumb.CornerRadius = fynetheme.Color(fynetheme.ColorNameScrollBar), px(3)
		if s.hovered {
			thumb.FillColor = paint(ColorDim)
		}
	}, func(size fyne.Size) {
		wide := size.Width * s.ratio()
		at := float32(0)
		if total := s.of.total(); total > 0 {
			at = size.Width * s.of.shift / total
		}
		put(thumb, at, px(3), wide, px(6))
	}, func() fyne.Size { return fyne.NewSize(px(40), px(sideHigh)) }, thumb)
}
