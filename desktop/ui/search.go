package ui

import (
	"slices"
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
	talk   bool // looking for the customer of a follow-up: only those, and writing comes next
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

// findToTalk looks for the customer with whom somebody has just spoken.
func (q *search) findToTalk() {
	q.talk = true
	q.field.SetText("")
	q.field.Focus()
	q.look("")
}

func (q *search) open() bool { return q.layer.Visible() }

func (q *search) hide() {
	q.lane.Next()
	q.talk = false
	q.layer.Hide()
}

func (q *search) look(text string) {
	text = strings.TrimSpace(text)
	if text == "" && !q.talk {
		q.hide()
		return
	}
	b, find := q.shell.book, everything
	if q.talk {
		find = talkable
	}
	q.shell.window.load(&q.lane, func() func() {
		hits, err := find(b, text)
		return func() {
			if err != nil {
				q.shell.fail(err)
				return
			}
			q.show(text, hits)
		}
	})
}

func everything(b *book.Book, text string) ([]book.Hit, error) { return b.Search(text, mostHits) }

// talkable finds customers, also by their contacts, with whom follow-ups may be noted; without any text those that are
// planned for today.
func talkable(b *book.Book, text string) ([]book.Hit, error) {
	var found []book.Hit
	if text == "" {
		ids, err := b.IDs(book.Query{Kind: "customer", View: book.ViewToday})
		if err != nil {
			return nil, err
		}
		for _, id := range ids[:min(len(ids), mostHits)] {
			found = append(found, book.Hit{Kind: "customer", ID: id, Root: id, Title: b.Name("customer", id)})
		}
		return found, nil
	}
	found, err := b.Search(text, 5*mostHits)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(hit book.Hit) bool {
		return hit.Kind == "task" || !b.CanCreate("followup", hit.Root)
	})
	return found[:min(len(found), mostHits)], nil
}

func (q *search) show(text string, hits []book.Hit) {
	q.hits, q.rows, q.chosen = hits, nil, 0
	for i, hit := range hits {
		q.rows = append(q.rows, widget.NewCardRow(q.row(i, hit)))
	}
	body := widget.NewStack(0)
	say := func(sentence string) {
		body.Add(widget.NewInset(14, 10, 14, 10, widget.NewParagraph(sentence, widget.Body, widget.ColorDim)))
	}
	if q.talk {
		say(words.T("ui.search.talk"))
	}
	switch {
	case len(hits) > 0:
		body.Add(widget.NewRows(q.rows...))
	case text != "":
		say(words.T("ui.search.none", "Text", text))
	}
	q.card.SetBody(body)
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
	hit, focus := q.hits[i], ""
	if q.talk {
		focus = screen.FocusFollowUp
	}
	q.hide()
	q.field.SetText("")
	switch hit.Kind {
	case "task":
		q.shell.open(screen.Route{Screen: screen.Tasks, ID: hit.ID})
	case "customer":
		q.shell.open(screen.Route{Screen: screen.Customer, ID: hit.ID, Focus: focus})
	default:
		q.shell.open(screen.Route{Screen: screen.Customer, ID: hit.Root, Focus: focus})
	}
}
