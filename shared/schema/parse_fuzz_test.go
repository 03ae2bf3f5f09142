package schema_test

import (
	"testing"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// typed are the types by which a person's text is read.
func typed() map[string]schema.Type {
	return map[string]schema.Type{
		"text": schema.Text{Max: 50}, "long": schema.Text{Max: 50, Long: true}, "mobile": schema.Mobile{}, "landline": schema.Landline{},
		"email": schema.Email{}, "url": schema.URL{}, "code": schema.CreditCode{}, "date": schema.Date{}, "moment": schema.Moment{},
		"number": schema.Number{Min: -5, Max: 1e6}, "tags": schema.Tags{}, "flag": schema.Flag{},
	}
}

// FuzzParse: whatever a person types or a file holds, a type reads it to a value that it accepts itself or refuses it
// with words; a value is shown, masked and written without failing.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", " ", "138 6290 4417", "+86 13862904417", "(0755)25023284转320", "0512-6588 2210 转 806", "400-820-8820", "a@b.cn", "example.com/路径?x=1",
		"91320594MA1XYZ0000", "2026年3月5日", "２０２６/３/５ 14:30", "20260305", "1,234", "－5", "甲，乙;丙 丁", "是", "no", "\u0000", "一\n二\u2028", "\xff\xfe",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, typ := range typed() {
			v, err := typ.Parse(text)
			if err != nil {
				if fault.CodeOf(err) == fault.Internal {
					t.Fatalf("%s: %q is refused without words: %v", name, text, err)
				}
				continue
			}
			if v == nil {
				continue
			}
			if err := typ.Check(v); err != nil {
				t.Fatalf("%s reads %q as %#v, and refuses that: %v", name, text, v, err)
			}
			_, _ = typ.Format(v), typ.Mask(v)
			raw, err := schema.Values{"v": v}.MarshalJSON()
			if err != nil {
				t.Fatalf("%s: %q as %#v cannot be written: %v", name, text, v, err)
			}
			var back schema.Values
			if err := back.UnmarshalJSON(raw); err != nil || !schema.Equal(back["v"], v) {
				t.Fatalf("%s: %q is %#v, written %s, read %#v, %v", name, text, v, raw, back["v"], err)
			}
		}
	})
}

// FuzzParseMoment: a date with a time of day is refused with words or is a moment that can be kept.
func FuzzParseMoment(f *testing.F) {
	for _, seed := range []string{"2026-11-21", "2026年11月21日 9时30分", "2026-11-21T09:30:15Z", "1899-12-31", "1950-01-01", "9999-12-31 23:59", "2026/2/30", "20261121 8:00"} {
		f.Add(seed)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := schema.ParseMoment(text, zone)
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if v == nil {
			return
		}
		if err := (schema.Moment{}).Check(v); err != nil {
			t.Fatalf("%q is %v, which a record refuses", text, v)
		}
	})
}
