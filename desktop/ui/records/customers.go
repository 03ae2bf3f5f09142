package records

import (
	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// Customers is the screen 客户: the big list.
type Customers struct {
	book    *book.Book
	nav     *screen.Navigator
	query   book.Query
	columns []column

	lane    screen.Lane
	pages   *screen.Pages
	list    *widget.BigList
	views   *widget.ChipGroup
	search  *widget.TextField
	actions []fyne.CanvasObject
	follow  *widget.Button
	content fyne.CanvasObject
	shown   bool // the first list has been shown
}

// NewCustomers returns the screen.
func NewCustomers(b *book.Book, nav *screen.Navigator) *Customers {
	p := &Customers{
		book: b, nav: nav, columns: customerColumns(),
		query: book.Query{Kind: "customer", View: book.ViewMine},
	}
	p.pages = screen.NewPages(b, nav, "customer", func(from, to int) {
		for i := from; i < to; i++ {
			p.list.ReloadRow(i)
		}
	})
	p.build()
	p.Reload()
	return p
}

func (p *Customers) build() {
	p.views = widget.NewChipGroup(views(p.book), false, func(chosen []string) { p.setView(chosen[0]) })
	p.views.SetChosen(p.query.View)
	p.search = widget.NewTextField("", words.T("ui.customers.search"))
	p.search.OnChanged = func(text string) {
		p.query.Text = text
		p.Reload()
	}
	p.search.OnSubmitted = func(string) { p.list.Focus() }
	p.list = widget.NewBigList(widgetColumns(p.columns), true)
	p.list.Length = p.pages.Len
	p.list.Key = func(i int) string { return p.pages.IDs()[i] }
	p.list.Row = func(i int) []widget.Cell {
		row, ok := p.pages.Row(i)
		if !ok {
			return nil
		}
		return cellsOf(p.book, p.columns, row)
	}
	p.list.OnOpen = func(i int) { p.open(p.pages.IDs()[i], "") }
	p.list.OnSort = func(column string, descending bool) {
		p.query.Sort, p.query.Desc = column, descending
		p.list.SetSorted(column, descending)
		p.Reload()
	}
	p.follow = widget.NewBarButton(words.T("ui.button.followUp"), func() {
		if chosen := p.list.Marked(); len(chosen) == 1 {
			p.open(chosen[0], screen.FocusFollowUp)
		}
	})
	p.list.OnMarked = func(n int) {
		if n == 1 {
			p.follow.Enable()
		} else {
			p.follow.Disable()
		}
	}
	p.list.SetBatch(func(n int) string { return words.T("ui.customers.chosen", "N", n) }, words.T("ui.customers.unchoose"),
		p.follow,
		widget.NewBarButton(words.T("ui.button.transfer"), func() { Transfer(p.book, p.nav, p.list.Marked(), p.list.ClearMarks) }),
		widget.NewBarButton(words.T("ui.button.release"), func() { Release(p.book, p.nav, p.list.Marked(), p.list.ClearMarks) }))
	head := widget.NewHead(widget.NewText(words.T("ui.customers.title"), widget.Title, widget.ColorText), p.views,
		widget.NewFixed(190, 0, p.search))
	p.content = widget.NewInset(16, 15, 16, 16, widget.NewEdges(
		widget.NewInset(0, 0, 0, 10, head), nil, nil, widget.NewHug(p.list)))
	p.actions = []fyne.CanvasObject{widget.NewPrimaryButton(words.T("ui.button.newCustomer"), p.newCustomer)}
}

// Content implements screen.Page.
func (p *Customers) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Customers) Actions() []fyne.CanvasObject { return p.actions }

// Visit shows what a route asks for: a view, a search. A bare route leaves all as it was.
func (p *Customers) Visit(r screen.Route) {
	if r.Search != "" {
		p.search.SetText(r.Search)
	}
	if r.View != "" && r.View != p.query.View {
		p.setView(r.View)
		p.views.SetChosen(r.View)
	}
	p.list.Focus()
}

func (p *Customers) setView(view string) {
	p.query.View, p.query.Sort, p.query.Desc = view, "", false
	p.list.SetSorted("", false)
	p.list.ClearMarks()
	p.Reload()
}

// Key implements screen.Page.
func (p *Customers) Key(name fyne.KeyName) bool {
	current, ok := p.pages.Row(p.list.Current())
	switch {
	case name == fyne.KeyN:
		p.newCustomer()
	case name == fyne.KeyF && ok:
		p.open(current.ID, screen.FocusFollowUp)
	case name == fyne.KeyT && ok:
		p.nav.Form(screen.Form{Kind: "task", Root: current.ID})
	case name == fyne.KeyDown, name == fyne.KeyUp, name == fyne.KeyHome, name == fyne.KeyEnd:
		p.list.Focus()
	case name == fyne.KeyEscape && len(p.list.Marked()) > 0:
		p.list.ClearMarks()
	default:
		return false
	}
	return true
}

func (p *Customers) open(id, focus string) {
	p.nav.Open(screen.Route{Screen: screen.Customer, ID: id, Focus: focus})
}

func (p *Customers) newCustomer() {
	p.nav.Form(screen.Form{Kind: "customer", Then: func(id string) { p.open(id, "") }})
}

// Reload implements screen.Page.
func (p *Customers) Reload() {
	b, query := p.book, p.query
	screen.Read(p.nav, &p.lane, func() ([]string, error) { return b.IDs(query) }, p.show)
}

func (p *Customers) show(ids []string) {
	// A manager holds nobody himself: what he opens the list for are the customers of his people.
	if !p.shown && len(ids) == 0 && p.views.Chip(book.ViewBelow) != nil {
		p.shown = true
		p.views.SetChosen(book.ViewBelow)
		p.setView(book.ViewBelow)
		return
	}
	p.shown = true
	p.pages.SetIDs(ids)
	p.list.SetFooter("")
	if len(ids) > 0 {
		p.list.SetFooter(words.T("ui.customers.total", "N", len(ids)))
	}
	p.list.SetEmpty(p.empty())
	p.list.Reload()
	p.content.Refresh()
}

// empty is what stands there when the list has no rows: what to do in a new book, or how to see more.
func (p *Customers) empty() fyne.CanvasObject {
	if p.query.Text == "" && p.query.View == book.ViewMine {
		return widget.NewEmptyState(words.T("ui.customers.none"), words.T("ui.customers.none.text"),
			widget.NewPrimaryButton(words.T("ui.button.newCustomer"), p.newCustomer))
	}
	return widget.NewEmptyState(words.T("ui.customers.noneHere"), words.T("ui.customers.noneHere.text"), nil)
}

// List returns the list, for what is measured and tested on it.
func (p *Customers) List() *widget.BigList { return p.list }
