package widget

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ParseDate reads a day as a person types it: 2026-11-21, 11/25, 11月25日, 25日, +3, 明天, 3天后, 一周后, 下周三, 周五,
// tomorrow, in 3 days, next week, mon. A day without a year is the next one to come, unless it lies no more than half
// a year back: "11/18" typed on the 21st is three days ago. The result is the start of the day in the zone.
func ParseDate(text string, now time.Time, zone *time.Location) (day time.Time, ok bool) {
	return parseDay(clean(text), startOfDay(now, zone))
}

// ParseDateTime reads a day with or without a time of day: 明天 14:30, 14:30, 周五下午3点, 11/25 9点半, tomorrow 2pm.
// A time alone is today's. Timed reports whether a time was given; without one the result is the start of the day.
func ParseDateTime(text string, now time.Time, zone *time.Location) (at time.Time, timed, ok bool) {
	today := startOfDay(now, zone)
	words := clean(text)
	if day, ok := parseDay(words, today); ok {
		return day, false, true
	}
	before, minutes, ok := cutTime(words)
	if !ok {
		return time.Time{}, false, false
	}
	day := today
	if before != "" {
		if day, ok = parseDay(before, today); !ok {
			return time.Time{}, false, false
		}
	}
	// Date takes care of days that clock changes make shorter or longer.
	return time.Date(day.Year(), day.Month(), day.Day(), minutes/60, minutes%60, 0, 0, zone), true, true
}

func startOfDay(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, zone)
}

// clean brings what an input method may type (full-width digits and marks, stray spaces) to plain ones.
func clean(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(text)) {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '　':
			r = ' '
		case r == '。' || r == '．':
			r = '.'
		}
		b.WriteRune(r)
	}
	return strings.ToLower(strings.Join(strings.Fields(b.String()), " "))
}

var namedDays = map[string]int{
	"今天": 0, "今日": 0, "today": 0, "now": 0, "明天": 1, "明日": 1, "tomorrow": 1, "tmr": 1, "后天": 2,
	"the day after tomorrow": 2, "大后天": 3, "昨天": -1, "昨日": -1, "yesterday": -1, "前天": -2, "大前天": -3,
}

var (
	plusForm    = regexp.MustCompile(`^([+-])\s*(\d{1,4})\s*(天|日|d|days?|周|w|weeks?|个?月|m|months?)?$`)
	laterForm   = regexp.MustCompile(`^(\d{1,4}|[一二两三四五六七八九十]+|半)\s*(天|日|个?周|个?星期|个?礼拜|个?月|年)(后|以后|之后|前|以前|之前)$`)
	inForm      = regexp.MustCompile(`^(?:in )?(a|an|one|two|three|\d{1,4}) ?(days?|weeks?|months?|years?)( ago)?$`)
	weekForm    = regexp.MustCompile(`^(这|本|下|下下|上)?(?:周|星期|礼拜)([一二三四五六日天1-7])$`)
	nextForm    = regexp.MustCompile(`^(this |next |last )?(mon|tue|wed|thu|fri|sat|sun)[a-z]*$`)
	fullForm    = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?$`)
	compactForm = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
	shortForm   = regexp.MustCompile(`^(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?$`)
	dayForm     = regexp.MustCompile(`^(\d{1,2})\s*[日号]$`)
)

// parseDay reads cleaned words as a day.
func parseDay(text string, today time.Time) (time.Time, bool) {
	if days, ok := namedDays[text]; ok {
		return today.AddDate(0, 0, days), true
	}
	if m := plusForm.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[2])
		if m[1] == "-" {
			n = -n
		}
		return later(today, n, m[3]), true
	}
	if m := laterForm.FindStringSubmatch(text); m != nil {
		return parseLater(today, m[1], m[2], strings.HasSuffix(m[3], "前"))
	}
	if m := inForm.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			n = map[string]int{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}[m[1]]
		}
		if m[3] != "" {
			n = -n
		}
		return later(today, n, m[2]), true
	}
	if day, ok := parseWeek(text, today); ok {
		return day, true
	}
	return parseNumbers(text, today)
}

// parseLater reads 3天后, 两周后, 半年后, 一个月前.
func parseLater(today time.Time, count, unit string, back bool) (time.Time, bool) {
	if count == "半" {
		if strings.TrimPrefix(unit, "个") == "年" {
			count, unit = "6", "月"
		} else if strings.TrimPrefix(unit, "个") == "月" {
			count, unit = "15", "天"
		} else {
			return time.Time{}, false
		}
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		n = hanNumber(count)
	}
	if back {
		n = -n
	}
	return later(today, n, unit), n != 0
}

// later adds a number of days, weeks, months or years. A month that is too short ends with its last day: one month
// after 31 January is in February.
func later(day time.Time, n int, unit string) time.Time {
	unit = strings.TrimPrefix(unit, "个")
	switch {
	case unit == "" || unit == "天" || unit == "日" || strings.HasPrefix(unit, "d"):
		return day.AddDate(0, 0, n)
	case unit == "周" || unit == "星期" || unit == "礼拜" || strings.HasPrefix(unit, "w"):
		return day.AddDate(0, 0, 7*n)
	case unit == "年" || strings.HasPrefix(unit, "y"):
		n *= 12
	}
	to := time.Date(day.Year(), day.Month()+time.Month(n), 1, 0, 0, 0, 0, day.Location())
	return to.AddDate(0, 0, min(day.Day(), daysIn(to.Year(), to.Month()))-1)
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// hanNumber reads 一 to 九十九.
func hanNumber(text string) int {
	digits := map[rune]int{'一': 1, '二': 2, '两': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9}
	tens, ones, seenTen := 0, 0, false
	for _, r := range text {
		if r == '十' {
			if seenTen {
				return 0
			}
			tens, ones, seenTen = max(ones, 1), 0, true
			continue
		}
		if ones != 0 {
			return 0
		}
		ones = digits[r]
	}
	return tens*10 + ones
}

// parseWeek reads 周三, 下周三, wed, next week. A bare weekday is the next one to come, today excluded.
func parseWeek(text string, today time.Time) (time.Time, bool) {
	switch text {
	case "下周", "下星期", "next week":
		return today.AddDate(0, 0, 7), true
	case "下个月", "下月", "next month":
		return later(today, 1, "月"), true
	case "月底", "end of month":
		return time.Date(today.Year(), today.Month(), daysIn(today.Year(), today.Month()), 0, 0, 0, 0, today.Location()), true
	}
	monday := today.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	which, day := "", -1
	if m := weekForm.FindStringSubmatch(text); m != nil {
		which, day = m[1], strings.Index("一二三四五六日", m[2])/len("一")
		if m[2] == "天" {
			day = 6
		} else if n, err := strconv.Atoi(m[2]); err == nil {
			day = n - 1
		}
	} else if m := nextForm.FindStringSubmatch(text); m != nil {
		which, day = strings.TrimSpace(m[1]), strings.Index("montuewedthufrisatsun", m[2])/3
	}
	if day < 0 {
		return time.Time{}, false
	}
	at := monday.AddDate(0, 0, day)
	switch which {
	case "":
		if !at.After(today) {
			at = at.AddDate(0, 0, 7)
		}
	case "下", "next":
		at = at.AddDate(0, 0, 7)
	case "下下":
		at = at.AddDate(0, 0, 14)
	case "上", "last":
		at = at.AddDate(0, 0, -7)
	}
	return at, true
}

// parseNumbers reads dates written with digits.
func parseNumbers(text string, today time.Time) (time.Time, bool) {
	for _, form := range []*regexp.Regexp{fullForm, compactForm} {
		if m := form.FindStringSubmatch(text); m != nil {
			return exactDay(atoi(m[1]), atoi(m[2]), atoi(m[3]), today.Location())
		}
	}
	if m := shortForm.FindStringSubmatch(text); m != nil {
		day, ok := exactDay(today.Year(), atoi(m[1]), atoi(m[2]), today.Location())
		if !ok { // 29 February may exist next year
			return exactDay(today.Year()+1, atoi(m[1]), atoi(m[2]), today.Location())
		}
		switch {
		case day.Before(today.AddDate(0, -6, 0)):
			return exactDay(today.Year()+1, atoi(m[1]), atoi(m[2]), today.Location())
		case day.After(today.AddDate(0, 6, 0)) && day.AddDate(-1, 0, 0).After(today.AddDate(0, 0, -31)):
			return exactDay(today.Year()-1, atoi(m[1]), atoi(m[2]), today.Location())
		}
		return day, true
	}
	if m := dayForm.FindStringSubmatch(text); m != nil {
		day, ok := exactDay(today.Year(), int(today.Month()), atoi(m[1]), today.Location())
		if !ok || day.Before(today) {
			next := time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, today.Location())
			return exactDay(next.Year(), int(next.Month()), atoi(m[1]), today.Location())
		}
		return day, true
	}
	return time.Time{}, false
}

func atoi(digits string) int {
	n, _ := strconv.Atoi(digits) // the forms above let only digits through
	return n
}

// exactDay refuses days that do not exist, which time.Date would move into the next month.
func exactDay(year, month, day int, zone *time.Location) (time.Time, bool) {
	at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, zone)
	return at, at.Year() == year && int(at.Month()) == month && at.Day() == day && year >= 1900
}

var (
	clockForm = regexp.MustCompile(`^(.*?)\s*(凌晨|早上|上午|中午|下午|傍晚|晚上|晚|早)?\s*(\d{1,2})\s*(?::\s*(\d{2})|点半|[点时]\s*(\d{1,2})\s*分?|[点时])$`)
	ampmForm  = regexp.MustCompile(`^(.*?)\s*\b(\d{1,2})(?::(\d{2}))?\s*(am|pm)$`)
)

// cutTime takes the time of day from the end of the words, in minutes.
func cutTime(text string) (before string, minutes int, ok bool) {
	if m := ampmForm.FindStringSubmatch(text); m != nil {
		hour, minute := atoi(m[2]), atoi(m[3])
		if hour < 1 || hour > 12 || minute > 59 {
			return "", 0, false
		}
		hour %= 12
		if m[4] == "pm" {
			hour += 12
		}
		return strings.TrimSuffix(m[1], " at"), hour*60 + minute, true
	}
	m := clockForm.FindStringSubmatch(text)
	if m == nil {
		return "", 0, false
	}
	hour, minute := atoi(m[3]), atoi(m[4])+atoi(m[5])
	if strings.HasSuffix(text, "点半") {
		minute = 30
	}
	switch m[2] {
	case "下午", "傍晚", "晚上", "晚":
		if hour < 12 {
			hour += 12
		}
	case "中午":
		if hour < 11 {
			hour += 12
		}
	case "凌晨":
		hour %= 12
	}
	return strings.TrimSuffix(m[1], " at"), hour*60 + minute, hour < 24 && minute < 60
}
