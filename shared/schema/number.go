package schema

import (
	"strconv"
	"strings"

	"yuzhou/shared/fault"
)

// Number is a whole number between Min and Max (both included; Max 0 means no upper bound).
type Number struct{ Min, Max int64 }

// Column implements Type.
func (Number) Column() Column { return IntegerColumn }

// Parse reads a number in half or full width, with or without thousands separators.
func (t Number) Parse(text string) (any, error) {
	text = strings.ReplaceAll(strings.TrimSpace(Narrow(text)), ",", "")
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil, fault.New(fault.BadNumber)
	}
	return n, t.Check(n)
}

// Check implements Type.
func (t Number) Check(v any) error {
	n, ok := v.(int64)
	if !ok || n < t.Min || (t.Max != 0 && n > t.Max) {
		return fault.New(fault.BadNumber, "Min", t.Min, "Max", t.Max)
	}
	return nil
}

// Format implements Type.
func (Number) Format(v any) string { n, _ := v.(int64); return strconv.FormatInt(n, 10) }

// Mask implements Type.
func (Number) Mask(any) any { return nil }

// Merge implements Type.
func (Number) Merge() MergeRule { return Whole }
