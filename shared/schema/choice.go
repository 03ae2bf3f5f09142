package schema

import "strings"

// Choice is one of a fixed list of keys; words stand under kind.field.key in the language files.
// A key this program does not know is kept and shown raw: a newer program wrote it.
type Choice struct{ Keys []string }

// Choose is short for a Choice.
func Choose(keys ...string) Type { return Choice{Keys: keys} }

// Column implements Type.
func (Choice) Column() Column { return TextColumn }

// Parse takes a key as it is.
func (Choice) Parse(text string) (any, error) { return Ref{}.Parse(strings.ToLower(text)) }

// Check implements Type.
func (Choice) Check(v any) error { return checkID(v) }

// Format implements Type.
func (Choice) Format(v any) string { s, _ := v.(string); return s }

// Mask implements Type.
func (Choice) Mask(any) any { return nil }

// Merge implements Type.
func (Choice) Merge() MergeRule { return Whole }
