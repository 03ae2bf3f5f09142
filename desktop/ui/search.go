package ui

import (
	"strings"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// mostHits is how many finds drop down; whoever wants more narrows the words or uses the list.
const mostHits = 10

// search is the box over everything: customers, contacts, tasks, whatever the pools show.
type search struct {
	shell  *shell
	field  *widget.SearchField
	lane   screen.Lane
	hits   []book.Hit
	rows   []*widget.CardRow
	chosen int
	card   *widget.Card
	layer  *fyne.Container
}

func newSearch(s *shell) *search {
	q := &search{shell: s, card: widget.NewCard("", widget.NewStack(0))}
	q.field = widget.NewSearchField(words.T("ui.search.placeholder"), "Ctrl K")
	q.field.OnChanged = q.look
	q.field.OnKey = q.key
	// The results float under the field; a click beside them puts them away.
	q.layer = &fyne.Container{Layout: under{q}, Objects: []fyne.CanvasObject{widget.NewVeil(q.hide), q.card}}
	q.layer.Hide()
	return q
}

// under places the results below the search field.
type under struct{ of *search }

func (u under) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Resize(size)
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(u.of.field)
	width := max(u.of.field.Size().Width, theme.Px(560))
	card := objects[1].(*widget.Card)
	card.Move(fyne.NewPos(at.X, at.Y+u.of.field.Size().Height+4))
	card.Resize(fyne.NewSize(min(width, size.Width-at.X), card.HeightFor(width)))
}

func (under) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (q *search) focus() {
	q.field.Focus()
	q.field.Select()
}

func (q *search) open() bool { return q.layer.Visible() }

func (q *search) hide() {
	q.lane.Next()
	q.layer.Hide()
}

func (q *search) look(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		q.hide()
		return
	}
	b := q.shell.book
	q.shell.window.load(&q.lane, func() func() {
		hits, err := b.Search(text, mostHits)
		return func() {
			if err != nil {
				q.shell.fail(err)
				return
			}
			q.show(text, hits)
		}
	})
}

func (q *search) show(text string, hits []book.Hit) {
	q.hits, q.rows, q.chosen = hits, nil, 0
	for i, hit := range hits {
		q.rows = append(q.rows, widget.NewCardRow(q.row(i, hit)))
	}
	if len(hits) == 0 {
		q.card.SetBody(widget.NewInset(14, 10, 14, 12,
			widget.NewParagraph(words.T("ui.search.none", "Text", text), widget.Body, widget.ColorDim)))
	} else {
		q.card.SetBody(widget.NewRows(q.rows...))
	}
	q.layer.Show()
	q.layer.Refresh()
}

func (q *search) row(i int, hit book.Hit) widget.Row {
	row := widget.Row{
		Title: hit.Title, Note: hit.Detail, Right: words.T("ui.search.kind." + hit.Kind),
		OnTapped: func() { q.take(i) },
	}
	if i == q.chosen {
		row.TitleRole, row.Right = widget.ColorAccent, row.Right+"  ⏎"
		row.RightRole = widget.ColorAccent
	}
	return row
}

// key moves through the finds and takes one, while the words stay in the field.
func (q *search) key(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyEscape:
		q.hide()
		q.field.SetText("")
		q.shell.window.window.Canvas().Unfocus()
	case fyne.KeyDown:
		q.step(1)
	case fyne.KeyUp:
		q.step(-1)
	case fyne.KeyReturn, fyne.KeyEnter:
		if q.open() {
			q.take(q.chosen)
		} else {
			q.look(q.field.Text())
		}
	default:
		return false
	}
	return true
}

func (q *search) step(by int) {
	if !q.open() || len(q.hits) == 0 {
		return
	}
	before := q.chosen
	q.chosen = (q.chosen + by + len(q.hits)) % len(q.hits)
	for _, i := range []int{before, q.chosen} {
		q.rows[i].Set(q.row(i, q.hits[i]))
	}
}

func (q *search) take(i int) {
	if i >= len(q.hits) {
		return
	}
	hit := q.hits[i]
	q.hide()
	q.field.SetText("")
	switch hit.Kind {
	case "task":
		q.shell.open(screen.Route{Screen: screen.Tasks, ID: hit.ID})
	case "customer":
		q.shell.open(screen.Route{Screen: screen.Customer, ID: hit.ID})
	default:
		q.shell.open(screen.Route{Screen: screen.Customer, ID: hit.Root})
	}
}
