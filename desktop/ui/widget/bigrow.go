package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// listRow is one row in sight. Rows are reused as the list scrolls, so fill sets everything, each time.
type listRow struct {
	widget.BaseWidget
	of        *BigList
	at        int
	cells     []Cell
	hovered   bool
	modifiers fyne.KeyModifier // held while the mouse went down: a tap does not tell

	ground, line, cursor *canvas.Rectangle
	mark                 tick
	texts                []*canvas.Text
	pills                []*canvas.Rectangle // one for each column, nil until a tag is to be shown in it
	drawn                *drawing
}

func newListRow(of *BigList) *listRow {
	r := &listRow{of: of, ground: canvas.NewRectangle(nil), line: canvas.NewRectangle(nil), cursor: canvas.NewRectangle(nil)}
	r.ExtendBaseWidget(r)
	return r
}

// fill shows row i.
func (r *listRow) fill(i int) {
	if i != r.at {
		r.hovered = false // the mouse was over another row when this widget showed it
	}
	r.at, r.cells = i, r.of.Row(i)
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *listRow) CreateRenderer() fyne.WidgetRenderer {
	r.drawn = newDrawing(r, r.paint, r.place, func() fyne.Size {
		return fyne.NewSize(px(40), r.of.rowHeight())
	})
	r.collect()
	return r.drawn
}

// collect lists the row's parts from back to front.
func (r *listRow) collect() {
	objects := []fyne.CanvasObject{r.ground, r.line, r.cursor}
	if r.of.checks {
		objects = append(objects, r.mark.objects()...)
	}
	for i := range r.texts {
		if r.pills[i] != nil {
			objects = append(objects, r.pills[i])
		}
		objects = append(objects, r.texts[i])
	}
	r.drawn.objects = objects
}

// paint sets colours and words. It makes a text for each column once and a pill when one is first needed.
func (r *listRow) paint() {
	changed := false
	for len(r.texts) < len(r.of.columns) {
		r.texts, r.pills = append(r.texts, lettering()), append(r.pills, nil)
		changed = true
	}
	marked := r.of.marks.has(r.at)
	r.ground.FillColor, r.line.FillColor, r.cursor.FillColor = hover(), paint(ColorLine), paint(ColorAccent)
	if marked {
		r.ground.FillColor = paint(ColorAccentWeak)
	}
	show(r.ground, marked || r.hovered)
	show(r.cursor, r.of.focused && r.at == r.of.current)
	r.mark.paint(marked, 1)
	for i, text := range r.texts {
		var cell Cell
		if i < len(r.cells) && i < len(r.of.columns) {
			cell = r.cells[i]
		}
		style := Body
		switch {
		case cell.Tag != ToneNone:
			if r.pills[i] == nil {
				r.pills[i] = &canvas.Rectangle{}
				changed = true
			}
			paintTag(r.pills[i], text, cell.Text, cell.Tag, false)
			if marked { // the accent's ground is the one of a marked row: the tag would vanish in it
				r.pills[i].FillColor, r.pills[i].StrokeColor = paint(ColorSurface), paint(ColorSurface)
			}
		case cell.Bold:
			style = Strong
			fallthrough
		default:
			write(text, cell.Text, style, cell.Role)
		}
		if r.pills[i] != nil {
			show(r.pills[i], cell.Tag != ToneNone)
		}
	}
	if changed && r.drawn != nil {
		r.collect()
	}
}

func (r *listRow) place(size fyne.Size) {
	high := size.Height - 1
	put(r.ground, 0, 0, size.Width, high)
	put(r.line, 0, high, size.Width, 1)
	put(r.cursor, 0, 0, px(2), high)
	r.mark.place(px(10)-r.of.shift, middle(px(14), high))
	pad, shift := px(10), r.of.shift
	for i, text := range r.texts {
		if i >= len(r.of.columns) || i >= len(r.cells) || r.cells[i].Text == "" {
			text.Text = ""
			continue
		}
		cell, from, to := r.cells[i], r.of.offsets[i]+pad-shift, r.of.offsets[i+1]-pad-shift
		if i == len(r.of.columns)-1 && !r.of.columns[i].Right {
			to = max(to, size.Width-pad) // the last column has the rest of the row
		}
		style := Body
		if cell.Bold {
			style = Strong
		}
		if cell.Tag != ToneNone {
			text.Text = r.of.cuts.fit(cell.Text, Small, to-from-2*px(8)).words
			placeTag(r.pills[i], text, from, 0, high)
			continue
		}
		fitted := r.of.cuts.fit(cell.Text, style, to-from)
		text.Text = fitted.words
		x := from
		if r.of.columns[i].Right {
			x = to - fitted.size.Width
		}
		put(text, x, middle(fitted.size.Height, high), fitted.size.Width, fitted.size.Height)
	}
}

// Tapped implements fyne.Tappable. A click on the box, or with Ctrl, marks; with Shift it marks up to the last mark;
// else it opens.
func (r *listRow) Tapped(e *fyne.PointEvent) {
	r.of.Focus()
	held := r.modifiers
	r.modifiers = 0
	switch {
	case r.of.checks && held&fyne.KeyModifierShift != 0:
		r.of.marks.upTo(r.at)
		r.of.setCurrent(r.at)
	case r.of.checks && (e.Position.X+r.of.shift < r.of.checkWidth() || held&fyne.KeyModifierShortcutDefault != 0):
		r.of.marks.toggle(r.at)
		r.of.setCurrent(r.at)
	default:
		r.of.setCurrent(r.at)
		r.of.open(r.at)
	}
}

// MouseDown implements desktop.Mouseable.
func (r *listRow) MouseDown(e *desktop.MouseEvent) { r.modifiers = e.Modifier }

// MouseUp implements desktop.Mouseable.
func (r *listRow) MouseUp(*desktop.MouseEvent) {}

// MouseIn implements desktop.Hoverable.
func (r *listRow) MouseIn(*desktop.MouseEvent) { r.hover(true) }

// MouseMoved implements desktop.Hoverable.
func (r *listRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (r *listRow) MouseOut() { r.hover(false) }

func (r *listRow) hover(over bool) {
	r.hovered = over
	r.Refresh()
}

// cutter remembers how words were cut to fit and how large they are: measuring is most of the work of a scroll step.
type cutter struct {
	known map[fitKey]fitted
	unit  float32
}

type fitKey struct {
	words string
	style Style
	width float32
}

type fitted struct {
	words string
	size  fyne.Size
}

// mostCuts bounds the memory; some screens' worth of cells.
const mostCuts = 8192

func (c *cutter) fit(words string, style Style, width float32) fitted {
	if c.known == nil || c.unit != px(100) || len(c.known) >= mostCuts {
		c.known, c.unit = make(map[fitKey]fitted, 1024), px(100)
	}
	key := fitKey{words, style, width}
	found, ok := c.known[key]
	if !ok {
		found.words = cut(words, style, width)
		found.size = fyne.MeasureText(found.words, style.size(), style.text())
		c.known[key] = found
	}
	return found
}

func (c *cutter) clear() { c.known = nil }
