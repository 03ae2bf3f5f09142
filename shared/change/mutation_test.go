package change_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

func drawValues(t *rapid.T, label string) schema.Values {
	value := rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.SliceOfN(rapid.String(), 1, 3), func(s []string) any { return schema.NewSet(s...) }),
		rapid.Just[any](json.RawMessage(`{"newer": [1, 2]}`)),
	)
	return schema.Values(rapid.MapOfN(rapid.StringMatching(`[a-z]{1,6}`), value, 0, 4).Draw(t, label))
}

func drawMutation(t *rapid.T) change.Mutation {
	return change.Mutation{
		ID: rapid.StringMatching(`[0-9a-f]{8}`).Draw(t, "id"), Op: rapid.SampledFrom([]change.Op{change.Create, change.Set, change.Delete, change.Ask}).Draw(t, "op"),
		Kind: "customer", Record: "r", Root: "r", Set: drawValues(t, "set"), Base: drawValues(t, "base"),
		Clear: rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,6}`), 0, 2).Draw(t, "clear"), Seen: rapid.Int64Range(0, 9).Draw(t, "seen"),
		Args: rapid.MapOfN(rapid.StringMatching(`[a-z]{1,4}`), rapid.String(), 0, 2).Draw(t, "args"), At: rapid.Int64().Draw(t, "at"),
	}.Sealed()
}

// TestSumSurvivesTheWire: the server computes the hash from what arrived; if it came out different, every honest laptop
// would look like a copied one.
func TestSumSurvivesTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMutation(t)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back change.Mutation
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		if len(back.Fields()) != len(m.Fields()) {
			t.Fatalf("%v arrives as %v", m.Fields(), back.Fields())
		}
		if back.Sum() != m.Hash || back.Hash != m.Hash || m.Hash == "" {
			t.Fatalf("%s: hash %s, after the wire %s", text, m.Hash, back.Sum())
		}
	})
}

// TestSumTellsContent: another content has another hash; the id is not part of it.
func TestSumTellsContent(t *testing.T) {
	base := change.Mutation{ID: "1", Op: change.Set, Kind: "customer", Record: "r", Root: "r", Set: schema.Values{"name": "甲"}, At: 1}.Sealed()
	other := base
	other.ID = "2"
	if other.Sum() != base.Hash {
		t.Error("the id changes the hash")
	}
	for what, spoil := range map[string]func(*change.Mutation){
		"op": func(m *change.Mutation) { m.Op = change.Delete }, "kind": func(m *change.Mutation) { m.Kind = "task" },
		"record": func(m *change.Mutation) { m.Record = "s" }, "root": func(m *change.Mutation) { m.Root = "s" },
		"set": func(m *change.Mutation) { m.Set = schema.Values{"name": "乙"} }, "clear": func(m *change.Mutation) { m.Clear = []string{"remark"} },
		"base": func(m *change.Mutation) { m.Base = schema.Values{"name": "丙"} }, "seen": func(m *change.Mutation) { m.Seen = 5 },
		"command": func(m *change.Mutation) { m.Command = change.Claim }, "args": func(m *change.Mutation) { m.Args = map[string]string{"pool": "p"} },
		"at": func(m *change.Mutation) { m.At = 2 },
	} {
		m := base
		spoil(&m)
		if m.Sum() == base.Hash {
			t.Errorf("another %s has the same hash", what)
		}
	}
}

// TestEmptiedFieldsArrive: emptying a field is a change like any other, however the laptop wrote it down.
func TestEmptiedFieldsArrive(t *testing.T) {
	m := change.Mutation{ID: "1", Op: change.Set, Set: schema.Values{"name": "甲", "phone": nil, "tags": []string{}}, Base: schema.Values{"phone": "1", "name": ""}}
	text, err := json.Marshal(m.Sealed())
	if err != nil {
		t.Fatal(err)
	}
	var back change.Mutation
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	fields := back.Fields()
	for _, name := range []string{"phone", "tags"} {
		if v, there := fields[name]; !there || v != nil {
			t.Errorf("%s arrives as %v, %v", name, v, there)
		}
	}
	if fields["name"] != "甲" || back.Base["phone"] != "1" || m.Set["phone"] != nil || len(m.Set) != 3 {
		t.Errorf("%v over %v; the original is %v", fields, back.Base, m.Set)
	}
}

// TestFields: what is set and what is emptied are one list of changes.
func TestFields(t *testing.T) {
	m := change.Mutation{Set: schema.Values{"name": "甲"}, Clear: []string{"remark"}}
	fields := m.Fields()
	if v, there := fields["remark"]; len(fields) != 2 || fields["name"] != "甲" || v != nil || !there {
		t.Errorf("%v", fields)
	}
}
