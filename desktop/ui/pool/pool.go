// Package pool is the screen 公海: the customers that nobody holds, and the claim.
package pool

import (
	"cmp"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

// Page is the screen.
type Page struct {
	book  *book.Book
	nav   *screen.Navigator
	query book.Query

	lane    screen.Lane
	figures screen.Lane
	pages   *screen.Pages
	chips   *widget.ChipGroup
	search  *widget.TextField
	left    *fyne.Container
	notice  *widget.Notice
	list    *widget.BigList
	claimer *widget.Button
	actions []fyne.CanvasObject
	content fyne.CanvasObject
}

// New returns the screen.
func New(b *book.Book, nav *screen.Navigator) *Page {
	p := &Page{book: b, nav: nav, query: book.Query{Kind: "customer"}}
	p.pages = screen.NewPages(b, nav, "customer", func(from, to int) {
		for i := from; i < to; i++ {
			p.list.ReloadRow(i)
		}
	})
	pools := visible(b)
	if len(pools) > 0 {
		p.query.Pool = pools[0].ID
	}
	p.build()
	p.Reload()
	return p
}

// visible are the pools this person may look into, by their order.
func visible(b *book.Book) []schema.Record {
	org, me := b.Org(), b.Me().ID
	var out []schema.Record
	for _, pool := range org.Pools() {
		member := org.IsPoolMember(me, pool.ID) && pool.Text("mode") != "admins_only"
		if !pool.Flag("disabled") && (member || org.IsPoolAdmin(me, pool.ID) || org.Reach(me, "see", "customer").All) {
			out = append(out, pool)
		}
	}
	return out
}

func (p *Page) build() {
	p.chips = widget.NewChipGroup(p.options(nil), false, func(chosen []string) { p.choose(chosen[0]) })
	p.chips.SetChosen(p.query.Pool)
	p.search = widget.NewTextField("", words.T("ui.pool.search"))
	p.search.OnChanged = func(text string) {
		p.query.Text = text
		p.Reload()
	}
	p.search.OnSubmitted = func(string) { p.list.Focus() }
	p.left = widget.NewBar(4)
	p.notice = widget.NewNotice("", widget.ToneWarn)
	p.notice.Hide()
	p.claimer = widget.NewPrimaryButton(words.T("ui.button.claimChosen"), p.claim)
	p.actions = []fyne.CanvasObject{p.claimer}
	p.list = widget.NewBigList(columns(), true)
	p.list.Length = p.pages.Len
	p.list.Key = func(i int) string { return p.pages.IDs()[i] }
	p.list.Row = func(i int) []widget.Cell {
		row, ok := p.pages.Row(i)
		if !ok || row.Values == nil {
			return nil
		}
		return cells(p.book, row)
	}
	p.list.OnOpen = func(i int) { p.nav.Open(screen.Route{Screen: screen.Customer, ID: p.pages.IDs()[i]}) }
	p.list.OnMarked = func(int) { p.enable() }
	p.list.OnCurrent = func(int) { p.enable() }
	p.list.OnSort = func(column string, descending bool) {
		p.query.Sort, p.query.Desc = column, descending
		p.list.SetSorted(column, descending)
		p.Reload()
	}
	head := widget.NewHead(widget.NewText(words.T("ui.pool.title"), widget.Title, widget.ColorText), p.chips,
		p.left, widget.NewFixed(190, 0, p.search))
	p.content = widget.NewInset(16, 15, 16, 16, widget.NewEdges(
		widget.NewInset(0, 0, 0, 10, widget.NewStack(10, head, p.notice)), nil, nil, widget.NewHug(p.list)))
}

func (p *Page) options(counts map[string]int) []widget.Option {
	var out []widget.Option
	for _, pool := range visible(p.book) {
		out = append(out, widget.Option{
			Value: pool.ID, Label: words.T("ui.pool.chip", "Name", pool.Text("name"), "N", counts[pool.ID]),
		})
	}
	return out
}

// Content implements screen.Page.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Page) Actions() []fyne.CanvasObject { return p.actions }

// Visit shows the pool and the search that a route asks for.
func (p *Page) Visit(r screen.Route) {
	if r.Search != "" {
		p.search.SetText(r.Search)
	}
	if r.View != "" && r.View != p.query.Pool {
		p.choose(r.View)
		p.chips.SetChosen(r.View)
	}
	p.list.Focus()
}

func (p *Page) choose(pool string) {
	p.query.Pool = pool
	p.list.ClearMarks()
	p.Reload()
}

// Key implements screen.Page.
func (p *Page) Key(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyDown, fyne.KeyUp, fyne.KeyHome, fyne.KeyEnd:
		p.list.Focus()
	default:
		return false
	}
	return true
}

// Reload implements screen.Page.
func (p *Page) Reload() {
	p.showNotice()
	if p.query.Pool == "" {
		p.show(nil)
		return
	}
	b, query := p.book, p.query
	screen.Read(p.nav, &p.lane, func() ([]string, error) { return b.IDs(query) }, p.show)
	p.nav.Load(&p.figures, func() func() {
		figures, err := b.PoolFigures(query.Pool)
		counts, countErr := b.Counts()
		err = cmp.Or(err, countErr)
		return func() {
			if err != nil {
				p.nav.Fail(err)
				return
			}
			p.chips.SetOptions(p.options(counts.Pools))
			p.showFigures(figures)
			p.content.Refresh()
		}
	})
}

func (p *Page) show(ids []string) {
	p.pages.SetIDs(ids)
	p.list.SetFooter("")
	if len(ids) > 0 {
		p.list.SetFooter(words.T("ui.customers.total", "N", len(ids)))
	}
	switch {
	case p.query.Pool == "":
		p.list.SetEmpty(widget.NewEmptyState(words.T("ui.pool.noPools"), words.T("ui.pool.noPools.text"), nil))
	case p.query.Text != "":
		p.list.SetEmpty(widget.NewEmptyState(words.T("ui.customers.noneHere"), words.T("ui.customers.noneHere.text"), nil))
	default:
		p.list.SetEmpty(widget.NewEmptyState(words.T("ui.pool.none"), words.T("ui.pool.none.text"), nil))
	}
	p.list.Reload()
	p.enable()
	p.content.Refresh()
}

// showNotice says what a claim means now: a request while offline, nothing at all where customers are only assigned.
func (p *Page) showNotice() {
	pool, _ := p.book.Org().Pool(p.query.Pool)
	status := p.nav.Status()
	text := ""
	switch {
	case p.query.Pool != "" && pool.Text("mode") == "assign_only":
		text = words.T("ui.pool.assignOnly")
	case status.State == screen.Offline || status.State == screen.NeedsLogin:
		when := words.T("ui.pool.someTime")
		if !status.LastSync.IsZero() {
			when = words.Moment(status.LastSync, p.book.Now(), p.book.Zone())
		}
		text = words.T("ui.pool.offline", "When", when)
	}
	p.notice.Set(text, widget.ToneWarn)
	if text == "" {
		p.notice.Hide()
	} else {
		p.notice.Show()
	}
}

// showFigures says how many customers may still be taken, as far as this laptop knows.
func (p *Page) showFigures(f book.PoolFigures) {
	p.left.RemoveAll()
	say := func(text string, style widget.Style, role fyne.ThemeColorName) {
		p.left.Add(widget.NewText(text, style, role))
	}
	if f.Limit > 0 {
		say(words.T("ui.pool.left"), widget.Small, widget.ColorText)
		role := widget.ColorAccent
		if f.Left <= 0 {
			role = widget.ColorBad
		}
		say(words.Number(max(f.Left, 0)), widget.Strong, role)
		say(words.T("ui.pool.of", "Limit", words.Number(f.Limit))+" ·", widget.Small, widget.ColorText)
	}
	if f.Cap > 0 {
		say(words.T("ui.pool.held", "Held", words.Number(f.Held), "Cap", words.Number(f.Cap)), widget.Small, widget.ColorText)
	} else {
		say(words.T("ui.pool.heldOnly", "Held", words.Number(f.Held)), widget.Small, widget.ColorText)
	}
}

func (p *Page) enable() {
	if len(p.list.Marked()) == 0 {
		p.claimer.Disable()
	} else {
		p.claimer.Enable()
	}
	p.content.Refresh()
}

// claim asks for each chosen customer by itself: one that cannot be had does not keep the others back.
func (p *Page) claim() {
	asked, failed := 0, 0
	var first error
	args := map[string]string{"pool": p.query.Pool}
	marked := p.list.Marked()
	for _, id := range marked {
		if _, err := p.book.Ask(change.Claim, id, args); err != nil {
			failed++
			first = cmp.Or(first, err)
			continue
		}
		asked++
	}
	p.list.ClearMarks()
	switch {
	case asked == 0 && failed > 0:
		p.nav.Fail(first)
	case failed > 0:
		p.nav.Toast(words.T("ui.customer.partly", "Done", asked, "Failed", failed, "Why", screen.Told(first, screen.TimesOf(p.book))), nil)
	case p.book.Practice() && asked == 1:
		p.nav.Toast(screen.Granted(p.book, change.Mutation{Command: change.Claim, Args: args}, p.book.Name("customer", marked[0])), nil)
	case p.book.Practice():
		p.nav.Toast(words.T("ui.pool.claimedNow", "N", asked), nil)
	default:
		p.nav.Toast(words.T("ui.pool.claimed", "N", asked), nil)
	}
}
