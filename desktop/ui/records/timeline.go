package records

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// mostEvents is how many entries are drawn at first; the rest comes on demand.
const mostEvents = 60

// timeline is the story of a customer in one stream: follow-ups, tasks, changes of hands, newest first.
type timeline struct {
	book   *book.Book
	nav    *screen.Navigator
	events []book.Event
	filter string // "" all, followup, task, holding_change
	most   int
	none   string // the key of what is said where there is nothing
	chips  *widget.ChipGroup
	list   *fyne.Container
	object fyne.CanvasObject
	scroll *container.Scroll
}

func newTimeline(b *book.Book, nav *screen.Navigator) *timeline {
	t := &timeline{book: b, nav: nav, most: mostEvents, list: widget.NewStack(0)}
	t.chips = widget.NewChipGroup(nil, false, func(chosen []string) {
		t.filter, t.most = chosen[0], mostEvents
		t.fill()
		t.scroll.ScrollToTop()
	})
	t.scroll = container.NewVScroll(widget.NewInset(14, 0, 14, 12, t.list))
	t.object = widget.NewEdges(widget.NewInset(14, 10, 14, 8, t.chips), nil, nil, t.scroll)
	return t
}

// group is the filter under which an event is counted: an unsent edit is a change like one of hands.
func group(e book.Event) string {
	if e.Kind == "change" {
		return "holding_change"
	}
	return e.Kind
}

func (t *timeline) show(events []book.Event, none string) {
	t.events, t.none = events, none
	counts := map[string]int{}
	for _, e := range events {
		if !planned(e) {
			counts[group(e)]++
		}
	}
	options := []widget.Option{{Value: "", Label: words.T("ui.timeline.all")}}
	for _, kind := range []string{"followup", "task", "holding_change"} {
		options = append(options, widget.Option{Value: kind, Label: words.T("ui.timeline."+kind, "N", counts[kind])})
	}
	t.chips.SetOptions(options)
	t.chips.SetChosen(t.filter)
	t.fill()
}

func (t *timeline) fill() {
	t.list.RemoveAll()
	var shown []book.Event
	for _, e := range t.events {
		if planned(e) {
			continue
		}
		if t.filter == "" || group(e) == t.filter {
			shown = append(shown, e)
		}
	}
	if len(shown) == 0 {
		t.list.Add(widget.NewParagraph(words.T(t.none), widget.Body, widget.ColorDim))
	}
	for i, e := range shown[:min(len(shown), t.most)] {
		t.list.Add(t.entry(e).SetLast(i == len(shown)-1))
	}
	if rest := len(shown) - t.most; rest > 0 {
		t.list.Add(widget.NewInset(20, 4, 0, 0, widget.NewBar(0,
			widget.NewLink(words.T("ui.timeline.more", "N", rest), widget.Body, widget.ColorAccent, func() {
				t.most += mostEvents
				t.fill()
			}), widget.NewSpace())))
	}
	t.object.Refresh()
}

func (t *timeline) entry(e book.Event) *widget.TimelineRow {
	switch e.Kind {
	case "followup":
		return t.followUp(e)
	case "task":
		return t.task(e)
	case "change":
		body := strings.Join(screen.Changes(t.book, *e.Mutation), "\n")
		row := widget.NewTimelineRow(screen.What(*e.Mutation), t.meta(e), body)
		return row.SetRight(words.T("ui.button.undo"), t.undo(e.Mutation.ID))
	}
	return t.change(e)
}

// planned tells whether an event is no more than the next contact that a follow-up has set: the follow-up says it.
func planned(e book.Event) bool {
	if e.Kind != "change" || e.Mutation == nil {
		return false
	}
	fields := e.Mutation.Fields()
	_, next := fields["next_contact_at"]
	return next && len(fields) == 1
}

// meta is the time of an event and its marks: 待同步, 补录.
func (t *timeline) meta(e book.Event) string {
	parts := []string{words.Moment(e.At, t.book.Now(), t.book.Zone())}
	if e.Backfilled {
		parts = append(parts, words.T("ui.backfilled"))
	}
	if e.Pending {
		parts = append(parts, words.T("ui.pending"))
	}
	return strings.Join(parts, " · ")
}

func (t *timeline) followUp(e book.Event) *widget.TimelineRow {
	r := e.Row
	parts := []string{t.book.Label("followup_method", r.Text("method"), words.Language())}
	author := t.book.Name("user", r.Text("author"))
	if author == "" { // written here, not yet stamped by the server
		author = t.book.Me().Name
	}
	parts = append(parts, author)
	meta := t.meta(e)
	if attitude := r.Text("attitude"); attitude != "" {
		meta += " · " + t.book.Label("attitude", attitude, words.Language())
	}
	if name := t.book.Name("contact", r.Text("contact")); r.Has("contact") && name != "" {
		meta += " · " + words.T("ui.followup.with", "Name", name)
	}
	body := r.Text("content")
	if step := r.Text("next_step"); step != "" {
		body += "\n" + words.T("ui.followup.nextStep", "Text", step)
	}
	row := widget.NewTimelineRow(strings.Join(parts, " · "), meta, body)
	if next := r.Moment("next_at"); !next.IsZero() {
		row.SetRight(words.T("ui.timeline.next", "When", words.DueMoment(next, t.book.Now(), t.book.Zone())), nil)
	}
	return row
}

func (t *timeline) task(e book.Event) *widget.TimelineRow {
	r := e.Row
	title := words.T("ui.timeline.task.open", "Status", screen.ChoiceLabel("task", "status", r.Text("status")))
	body := r.Title()
	if reason := r.Text("blocked_reason"); r.Text("status") == "blocked" && reason != "" {
		body += "\n" + words.T("ui.timeline.reason", "Reason", reason)
	}
	row := widget.NewTimelineRow(title, t.meta(e), body)
	row.SetRight(words.T("ui.button.open"), func() {
		view := r.Text("list")
		if r.Text("status") == "done" {
			view = book.ViewDone
		}
		t.nav.Open(screen.Route{Screen: screen.Tasks, View: view, ID: r.ID})
	})
	return row
}

// change is a change of hands: what happened, from where to where, by whom, why.
func (t *timeline) change(e book.Event) *widget.TimelineRow {
	r, b := e.Row, t.book
	title := screen.ChoiceLabel("holding_change", "how", r.Text("how"))
	var parts []string
	say := func(key, name, value string) {
		if value != "" {
			parts = append(parts, words.T(key, name, value))
		}
	}
	named := func(kind, field string) string {
		if !r.Has(field) {
			return ""
		}
		return b.Name(kind, r.Text(field))
	}
	say("ui.timeline.fromPool", "Pool", named("pool", "from_pool"))
	say("ui.timeline.fromOwner", "Name", named("user", "from_owner"))
	say("ui.timeline.toPool", "Pool", named("pool", "to_pool"))
	actor := named("user", "by")
	if actor != "" {
		title += " · " + actor
	}
	if r.Text("to_owner") != r.Text("by") {
		say("ui.timeline.toOwner", "Name", named("user", "to_owner"))
	}
	if key := r.Text("reason"); key != "" {
		say("ui.timeline.reason", "Reason", b.Label("release_reason", key, words.Language()))
	}
	if text := r.Text("rule_text"); text != "" {
		parts = append(parts, text)
	} else if days := int(r.Int("days")); days > 0 {
		parts = append(parts, words.T("ui.timeline.days", "N", days))
	}
	if note := r.Text("note"); note != "" {
		parts = append(parts, note)
	}
	if actor == "" && r.Text("how") == "reclaimed" {
		parts = append(parts, words.T("ui.timeline.schedule"))
	}
	meta := t.meta(e)
	if asked := r.Moment("asked_at"); !asked.IsZero() && e.At.Sub(asked) > time.Minute {
		meta += " · " + words.T("ui.tray.askedAt", "When", words.Moment(asked, b.Now(), b.Zone()))
	}
	return widget.NewTimelineRow(title, meta, strings.Join(parts, words.T("ui.list.semicolon")))
}

func (t *timeline) undo(mutation string) func() {
	return func() {
		if err := t.book.Undo(mutation); err != nil {
			t.nav.Fail(err)
			return
		}
		t.nav.Toast(words.T("ui.outbox.undone"), nil)
	}
}
