package schema

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Values are the fields of a record. A value is one of: nil (empty), string, int64, bool, []string (a set, sorted).
// Dates are "2006-01-02" strings, moments are int64 Unix milliseconds in UTC, money is int64 cents.
// A json.RawMessage is a value of a form this program does not know: it is kept and passed on.
type Values map[string]any

// Record is one record of a kind.
type Record struct {
	Kind    string
	ID      string // UUIDv7, or a readable id for what the program brings along (role-sales)
	Root    string // the customer it belongs to; its own ID for a root
	Seq     int64  // the server's commit number of this version; 0 before the first sync
	Deleted bool
	Masked  []string // fields whose value is only a mask, or hidden
	Values  Values
}

// Text is the string value of a field, "" when empty.
func (r Record) Text(field string) string { s, _ := r.Values[field].(string); return s }

// Int is the integer value of a field (number, cents, Unix milliseconds), 0 when empty.
func (r Record) Int(field string) int64 { n, _ := r.Values[field].(int64); return n }

// Flag is the yes/no value of a field.
func (r Record) Flag(field string) bool { b, _ := r.Values[field].(bool); return b }

// Set is the set value of a field.
func (r Record) Set(field string) []string { s, _ := r.Values[field].([]string); return s }

// Moment is the time value of a field in UTC, the zero time when empty.
func (r Record) Moment(field string) time.Time {
	if n, ok := r.Values[field].(int64); ok && n != 0 {
		return time.UnixMilli(n).UTC()
	}
	return time.Time{}
}

// Has tells whether a field holds anything.
func (r Record) Has(field string) bool {
	switch v := r.Values[field].(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []string:
		return len(v) > 0
	}
	return true
}

// With is a copy of the record with the given values set.
func (r Record) With(set Values) Record {
	r.Values = maps.Clone(r.Values)
	if r.Values == nil {
		r.Values = Values{}
	}
	for name, v := range set {
		if v == nil {
			delete(r.Values, name)
			continue
		}
		r.Values[name] = v
	}
	return r
}

// Equal compares two values; nil, "" and an empty set are the same nothing.
func Equal(a, b any) bool {
	if empty(a) || empty(b) {
		return empty(a) && empty(b)
	}
	switch x := a.(type) {
	case []string:
		y, ok := b.([]string)
		return ok && slices.Equal(x, y)
	case json.RawMessage:
		y, ok := b.(json.RawMessage)
		return ok && bytes.Equal(x, y)
	}
	if _, ok := b.([]string); ok {
		return false
	}
	if _, ok := b.(json.RawMessage); ok {
		return false
	}
	return a == b
}

func empty(v any) bool {
	switch x := v.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case []string:
		return len(x) == 0
	}
	return false
}

// DecodeValue reads one JSON value into its Go form.
func DecodeValue(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	switch raw[0] {
	case 'n':
		return nil, nil
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case 't', 'f':
		var b bool
		err := json.Unmarshal(raw, &b)
		return b, err
	case '[':
		var set []string
		if err := json.Unmarshal(raw, &set); err != nil {
			return append(json.RawMessage(nil), raw...), nil
		}
		return NewSet(set...), nil
	case '{':
		return append(json.RawMessage(nil), raw...), nil
	}
	var n int64
	if err := json.Unmarshal(raw, &n); err != nil {
		return append(json.RawMessage(nil), raw...), nil
	}
	return n, nil
}

// NewSet sorts members and drops doubles and empty ones: the canonical form of a set.
func NewSet(members ...string) []string {
	set := slices.Clone(members)
	slices.Sort(set)
	set = slices.Compact(set)
	return slices.DeleteFunc(set, func(s string) bool { return s == "" })
}
