package change_test

import (
	"strings"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

// FuzzMergeLines: whatever three texts meet, the merge ends, keeps its laws, and gives the same from both sides.
func FuzzMergeLines(f *testing.F) {
	f.Add("1\n2\n3", "x\n2\n3", "1\n2\ny")
	f.Add("", "a", "b")
	f.Add("a\na\na", "a\na", "a\na\na\na")
	f.Add("\n\n", "\n", "\n\n\n")
	f.Add("a\r\nb", "a\nb", "a\r\nb\n")
	typ := schema.Text{Long: true}
	f.Fuzz(func(t *testing.T, base, committed, mine string) {
		got, verdict := change.MergeField(typ, base, committed, mine)
		text, ok := got.(string)
		if !ok {
			t.Fatalf("the merge of three texts is %#v", got)
		}
		switch verdict {
		case change.Clash, change.Same:
			if text != committed {
				t.Fatalf("verdict %v gave %q, committed was %q", verdict, text, committed)
			}
		case change.Take:
			if text != mine {
				t.Fatalf("taken is %q, typed was %q", text, mine)
			}
		case change.Mixed:
			mixedLines(t, base, committed, mine, text)
		}
		if other, back := change.MergeField(typ, base, mine, committed); verdict == change.Mixed && (back != change.Mixed || other != got) {
			t.Fatalf("%q one way, %q (%v) the other", got, other, back)
		}
	})
}

// mixedLines: a merged text is made of lines that somebody wrote, and the same edit again adds nothing.
func mixedLines(t *testing.T, base, committed, mine, merged string) {
	t.Helper()
	written := map[string]bool{}
	for _, text := range []string{base, committed, mine} {
		for _, line := range strings.Split(text, "\n") {
			written[line] = true
		}
	}
	for _, line := range strings.Split(merged, "\n") {
		if !written[line] {
			t.Fatalf("nobody wrote %q", line)
		}
	}
}

// FuzzMergeSets: sets come together in any order, and an edit that arrives twice is one.
func FuzzMergeSets(f *testing.F) {
	f.Add("a b", "a c", "b")
	f.Add("", "a", "a")
	f.Add("甲 乙", "", "乙 丙")
	f.Fuzz(func(t *testing.T, base, committed, mine string) {
		b, c, m := schema.NewSet(strings.Fields(base)...), schema.NewSet(strings.Fields(committed)...), schema.NewSet(strings.Fields(mine)...)
		got, verdict := change.MergeField(schema.Tags{}, b, c, m)
		if verdict == change.Clash {
			t.Fatalf("sets clash: %v %v %v", b, c, m)
		}
		other, _ := change.MergeField(schema.Tags{}, b, m, c)
		again, _ := change.MergeField(schema.Tags{}, b, got, m)
		if !schema.Equal(got, other) || !schema.Equal(got, again) {
			t.Fatalf("%v, %v over %v: %v, in the other order %v, once more %v", c, m, b, got, other, again)
		}
	})
}

// FuzzMergeAny: values that are not of their field's type, as a newer or a broken program may send them, never make the
// merge fail, and never give what nobody wrote.
func FuzzMergeAny(f *testing.F) {
	f.Add(`1`, `"a"`, `["a"]`)
	f.Add(`null`, `{"x":1}`, `true`)
	f.Add(`[1]`, `1.5`, `-9`)
	types := []schema.Type{nil, schema.Text{}, schema.Text{Long: true}, schema.Tags{}, schema.Moment{Later: true}, schema.Moment{}, schema.Flag{}, schema.Date{}}
	f.Fuzz(func(t *testing.T, base, committed, mine string) {
		var v [3]any
		for i, text := range []string{base, committed, mine} {
			var values schema.Values
			if values.UnmarshalJSON([]byte(`{"v":`+text+`}`)) != nil {
				return
			}
			v[i] = values["v"]
		}
		for _, typ := range types {
			if got, verdict := change.MergeField(typ, v[0], v[1], v[2]); (verdict == change.Clash || verdict == change.Same) && !schema.Equal(got, v[1]) {
				t.Fatalf("%T: verdict %v gave %#v of %#v, %#v over %#v", typ, verdict, got, v[1], v[2], v[0])
			}
		}
	})
}
