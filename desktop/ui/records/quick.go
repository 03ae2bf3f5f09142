package records

import (
	"errors"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

// quick is the entry of a follow-up above the timeline: method, text, Ctrl+Enter. All else is there when wanted.
type quick struct {
	page     *Customer
	drafts   Drafts
	method   *widget.ChipGroup
	attitude *widget.ChipGroup
	text     *widget.TextField
	wrong    *widget.Text
	next     *widget.ChipGroup
	nextAt   *widget.DateField
	happened *widget.ChipGroup
	when     *widget.DateField
	nextBox  *fyne.Container
	whenBox  *fyne.Container
	step     *widget.TextField
	contact  *widget.SelectField
	more     *fyne.Container
	object   fyne.CanvasObject
}

// The quick picks of the next contact and of when a conversation took place.
const (
	pickTomorrow = "tomorrow"
	pickIn3      = "in3"
	pickIn7      = "in7"
	pickDate     = "date"
	pickNow      = "now"
	pickOther    = "other"
)

// Drafts are the follow-ups that were begun and not saved, by customer. They live as long as the window: somebody who
// looks something up elsewhere finds his words again.
type Drafts map[string]draft

// draft is what stands in the entry.
type draft struct {
	method, attitude, next, happened    []string
	text, step, contact, nextAt, whenAt string
}

func newQuick(p *Customer, drafts Drafts) *quick {
	q := &quick{page: p, drafts: drafts}
	b := p.book
	q.method = widget.NewChipGroup(dictOptions(b, "followup_method"), false, func([]string) { q.say("") })
	q.attitude = widget.NewChipGroup(dictOptions(b, "attitude"), false, func([]string) { q.keep() }).AllowNone()
	q.text = widget.NewTextArea("", words.T("ui.followup.hint"), 2)
	q.text.OnChanged = func(string) { q.say("") }
	q.wrong = widget.NewText("", widget.Small, widget.ColorBad)
	q.wrong.Hide()
	q.nextAt = widget.NewDateTimeField("", words.T("ui.form.momentHint"), screen.CalendarWords(), b.Now, b.Zone())
	q.when = widget.NewDateTimeField("", words.T("ui.form.momentHint"), screen.CalendarWords(), b.Now, b.Zone())
	q.next = widget.NewChipGroup(picks("ui.followup.", pickTomorrow, pickIn3, pickIn7, pickDate), false, q.pickNext).AllowNone()
	q.happened = widget.NewChipGroup(picks("ui.followup.", pickNow, pickOther), false, q.pickHappened)
	q.step = widget.NewTextField(screen.FieldLabel("followup", "next_step"), "")
	q.contact = widget.NewSelectField(screen.FieldLabel("followup", "contact"), words.T("ui.form.none"), words.T("ui.form.narrow"), nil)
	q.build()
	kept, begun := drafts[p.id]
	q.reset()
	if begun {
		q.restore(kept)
	}
	return q
}

// keep remembers what is typed, as long as there is any of it.
func (q *quick) keep() {
	if strings.TrimSpace(q.text.Text()) == "" {
		delete(q.drafts, q.page.id)
		return
	}
	q.drafts[q.page.id] = draft{
		method: q.method.Chosen(), attitude: q.attitude.Chosen(), next: q.next.Chosen(), happened: q.happened.Chosen(),
		text: q.text.Text(), step: q.step.Text(), contact: q.contact.Value(), nextAt: q.nextAt.Text(), whenAt: q.when.Text(),
	}
}

func (q *quick) restore(d draft) {
	q.method.SetChosen(d.method...)
	q.attitude.SetChosen(d.attitude...)
	q.next.SetChosen(d.next...)
	q.happened.SetChosen(d.happened...)
	q.step.SetText(d.step)
	q.contact.SetValue(d.contact)
	if d.nextAt != "" {
		q.nextAt.SetText(d.nextAt)
		q.nextBox.Show()
	}
	if d.whenAt != "" {
		q.when.SetText(d.whenAt)
		q.whenBox.Show()
		q.more.Show()
	}
	q.text.SetText(d.text)
}

func picks(prefix string, values ...string) []widget.Option {
	var out []widget.Option
	for _, v := range values {
		out = append(out, widget.Option{Value: v, Label: words.T(prefix + v)})
	}
	return out
}

func (q *quick) build() {
	q.nextBox, q.whenBox = widget.NewFixed(190, 0, q.nextAt), widget.NewFixed(190, 0, q.when)
	top := widget.NewHead(nil, q.method, q.attitude)
	label := func(key string) fyne.CanvasObject { return widget.NewText(words.T(key), widget.Small, widget.ColorDim) }
	q.more = widget.NewStack(10,
		widget.NewColumns(12, []float32{0, 0}, q.step, q.contact),
		widget.NewHead(label("ui.followup.happened"), q.happened, q.whenBox))
	q.more.Hide()
	var open *widget.Link
	open = widget.NewLink(words.T("ui.followup.more"), widget.Small, widget.ColorAccent, func() {
		if q.more.Visible() {
			q.more.Hide()
			open.SetText(words.T("ui.followup.more"))
		} else {
			q.more.Show()
			open.SetText(words.T("ui.followup.less"))
		}
		q.page.content.Refresh()
	})
	foot := widget.NewHead(label("ui.followup.next"), q.next, q.nextBox, open,
		widget.NewSmallPrimaryButton(words.T("ui.followup.save"), q.save))
	q.object = widget.NewStack(0,
		widget.NewInset(14, 12, 14, 12, widget.NewStack(8, top, q.text, q.wrong, q.more, foot)),
		widget.NewHairline())
}

// reset empties the entry. The usual method is chosen already: that saves one of the three actions.
func (q *quick) reset() {
	q.text.SetText("")
	q.step.SetText("")
	q.contact.SetValue("")
	q.attitude.SetChosen()
	q.next.SetChosen()
	q.nextAt.Clear()
	q.nextBox.Hide()
	q.happened.SetChosen(pickNow)
	q.when.Clear()
	q.whenBox.Hide()
	for _, c := range q.page.book.Choices("followup_method") {
		if c.Preferred || len(q.method.Chosen()) == 0 {
			q.method.SetChosen(c.Key)
		}
		if c.Preferred {
			break
		}
	}
}

// offer gives the entry the contacts of the customer to choose from.
func (q *quick) offer(contacts []book.Row) {
	options := []widget.Option{{Value: "", Label: words.T("ui.form.none")}}
	for _, c := range contacts {
		options = append(options, widget.Option{Value: c.ID, Label: c.Title()})
	}
	q.contact.SetOptions(options)
}

func (q *quick) pickNext(chosen []string)     { q.pick(q.nextAt, q.nextBox, chosen) }
func (q *quick) pickHappened(chosen []string) { q.pick(q.when, q.whenBox, chosen) }

// pick shows the date field where a date is to be picked.
func (q *quick) pick(field *widget.DateField, box *fyne.Container, chosen []string) {
	q.say("")
	picking := len(chosen) == 1 && (chosen[0] == pickDate || chosen[0] == pickOther)
	if picking {
		box.Show()
	} else {
		field.Clear()
		box.Hide()
	}
	q.page.content.Refresh()
	if picking {
		q.page.nav.Focus(field.Focusable())
	}
}

func (q *quick) say(text string) {
	q.keep()
	if q.wrong.Text() == text {
		return
	}
	q.wrong.SetText(text)
	if text == "" {
		q.wrong.Hide()
	} else {
		q.wrong.Show()
	}
	q.page.content.Refresh()
}

func (q *quick) save() {
	b := q.page.book
	entry, err := q.entry()
	if err == nil {
		_, err = b.FollowUp(entry)
	}
	if err != nil {
		q.refuse(err)
		return
	}
	q.reset()
	q.page.nav.Toast(words.T("ui.followup.saved"), nil)
	q.page.Reload()
}

// refuse says what is wrong and puts the cursor where it can be mended.
func (q *quick) refuse(err error) {
	var invalid *book.Invalid
	if errors.As(err, &invalid) && len(invalid.Faults) > 0 {
		err = invalid.Faults[0]
	}
	what, next := screen.Trouble(err, screen.TimesOf(q.page.book))
	switch f := fault.Of(err); {
	case f.Code == fault.Required && f.Field == "content":
		what, next = words.T("ui.followup.needText"), ""
		q.page.nav.Focus(q.text.Focusable())
	case f.Code == fault.Required && f.Field == "method":
		what, next = words.T("ui.followup.needMethod"), ""
	}
	q.say(screen.Sentences(what, next))
}

// entry reads what is typed.
func (q *quick) entry() (book.FollowUp, error) {
	f := book.FollowUp{
		Customer: q.page.id, Content: strings.TrimSpace(q.text.Text()), NextStep: q.step.Text(), Contact: q.contact.Value(),
	}
	if chosen := q.method.Chosen(); len(chosen) == 1 {
		f.Method = chosen[0]
	} else {
		return f, fault.New(fault.Required).About("followup", "method")
	}
	if f.Content == "" {
		return f, fault.New(fault.Required).About("followup", "content")
	}
	if chosen := q.attitude.Chosen(); len(chosen) == 1 {
		f.Attitude = chosen[0]
	}
	var err error
	if f.NextAt, err = q.moment(q.next, q.nextAt); err != nil {
		return f, err
	}
	f.OccurredAt, err = q.moment(q.happened, q.when)
	return f, err
}

// moment is the chosen quick pick as a moment; the zero time when none is chosen, or "now".
func (q *quick) moment(group *widget.ChipGroup, field *widget.DateField) (time.Time, error) {
	chosen := group.Chosen()
	if len(chosen) != 1 {
		return time.Time{}, nil
	}
	days := map[string]int{pickTomorrow: 1, pickIn3: 3, pickIn7: 7}
	zone := q.page.book.Zone()
	if n, quick := days[chosen[0]]; quick {
		y, m, d := q.page.book.Now().In(zone).Date()
		return time.Date(y, m, d+n, workStart, 0, 0, 0, zone), nil
	}
	if chosen[0] == pickNow {
		return time.Time{}, nil
	}
	at, clock, ok := field.Value()
	if !ok {
		return time.Time{}, fault.New(fault.BadDate)
	}
	if !clock {
		y, m, d := at.In(zone).Date()
		at = time.Date(y, m, d, workStart, 0, 0, 0, zone)
	}
	return at, nil
}
