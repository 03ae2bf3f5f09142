package schema

import (
	"strings"

	"yuzhou/shared/fault"
)

// Flag is yes or no.
type Flag struct{}

// Column implements Type.
func (Flag) Column() Column { return IntegerColumn }

// Parse reads the usual words in both languages.
func (Flag) Parse(text string) (any, error) {
	switch strings.ToLower(strings.TrimSpace(Narrow(text))) {
	case "":
		return nil, nil
	case "是", "有", "y", "yes", "true", "1", "√":
		return true, nil
	case "否", "无", "n", "no", "false", "0", "×":
		return false, nil
	}
	return nil, fault.New(fault.BadChoice)
}

// Check implements Type.
func (Flag) Check(v any) error {
	if _, ok := v.(bool); !ok {
		return fault.New(fault.Malformed)
	}
	return nil
}

// Format implements Type.
func (Flag) Format(v any) string {
	if b, _ := v.(bool); b {
		return "✓"
	}
	return ""
}

// Mask implements Type.
func (Flag) Mask(any) any { return nil }

// Merge implements Type.
func (Flag) Merge() MergeRule { return Whole }
