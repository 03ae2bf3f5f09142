package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// Row says what one line of a card shows. Whatever is empty is left out.
type Row struct {
	Check     bool               // a box in front
	Checked   bool               // its state
	OnCheck   func(checked bool) // called when a person ticks or clears it
	Tag       string             // a tag in front
	TagTone   Tone
	Title     string
	TitleRole fyne.ThemeColorName // ColorText by default
	Badge     string              // a tag behind the title
	BadgeTone Tone
	Note      string // small and dim, behind title and badge
	Right     string // on the right: small and dim, or a tag
	RightTone Tone   // ToneNone: plain words
	RightRole fyne.ThemeColorName
	OnTapped  func() // a click on the line
}

// CardRow is one line of a card, 34 high.
type CardRow struct {
	press
	row   Row
	check *CheckMark
	last  bool
}

// NewCardRow returns a line of a card.
func NewCardRow(row Row) *CardRow {
	r := &CardRow{check: NewCheckMark(false, nil)}
	r.extend(r)
	r.Set(row)
	return r
}

// Set changes what the line shows.
func (r *CardRow) Set(row Row) {
	r.row, r.OnTapped = row, row.OnTapped
	r.check.checked = row.Checked
	r.check.OnTapped = func() {
		r.check.SetChecked(!r.check.checked)
		if r.row.OnCheck != nil {
			r.row.OnCheck(r.check.checked)
		}
	}
	r.Refresh()
}

// Row returns what the line shows.
func (r *CardRow) Row() Row { return r.row }

// NewRows returns lines under one another with hairlines between them, the body of a card.
func NewRows(rows ...*CardRow) *fyne.Container {
	objects := make([]fyne.CanvasObject, len(rows))
	for i, r := range rows {
		r.last = i == len(rows)-1
		r.Refresh()
		objects[i] = r
	}
	return NewStack(0, objects...)
}

// CreateRenderer implements fyne.Widget.
func (r *CardRow) CreateRenderer() fyne.WidgetRenderer {
	ground, line := canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	title, note, right := lettering(), lettering(), lettering()
	var pills [3]canvas.Rectangle // in front, behind the title, on the right
	tag, badge := lettering(), lettering()
	paintRow := func() {
		ground.FillColor, line.FillColor = hover(), paint(ColorLine)
		show(ground, (r.hovered || r.focused) && r.OnTapped != nil)
		show(line, !r.last)
		show(r.check, r.row.Check)
		write(title, r.row.Title, Body, r.row.TitleRole)
		write(note, r.row.Note, Small, ColorDim)
		paintTag(&pills[0], tag, r.row.Tag, r.row.TagTone, false)
		paintTag(&pills[1], badge, r.row.Badge, r.row.BadgeTone, false)
		paintTag(&pills[2], right, r.row.Right, r.row.RightTone, false)
		show(&pills[0], r.row.Tag != "")
		show(&pills[1], r.row.Badge != "")
		show(&pills[2], r.row.Right != "" && r.row.RightTone != ToneNone)
		if r.row.RightTone == ToneNone && r.row.RightRole != "" {
			right.Color = paint(r.row.RightRole)
		}
	}
	place := func(size fyne.Size) {
		put(ground, 0, 0, size.Width, size.Height)
		put(line, 0, size.Height-1, size.Width, 1)
		high := size.Height - 1
		end := size.Width - px(14)
		switch {
		case r.row.Right == "":
		case r.row.RightTone == ToneNone:
			end = centreRight(right, end, 0, high) - px(10)
		default:
			width := tagSize(r.row.Right, r.row.RightTone, false).Width
			placeTag(&pills[2], right, end-width, 0, high)
			end -= width + px(10)
		}
		x := px(14)
		if r.row.Check {
			put(r.check, x, 0, px(14), high)
			x += px(24)
		}
		if r.row.Tag != "" {
			x = placeTag(&pills[0], tag, x, 0, high) + px(10)
		}
		room := end - x
		if r.row.Badge != "" {
			room -= tagSize(r.row.Badge, r.row.BadgeTone, false).Width + px(10)
		}
		title.Text = cut(r.row.Title, Body, room)
		x = centre(title, x, 0, high)
		if r.row.Title != "" {
			x += px(10)
		}
		if r.row.Badge != "" {
			x = placeTag(&pills[1], badge, x, 0, high) + px(10)
		}
		note.Text = ""
		if end-x > px(30) {
			note.Text = cut(r.row.Note, Small, end-x)
		}
		centre(note, x, 0, high)
	}
	return newDrawing(r, paintRow, place, func() fyne.Size { return fyne.NewSize(px(120), px(34)) },
		ground, line, r.check, &pills[0], tag, title, &pills[1], badge, note, &pills[2], right)
}
