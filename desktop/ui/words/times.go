package words

import (
	"fmt"
	"time"
)

// All functions of this file take the moment that counts as now and the zone of the company; none reads a clock.

// Moment writes when something happened or will happen, with the time of day: 刚刚, 今天 09:20, 昨天 17:05,
// 11/18 15:10, 2025/11/18 15:10.
func Moment(at, now time.Time, zone *time.Location) string {
	if past := now.Sub(at); past >= 0 && past < time.Minute {
		return T("time.justNow")
	}
	return T("time.dayAndTime", "Day", nearDay(at, now, zone), "Time", clock(at, zone))
}

// Ago writes how long ago something happened, by days: 今天, 昨天, 3 天前; after a hundred days the date.
func Ago(at, now time.Time, zone *time.Location) string {
	days := daysBetween(at, now, zone)
	switch {
	case days <= 1:
		return nearDay(at, now, zone)
	case days < 100:
		return T("time.daysAgo", "N", days)
	default:
		return ShortDate(at, now, zone)
	}
}

// Due writes a day something is due: 今天, 明天, 昨天, the weekday for the other days of the coming week (周三), else
// the date. Overdue days are dates: a bare weekday could be last week's or next week's.
func Due(at, now time.Time, zone *time.Location) string {
	if ahead := -daysBetween(at, now, zone); ahead >= 2 && ahead <= 6 {
		return ShortWeekday(at.In(zone).Weekday())
	}
	return nearDay(at, now, zone)
}

// DueMoment is Due with the time of day while that still matters: 今天 10:00, 明天 14:30, 周三 09:00, and from a week on
// the date alone.
func DueMoment(at, now time.Time, zone *time.Location) string {
	if days := daysBetween(at, now, zone); days > 1 || days < -6 {
		return ShortDate(at, now, zone)
	}
	return T("time.dayAndTime", "Day", Due(at, now, zone), "Time", clock(at, zone))
}

// Recent writes the day of a message: the time of day for today (10:00), 昨天, the weekday for the past week (周四),
// else the date.
func Recent(at, now time.Time, zone *time.Location) string {
	switch days := daysBetween(at, now, zone); {
	case days == 0:
		return clock(at, zone)
	case days >= 2 && days <= 6:
		return ShortWeekday(at.In(zone).Weekday())
	default:
		return nearDay(at, now, zone)
	}
}

// ShortDate writes a date, with its year when that is not this one: 11/25, 2025/11/25.
func ShortDate(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	key := "time.date"
	if at.Year() != now.Year() {
		key = "time.dateOfYear"
	}
	return T(key, "Y", at.Year(), "MM", fmt.Sprintf("%02d", int(at.Month())), "DD", fmt.Sprintf("%02d", at.Day()),
		"D", at.Day(), "Mon", T(fmt.Sprintf("time.monthShort.%d", int(at.Month()))))
}

// Exact writes a moment in full for places where the relative form is not enough: 2026-11-21 14:30.
func Exact(at time.Time, zone *time.Location) string { return at.In(zone).Format("2006-01-02 15:04") }

// DayTitle writes a day as a title: 11 月 21 日 星期六.
func DayTitle(at time.Time, zone *time.Location) string {
	at = at.In(zone)
	return T("time.dayTitle", "M", int(at.Month()), "Month", Month(at.Month()), "D", at.Day(),
		"Weekday", Weekday(at.Weekday()))
}

// MonthTitle writes a month with its year, as above a calendar: 2026 年 11 月.
func MonthTitle(year int, month time.Month) string {
	return T("time.monthTitle", "Y", year, "M", int(month), "Month", Month(month))
}

// Month writes the name of a month: 11 月.
func Month(m time.Month) string { return T(fmt.Sprintf("time.month.%d", int(m))) }

// Weekday writes the name of a day of the week: 星期六.
func Weekday(d time.Weekday) string { return T(fmt.Sprintf("time.weekday.%d", int(d))) }

// ShortWeekday writes the short name of a day of the week: 周六.
func ShortWeekday(d time.Weekday) string { return T(fmt.Sprintf("time.weekdayShort.%d", int(d))) }

// Date reads a stored date ("2006-01-02") as the start of that day in the zone, for the functions above.
func Date(stored string, zone *time.Location) (time.Time, error) {
	at, err := time.ParseInLocation(time.DateOnly, stored, zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("words: date: %w", err)
	}
	return at, nil
}

func clock(at time.Time, zone *time.Location) string { return at.In(zone).Format("15:04") }

// nearDay names yesterday, today and tomorrow, and gives other days as dates.
func nearDay(at, now time.Time, zone *time.Location) string {
	switch daysBetween(at, now, zone) {
	case 0:
		return T("time.today")
	case 1:
		return T("time.yesterday")
	case -1:
		return T("time.tomorrow")
	default:
		return ShortDate(at, now, zone)
	}
}

// daysBetween counts the midnights of the zone from one moment to another; negative when the first is later. Dates
// are counted, not hours, or a day with a clock change would be 23 hours and count as none.
func daysBetween(from, to time.Time, zone *time.Location) int {
	return int(dayNumber(to.In(zone)) - dayNumber(from.In(zone)))
}

func dayNumber(t time.Time) int64 {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / int64(24*time.Hour/time.Second)
}
