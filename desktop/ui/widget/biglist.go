package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Column is a column of a BigList.
type Column struct {
	ID       string
	Title    string
	Width    float32 // drawn pixels, padding included
	Right    bool    // numbers: aligned to the right
	Sortable bool
}

// Cell is what stands in a column of one row.
type Cell struct {
	Text string
	Role fyne.ThemeColorName // "": the colour of words
	Tag  Tone                // ToneNone: plain words
	Bold bool
}

// BigList is the list of records: dense rows under a header, made for a hundred thousand of them. It owns no data: it
// asks for the rows it shows, each time it shows them, so Row must answer from memory.
//
// The arrows, Page Up and Down, Home and End move; Enter opens, Space marks, Ctrl+A marks all, Esc clears the marks.
// All other keys go to the screen.
type BigList struct {
	widget.BaseWidget

	// Length returns the number of rows.
	Length func() int
	// Row returns the cells of a row in the order of the columns; nil while they are being read.
	Row func(i int) []Cell
	// Key returns what a row stands for, its record's id: marks belong to records and survive sorting.
	Key func(i int) string

	// OnOpen is called by a click on a row and by Enter.
	OnOpen func(i int)
	// OnSort is called by a click on the header of a sortable column.
	OnSort func(column string, descending bool)
	// OnWidth is called when a person has changed the width of a column, in drawn pixels.
	OnWidth func(column string, width float32)
	// OnMarked is called when the marks have changed.
	OnMarked func(count int)
	// OnCurrent is called when the row the keys stand on has changed.
	OnCurrent func(i int)

	columns  []Column
	checks   bool
	marks    *marks
	current  int // the row the keys stand on
	focused  bool
	sortedBy string
	downward bool
	offsets  []float32 // where each column starts, and the end of the last
	cuts     cutter

	list   *flatList
	header *listHeader
	batch  *batchBar
	footer *Text
	empty  fyne.CanvasObject
	top    *container.Clip // the header, cut off at the sides of the list
	rows   fyne.CanvasObject
	side   *sideBar
	shift  float32 // how far header and rows are scrolled to the side
}

// NewBigList returns a list of these columns; with checks there is a box in front of each row. Set Length, Row and
// Key before it is shown.
func NewBigList(columns []Column, checks bool) *BigList {
	b := &BigList{columns: columns, checks: checks, footer: NewText("", Body, ColorDim)}
	b.Length = func() int { return 0 }
	b.Row = func(int) []Cell { return nil }
	b.Key = func(int) string { return "" }
	b.marks = newMarks(b)
	b.list = newFlatList(func() int { return b.Length() }, func() fyne.CanvasObject { return newListRow(b) },
		func(i int, o fyne.CanvasObject) { o.(*listRow).fill(i) })
	b.list.keys, b.list.shortcuts = b.typedKey, b.typedShortcut
	b.list.focus = func(focused bool) { b.focused = focused; b.repaint() }
	b.measureColumns()
	b.header = newListHeader(b)
	b.top = container.NewClip(b.header)
	b.top.ExtendBaseWidget(b.top)
	b.rows = flat(b.list)
	b.side = newSideBar(b)
	b.ExtendBaseWidget(b)
	return b
}

// SetColumns changes the columns.
func (b *BigList) SetColumns(columns []Column) {
	b.columns = columns
	b.cuts.clear()
	b.measureColumns()
	b.header.build()
	b.Reload()
}

// Columns returns the columns with the widths they have now.
func (b *BigList) Columns() []Column { return append([]Column(nil), b.columns...) }

// SetSorted shows the arrow of the order the rows are in; column "" shows none.
func (b *BigList) SetSorted(column string, descending bool) {
	b.sortedBy, b.downward = column, descending
	b.header.Refresh()
}

// SetFooter sets the words of the line below the rows (共 412 位); "" leaves the line out.
func (b *BigList) SetFooter(text string) {
	b.footer.SetText(text)
	b.Refresh()
}

// SetBatch sets the bar shown above the header while rows are marked: what it says for a number of marks, the words
// of the link that clears them, and the buttons of what can be done with them.
func (b *BigList) SetBatch(says func(count int) string, clear string, actions ...*Button) {
	b.batch = newBatchBar(b, says, clear, actions)
	b.Refresh()
}

// SetEmpty sets what is shown in place of the rows while there are none.
func (b *BigList) SetEmpty(o fyne.CanvasObject) {
	b.empty = o
	b.Refresh()
}

// Reload asks for all rows again after the data behind them has changed.
func (b *BigList) Reload() {
	b.marks.prune()
	b.current = max(min(b.current, b.Length()-1), 0)
	b.list.Refresh()
	b.Refresh()
}

// ReloadRow asks for one row again.
func (b *BigList) ReloadRow(i int) { b.list.RefreshItem(i) }

// ScrollTo brings a row into sight and puts the keys on it.
func (b *BigList) ScrollTo(i int) {
	if i >= 0 && i < b.Length() {
		b.setCurrent(i)
	}
}

// ScrollBy scrolls by a distance, as the wheel does.
func (b *BigList) ScrollBy(distance float32) {
	b.list.ScrollToOffset(b.list.GetScrollOffset() + distance)
}

// Offset returns how far the rows are scrolled down.
func (b *BigList) Offset() float32 { return b.list.GetScrollOffset() }

// Current returns the row the keys stand on, -1 in an empty list.
func (b *BigList) Current() int {
	if b.Length() == 0 {
		return -1
	}
	return b.current
}

// Focus gives the keys to the list.
func (b *BigList) Focus() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(b.list); c != nil {
		c.Focus(b.list)
	}
}

// Focusable returns the part that takes the focus.
func (b *BigList) Focusable() fyne.Focusable { return b.list }

// Marked returns the keys of the marked rows in the order of the list.
func (b *BigList) Marked() []string { return b.marks.keys() }

// ClearMarks takes all marks away.
func (b *BigList) ClearMarks() { b.marks.clear() }

// MarkAll marks every row.
func (b *BigList) MarkAll() { b.marks.all() }

func (b *BigList) rowHeight() float32 { return px(30) }

// checkWidth is the width of the column of boxes.
func (b *BigList) checkWidth() float32 {
	if b.checks {
		return px(36)
	}
	return 0
}

// measureColumns finds where each column starts.
func (b *BigList) measureColumns() {
	b.offsets = b.offsets[:0]
	x := b.checkWidth()
	for _, c := range b.columns {
		b.offsets = append(b.offsets, x)
		x += px(c.Width)
	}
	b.offsets = append(b.offsets, x)
}

// total is the width all columns need together.
func (b *BigList) total() float32 { return b.offsets[len(b.offsets)-1] }

// setWidth changes the width of a column while its edge is dragged.
func (b *BigList) setWidth(column int, width float32) {
	b.columns[column].Width = max(width, 40)
	b.measureColumns()
	b.header.Refresh()
	b.list.Refresh()
	b.Refresh()
}

// overhang is how much wider the columns are than the list.
func (b *BigList) overhang() float32 { return max(b.total()-(b.Size().Width-2), 0) }

// shiftTo scrolls header and rows to the side.
func (b *BigList) shiftTo(shift float32) {
	shift = max(min(shift, b.overhang()), 0)
	if shift == b.shift {
		return
	}
	b.shift = shift
	b.header.Refresh()
	b.side.Refresh()
	b.list.Refresh()
}

// repaint draws the rows in sight again without asking for their cells.
func (b *BigList) repaint() { b.list.Refresh() }

func (b *BigList) setCurrent(i int) {
	if i != b.current {
		b.current = i
		if b.OnCurrent != nil {
			b.OnCurrent(i)
		}
	}
	b.list.ScrollTo(i)
	b.repaint()
}

// open is a click on a row or Enter.
func (b *BigList) open(i int) {
	if b.OnOpen != nil && i >= 0 && i < b.Length() {
		b.OnOpen(i)
	}
}

// CreateRenderer implements fyne.Widget.
func (b *BigList) CreateRenderer() fyne.WidgetRenderer {
	box, line := &canvas.Rectangle{}, canvas.NewRectangle(nil)
	d := &drawing{of: b}
	d.paint = func() {
		b.measureColumns()
		framed(box, ColorSurface, ColorLine, px(8))
		line.FillColor = paint(ColorLine)
		d.objects = []fyne.CanvasObject{box, b.top, b.rows, b.side, line, b.footer}
		if b.empty != nil {
			d.objects = append(d.objects, b.empty)
			show(b.empty, b.Length() == 0)
		}
		if b.batch != nil {
			d.objects = append(d.objects, b.batch)
			show(b.batch, b.marks.count() > 0)
		}
		show(b.footer, b.footer.words != "")
		show(line, b.footer.words != "")
	}
	d.place = func(size fyne.Size) {
		put(box, 0, 0, size.Width, size.Height)
		top, bottom := float32(1), size.Height-1
		if b.batch != nil && b.batch.Visible() {
			put(b.batch, 1, 1, size.Width-2, px(40))
			top += px(40)
		}
		if b.footer.Visible() {
			bottom -= b.rowHeight()
			put(line, 1, bottom, size.Width-2, 1)
			put(b.footer, b.checkWidth()+px(10), bottom+1, size.Width-b.checkWidth()-px(20), b.rowHeight()-1)
		}
		b.shift = min(b.shift, b.overhang())
		show(b.side, b.overhang() > 0)
		put(b.top, 1, top, size.Width-2, px(31))
		if b.side.Visible() {
			bottom -= px(sideHigh)
			put(b.side, 1, bottom, size.Width-2, px(sideHigh))
		}
		put(b.rows, 1, top+px(31), size.Width-2, max(bottom-top-px(31), 0))
		if b.empty != nil {
			under := top + px(31)
			put(b.empty, 1, under, size.Width-2, max(bottom-under, 0))
		}
	}
	d.min = func() fyne.Size { return fyne.NewSize(px(200), px(31)+3*b.rowHeight()) }
	d.paint()
	return d
}
