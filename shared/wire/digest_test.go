package wire_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

func drawSum(t *rapid.T, label string) wire.Sum {
	return wire.Sum{Hi: rapid.Uint64().Draw(t, label), Lo: rapid.Uint64().Draw(t, label)}
}

// TestSumIsAGroup: rows may come and go in any order, on both sides differently, and the sums agree; what came and went
// leaves no trace.
func TestSumIsAGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawSum(t, "a"), drawSum(t, "b"), drawSum(t, "c")
		if a.Add(b) != b.Add(a) || a.Add(b).Add(c) != a.Add(b.Add(c)) || a.Add(b).Sub(b) != a || a.Add(wire.Sum{}) != a || a.Sub(a) != (wire.Sum{}) {
			t.Fatalf("%v %v %v", a, b, c)
		}
		back, err := wire.ParseSum(a.String())
		if err != nil || back != a || len(a.String()) != 32 {
			t.Fatalf("%v is written %s and read %v, %v", a, a, back, err)
		}
		text, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &back); err != nil || back != a {
			t.Fatalf("%v is sent as %s and arrives as %v, %v", a, text, back, err)
		}
	})
	// The carry between the halves, which a random test may miss.
	if got := (wire.Sum{Lo: ^uint64(0)}).Add(wire.Sum{Lo: 1}); got != (wire.Sum{Hi: 1}) {
		t.Errorf("the carry is lost: %v", got)
	}
}

// TestRowSum: each part of a row's name counts, and where one part ends and the next begins.
func TestRowSum(t *testing.T) {
	seen := map[wire.Sum]string{}
	for _, r := range []struct {
		kind, id string
		seq      int64
	}{{"customer", "c", 1}, {"customer", "c", 2}, {"customer", "d", 1}, {"holding", "c", 1}, {"customerc", "", 1}, {"custome", "rc", 1}, {"customer", "c", -1}, {"customer", "c1", 1}} {
		sum := wire.RowSum(r.kind, r.id, r.seq)
		if other, twice := seen[sum]; twice {
			t.Errorf("%v has the sum of %s", r, other)
		}
		seen[sum] = r.kind + " " + r.id
	}
	// Digests are compared between versions of the program, so this number is for ever.
	if got := wire.RowSum("customer", "c", 1).String(); got != "223c0001b6137b672b7ac4551980d709" {
		t.Errorf("the sum of a row has changed: %s", got)
	}
}

// TestBadSums are refused, not read as something.
func TestBadSums(t *testing.T) {
	for _, text := range []string{"", "00", "zz000000000000000000000000000000", "0000000000000000000000000000000", "000000000000000000000000000000000000"} {
		if _, err := wire.ParseSum(text); fault.CodeOf(err) != fault.Malformed {
			t.Errorf("%q: %v", text, err)
		}
	}
}
