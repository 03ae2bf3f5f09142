package schema_test

import (
	"errors"
	"testing"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// parsed is one line of a table: what a person types, what is kept of it, or the code of the refusal.
type parsed struct {
	typed string
	kept  any
	code  fault.Code
}

func checkParse(t *testing.T, typ schema.Type, table []parsed) {
	t.Helper()
	for _, c := range table {
		got, err := typ.Parse(c.typed)
		if code := fault.CodeOf(err); code != c.code {
			t.Errorf("%T %q: %v, want %q", typ, c.typed, err, c.code)
			continue
		}
		if err == nil && !schema.Equal(got, c.kept) {
			t.Errorf("%T %q is kept as %#v, want %#v", typ, c.typed, got, c.kept)
		}
		if err != nil || got == nil {
			continue
		}
		if err := typ.Check(got); err != nil {
			t.Errorf("%T %q: what was parsed is refused by Check: %v", typ, c.typed, err)
		}
		if text, ok := got.(string); ok {
			if again, err := typ.Parse(text); err != nil || !schema.Equal(again, got) {
				t.Errorf("%T %q: parsed once %v, twice %v, %v", typ, c.typed, got, again, err)
			}
		}
	}
}

// TestMobile: eleven digits that begin with 1 and 3 to 9, however they are written (CUS-04).
func TestMobile(t *testing.T) {
	checkParse(t, schema.Mobile{}, []parsed{
		{"13862904417", "13862904417", ""},
		{" 138 6290 4417 ", "13862904417", ""},
		{"138-6290-4417", "13862904417", ""},
		{"+86 13862904417", "13862904417", ""},
		{"+8613862904417", "13862904417", ""},
		{"8613862904417", "13862904417", ""},
		{"008613862904417", "13862904417", ""},
		{"(+86)13862904417", "13862904417", ""},
		{"１３８６２９０４４１７", "13862904417", ""},
		{"＋８６　138　6290　4417", "13862904417", ""},
		{"138.6290.4417", "13862904417", ""},
		{"", nil, ""},
		{"　", nil, ""},
		{"12862904417", nil, fault.BadMobile},
		{"1386290441", nil, fault.BadMobile},
		{"138629044171", nil, fault.BadMobile},
		{"1386290441a", nil, fault.BadMobile},
		{"010-65882210", nil, fault.BadMobile},
		{"+1 2025550123", nil, fault.BadMobile},
		{"无", nil, fault.BadMobile},
	})
	if got := (schema.Mobile{}).Format("13862904417"); got != "138 6290 4417" {
		t.Errorf("formatted %q", got)
	}
	if got := (schema.Mobile{}).Mask("13862904417"); got != "138****4417" {
		t.Errorf("masked %q", got)
	}
}

// TestLandline: area code and extension in the forms of real files; mobiles and hotlines stand there as well (CUS-04).
func TestLandline(t *testing.T) {
	checkParse(t, schema.Landline{}, []parsed{
		{"0512-65882210", "0512-65882210", ""},
		{"0571 85010981", "0571-85010981", ""},
		{"(0755)25023284转320", "0755-25023284-320", ""},
		{"（0755）25023284 转 320", "0755-25023284-320", ""},
		{"0512-6588 2210 转 806", "0512-65882210-806", ""},
		{"010-64274895-8", "010-64274895-8", ""},
		{"010-64274895 分机 8", "010-64274895-8", ""},
		{"01064274895", "010-64274895", ""},
		{"0512-65882210 ext. 806", "0512-65882210-806", ""},
		{"400-820-8820", "4008208820", ""},
		{"4008208820", "4008208820", ""},
		{"138 6290 4417", "13862904417", ""},
		{"０５１２－６５８８２２１０", "0512-65882210", ""},
		{"", nil, ""},
		{"65882210", nil, fault.BadPhone},
		{"0512-6588", nil, fault.BadPhone},
		{"512-65882210", nil, fault.BadPhone},
		{"电话见名片", nil, fault.BadPhone},
	})
	if got := (schema.Landline{}).Format("0512-65882210-806"); got != "0512-65882210 转 806" {
		t.Errorf("formatted %q", got)
	}
	if got := (schema.Landline{}).Mask("0512-65882210-806"); got != "0512-****" {
		t.Errorf("masked %q", got)
	}
}

// TestEmail and URL forms (CUS-04).
func TestEmail(t *testing.T) {
	checkParse(t, schema.Email{}, []parsed{
		{"procure@hengda.example", "procure@hengda.example", ""},
		{" a.b+c@sub.hengda.com.cn ", "a.b+c@sub.hengda.com.cn", ""},
		{"ｐｒｏｃｕｒｅ＠hengda.cn", "procure@hengda.cn", ""},
		{"", nil, ""},
		{"abc＠example", nil, fault.BadEmail},
		{"abc@", nil, fault.BadEmail},
		{"@hengda.cn", nil, fault.BadEmail},
		{"a b@hengda.cn", nil, fault.BadEmail},
		{"陈明 <chen@hengda.cn>", nil, fault.BadEmail},
		{"a@hengda.", nil, fault.BadEmail},
		{"a@.cn", nil, fault.BadEmail},
		{"a@b@c.cn", nil, fault.BadEmail},
	})
	checkParse(t, schema.URL{}, []parsed{
		{"www.hengda.example", "https://www.hengda.example", ""},
		{"http://hengda.cn/a?b=1", "http://hengda.cn/a?b=1", ""},
		{"恒达.中国", "https://恒达.中国", ""},
		{"", nil, ""},
		{"hengda", nil, fault.BadURL},
		{"ftp://hengda.cn", nil, fault.BadURL},
		{"javascript://hengda.cn/%0aalert(1)", nil, fault.BadURL},
		{"http://", nil, fault.BadURL},
	})
}

// TestCreditCode: eighteen characters of the thirty-one that the standard allows, the last one computed (CUS-04).
func TestCreditCode(t *testing.T) {
	checkParse(t, schema.CreditCode{}, []parsed{
		{"9141087179A2EEER0N", "9141087179A2EEER0N", ""},
		{" 9141087179a2eeer0n ", "9141087179A2EEER0N", ""},
		{"91 410871 79A2EEER0 N", "9141087179A2EEER0N", ""},
		{"９１４１０８７１７９Ａ２ＥＥＥＲ０Ｎ", "9141087179A2EEER0N", ""},
		{"91350100M000100Y43", "91350100M000100Y43", ""},
		{"", nil, ""},
		{"9141087179A2EEER0M", nil, fault.BadCreditCode},
		{"9141087179A2EEER0", nil, fault.BadCreditCode},
		{"9141087179A2EEER0NN", nil, fault.BadCreditCode},
		{"914108717OA2EEER0N", nil, fault.BadCreditCode},
		{"1941087179A2EEER0N", nil, fault.BadCreditCode},
	})
	for code, why := range map[string]string{"914108": "length", "9141087179A2EEIR0N": "letter", "9141087179A2EEER0M": "check", "恒达恒达恒达": "length", "恒达恒达恒达恒达恒达恒达恒达恒达恒达": "letter"} {
		err := schema.CreditCode{}.Check(code)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Params["Why"] != why {
			t.Errorf("%s: %v, want %s", code, err, why)
		}
	}
}

// TestEveryCreditDigitMatters: one wrong character, or two neighbours that changed places, are found. (A check digit
// modulo 31 finds all of the first kind.)
func TestEveryCreditDigitMatters(t *testing.T) {
	const letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	code := "91350100M000100Y43"
	for i := range len(code) {
		for _, c := range []byte(letters) {
			if c == code[i] {
				continue
			}
			wrong := code[:i] + string(c) + code[i+1:]
			if (schema.CreditCode{}).Check(wrong) == nil {
				t.Errorf("%s is taken for right", wrong)
			}
		}
	}
}

// TestDates: the forms of files and of people, and days that do not exist.
func TestDates(t *testing.T) {
	checkParse(t, schema.Date{}, []parsed{
		{"2026-03-05", "2026-03-05", ""},
		{"2026/3/5", "2026-03-05", ""},
		{"2026.3.5", "2026-03-05", ""},
		{"2026年3月5日", "2026-03-05", ""},
		{"20260305", "2026-03-05", ""},
		{"２０２６－０３－０５", "2026-03-05", ""},
		{"2028-02-29", "2028-02-29", ""},
		{"", nil, ""},
		{"2026-02-29", nil, fault.BadDate},
		{"2026-13-01", nil, fault.BadDate},
		{"2026-00-10", nil, fault.BadDate},
		{"明天", nil, fault.BadDate},
		{"1-2-3", nil, fault.BadDate},
		{"2026-3", nil, fault.BadDate},
	})
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]time.Time{
		"2026-03-05":          time.Date(2026, 3, 5, 1, 0, 0, 0, time.UTC), // nine in the morning
		"2026-03-05 14:30":    time.Date(2026, 3, 5, 6, 30, 0, 0, time.UTC),
		"2026/3/5 0:05":       time.Date(2026, 3, 4, 16, 5, 0, 0, time.UTC),
		"2026年3月5日 14:30":     time.Date(2026, 3, 5, 6, 30, 0, 0, time.UTC),
		"2026-03-05T14:30:59": time.Date(2026, 3, 5, 6, 30, 0, 0, time.UTC),
	} {
		if got, err := schema.ParseMoment(text, shanghai); err != nil || got != want.UnixMilli() {
			t.Errorf("%q is %v, %v; want %d", text, got, err, want.UnixMilli())
		}
	}
	for _, text := range []string{"2026-03-05 25:00", "2026-03-05 12:61", "2026-02-30 10:00", "下周三", "2026-03-05 上午"} {
		if got, err := schema.ParseMoment(text, shanghai); fault.CodeOf(err) != fault.BadDate {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	if got, err := schema.ParseMoment("  ", shanghai); got != nil || err != nil {
		t.Errorf("nothing is %v, %v", got, err)
	}
}

// TestOtherTypes: texts, numbers, flags, sets.
func TestOtherTypes(t *testing.T) {
	checkParse(t, schema.Text{Max: 5}, []parsed{
		{" 苏州　", "苏州", ""}, {"一二三四五", "一二三四五", ""}, {"一二三四五六", nil, fault.TooLong}, {"a\r\nb", "a b", ""}, {" \t\u00a0", nil, ""}, {"a\x00b", nil, fault.Malformed},
	})
	checkParse(t, schema.Text{Long: true}, []parsed{{"a\r\nb\n", "a\nb", ""}})
	checkParse(t, schema.Number{Min: 1, Max: 100}, []parsed{
		{"10", int64(10), ""},
		{"１０", int64(10), ""},
		{"0", nil, fault.BadNumber},
		{"101", nil, fault.BadNumber},
		{"1.5", nil, fault.BadNumber},
		{"", nil, ""},
		{"9223372036854775808", nil, fault.BadNumber},
	})
	checkParse(t, schema.Number{}, []parsed{{"1,280,000", int64(1280000), ""}, {"-1", nil, fault.BadNumber}})
	checkParse(t, schema.Flag{}, []parsed{{"是", true, ""}, {"Yes", true, ""}, {"否", false, ""}, {"０", false, ""}, {"", nil, ""}, {"也许", nil, fault.BadChoice}})
	checkParse(t, schema.Tags{}, []parsed{
		{"样品、年框 价格敏感", []string{"价格敏感", "年框", "样品"}, ""},
		{"样品，样品", []string{"样品"}, ""},
		{" 、 ", nil, ""},
		{"一二三四五六七八九十一二三四五六七八九十一", nil, fault.TooLong},
	})
	checkParse(t, schema.Choose("open", "done"), []parsed{{" Open ", "open", ""}, {"a newer one", nil, fault.BadReference}, {"newer", "newer", ""}})
	checkParse(t, schema.RefSet{Kind: "user"}, []parsed{{"b,a", []string{"a", "b"}, ""}})
	checkParse(t, schema.Moment{}, []parsed{{"1700000000000", int64(1700000000000), ""}, {"-1", nil, fault.BadDate}, {"x", nil, fault.BadDate}, {"253402300800000", nil, fault.BadDate}})
}
