package records

import (
	"slices"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// pickMany edits a set of records: those that take part in a task. A field adds one; a click on a chip takes it out.
// A company has more people than a form has room for.
type pickMany struct {
	place
	options []widget.Option
	chosen  []string
	field   *widget.SelectField
	chips   *fyne.Container
	object  *fyne.Container
}

func newPickMany(p place, options []widget.Option) *pickMany {
	e := &pickMany{place: p, options: options, chips: widget.NewFlow(6)}
	e.field = widget.NewSelectField(p.label(), words.T("ui.form.add"), words.T("ui.form.narrow"), options)
	e.field.OnChanged = func(id string) {
		e.field.SetValue("")
		if id != "" && !slices.Contains(e.chosen, id) {
			e.set(append(e.chosen, id))
			p.tell()
		}
	}
	e.object = widget.NewStack(6, e.field, e.chips)
	e.set(nil)
	return e
}

func (e *pickMany) set(chosen []string) {
	e.chosen = chosen
	e.chips.RemoveAll()
	for _, id := range chosen {
		chip := widget.NewChip(e.named(id)+"  ×", func() {
			e.set(slices.DeleteFunc(slices.Clone(e.chosen), func(other string) bool { return other == id }))
			e.tell()
		})
		chip.SetChosen(true)
		e.chips.Add(chip)
	}
	if len(chosen) == 0 {
		e.chips.Hide()
	} else {
		e.chips.Show()
	}
	e.object.Refresh()
}

func (e *pickMany) named(id string) string {
	return screen.Written(e.book, e.kind, e.place.field, []string{id})
}

func (e *pickMany) Object() fyne.CanvasObject { return e.object }
func (e *pickMany) Focusable() fyne.Focusable { return e.field.Focusable() }
func (e *pickMany) SetFault(text string)      { e.field.SetError(text) }
func (e *pickMany) Raw() any                  { return schema.NewSet(e.chosen...) }
func (e *pickMany) SetRaw(raw any)            { e.SetValue(raw) }

// Value implements screen.Editor.
func (e *pickMany) Value() (any, error) {
	if set := schema.NewSet(e.chosen...); len(set) > 0 {
		return set, nil
	}
	return nil, nil
}

func (e *pickMany) SetValue(v any) {
	set, _ := v.([]string)
	e.set(slices.Clone(set))
}
