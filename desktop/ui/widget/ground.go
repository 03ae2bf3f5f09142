package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Ground is content on a plain ground: the window's own, or the white of rail and bars with hairlines at chosen sides.
type Ground struct {
	widget.BaseWidget
	content fyne.CanvasObject
	color   fyne.ThemeColorName
	edge    Edge
}

// Edge is the side at which a Ground has a hairline.
type Edge int

// The edges.
const (
	NoEdge Edge = iota
	RightEdge
	BottomEdge
	TopEdge
)

// NewGround returns content on the ground of the window.
func NewGround(content fyne.CanvasObject) *Ground { return newGround(content, ColorBackground, NoEdge) }

// NewPanel returns content on white, with a hairline at one side: the rail and the bars.
func NewPanel(content fyne.CanvasObject, edge Edge) *Ground {
	return newGround(content, ColorSurface, edge)
}

func newGround(content fyne.CanvasObject, color fyne.ThemeColorName, edge Edge) *Ground {
	g := &Ground{content: content, color: color, edge: edge}
	g.ExtendBaseWidget(g)
	return g
}

// Refresh implements fyne.CanvasObject; the content is laid out anew too.
func (g *Ground) Refresh() {
	g.BaseWidget.Refresh()
	g.content.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (g *Ground) CreateRenderer() fyne.WidgetRenderer {
	fill, line := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	return newDrawing(g, func() {
		fill.FillColor, line.FillColor = paint(g.color), paint(ColorLine)
		show(line, g.edge != NoEdge)
	}, func(size fyne.Size) {
		put(fill, 0, 0, size.Width, size.Height)
		put(g.content, 0, 0, size.Width, size.Height)
		switch g.edge {
		case RightEdge:
			put(line, size.Width-1, 0, 1, size.Height)
		case BottomEdge:
			put(line, 0, size.Height-1, size.Width, 1)
		case TopEdge:
			put(line, 0, 0, size.Width, 1)
		}
	}, func() fyne.Size { return g.content.MinSize() }, fill, g.content, line)
}

// Veil is an invisible layer that notices a click beside what floats above it.
type Veil struct {
	widget.BaseWidget
	tapped func()
}

// NewVeil returns a layer that calls back when it is clicked.
func NewVeil(tapped func()) *Veil {
	v := &Veil{tapped: tapped}
	v.ExtendBaseWidget(v)
	return v
}

// Tapped implements fyne.Tappable.
func (v *Veil) Tapped(*fyne.PointEvent) { v.tapped() }

// CreateRenderer implements fyne.Widget.
func (v *Veil) CreateRenderer() fyne.WidgetRenderer {
	return newDrawing(v, func() {}, func(fyne.Size) {}, func() fyne.Size { return fyne.Size{} })
}
