package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// listHeader is the line of column titles. A click sorts, the edge of a column is dragged to widen it.
type listHeader struct {
	widget.BaseWidget
	of     *BigList
	titles []*headTitle
	grips  []*headGrip
	line   *canvas.Rectangle
	mark   *CheckMark
	drawn  *drawing
}

func newListHeader(of *BigList) *listHeader {
	h := &listHeader{of: of, line: canvas.NewRectangle(nil)}
	h.mark = NewCheckMark(false, func(checked bool) {
		if checked {
			of.marks.all()
		} else {
			of.marks.clear()
		}
	})
	h.ExtendBaseWidget(h)
	h.build()
	return h
}

// build makes titles and grips for the columns there are.
func (h *listHeader) build() {
	h.titles, h.grips = nil, nil
	for i := range h.of.columns {
		h.titles = append(h.titles, newHeadTitle(h.of, i))
		h.grips = append(h.grips, newHeadGrip(h.of, i))
	}
	h.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *listHeader) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: h}
	d.paint = func() {
		h.line.FillColor = paint(ColorLine)
		h.mark.checked = h.of.marks.count() > 0 && h.of.marks.count() == h.of.Length()
		// The drawings show no box in the header; it appears once something is marked.
		show(h.mark, h.of.checks && h.of.marks.count() > 0)
		d.objects = []fyne.CanvasObject{h.line, h.mark}
		for i := range h.titles {
			h.titles[i].Refresh()
			d.objects = append(d.objects, h.titles[i])
		}
		for i := range h.grips {
			d.objects = append(d.objects, h.grips[i])
		}
	}
	d.place = func(size fyne.Size) {
		put(h.line, 0, size.Height-1, size.Width, 1)
		put(h.mark, px(10)-h.of.shift, 0, px(14), size.Height-1)
		for i := range h.titles {
			from, to := h.of.offsets[i]-h.of.shift, h.of.offsets[i+1]-h.of.shift
			put(h.titles[i], from, 0, to-from, size.Height-1)
			put(h.grips[i], to-px(4), 0, px(8), size.Height-1)
		}
	}
	d.min = func() fyne.Size { return fyne.NewSize(h.of.total(), px(31)) }
	d.paint()
	h.drawn = d
	return d
}

// headTitle is the title of a column.
type headTitle struct {
	press
	of     *BigList
	column int
}

func newHeadTitle(of *BigList, column int) *headTitle {
	t := &headTitle{of: of, column: column}
	t.extend(t)
	if of.columns[column].Sortable {
		t.OnTapped = t.sort
	}
	return t
}

func (t *headTitle) sort() {
	id := t.of.columns[t.column].ID
	down := t.of.sortedBy == id && !t.of.downward
	t.of.SetSorted(id, down)
	if t.of.OnSort != nil {
		t.of.OnSort(id, down)
	}
}

// words is the title with the arrow of its order.
func (t *headTitle) words() string {
	c := t.of.columns[t.column]
	switch {
	case t.of.sortedBy != c.ID || c.ID == "":
		return c.Title
	case t.of.downward:
		return c.Title + " ↓"
	default:
		return c.Title + " ↑"
	}
}

// CreateRenderer implements fyne.Widget.
func (t *headTitle) CreateRenderer() fyne.WidgetRenderer {
	label := lettering()
	return newDrawing(t, func() {
		role := ColorDim
		if t.OnTapped != nil && (t.hovered || t.focused) {
			role = ColorAccent
		}
		write(label, t.words(), Small, role)
	}, func(size fyne.Size) {
		label.Text = cut(t.words(), Small, size.Width-px(20))
		if t.of.columns[t.column].Right {
			centreRight(label, size.Width-px(10), 0, size.Height)
		} else {
			centre(label, px(10), 0, size.Height)
		}
	}, func() fyne.Size { return fyne.NewSize(px(20), px(30)) }, label)
}

// headGrip is the edge of a column, to be dragged.
type headGrip struct {
	widget.BaseWidget
	of      *BigList
	column  int
	hovered bool
}

func newHeadGrip(of *BigList, column int) *headGrip {
	g := &headGrip{of: of, column: column}
	g.ExtendBaseWidget(g)
	return g
}

// CreateRenderer implements fyne.Widget.
func (g *headGrip) CreateRenderer() fyne.WidgetRenderer {
	edge := canvas.NewRectangle(nil)
	return newDrawing(g, func() {
		edge.FillColor = paint(ColorAccent)
		show(edge, g.hovered)
	}, func(size fyne.Size) {
		put(edge, middle(px(2), size.Width), px(6), px(2), size.Height-px(12))
	}, func() fyne.Size { return fyne.NewSize(px(8), px(30)) }, edge)
}

// Dragged implements fyne.Draggable.
func (g *headGrip) Dragged(e *fyne.DragEvent) {
	unit := px(100) / 100
	g.of.setWidth(g.column, g.of.columns[g.column].Width+e.Dragged.DX/unit)
}

// DragEnd implements fyne.Draggable.
func (g *headGrip) DragEnd() {
	if g.of.OnWidth != nil {
		g.of.OnWidth(g.of.columns[g.column].ID, g.of.columns[g.column].Width)
	}
}

// Cursor implements desktop.Cursorable.
func (g *headGrip) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// MouseIn implements desktop.Hoverable.
func (g *headGrip) MouseIn(*desktop.MouseEvent) {
	g.hovered = true
	g.Refresh()
}

// MouseMoved implements desktop.Hoverable.
func (g *headGrip) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (g *headGrip) MouseOut() {
	g.hovered = false
	g.Refresh()
}

// batchBar says how many rows are marked and holds what can be done with them.
type batchBar struct {
	widget.BaseWidget
	of      *BigList
	says    func(count int) string
	actions []*Button
	clear   *Link
}

func newBatchBar(of *BigList, says func(int) string, clear string, actions []*Button) *batchBar {
	b := &batchBar{of: of, says: says, actions: actions, clear: NewLink(clear, Small, ColorAccent, of.ClearMarks)}
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *batchBar) CreateRenderer() fyne.WidgetRenderer {
	ground, label := &canvas.Rectangle{}, lettering()
	objects := []fyne.CanvasObject{ground, label, b.clear}
	for _, a := range b.actions {
		objects = append(objects, a)
	}
	return newDrawing(b, func() {
		ground.FillColor = paint(ColorAccentWeak)
		ground.TopLeftCornerRadius, ground.TopRightCornerRadius = px(8), px(8)
		write(label, b.says(b.of.marks.count()), Body, ColorAccent)
	}, func(size fyne.Size) {
		put(ground, 0, 0, size.Width, size.Height)
		m := b.clear.MinSize()
		put(b.clear, size.Width-px(14)-m.Width, middle(m.Height, size.Height), m.Width, m.Height)
		x := centre(label, px(14), 0, size.Height) + px(10)
		for _, a := range b.actions {
			m := a.MinSize()
			put(a, x, middle(m.Height, size.Height), m.Width, m.Height)
			x += m.Width + px(10)
		}
	}, func() fyne.Size { return fyne.NewSize(px(200), px(40)) }, objects...)
}
