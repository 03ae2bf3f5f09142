package transfer_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"testing"

	"yuzhou/shared/fault"
	"yuzhou/shared/transfer"
)

// workbook is an XLSX file of one sheet whose parts are given: fuzzing a packed file would never get past its packing.
func workbook(t testing.TB, sheet, words []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, part := range []struct {
		name string
		text []byte
	}{
		{"[Content_Types].xml", []byte(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`)},
		{"_rels/.rels", []byte(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`)},
		{"xl/workbook.xml", []byte(`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`)},
		{"xl/_rels/workbook.xml.rels", []byte(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`)},
		{"xl/worksheets/sheet1.xml", sheet},
		{"xl/sharedStrings.xml", words},
	} {
		w, err := z.Create(part.name)
		if err == nil {
			_, err = w.Write(part.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const sheetOpen = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`

// FuzzSheet: whatever stands in a sheet, reading it ends with rows or with a fault that has words, within the limits.
func FuzzSheet(f *testing.F) {
	words := []byte(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="2"><si><t>客户名称</t></si><si><r><t>手</t></r><r><t>机</t></r></si></sst>`)
	for _, rows := range []string{
		`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>甲</t></is></c><c r="B2"><v>13862904417</v></c></row></sheetData></worksheet>`,
		`<row r="3"><c r="A3" t="s"><v>99</v></c><c r="XFD3"><v>1</v></c></row></sheetData></worksheet>`,
		`<row r="1048577"><c r="ZZZZ1" t="b"><v>x</v></c></row>`,
		`<row r="0"><c r="A0" t="s"><v>-1</v></c></row></sheetData></worksheet>`,
		`<row><c><f>A1</f><v>1E+300</v></c></row></sheetData></worksheet>`,
	} {
		f.Add([]byte(sheetOpen+rows), words)
	}
	f.Add([]byte(""), []byte("<sst>"))
	limits := transfer.Limits{Bytes: 1 << 16, Unzipped: 1 << 20, Rows: 100, Columns: 20, Cell: 1000}
	f.Fuzz(func(t *testing.T, sheet, words []byte) {
		table, err := transfer.Open(bytes.NewReader(workbook(t, sheet, words)), limits)
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatalf("%v", err)
			}
			return
		}
		defer func() { _ = table.Close() }()
		r, err := transfer.NewReader(table, transfer.Options{Zone: shanghai})
		for rows := 0; err == nil; rows++ {
			if _, err = r.Next(); rows > limits.Rows+1 {
				t.Fatal("more rows than are allowed")
			}
		}
		if !errors.Is(err, io.EOF) && fault.CodeOf(err) == fault.Internal {
			t.Fatalf("%v", err)
		}
	})
}
