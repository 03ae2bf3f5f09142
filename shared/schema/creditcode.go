package schema

import (
	"strings"
	"unicode/utf8"

	"yuzhou/shared/fault"
)

// CreditCode is a unified social credit identifier (统一社会信用代码, GB 32100-2015): 18 characters, the last a check digit.
type CreditCode struct{}

const creditLetters = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// Column implements Type.
func (CreditCode) Column() Column { return TextColumn }

// Parse narrows, drops spaces and raises the letters.
func (t CreditCode) Parse(text string) (any, error) {
	text = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(Narrow(text)), " ", ""))
	if text == "" {
		return nil, nil
	}
	return text, t.Check(text)
}

// Check computes the check digit: weights are powers of 3 modulo 31.
func (CreditCode) Check(v any) error {
	s, _ := v.(string)
	if n := utf8.RuneCountInString(s); n != 18 {
		return fault.New(fault.BadCreditCode, "Why", "length", "Length", n)
	}
	for _, r := range s {
		if !strings.ContainsRune(creditLetters, r) {
			return fault.New(fault.BadCreditCode, "Why", "letter", "Letter", string(r))
		}
	}
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(creditLetters, s[i]) * weight
		weight = weight * 3 % 31
	}
	if creditLetters[(31-sum%31)%31] != s[17] {
		return fault.New(fault.BadCreditCode, "Why", "check")
	}
	return nil
}

// Format implements Type.
func (CreditCode) Format(v any) string { s, _ := v.(string); return s }

// Mask keeps the region part.
func (CreditCode) Mask(v any) any {
	s, _ := v.(string)
	if len(s) < 8 {
		return "***"
	}
	return s[:8] + "**********"
}

// Merge implements Type.
func (CreditCode) Merge() MergeRule { return Whole }
