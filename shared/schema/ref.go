package schema

import (
	"strings"

	"yuzhou/shared/fault"
)

// Ref names one record of another kind by its id.
type Ref struct{ Kind string }

// Column implements Type.
func (Ref) Column() Column { return TextColumn }

// Parse takes an id as it is.
func (t Ref) Parse(text string) (any, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	return text, t.Check(text)
}

// Check implements Type; whether the record exists is asked where the records are.
func (Ref) Check(v any) error { return checkID(v) }

// Format implements Type.
func (Ref) Format(v any) string { s, _ := v.(string); return s }

// Mask implements Type.
func (Ref) Mask(any) any { return nil }

// Merge implements Type.
func (Ref) Merge() MergeRule { return Whole }

func checkID(v any) error {
	s, ok := v.(string)
	if !ok || s == "" || len(s) > 64 || strings.ContainsAny(s, " \t\n\x00") {
		return fault.New(fault.BadReference)
	}
	return nil
}

// Dict is the key of an entry of a dictionary, "customer_level" for instance. Entries are records of kind
// dictionary, edited by administrators; the key is stored, never the words.
func Dict(name string) Type { return DictKey{Name: name} }

// DictKey is the type behind Dict.
type DictKey struct{ Name string }

// Column implements Type.
func (DictKey) Column() Column { return TextColumn }

// Parse takes a key as it is; words are turned into keys where the dictionary is at hand.
func (t DictKey) Parse(text string) (any, error) { return Ref{}.Parse(text) }

// Check accepts keys this program does not know: a newer dictionary may have them.
func (DictKey) Check(v any) error { return checkID(v) }

// Format implements Type.
func (DictKey) Format(v any) string { s, _ := v.(string); return s }

// Mask implements Type.
func (DictKey) Mask(any) any { return nil }

// Merge implements Type.
func (DictKey) Merge() MergeRule { return Whole }
