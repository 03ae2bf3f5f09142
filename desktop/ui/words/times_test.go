package words

import (
	"testing"
	"time"
	_ "time/tzdata"
)

var shanghai = time.FixedZone("CST", 8*3600)

func at(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, shanghai)
}

// speak switches the package's words for one test.
func speak(t *testing.T, language string) {
	t.Helper()
	if err := SetLanguage(language); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := SetLanguage(Chinese); err != nil {
			t.Error(err)
		}
	})
}

// The present moment of the drawings: Saturday, 21 November 2026.
var now = at(11, 21, 11, 2)

func TestRelativeTimes(t *testing.T) {
	type form func(at, now time.Time, zone *time.Location) string
	for _, c := range []struct {
		name   string
		form   form
		at     time.Time
		zh, en string
	}{
		{"just now", Moment, at(11, 21, 11, 2).Add(-59 * time.Second), "刚刚", "just now"},
		{"a minute ago", Moment, at(11, 21, 11, 1), "今天 11:01", "Today 11:01"},
		{"not yet", Moment, at(11, 21, 11, 3), "今天 11:03", "Today 11:03"},
		{"yesterday", Moment, at(11, 20, 17, 5), "昨天 17:05", "Yesterday 17:05"},
		{"some days ago", Moment, at(11, 18, 15, 10), "11/18 15:10", "18 Nov 15:10"},
		{"last year", Moment, at(11, 18, 15, 10).AddDate(-1, 0, 0), "2025/11/18 15:10", "18 Nov 2025 15:10"},
		{"ago today", Ago, at(11, 21, 0, 0), "今天", "Today"},
		{"ago a minute before midnight", Ago, at(11, 20, 23, 59), "昨天", "Yesterday"},
		{"ago 2", Ago, at(11, 19, 23, 59), "2 天前", "2 days ago"},
		{"ago 28", Ago, at(10, 24, 8, 0), "28 天前", "28 days ago"},
		{"ago 100", Ago, at(8, 13, 8, 0), "08/13", "13 Aug"},
		{"due tomorrow", Due, at(11, 22, 9, 0), "明天", "Tomorrow"},
		{"due Wednesday", Due, at(11, 25, 0, 0), "周三", "Wed"},
		{"due in six days", Due, at(11, 27, 23, 59), "周五", "Fri"},
		{"due in seven days", Due, at(11, 28, 0, 0), "11/28", "28 Nov"},
		{"overdue is a date", Due, at(11, 18, 0, 0), "11/18", "18 Nov"},
		{"next today", DueMoment, at(11, 21, 14, 30), "今天 14:30", "Today 14:30"},
		{"next Wednesday", DueMoment, at(11, 25, 9, 0), "周三 09:00", "Wed 09:00"},
		{"next in two weeks", DueMoment, at(12, 5, 9, 0), "12/05", "5 Dec"},
		{"message today", Recent, at(11, 21, 9, 47), "09:47", "09:47"},
		{"message yesterday", Recent, at(11, 20, 9, 0), "昨天", "Yesterday"},
		{"message Thursday", Recent, at(11, 19, 9, 0), "周四", "Thu"},
		{"message a week ago", Recent, at(11, 14, 9, 0), "11/14", "14 Nov"},
		{"next year", ShortDate, at(1, 5, 9, 0).AddDate(1, 0, 0), "2027/01/05", "5 Jan 2027"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.form(c.at, now, shanghai); got != c.zh {
				t.Errorf("got %q, want %q", got, c.zh)
			}
			speak(t, English)
			if got := c.form(c.at, now, shanghai); got != c.en {
				t.Errorf("got %q, want %q", got, c.en)
			}
		})
	}
}

// The day is the company's, not UTC's: 07:30 on the 21st in Shanghai is still the 20th in Greenwich.
func TestDaysAreThoseOfTheZone(t *testing.T) {
	morning := at(11, 21, 7, 30).UTC()
	if got := Due(morning, now.UTC(), shanghai); got != "今天" {
		t.Errorf("got %q", got)
	}
}

// A day with a clock change has 23 or 25 hours and is a day all the same.
func TestDaysAcrossAClockChange(t *testing.T) {
	berlin := time.FixedZone("CET", 3600)
	summer := time.FixedZone("CEST", 7200)
	before := time.Date(2026, 3, 28, 12, 0, 0, 0, berlin)
	after := time.Date(2026, 3, 29, 12, 0, 0, 0, summer)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	if got := daysBetween(before, after, zone); got != 1 {
		t.Errorf("got %d days, want 1", got)
	}
}

func TestTitles(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	check(DayTitle(now, shanghai), "11 月 21 日 星期六")
	check(MonthTitle(2026, 11), "2026 年 11 月")
	check(Exact(now, shanghai), "2026-11-21 11:02")
	speak(t, English)
	check(DayTitle(now, shanghai), "Saturday, 21 November")
	check(MonthTitle(2026, 11), "November 2026")
}

func TestDateReadsStoredDates(t *testing.T) {
	day, err := Date("2026-11-25", shanghai)
	if err != nil || !day.Equal(at(11, 25, 0, 0)) {
		t.Errorf("got %v, %v", day, err)
	}
	if _, err := Date("25.11.2026", shanghai); err == nil {
		t.Error("no error for a date in another form")
	}
}
