package replica

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// TestKindsHaveTables: every declared kind has its table, every field its column of the right class, and no table has a
// column that nobody declared.
func TestKindsHaveTables(t *testing.T) {
	r := laptop(t)
	err := r.view(func(c *conn) error {
		for _, k := range crm.Kinds() {
			want := map[string]string{"id": "TEXT", "root_id": "TEXT", "seq": "INTEGER", "deleted": "INTEGER", "masked": "TEXT", "extra": "TEXT"}
			for _, f := range k.Fields {
				if _, taken := want[f.Name]; taken {
					t.Errorf("%s.%s has the name of a fixed column", k.Name, f.Name)
				}
				want[f.Name] = string(f.Type.Column())
			}
			if k.Name == "customer" {
				for _, name := range derivedColumns {
					if _, taken := want[name]; taken {
						t.Errorf("customer.%s is a field and a derived column", name)
					}
					want[name] = ""
				}
			}
			err := c.query("SELECT name, type FROM pragma_table_info(?)", []driver.Value{k.Name}, func(row []driver.Value) error {
				name := row[0].(string)
				class, declared := want[name]
				if !declared {
					t.Errorf("%s.%s is a column without a field", k.Name, name)
				}
				if class != "" && class != row[1].(string) {
					t.Errorf("%s.%s is %v, should be %s", k.Name, name, row[1], class)
				}
				delete(want, name)
				return nil
			})
			if err != nil {
				return err
			}
			for name := range want {
				t.Errorf("%s.%s has no column", k.Name, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestIndexedFields: a row is written past the indexes only when none of the fields that stand in one has changed.
func TestIndexedFields(t *testing.T) {
	r := laptop(t)
	err := r.view(func(c *conn) error {
		for name, tbl := range r.tables {
			listed := map[string]bool{}
			for _, i := range tbl.listed {
				listed[tbl.kind.Fields[i].Name] = true
			}
			found := map[string]bool{}
			err := c.query("SELECT i.name FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i", []driver.Value{name}, func(row []driver.Value) error {
				column, _ := row[0].(string)
				if _, field := tbl.field[column]; field {
					found[column] = true
				}
				return nil
			})
			if err != nil {
				return err
			}
			if !maps.Equal(listed, found) {
				t.Errorf("%s: declared as indexed %v, indexed %v", name, listed, found)
			}
			if len(tbl.listed)+len(tbl.still) != len(tbl.kind.Fields) {
				t.Errorf("%s: %d fields are written, %d declared", name, len(tbl.listed)+len(tbl.still), len(tbl.kind.Fields))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestOfferedByIndex: what is kept grows for a month, and a sync that has nothing to offer does not walk over it.
func TestOfferedByIndex(t *testing.T) {
	r := laptop(t)
	err := r.view(func(c *conn) error {
		return c.query("EXPLAIN QUERY PLAN SELECT 1 "+openOffers, []driver.Value{int64(1)}, func(row []driver.Value) error {
			if plan, _ := row[3].(string); !strings.Contains(plan, "kept_offer") {
				t.Errorf("the plan is %s", plan)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCheckpoint: what was written is in the file itself afterwards, and nobody had to wait for it.
func TestCheckpoint(t *testing.T) {
	r := laptop(t)
	const mark = "written into the log first"
	err := r.change(relaxed, func(tx *tx) error { return tx.setMeta("prefer.mark", mark) })
	if err != nil {
		t.Fatal(err)
	}
	inFile := func() bool {
		file, err := os.ReadFile(filepath.Join(r.Dir(), FileName))
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(file, []byte(mark))
	}
	want(t, "in the file at once", inFile(), false)
	if err := r.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	want(t, "in the file after the checkpoint", inFile(), true)
}

// TestPrivateFiles: the data of a laptop is for its owner alone.
func TestPrivateFiles(t *testing.T) {
	r := laptop(t)
	for _, name := range []string{FileName, FileName + "-wal", FileName + "-shm"} {
		info, err := os.Stat(filepath.Join(r.Dir(), name))
		if err != nil {
			t.Fatal(err)
		}
		want(t, name, info.Mode().Perm(), os.FileMode(0o600))
	}
}

// TestRowsComeBack: whatever a record holds, known fields and unknown ones, values of forms that do not fit a column:
// reading gives what was written.
func TestRowsComeBack(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	odd := schema.Values{
		"name": "苏州\"恒达\"\\\n精密", "tags": []string{"价格敏感", "样品"}, "next_contact_at": at(3), "remark": "多行\n文字\u2028é",
		"level": "A", "future_number": int64(-7), "future_text": "新的", "future_set": []string{"a", "b"}, "future_flag": true,
		"future_object": json.RawMessage(`{"a":[1,2,{"b":"}"}]}`), "future_fraction": json.RawMessage("1.5"), "mobile": int64(5), "phone": true,
	}
	first(t, r, s, s.customer("c1", "x", me, odd), s.root("n1", about), s.put("n1", "user", "n1", schema.Values{"disabled": true, "roles": []string{"role-sales"}}))
	got := get(t, r, "customer", "c1")
	for name, v := range odd {
		if !schema.Equal(got.Values[name], v) {
			t.Errorf("%s: got %#v, want %#v", name, got.Values[name], v)
		}
	}
	want(t, "flag", get(t, r, "user", "n1").Flag("disabled"), true)
	want(t, "set", fmt.Sprint(get(t, r, "user", "n1").Set("roles")), "[role-sales]")
}

// TestForeignKinds: rows of a kind this program does not know are kept and counted.
func TestForeignKinds(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil), s.put("c1", "opportunity", "o1", schema.Values{"amount": int64(5)}))
	take(t, r, s.root("c1", mine), s.put("c1", "opportunity", "o1", schema.Values{"amount": int64(6)}), s.end())
	take(t, r, s.root("c1", mine), s.put("c1", "opportunity", "o1", nil), s.end())
}

// TestScannerAgrees holds the narrow decoder against encoding/json on whole lines.
func TestScannerAgrees(t *testing.T) {
	r := laptop(t)
	rows := []wire.Row{
		{Kind: "customer", ID: "c1", Seq: 12, Body: schema.Values{"name": "a\"b\\c", "remark": "\u0001\t\n/<>&", "next_contact_at": int64(9)}},
		{Kind: "customer", ID: "c2", Seq: 13, Deleted: true},
		{Kind: "contact", ID: "k1", Seq: 14, Masked: []string{"mobile", "phone"}, Body: schema.Values{"name": "王", "primary": true, "zz": json.RawMessage(`[1,"x",{}]`)}},
		{Kind: "task", ID: "t1", Seq: 1 << 52, Body: schema.Values{"title": "", "participants": []string{"b", "a"}, "due_at": int64(-5)}},
	}
	for _, row := range rows {
		p, err := r.Decode(body(t, wire.Frame{Root: &wire.Root{ID: "x", In: []string{mine}}}, wire.Frame{Row: &row}, more("t")))
		if err != nil {
			t.Fatal(err)
		}
		fast := p.steps[0].root.rows[0].record()
		tbl := r.tables[row.Kind]
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		var plain wire.Row
		if err := json.Unmarshal(line, &plain); err != nil {
			t.Fatal(err)
		}
		w, err := tbl.rowOf(schema.Record{Kind: row.Kind, ID: row.ID, Root: "x", Seq: row.Seq, Deleted: row.Deleted, Masked: row.Masked, Values: plain.Body})
		if err != nil {
			t.Fatal(err)
		}
		slow := w.record()
		if fast.ID != slow.ID || fast.Seq != slow.Seq || fast.Deleted != slow.Deleted || !slices.Equal(fast.Masked, slow.Masked) || len(fast.Values) != len(slow.Values) {
			t.Errorf("got %v, want %v", fast, slow)
		}
		for name, v := range slow.Values {
			if !schema.Equal(fast.Values[name], v) {
				t.Errorf("%s: got %#v, want %#v", name, fast.Values[name], v)
			}
		}
	}
}

// FuzzRow: no line makes the decoder panic or read a row that encoding/json would not read.
func FuzzRow(f *testing.F) {
	f.Add(`{"row":{"k":"customer","i":"c1","q":5,"b":{"name":"甲","tags":["a"],"next_contact_at":7}}}`)
	f.Add(`{"row":{"k":"task","i":"t","q":5,"d":true}}`)
	f.Add(`{"row":{"k":"user","i":"\"","q":-1,"m":["a"],"b":{"disabled":true,"x":{"y":[1,2]}}}}`)
	tables := tablesOf(crm.Kinds())
	f.Fuzz(func(t *testing.T, line string) {
		d := decoder{tables: tables, page: &Page{}, group: &group{}}
		if err := d.line(line + "\n"); err != nil {
			return
		}
		var frame wire.Frame
		if len(d.group.rows)+len(d.group.foreign) > 0 && json.Unmarshal([]byte(line), &frame) != nil && json.Valid([]byte(line)) {
			t.Fatalf("read a row that is none: %q", line)
		}
	})
}
