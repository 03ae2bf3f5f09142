// Package today is the screen 今天: what wants doing now, each line one click from the work.
package today

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// most is how many lines a card shows; the rest is one click away.
const most = 6

// Page is the screen.
type Page struct {
	book *book.Book
	nav  *screen.Navigator
	lane screen.Lane

	title, greeting          *widget.Text
	follow, due, tasks, news *widget.Card
	month                    *widget.Card
	content                  fyne.CanvasObject
}

// board is what the screen shows, put together off the main goroutine.
type board struct {
	book.Board
	notes map[string]string // by customer: what the planned conversation is about
}

// New returns the screen.
func New(b *book.Book, nav *screen.Navigator) *Page {
	p := &Page{
		book: b, nav: nav,
		title:    widget.NewText(words.DayTitle(b.Now(), b.Zone()), widget.Title, widget.ColorText),
		greeting: widget.NewText("", widget.Body, widget.ColorDim),
		follow:   widget.NewCard(words.T("ui.today.follow"), empty("")),
		due:      widget.NewCard(words.T("ui.today.due"), empty("")),
		tasks:    widget.NewCard(words.T("ui.today.tasks"), empty("")),
		news:     widget.NewCard(words.T("ui.today.news"), empty("")),
		month:    widget.NewCard(words.T("ui.today.month"), empty("")),
	}
	pairs := widget.NewStack(14,
		widget.NewColumns(14, []float32{0, 0}, high(p.follow), high(p.due)),
		widget.NewColumns(14, []float32{0, 0}, high(p.tasks), high(p.news)))
	head := widget.NewFixed(0, 28, widget.NewBar(12, p.title, p.greeting))
	page := widget.NewInset(16, 16, 16, 16, widget.NewStack(12, head,
		widget.NewAside(14, 300, 560, pairs, p.month)))
	p.content = container.NewVScroll(page)
	p.Reload()
	return p
}

// high keeps a card at the height of the drawings where it has little to show.
func high(card *widget.Card) fyne.CanvasObject {
	return container.NewStack(widget.NewFixed(0, 217, &fyne.Container{}), card)
}

// Content implements screen.Page.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Page) Actions() []fyne.CanvasObject {
	return []fyne.CanvasObject{
		widget.NewPlainButton(words.T("ui.button.newTask"), p.newTask),
		widget.NewPrimaryButton(words.T("ui.button.followUpKey"), p.nav.FollowUp),
	}
}

// Key implements screen.Page.
func (p *Page) Key(name fyne.KeyName) bool {
	switch name {
	case fyne.KeyT:
		p.newTask()
	case fyne.KeyF:
		p.nav.FollowUp()
	default:
		return false
	}
	return true
}

func (p *Page) newTask() {
	p.nav.Form(screen.Form{Kind: "task", Values: schema.Values{"list": "today"}})
}

// Reload implements screen.Page.
func (p *Page) Reload() {
	b := p.book
	p.nav.Load(&p.lane, func() func() {
		data, err := read(b)
		return func() {
			if err != nil {
				p.nav.Fail(err)
				return
			}
			p.show(data)
		}
	})
}

func read(b *book.Book) (board, error) {
	main, err := b.Board()
	if err != nil {
		return board{}, err
	}
	data := board{Board: main, notes: map[string]string{}}
	for _, row := range first(main.FollowToday) {
		talks, err := b.Children("followup", row.ID)
		if err != nil {
			return board{}, err
		}
		data.notes[row.ID] = note(b, talks)
	}
	return data, nil
}

// note says what the next conversation is about: what was planned at the last one, and with whom.
func note(b *book.Book, talks []book.Row) string {
	if len(talks) == 0 {
		return ""
	}
	last := slices.MaxFunc(talks, func(x, y book.Row) int { return x.Moment("occurred_at").Compare(y.Moment("occurred_at")) })
	parts := []string{}
	if step := last.Text("next_step"); step != "" {
		parts = append(parts, step)
	} else {
		parts = append(parts, firstLine(last.Text("content")))
	}
	if name := b.Name("contact", last.Text("contact")); last.Has("contact") && name != "" {
		parts = append(parts, name)
	}
	return strings.Join(parts, " · ")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func first[T any](all []T) []T { return all[:min(len(all), most)] }

func (p *Page) show(d board) {
	b := p.book
	p.title.SetText(words.DayTitle(b.Now(), b.Zone()))
	p.greeting.SetText(greeting(b, d.Things))
	p.showFollow(d)
	p.showDue(d)
	p.showTasks(d)
	p.showNews(d)
	p.month.SetLink(words.Month(b.Now().In(b.Zone()).Month()), nil)
	p.month.SetBody(widget.NewInset(14, 10, 14, 14, figures(d.Month)))
	p.content.Refresh()
}

func greeting(b *book.Book, things int) string {
	if things == 0 {
		return words.T("ui.today.greeting.done")
	}
	switch hour := b.Now().In(b.Zone()).Hour(); {
	case hour < 12:
		return words.T("ui.today.greeting.morning", "N", things)
	case hour < 18:
		return words.T("ui.today.greeting.afternoon", "N", things)
	default:
		return words.T("ui.today.greeting.evening", "N", things)
	}
}

// empty is the body of a card without lines: one calm sentence.
func empty(text string) fyne.CanvasObject {
	return widget.NewInset(14, 10, 14, 14, widget.NewParagraph(text, widget.Small, widget.ColorDim))
}

func count(n int) string { return words.Number(int64(n)) }
