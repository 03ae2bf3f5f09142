package conflicts

import (
	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// conflict is the card of two values for one field.
func (p *Page) conflict(item book.TrayItem) fyne.CanvasObject {
	c := item.Conflict
	field := fieldOf(c.Text("kind"), item.Field)
	b := p.book
	now, zone := b.Now(), b.Zone()
	byAt := func(user, at string) string {
		return words.T("ui.tray.byAt", "Name", screen.Or(b.Name("user", c.Text(user))),
			"When", words.Moment(c.Moment(at), now, zone))
	}
	mine := words.T("ui.tray.mine")
	if editor := c.Text("editor"); editor != b.Me().ID {
		mine = words.T("ui.tray.mine.other", "Name", screen.Or(b.Name("user", editor)))
	}
	written := func(v any) string { return screen.Or(screen.Written(b, c.Text("kind"), field, v)) }
	values := widget.NewColumns(12, []float32{0, 0, 0},
		value(words.T("ui.tray.base"), written(item.Base), words.T("ui.tray.base.note"), false),
		value(words.T("ui.tray.theirs"), written(item.Theirs), byAt("theirs_by", "theirs_at"), false),
		value(mine, written(item.Mine), byAt("editor", "mine_at"), true))
	buttons := p.decisions(item, field)
	card := widget.NewCard(screen.TrayTitle(b, item), p.framed(buttons, values))
	card.SetLink(words.T("ui.tray.foundAt", "When", p.moment(item)), nil)
	return card
}

// value is one of the three boxes: what it is, the value, and where it comes from.
func value(label, text, note string, chosen bool) fyne.CanvasObject {
	words := widget.NewParagraph(text, widget.Value, widget.ColorText)
	small := widget.NewText(note, widget.Small, widget.ColorDim)
	small.SetShrink(true)
	body := widget.NewInset(12, 12, 12, 12, widget.NewStack(4,
		widget.NewText(label, widget.Small, widget.ColorDim), words, small))
	return widget.NewCard("", body).SetChosen(chosen)
}

// decisions are the ways out of a conflict. Whoever may not edit the record any more leaves it to those who may.
func (p *Page) decisions(item book.TrayItem, field schema.Field) *fyne.Container {
	c := item.Conflict
	target, here, err := p.book.Get(c.Text("kind"), c.Text("record"))
	note := words.T("ui.tray.kept")
	buttons := widget.NewBar(8)
	if err == nil && here && p.book.Can(access.Edit, target) {
		use := words.T("ui.tray.useMine")
		if editor := c.Text("editor"); editor != p.book.Me().ID {
			use = words.T("ui.tray.useTheirs", "Name", screen.Or(p.book.Name("user", editor)))
		}
		buttons.Add(widget.NewPlainButton(words.T("ui.tray.keepTheirs"), p.resolve(item, book.Theirs, nil)))
		buttons.Add(widget.NewPrimaryButton(use, p.resolve(item, book.Mine, nil)))
		if place := p.book.BothField(item); place != "" {
			buttons.Add(widget.NewPlainButton(words.T("ui.tray.both", "Field", screen.FieldLabel(c.Text("kind"), place)),
				p.resolve(item, book.Both, nil)))
		}
		buttons.Add(widget.NewPlainButton(words.T("ui.tray.typed"), func() { p.typed(item, field) }))
	} else {
		note = words.T("ui.tray.notYours")
		buttons.Add(widget.NewPrimaryButton(words.T("ui.tray.keepTheirs"), p.resolve(item, book.Theirs, nil)))
	}
	buttons.Add(widget.NewSpace())
	small := widget.NewText(note, widget.Small, widget.ColorDim)
	small.SetShrink(true)
	buttons.Add(small)
	return buttons
}

func fieldOf(kind, name string) schema.Field {
	if k := crm.ByName(kind); k != nil {
		if f, ok := k.Field(name); ok {
			return f
		}
	}
	return schema.Field{Name: name, Type: schema.Text{}}
}

func (p *Page) resolve(item book.TrayItem, choice string, typed any) func() {
	return func() {
		if err := p.book.Resolve(item.ID, choice, typed); err != nil {
			p.nav.Fail(err)
			return
		}
		p.nav.Toast(words.T("ui.tray.settled"), nil)
	}
}

// typed asks for a third value. It starts with mine and is checked as in the form.
func (p *Page) typed(item book.TrayItem, field schema.Field) {
	kind := item.Conflict.Text("kind")
	entry := p.nav.Editor(kind, field, item.Mine)
	p.nav.Ask(screen.Question{
		Title:   words.T("ui.tray.typed.title", "Field", screen.FieldLabel(kind, field.Name)),
		Content: entry.Object(), Focus: entry.Focusable(),
		Confirm: words.T("ui.button.save"),
		Done: func() error {
			v, err := entry.Value()
			if err != nil {
				return err
			}
			if field.Required && schema.Equal(v, nil) {
				return fault.New(fault.Required).About(kind, field.Name)
			}
			return p.book.Resolve(item.ID, book.Typed, v)
		},
	})
}
