package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MarshalJSON writes the values in the order of their names, leaving out what is empty, so that equal values
// are equal bytes on every machine. It writes what encoding/json would write of a map; most values are so simple that
// its reflection costs more than all the rest.
func (v Values) MarshalJSON() ([]byte, error) {
	names, size := make([]string, 0, len(v)), 2
	for name, value := range v {
		if !empty(value) {
			names, size = append(names, name), size+len(name)+16
			if s, ok := value.(string); ok {
				size += len(s)
			}
		}
	}
	slices.Sort(names)
	out := append(make([]byte, 0, size), '{')
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendText(out, name), ':')
		var err error
		if out, err = appendValue(out, v[name]); err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
	}
	return append(out, '}'), nil
}

func appendValue(out []byte, value any) ([]byte, error) {
	switch x := value.(type) {
	case string:
		return appendText(out, x), nil
	case int64:
		return strconv.AppendInt(out, x, 10), nil
	case bool:
		return strconv.AppendBool(out, x), nil
	case []string:
		out = append(out, '[')
		for i, member := range x {
			if i > 0 {
				out = append(out, ',')
			}
			out = appendText(out, member)
		}
		return append(out, ']'), nil
	}
	text, err := json.Marshal(value)
	return append(out, text...), err
}

func appendText(out []byte, s string) []byte {
	if isPlain(s) {
		return append(append(append(out, '"'), s...), '"')
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written
	}
	return append(out, text...)
}

// isPlain tells whether encoding/json writes a string as it is between quotes.
func isPlain(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}

// UnmarshalJSON reads values back into their Go forms.
func (v *Values) UnmarshalJSON(data []byte) (err error) {
	*v, err = ParseValues(string(data))
	return err
}

// ParseValues reads what MarshalJSON wrote, and any other JSON object.
func ParseValues(text string) (Values, error) {
	s := scanner{text: text}
	if out := s.values(); out != nil {
		return out, nil
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	out := make(Values, len(raw))
	for name, r := range raw {
		value, err := DecodeValue(r)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", name, err)
		}
		out[name] = value
	}
	return out, nil
}

// scanner reads the common form of values: no spaces, texts without escapes, whole numbers, sets. Whatever else it meets
// it leaves to encoding/json; so it need not know what JSON forbids, only what it surely allows.
type scanner struct {
	text string
	at   int
}

// values gives nil when the text is of another form.
func (s *scanner) values() Values {
	if !s.take('{') {
		return nil
	}
	out := make(Values, strings.Count(s.text, `":`))
	for !s.take('}') {
		if len(out) > 0 && !s.take(',') {
			return nil
		}
		name, ok := s.quoted()
		if !ok || !s.take(':') {
			return nil
		}
		before := len(out)
		if out[name], ok = s.value(); !ok || len(out) == before { // a name that comes twice is not common
			return nil
		}
	}
	if s.at != len(s.text) {
		return nil
	}
	return out
}

func (s *scanner) take(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scanner) word(w string) bool {
	if strings.HasPrefix(s.text[s.at:], w) {
		s.at += len(w)
		return true
	}
	return false
}

func (s *scanner) value() (any, bool) {
	if s.at == len(s.text) {
		return nil, false
	}
	switch s.text[s.at] {
	case '"':
		return s.quoted()
	case 't':
		return true, s.word("true")
	case 'f':
		return false, s.word("false")
	case '[':
		return s.set()
	}
	return s.number()
}

// quoted reads a text without escapes.
func (s *scanner) quoted() (string, bool) {
	if !s.take('"') {
		return "", false
	}
	begin, ascii := s.at, true
	for ; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; {
		case c == '"':
			t := s.text[begin:s.at]
			s.at++
			return t, ascii || utf8.ValidString(t)
		case c < ' ', c == '\\':
			return "", false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return "", false
}

func (s *scanner) set() (any, bool) {
	s.at++
	var members []string
	for {
		member, ok := s.quoted()
		if !ok {
			return nil, false
		}
		members = append(members, member)
		if s.take(']') {
			return NewSet(members...), true
		}
		if !s.take(',') {
			return nil, false
		}
	}
}

// number reads a whole number that fits for sure.
func (s *scanner) number() (any, bool) {
	begin := s.at
	s.take('-')
	digits := s.at
	for s.at < len(s.text) && s.text[s.at] >= '0' && s.text[s.at] <= '9' {
		s.at++
	}
	n := s.at - digits
	if n == 0 || n > 18 || s.text[digits] == '0' && s.at-begin > 1 || s.at == len(s.text) || s.text[s.at] != ',' && s.text[s.at] != '}' {
		return nil, false
	}
	value, err := strconv.ParseInt(s.text[begin:s.at], 10, 64)
	return value, err == nil
}
