package transfer_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"yuzhou/shared/fault"
	"yuzhou/shared/transfer"
)

// readAll reads lines until the end or an error.
func readAll(data []byte, limits transfer.Limits) error {
	table, err := transfer.Open(bytes.NewReader(data), limits)
	if err != nil {
		return err
	}
	for {
		if _, err = table.Next(); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return errors.Join(err, table.Close())
		}
	}
}

// TestLimits: what is beyond a limit is refused with a code, never half read and never a crash (I12).
func TestLimits(t *testing.T) {
	limits := transfer.Limits{Bytes: 1000, Unzipped: 200 << 10, Rows: 3, Columns: 4, Cell: 10}
	for what, c := range map[string]struct {
		text string
		want fault.Code
	}{
		"fits":         {"客户名称,手机\na,1\nb,2\nc,3\n,,\n\n", ""},
		"rows":         {"客户名称,手机\na,1\nb,2\nc,3\nd,4\n", fault.TooLarge},
		"columns":      {"客户名称,1,2,3,4\n", fault.TooLarge},
		"cell":         {"客户名称\n一二三四五六七八九十一\n", fault.TooLarge},
		"bytes":        {strings.Repeat("客户名称\n", 100), fault.TooLarge},
		"empty":        {"", fault.BadFile},
		"picture":      {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + strings.Repeat("\xff\xfe\x00\x01", 50), fault.BadFile},
		"old excel":    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", fault.BadFile},
		"broken zip":   {"PK\x03\x04 and nothing more", fault.BadFile},
		"another zip":  {string(zipped(t, map[string]string{"hello.txt": "hello"})), fault.BadFile},
		"zip bomb":     {string(zipped(t, map[string]string{"xl/workbook.xml": strings.Repeat(" ", 500<<10)})), fault.TooLarge},
		"open quote":   {"客户名称,备注\n\"a,1\n", ""},
		"lonely quote": {"客户名称,备注\na\"b,1\n", ""},
	} {
		if err := readAll([]byte(c.text), limits); fault.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
}

func zipped(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWideSheet: one cell far to the right makes a long row out of nothing; it is refused at the first.
func TestWideSheet(t *testing.T) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetCellValue("Sheet1", "XFD1", "x"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := readAll(b.Bytes(), transfer.UsualLimits()); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("%v", err)
	}
}

// FuzzOpen: whatever a file holds, reading it ends with rows or with a fault that has words.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"客户名称,手机\n甲,13862904417\n", "a;b\n\"x\ny\";1\n\n", "\xef\xbb\xbf客户名称", "PK\x03\x04", "\xff\xfea\x00", "\r\r\n\"\"\"\n"} {
		f.Add([]byte(seed))
	}
	limits := transfer.Limits{Bytes: 1 << 16, Unzipped: 1 << 20, Rows: 100, Columns: 20, Cell: 1000}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := transfer.Open(bytes.NewReader(data), limits)
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatalf("%v", err)
			}
			return
		}
		defer func() { _ = table.Close() }()
		r, err := transfer.NewReader(table, transfer.Options{Zone: shanghai})
		last := 0
		for err == nil {
			var row *transfer.Row
			if row, err = r.Next(); err == nil {
				if row.Line <= last {
					t.Fatalf("line %d after line %d", row.Line, last)
				}
				last = row.Line
			}
		}
		if !errors.Is(err, io.EOF) && fault.CodeOf(err) == fault.Internal {
			t.Fatalf("%v", err)
		}
	})
}
