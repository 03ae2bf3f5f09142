// Package outbox is the screen 待同步: every change that the server does not have yet, with its fields, its time and
// its state, and the ways to take it back or carry it elsewhere.
package outbox

import (
	"io"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
)

// most is how many changes are shown at once; the export has them all.
const most = 200

// Page is the screen.
type Page struct {
	book    *book.Book
	nav     *screen.Navigator
	syncNow func()
	lane    screen.Lane
	count   *widget.Text
	list    *fyne.Container
	export  *widget.Button
	sync    *widget.Button
	content fyne.CanvasObject
}

// New returns the screen; syncNow starts a sync.
func New(b *book.Book, nav *screen.Navigator, syncNow func()) *Page {
	p := &Page{
		book: b, nav: nav, syncNow: syncNow,
		count: widget.NewText("", widget.Title, widget.ColorAccent),
		list:  widget.NewStack(14),
	}
	p.export = widget.NewPlainButton(words.T("ui.outbox.export"), p.save)
	p.sync = widget.NewPrimaryButton(words.T("ui.outbox.syncNow"), p.syncNow)
	head := widget.NewFixed(0, 28, widget.NewBar(6,
		widget.NewText(words.T("ui.outbox.title"), widget.Title, widget.ColorText), p.count))
	p.content = container.NewVScroll(widget.NewInset(16, 12, 16, 16, widget.NewStack(8, head, p.list)))
	p.Reload()
	return p
}

// Content implements screen.Page.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Page) Actions() []fyne.CanvasObject {
	if p.book.Practice() {
		return []fyne.CanvasObject{p.export}
	}
	return []fyne.CanvasObject{p.export, p.sync}
}

// Key implements screen.Page.
func (p *Page) Key(fyne.KeyName) bool { return false }

// Reload implements screen.Page.
func (p *Page) Reload() {
	screen.Read(p.nav, &p.lane, p.book.Outbox, p.show)
}

func (p *Page) show(entries []book.Entry) {
	p.list.RemoveAll()
	p.count.SetText("")
	if len(entries) == 0 {
		p.export.Disable()
		text := "ui.outbox.none.text"
		if p.book.Practice() {
			text = "ui.outbox.none.practice"
		}
		p.list.Add(widget.NewInset(0, 60, 0, 0, widget.NewEmptyState(words.T("ui.outbox.none"), words.T(text), nil)))
		p.content.Refresh()
		return
	}
	p.export.Enable()
	p.count.SetText(words.Number(int64(len(entries))))
	p.list.Add(widget.NewParagraph(words.T("ui.outbox.text"), widget.Body, widget.ColorDim))
	for _, e := range entries[:min(len(entries), most)] {
		p.list.Add(p.entry(e))
	}
	if rest := len(entries) - most; rest > 0 {
		p.list.Add(widget.NewText(words.T("ui.outbox.more", "N", rest), widget.Small, widget.ColorDim))
	}
	p.content.Refresh()
}

// entry is the card of one unsent change.
func (p *Page) entry(e book.Entry) fyne.CanvasObject {
	b := p.book
	name := e.Title
	if e.Kind == "followup" { // its title is all that was said, and stands below
		name = e.Customer
	} else if e.Customer != "" && e.Customer != e.Title {
		name = strings.Join([]string{e.Title, e.Customer}, " · ")
	}
	lines := widget.NewStack(2)
	for _, line := range p.lines(e.Mutation) {
		lines.Add(widget.NewParagraph(line, widget.Body, widget.ColorText))
	}
	state := words.T("ui.outbox.state." + string(e.State))
	if e.Tries > 0 && e.State != book.Answered {
		state += " · " + words.T("ui.outbox.tries", "N", e.Tries)
	}
	foot := widget.NewBar(8, widget.NewText(state, widget.Small, widget.ColorDim), widget.NewSpace())
	if root := e.Mutation.Root; root != "" && e.Customer != "" && e.Mutation.Op != change.Delete {
		foot.Add(widget.NewSmallButton(words.T("ui.button.open"), func() {
			p.nav.Open(screen.Route{Screen: screen.Customer, ID: root})
		}))
	}
	if e.State == book.Waiting {
		foot.Add(widget.NewSmallButton(words.T("ui.button.undo"), p.undo(e.ID)))
	}
	if len(lines.Objects) > 0 {
		lines = widget.NewStack(10, lines, foot)
	} else {
		lines = foot
	}
	card := widget.NewCard(screen.What(e.Mutation)+" · "+name, widget.NewInset(14, 10, 14, 10, lines))
	card.SetLink(words.Moment(e.At, b.Now(), b.Zone()), nil)
	return card
}

// lines are the fields of a change, or what a request asks for.
func (p *Page) lines(m change.Mutation) []string {
	if m.Op != change.Ask {
		return screen.Changes(p.book, m)
	}
	var lines []string
	say := func(label, value string) {
		if value != "" {
			lines = append(lines, words.T("ui.outbox.value", "Field", label, "New", value))
		}
	}
	say(screen.KindName("pool"), p.book.Name("pool", m.Args["pool"]))
	say(words.T("ui.customer.transfer.to"), p.book.Name("user", m.Args["to"]))
	if reason := m.Args["reason"]; reason != "" {
		say(words.T("ui.customer.release.reason"), p.reason(reason))
	}
	say(words.T("ui.note"), m.Args["note"])
	return lines
}

func (p *Page) reason(key string) string {
	f, _ := crm.Holding.Field("reason")
	return screen.Written(p.book, "holding", f, any(key))
}

func (p *Page) undo(id string) func() {
	return func() {
		if err := p.book.Undo(id); err != nil {
			p.nav.Fail(err)
			return
		}
		p.nav.Toast(words.T("ui.outbox.undone"), nil)
	}
}

// save writes all changes into a file: a way out when the server is gone for good.
func (p *Page) save() {
	name := "yuzhou-outbox-" + p.book.Now().In(p.book.Zone()).Format("20060102-1504") + ".jsonl"
	p.nav.SaveFile(name, func(w io.Writer) (string, error) { return words.T("ui.outbox.exported"), p.book.ExportOutbox(w) })
}
