package transfer_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/transfer"
)

var shanghai = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return zone
}()

func options(t *testing.T) transfer.Options {
	t.Helper()
	records, err := crm.LoadPresets(os.DirFS("../../assets/presets"))
	if err != nil {
		t.Fatal(err)
	}
	return transfer.Options{Lookup: crm.NewLookup(records), Zone: shanghai}
}

// read reads a whole file.
func read(t *testing.T, data []byte) ([]*transfer.Row, *transfer.Reader) {
	t.Helper()
	table, err := transfer.Open(bytes.NewReader(data), transfer.UsualLimits())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	})
	r, err := transfer.NewReader(table, options(t))
	if err != nil {
		t.Fatal(err)
	}
	var rows []*transfer.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows, r
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

// filesRead keeps what was read of the large files: the tests only look at it.
var filesRead = map[string]fileRead{}

type fileRead struct {
	rows   []*transfer.Row
	reader *transfer.Reader
}

func readFile(t *testing.T, name string) ([]*transfer.Row, *transfer.Reader) {
	t.Helper()
	if known, ok := filesRead[name]; ok {
		return known.rows, known.reader
	}
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	rows, reader := read(t, data)
	filesRead[name] = fileRead{rows, reader}
	return rows, reader
}

// TestReportAgrees: the report on both files is what they were made to hold (IMP-02, IMP-03, DUP-03, DUP-05, IMP-10).
func TestReportAgrees(t *testing.T) {
	data, err := os.ReadFile("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]any
	if err := json.Unmarshal(data, &expected); err != nil {
		t.Fatal(err)
	}
	for name, header := range map[string]int{"customers.xlsx": 2, "customers-gbk.csv": 1} {
		_, r := readFile(t, name)
		report := r.Report()
		text, err := json.Marshal(report)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		for what, want := range expected {
			if _, number := want.(float64); number && got[what] != want {
				t.Errorf("%s: %s is %v, want %v", name, what, got[what], want)
			}
		}
		refused := report.MissingName + report.BadMobile + report.BadEmail + report.BadCreditCode
		if report.Refused != refused || report.Accepted+report.Refused != report.Rows {
			t.Errorf("%s: refused %d, accepted %d of %d: %v", name, report.Refused, report.Accepted, report.Rows, report.Reasons)
		}
		if report.HeaderLine != header || len(report.Unmapped) != 0 || report.UnknownWords != 0 {
			t.Errorf("%s: header in line %d, unknown columns %v, unknown words in %d rows", name, report.HeaderLine, report.Unmapped, report.UnknownWords)
		}
	}
}

// TestFormatsAgree: both files were made from the same customers, and only the dates differ, so everything else is read
// alike, and rows with the same date have the same key: importing the one after the other doubles none of them.
func TestFormatsAgree(t *testing.T) {
	sheet, _ := readFile(t, "customers.xlsx")
	text, r := readFile(t, "customers-gbk.csv")
	if r.Report().Encoding != "gb18030" || len(sheet) != len(text) {
		t.Fatalf("%s, %d and %d rows", r.Report().Encoding, len(sheet), len(text))
	}
	keys, same := map[string]bool{}, 0
	for i := range sheet {
		a, b := sheet[i], text[i]
		if a.Line != b.Line+1 || a.Owner != b.Owner || len(a.Faults) != len(b.Faults) { // there is a title line above
			t.Fatalf("line %d and line %d: %v and %v", a.Line, b.Line, a.Customer, b.Customer)
		}
		for _, f := range crm.Customer.Fields {
			if f.Name != "next_contact_at" && !schema.Equal(a.Customer[f.Name], b.Customer[f.Name]) {
				t.Errorf("line %d: %s is %v and %v", b.Line, f.Name, a.Customer[f.Name], b.Customer[f.Name])
			}
		}
		alike := schema.Equal(a.Customer["next_contact_at"], b.Customer["next_contact_at"])
		if (a.Key == b.Key) != alike {
			t.Fatalf("line %d: alike %v, keys %s and %s", b.Line, alike, a.Key, b.Key)
		}
		if alike {
			same++
		}
		keys[b.Key] = true
	}
	if len(keys) != len(text) || same == 0 {
		t.Errorf("%d keys for %d different rows, %d alike", len(keys), len(text), same)
	}
}

// TestRowsOfTheFile looks at single rows: what a person sees in the file is what arrives.
func TestRowsOfTheFile(t *testing.T) {
	rows, _ := readFile(t, "customers.xlsx")
	first := rows[0]
	if first.Line != 3 || first.Owner != "liuyang" || first.Contact["name"] != "袁勇" || first.Contact["primary"] != true {
		t.Errorf("line %d, owner %q, contact %v", first.Line, first.Owner, first.Contact)
	}
	for field, want := range map[string]any{
		"name": "焦作新立新餐饮管理有限责任公司", "level": "b", "industry": "realestate", "source": "exhibition", "mobile": "14725253164",
		"region": "河南省/焦作市/焦作城乡一体化示范区", "credit_code": "9141087179A2EEER0N",
		// Kept as the number 46086; a date alone is nine o'clock in the company's zone.
		"next_contact_at": time.Date(2026, 3, 5, 9, 0, 0, 0, shanghai).UnixMilli(),
	} {
		if first.Customer[field] != want {
			t.Errorf("%s is %v, want %v", field, first.Customer[field], want)
		}
	}
	formulas := 0
	for _, row := range rows {
		if row.Customer["remark"] == `=HYPERLINK("http://x","点我")` {
			formulas++
		}
	}
	if formulas != 14 {
		t.Errorf("%d remarks that look like formulas were kept as text", formulas)
	}
}
