// Package tasks is the screen 任务: four lists, and beside them the task that is chosen.
package tasks

import (
	"slices"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// Lists are the four lists in their order.
var Lists = []string{"inbox", "today", "next", "later"}

// Page is the screen.
type Page struct {
	book   *book.Book
	nav    *screen.Navigator
	query  book.Query
	chosen string // the task whose detail is shown

	lane    screen.Lane
	counts  screen.Lane
	pages   *screen.Pages
	chips   *widget.ChipGroup
	search  *widget.TextField
	list    *widget.BigList
	detail  *detail
	actions []fyne.CanvasObject
	content fyne.CanvasObject
}

// New returns the screen.
func New(b *book.Book, nav *screen.Navigator) *Page {
	p := &Page{book: b, nav: nav}
	p.pages = screen.NewPages(b, nav, "task", func(from, to int) {
		for i := from; i < to; i++ {
			p.list.ReloadRow(i)
		}
	})
	p.detail = newDetail(p)
	p.build()
	p.choose("today")
	return p
}

func (p *Page) build() {
	p.chips = widget.NewChipGroup(p.options(nil), false, func(chosen []string) {
		p.chosen = ""
		p.choose(chosen[0])
	})
	p.search = widget.NewTextField("", words.T("ui.tasks.search"))
	p.search.OnChanged = func(text string) {
		p.query.Text = text
		p.Reload()
	}
	p.search.OnSubmitted = func(string) { p.list.Focus() }
	p.list = widget.NewBigList([]widget.Column{
		{ID: "title", Title: screen.FieldLabel("task", "title"), Width: 274, Sortable: true},
		{ID: "priority", Title: screen.FieldLabel("task", "priority"), Width: 94, Sortable: true},
		{ID: "customer", Title: words.T("ui.tasks.customer"), Width: 168},
		{ID: "due_at", Title: words.T("ui.tasks.due"), Width: 118, Sortable: true},
	}, true)
	p.list.Length = p.pages.Len
	p.list.Key = func(i int) string { return p.pages.IDs()[i] }
	p.list.Row = p.cells
	p.list.OnOpen = func(i int) { p.look(p.pages.IDs()[i]) }
	p.list.OnCurrent = p.list.OnOpen
	p.list.OnMarked = p.ticked
	p.list.OnSort = func(column string, descending bool) {
		p.query.Sort, p.query.Desc = column, descending
		p.list.SetSorted(column, descending)
		p.Reload()
	}
	head := widget.NewHead(widget.NewText(words.T("ui.tasks.title"), widget.Title, widget.ColorText), p.chips,
		widget.NewFixed(190, 0, p.search))
	p.content = widget.NewInset(16, 15, 16, 16, widget.NewEdges(widget.NewInset(0, 0, 0, 10, head), nil, nil,
		widget.NewColumns(14, []float32{0, 364}, widget.NewHug(p.list), p.detail.object)))
	p.actions = []fyne.CanvasObject{widget.NewPrimaryButton(words.T("ui.button.newTaskKey"), p.newTask)}
}

// options are the chips: the four lists with their counts, then what is late and what is done.
func (p *Page) options(counts map[string]int) []widget.Option {
	var out []widget.Option
	for _, list := range Lists {
		out = append(out, widget.Option{Value: list, Label: words.T("ui.tasks.list."+list, "N", counts[list])})
	}
	for _, view := range []string{book.ViewOverdue, book.ViewDone} {
		out = append(out, widget.Option{Value: view, Label: words.T("ui.tasks.view." + view)})
	}
	return out
}

// Content implements screen.Page.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Page) Actions() []fyne.CanvasObject { return p.actions }

// Visit shows the list and the task that a route asks for.
func (p *Page) Visit(r screen.Route) {
	if r.ID != "" {
		p.chosen = r.ID
		p.detail.read(r.ID)
	}
	if r.View != "" {
		p.choose(r.View)
	}
	p.list.Focus()
}

// choose shows one of the lists, or what is late or done over all of them.
func (p *Page) choose(view string) {
	p.query = book.Query{Kind: "task", Who: p.book.Me().ID, View: book.ViewOpen, Text: p.search.Text()}
	if slices.Contains(Lists, view) {
		p.query.List = view
	} else {
		p.query.View = view
	}
	p.chips.SetChosen(view)
	p.list.SetSorted("", false)
	p.Reload()
}

// Key implements screen.Page.
func (p *Page) Key(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyT, fyne.KeyN:
		p.newTask()
	case fyne.KeyE:
		p.detail.edit()
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyHome, fyne.KeyEnd:
		p.list.Focus()
	default:
		return false
	}
	return true
}

func (p *Page) newTask() {
	values := schema.Values{}
	if p.query.List != "" {
		values["list"] = p.query.List
	}
	p.nav.Form(screen.Form{Kind: "task", Values: values, Then: p.look})
}

// look shows a task on the right.
func (p *Page) look(id string) {
	p.chosen = id
	p.detail.read(id)
}

// ticked takes a box that was ticked: the task is done, or open again. The list's marks mean nothing else here, so
// marking all at once changes nothing.
func (p *Page) ticked(n int) {
	if n == 0 {
		return
	}
	marked := p.list.Marked()
	p.list.ClearMarks()
	if len(marked) != 1 {
		return
	}
	row, found, err := p.book.Get("task", marked[0])
	if err != nil {
		p.nav.Fail(err)
		return
	}
	if found {
		screen.FinishTask(p.book, p.nav, row)
	}
}

// Chosen is the task that is shown on the right, "" for none.
func (p *Page) Chosen() string { return p.chosen }

// Reload implements screen.Page.
func (p *Page) Reload() {
	b, query := p.book, p.query
	screen.Read(p.nav, &p.lane, func() ([]string, error) { return b.IDs(query) }, p.show)
	p.nav.Load(&p.counts, func() func() {
		board, err := b.Board()
		return func() {
			if err == nil { // the lists stay usable without their counts
				p.chips.SetOptions(p.options(board.TaskCounts))
				p.content.Refresh()
			}
		}
	})
	if p.chosen != "" {
		p.detail.read(p.chosen)
	}
}

func (p *Page) show(ids []string) {
	p.pages.SetIDs(ids)
	p.list.SetFooter("")
	if len(ids) > 0 {
		p.list.SetFooter(words.T("ui.tasks.total", "N", len(ids)))
	}
	p.list.SetEmpty(p.empty())
	p.list.Reload()
	if p.chosen == "" && len(ids) > 0 {
		p.look(ids[0])
	} else if len(ids) == 0 && p.chosen == "" {
		p.detail.clear()
	}
	if at := slices.Index(ids, p.chosen); at >= 0 && at != p.list.Current() {
		p.list.ScrollTo(at)
	}
	p.content.Refresh()
}

func (p *Page) empty() fyne.CanvasObject {
	switch p.query.View {
	case book.ViewDone, book.ViewOverdue:
		return widget.NewEmptyState(words.T("ui.tasks.none."+p.query.View), words.T("ui.tasks.none.text"), nil)
	}
	return widget.NewEmptyState(words.T("ui.tasks.none"), words.T("ui.tasks.none.text"),
		widget.NewPrimaryButton(words.T("ui.button.newTaskKey"), p.newTask))
}

func (p *Page) cells(i int) []widget.Cell {
	row, ok := p.pages.Row(i)
	if !ok || row.Values == nil {
		return nil
	}
	b := p.book
	title := widget.Cell{Text: row.Title(), Role: widget.ColorText}
	status := row.Text("status")
	if status == "done" || status == "archived" {
		title.Role = widget.ColorDim
	}
	if status == "blocked" || status == "deferred" {
		title.Text += " · " + screen.ChoiceLabel("task", "status", status)
	}
	if row.Pending {
		title.Text += " · " + words.T("ui.mark.pending")
	}
	priority := widget.Cell{}
	if key := row.Text("priority"); key != "" && key != "none" {
		tone := widget.ToneNeutral
		if key == "high" {
			tone = widget.ToneWarn
		}
		priority = widget.Cell{Text: screen.ChoiceLabel("task", "priority", key), Tag: tone}
	}
	due := widget.Cell{Text: screen.None(), Role: widget.ColorDim}
	if at := row.Moment("due_at"); !at.IsZero() {
		due = widget.Cell{Text: words.DueMoment(at, b.Now(), b.Zone()), Role: widget.ColorText}
		if at.Before(b.Now()) && status != "done" && status != "archived" {
			due.Role = widget.ColorBad
		}
	}
	return []widget.Cell{title, priority, {Text: customerName(b, row), Role: widget.ColorDim}, due}
}

// customerName is the customer of a task, "" for one that stands alone.
func customerName(b *book.Book, row book.Row) string {
	if row.Root == row.ID {
		return ""
	}
	return b.Name("customer", row.Root)
}
