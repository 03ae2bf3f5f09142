package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Card is a white block with a header (title, count, tag, and a quiet link on the right) and a body.
type Card struct {
	widget.BaseWidget
	title, count string
	tag          *Tag
	link         *Link
	body         fyne.CanvasObject
	chosen       bool
}

// NewCard returns a card. Without a title it has no header. Rows made by NewRows touch its sides; other bodies are
// usually put into NewInset(14, …).
func NewCard(title string, body fyne.CanvasObject) *Card {
	c := &Card{title: title, body: body, tag: NewTag("", ToneBad), link: NewLink("", Small, ColorDim, nil)}
	c.tag.bold = true
	c.ExtendBaseWidget(c)
	return c
}

// SetTitle changes the title.
func (c *Card) SetTitle(title string) {
	c.title = title
	c.Refresh()
}

// SetCount sets the figure in the accent colour behind the title; "" is none.
func (c *Card) SetCount(count string) *Card {
	c.count = count
	c.Refresh()
	return c
}

// SetTag sets the tag behind the count; ToneNone is none.
func (c *Card) SetTag(text string, tone Tone) *Card {
	if tone == ToneNone {
		text = ""
	}
	c.tag.Set(text, tone)
	c.Refresh()
	return c
}

// SetLink sets the words on the right; with tapped nil they are only read.
func (c *Card) SetLink(text string, tapped func()) *Card {
	c.link.OnTapped = tapped
	c.link.SetText(text)
	c.Refresh()
	return c
}

// SetBody replaces the body.
func (c *Card) SetBody(body fyne.CanvasObject) {
	c.body = body
	c.Refresh()
}

// Body returns the body.
func (c *Card) Body() fyne.CanvasObject { return c.body }

// SetChosen draws the border in the accent colour.
func (c *Card) SetChosen(chosen bool) *Card {
	c.chosen = chosen
	c.Refresh()
	return c
}

// HeightFor returns the height the card needs at a width.
func (c *Card) HeightFor(width float32) float32 {
	height := c.top() + px(1)
	if c.body != nil {
		height += heightFor(c.body, width-2)
	}
	return height
}

func (c *Card) headed() bool { return c.title != "" || c.link.text != "" }

// top is where the body starts.
func (c *Card) top() float32 {
	if c.headed() {
		return px(42) + 1
	}
	return 1
}

// CreateRenderer implements fyne.Widget.
func (c *Card) CreateRenderer() fyne.WidgetRenderer {
	box, line, title, count := &canvas.Rectangle{}, &canvas.Rectangle{}, lettering(), lettering()
	d := &drawing{of: c}
	d.paint = func() {
		framed(box, ColorSurface, ColorLine, px(8))
		if c.chosen {
			box.StrokeColor = paint(ColorAccent)
		}
		line.FillColor = paint(ColorLine)
		write(title, c.title, Strong, ColorText)
		write(count, c.count, Strong, ColorAccent)
		for _, o := range []fyne.CanvasObject{line, title, count, c.link} {
			show(o, c.headed())
		}
		show(c.tag, c.tag.text != "")
		d.objects = []fyne.CanvasObject{box, line, title, count, c.tag, c.link}
		if c.body != nil {
			d.objects = append(d.objects, c.body)
		}
	}
	d.place = func(size fyne.Size) {
		put(box, 0, 0, size.Width, size.Height)
		put(line, 1, px(42), size.Width-2, 1)
		link := c.link.MinSize()
		put(c.link, size.Width-px(15)-link.Width, middle(link.Height, px(44)), link.Width, link.Height)
		title.Text = cut(c.title, Strong, size.Width-px(60)-link.Width-c.tag.MinSize().Width)
		x := centre(title, px(15), 0, px(44))
		if c.count != "" {
			x = centre(count, x+px(8), 0, px(44))
		}
		tag := c.tag.MinSize()
		put(c.tag, x+px(8), middle(tag.Height, px(44)), tag.Width, tag.Height)
		if c.body != nil {
			put(c.body, 1, c.top(), size.Width-2, size.Height-c.top()-1)
		}
	}
	d.min = func() fyne.Size {
		header := fyne.NewSize(px(30), c.top()+1)
		if c.headed() {
			header.Width += measure(c.title, Strong) + measure(c.count, Strong) + c.link.MinSize().Width + px(16)
		}
		if c.body == nil {
			return header
		}
		body := c.body.MinSize()
		return fyne.NewSize(max(header.Width, body.Width+2), header.Height+body.Height)
	}
	d.paint()
	return d
}

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
