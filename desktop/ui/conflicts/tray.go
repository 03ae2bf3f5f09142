// Package conflicts is the tray 待处理: conflicts with three values side by side, refusals with their cause and next
// step, the verdicts of requests, and the customers that left.
package conflicts

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// Page is the screen.
type Page struct {
	book    *book.Book
	nav     *screen.Navigator
	lane    screen.Lane
	count   *widget.Text
	cards   *fyne.Container
	first   fyne.Focusable // the first button; nil in an empty tray
	content fyne.CanvasObject
}

// New returns the screen.
func New(b *book.Book, nav *screen.Navigator) *Page {
	p := &Page{
		book: b, nav: nav,
		count: widget.NewText("", widget.Title, widget.ColorWarn),
		cards: widget.NewStack(14),
	}
	head := widget.NewFixed(0, 28, widget.NewBar(6,
		widget.NewText(words.T("ui.tray.title"), widget.Title, widget.ColorText), p.count))
	p.content = container.NewVScroll(widget.NewInset(16, 12, 16, 16, widget.NewStack(8, head, p.cards)))
	p.Reload()
	return p
}

// Content implements screen.Page.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Page) Actions() []fyne.CanvasObject { return nil }

// Key implements screen.Page. The arrow goes into the first card; from there Tab goes on.
func (p *Page) Key(key fyne.KeyName) bool {
	if key != fyne.KeyDown || p.first == nil {
		return false
	}
	p.nav.Focus(p.first)
	return true
}

// Reload implements screen.Page.
func (p *Page) Reload() {
	screen.Read(p.nav, &p.lane, p.book.Tray, p.show)
}

func (p *Page) show(items []book.TrayItem) {
	p.cards.RemoveAll()
	p.first = nil
	p.count.SetText("")
	if len(items) == 0 {
		p.cards.Add(widget.NewInset(0, 60, 0, 0,
			widget.NewEmptyState(words.T("ui.tray.none"), words.T("ui.tray.none.text"), nil)))
	} else {
		p.count.SetText(words.Number(int64(len(items))))
	}
	for _, item := range items {
		p.cards.Add(p.card(item))
	}
	p.content.Refresh()
}

func (p *Page) card(item book.TrayItem) fyne.CanvasObject {
	switch item.Type {
	case book.TrayConflict:
		return p.conflict(item)
	case book.TrayLeave:
		return p.leave(item)
	case book.TrayNotice:
		return p.notice(item)
	}
	if item.Fault == nil {
		return p.granted(item)
	}
	return p.refused(item)
}

func (p *Page) moment(item book.TrayItem) string {
	return words.Moment(item.At, p.book.Now(), p.book.Zone())
}

// framed is a card's body with the drawings' margin: paragraphs, and a line of buttons below.
func (p *Page) framed(buttons *fyne.Container, above ...fyne.CanvasObject) fyne.CanvasObject {
	if first, ok := buttons.Objects[0].(fyne.Focusable); ok && p.first == nil {
		p.first = first
	}
	objects := append(above, buttons)
	return widget.NewInset(14, 14, 14, 14, widget.NewStack(14, objects...))
}

func (p *Page) dismiss(id string) func() {
	return func() {
		undo, err := p.book.Dismiss(id)
		if err != nil {
			p.nav.Fail(err)
			return
		}
		p.nav.Toast(words.T("ui.tray.dismissed"), undo) // what was typed stood nowhere else
	}
}
