package widget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// overlay is what dialogs and drop-downs are made of: a layer over the whole canvas that owns the keys while it
// stands. Fyne's own dialogs know neither Enter nor Esc.
type overlay struct {
	widget.BaseWidget
	on        fyne.Canvas
	content   fyne.CanvasObject
	place     func(canvas, content fyne.Size) (fyne.Position, fyne.Size)
	veiled    bool   // dims what lies below
	onOutside func() // a click beside the content
	onKey     func(e *fyne.KeyEvent)

	before     func(*fyne.KeyEvent) // the keys' owner below
	runeBefore func(rune)
	open       bool
}

// show puts the layer up and gives the focus to first, so that every key reaches it.
func (o *overlay) show(first fyne.Focusable) {
	o.ExtendBaseWidget(o)
	o.open = true
	o.before, o.runeBefore = o.on.OnTypedKey(), o.on.OnTypedRune()
	o.on.SetOnTypedKey(o.onKey)
	o.on.SetOnTypedRune(nil)
	o.on.Overlays().Add(o)
	o.Resize(o.on.Size())
	if first != nil {
		o.on.Focus(first)
	}
}

// hide takes the layer away and gives the keys back to what lies below; the focus there was kept by the canvas.
func (o *overlay) hide() {
	if !o.open {
		return
	}
	o.open = false
	if !slices.Contains(o.on.Overlays().List(), fyne.CanvasObject(o)) {
		return // a layer below went first and took this one, and the keys, along
	}
	o.on.Overlays().Remove(o)
	o.on.SetOnTypedKey(o.before)
	o.on.SetOnTypedRune(o.runeBefore)
}

// Tapped implements fyne.Tappable: a click beside the content.
func (o *overlay) Tapped(e *fyne.PointEvent) {
	at, size := o.place(o.Size(), o.content.MinSize())
	inside := e.Position.X >= at.X && e.Position.X <= at.X+size.Width &&
		e.Position.Y >= at.Y && e.Position.Y <= at.Y+size.Height
	if !inside && o.onOutside != nil {
		o.onOutside()
	}
}

// CreateRenderer implements fyne.Widget.
func (o *overlay) CreateRenderer() fyne.WidgetRenderer {
	veil, shade, box := canvas.NewRectangle(nil), canvas.NewRectangle(nil), &canvas.Rectangle{}
	return newDrawing(o, func() {
		veil.FillColor = veilColor()
		shade.FillColor, shade.CornerRadius = hover(), px(10)
		framed(box, ColorSurface, ColorLine, px(8))
		show(veil, o.veiled)
	}, func(size fyne.Size) {
		put(veil, 0, 0, size.Width, size.Height)
		at, inner := o.place(size, o.content.MinSize())
		put(shade, at.X-2, at.Y, inner.Width+4, inner.Height+3)
		put(box, at.X, at.Y, inner.Width, inner.Height)
		put(o.content, at.X+1, at.Y+1, inner.Width-2, inner.Height-2)
	}, func() fyne.Size { return fyne.Size{} }, veil, shade, box, o.content)
}

// below places content under an anchor, or above it where there is no room below.
func below(on fyne.Canvas, anchor fyne.CanvasObject, height func(wanted float32) float32, width float32) func(fyne.Size, fyne.Size) (fyne.Position, fyne.Size) {
	return func(room, content fyne.Size) (fyne.Position, fyne.Size) {
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(anchor)
		size := fyne.NewSize(max(width, content.Width), height(content.Height))
		y := at.Y + anchor.Size().Height + px(4)
		if y+size.Height > room.Height && at.Y-size.Height-px(4) >= 0 {
			y = at.Y - size.Height - px(4)
		}
		x := max(min(at.X, room.Width-size.Width-px(4)), 0)
		return fyne.NewPos(x, y), size
	}
}
