package records

import (
	"slices"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// pick edits one choice of a list: an entry of a dictionary, a fixed choice, another record.
type pick struct {
	place
	options []widget.Option
	field   *widget.SelectField
}

func newPick(p place, options []widget.Option) *pick {
	if !p.field.Required {
		options = append([]widget.Option{{Value: "", Label: words.T("ui.form.none")}}, options...)
	}
	e := &pick{place: p, options: options}
	e.field = widget.NewSelectField(p.label(), words.T("ui.form.choose"), words.T("ui.form.narrow"), options)
	e.field = e.field.SetRequired(p.field.Required)
	e.field.OnChanged = func(string) {
		e.field.SetError("")
		p.tell()
	}
	return e
}

func (e *pick) Object() fyne.CanvasObject { return e.field }
func (e *pick) Focusable() fyne.Focusable { return e.field.Focusable() }
func (e *pick) SetFault(text string)      { e.field.SetError(text) }
func (e *pick) Raw() any                  { return e.field.Value() }

// Value implements screen.Editor; the options are all there is to choose, so nothing can be wrong.
func (e *pick) Value() (any, error) {
	if v := e.field.Value(); v != "" {
		return v, nil
	}
	return nil, nil
}

func (e *pick) SetRaw(raw any) { e.SetValue(raw) }

// SetValue shows a value. One that is no longer offered (a disabled entry, a person who left) is added with its name,
// so that editing another field does not change this one.
func (e *pick) SetValue(v any) {
	key, _ := v.(string)
	known := slices.ContainsFunc(e.options, func(o widget.Option) bool { return o.Value == key })
	if key != "" && !known {
		e.options = append(e.options, widget.Option{
			Value: key, Label: screen.Written(e.book, e.kind, e.place.field, v),
		})
		e.field.SetOptions(e.options)
	}
	e.field.SetValue(key)
}

// flagEditor edits yes or no.
type flagEditor struct {
	place
	object fyne.CanvasObject
	mark   *widget.CheckMark
}

func newFlagEditor(p place) *flagEditor {
	e := &flagEditor{place: p}
	e.mark = widget.NewCheckMark(false, func(bool) { p.tell() })
	e.object = widget.NewFixed(0, 32, widget.NewBar(8, e.mark,
		widget.NewText(screen.FieldLabel(p.kind, p.field.Name), widget.Body, widget.ColorText), widget.NewSpace()))
	return e
}

func (e *flagEditor) Object() fyne.CanvasObject { return e.object }
func (e *flagEditor) Focusable() fyne.Focusable { return e.mark }
func (e *flagEditor) SetFault(string)           {}
func (e *flagEditor) Raw() any                  { return e.mark.Checked() }
func (e *flagEditor) SetRaw(raw any)            { e.SetValue(raw) }

// Value is nothing for "no": an empty field and a no are the same to people, and then to merging too.
func (e *flagEditor) Value() (any, error) {
	if e.mark.Checked() {
		return true, nil
	}
	return nil, nil
}

func (e *flagEditor) SetValue(v any) {
	yes, _ := v.(bool)
	e.mark.SetChecked(yes)
}

func dictOptions(b *book.Book, dict string) []widget.Option {
	var out []widget.Option
	for _, c := range b.Choices(dict) {
		out = append(out, widget.Option{Value: c.Key, Label: c.Words(words.Language())})
	}
	return out
}

func choiceOptions(kind, field string, keys []string) []widget.Option {
	var out []widget.Option
	for _, key := range keys {
		out = append(out, widget.Option{Value: key, Label: screen.ChoiceLabel(kind, field, key)})
	}
	return out
}

// refOptions lists the records a reference can name: active users, and the contacts of the same customer. Other kinds
// are never chosen from a list here.
func refOptions(b *book.Book, kind, root string) []widget.Option {
	var out []widget.Option
	switch kind {
	case "user":
		return screen.UserOptions(b, "")
	case "contact":
		rows, err := b.Children("contact", root)
		if err != nil {
			return nil
		}
		for _, row := range rows {
			out = append(out, widget.Option{Value: row.ID, Label: row.Title()})
		}
	}
	return out
}
