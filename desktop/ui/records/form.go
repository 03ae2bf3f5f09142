package records

import (
	"errors"
	"slices"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Forms opens forms over a window and keeps what was typed into one that was closed without saving, until the program
// ends: nobody types an address twice because of a slip of the Esc key.
type Forms struct {
	book   *book.Book
	nav    *screen.Navigator
	window fyne.Window
	drafts map[string]map[string]any
}

// NewForms returns the forms of a window.
func NewForms(b *book.Book, nav *screen.Navigator, window fyne.Window) *Forms {
	return &Forms{book: b, nav: nav, window: window, drafts: map[string]map[string]any{}}
}

// Resume takes over what was typed into the forms of a window that was left.
func (f *Forms) Resume(from *Forms) { f.drafts = from.drafts }

// Open shows the form that is asked for.
func (f *Forms) Open(ask screen.Form) *Form {
	kind := crm.ByName(ask.Kind)
	form := &Form{
		forms: f, book: f.book, nav: f.nav, ask: ask, kind: kind,
		editors: map[string]editor{}, draft: ask.Kind + " " + ask.ID + " " + ask.Root,
	}
	if err := form.read(); err != nil {
		f.nav.Fail(err)
		return nil
	}
	form.build()
	form.show(f.window)
	return form
}

// Editor makes a single field that starts with a value, for a screen's own dialog.
func (f *Forms) Editor(kind string, field schema.Field, value any) screen.Editor {
	e := newEditor(place{book: f.book, kind: kind, field: field})
	e.SetValue(value)
	return e
}

// Form is a record being written.
type Form struct {
	forms *Forms
	book  *book.Book
	nav   *screen.Navigator
	ask   screen.Form
	kind  *schema.Kind
	draft string

	seen    book.Row // the record as it was when the form opened
	fields  []schema.Field
	editors map[string]editor
	start   map[string]any // what stood in the fields when the form opened

	owner    *widget.SelectField // the customer of a new task; nil where that is settled
	reasoned bool                // the reason of a blocked task is shown

	notice  *widget.Notice
	similar *similar
	body    *fyne.Container
	dialog  *widget.Dialog
}

// read takes the record to edit, or the values that a new one starts with.
func (f *Form) read() error {
	f.seen.Record = schema.Record{Kind: f.kind.Name, Root: f.ask.Root, Values: schema.Values{}}
	if f.ask.ID == "" {
		f.seen.Record = f.seen.With(f.starting()).With(f.ask.Values)
		return nil
	}
	row, found, err := f.book.Get(f.kind.Name, f.ask.ID)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound).About(f.kind.Name, "")
	}
	f.seen = row
	return nil
}

// starting is what a new record of the kind begins with.
func (f *Form) starting() schema.Values {
	if f.kind.Name != "task" {
		return nil
	}
	return schema.Values{"list": "inbox", "status": "open", "priority": "none", "executor": f.book.Me().ID}
}

// unasked are fields that have a place of their own on the screens and none in a form.
var unasked = map[string][]string{"task": {"done_at"}}

func (f *Form) build() {
	f.start = map[string]any{}
	for _, field := range f.kind.Fields {
		if field.Server || slices.Contains(unasked[f.kind.Name], field.Name) || f.hiddenField(field) || f.pointless(field) {
			continue
		}
		e := newEditor(place{book: f.book, kind: f.kind.Name, field: field, root: f.seen.Root, changed: f.changed})
		e.SetValue(f.seen.Values[field.Name])
		f.fields = append(f.fields, field)
		f.editors[field.Name] = e
		f.start[field.Name] = e.Raw()
	}
	f.notice = widget.NewNotice("", widget.ToneNeutral)
	f.notice.Hide()
	f.similar = newSimilar(f)
	f.body = widget.NewStack(12)
	f.askOwner()
	f.fill()
	f.restore()
}

// hiddenField tells whether the person may not see, and so not change, a field.
func (f *Form) hiddenField(field schema.Field) bool {
	return f.ask.ID != "" && screen.Hidden(f.seen.Record, field.Name)
}

// pointless tells whether there is nothing to choose from: the contacts of a task without a customer.
func (f *Form) pointless(field schema.Field) bool {
	ref, ok := field.Type.(schema.Ref)
	return ok && ref.Kind == "contact" && (f.seen.Root == "" || f.seen.Root == f.seen.ID)
}

// mostOwners bounds the customers offered for a task; whoever has more starts from the customer's page.
const mostOwners = 5000

// askOwner offers my customers for a new task that was not begun on a customer's page.
func (f *Form) askOwner() {
	if f.kind.Name != "task" || f.ask.ID != "" || f.ask.Root != "" {
		return
	}
	ids, err := f.book.IDs(book.Query{Kind: "customer", View: book.ViewMine, Sort: "name"})
	if err != nil || len(ids) == 0 {
		return
	}
	options := []widget.Option{{Value: "", Label: words.T("ui.form.none")}}
	for _, id := range ids[:min(len(ids), mostOwners)] {
		options = append(options, widget.Option{Value: id, Label: f.book.Name("customer", id)})
	}
	f.owner = widget.NewSelectField(words.T("ui.tasks.customer"), words.T("ui.form.choose"), words.T("ui.form.narrow"), options)
}

// lines puts short fields side by side and gives the long ones a line of their own. A short field that is alone waits
// for the next one, so that no line is half empty.
func (f *Form) lines() []fyne.CanvasObject {
	var out, waiting []fyne.CanvasObject
	var half fyne.CanvasObject
	flush := func() {
		out, waiting, half = append(out, waiting...), nil, nil
	}
	for _, field := range f.fields {
		if !f.wanted(field) {
			continue
		}
		object := f.editors[field.Name].Object()
		switch {
		case wide(f.kind, field) && half != nil:
			waiting = append(waiting, object)
		case wide(f.kind, field):
			out = append(out, object)
		case half == nil:
			half = object
		default:
			out = append(out, widget.NewColumns(12, []float32{0, 0}, half, object))
			flush()
		}
	}
	if half != nil {
		out = append(out, widget.NewColumns(12, []float32{0, 0}, half, widget.NewSpace()))
	}
	return append(out, waiting...)
}

// wanted tells whether a field has its place in the form now: the reason of a blocked task only while it is blocked.
func (f *Form) wanted(field schema.Field) bool {
	if f.kind.Name == "task" && field.Name == "blocked_reason" {
		return f.editors["status"].Raw() == any("blocked")
	}
	return true
}

// fill puts the fields that are wanted now into the form.
func (f *Form) fill() {
	f.body.Objects = []fyne.CanvasObject{f.notice, f.similar.box}
	if f.owner != nil {
		f.body.Objects = append(f.body.Objects, f.owner)
	}
	f.body.Objects = append(f.body.Objects, f.lines()...)
}

func wide(kind *schema.Kind, field schema.Field) bool {
	switch t := field.Type.(type) {
	case schema.Text:
		return t.Long || t.Max >= 200 || field.Name == kind.Title && t.Max > 60
	case schema.RefSet:
		return true
	}
	return false
}

func (f *Form) show(window fyne.Window) {
	title := words.T("ui.form.new." + f.kind.Name)
	if f.ask.ID != "" {
		title = words.T("ui.form.edit", "Name", f.seen.Title())
	}
	var first fyne.Focusable
	for _, field := range f.fields {
		if first = f.editors[field.Name].Focusable(); first != nil {
			break
		}
	}
	f.dialog = widget.ShowDialog(window, widget.DialogSpec{
		Title: title, Body: f.body, Width: 640, Focus: first,
		Confirm: words.T("ui.form.save"), Cancel: words.T("ui.button.cancel"),
		OnConfirm: f.save, OnCancel: f.keepDraft,
	})
	f.similar.look()
}

// changed is called at each change of a field.
func (f *Form) changed() {
	if f.dialog == nil {
		return
	}
	f.similar.look()
	if reason, ok := f.kind.Field("blocked_reason"); ok && f.wanted(reason) != f.reasoned {
		f.reasoned = f.wanted(reason)
		f.fill()
		f.dialog.Refresh()
	}
}

// Save does what the main button does.
func (f *Form) Save() { f.dialog.Confirm() }

// Cancel closes the form as Esc does; what was typed is kept as a draft.
func (f *Form) Cancel() { f.dialog.Cancel() }

// Open reports whether the form is shown.
func (f *Form) Open() bool { return f.dialog != nil && f.dialog.Open() }

// Field returns the part of a field that takes the focus.
func (f *Form) Field(name string) screen.Editor { return f.editors[name] }

// values reads all fields; the faults of those that cannot be read are shown on them.
func (f *Form) values() (schema.Values, []*fault.Fault) {
	values := schema.Values{}
	var wrong []*fault.Fault
	for _, field := range f.fields {
		v, err := f.editors[field.Name].Value()
		if err != nil {
			wrong = append(wrong, fault.Of(err).About(f.kind.Name, field.Name))
			continue
		}
		values[field.Name] = v
	}
	return values, wrong
}

// save writes the record. Whatever is wrong is said on its field, everything typed stays, and the form stays open.
func (f *Form) save() bool {
	for _, field := range f.fields {
		f.editors[field.Name].SetFault("")
	}
	values, wrong := f.values()
	wrong = append(wrong, f.check(values, wrong)...)
	if len(wrong) > 0 {
		f.tell(wrong)
		return false
	}
	id, err := f.write(values)
	if err != nil {
		var invalid *book.Invalid
		if errors.As(err, &invalid) {
			f.tell(invalid.Faults)
		} else {
			f.say(screen.Told(err, screen.TimesOf(f.book)), widget.ToneBad)
		}
		return false
	}
	delete(f.forms.drafts, f.draft)
	f.nav.Toast(words.T("ui.form.saved."+f.kind.Name), nil)
	if f.ask.Then != nil {
		f.ask.Then(id)
	}
	return true
}

// check asks the kind's own rules. Fields that already have a fault are not told twice.
func (f *Form) check(values schema.Values, before []*fault.Fault) []*fault.Fault {
	var out []*fault.Fault
	for _, wrong := range f.kind.Check(f.seen.With(values)) {
		if _, shown := f.editors[wrong.Field]; !shown {
			continue
		}
		if !slices.ContainsFunc(before, func(b *fault.Fault) bool { return b.Field == wrong.Field }) {
			out = append(out, wrong)
		}
	}
	return out
}

func (f *Form) write(values schema.Values) (string, error) {
	if f.ask.ID != "" {
		return f.ask.ID, f.book.SetOver(f.seen, values)
	}
	root := f.ask.Root
	if f.owner != nil {
		root = f.owner.Value()
	}
	return f.book.Create(f.kind.Name, root, values)
}

// tell shows each fault on its field and puts the cursor into the first of them.
func (f *Form) tell(wrong []*fault.Fault) {
	var first fyne.Focusable
	for _, field := range f.fields {
		for _, w := range wrong {
			if w.Field != field.Name {
				continue
			}
			e := f.editors[field.Name]
			e.SetFault(screen.Wrong(w, screen.TimesOf(f.book)))
			if first == nil {
				first = e.Focusable()
			}
		}
	}
	f.dialog.Refresh()
	if first != nil {
		f.nav.Focus(first)
		return
	}
	f.say(screen.Told(wrong[0], screen.TimesOf(f.book)), widget.ToneBad)
}

func (f *Form) say(text string, tone widget.Tone) {
	f.notice.Set(text, tone)
	f.notice.Show()
	if f.dialog != nil {
		f.dialog.Refresh()
	}
}

// keepDraft remembers what stands in the fields when the form is closed without saving.
func (f *Form) keepDraft() {
	raw := map[string]any{}
	for name, e := range f.editors {
		if v := e.Raw(); !schema.Equal(v, f.start[name]) {
			raw[name] = v
		}
	}
	if len(raw) > 0 {
		f.forms.drafts[f.draft] = raw
	}
}

// restore puts a kept draft back.
func (f *Form) restore() {
	raw, kept := f.forms.drafts[f.draft]
	if !kept {
		return
	}
	for name, v := range raw {
		if e, ok := f.editors[name]; ok {
			e.SetRaw(v)
		}
	}
	delete(f.forms.drafts, f.draft)
	f.notice.SetAction(words.T("ui.form.draft.clear"), f.clear)
	f.say(words.T("ui.form.draft"), widget.ToneNeutral)
}

func (f *Form) clear() {
	for name, e := range f.editors {
		e.SetRaw(f.start[name])
	}
	f.notice.Hide()
	f.dialog.Refresh()
}
