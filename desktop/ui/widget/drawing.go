package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// drawing is the renderer of every widget here: fixed objects, a function that colours and words them from the
// widget's state and the theme, and one that places them.
type drawing struct {
	of      fyne.Widget
	objects []fyne.CanvasObject
	paint   func()
	place   func(fyne.Size)
	min     func() fyne.Size
}

func newDrawing(of fyne.Widget, paint func(), place func(fyne.Size), minimum func() fyne.Size, objects ...fyne.CanvasObject) *drawing {
	paint()
	return &drawing{of: of, objects: objects, paint: paint, place: place, min: minimum}
}

func (d *drawing) Layout(size fyne.Size)        { d.place(size) }
func (d *drawing) MinSize() fyne.Size           { return d.min() }
func (d *drawing) Objects() []fyne.CanvasObject { return d.objects }
func (d *drawing) Destroy()                     {}

func (d *drawing) Refresh() {
	d.paint()
	d.place(d.of.Size())
	canvas.Refresh(d.of)
}

// put places an object.
func put(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}

// show shows or hides an object.
func show(o fyne.CanvasObject, shown bool) {
	if shown {
		o.Show()
	} else {
		o.Hide()
	}
}

// framed colours a rectangle with a hairline border.
func framed(r *canvas.Rectangle, fill, border fyne.ThemeColorName, radius float32) {
	r.FillColor, r.StrokeColor, r.StrokeWidth, r.CornerRadius = paint(fill), paint(border), 1, radius
}
