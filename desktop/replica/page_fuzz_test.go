package replica

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// packed is a body of lines that are as they are.
func packed(t testing.TB, lines []byte) []byte {
	t.Helper()
	w := wire.NewWriter()
	for _, line := range bytes.SplitAfter(lines, []byte("\n")) {
		if line, whole := bytes.CutSuffix(line, []byte("\n")); whole {
			if err := w.Raw(bytes.Clone(line)); err != nil {
				t.Fatal(err)
			}
		}
	}
	body, _, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// FuzzDecode: whatever lines a page has, it is read whole or refused with words.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"grant":{"scope":"common"}}` + "\n" + `{"root":{"id":"c1","in":["owner:u"],"join":true}}` + "\n" +
			`{"row":{"k":"customer","i":"c1","q":5,"b":{"name":"甲","tags":["a"]}}}` + "\n" + `{"end":{"cursor":"e.5","scopes":[{"scope":"common","count":1,"sum":"00000000000000000000000000000000"}]}}` + "\n",
		`{"row":{"k":"customer","i":"c1","q":5}}` + "\n" + `{"end":{}}` + "\n",
		`{"root":{"id":"c1"}}` + "\n" + `{"row":{"k":"opportunity","i":"o","q":1,"b":{"amount":1.5}}}` + "\n" + `{"end":{"more":true,"token":"t"}}` + "\n",
		`{"result":{"id":"m","outcome":"refused","fault":{"code":"X"}}}` + "\n" + `{"drop":{"scope":"s"}}` + "\n" + `{"newer":{}}` + "\n" + `{"end":null}` + "\n",
		`{"root":null,"row":{}}` + "\n", `null` + "\n", `{"row":{"k":` + "\n",
	} {
		f.Add([]byte(seed))
	}
	r := &Replica{tables: tablesOf(crm.Kinds())}
	f.Fuzz(func(t *testing.T, lines []byte) {
		for _, body := range [][]byte{lines, packed(t, lines)} {
			p, err := r.Decode(body)
			if err != nil && fault.CodeOf(err) == fault.Internal {
				t.Fatalf("%v", err)
			}
			if err == nil && p == nil {
				t.Fatal("no page and no error")
			}
		}
	})
}

// FuzzRowAgrees: a row in the form in which a server writes it is read by the narrow way as by the wide one.
func FuzzRowAgrees(f *testing.F) {
	for _, seed := range []string{
		`{"k":"customer","i":"c1","q":5,"b":{"name":"a\"b\\c","remark":"\u0001\t\n/<>&\u2028","tags":["b","a",""],"next_contact_at":-7,"level":""}}`,
		`{"k":"task","i":"t","q":4503599627370496,"d":true,"m":["title"]}`,
		`{"k":"user","i":"\"","q":-1,"m":["a"],"b":{"disabled":true,"x":{"y":[1,2]},"roles":["r"]}}`,
		`{"k":"customer","i":"c","q":1,"b":{"name":5,"mobile":true,"phone":["x"],"tags":"a","next_contact_at":"x","email":1.5,"website":null,"n":9223372036854775807}}`,
		`{"k":"contact","i":"k","q":1,"b":{"primary":"yes","decision_maker":0}}`,
	} {
		f.Add([]byte(seed))
	}
	tables := tablesOf(crm.Kinds())
	f.Fuzz(func(t *testing.T, data []byte) {
		var row wire.Row
		if json.Unmarshal(data, &row) != nil || row.ID == "" || tables[row.Kind] == nil {
			return
		}
		w := wire.NewWriter()
		if err := w.Line(wire.Frame{Row: &row}); err != nil {
			t.Fatal(err)
		}
		body, _, err := w.Close()
		if err != nil {
			t.Fatal(err)
		}
		lines, err := wire.NewReader(body, wire.MaxPageBytes)
		if err != nil {
			t.Fatal(err)
		}
		defer lines.Close()
		line, err := lines.Line()
		if err != nil {
			t.Fatal(err)
		}
		var frame wire.Frame
		if err := json.Unmarshal(line, &frame); err != nil {
			t.Fatal(err)
		}
		wide := decoder{tables: tables, page: &Page{}, group: &group{Root: wire.Root{ID: "x"}}}
		wideErr := wide.plain(*frame.Row)
		narrow := decoder{tables: tables, page: &Page{}, group: &group{Root: wire.Root{ID: "x"}}}
		narrowErr := narrow.row(string(line))
		if (wideErr == nil) != (narrowErr == nil) {
			t.Fatalf("%s: %v the narrow way, %v the wide one", line, narrowErr, wideErr)
		}
		if wideErr == nil {
			sameRow(t, line, narrow.group.rows[0].record(), wide.group.rows[0].record())
		}
	})
}

func sameRow(t *testing.T, line []byte, got, want schema.Record) {
	t.Helper()
	names := map[string]bool{}
	for name := range got.Values {
		names[name] = true
	}
	for name := range want.Values {
		names[name] = true
	}
	for name := range names {
		if !schema.Equal(got.Values[name], want.Values[name]) {
			t.Errorf("%s: %s is %#v, want %#v", line, name, got.Values[name], want.Values[name])
		}
	}
	got.Values, want.Values = nil, nil
	if len(got.Masked)+len(want.Masked) == 0 {
		got.Masked, want.Masked = nil, nil
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %+v, want %+v", line, got, want)
	}
}
