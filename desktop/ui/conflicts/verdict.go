package conflicts

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
)

// refused is the card of a change or request that the server did not take: what, why, and what to do now.
func (p *Page) refused(item book.TrayItem) fyne.CanvasObject {
	what, next := p.reason(item)
	cause := widget.NewParagraph(what, widget.Body, widget.ColorText)
	way := widget.NewParagraph(screen.Sentences(next, left(item)), widget.Body, widget.ColorDim)
	lines := []fyne.CanvasObject{widget.NewStack(2, cause, way)}
	typed := p.typedIn(item)
	if len(typed) > 0 {
		lines = append(lines, quoted(typed))
	}
	buttons := widget.NewBar(8)
	if item.Customer != "" {
		if _, here, err := p.book.Get("customer", item.Customer); err == nil && here {
			buttons.Add(widget.NewPlainButton(words.T("ui.tray.openCustomer"), func() {
				p.nav.Open(screen.Route{Screen: screen.Customer, ID: item.Customer})
			}))
		}
	}
	if len(typed) > 0 {
		buttons.Add(p.copyButton(item, typed))
	}
	switch code := fault.CodeOf(item.Fault); {
	case item.Mutation.Command == change.Claim:
		buttons.Add(widget.NewPlainButton(words.T("ui.tray.similar"), p.similar(item)))
		buttons.Add(widget.NewPrimaryButton(words.T("ui.button.ok"), p.dismiss(item.ID)))
	case code == fault.HandedOn, code == fault.ReplicaBroken: // others decide; or there is nothing whole to send
		buttons.Add(widget.NewPrimaryButton(words.T("ui.button.ok"), p.dismiss(item.ID)))
	default:
		buttons.Add(widget.NewPlainButton(words.T("ui.tray.dropIt"), p.dismiss(item.ID)))
		buttons.Add(widget.NewPrimaryButton(words.T("ui.tray.again"), p.again(item.ID)))
	}
	card := widget.NewCard(screen.TrayTitle(p.book, item), p.framed(buttons, lines...))
	card.SetLink(words.T("ui.tray.askedAt", "When", words.Moment(time.UnixMilli(item.Mutation.At), p.book.Now(), p.book.Zone())), nil)
	return card
}

// reason says why a change is in the tray, and the next step.
func (p *Page) reason(item book.TrayItem) (what, next string) {
	times := screen.TimesOf(p.book)
	what, next = screen.Trouble(item.Fault, times)
	switch item.Fault.Code {
	case fault.ReplicaBroken: // the change is damaged, not the whole file
		return words.T("ui.tray.unreadable.text"), words.T("ui.tray.unreadable.next")
	case fault.Forgotten: // its own reason for not taking it this time
		if code := item.Fault.Params["Code"]; code != "" {
			what = screen.Sentences(what, screen.Wrong(fault.New(fault.Code(code)), times))
		}
	}
	return what, next
}

// typedIn is what the person had typed, line by line; of a change that a bad disk has damaged, what is left of its text.
func (p *Page) typedIn(item book.TrayItem) []string {
	if rest := item.Info["text"]; fault.CodeOf(item.Fault) == fault.ReplicaBroken && rest != "" {
		return []string{strings.ToValidUTF8(rest, "…")}
	}
	return screen.Changes(p.book, item.Mutation)
}

// copyButton puts what was typed on the clipboard: somebody else may have to be told of it.
func (p *Page) copyButton(item book.TrayItem, typed []string) *widget.Button {
	return widget.NewPlainButton(words.T("ui.tray.copy"), func() {
		lines := typed
		if item.Name != "" {
			lines = append([]string{item.Name}, typed...)
		}
		fyne.CurrentApp().Clipboard().SetContent(strings.Join(lines, "\n"))
		p.nav.Toast(words.T("ui.tray.copied"), nil)
	})
}

// left tells how much of the daily limit remains where the server said so: a refused claim uses up nothing.
func left(item book.TrayItem) string {
	if item.Mutation.Command != change.Claim || item.Info["Limit"] == "" || item.Info["Left"] == "" || item.Fault != nil && item.Fault.Code == fault.DailyLimit {
		return ""
	}
	return words.T("ui.tray.left", "Left", item.Info["Left"], "Limit", item.Info["Limit"])
}

func (p *Page) again(id string) func() {
	return func() {
		if err := p.book.Again(id); err != nil {
			p.nav.Fail(err)
			return
		}
		p.nav.Toast(words.T("ui.outbox.state.waiting"), nil)
	}
}

// similar goes to the pool, searched for the beginning of the name: 金华永康五金有限公司 → 金华.
func (p *Page) similar(item book.TrayItem) func() {
	name := []rune(item.Name)
	return func() {
		p.nav.Open(screen.Route{
			Screen: screen.Pool, View: item.Mutation.Args["pool"], Search: string(name[:min(2, len(name))]),
		})
	}
}

// granted is the card of a request that succeeded.
func (p *Page) granted(item book.TrayItem) fyne.CanvasObject {
	at := words.Moment(time.UnixMilli(item.Mutation.At), p.book.Now(), p.book.Zone())
	text := screen.Sentences(words.T("ui.tray.ok.text", "When", at), left(item))
	buttons := widget.NewBar(8)
	if item.Customer != "" {
		buttons.Add(widget.NewPlainButton(words.T("ui.tray.openCustomer"), func() {
			p.nav.Open(screen.Route{Screen: screen.Customer, ID: item.Customer})
		}))
	}
	buttons.Add(widget.NewPrimaryButton(words.T("ui.button.ok"), p.dismiss(item.ID)))
	card := widget.NewCard(screen.TrayTitle(p.book, item),
		p.framed(buttons, widget.NewParagraph(text, widget.Body, widget.ColorText)))
	card.SetLink(p.moment(item), nil)
	return card
}

// notice is the card of a word of the program itself: what happened, and that nothing has to be done.
func (p *Page) notice(item book.TrayItem) fyne.CanvasObject {
	what, next := screen.Trouble(item.Fault, screen.TimesOf(p.book))
	card := widget.NewCard(screen.TrayTitle(p.book, item), p.framed(
		widget.NewBar(8, widget.NewPrimaryButton(words.T("ui.button.ok"), p.dismiss(item.ID))),
		widget.NewStack(2, widget.NewParagraph(what, widget.Body, widget.ColorText), widget.NewParagraph(next, widget.Body, widget.ColorDim))))
	card.SetLink(p.moment(item), nil)
	return card
}

// leave is the card of a customer that left my sight.
func (p *Page) leave(item book.TrayItem) fyne.CanvasObject {
	lines := []fyne.CanvasObject{widget.NewParagraph(p.leaveText(item), widget.Body, widget.ColorText)}
	buttons := widget.NewBar(8)
	if typed := screen.Changes(p.book, item.Mutation); len(typed) > 0 {
		lines = append(lines,
			widget.NewParagraph(words.T("ui.tray.leave.unsent"), widget.Body, widget.ColorDim), quoted(typed))
		buttons.Add(p.copyButton(item, typed))
	}
	buttons.Add(widget.NewPrimaryButton(words.T("ui.button.ok"), p.dismiss(item.ID)))
	card := widget.NewCard(screen.TrayTitle(p.book, item), p.framed(buttons, lines...))
	card.SetLink(p.moment(item), nil)
	return card
}

func (p *Page) leaveText(item book.TrayItem) string {
	how, by, to, days := "other", "", "", ""
	if l := item.Leave; l != nil {
		if words.Has("ui.tray.leave." + l.How) { // a newer server knows more ways than this program
			how = l.How
		}
		if l.Days > 0 {
			days = words.Number(l.Days)
		}
		by = p.book.Name("user", l.By)
		if to = p.book.Name("pool", l.To); to == "" {
			to = p.book.Name("user", l.To)
		} else {
			to = words.T("ui.quoted", "Text", to)
		}
	}
	if by == "" {
		by = words.T("ui.tray.leave.somebody")
	}
	if to == "" {
		to = words.T("ui.tray.leave.somebody")
		if how == "reclaimed" || how == "released" {
			to = words.T("ui.tray.leave.pool")
		}
	}
	return words.T("ui.tray.leave."+how, "By", by, "To", to, "Days", days)
}

// quoted shows what the person had typed, so that nothing of it is lost.
func quoted(lines []string) fyne.CanvasObject {
	stack := widget.NewStack(2)
	for _, line := range lines {
		stack.Add(widget.NewParagraph(line, widget.Body, widget.ColorText))
	}
	return widget.NewCard("", widget.NewInset(12, 8, 12, 8, stack))
}
