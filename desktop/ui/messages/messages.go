// Package messages is the screen 消息: what the server told this person, newest first.
package messages

import (
	"cmp"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// most is how many messages are shown; older ones stand on their customers' pages.
const most = 300

// Page is the screen.
type Page struct {
	book    *book.Book
	nav     *screen.Navigator
	lane    screen.Lane
	body    *fyne.Container
	readAll *widget.Button
	unread  []string
	content fyne.CanvasObject
}

// New returns the screen.
func New(b *book.Book, nav *screen.Navigator) *Page {
	p := &Page{book: b, nav: nav, body: widget.NewStack(0)}
	p.readAll = widget.NewPlainButton(words.T("ui.messages.readAll"), func() { p.read(p.unread...) })
	head := widget.NewFixed(0, 28, widget.NewBar(6, widget.NewText(words.T("ui.messages.title"), widget.Title, widget.ColorText)))
	p.content = container.NewVScroll(widget.NewInset(16, 12, 16, 16, widget.NewStack(8, head, p.body)))
	p.Reload()
	return p
}

// Content implements screen.Page.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Page) Actions() []fyne.CanvasObject { return []fyne.CanvasObject{p.readAll} }

// Key implements screen.Page.
func (p *Page) Key(fyne.KeyName) bool { return false }

// Reload implements screen.Page.
func (p *Page) Reload() {
	b := p.book
	p.nav.Load(&p.lane, func() func() {
		rows, err := read(b)
		return func() {
			if err != nil {
				p.nav.Fail(err)
				return
			}
			p.show(rows)
		}
	})
}

func read(b *book.Book) ([]book.Row, error) {
	ids, err := b.IDs(book.Query{Kind: "notice", Sort: "at", Desc: true})
	if err != nil {
		return nil, err
	}
	rows, err := b.Rows("notice", ids[:min(len(ids), most)])
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r book.Row) bool { return r.Values == nil })
	slices.SortStableFunc(rows, func(x, y book.Row) int { return cmp.Compare(y.Int("at"), x.Int("at")) })
	return rows, nil
}

func (p *Page) show(rows []book.Row) {
	p.body.RemoveAll()
	p.unread = nil
	var lines []*widget.CardRow
	for _, row := range rows {
		id, customer := row.ID, row.Text("customer")
		line := widget.Row{
			Title: screen.NoticeText(row.Record, screen.TimesOf(p.book)),
			Right: words.Recent(row.Moment("at"), p.book.Now(), p.book.Zone()),
			OnTapped: func() {
				p.read(id)
				if customer != "" {
					p.nav.Open(screen.Route{Screen: screen.Customer, ID: customer})
				}
			},
		}
		if row.Moment("read_at").IsZero() {
			line.Tag, line.TagTone = words.T("ui.messages.unread"), widget.ToneAccent
			p.unread = append(p.unread, id)
		} else {
			line.TitleRole = widget.ColorDim
		}
		lines = append(lines, widget.NewCardRow(line))
	}
	if len(lines) == 0 {
		p.body.Add(widget.NewInset(0, 60, 0, 0,
			widget.NewEmptyState(words.T("ui.messages.none"), words.T("ui.messages.none.text"), nil)))
	} else {
		p.body.Add(widget.NewCard("", widget.NewRows(lines...)))
	}
	if len(p.unread) == 0 {
		p.readAll.Disable()
	} else {
		p.readAll.Enable()
	}
	p.content.Refresh()
}

func (p *Page) read(ids ...string) {
	if len(ids) == 0 {
		return
	}
	if err := p.book.MarkRead(ids...); err != nil {
		p.nav.Fail(err)
	}
}
