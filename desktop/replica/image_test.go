package replica

import (
	"bytes"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// opened attaches an image to a connection of its own and has SQLite check it.
func opened(t testing.TB, file []byte) *conn {
	t.Helper()
	c, err := dial(filepath.Join(t.TempDir(), "beside.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	if err := errors.Join(c.plain("ATTACH ':memory:' AS "+attached), c.c.Deserialize(file, attached)); err != nil {
		t.Fatal(err)
	}
	sound, err := c.strings("PRAGMA " + attached + ".integrity_check")
	if err != nil || !slices.Equal(sound, []string{"ok"}) {
		t.Fatalf("%v %v", sound, err)
	}
	return c
}

// rowsOf reads a table as it stands.
func rowsOf(t testing.TB, c *conn, table string) (all [][]driver.Value) {
	t.Helper()
	err := c.query("SELECT * FROM "+table, nil, func(row []driver.Value) error {
		all = append(all, slices.Clone(row))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// numbers are those at which the form of a number in a record changes.
var numbers = []int64{
	0, 1, -1, 2, 127, 128, -128, -129, 1<<15 - 1, 1 << 15, -1 << 15, 1<<23 - 1, 1 << 23, -1<<23 - 1, 1<<31 - 1, 1 << 31, -1 << 31,
	1<<47 - 1, 1 << 47, -1 << 47, -1<<47 - 1, 1<<63 - 1, -1 << 63,
}

func drawValue(t *rapid.T) driver.Value {
	switch rapid.IntRange(0, 4).Draw(t, "type") {
	case 0:
		return nil
	case 1:
		return rapid.SampledFrom(numbers).Draw(t, "number")
	case 2:
		return rapid.Int64().Draw(t, "any number")
	case 3:
		return []byte(rapid.StringN(1, 20, 60).Draw(t, "bytes"))
	}
	return strings.Repeat(rapid.SampledFrom([]string{"", "a", "渔舟", "x\x00y", "'\"\\\u2028"}).Draw(t, "text"), rapid.SampledFrom([]int{0, 1, 30, 60, 5000}).Draw(t, "times"))
}

// TestImageIsADatabase: SQLite finds an image sound and reads the rows that were put in, however many, wide and long.
func TestImageIsADatabase(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m, want := newImage(0), map[string][][]driver.Value{}
		for n := range rapid.IntRange(0, 4).Draw(r, "tables") {
			name, width := fmt.Sprint("t", n), rapid.SampledFrom([]int{1, 3, 130}).Draw(r, "width")
			s := m.sheet(name, "CREATE TABLE "+name+" (c"+columns(width)+")")
			want[name] = nil
			for range rapid.IntRange(0, 40).Draw(r, "rows") {
				row := make([]driver.Value, width)
				for i := range min(width, 5) {
					row[i] = drawValue(r)
				}
				if s.add(row) {
					want[name] = append(want[name], row)
				}
			}
		}
		file, ok := m.finish()
		if !ok {
			r.Fatal("no image")
		}
		c := opened(t, file)
		for name, rows := range want {
			got := rowsOf(t, c, attached+"."+name)
			if len(got) != len(rows) {
				r.Fatalf("%s: %d rows of %d", name, len(got), len(rows))
			}
			for i := range rows {
				for j := range rows[i] {
					if !sameValue(got[i][j], rows[i][j]) {
						r.Fatalf("%s row %d column %d: %.40v became %.40v", name, i, j, rows[i][j], got[i][j])
					}
				}
			}
		}
	})
}

func columns(width int) string {
	var b strings.Builder
	for i := range width - 1 {
		fmt.Fprintf(&b, ", c%d", i)
	}
	return b.String()
}

func sameValue(a, b driver.Value) bool {
	if x, ok := a.([]byte); ok {
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	}
	return a == b
}

// TestImageOfManyPages: a table of more leaves than a test by chance has, with an interior page above them.
func TestImageOfManyPages(t *testing.T) {
	m := newImage(0)
	a, b := m.sheet("a", "CREATE TABLE a (n, text)"), m.sheet("b", "CREATE TABLE b (n)")
	const rows = 20_000
	for i := range int64(rows) {
		if !a.add([]driver.Value{i, strings.Repeat("渔", int(i%100))}) || !b.add([]driver.Value{-i}) {
			t.Fatal("a row was refused")
		}
	}
	file, ok := m.finish()
	if !ok || len(a.leaves) < 30 {
		t.Fatalf("%v, %d leaves", ok, len(a.leaves))
	}
	c := opened(t, file)
	for i, row := range rowsOf(t, c, attached+".a") {
		if row[0] != int64(i) || row[1] != strings.Repeat("渔", i%100) {
			t.Fatalf("row %d is %v", i, row)
		}
	}
	n, err := c.number("SELECT sum(n) FROM "+attached+".b WHERE rowid BETWEEN 1 AND ?", int64(rows))
	if err != nil || n != -rows*(rows-1)/2 {
		t.Fatalf("%d %v", n, err)
	}
}

// TestImageRefuses what it has no room or no form for, and is whole without it.
func TestImageRefuses(t *testing.T) {
	m := newImage(0)
	s := m.sheet("t", "CREATE TABLE t (v)")
	for _, v := range []driver.Value{strings.Repeat("x", imagePage), true, 1.5, make([]byte, maxRecord)} {
		if s.add([]driver.Value{v}) {
			t.Errorf("took %T", v)
		}
	}
	largest := strings.Repeat("x", maxRecord-8)
	if !s.add([]driver.Value{largest}) || !s.add([]driver.Value{int64(7)}) {
		t.Fatal("refused what has room")
	}
	file, ok := m.finish()
	if !ok {
		t.Fatal("no image")
	}
	if got := rowsOf(t, opened(t, file), attached+".t"); len(got) != 2 || got[0][0] != largest || got[1][0] != int64(7) {
		t.Fatalf("%d rows", len(got))
	}
}
