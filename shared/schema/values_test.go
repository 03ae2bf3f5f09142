package schema

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// reference is what encoding/json makes of values.
func reference(v Values) ([]byte, error) {
	full := map[string]any{}
	for name, value := range v {
		if !empty(value) {
			full[name] = value
		}
	}
	return json.Marshal(full)
}

// slowly reads values as encoding/json does.
func slowly(text string) (Values, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	out := Values{}
	for name, r := range raw {
		value, err := DecodeValue(r)
		if err != nil {
			return nil, err
		}
		out[name] = value
	}
	return out, nil
}

// TestValuesAsJSON: values are written byte for byte as encoding/json writes them, and read as it reads them.
func TestValuesAsJSON(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-z_0-9 一-龥]{0,12}`), rapid.SampledFrom([]string{
		"<b>&amp;\\\"", "\u2028", "a\u2029b", "\xff\xfe", "\x00\x1f", "\u007f", "é", "😀", "\ufffd",
	}))
	value := rapid.OneOf(
		rapid.Map(text, func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Map(rapid.SliceOfN(text, 0, 4), func(s []string) any { return NewSet(s...) }),
		rapid.Map(rapid.Float64Range(-1e20, 1e20), func(f float64) any { return f }),
		rapid.SampledFrom([]any{nil, "", []string(nil), json.RawMessage(`{"a": [1, {"<": null}]}`), json.RawMessage(`[1,2]`), json.RawMessage(`1.50`)}),
	)
	rapid.Check(t, func(t *rapid.T) {
		v := Values(rapid.MapOfN(text, value, 0, 6).Draw(t, "values"))
		want, wrong := reference(v)
		got, err := v.MarshalJSON()
		if (err == nil) != (wrong == nil) || !bytes.Equal(got, want) {
			t.Fatalf("%q (%v), want %q (%v)", got, err, want, wrong)
		}
		again, err := ParseValues(string(got))
		slow, wrong := slowly(string(got))
		if err != nil || wrong != nil || !reflect.DeepEqual(again, slow) {
			t.Fatalf("%#v (%v), want %#v (%v)", again, err, slow, wrong)
		}
	})
}

// TestValuesOfOtherForms: what nobody of us writes is read, or refused, as encoding/json does.
func TestValuesOfOtherForms(t *testing.T) {
	for _, text := range []string{
		``, `{`, `{}`, ` {}`, `{} `, `null`, `[]`, `"a"`, `{"a"}`, `{"a":}`, `{"a":1`, `{"a":1,}`, `{,}`, `{"a":1 }`, `{"a": 1}`, `{"a":01}`,
		`{"a":-0}`, `{"a":-}`, `{"a":-1}`, `{"a":0}`, `{"a":1.5}`, `{"a":1e3}`, `{"a":9223372036854775807}`, `{"a":9223372036854775808}`,
		`{"a":true}`, `{"a":tru}`, `{"a":null}`, `{"a":[]}`, `{"a":["b","a","a"]}`, `{"a":["b",]}`, `{"a":[1]}`, `{"a":{"b":1}}`, `{"a":"b\n"}`,
		"{\"a\":\"b\x01\"}", "{\"a\":\"\xff\"}", `{"a":"` + "\u2028" + `"}`, `{"a":1,"a":2}`, `{"a":1}{"b":2}`, `{"a":1}x`, `{"":"x"}`, `{"a":"b""c":1}`,
		`{"a":falsey}`, `{"a":nullx}`,
	} {
		want, wrong := slowly(text)
		got, err := ParseValues(text)
		if (err == nil) != (wrong == nil) || !maps.EqualFunc(got, want, func(a, b any) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("%s: %#v (%v), want %#v (%v)", text, got, err, want, wrong)
		}
	}
}

func BenchmarkValues(b *testing.B) {
	v := Values{
		"name": "第17号机械设备有限公司", "mobile": "13000000017", "address": "上海市浦东新区世纪大道100号", "remark": "老客户介绍，需要样品", "number": "KH-20261103-0042",
		"claimed_at": int64(1793600000000), "locked": true, "tags": []string{"a", "b"},
	}
	text, err := v.MarshalJSON()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			if _, err := v.MarshalJSON(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := ParseValues(string(text)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
