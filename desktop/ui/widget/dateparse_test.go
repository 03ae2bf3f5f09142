package widget

import (
	"testing"
	"time"
)

var zone = time.FixedZone("CST", 8*3600)

// Saturday, 21 November 2026.
var present = time.Date(2026, 11, 21, 9, 30, 0, 0, zone)

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-21": "2026-11-21", "2026/1/5": "2026-01-05", "2026.01.05": "2026-01-05", "20261121": "2026-11-21",
		"2026年11月25日": "2026-11-25", "2026 年 11 月 25 日": "2026-11-25", "２０２６－１１－２５": "2026-11-25",
		"11/25": "2026-11-25", "11-25": "2026-11-25", "11.25": "2026-11-25", "11月25日": "2026-11-25", "11月25号": "2026-11-25",
		"11/18": "2026-11-18", "1/5": "2027-01-05", "25日": "2026-11-25", "5号": "2026-12-05", "31日": "2026-12-31",
		"今天": "2026-11-21", "明天": "2026-11-22", "后天": "2026-11-23", "大后天": "2026-11-24", "昨天": "2026-11-20",
		"today": "2026-11-21", "Tomorrow": "2026-11-22", "yesterday": "2026-11-20",
		"+3": "2026-11-24", "+ 3": "2026-11-24", "-1": "2026-11-20", "+2w": "2026-12-05", "+1m": "2026-12-21", "+1个月": "2026-12-21", "+1周": "2026-11-28",
		"3天后": "2026-11-24", "3 天后": "2026-11-24", "三天后": "2026-11-24", "十五天后": "2026-12-06", "二十天后": "2026-12-11",
		"一周后": "2026-11-28", "两周后": "2026-12-05", "一个月后": "2026-12-21", "3个月后": "2027-02-21", "半年后": "2027-05-21", "半个月后": "2026-12-06", "三天前": "2026-11-18", "一年后": "2027-11-21",
		"in 3 days": "2026-11-24", "3 days": "2026-11-24", "a week": "2026-11-28", "2 weeks ago": "2026-11-07", "next week": "2026-11-28",
		"周三": "2026-11-25", "星期一": "2026-11-23", "周六": "2026-11-28", "周日": "2026-11-22", "星期天": "2026-11-22", "礼拜五": "2026-11-27",
		"下周三": "2026-11-25", "下周日": "2026-11-29", "这周日": "2026-11-22", "本周一": "2026-11-16", "上周五": "2026-11-13", "下下周一": "2026-11-30",
		"mon": "2026-11-23", "Wednesday": "2026-11-25", "next fri": "2026-11-27", "月底": "2026-11-30", "下个月": "2026-12-21",
		"": "", "明": "", "13/40": "", "2026-02-30": "", "abc": "", "32日": "", "11/31": "", "零天后": "", "十十天后": "", "1850-01-01": "",
	} {
		day, ok := ParseDate(text, present, zone)
		got := ""
		if ok {
			got = day.Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
		if ok && (day.Hour() != 0 || day.Minute() != 0 || day.Location() != zone) {
			t.Errorf("%q is not the start of a day in the zone: %v", text, day)
		}
	}
}

// A date without a year is near the present, on both sides of New Year.
func TestShortDatesAroundNewYear(t *testing.T) {
	january := time.Date(2027, 1, 10, 9, 0, 0, 0, zone)
	for text, want := range map[string]string{"12/25": "2026-12-25", "1/5": "2027-01-05", "2/1": "2027-02-01", "9/1": "2027-09-01"} {
		if day, ok := ParseDate(text, january, zone); !ok || day.Format(time.DateOnly) != want {
			t.Errorf("%q in January is %v, want %s", text, day, want)
		}
	}
}

func TestMonthsEndWithTheirLastDay(t *testing.T) {
	january := time.Date(2027, 1, 31, 9, 0, 0, 0, zone)
	if day, _ := ParseDate("一个月后", january, zone); day.Format(time.DateOnly) != "2027-02-28" {
		t.Errorf("a month after 31 January is %v", day)
	}
}

func TestParseDateTime(t *testing.T) {
	for text, want := range map[string]string{
		"14:30": "2026-11-21 14:30", "9:05": "2026-11-21 09:05", "明天 14:30": "2026-11-22 14:30", "明天14:30": "2026-11-22 14:30",
		"明天14：30": "2026-11-22 14:30", "明天下午2点": "2026-11-22 14:00", "明天下午两点": "", "周五 9点半": "2026-11-27 09:30",
		"下午3点": "2026-11-21 15:00", "下午3点20": "2026-11-21 15:20", "下午3点20分": "2026-11-21 15:20", "晚上8点": "2026-11-21 20:00",
		"上午9:30": "2026-11-21 09:30", "中午12点": "2026-11-21 12:00", "中午1点": "2026-11-21 13:00", "凌晨12点": "2026-11-21 00:00",
		"2026-11-25 14:30": "2026-11-25 14:30", "11/25 14:30": "2026-11-25 14:30", "11月25日14:30": "2026-11-25 14:30", "+3 10:00": "2026-11-24 10:00",
		"一周后 10:00": "2026-11-28 10:00", "tomorrow 2pm": "2026-11-22 14:00", "tomorrow at 2:15 pm": "2026-11-22 14:15", "12am": "2026-11-21 00:00", "12pm": "2026-11-21 12:00",
		"25:00": "", "14:60": "", "13pm": "", "某天 14:30": "", "": "",
	} {
		at, timed, ok := ParseDateTime(text, present, zone)
		got := ""
		if ok && timed {
			got = at.Format("2006-01-02 15:04")
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	if at, timed, ok := ParseDateTime("明天", present, zone); !ok || timed || at.Format("2006-01-02 15:04") != "2026-11-22 00:00" {
		t.Errorf("明天 is %v, timed %v, %v: a day without a time", at, timed, ok)
	}
}

// What the parser reads, it reads the same after it was written out.
func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"明天", "+3", "11/25", "2026-11-21", "下周三", "in 3 days", "２０２６"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		day, ok := ParseDate(text, present, zone)
		if !ok {
			return
		}
		again, ok := ParseDate(day.Format(time.DateOnly), present, zone)
		if day.Year() >= 1900 && day.Year() <= 9999 && (!ok || !again.Equal(day)) {
			t.Errorf("%q is %v, and that is read as %v, %v", text, day, again, ok)
		}
	})
}
