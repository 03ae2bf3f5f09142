package wire_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// page is a body with one of everything.
func page(t testing.TB) ([]wire.Frame, []byte) {
	t.Helper()
	frames := []wire.Frame{
		{Drop: &wire.Drop{Scope: "owner:a", Reason: "role_changed"}},
		{Grant: &wire.Grant{Scope: "pool:p", Face: true, Masked: []string{"mobile"}, Hidden: []string{"remark"}}},
		{Root: &wire.Root{ID: "c", In: []string{"owner:b"}, Join: true}},
		{Row: &wire.Row{Kind: "customer", ID: "c", Seq: 7, Body: schema.Values{"name": "苏州<恒达>&\u2028", "tags": []string{"a", "b"}, "newer": json.RawMessage(`{"x":1}`)}}},
		{Row: &wire.Row{Kind: "contact", ID: "d", Seq: 8, Deleted: true}},
		{Root: &wire.Root{ID: "e", Out: []string{"owner:b"}, Leave: &wire.Leave{How: "reclaimed", At: 1, Name: "无锡"}}},
		{Result: &change.Result{ID: "m", Outcome: change.Refused, Fault: fault.New(fault.DailyLimit, "Limit", 10).About("customer", ""), Seq: 9}},
		{End: &wire.End{Cursor: "e1.9", Scopes: []wire.ScopeSum{{Scope: "owner:b", Count: 2, Sum: wire.RowSum("customer", "c", 7)}}, Done: 1, Total: 1}},
	}
	w := wire.NewWriter()
	for _, f := range frames {
		if err := w.Line(f); err != nil {
			t.Fatal(err)
		}
	}
	body, digest, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	if digest != wire.Digest(body) || len(digest) != 64 {
		t.Fatalf("digest %q", digest)
	}
	return frames, body
}

// readFrames reads a body to its end.
func readFrames(body []byte, limit int64) ([]wire.Frame, error) {
	r, err := wire.NewReader(body, limit)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var frames []wire.Frame
	for {
		var f wire.Frame
		if err := r.Next(&f); err != nil {
			if errors.Is(err, io.EOF) {
				return frames, nil
			}
			return frames, err
		}
		frames = append(frames, f)
	}
}

// TestRoundTrip: what one side writes is what the other reads.
func TestRoundTrip(t *testing.T) {
	frames, body := page(t)
	got, err := readFrames(body, wire.MaxPageBytes)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(frames) {
		t.Fatalf("%d lines of %d", len(got), len(frames))
	}
	for i := range frames {
		if !reflect.DeepEqual(got[i], frames[i]) {
			t.Errorf("line %d: %s became %s", i, text(t, frames[i]), text(t, got[i]))
		}
	}
}

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestAnyLines: lines of any length, raw or made here, come out in order; Size is what was written before compression.
func TestAnyLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []string
		w, size := wire.NewWriter(), 0
		for range rapid.IntRange(0, 20).Draw(t, "lines") {
			line := strings.Repeat(rapid.StringMatching(`[a-z"\\<&é渔]{0,8}`).Draw(t, "piece"), rapid.IntRange(0, 3000).Draw(t, "times"))
			lines = append(lines, line)
			quoted, err := json.Marshal(line)
			if err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "raw") {
				err = w.Raw(quoted)
				size += len(quoted) + 1
			} else {
				before := w.Size()
				err = w.Line(line)
				size += w.Size() - before
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if w.Size() != size {
			t.Fatalf("Size %d, written %d", w.Size(), size)
		}
		body, _, err := w.Close()
		if err != nil {
			t.Fatal(err)
		}
		r, err := wire.NewReader(body, 64<<20)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for i, want := range lines {
			var got string
			if err := r.Next(&got); err != nil || got != want {
				t.Fatalf("line %d: %v", i, err)
			}
		}
		if err := r.Next(new(string)); !errors.Is(err, io.EOF) {
			t.Fatalf("after the last line: %v", err)
		}
	})
}

// TestTruncated: a body that was cut anywhere is refused, never taken for a shorter page.
func TestTruncated(t *testing.T) {
	_, body := page(t)
	for cut := range body {
		if frames, err := readFrames(body[:cut], wire.MaxPageBytes); err == nil && len(frames) > 0 {
			t.Fatalf("cut at %d of %d: %d lines without an error", cut, len(body), len(frames))
		} else if err != nil && fault.CodeOf(err) != fault.Malformed && fault.CodeOf(err) != fault.TooLarge {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
}

// TestCorrupt: a flipped bit is found by the digest, and reading the body all the same neither crashes nor hangs.
func TestCorrupt(t *testing.T) {
	_, body := page(t)
	digest := wire.Digest(body)
	for i := range body {
		for bit := range 8 {
			wrong := bytes.Clone(body)
			wrong[i] ^= 1 << bit
			if wire.Digest(wrong) == digest {
				t.Fatalf("byte %d, bit %d: the same digest", i, bit)
			}
			if _, err := readFrames(wrong, 1<<20); err != nil && fault.CodeOf(err) != fault.Malformed && fault.CodeOf(err) != fault.TooLarge {
				t.Fatalf("byte %d, bit %d: %v", i, bit, err)
			}
		}
	}
}

// TestLastLineNeedsItsEnd: a line without its end may be half a number.
func TestLastLineNeedsItsEnd(t *testing.T) {
	for _, c := range []struct {
		text string
		want fault.Code
	}{{"{\"end\":{\"done\":12}}\n", ""}, {"{\"end\":{\"done\":1", fault.Malformed}, {"{\"end\":{\"done\":12}}", fault.Malformed}, {"{]\n", fault.Malformed}, {"\n", fault.Malformed}} {
		if _, err := readFrames(squeezed(t, []byte(c.text)), 1<<20); fault.CodeOf(err) != c.want {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func squeezed(t testing.TB, data []byte, options ...zstd.EOption) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, options...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBomb: a small body that would become a large one is refused at the limit, in one line or in many, and so is one
// that asks for more memory than a stream may take.
func TestBomb(t *testing.T) {
	const limit = 256 << 10
	many := squeezed(t, bytes.Repeat([]byte("{\"end\":{}}\n"), 1<<20/11))
	for what, body := range map[string][]byte{
		"one line":   squeezed(t, append([]byte(`"`), bytes.Repeat([]byte{'a'}, 4<<20)...)),
		"many lines": many,
		"no line":    squeezed(t, bytes.Repeat([]byte{' '}, 4<<20)),
		"window":     squeezed(t, bytes.Repeat([]byte("abc\n"), 4<<20), zstd.WithWindowSize(64<<20), zstd.WithSingleSegment(false)),
	} {
		if len(body) > 512<<10 {
			t.Fatalf("%s: the bomb has %d bytes, which is none", what, len(body))
		}
		if _, err := readFrames(body, limit); fault.CodeOf(err) != fault.TooLarge && (what != "window" || fault.CodeOf(err) != fault.Malformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := readFrames(many, 8<<20); err != nil {
		t.Errorf("within the limit: %v", err)
	}
}

// TestFrameBudget: the exact limit is allowed, one byte less is not.
func TestFrameBudget(t *testing.T) {
	line := []byte("{\"end\":{\"done\":12}}\n")
	body := squeezed(t, line)
	if _, err := readFrames(body, int64(len(line))); err != nil {
		t.Errorf("at the limit: %v", err)
	}
	if _, err := readFrames(body, int64(len(line))-1); fault.CodeOf(err) != fault.TooLarge {
		t.Errorf("beyond the limit: %v", err)
	}
}

// FuzzFrames: whatever arrives as a page ends in lines or in a fault with words, within its limits.
func FuzzFrames(f *testing.F) {
	_, body := page(f)
	f.Add(body)
	f.Add(body[:len(body)/2])
	f.Add(squeezed(f, []byte("{\"row\":{\"b\":{\"x\":[1,{}]}}}\n")))
	f.Add(squeezed(f, []byte("{\"end\":{\"scopes\":[{\"sum\":\"00\"}]}}\n")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, body := range [][]byte{data, squeezed(t, data)} {
			if _, err := readFrames(body, 1<<20); err != nil && fault.CodeOf(err) == fault.Internal {
				t.Fatalf("%v", err)
			}
		}
	})
}

// FuzzMutation: whatever arrives as a mutation is refused or has a hash that does not change by being sent on.
func FuzzMutation(f *testing.F) {
	f.Add([]byte(`{"id":"1","op":"set","set":{"name":"甲","n":1.5,"x":{"y":[]}},"base":{"name":""},"clear":["b","a"]}`))
	f.Add([]byte(`{"set":{"a":null,"b":[]},"args":{"":""}}`))
	f.Add([]byte(`{"set":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var m change.Mutation
		if json.Unmarshal(data, &m) != nil {
			return
		}
		sealed := m.Sealed()
		sent, err := json.Marshal(sealed)
		if err != nil {
			t.Fatalf("%q was read but cannot be written: %v", data, err)
		}
		var back change.Mutation
		if err := json.Unmarshal(sent, &back); err != nil {
			t.Fatalf("%s: %v", sent, err)
		}
		if back.Sum() != sealed.Hash {
			t.Fatalf("%s: %s, after the wire %s", sent, sealed.Hash, back.Sum())
		}
	})
}
