package schema

import (
	"net/mail"
	"net/url"
	"strings"

	"yuzhou/shared/fault"
)

// Email is one email address.
type Email struct{}

// Column implements Type.
func (Email) Column() Column { return TextColumn }

// Parse narrows and trims.
func (t Email) Parse(text string) (any, error) {
	text = strings.TrimSpace(Narrow(text))
	if text == "" {
		return nil, nil
	}
	return text, t.Check(text)
}

// Check wants a plain address with a domain that has a dot.
func (Email) Check(v any) error {
	s, _ := v.(string)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return fault.New(fault.BadEmail)
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	if dot := strings.LastIndexByte(domain, '.'); dot <= 0 || dot == len(domain)-1 {
		return fault.New(fault.BadEmail)
	}
	return nil
}

// Format implements Type.
func (Email) Format(v any) string { s, _ := v.(string); return s }

// Mask keeps the first letter and the domain.
func (Email) Mask(v any) any {
	s, _ := v.(string)
	at := strings.LastIndexByte(s, '@')
	if at < 1 {
		return "***"
	}
	return Text{}.Mask(s).(string) + s[at:]
}

// Merge implements Type.
func (Email) Merge() MergeRule { return Whole }

// URL is a web address; without a scheme https is meant.
type URL struct{}

// Column implements Type.
func (URL) Column() Column { return TextColumn }

// Parse adds the scheme that people leave out.
func (t URL) Parse(text string) (any, error) {
	text = strings.TrimSpace(Narrow(text))
	if text == "" {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	return text, t.Check(text)
}

// Check implements Type.
func (URL) Check(v any) error {
	s, _ := v.(string)
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || !strings.Contains(u.Hostname(), ".") || len(s) > 500 {
		return fault.New(fault.BadURL)
	}
	return nil
}

// Format leaves the scheme out.
func (URL) Format(v any) string {
	s, _ := v.(string)
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://"), "/")
}

// Mask implements Type.
func (URL) Mask(any) any { return "***" }

// Merge implements Type.
func (URL) Merge() MergeRule { return Whole }
