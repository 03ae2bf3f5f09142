package world

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// vals are the values of a record as JSON has them: string, int64, bool, []string, or text of another form.
type vals map[string]any

// key names a record.
type key struct{ Kind, ID string }

func (k key) String() string { return k.Kind + " " + k.ID }

// rec is one version of a record as a file has it.
type rec struct {
	key
	Root    string
	Seq     int64
	Deleted bool
	Masked  []string
	V       vals
}

func (r *rec) text(field string) string { s, _ := r.V[field].(string); return s }
func (r *rec) num(field string) int64   { n, _ := r.V[field].(int64); return n }
func (r *rec) flag(field string) bool   { b, _ := r.V[field].(bool); return b }
func (r *rec) set(field string) []string {
	s, _ := r.V[field].([]string)
	return s
}

// values reads the JSON of a record's values.
func values(text string) (vals, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	raw := map[string]any{}
	if err := d.Decode(&raw); err != nil {
		return nil, fmt.Errorf("%w in %s", err, text)
	}
	v := vals{}
	for name, x := range raw {
		if x = plain(x); !nothing(x) {
			v[name] = x
		}
	}
	return v, nil
}

// plain gives a JSON value its Go form.
func plain(x any) any {
	switch x := x.(type) {
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		return x.String()
	case []any:
		list := make([]string, 0, len(x))
		for _, e := range x {
			s, ok := e.(string)
			if !ok {
				return asText(x)
			}
			list = append(list, s)
		}
		slices.Sort(list)
		return slices.Compact(list)
	case map[string]any:
		return asText(x)
	}
	return x
}

func asText(x any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(x); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// decoded reads one JSON value.
func decoded(text string) any {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var x any
	if err := d.Decode(&x); err != nil {
		return nil
	}
	return plain(x)
}

// nothing tells whether a value is empty: none, an empty text, an empty set.
func nothing(x any) bool {
	switch x := x.(type) {
	case nil:
		return true
	case string:
		return x == ""
	case []string:
		return len(x) == 0
	}
	return false
}

func same(a, b any) bool {
	if nothing(a) || nothing(b) {
		return nothing(a) && nothing(b)
	}
	return reflect.DeepEqual(a, b)
}

// differ tells the first field in which two records differ, "" when they are alike.
func differ(a, b vals) string {
	for name := range a {
		if !same(a[name], b[name]) {
			return name
		}
	}
	for name := range b {
		if !same(a[name], b[name]) {
			return name
		}
	}
	return ""
}
