package screen

import (
	"time"

	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// CalendarWords are the words of the date fields in the language that is spoken.
func CalendarWords() widget.CalendarWords {
	w := widget.CalendarWords{
		Month: words.MonthTitle, Today: words.T("time.today"), Invalid: words.T("ui.form.badDate"),
	}
	for i := range w.Weekdays {
		w.Weekdays[i] = words.T("ui.weekday." + time.Weekday((i+1)%7).String())
	}
	return w
}
