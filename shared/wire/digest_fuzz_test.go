package wire_test

import (
	"encoding/json"
	"strings"
	"testing"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// FuzzSum: a sum has one form; what is not in it is refused, and what is read is written as it was.
func FuzzSum(f *testing.F) {
	for _, seed := range []string{wire.RowSum("customer", "c", 1).String(), wire.Sum{}.String(), "00", "FF", strings.Repeat("f", 32), strings.Repeat("f", 34)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, err := wire.ParseSum(text)
		if err != nil {
			if fault.CodeOf(err) != fault.Malformed || sum != (wire.Sum{}) {
				t.Fatalf("%q: %v, %v", text, sum, err)
			}
			return
		}
		if sum.String() != strings.ToLower(text) {
			t.Fatalf("%q is read as %s", text, sum)
		}
		line, err := json.Marshal(wire.ScopeSum{Scope: text, Sum: sum})
		if err != nil {
			t.Fatal(err)
		}
		var back wire.ScopeSum
		if err := json.Unmarshal(line, &back); err != nil || back.Sum != sum {
			t.Fatalf("%s is read as %v, %v", line, back, err)
		}
	})
}
