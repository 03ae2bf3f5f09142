package records

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/access"
	"yuzhou/shared/change"
)

// Customer is the page of one customer: its fields on the left, its story on the right.
type Customer struct {
	book *book.Book
	nav  *screen.Navigator
	id   string
	data portrait

	lane     screen.Lane
	head     *fyne.Container
	why      *widget.Link
	details  *details
	quick    *quick
	timeline *timeline
	left     *fyne.Container
	right    *fyne.Container
	frame    *fyne.Container
	content  fyne.CanvasObject
	actions  []fyne.CanvasObject
}

// portrait is everything the page shows, read in one go off the main goroutine.
type portrait struct {
	row       book.Row
	found     bool
	contacts  []book.Row
	tasks     []book.Row
	events    []book.Event
	unsettled []book.TrayItem
}

// twoValues tells whether a field of the customer itself has two values that wait for a decision.
func (d portrait) twoValues(field string) bool {
	return slices.ContainsFunc(d.unsettled, func(i book.TrayItem) bool {
		return i.Type == book.TrayConflict && i.Conflict.Text("record") == d.row.ID && i.Field == field
	})
}

// NewCustomer returns the page of a customer. A follow-up that was begun and left stands in drafts.
func NewCustomer(b *book.Book, nav *screen.Navigator, r screen.Route, drafts Drafts) *Customer {
	p := &Customer{
		book: b, nav: nav, id: r.ID,
		head: widget.NewBar(10), left: widget.NewStack(14), right: container.NewStack(),
	}
	p.why = widget.NewLink("", widget.Small, widget.ColorDim, func() { showWhy(b, nav, p.data.row) })
	p.details = newDetails(p)
	p.quick = newQuick(p, drafts)
	p.timeline = newTimeline(b, nav)
	p.frame = widget.NewEdges(widget.NewInset(4, 0, 0, 8, widget.NewHeadline(10, p.head, p.why)), nil, nil,
		widget.NewSplit(384, 6, 0.42, container.NewVScroll(widget.NewInset(4, 0, 8, 2, p.left)), p.right))
	p.content = widget.NewInset(12, 12, 16, 16, p.frame)
	p.Reload()
	if r.Focus == screen.FocusFollowUp {
		p.nav.Focus(p.quick.text.Focusable())
	}
	return p
}

// Visit puts the cursor where a route asks for it.
func (p *Customer) Visit(r screen.Route) {
	if r.Focus == screen.FocusFollowUp && p.mayTalk() {
		p.nav.Focus(p.quick.text.Focusable())
	}
}

// Content implements screen.Page.
func (p *Customer) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Customer) Actions() []fyne.CanvasObject { return p.actions }

// Rail is the list in which the customer stands: those that are held, or the pool.
func (p *Customer) Rail() screen.Name {
	if p.data.row.Pool != "" {
		return screen.Pool
	}
	return screen.Customers
}

// Save saves the follow-up that is being written.
func (p *Customer) Save() { p.quick.save() }

// Key implements screen.Page.
func (p *Customer) Key(name fyne.KeyName) bool {
	switch {
	case name == fyne.KeyF && p.mayTalk():
		p.nav.Focus(p.quick.text.Focusable())
	case name == fyne.KeyT && p.data.found:
		p.newTask()
	case name == fyne.KeyE && p.mayEdit():
		p.edit()
	case name == fyne.KeyEscape && p.details.editing():
		p.details.cancel()
	default:
		return false
	}
	return true
}

func (p *Customer) mayTalk() bool { return p.data.found && p.book.CanCreate("followup", p.id) }
func (p *Customer) mayEdit() bool { return p.data.found && p.book.Can(access.Edit, p.data.row) }

func (p *Customer) newTask() { p.nav.Form(screen.Form{Kind: "task", Root: p.id}) }
func (p *Customer) edit()    { p.nav.Form(screen.Form{Kind: "customer", ID: p.id}) }

// Reload implements screen.Page.
func (p *Customer) Reload() {
	b, id := p.book, p.id
	p.nav.Load(&p.lane, func() func() {
		data, err := readPortrait(b, id)
		return func() {
			if err != nil {
				p.nav.Fail(err)
				return
			}
			p.show(data)
		}
	})
}

func readPortrait(b *book.Book, id string) (portrait, error) {
	row, found, err := b.Get("customer", id)
	if err != nil || !found {
		return portrait{}, err
	}
	data := portrait{row: row, found: true}
	if data.contacts, err = b.Children("contact", id); err != nil {
		return portrait{}, err
	}
	if data.tasks, err = b.Children("task", id); err != nil {
		return portrait{}, err
	}
	data.tasks = slices.DeleteFunc(slices.Clone(data.tasks), func(t book.Row) bool {
		return t.Text("status") == "done" || t.Text("status") == "archived"
	})
	if data.events, err = b.Timeline(id); err != nil {
		return portrait{}, err
	}
	data.unsettled, err = b.Unsettled(id)
	return data, err
}

func (p *Customer) show(data portrait) {
	p.data = data
	p.showHead()
	p.showActions()
	if !data.found {
		p.left.RemoveAll()
		p.right.RemoveAll()
		p.right.Add(widget.NewEmptyState(words.T("ui.customer.gone"), words.T("ui.customer.gone.text"),
			widget.NewPlainButton(words.T("ui.status.trayTitle"), func() { p.nav.Open(screen.Route{Screen: screen.Tray}) })))
		p.content.Refresh()
		return
	}
	p.details.show(data)
	p.quick.offer(data.contacts)
	none := "ui.timeline.none"
	if data.row.Owner == "" {
		none = "ui.timeline.none.pool"
	}
	p.timeline.show(data.events, none)
	p.left.Objects = p.details.cards(data)
	if len(p.right.Objects) == 0 {
		p.right.Add(p.story())
	}
	p.content.Refresh()
}

// story is the right side: the quick entry above the timeline. Who may not write follow-ups sees the timeline alone.
func (p *Customer) story() fyne.CanvasObject {
	if !p.mayTalk() {
		return widget.NewCard("", p.timeline.object)
	}
	return widget.NewCard("", widget.NewEdges(p.quick.object, nil, nil, p.timeline.object))
}

func (p *Customer) showHead() {
	p.head.RemoveAll()
	crumb := "ui.customer.crumb"
	if p.Rail() == screen.Pool {
		crumb = "ui.customer.crumb.pool"
	}
	p.head.Add(widget.NewLink(words.T(crumb), widget.Body, widget.ColorDim, func() {
		p.nav.Open(screen.Route{Screen: p.Rail()})
	}))
	p.why.SetText("")
	if !p.data.found {
		p.head.Refresh()
		return
	}
	row := p.data.row
	name := widget.NewText(row.Title(), widget.Title, widget.ColorText)
	name.SetShrink(true)
	p.head.Add(name)
	if level := row.Text("level"); level != "" {
		p.head.Add(widget.NewTag(p.book.Label("customer_level", level, words.Language()), widget.ToneAccent))
	}
	number := row.Text("number")
	if number == "" {
		number = words.T("ui.customer.number.later")
	}
	p.head.Add(widget.NewTag(number, widget.ToneNeutral))
	if row.Holding.Has("dealt_at") {
		p.head.Add(widget.NewTag(words.T("ui.customer.dealt"), widget.ToneGood))
	}
	if row.Asked != "" {
		p.head.Add(widget.NewTag(words.T("ui.mark.asked"), widget.ToneAccent))
	} else if row.Pending {
		p.head.Add(widget.NewTag(words.T("ui.mark.pending"), widget.ToneNeutral))
	}
	if n := len(p.data.unsettled); n > 0 {
		p.head.Add(widget.NewLink(words.T("ui.status.tray", "N", int64(n)), widget.Body, widget.ColorWarn, func() {
			p.nav.Open(screen.Route{Screen: screen.Tray})
		}))
	}
	role := widget.ColorDim
	switch screen.DueTone(row.Due) {
	case widget.ToneBad:
		role = widget.ColorBad
	case widget.ToneWarn:
		role = widget.ColorWarn
	}
	p.why.SetText(whyLine(p.book, row))
	p.why.SetRole(role)
	p.frame.Refresh() // the line may have got a second one
	p.head.Refresh()
}

func (p *Customer) showActions() {
	p.actions = nil
	defer p.nav.Refit()
	row := p.data.row
	if !p.data.found {
		return
	}
	add := func(may bool, b *widget.Button) {
		if may {
			p.actions = append(p.actions, b)
		}
	}
	held := row.Owner != ""
	ids := []string{p.id}
	dealt := row.Holding.Has("dealt_at")
	deal := "ui.customer.deal"
	if dealt {
		deal = "ui.customer.reopen"
	}
	free := row.Asked == ""
	add(held && free && p.mayEdit(), widget.NewPlainButton(words.T(deal), func() { Deal(p.book, p.nav, p.id, !dealt) }))
	add(held && free && p.book.Can(access.Transfer, row),
		widget.NewPlainButton(words.T("ui.button.transfer"), func() { Transfer(p.book, p.nav, ids, nil) }))
	add(held && free && p.book.Can(access.Release, row),
		widget.NewPlainButton(words.T("ui.button.release"), func() { Release(p.book, p.nav, ids, nil) }))
	add(row.Pool != "" && free && p.book.Claimable(row) == nil,
		widget.NewPrimaryButton(words.T("ui.button.claim"), p.claim))
	add(p.mayTalk(), widget.NewPrimaryButton(words.T("ui.button.followUpKey"), func() { p.nav.Focus(p.quick.text.Focusable()) }))
}

func (p *Customer) claim() {
	if err := askAll(p.book, p.nav, change.Claim, []string{p.id}, map[string]string{"pool": p.data.row.Pool}, nil); err != nil {
		p.nav.Fail(err)
	}
}
