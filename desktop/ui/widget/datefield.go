package widget

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// CalendarWords are the words of the date fields, passed in because widgets know no language.
type CalendarWords struct {
	// Month writes the title of a month: 2026 年 11 月.
	Month func(year int, month time.Month) string
	// Weekdays are the short names from Monday to Sunday: 一 … 日.
	Weekdays [7]string
	// Today is the word on the button that goes to the present day.
	Today string
	// Invalid is the error under a field whose text is no date.
	Invalid string
}

// DateField is a field for a day: typed in many ways (see ParseDate), or picked from a calendar.
type DateField struct {
	TextField

	// OnPicked is called with the new value when a person has changed it; zero time when emptied.
	OnPicked func(at time.Time)

	words CalendarWords
	now   func() time.Time
	zone  *time.Location
	timed bool // a date-time field
	at    time.Time
	hasAt bool
	clock bool // the value has a time of day
}

// NewDateField returns a field for a day. Now is asked when words like 明天 are read.
func NewDateField(label, placeholder string, words CalendarWords, now func() time.Time, zone *time.Location) *DateField {
	return newDateField(label, placeholder, words, now, zone, false)
}

// NewDateTimeField returns a field for a day with or without a time of day (see ParseDateTime).
func NewDateTimeField(label, placeholder string, words CalendarWords, now func() time.Time, zone *time.Location) *DateField {
	return newDateField(label, placeholder, words, now, zone, true)
}

func newDateField(label, placeholder string, words CalendarWords, now func() time.Time, zone *time.Location, timed bool) *DateField {
	d := &DateField{words: words, now: now, zone: zone, timed: timed}
	d.in = newInput(false)
	d.init(d, label, placeholder, 1)
	d.after = newCalendarButton(d.drop)
	d.Check = func(text string) string {
		if _, _, ok := d.read(text); !ok && text != "" {
			return d.words.Invalid
		}
		return ""
	}
	// The typed words become the date they mean when the field is left or submitted, so that a person sees what 周三
	// was taken for.
	d.OnLeft = d.settle
	listen := d.in.onKey
	d.in.onKey = func(e *fyne.KeyEvent) bool {
		switch e.Name {
		case fyne.KeyDown:
			d.drop()
			return true
		case fyne.KeyReturn, fyne.KeyEnter:
			d.settle()
		}
		return listen(e)
	}
	return d
}

// read reads typed words by the kind of the field.
func (d *DateField) read(text string) (at time.Time, clock, ok bool) {
	if d.timed {
		return ParseDateTime(text, d.now(), d.zone)
	}
	at, ok = ParseDate(text, d.now(), d.zone)
	return at, false, ok
}

// Value returns the moment and whether it has a time of day; ok is false for an empty or unreadable field. What is
// typed counts at once, before the field is left.
func (d *DateField) Value() (at time.Time, clock, ok bool) {
	if d.in.Text == d.written() {
		return d.at, d.clock, d.hasAt
	}
	return d.read(d.in.Text)
}

// SetValue shows a moment, with its time of day if clock is set.
func (d *DateField) SetValue(at time.Time, clock bool) {
	d.at, d.hasAt, d.clock = at.In(d.zone), true, clock && d.timed
	d.SetText(d.written())
	d.SetError("")
}

// Clear empties the field.
func (d *DateField) Clear() {
	d.at, d.hasAt = time.Time{}, false
	d.SetText("")
}

// SetWords changes the words after a switch of the language.
func (d *DateField) SetWords(words CalendarWords) { d.words = words }

// written is the value as the field shows it.
func (d *DateField) written() string {
	switch {
	case !d.hasAt:
		return ""
	case d.clock:
		return d.at.Format("2006-01-02 15:04")
	default:
		return d.at.Format(time.DateOnly)
	}
}

func (d *DateField) settle() {
	text := d.in.Text
	if text == d.written() {
		return
	}
	if text == "" {
		d.Clear()
	} else {
		at, clock, ok := d.read(text)
		if !ok {
			return // Check has said so
		}
		d.SetValue(at, clock)
	}
	if d.OnPicked != nil {
		d.OnPicked(d.at)
	}
}

// drop shows the calendar below the field.
func (d *DateField) drop() {
	c := fyne.CurrentApp().Driver().CanvasForObject(d.in)
	if d.off || c == nil {
		return
	}
	d.settle()
	at := d.at
	if !d.hasAt {
		at = startOfDay(d.now(), d.zone)
	}
	ShowCalendar(c, d.self, d.words, at, d.now().In(d.zone), func(day time.Time) {
		if d.clock { // picking a day keeps the time of day
			day = time.Date(day.Year(), day.Month(), day.Day(), d.at.Hour(), d.at.Minute(), 0, 0, d.zone)
		}
		d.SetValue(day, d.clock)
		if d.OnPicked != nil {
			d.OnPicked(d.at)
		}
	})
}

// calendarButton is the small calendar in a date field.
type calendarButton struct {
	widget.BaseWidget
	tapped func()
}

func newCalendarButton(tapped func()) *calendarButton {
	b := &calendarButton{tapped: tapped}
	b.ExtendBaseWidget(b)
	return b
}

// Tapped implements fyne.Tappable.
func (b *calendarButton) Tapped(*fyne.PointEvent) { b.tapped() }

// CreateRenderer implements fyne.Widget.
func (b *calendarButton) CreateRenderer() fyne.WidgetRenderer {
	page, bar := &canvas.Rectangle{}, &canvas.Rectangle{}
	left, right := &canvas.Rectangle{}, &canvas.Rectangle{}
	return newDrawing(b, func() {
		page.FillColor = paint(ColorBackground) // a stroke around no fill is drawn darker by the graphics card
		page.StrokeColor, page.StrokeWidth, page.CornerRadius = paint(ColorDim), px(13)/10, px(2)
		for _, r := range []*canvas.Rectangle{bar, left, right} {
			r.FillColor = paint(ColorDim)
		}
	}, func(size fyne.Size) {
		x, y := middle(px(14), size.Width), middle(px(14), size.Height)
		put(page, x, y+px(1), px(14), px(13))
		put(bar, x, y+px(5), px(14), 1)
		put(left, x+px(4), y-1, 1, px(4))
		put(right, x+px(9), y-1, 1, px(4))
	}, func() fyne.Size { return fyne.NewSize(px(18), px(26)) }, page, bar, left, right)
}
