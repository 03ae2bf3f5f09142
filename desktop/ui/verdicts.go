package ui

import (
	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
)

// verdicts tells at once what became of requests: whoever claims a customer online waits for the answer, and the tray
// keeps only what was refused or came late.
type verdicts struct {
	shell *shell
	lane  screen.Lane
	known bool                  // waiting has been read once
	wait  map[string]book.Entry // the requests without an answer, by their mutation
}

// verdict is the answer to one request.
type verdict struct {
	refused *book.TrayItem // nil: granted
	text    string
}

// look compares the requests that wait with those that waited before.
func (v *verdicts) look() {
	b, before, known := v.shell.book, v.wait, v.known
	v.shell.window.load(&v.lane, func() func() {
		wait, err := requests(b)
		if err != nil {
			return nil // the screen itself has said so
		}
		var news []verdict
		if known {
			news = decided(b, before, wait)
		}
		return func() {
			v.wait, v.known = wait, true
			v.tell(news)
		}
	})
}

func requests(b *book.Book) (map[string]book.Entry, error) {
	entries, err := b.Outbox()
	if err != nil {
		return nil, err
	}
	wait := map[string]book.Entry{}
	for _, e := range entries {
		if e.Mutation.Op == change.Ask {
			wait[e.ID] = e
		}
	}
	return wait, nil
}

// decided are the requests that wait no more, with what came of them. One that was taken back has had no effect and
// stands in no tray: nothing is said of it.
func decided(b *book.Book, before, wait map[string]book.Entry) (news []verdict) {
	tray := map[string]*book.TrayItem{}
	for id, entry := range before {
		if _, waits := wait[id]; waits {
			continue
		}
		if len(tray) == 0 {
			items, err := b.Tray()
			if err != nil {
				return nil
			}
			for i := range items {
				tray[items[i].Mutation.ID] = &items[i]
			}
		}
		if item := tray[id]; item != nil && item.Fault != nil {
			text := words.T("ui.verdict.refused", "What", screen.TrayTitle(b, *item), "Why", screen.Told(item.Fault, screen.TimesOf(b)))
			news = append(news, verdict{item, text})
		} else if done(b, entry.Mutation) {
			news = append(news, verdict{nil, screen.Granted(b, entry.Mutation, entry.Title)})
		}
	}
	return news
}

// done tells whether the book shows the effect of a request.
func done(b *book.Book, m change.Mutation) bool {
	row, here, err := b.Get("customer", m.Root)
	if err != nil {
		return false
	}
	switch m.Command {
	case change.Claim:
		return here && row.Owner == b.Me().ID
	case change.Release:
		return !here || row.Owner == ""
	case change.Deal:
		return here && row.Holding.Has("dealt_at") == (m.Args["dealt"] == "true")
	}
	return !here || row.Owner == m.Args["to"]
}

// tell says one answer in full, and of several how many there are of each sort.
func (v *verdicts) tell(news []verdict) {
	refused := 0
	for _, n := range news {
		if n.refused != nil {
			refused++
		}
	}
	text := ""
	switch len(news) {
	case 0:
		return
	case 1:
		text = news[0].text
	default:
		text = words.T("ui.verdict.many", "N", len(news), "Done", len(news)-refused, "Refused", refused)
	}
	if refused == 0 {
		v.shell.toast(text, nil)
		return
	}
	v.shell.window.toasts.Say(text, widget.ToneBad, words.T("ui.verdict.look"), func() {
		v.shell.open(screen.Route{Screen: screen.Tray})
	})
}
