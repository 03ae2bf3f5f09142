package pool

import (
	"time"

	"yuzhou/shared/schema"
)

// usualHour is when reclaim runs while the settings say nothing: people sleep and the day's follow-ups are in.
const usualHour = 2

// LastDue is the latest moment at or before now at which a run was due: one a day, at the configured minute of the
// company's zone. A run for it that is not in the books was missed and is made up once.
func LastDue(settings schema.Record, now time.Time, zone *time.Location) time.Time {
	for back := 0; ; back-- {
		if due := dueOn(settings, now, back, zone); !due.After(now) {
			return due
		}
	}
}

// NextRun is the first moment after now at which a run is due.
func NextRun(settings schema.Record, now time.Time, zone *time.Location) time.Time {
	for ahead := 0; ; ahead++ {
		if due := dueOn(settings, now, ahead, zone); due.After(now) {
			return due
		}
	}
}

// dueOn is the one moment at which a run is due on the day of now plus days. On the day a zone skips the configured
// minute it is the minute an hour away that the clock shows; on the day a minute comes twice it is one of the two. A
// day has exactly one run in every case.
func dueOn(settings schema.Record, now time.Time, days int, zone *time.Location) time.Time {
	hour, minute := usualHour, 0
	if at, err := time.Parse("15:04", settings.Text("reclaim_at")); err == nil {
		hour, minute = at.Hour(), at.Minute()
	}
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d+days, hour, minute, 0, 0, zone).UTC()
}
