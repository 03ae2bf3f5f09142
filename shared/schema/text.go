package schema

import (
	"strings"
	"unicode/utf8"

	"yuzhou/shared/fault"
)

// Text is a string of at most Max characters; Long texts have several lines and merge line by line.
type Text struct {
	Max  int
	Long bool
}

// Column implements Type.
func (Text) Column() Column { return TextColumn }

// Parse trims the text and unifies line ends.
func (t Text) Parse(text string) (any, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.TrimFunc(text, func(r rune) bool {
		return r == ' ' || r == '\n' || r == '\t' || r == '\u3000' || r == '\u00a0' || r == '\ufeff'
	})
	if !t.Long {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	if text == "" {
		return nil, nil
	}
	return text, t.Check(text)
}

// Check implements Type.
func (t Text) Check(v any) error {
	s, ok := v.(string)
	if !ok || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return fault.New(fault.Malformed)
	}
	if t.Max > 0 && utf8.RuneCountInString(s) > t.Max {
		return fault.New(fault.TooLong, "Max", t.Max, "Length", utf8.RuneCountInString(s))
	}
	return nil
}

// Format implements Type.
func (Text) Format(v any) string { s, _ := v.(string); return s }

// Mask hides all but the first character.
func (Text) Mask(v any) any {
	s, _ := v.(string)
	if s == "" {
		return ""
	}
	_, n := utf8.DecodeRuneInString(s)
	return s[:n] + "***"
}

// Merge implements Type.
func (t Text) Merge() MergeRule {
	if t.Long {
		return ByLine
	}
	return Whole
}
