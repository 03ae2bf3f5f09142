package records

import (
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// workStart is the hour that a day without a time of day means, when a working day begins.
const workStart = 9

// timeEditor edits a day, or a moment in the company's zone.
type timeEditor struct {
	place
	field *widget.DateField
	timed bool
}

func newMomentEditor(p place) *timeEditor {
	e := &timeEditor{place: p, timed: true}
	e.field = widget.NewDateTimeField(p.label(), words.T("ui.form.momentHint"), screen.CalendarWords(), p.book.Now, p.book.Zone())
	e.setUp()
	return e
}

func newDateEditor(p place) *timeEditor {
	e := &timeEditor{place: p}
	e.field = widget.NewDateField(p.label(), words.T("ui.form.dateHint"), screen.CalendarWords(), p.book.Now, p.book.Zone())
	e.setUp()
	return e
}

func (e *timeEditor) setUp() {
	_ = e.field.SetRequired(e.place.field.Required)
	e.field.OnPicked = func(time.Time) { e.tell() }
}

func (e *timeEditor) Object() fyne.CanvasObject { return e.field }
func (e *timeEditor) Focusable() fyne.Focusable { return e.field.Focusable() }
func (e *timeEditor) SetFault(text string)      { e.field.SetError(text) }
func (e *timeEditor) Raw() any                  { return e.field.Text() }

func (e *timeEditor) SetRaw(raw any) {
	if text, ok := raw.(string); ok {
		e.field.SetText(text)
	}
}

// Value implements screen.Editor.
func (e *timeEditor) Value() (any, error) {
	if strings.TrimSpace(e.field.Text()) == "" {
		return nil, nil
	}
	at, clock, ok := e.field.Value()
	if !ok {
		return nil, fault.New(fault.BadDate)
	}
	zone := e.book.Zone()
	if !e.timed {
		return at.In(zone).Format(time.DateOnly), nil
	}
	if !clock {
		y, m, d := at.In(zone).Date()
		at = time.Date(y, m, d, workStart, 0, 0, 0, zone)
	}
	return at.UnixMilli(), nil
}

func (e *timeEditor) SetValue(v any) {
	if schema.Equal(v, nil) {
		e.field.Clear()
		return
	}
	if text, ok := v.(string); ok {
		if at, err := words.Date(text, e.book.Zone()); err == nil {
			e.field.SetValue(at, false)
		}
		return
	}
	if at, ok := v.(int64); ok {
		e.field.SetValue(time.UnixMilli(at), true)
	}
}
