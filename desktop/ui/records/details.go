package records

import (
	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// details is the left side of a customer's page: its fields, each changed where it stands, its contacts and its tasks.
type details struct {
	page     *Customer
	fields   *widget.Card
	contacts *widget.Card
	tasks    *widget.Card
	list     *fyne.Container
	open     string // the field being changed
}

func newDetails(p *Customer) *details {
	d := &details{page: p, list: widget.NewStack(0)}
	d.fields = widget.NewCard(words.T("ui.customer.data"), d.list)
	d.contacts = widget.NewCard(words.T("ui.customer.contacts"), widget.NewStack(0))
	d.tasks = widget.NewCard(words.T("ui.customer.tasks"), widget.NewStack(0))
	return d
}

// cards are what stands on the left; of a customer in a pool nothing but its fields is shown.
func (d *details) cards(data portrait) []fyne.CanvasObject {
	if data.row.Owner == "" {
		return []fyne.CanvasObject{d.fields}
	}
	return []fyne.CanvasObject{d.fields, d.contacts, d.tasks}
}

func (d *details) show(data portrait) {
	switch {
	case d.page.mayEdit():
		d.fields.SetLink(words.T("ui.customer.data.edit"), d.page.edit)
	case data.row.Pool != "":
		d.fields.SetLink(words.T("ui.customer.data.masked"), nil)
	default:
		d.fields.SetLink(words.T("ui.customer.data.readonly"), nil)
	}
	if d.open == "" { // a reload must not take away the field that somebody is typing in
		d.showFields(data)
	}
	d.showContacts(data)
	d.showTasks(data)
}

// shown are the fields of the page; name and number stand in its head.
func shown() []schema.Field {
	var out []schema.Field
	for _, f := range crm.Customer.Fields {
		if f.Name != "name" && f.Name != "number" {
			out = append(out, f)
		}
	}
	return out
}

func (d *details) showFields(data portrait) {
	d.list.RemoveAll()
	fields := shown()
	var rows []*widget.FieldRow
	for i, f := range fields {
		row := widget.NewFieldRow(screen.FieldLabel("customer", f.Name), "")
		value := screen.Value(d.page.book, crm.Customer, f, data.row.Record)
		role := widget.ColorText
		switch {
		case screen.Hidden(data.row.Record, f.Name):
			role = widget.ColorDim
		case value == "":
			value, role = screen.None(), widget.ColorDim
		}
		if data.twoValues(f.Name) {
			value, role = value+" · "+words.T("ui.mark.conflict"), widget.ColorWarn
		}
		row.SetValue(value, role).SetLast(i == len(fields)-1)
		if d.page.mayEdit() && !screen.Hidden(data.row.Record, f.Name) {
			row.OnTapped = func() { d.change(i, f) }
		}
		d.list.Add(row)
		rows = append(rows, row)
	}
	widget.AlignFields(rows...)
	d.list.Refresh()
}

// change turns the line of a field into its editor. Enter or 保存 keeps the new value, Esc the old one.
func (d *details) change(at int, f schema.Field) {
	if d.open != "" {
		return
	}
	d.open = f.Name
	e := newEditor(place{book: d.page.book, kind: "customer", field: f, root: d.page.id, bare: true})
	e.SetValue(d.page.data.row.Values[f.Name])
	save := func() { d.save(f, e) }
	if text, ok := e.(*textEditor); ok {
		text.field.OnSubmitted = func(string) { save() }
	}
	label := widget.NewText(screen.FieldLabel("customer", f.Name), widget.Body, widget.ColorDim)
	box := widget.NewInset(14, 8, 14, 10, widget.NewStack(6, label, e.Object(), widget.NewBar(8, widget.NewSpace(),
		widget.NewSmallButton(words.T("ui.button.cancel"), d.cancel),
		widget.NewSmallPrimaryButton(words.T("ui.button.save"), save))))
	d.list.Objects[at] = box
	d.page.content.Refresh()
	if target := e.Focusable(); target != nil {
		d.page.nav.Focus(target)
	}
}

// editing tells whether a field is open, so that Esc closes it rather than the page.
func (d *details) editing() bool { return d.open != "" }

func (d *details) cancel() {
	d.open = ""
	d.showFields(d.page.data)
	d.page.content.Refresh()
}

func (d *details) save(f schema.Field, e editor) {
	p := d.page
	v, err := e.Value()
	if err != nil {
		e.SetFault(screen.Wrong(err, screen.TimesOf(p.book)))
		return
	}
	before := p.data.row
	old := before.Values[f.Name]
	if schema.Equal(v, old) {
		d.cancel()
		return
	}
	if err := p.book.SetOver(before, schema.Values{f.Name: v}); err != nil {
		e.SetFault(screen.Wrong(err, screen.TimesOf(p.book)))
		return
	}
	d.open = ""
	p.nav.Toast(words.T("ui.customer.saved", "Field", screen.FieldLabel("customer", f.Name)), func() error {
		return p.book.Set("customer", p.id, schema.Values{f.Name: old})
	})
	p.Reload()
}

func (d *details) showContacts(data portrait) {
	p := d.page
	d.contacts.SetCount(words.Number(int64(len(data.contacts))))
	d.contacts.SetLink("", nil)
	if p.book.CanCreate("contact", p.id) {
		d.contacts.SetLink(words.T("ui.button.new"), func() { p.nav.Form(screen.Form{Kind: "contact", Root: p.id}) })
	}
	var rows []*widget.CardRow
	for _, c := range data.contacts {
		line := widget.Row{Title: c.Title(), OnTapped: func() { p.nav.Form(screen.Form{Kind: "contact", ID: c.ID, Root: p.id}) }}
		if position := c.Text("position"); position != "" {
			line.Title = words.T("ui.customer.contact.named", "Name", c.Title(), "Position", position)
		}
		switch {
		case c.Flag("primary"):
			line.Badge, line.BadgeTone = words.T("ui.customer.contact.primary"), widget.ToneNeutral
		case c.Flag("decision_maker"):
			line.Badge, line.BadgeTone = words.T("ui.customer.contact.decider"), widget.ToneNeutral
		}
		for _, name := range []string{"mobile", "phone"} {
			if f, _ := crm.Contact.Field(name); line.Right == "" {
				line.Right = screen.Value(p.book, crm.Contact, f, c.Record)
			}
		}
		rows = append(rows, widget.NewCardRow(line))
	}
	setRows(d.contacts, rows, "ui.customer.contacts.none")
}

func (d *details) showTasks(data portrait) {
	p := d.page
	d.tasks.SetCount(words.Number(int64(len(data.tasks))))
	d.tasks.SetLink("", nil)
	if p.book.CanCreate("task", p.id) {
		d.tasks.SetLink(words.T("ui.button.new"), p.newTask)
	}
	var rows []*widget.CardRow
	for _, t := range data.tasks {
		line := widget.Row{
			Check: true, Title: t.Title(),
			OnCheck: func(bool) { screen.FinishTask(p.book, p.nav, t) },
			OnTapped: func() {
				p.nav.Open(screen.Route{Screen: screen.Tasks, View: t.Text("list"), ID: t.ID})
			},
		}
		if due := t.Moment("due_at"); !due.IsZero() {
			line.Right = words.Due(due, p.book.Now(), p.book.Zone())
			if due.Before(p.book.Now()) {
				line.RightRole = widget.ColorBad
			}
		}
		rows = append(rows, widget.NewCardRow(line))
	}
	setRows(d.tasks, rows, "ui.customer.tasks.none")
}

func setRows(card *widget.Card, rows []*widget.CardRow, none string) {
	if len(rows) == 0 {
		card.SetBody(widget.NewInset(14, 8, 14, 10, widget.NewText(words.T(none), widget.Small, widget.ColorDim)))
		return
	}
	card.SetBody(widget.NewRows(rows...))
}
