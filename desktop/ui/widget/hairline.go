package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Hairline is the thin line between two parts of a card.
type Hairline struct{ widget.BaseWidget }

// NewHairline returns a line of one pixel.
func NewHairline() *Hairline {
	h := &Hairline{}
	h.ExtendBaseWidget(h)
	return h
}

// CreateRenderer implements fyne.Widget.
func (h *Hairline) CreateRenderer() fyne.WidgetRenderer {
	line := canvas.NewRectangle(nil)
	return newDrawing(h, func() { line.FillColor = paint(ColorLine) }, func(size fyne.Size) {
		put(line, 0, 0, size.Width, 1)
	}, func() fyne.Size { return fyne.NewSize(1, 1) }, line)
}
