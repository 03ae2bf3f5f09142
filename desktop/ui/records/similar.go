package records

import (
	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// compared are the fields by which two customers are found to be one.
var compared = []string{"name", "mobile", "phone", "credit_code"}

// mostSimilar is how many records that may be the same are named.
const mostSimilar = 3

// similar warns, while a name or telephone number is typed, that the customer may already be there.
type similar struct {
	form *Form
	lane screen.Lane
	last schema.Values
	box  *fyne.Container
}

func newSimilar(f *Form) *similar { return &similar{form: f, box: widget.NewStack(0)} }

// look asks the book again when one of the compared fields has changed. Half a telephone number is not compared.
func (s *similar) look() {
	if s.form.kind.Name != "customer" {
		return
	}
	values := schema.Values{}
	for _, name := range compared {
		if e, ok := s.form.editors[name]; ok {
			if v, err := e.Value(); err == nil && !schema.Equal(v, nil) {
				values[name] = v
			}
		}
	}
	if s.unchanged(values) {
		return
	}
	s.last = values
	b, id := s.form.book, s.form.ask.ID
	s.form.nav.Load(&s.lane, func() func() {
		found, err := b.Duplicates(values, id)
		return func() {
			if err == nil { // a warning that cannot be given must not keep anybody from typing
				s.show(found)
			}
		}
	})
}

func (s *similar) unchanged(values schema.Values) bool {
	if s.last == nil || len(values) != len(s.last) {
		return s.last == nil && len(values) == 0
	}
	for name, v := range values {
		if !schema.Equal(v, s.last[name]) {
			return false
		}
	}
	return true
}

func (s *similar) show(found []book.Duplicate) {
	s.box.RemoveAll()
	if len(found) > 0 {
		var rows []*widget.CardRow
		for _, d := range found[:min(len(found), mostSimilar)] {
			rows = append(rows, widget.NewCardRow(widget.Row{
				Title: d.Name, Badge: words.T("ui.form.duplicate." + d.Why), BadgeTone: widget.ToneWarn,
				Note: d.Owner, Right: words.T("ui.form.duplicate.open"), RightRole: widget.ColorAccent,
				OnTapped: func() { s.open(d.ID) },
			}))
		}
		card := widget.NewCard(words.T("ui.form.duplicate"), widget.NewRows(rows...))
		s.box.Add(card)
	}
	s.form.dialog.Refresh()
}

// open leaves the form for the record that is there already; what was typed is kept as a draft.
func (s *similar) open(id string) {
	s.form.dialog.Cancel()
	s.form.nav.Open(screen.Route{Screen: screen.Customer, ID: id})
}
