package schema

import (
	"strings"
	"unicode/utf8"

	"yuzhou/shared/fault"
)

// Tags is a set of short free words. Concurrent additions and removals are both kept.
type Tags struct{}

// Column implements Type: a JSON array.
func (Tags) Column() Column { return TextColumn }

// Parse splits at spaces, commas and the Chinese marks 、，；;
func (t Tags) Parse(text string) (any, error) {
	set := NewSet(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,，、;；\t\n\u3000", r) })...)
	if len(set) == 0 {
		return nil, nil
	}
	return set, t.Check(set)
}

// Check implements Type.
func (Tags) Check(v any) error {
	set, ok := v.([]string)
	if !ok {
		return fault.New(fault.Malformed)
	}
	if len(set) > 50 {
		return fault.New(fault.TooLong, "Max", 50, "Length", len(set))
	}
	for _, tag := range set {
		if !utf8.ValidString(tag) || strings.ContainsRune(tag, 0) { // no database and no JSON keeps them as they are
			return fault.New(fault.Malformed)
		}
		if utf8.RuneCountInString(tag) > 20 {
			return fault.New(fault.TooLong, "Max", 20, "Length", utf8.RuneCountInString(tag))
		}
	}
	return nil
}

// Format implements Type.
func (Tags) Format(v any) string { set, _ := v.([]string); return strings.Join(set, " · ") }

// Mask implements Type.
func (Tags) Mask(any) any { return nil }

// Merge implements Type.
func (Tags) Merge() MergeRule { return ByDelta }

// RefSet is a set of ids of another kind (participants, members, roles).
type RefSet struct{ Kind string }

// Column implements Type: a JSON array.
func (RefSet) Column() Column { return TextColumn }

// Parse splits ids at commas and spaces.
func (t RefSet) Parse(text string) (any, error) { return Tags{}.Parse(text) }

// Check implements Type.
func (RefSet) Check(v any) error {
	set, ok := v.([]string)
	if !ok {
		return fault.New(fault.Malformed)
	}
	if len(set) > 1000 {
		return fault.New(fault.TooLong, "Max", 1000, "Length", len(set))
	}
	for _, id := range set {
		if err := checkID(id); err != nil {
			return err
		}
	}
	return nil
}

// Format implements Type.
func (RefSet) Format(v any) string { return Tags{}.Format(v) }

// Mask implements Type.
func (RefSet) Mask(any) any { return nil }

// Merge implements Type.
func (RefSet) Merge() MergeRule { return ByDelta }
