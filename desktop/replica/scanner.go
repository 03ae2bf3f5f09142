package replica

import (
	"encoding/json"
	"strings"
)

// scanner reads the JSON that our server writes. It understands all of JSON's forms but checks only what it needs to
// find its way: the body's digest has been compared before. Strings without escapes are parts of the line, not copies.
type scanner struct {
	s string
	i int
}

func (s *scanner) space() {
	for s.i < len(s.s) && (s.s[s.i] == ' ' || s.s[s.i] == '\t' || s.s[s.i] == '\r' || s.s[s.i] == '\n') {
		s.i++
	}
}

// take steps over one character.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.i < len(s.s) && s.s[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) open() bool { return s.take('{') }

// object reads the members of an object whose brace has been taken; member must read the value.
func (s *scanner) object(member func(key string) bool) bool {
	if s.take('}') {
		return true
	}
	for {
		s.space()
		key, ok := s.str()
		if !ok || !s.take(':') {
			return false
		}
		s.space()
		if !member(key) {
			return false
		}
		if s.take(',') {
			continue
		}
		return s.take('}')
	}
}

// str reads a string.
func (s *scanner) str() (string, bool) {
	if s.i >= len(s.s) || s.s[s.i] != '"' {
		return "", false
	}
	rest := s.s[s.i+1:]
	end := strings.IndexByte(rest, '"')
	if end < 0 {
		return "", false
	}
	if strings.IndexByte(rest[:end], '\\') < 0 {
		s.i += end + 2
		return rest[:end], true
	}
	raw, ok := s.raw()
	if !ok {
		return "", false
	}
	var text string
	return text, json.Unmarshal([]byte(raw), &text) == nil
}

// integer reads a whole number.
func (s *scanner) integer() (int64, bool) {
	start, negative := s.i, false
	if s.i < len(s.s) && s.s[s.i] == '-' {
		negative = true
		s.i++
	}
	var n int64
	digits := 0
	for ; s.i < len(s.s) && s.s[s.i] >= '0' && s.s[s.i] <= '9'; s.i++ {
		n = n*10 + int64(s.s[s.i]-'0')
		digits++
	}
	if negative {
		n = -n
	}
	fraction := s.i < len(s.s) && (s.s[s.i] == '.' || s.s[s.i] == 'e' || s.s[s.i] == 'E')
	if digits == 0 || digits > 18 || fraction {
		s.i = start
		return 0, false
	}
	return n, true
}

// raw steps over one value and gives its text.
func (s *scanner) raw() (string, bool) {
	start, depth := s.i, 0
	for s.i < len(s.s) {
		switch c := s.s[s.i]; c {
		case '"':
			for s.i++; s.i < len(s.s) && s.s[s.i] != '"'; s.i++ {
				if s.s[s.i] == '\\' {
					s.i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 { // the end of what surrounds a bare value
				return s.s[start:s.i], s.i > start
			}
			depth--
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return s.s[start:s.i], s.i > start
			}
			s.i++
			continue
		}
		s.i++
		if c := s.s[min(s.i, len(s.s))-1]; depth == 0 && (c == '"' || c == '}' || c == ']') {
			return s.s[start:min(s.i, len(s.s))], s.i <= len(s.s)
		}
	}
	return "", false
}
