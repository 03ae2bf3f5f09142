// Package records is what the screens share about records of any kind: one editor per field type, the form made from a
// declaration, and the screens of customers: the list and the page of one.
package records

import (
	"strings"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// editor is one field being filled in.
type editor interface {
	screen.Editor
	// SetValue shows a value; it does not count as a change.
	SetValue(v any)
	// SetFault says below the field what is wrong; "" is nothing.
	SetFault(text string)
	// Raw is what stands in the field, right or wrong, and SetRaw puts it back.
	Raw() any
	SetRaw(raw any)
}

// place is the field that an editor is for, and what it needs to know about it.
type place struct {
	book    *book.Book
	kind    string
	field   schema.Field
	root    string // the customer of the record
	changed func() // called at each change a person makes; may be nil
	bare    bool   // without the label
}

func (p place) label() string {
	if p.bare {
		return ""
	}
	return screen.FieldLabel(p.kind, p.field.Name)
}

func (p place) tell() {
	if p.changed != nil {
		p.changed()
	}
}

// wrong names the field in an error and puts it into words.
func (p place) wrong(err error) string {
	if err == nil {
		return ""
	}
	return screen.Wrong(fault.Of(err).About(p.kind, p.field.Name), screen.TimesOf(p.book))
}

// newEditor makes the editor for a field's type. What it does not know is edited as text.
func newEditor(p place) editor {
	switch t := p.field.Type.(type) {
	case schema.DictKey:
		return newPick(p, dictOptions(p.book, t.Name))
	case schema.Choice:
		return newPick(p, choiceOptions(p.kind, p.field.Name, t.Keys))
	case schema.Ref:
		return newPick(p, refOptions(p.book, t.Kind, p.root))
	case schema.RefSet:
		return newPickMany(p, refOptions(p.book, t.Kind, p.root))
	case schema.Flag:
		return newFlagEditor(p)
	case schema.Moment:
		return newMomentEditor(p)
	case schema.Date:
		return newDateEditor(p)
	}
	return newTextEditor(p)
}

// textEditor edits whatever a person types as text: names, telephone numbers, addresses, tags.
type textEditor struct {
	place
	field *widget.TextField
}

func newTextEditor(p place) *textEditor {
	e := &textEditor{place: p}
	placeholder := ""
	if _, tags := p.field.Type.(schema.Tags); tags {
		placeholder = words.T("ui.form.tagsHint")
	}
	if t, ok := p.field.Type.(schema.Text); ok && t.Long {
		e.field = widget.NewTextArea(p.label(), placeholder, 3)
	} else {
		e.field = widget.NewTextField(p.label(), placeholder)
	}
	e.field = e.field.SetRequired(p.field.Required)
	e.field.OnChanged = func(string) { p.tell() }
	e.field.Check = func(string) string {
		_, err := e.Value()
		return e.wrong(err)
	}
	return e
}

func (e *textEditor) Object() fyne.CanvasObject { return e.field }
func (e *textEditor) Focusable() fyne.Focusable { return e.field.Focusable() }
func (e *textEditor) SetFault(text string)      { e.field.SetError(text) }
func (e *textEditor) Raw() any                  { return e.field.Text() }

// Value reads the text; an empty required field is for the form to refuse, when the person wants to save.
func (e *textEditor) Value() (any, error) { return e.place.field.Type.Parse(e.field.Text()) }

func (e *textEditor) SetRaw(raw any) {
	if text, ok := raw.(string); ok {
		e.field.SetText(text)
	}
}

func (e *textEditor) SetValue(v any) {
	text := ""
	if !schema.Equal(v, nil) {
		text = e.place.field.Type.Format(v)
	}
	if _, tags := e.place.field.Type.(schema.Tags); tags {
		text = strings.ReplaceAll(text, " · ", words.T("ui.list.comma"))
	}
	e.field.SetText(text)
}
