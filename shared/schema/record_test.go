package schema_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// anyValue draws a value in one of the forms that records hold.
func anyValue() *rapid.Generator[any] {
	return rapid.OneOf(
		rapid.Just[any](nil),
		rapid.Map(rapid.String(), func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.SliceOfN(rapid.StringN(1, 5, -1), 0, 4), func(s []string) any { return schema.NewSet(s...) }),
		rapid.SampledFrom([]any{json.RawMessage(`{"a":1}`), json.RawMessage(`1.5`), json.RawMessage(`[1,2]`), json.RawMessage(`18446744073709551616`)}),
	)
}

// TestValuesSurviveTheWire: what is written is read back equal, and equal values are equal bytes: digests depend on it.
func TestValuesSurviveTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := schema.Values(rapid.MapOfN(rapid.StringMatching(`[a-z_]{1,8}`), anyValue(), 0, 6).Draw(t, "values"))
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		var back schema.Values
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for name := range values {
			if !schema.Equal(values[name], back[name]) {
				t.Fatalf("%s: %#v came back as %#v", name, values[name], back[name])
			}
		}
		again, err := json.Marshal(back)
		if err != nil || string(again) != string(text) {
			t.Fatalf("%s became %s, %v", text, again, err)
		}
	})
}

// TestEqual is an equivalence, and nothing equals only nothing.
func TestEqual(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyValue().Draw(t, "a"), anyValue().Draw(t, "b")
		if !schema.Equal(a, a) || schema.Equal(a, b) != schema.Equal(b, a) {
			t.Fatalf("%#v and %#v: %v, %v", a, b, schema.Equal(a, b), schema.Equal(b, a))
		}
		if schema.Equal(a, nil) && schema.Equal(b, nil) != schema.Equal(a, b) {
			t.Fatalf("nothing equals %#v", b)
		}
	})
	for _, pair := range [][2]any{{int64(0), nil}, {false, nil}, {"0", int64(0)}, {"", int64(0)}, {[]string{"a"}, "a"}, {"a", json.RawMessage(`"a"`)}} {
		if schema.Equal(pair[0], pair[1]) {
			t.Errorf("%#v equals %#v", pair[0], pair[1])
		}
	}
}

// TestRecord: reading, changing a copy, and what counts as filled.
func TestRecord(t *testing.T) {
	r := schema.Record{Values: schema.Values{"name": "甲", "days": int64(3), "on": true, "tags": []string{"a"}, "empty": "", "none": []string{}}}
	changed := r.With(schema.Values{"name": nil, "days": int64(4)})
	if r.Text("name") != "甲" || r.Int("days") != 3 || changed.Has("name") || changed.Int("days") != 4 || !changed.Flag("on") {
		t.Errorf("%v became %v", r.Values, changed.Values)
	}
	if !r.Has("tags") || r.Has("empty") || r.Has("none") || r.Has("gone") || !slices.Equal(r.Set("tags"), []string{"a"}) {
		t.Error("Has is wrong about what is filled")
	}
	if !r.Moment("gone").IsZero() || r.Int("name") != 0 || r.Text("days") != "" {
		t.Error("a value of another form is not taken for nothing")
	}
	if got := (schema.Record{}).With(schema.Values{"a": "b"}).Text("a"); got != "b" {
		t.Errorf("a record without values cannot be changed: %q", got)
	}
}

// TestKindCheck: every wrong field is told, unknown ones are left alone, rules are asked when the fields are right (CUS-03).
func TestKindCheck(t *testing.T) {
	k := schema.Kind{
		Name: "thing",
		Fields: []schema.Field{
			{Name: "name", Type: schema.Text{Max: 3}, Required: true},
			{Name: "mobile", Type: schema.Mobile{}},
			{Name: "number", Type: schema.Text{}, Required: true, Server: true},
		},
		Rules: []func(schema.Record) error{func(r schema.Record) error {
			if r.Text("name") == "bad" {
				return fault.New(fault.ReasonMissing).About("other", "mobile")
			}
			return nil
		}},
	}
	for _, c := range []struct {
		values schema.Values
		want   []string
	}{
		{schema.Values{"name": "甲"}, nil},
		{schema.Values{}, []string{"thing.name REQUIRED"}},
		{schema.Values{"name": "", "mobile": "1"}, []string{"thing.name REQUIRED", "thing.mobile BAD_MOBILE"}},
		{schema.Values{"name": "一二三四", "newer": int64(5)}, []string{"thing.name TOO_LONG"}},
		{schema.Values{"name": int64(5)}, []string{"thing.name MALFORMED"}},
		{schema.Values{"name": "bad"}, []string{"thing.mobile REASON_MISSING"}},
	} {
		var got []string
		for _, f := range k.Check(schema.Record{Values: c.values}) {
			got = append(got, f.Kind+"."+f.Field+" "+string(f.Code))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.values, got, c.want)
		}
	}
}

// FuzzDecodeValue: whatever another program sends as a value is read, kept or refused; what was read is written back equal.
func FuzzDecodeValue(f *testing.F) {
	for _, seed := range []string{`null`, `"x"`, `1`, `1.5`, `-1e99`, `true`, `[]`, `["b","a","b"]`, `[1]`, `{"a":[]}`, ``, `nul`, `"\ud800"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		v, err := schema.DecodeValue(data)
		if err != nil {
			var syntax *json.SyntaxError
			if errors.As(err, &syntax) {
				t.Fatalf("%q is JSON, but %v", data, err)
			}
			return
		}
		text, err := json.Marshal(schema.Values{"v": v})
		if err != nil {
			t.Fatalf("%q was read as %#v, which cannot be written: %v", data, v, err)
		}
		var back schema.Values
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}
