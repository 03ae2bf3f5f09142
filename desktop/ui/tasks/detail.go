package tasks

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// detail is the task beside the list: all of it, and the ways to move it on.
type detail struct {
	page   *Page
	lane   screen.Lane
	row    book.Row
	body   *fyne.Container
	object fyne.CanvasObject
}

func newDetail(p *Page) *detail {
	d := &detail{page: p, body: widget.NewStack(0)}
	d.object = widget.NewCard("", container.NewVScroll(d.body))
	d.clear()
	return d
}

// clear shows what the place is for.
func (d *detail) clear() {
	d.row = book.Row{}
	d.body.Objects = []fyne.CanvasObject{
		widget.NewInset(14, 14, 14, 14, widget.NewParagraph(words.T("ui.tasks.pick"), widget.Body, widget.ColorDim)),
	}
	d.object.Refresh()
}

func (d *detail) read(id string) {
	b := d.page.book
	d.page.nav.Load(&d.lane, func() func() {
		row, found, err := b.Get("task", id)
		return func() {
			switch {
			case err != nil:
				d.page.nav.Fail(err)
			case !found:
				d.page.chosen = ""
				d.clear()
			default:
				d.show(row)
			}
		}
	})
}

func (d *detail) show(row book.Row) {
	d.row = row
	may := d.page.book.Can(access.Edit, row)
	title := widget.NewInset(14, 14, 14, 10, widget.NewParagraph(row.Title(), widget.Sentence, widget.ColorText))
	parts := []fyne.CanvasObject{title}
	if may {
		parts = append(parts, d.moves(), widget.NewHairline())
	}
	parts = append(parts, d.lines()...)
	parts = append(parts, d.buttons(may))
	d.body.Objects = parts
	d.body.Refresh()
	d.object.Refresh()
}

// moves are the two groups of chips: which list, which state.
func (d *detail) moves() fyne.CanvasObject {
	lists := widget.NewChipGroup(d.options("list"), false, func(chosen []string) { d.move(chosen[0]) })
	lists.SetChosen(d.row.Text("list"))
	states := widget.NewChipGroup(d.options("status"), false, func(chosen []string) { d.become(chosen[0]) })
	states.SetChosen(d.row.Text("status"))
	label := func(name string) fyne.CanvasObject {
		return widget.NewText(screen.FieldLabel("task", name), widget.Small, widget.ColorDim)
	}
	return widget.NewInset(14, 0, 14, 12, widget.NewStack(6, label("list"), lists, label("status"), states))
}

func (d *detail) options(name string) []widget.Option {
	field, _ := crm.Task.Field(name)
	var out []widget.Option
	if choice, ok := field.Type.(schema.Choice); ok {
		for _, key := range choice.Keys {
			out = append(out, widget.Option{Value: key, Label: screen.ChoiceLabel("task", name, key)})
		}
	}
	return out
}

func (d *detail) move(list string) {
	before := schema.Values{"list": d.row.Text("list")}
	screen.ChangeTask(d.page.book, d.page.nav, d.row.ID, schema.Values{"list": list}, before,
		words.T("ui.tasks.moved", "List", screen.ChoiceLabel("task", "list", list)))
}

// become changes the state. Blocked needs a reason first: without one nobody can help.
func (d *detail) become(status string) {
	row := d.row
	switch {
	case status == row.Text("status"):
		return
	case status == "blocked":
		d.askReason(row)
	case status == "done" || status == "open" && row.Text("status") == "done":
		screen.FinishTask(d.page.book, d.page.nav, row)
	default:
		d.set(row, schema.Values{"status": status, "done_at": nil})
	}
}

func (d *detail) set(row book.Row, values schema.Values) {
	before := schema.Values{}
	for name := range values {
		before[name] = row.Values[name]
	}
	status, _ := values["status"].(string)
	screen.ChangeTask(d.page.book, d.page.nav, row.ID, values, before,
		screen.FieldLabel("task", "status")+words.T("ui.list.colon")+screen.ChoiceLabel("task", "status", status))
}

func (d *detail) askReason(row book.Row) {
	reason := widget.NewTextArea("", words.T("ui.tasks.blocked.hint"), 3)
	reason.SetText(row.Text("blocked_reason"))
	d.page.nav.Ask(screen.Question{
		Title: words.T("ui.tasks.blocked.title"), Content: reason, Focus: reason.Focusable(),
		Confirm: words.T("ui.button.save"),
		Done: func() error {
			field, _ := crm.Task.Field("blocked_reason")
			v, err := field.Type.Parse(reason.Text())
			if err == nil && v == nil {
				err = fault.New(fault.ReasonMissing)
			}
			if err != nil {
				reason.SetError(screen.Wrong(err, screen.TimesOf(d.page.book)))
				return screen.ErrShown
			}
			d.set(row, schema.Values{"status": "blocked", "blocked_reason": v, "done_at": nil})
			return nil
		},
		Cancelled: func() { d.show(row) },
	})
}

// asked are the fields that have their own place above, or below as the customer.
var asked = map[string]bool{"title": true, "list": true, "status": true, "done_at": true}

func (d *detail) lines() []fyne.CanvasObject {
	b, row := d.page.book, d.row
	var out []*widget.FieldRow
	if name := customerName(b, row); name != "" {
		line := widget.NewFieldRow(words.T("ui.tasks.customer"), "").SetValue(name, widget.ColorAccent)
		line.OnTapped = func() { d.page.nav.Open(screen.Route{Screen: screen.Customer, ID: row.Root}) }
		out = append(out, line)
	}
	for _, f := range crm.Task.Fields {
		if asked[f.Name] || f.Name == "blocked_reason" && row.Text("status") != "blocked" {
			continue
		}
		value := screen.Value(b, crm.Task, f, row.Record)
		if value == "" || f.Name == "priority" && row.Text("priority") == "none" {
			continue
		}
		line := widget.NewFieldRow(screen.FieldLabel("task", f.Name), value)
		if at := row.Moment("due_at"); f.Name == "due_at" && at.Before(b.Now()) && row.Text("status") != "done" {
			line.SetValue(value, widget.ColorBad)
		}
		out = append(out, line)
	}
	if done := row.Moment("done_at"); !done.IsZero() && row.Text("status") == "done" {
		out = append(out, widget.NewFieldRow(screen.FieldLabel("task", "done_at"), words.Moment(done, b.Now(), b.Zone())))
	}
	widget.AlignFields(out...)
	objects := make([]fyne.CanvasObject, len(out))
	for i, line := range out {
		objects[i] = line
	}
	return objects
}

func (d *detail) buttons(may bool) fyne.CanvasObject {
	bar := widget.NewBar(8)
	if may {
		bar.Add(widget.NewPlainButton(words.T("ui.button.edit"), d.edit))
		if d.page.book.Can(access.Delete, d.row) {
			bar.Add(widget.NewDangerButton(words.T("ui.button.delete"), d.remove))
		}
	}
	return widget.NewInset(14, 12, 14, 14, bar)
}

func (d *detail) edit() {
	if d.row.ID != "" && d.page.book.Can(access.Edit, d.row) {
		d.page.nav.Form(screen.Form{Kind: "task", ID: d.row.ID, Root: d.row.Root})
	}
}

// remove deletes at once; the toast takes it back as long as the deletion waits in the outbox.
func (d *detail) remove() {
	b, nav, row := d.page.book, d.page.nav, d.row
	if err := b.Delete("task", row.ID); err != nil {
		nav.Fail(err)
		return
	}
	d.page.chosen = ""
	d.clear()
	nav.Toast(words.T("ui.tasks.deleted", "Title", row.Title()), func() error { return restore(b, row) })
}

// restore takes back the deletion that waits in the outbox.
func restore(b *book.Book, row book.Row) error {
	entries, err := b.Outbox()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Mutation.Record == row.ID && e.Mutation.Op == "delete" {
			return b.Undo(e.ID)
		}
	}
	return fault.New(fault.NotFound).About("task", "")
}
