package today

import (
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

func (p *Page) showFollow(d board) {
	b := p.book
	p.follow.SetCount(count(len(d.FollowToday)))
	p.follow.SetLink(words.T("ui.button.all"), func() {
		p.nav.Open(screen.Route{Screen: screen.Customers, View: book.ViewToday})
	})
	var rows []*widget.CardRow
	for _, row := range first(d.FollowToday) {
		id := row.ID
		when, role := followTime(b, row.Moment("next_contact_at"))
		rows = append(rows, widget.NewCardRow(widget.Row{
			Check: true,
			// A conversation is ticked off by writing down what was said.
			OnCheck: func(bool) {
				p.nav.Open(screen.Route{Screen: screen.Customer, ID: id, Focus: screen.FocusFollowUp})
			},
			Title: row.Title(), Note: d.notes[id], Right: when, RightRole: role,
			OnTapped: p.customer(id),
		}))
	}
	body(p.follow, rows, "ui.today.follow.none")
}

// followTime is the time of day for today, and since when for what was planned earlier.
func followTime(b *book.Book, at time.Time) (string, fyne.ThemeColorName) {
	zone := b.Zone()
	if at.In(zone).Format(time.DateOnly) < b.Now().In(zone).Format(time.DateOnly) {
		return words.T("ui.today.follow.overdue", "When", words.Due(at, b.Now(), zone)), widget.ColorBad
	}
	return at.In(zone).Format("15:04"), widget.ColorDim
}

func (p *Page) customer(id string) func() {
	return func() { p.nav.Open(screen.Route{Screen: screen.Customer, ID: id}) }
}

func (p *Page) showDue(d board) {
	p.due.SetCount(count(d.DueSoonTotal))
	p.due.SetLink(words.T("ui.button.all"), func() {
		p.nav.Open(screen.Route{Screen: screen.Customers, View: book.ViewSoon})
	})
	lines := d.DueSoon[:min(len(d.DueSoon), most-1)]
	var rows []*widget.CardRow
	for i, row := range lines {
		note := words.T("ui.today.due.short", "N", row.Due.Elapsed)
		if i == 0 { // said once in full: the same rule holds for the rest
			note = silence(p.book, row)
		}
		rows = append(rows, widget.NewCardRow(widget.Row{
			Title: row.Title(), Note: note,
			Right: screen.DueLeft(row.Due), RightTone: screen.DueTone(row.Due),
			OnTapped: p.customer(row.ID),
		}))
	}
	if len(rows) > 0 {
		rows = append(rows, widget.NewCardRow(widget.Row{Note: words.T("ui.today.due.hint")}))
	}
	body(p.due, rows, "ui.today.due.none")
}

// silence says how long nobody spoke with a customer, and how long that may last.
func silence(b *book.Book, row book.Row) string {
	rule, found, err := b.Get("rule", row.Due.Rule)
	if err != nil || !found {
		return words.T("ui.today.due.short", "N", row.Due.Elapsed)
	}
	return words.T("ui.today.due.elapsed", "N", row.Due.Elapsed, "Days", rule.Int("days"))
}

func (p *Page) showTasks(d board) {
	p.tasks.SetCount(count(d.TaskCounts["today"]))
	if d.Overdue > 0 {
		p.tasks.SetTag(words.T("ui.today.overdue", "N", d.Overdue), widget.ToneBad)
	} else {
		p.tasks.SetTag("", widget.ToneNone)
	}
	counts := d.TaskCounts
	p.tasks.SetLink(words.T("ui.today.tasks.lists", "Inbox", counts["inbox"], "Today", counts["today"],
		"Next", counts["next"], "Later", counts["later"]), func() { p.nav.Open(screen.Route{Screen: screen.Tasks}) })
	var rows []*widget.CardRow
	for _, row := range first(d.Tasks) {
		rows = append(rows, widget.NewCardRow(p.taskRow(row)))
	}
	body(p.tasks, rows, "ui.today.tasks.none")
}

func (p *Page) taskRow(row book.Row) widget.Row {
	b := p.book
	line := widget.Row{
		Check: true, Title: row.Title(), Note: b.Name("customer", row.Root),
		OnTapped: func() { p.nav.Open(screen.Route{Screen: screen.Tasks, View: row.Text("list"), ID: row.ID}) },
		OnCheck:  func(bool) { screen.FinishTask(p.book, p.nav, row) },
	}
	if key := row.Text("priority"); key != "" && key != "none" {
		line.Badge, line.BadgeTone = screen.ChoiceLabel("task", "priority", key), widget.ToneNeutral
	}
	if due := row.Moment("due_at"); !due.IsZero() {
		line.Right = words.Due(due, b.Now(), b.Zone())
		if due.Before(b.Now()) {
			line.RightRole = widget.ColorBad
		}
	}
	return line
}

func (p *Page) showNews(d board) {
	var rows []*widget.CardRow
	for _, e := range d.Asked {
		rows = append(rows, widget.NewCardRow(widget.Row{
			Tag: words.T("ui.today.news.asked"), TagTone: widget.ToneAccent,
			Title: screen.Asked(p.book, e.Mutation, e.Title), Right: words.T("ui.today.news.askedHint"),
			OnTapped: func() { p.nav.Open(screen.Route{Screen: screen.Outbox}) },
		}))
	}
	for _, item := range d.Tray {
		rows = append(rows, widget.NewCardRow(widget.Row{
			Tag: words.T("ui.today.news.tray"), TagTone: widget.ToneBad,
			Title: screen.TrayTitle(p.book, item), Right: words.T("ui.today.news.trayHint"),
			OnTapped: func() { p.nav.Open(screen.Route{Screen: screen.Tray}) },
		}))
	}
	for _, notice := range d.Notices {
		rows = append(rows, widget.NewCardRow(widget.Row{
			Tag: words.T("ui.today.news.notice"), TagTone: widget.ToneNeutral,
			Title: screen.NoticeText(notice, screen.TimesOf(p.book)), Right: words.Recent(notice.Moment("at"), p.book.Now(), p.book.Zone()),
			OnTapped: func() { p.nav.Open(screen.Route{Screen: screen.Messages}) },
		}))
	}
	p.news.SetCount(count(len(d.Asked) + len(d.Tray) + d.UnreadNotices))
	p.news.SetLink(words.T("ui.button.all"), func() { p.nav.Open(screen.Route{Screen: screen.Messages}) })
	body(p.news, first(rows), "ui.today.news.none")
}

func body(card *widget.Card, rows []*widget.CardRow, none string) {
	if len(rows) == 0 {
		card.SetBody(empty(words.T(none)))
		return
	}
	card.SetBody(widget.NewRows(rows...))
}

// figures are this month's own work; nothing stands here that the program does not count.
func figures(m book.MonthFigures) fyne.CanvasObject {
	return widget.NewStack(18,
		widget.NewColumns(12, []float32{0, 0},
			figure("ui.today.month.customers", m.NewCustomers, m.PrevNewCustomers),
			figure("ui.today.month.followups", m.FollowUps, m.PrevFollowUps)),
		single("ui.today.month.tasks", m.TasksDone),
		widget.NewParagraph(words.T("ui.today.month.change"), widget.Small, widget.ColorDim))
}

func figure(key string, now, before int) fyne.CanvasObject {
	role, sign := widget.ColorDim, "±"
	switch {
	case now > before:
		role, sign = widget.ColorGood, "+"
	case now < before:
		role, sign = widget.ColorBad, ""
	}
	change := widget.NewText(sign+count(now-before), widget.Small, role)
	return widget.NewStack(2,
		widget.NewText(words.T(key), widget.Small, widget.ColorDim),
		widget.NewBar(8, widget.NewText(count(now), widget.Figure, widget.ColorText), change))
}

func single(key string, now int) fyne.CanvasObject {
	return widget.NewStack(2,
		widget.NewText(words.T(key), widget.Small, widget.ColorDim),
		widget.NewText(count(now), widget.Figure, widget.ColorText))
}
