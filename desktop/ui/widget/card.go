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

// Refresh implements fyne.CanvasObject. The body is laid out anew too: it may have grown inside an unchanged card.
func (c *Card) Refresh() {
	c.BaseWidget.Refresh()
	if c.body != nil {
		c.body.Refresh()
	}
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
		// A link that leaves no room for the title is cut, not laid over it.
		room := size.Width - px(30) - measure(c.title, Strong) - px(8) - measure(c.count, Strong) - px(16) - c.tag.MinSize().Width
		link.Width = min(link.Width, max(room, px(40)))
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
			header.Width += measure(c.title, Strong) + measure(c.count, Strong) + min(c.link.MinSize().Width, px(40)) + px(16)
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
