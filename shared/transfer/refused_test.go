package transfer_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yuzhou/shared/fault"
	"yuzhou/shared/transfer"
)

var refusedWords = transfer.RefusedWords{
	Line: "行号", Field: "字段", Reason: "原因",
	FieldName: func(f *fault.Fault) string { return f.Kind + "." + f.Field },
	Say:       func(f *fault.Fault) string { return "错误 " + string(f.Code) },
}

// TestRefusedFile: in both formats the refused rows keep their cells, say where and why they were refused, compute
// nothing when they are opened, and can be mended and read again (IMP-03, IMP-10).
func TestRefusedFile(t *testing.T) {
	rows, r := read(t, []byte("客户名称,手机,备注\n甲公司,1386290,=1+1\n乙公司,13862904417,\n丙公司,+86 1,-已流失\n丁公司,12,x,多余\n"))
	for _, format := range []transfer.Format{transfer.CSV, transfer.XLSX} {
		var b bytes.Buffer
		w, err := transfer.NewRefusedWriter(&b, format, r.Header(), refusedWords)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			if row.Refused() {
				if err := w.Add(row); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Add(rows[1], fault.New(fault.NoRight).About("customer", "owner")); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		again, second := read(t, b.Bytes())
		if len(again) != 4 || second.Format() != format || again[0].Customer["remark"] != "=1+1" || again[1].Customer["remark"] != "-已流失" {
			t.Fatalf("%s: %d rows, %v", format, len(again), again[0].Customer)
		}
		for i, want := range [][]string{
			{"2", "customer.mobile", "错误 BAD_MOBILE"},
			{"4", "customer.mobile", "错误 BAD_MOBILE"},
			{"5", "customer.mobile", "错误 BAD_MOBILE", "多余"},
			{"3", "customer.owner", "错误 NO_RIGHT"},
		} {
			if got := again[i].Cells[3:]; strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%s: %v, want %v", format, got, want)
			}
		}
		noFormulas(t, format, b.Bytes(), again)
	}
}

func noFormulas(t *testing.T, format transfer.Format, data []byte, rows []*transfer.Row) {
	t.Helper()
	for _, row := range rows {
		for _, cell := range row.Cells {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
				t.Errorf("%s: the cell %q would be computed", format, cell)
			}
		}
	}
	if format != transfer.XLSX {
		return
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, cell := range []string{"C2", "B3", "C3"} {
		if formula, err := f.GetCellFormula("Sheet1", cell); err != nil || formula != "" {
			t.Errorf("%s holds the formula %q, %v", cell, formula, err)
		}
	}
}

// TestNeutral: what a spreadsheet would compute is marked as text; numbers and ordinary texts stay as they are.
func TestNeutral(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0", "@SUM(A1)": "'@SUM(A1)", "-已流失": "'-已流失", " =1": "' =1",
		"\t=1": "'\t=1", "＝1＋1": "'＝1＋1", "-12.5": "-12.5", "+8613862904417": "+8613862904417", "苏州": "苏州", "": "", "a=b": "a=b",
	} {
		if got := transfer.Neutral(text); got != want {
			t.Errorf("Neutral(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestRefusedPath: beside the input, never over it.
func TestRefusedPath(t *testing.T) {
	for path, want := range map[string]string{
		"/data/customers.xlsx": "/data/customers.refused.xlsx", "customers-gbk.csv": "customers-gbk.refused.csv", "a.b/名单": "a.b/名单.refused.csv",
	} {
		format := transfer.CSV
		if strings.HasSuffix(path, ".xlsx") {
			format = transfer.XLSX
		}
		if got := transfer.RefusedPath(path, format); got != want {
			t.Errorf("RefusedPath(%q) = %q", path, got)
		}
	}
}
