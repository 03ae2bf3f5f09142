package change_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

// field is a type with a way to draw its values.
type field struct {
	name   string
	typ    schema.Type
	values *rapid.Generator[any]
}

func someText(tokens ...string) *rapid.Generator[any] {
	return rapid.Map(rapid.SampledFrom(append([]string{""}, tokens...)), func(s string) any {
		if s == "" {
			return nil
		}
		return s
	})
}

func someSet() *rapid.Generator[any] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 4), func(s []string) any { return schema.NewSet(s...) })
}

func someMoment() *rapid.Generator[any] {
	return rapid.Map(rapid.Int64Range(0, 4), func(n int64) any {
		if n == 0 {
			return nil
		}
		return n
	})
}

// fields are all rules of merging, a field that this program does not know included.
func fields() []field {
	return []field{
		{"whole", schema.Text{}, someText("x", "y", "z")},
		{"set", schema.Tags{}, someSet()},
		{"latest", schema.Moment{Later: true}, someMoment()},
		{"moment", schema.Moment{}, someMoment()},
		{"lines", schema.Text{Long: true}, someText("1\n2\n3", "1\nx\n3", "1\n2\ny", "0\n1\n2\n3", "2\n3")},
		{"unknown", nil, someText("x", "y", "z")},
	}
}

// TestLaws hold for every rule: no change loses against nothing, equal changes are one, and a clash leaves what is
// committed.
func TestLaws(t *testing.T) {
	for _, f := range fields() {
		t.Run(f.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				base, committed, mine := f.values.Draw(t, "base"), f.values.Draw(t, "committed"), f.values.Draw(t, "mine")
				got, verdict := change.MergeField(f.typ, base, committed, mine)
				switch {
				case schema.Equal(committed, mine):
					expect(t, got, committed, verdict, change.Same)
				case schema.Equal(committed, base):
					expect(t, got, mine, verdict, change.Take)
				case schema.Equal(mine, base):
					expect(t, got, committed, verdict, change.Same)
				case verdict == change.Clash:
					expect(t, got, committed, verdict, change.Clash)
				case verdict != change.Mixed:
					t.Fatalf("two changes gave verdict %v", verdict)
				}
				if again, v := change.MergeField(f.typ, base, got, mine); verdict == change.Mixed && (!schema.Equal(again, got) || v == change.Clash) {
					t.Fatalf("the same edit again made %v of %v (%v)", again, got, v)
				}
			})
		})
	}
}

func expect(t *rapid.T, got, want any, verdict, wantVerdict change.Verdict) {
	t.Helper()
	if !schema.Equal(got, want) || verdict != wantVerdict {
		t.Fatalf("got %v with %v, want %v with %v", got, verdict, want, wantVerdict)
	}
}

// TestSets: each side's additions and removals live on, and the order of arrival does not matter.
func TestSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, a, b := someSet().Draw(t, "base"), someSet().Draw(t, "a"), someSet().Draw(t, "b")
		got, _ := change.MergeField(schema.Tags{}, base, a, b)
		other, _ := change.MergeField(schema.Tags{}, base, b, a)
		if !schema.Equal(got, other) {
			t.Fatalf("in the other order %v is %v", got, other)
		}
		in := func(set any, x string) bool { return slices.Contains(set.([]string), x) }
		for _, x := range []string{"a", "b", "c", "d"} {
			want := in(a, x) || in(b, x)
			if in(base, x) {
				want = in(a, x) && in(b, x)
			}
			if in(got, x) != want {
				t.Fatalf("%s of %v, %v over %v: %v", x, a, b, base, got)
			}
		}
	})
}

// TestLatest: the later moment wins, and emptying a date does not take away one that somebody else has set.
func TestLatest(t *testing.T) {
	typ := schema.Moment{Later: true}
	for _, c := range []struct{ base, committed, mine, want any }{
		{int64(1), int64(3), int64(2), int64(3)},
		{int64(1), int64(2), int64(3), int64(3)},
		{int64(1), nil, int64(2), int64(2)},
		{int64(1), int64(2), nil, int64(2)},
		{nil, int64(5), int64(4), int64(5)},
	} {
		if got, verdict := change.MergeField(typ, c.base, c.committed, c.mine); got != c.want || verdict != change.Mixed {
			t.Errorf("%v and %v over %v: %v, %v", c.committed, c.mine, c.base, got, verdict)
		}
	}
}

// TestLines: edits of different lines come together, edits that touch do not, and equal ones are one.
func TestLines(t *testing.T) {
	typ := schema.Text{Long: true}
	for _, c := range []struct {
		what, base, committed, mine, want string
		verdict                           change.Verdict
	}{
		{"two lines apart", "1\n2\n3\n4", "x\n2\n3\n4", "1\n2\n3\ny", "x\n2\n3\ny", change.Mixed},
		{"head and tail", "1\n2", "0\n1\n2", "1\n2\n3", "0\n1\n2\n3", change.Mixed},
		{"removal and addition", "1\n2\n3", "2\n3", "1\n2\n3\n4", "2\n3\n4", change.Mixed},
		{"the same line", "1\n2\n3", "1\nx\n3", "1\ny\n3", "1\nx\n3", change.Clash},
		{"neighbours", "1\n2", "x\n2", "1\ny", "x\n2", change.Clash},
		{"both at the end", "1", "1\nx", "1\ny", "1\nx", change.Clash},
		{"both from nothing", "", "x", "y", "x", change.Clash},
		{"one change in common", "1\n2\n3\n4", "x\n2\n3\n4", "x\n2\n3\ny", "x\n2\n3\ny", change.Mixed},
		{"the same addition", "1\n2\n3", "1\n2\n3\nx", "0\n1\n2\n3\nx", "0\n1\n2\n3\nx", change.Mixed},
		{"rewritten wholly", "1\n2", "3\n4", "5\n6", "3\n4", change.Clash},
	} {
		if got, verdict := change.MergeField(typ, c.base, c.committed, c.mine); got != c.want || verdict != c.verdict {
			t.Errorf("%s: %q, %v; want %q, %v", c.what, got, verdict, c.want, c.verdict)
		}
	}
}

// TestLinesLoseNothing: in any two edits of a text of different lines that come together, each line that somebody wrote
// is there once and each line that somebody removed is gone; and the order of arrival does not matter.
func TestLinesLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base := make([]string, rapid.IntRange(1, 12).Draw(t, "lines"))
		for i := range base {
			base[i] = fmt.Sprintf("line %d", i)
		}
		a, b := drawEdit(t, "a", base), drawEdit(t, "b", base)
		text := func(lines []string) string { return strings.Join(lines, "\n") }
		got, verdict := change.MergeField(schema.Text{Long: true}, text(base), text(a), text(b))
		other, otherVerdict := change.MergeField(schema.Text{Long: true}, text(base), text(b), text(a))
		if (verdict == change.Clash) != (otherVerdict == change.Clash) || verdict == change.Mixed && got != other {
			t.Fatalf("%q and %q: %q one way, %q the other", a, b, got, other)
		}
		if verdict == change.Clash {
			return
		}
		merged, _ := got.(string)
		count := map[string]int{}
		for _, line := range strings.Split(merged, "\n") {
			count[line]++
		}
		for _, line := range slices.Concat(base, a, b) {
			want := slices.Contains(a, line) && slices.Contains(b, line)
			if !slices.Contains(base, line) {
				want = true
			}
			if count[line] > 1 || line != "" && (count[line] == 1) != want {
				t.Fatalf("%q stands %d times in %q of %q and %q", line, count[line], merged, a, b)
			}
		}
	})
}

// drawEdit removes, replaces and inserts lines; what is written names its writer, so nothing is there by chance.
func drawEdit(t *rapid.T, who string, base []string) []string {
	var out []string
	for i, line := range base {
		switch rapid.IntRange(0, 8).Draw(t, who) {
		case 0: // removed
		case 1:
			out = append(out, fmt.Sprintf("%s instead of %d", who, i))
		case 2:
			out = append(out, fmt.Sprintf("%s before %d", who, i), line)
		default:
			out = append(out, line)
		}
	}
	if len(out) == 0 {
		return []string{who + " threw everything away"}
	}
	return out
}

// TestLongTexts: two long texts of nothing but different lines cost bounded work and clash.
func TestLongTexts(t *testing.T) {
	long := func(who string) string {
		var b strings.Builder
		for i := range 3000 {
			fmt.Fprintf(&b, "%s %d\n", who, i)
		}
		return b.String()
	}
	if _, verdict := change.MergeField(schema.Text{Long: true}, long("base"), long("a"), long("b")); verdict != change.Clash {
		t.Errorf("verdict %v", verdict)
	}
}

// TestMergesAreCheap: the costliest texts of all take no more than a moment, for a push may bring hundreds of them.
func TestMergesAreCheap(t *testing.T) {
	lines := func(who string, n int) string { return strings.Repeat(who+"\n", n) + who }
	for _, n := range []int{100, 255, 256, 1023, 2500} {
		base, a, b := lines("x", n), lines("y", n), lines("z", n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		change.MergeField(schema.Text{Long: true}, base, a, b)
		runtime.ReadMemStats(&after)
		allocated := after.TotalAlloc - before.TotalAlloc // the table that it fills is its work
		if allocated > 4<<20 {
			t.Errorf("%d lines: a merge takes %d bytes", n, allocated)
		}
	}
}
