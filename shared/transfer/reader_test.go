package transfer_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yuzhou/shared/fault"
	"yuzhou/shared/transfer"
)

// TestEncodings: the same table in every encoding that programs here write (IMP-02).
func TestEncodings(t *testing.T) {
	text := "客户名称,手机\r\n苏州恒达精密制造有限公司,138 6290 4417\r\n"
	encode := func(e interface{ String(string) (string, error) }) []byte {
		s, err := e.String(text)
		if err != nil {
			t.Fatal(err)
		}
		return []byte(s)
	}
	for name, data := range map[string][]byte{
		"utf-8":   []byte(text),
		"mark":    []byte("\ufeff" + text),
		"gb18030": encode(simplifiedchinese.GB18030.NewEncoder()),
		"utf-16":  encode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()),
		"big":     encode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()),
	} {
		rows, _ := read(t, data)
		if len(rows) != 1 || rows[0].Customer["name"] != "苏州恒达精密制造有限公司" || rows[0].Customer["mobile"] != "13862904417" {
			t.Errorf("%s: %v", name, rows)
		}
	}
}

// TestHeader: title lines above it, other names for the columns, marks and explanations, English, other separators.
func TestHeader(t *testing.T) {
	for _, c := range []struct{ text, name, mobile string }{
		{"客户导入模板\n带 * 的必填\n\n公司名称 *,手机号（11 位）\n甲公司,13862904417\n", "甲公司", "13862904417"},
		{"Company Name\tMobile Phone\n甲公司\t13862904417\n", "甲公司", "13862904417"},
		{"ＮＡＭＥ;Mobile\n甲公司;13862904417\n", "甲公司", "13862904417"},
		{"序号,手机,客户全称\n1,13862904417,甲公司\n", "甲公司", "13862904417"},
		{"客户名称\n甲公司\n", "甲公司", ""},
	} {
		rows, _ := read(t, []byte(c.text))
		if len(rows) != 1 {
			t.Errorf("%q: %d rows", c.text, len(rows))
			continue
		}
		if mobile, _ := rows[0].Customer["mobile"].(string); rows[0].Customer["name"] != c.name || mobile != c.mobile {
			t.Errorf("%q: %v", c.text, rows[0].Customer)
		}
	}
	_, r := read(t, []byte("序号,手机,客户全称\n1,13862904417,甲公司\n"))
	if got := r.Report().Unmapped; !slices.Equal(got, []string{"序号"}) {
		t.Errorf("unknown columns are %v", got)
	}
}

// TestWithoutHeader: a file that names no columns is refused rather than guessed at.
func TestWithoutHeader(t *testing.T) {
	for _, text := range []string{"甲公司,13862904417\n乙公司,13862904418\n", "手机,电话\n13862904417,\n", "客户名称表,共 3 家\n甲,乙\n"} {
		table, err := transfer.Open(strings.NewReader(text), transfer.UsualLimits())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := transfer.NewReader(table, options(t)); fault.CodeOf(err) != fault.NoHeader {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestCells: every form in which the cells of such tables come (CUS-04, IMP-10).
func TestCells(t *testing.T) {
	day := time.Date(2026, 3, 5, 9, 0, 0, 0, shanghai)
	for _, c := range []struct {
		column, cell, field string
		want                any
	}{
		{"手机", "13862904417", "mobile", "13862904417"},
		{"手机", "1.3862904417E+10", "mobile", "13862904417"},
		{"手机", "13862904417.0", "mobile", "13862904417"},
		{"手机", "+86 138 6290-4417", "mobile", "13862904417"},
		{"手机", "'+8613862904417", "mobile", "13862904417"},
		{"手机", "１３８６２９０４４１７", "mobile", "13862904417"},
		{"电话", "(0755)25023284转320", "phone", "0755-25023284-320"},
		{"电话", "0571 85010981", "phone", "0571-85010981"},
		{"下次联系时间", "2026-03-05", "next_contact_at", day.UnixMilli()},
		{"下次联系时间", "2026/3/5", "next_contact_at", day.UnixMilli()},
		{"下次联系时间", "2026年3月5日", "next_contact_at", day.UnixMilli()},
		{"下次联系时间", "2026-03-05 14:30", "next_contact_at", day.Add(5*time.Hour + 30*time.Minute).UnixMilli()},
		{"下次联系时间", "46086", "next_contact_at", day.UnixMilli()},
		{"下次联系时间", "46086.604166666664", "next_contact_at", day.Add(5*time.Hour + 30*time.Minute).UnixMilli()},
		{"网址", "www.hengda.example", "website", "https://www.hengda.example"},
		{"级别", "重点客户", "level", "a"},
		{"备注", `=HYPERLINK("http://x")`, "remark", `=HYPERLINK("http://x")`},
		{"备注", `'=HYPERLINK("http://x")`, "remark", `=HYPERLINK("http://x")`},
		{"备注", "'引号'", "remark", "'引号'"},
		{"省", "江苏省", "region", "江苏省"},
	} {
		rows, _ := read(t, fmt.Appendf(nil, "客户名称\t%s\n甲公司\t%s\n", c.column, strings.ReplaceAll(c.cell, "\"", "\"")))
		if got := rows[0].Customer[c.field]; got != c.want || rows[0].Refused() {
			t.Errorf("%s %q is %v, want %v %v", c.column, c.cell, got, c.want, rows[0].Faults)
		}
	}
	rows, _ := read(t, []byte("客户名称,省,市,区\n甲公司,江苏省,苏州市,吴中区\n乙公司,北京市,北京市,东城区\n"))
	if rows[0].Customer["region"] != "江苏省/苏州市/吴中区" || rows[1].Customer["region"] != "北京市/东城区" {
		t.Errorf("regions are %v and %v", rows[0].Customer["region"], rows[1].Customer["region"])
	}
}

// TestRefusedRows: each row is refused for what is wrong with it, and all of it is said (IMP-03).
func TestRefusedRows(t *testing.T) {
	rows, r := read(t, []byte("客户名称,手机,邮箱,下次联系时间,联系人,联系人手机\n"+
		",13862904417,,,,\n"+
		"乙公司,1386290,abc＠example,,,\n"+
		"丙公司,,,明天,,\n"+
		"丁公司,,,,,13862904418\n"+
		"戊公司,,,,张三,12345\n"+
		"己公司,,,,李四,13862904419\n"))
	want := [][]string{
		{"name REQUIRED"}, {"mobile BAD_MOBILE", "email BAD_EMAIL"}, {"next_contact_at BAD_DATE"}, {"name REQUIRED"}, {"mobile BAD_MOBILE"}, nil,
	}
	for i, row := range rows {
		var got []string
		for _, f := range row.Faults {
			got = append(got, f.Field+" "+string(f.Code))
		}
		if !slices.Equal(got, want[i]) {
			t.Errorf("line %d: %v, want %v", row.Line, got, want[i])
		}
	}
	report := r.Report()
	if report.Refused != 5 || report.MissingName != 1 || report.BadMobile != 2 || report.BadEmail != 0 {
		t.Errorf("%+v", report)
	}
	if rows[5].Contact["mobile"] != "13862904419" || rows[5].Contact["primary"] != true {
		t.Errorf("the contact is %v", rows[5].Contact)
	}
}

// TestUnknownWord: a word no dictionary has is kept at the end of the remark and told.
func TestUnknownWord(t *testing.T) {
	rows, r := read(t, []byte("客户名称,客户行业*,备注\n甲公司,航天,老客户\n乙公司,食品,\n"))
	row := rows[0]
	if row.Refused() || row.Customer["remark"] != "老客户\n客户行业：航天" || row.Customer["industry"] != nil {
		t.Errorf("%v %v", row.Customer, row.Faults)
	}
	if len(row.Unknown) != 1 || row.Unknown[0] != (transfer.Unknown{Field: "industry", Word: "航天"}) || r.Report().UnknownWords != 1 {
		t.Errorf("%v", row.Unknown)
	}
}

// TestTwins: by mobile digits, by name in another spelling, and not by chance (DUP-03, DUP-05).
func TestTwins(t *testing.T) {
	rows, r := read(t, []byte("客户名称,手机\n"+
		"苏州恒达机械有限公司,13862904417\n"+ // 2
		"无锡永兴五金有限公司,+86 138-6290-4417\n"+ // 3: mobile of 2
		"苏州恒达机械有限责任公司,13900000001\n"+ // 4: name of 2
		"江苏省苏州市恒達機械（有限公司）,13900000002\n"+ // 5: name of 2
		"南通恒达机械有限公司,13900000003\n"+ // 6
		"南通 恒达五金有限公司,13900000004\n"+ // 7: a spelling with a space
		",13900000005\n"+ // 8: refused
		"常州恒达机械有限公司,13900000005\n")) // 9: mobile of 8
	want := []*transfer.Twin{
		nil,
		{Line: 2, Why: transfer.SameMobile},
		{Line: 2, Why: transfer.SameName},
		{Line: 2, Why: transfer.SameName},
		nil, nil, nil,
		{Line: 8, Why: transfer.SameMobile},
	}
	for i, row := range rows {
		if (row.Twin == nil) != (want[i] == nil) || row.Twin != nil && *row.Twin != *want[i] {
			t.Errorf("line %d: %v, want %v", row.Line, row.Twin, want[i])
		}
	}
	if report := r.Report(); report.ExactDuplicates != 2 || report.NameVariants != 3 || report.MobileNormalised != 1 {
		t.Errorf("%+v", report)
	}
}

// TestShortNames: a name without legal form is a variant among companies, and simply a name among shops.
func TestShortNames(t *testing.T) {
	companies, shops := "客户名称\n", "客户名称\n"
	for i := range 20 {
		companies += fmt.Sprintf("苏州第%d机械有限公司\n", i)
		shops += fmt.Sprintf("第%d小吃店\n", i)
	}
	_, a := read(t, []byte(companies+"苏州恒达\n"))
	_, b := read(t, []byte(shops+"苏州恒达\n"))
	if a.Report().NameVariants != 1 || b.Report().NameVariants != 0 {
		t.Errorf("%d among companies, %d among shops", a.Report().NameVariants, b.Report().NameVariants)
	}
}

// TestLines: the numbers that are told are those a person sees, blank lines and cells of several lines included.
func TestLines(t *testing.T) {
	rows, r := read(t, []byte("\r\n客户名称,备注\r\n\r\n\r\n甲公司,\"第一行\r\n第二行\"\r\n,,\r\n\r\n乙公司,\r\n\r\n"))
	if len(rows) != 2 || rows[0].Line != 5 || rows[1].Line != 9 {
		t.Fatalf("%d rows, lines %d and %d", len(rows), rows[0].Line, rows[len(rows)-1].Line)
	}
	if rows[0].Customer["remark"] != "第一行\n第二行" {
		t.Errorf("remark %q", rows[0].Customer["remark"])
	}
	if report := r.Report(); report.HeaderLine != 2 || report.BlankRows != 4 {
		t.Errorf("header in line %d, %d blank", report.HeaderLine, report.BlankRows)
	}
}

// TestKey: the same content has the same key however it is spaced or ordered; any other content has another (repeatable).
func TestKey(t *testing.T) {
	key := func(text string) string {
		rows, _ := read(t, []byte(text))
		return rows[0].Key
	}
	want := key("客户名称,手机,级别,负责人\n甲公司,13862904417,普通客户,lina\n")
	for _, same := range []string{
		"负责人,客户名称*,级别,手机号\nlina, 甲公司 ,普通客户,13862904417\n",
		"说明行\n客户名称,手机,级别,负责人,备注\n甲公司,13862904417,普通客户,lina,\n",
	} {
		if key(same) != want {
			t.Errorf("%q has another key", same)
		}
	}
	for _, other := range []string{
		"客户名称,手机,级别,负责人\n乙公司,13862904417,普通客户,lina\n", "客户名称,手机,级别,负责人\n甲公司,13862904418,普通客户,lina\n",
		"客户名称,手机,级别,负责人\n甲公司,13862904417,重点客户,lina\n", "客户名称,手机,级别,负责人\n甲公司,13862904417,普通客户,wangfang\n",
		"客户名称,手机,级别,负责人,联系人\n甲公司,13862904417,普通客户,lina,张三\n",
	} {
		if key(other) == want {
			t.Errorf("%q has the same key", other)
		}
	}
}

// TestSheets: instructions on the first sheet, dates that count from 1904.
func TestSheets(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	yes := true
	for _, err := range []error{
		f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}),
		f.SetSheetRow("Sheet1", "A1", &[]any{"填写说明", "带 * 的必填"}),
		func() error { _, err := f.NewSheet("客户"); return err }(),
		f.SetSheetRow("客户", "A2", &[]any{"客户名称*", "下次跟进", "手机"}),
		f.SetSheetRow("客户", "A3", &[]any{"甲公司", 46086 - 1462, 13862904417}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	rows, r := read(t, b.Bytes())
	want := time.Date(2026, 3, 5, 9, 0, 0, 0, shanghai).UnixMilli()
	if len(rows) != 1 || rows[0].Customer["next_contact_at"] != want || rows[0].Customer["mobile"] != "13862904417" || rows[0].Line != 3 {
		t.Errorf("%v, report %+v", rows, r.Report())
	}
}
