package schema

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"yuzhou/shared/fault"
)

// Date is a calendar day without a zone, kept as "2006-01-02".
type Date struct{}

// Column implements Type.
func (Date) Column() Column { return TextColumn }

// Parse reads the forms people type and export: 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, 20260305.
func (Date) Parse(text string) (any, error) {
	text = strings.TrimSpace(Narrow(text))
	if text == "" {
		return nil, nil
	}
	y, m, d, _, ok := splitDate(text)
	if !ok {
		return nil, fault.New(fault.BadDate)
	}
	return makeDate(y, m, d)
}

// Check implements Type.
func (Date) Check(v any) error {
	s, _ := v.(string)
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return fault.New(fault.BadDate)
	}
	return nil
}

// Format implements Type.
func (Date) Format(v any) string { s, _ := v.(string); return s }

// Mask implements Type.
func (Date) Mask(any) any { return nil }

// Merge implements Type.
func (Date) Merge() MergeRule { return Whole }

// Moment is a point in time, kept as Unix milliseconds in UTC. When two people set it, the later one wins
// if Later says so (the next contact), else it is a conflict like any other.
type Moment struct{ Later bool }

// Column implements Type.
func (Moment) Column() Column { return IntegerColumn }

// Parse needs a zone and is therefore in ParseMoment; here only Unix milliseconds are read.
func (t Moment) Parse(text string) (any, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fault.New(fault.BadDate)
	}
	return n, t.Check(n)
}

// Check accepts the years 1970 to 9999.
func (Moment) Check(v any) error {
	n, ok := v.(int64)
	if !ok || n <= 0 || n > 253402300799999 {
		return fault.New(fault.BadDate)
	}
	return nil
}

// Format writes UTC; screens format with the company's zone.
func (Moment) Format(v any) string {
	n, _ := v.(int64)
	return time.UnixMilli(n).UTC().Format("2006-01-02 15:04")
}

// Mask implements Type.
func (Moment) Mask(any) any { return nil }

// Merge implements Type.
func (t Moment) Merge() MergeRule {
	if t.Later {
		return Latest
	}
	return Whole
}

// ParseMoment reads a date with an optional time of day as people type and export it, in the given zone.
// A date alone means nine o'clock in the morning, when a working day begins.
func ParseMoment(text string, zone *time.Location) (any, error) {
	text = strings.TrimSpace(Narrow(text))
	if text == "" {
		return nil, nil
	}
	y, m, d, rest, ok := splitDate(text)
	if !ok {
		return nil, fault.New(fault.BadDate)
	}
	if _, err := makeDate(y, m, d); err != nil {
		return nil, err
	}
	hour, minute := 9, 0
	if rest = strings.TrimSpace(strings.TrimPrefix(rest, "T")); rest != "" {
		part := timeOfDay.FindStringSubmatch(rest)
		if part == nil {
			return nil, fault.New(fault.BadDate)
		}
		hour, _ = strconv.Atoi(part[1])
		minute, _ = strconv.Atoi(part[2])
		if hour > 23 || minute > 59 {
			return nil, fault.New(fault.BadDate)
		}
	}
	at := time.Date(y, time.Month(m), d, hour, minute, 0, 0, zone).UnixMilli()
	return at, Moment{}.Check(at)
}

var (
	dated     = regexp.MustCompile(`^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?`)
	packed    = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})`)
	timeOfDay = regexp.MustCompile(`^(\d{1,2})[:时点](\d{1,2})(?::\d{1,2}(?:\.\d+)?)?分?Z?$`)
)

func splitDate(text string) (y, m, d int, rest string, ok bool) {
	part := dated.FindStringSubmatch(text)
	if part == nil {
		part = packed.FindStringSubmatch(text)
	}
	if part == nil {
		return 0, 0, 0, "", false
	}
	y, _ = strconv.Atoi(part[1])
	m, _ = strconv.Atoi(part[2])
	d, _ = strconv.Atoi(part[3])
	return y, m, d, text[len(part[0]):], true
}

func makeDate(y, m, d int) (any, error) {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d || y < 1900 {
		return nil, fault.New(fault.BadDate)
	}
	return t.Format(time.DateOnly), nil
}
