package schema

import (
	"regexp"
	"strings"

	"yuzhou/shared/fault"
)

// Mobile is a mobile number of the Chinese mainland, kept as its eleven digits.
type Mobile struct{}

var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// Column implements Type.
func (Mobile) Column() Column { return TextColumn }

// Parse strips what people put around the digits: spaces, dashes, full width, +86.
func (t Mobile) Parse(text string) (any, error) {
	text = strings.TrimSpace(Narrow(text))
	if text == "" {
		return nil, nil
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -()\u00a0\t.", r) {
			return -1
		}
		return r
	}, text)
	digits = strings.TrimPrefix(digits, "+")
	if len(digits) == 13 || len(digits) == 15 {
		digits = strings.TrimPrefix(strings.TrimPrefix(digits, "00"), "86")
	}
	return digits, t.Check(digits)
}

// Check implements Type.
func (Mobile) Check(v any) error {
	s, _ := v.(string)
	if !mobile.MatchString(s) {
		return fault.New(fault.BadMobile)
	}
	return nil
}

// Format groups the digits 138 6290 4417; a mask stays as it is.
func (Mobile) Format(v any) string {
	s, _ := v.(string)
	if mobile.MatchString(s) {
		return s[:3] + " " + s[3:7] + " " + s[7:]
	}
	return s
}

// Mask is 138****4417.
func (Mobile) Mask(v any) any {
	s, _ := v.(string)
	if len(s) != 11 {
		return "***"
	}
	return s[:3] + "****" + s[7:]
}

// Merge implements Type.
func (Mobile) Merge() MergeRule { return Whole }

// Landline is a telephone number with area code and extension, kept as 0512-65882210-806.
// Mobile numbers and 400/800 numbers are accepted too: people write them into the same box.
type Landline struct{}

// Area codes have three digits in the largest cities (010, 02x) and four elsewhere; without that rule a number that is
// written in one piece would be cut in the wrong place.
var (
	landline = regexp.MustCompile(`^(010|02\d|0[3-9]\d{2})[-\s]*(\d{7,8})(?:[-*#x,转\s]+(\d{1,6}))?$`)
	hotline  = regexp.MustCompile(`^([48]00)-?(\d{3,4})-?(\d{3,4})$`)
	kept     = regexp.MustCompile(`^((010|02\d|0[3-9]\d{2})-\d{7,8}(-\d{1,6})?|[48]00\d{7}|1[3-9]\d{9})$`)
	brackets = strings.NewReplacer("(", "", ")", "-", "（", "", "）", "-", "+86", "", "分机", "转", "ext.", "转", "ext", "转")
)

// Column implements Type.
func (Landline) Column() Column { return TextColumn }

// Parse reads (0755)25023284转320, 0571 85010981, 0512-6588 2210 转 806.
func (t Landline) Parse(text string) (any, error) {
	text = strings.TrimSpace(strings.ToLower(Narrow(text)))
	if text == "" {
		return nil, nil
	}
	s := strings.Trim(brackets.Replace(text), "- ")
	joined := innerSpace.ReplaceAllString(s, "$1$2")
	for _, form := range []string{s, joined} {
		if part := landline.FindStringSubmatch(form); part != nil {
			number := part[1] + "-" + part[2]
			if part[3] != "" {
				number += "-" + part[3]
			}
			return number, nil
		}
		if part := hotline.FindStringSubmatch(form); part != nil && len(part[2])+len(part[3]) == 7 {
			return part[1] + part[2] + part[3], nil
		}
	}
	if m, err := (Mobile{}).Parse(text); err == nil {
		return m, nil
	}
	return text, t.Check(text)
}

// innerSpace is a gap that people leave inside the number itself: 6588 2210.
var innerSpace = regexp.MustCompile(`(\d{4}) (\d{4})\b`)

// Check implements Type.
func (Landline) Check(v any) error {
	s, _ := v.(string)
	if !kept.MatchString(s) {
		return fault.New(fault.BadPhone)
	}
	return nil
}

// Format writes the extension in words that both languages read: 0512-65882210 转 806.
func (Landline) Format(v any) string {
	s, _ := v.(string)
	if part := landline.FindStringSubmatch(s); part != nil && part[3] != "" {
		return part[1] + "-" + part[2] + " 转 " + part[3]
	}
	return Mobile{}.Format(v)
}

// Mask keeps the area code.
func (Landline) Mask(v any) any {
	s, _ := v.(string)
	if mobile.MatchString(s) {
		return Mobile{}.Mask(v)
	}
	if area, _, ok := strings.Cut(s, "-"); ok {
		return area + "-****"
	}
	return "****"
}

// Merge implements Type.
func (Landline) Merge() MergeRule { return Whole }

// Narrow turns full-width letters, digits and marks into half-width ones, the wide space into a space.
func Narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u3000':
			return ' '
		case r >= '！' && r <= '～':
			return r - 0xFEE0
		}
		return r
	}, s)
}
