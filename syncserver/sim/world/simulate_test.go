package world

import (
	"os"
	"strconv"
	"testing"
)

// TestWorld runs a handful of histories.
func TestWorld(t *testing.T) {
	seed, n := number(t, "YUZHOU_SEED", 1), number(t, "YUZHOU_N", 4)
	b := prepare(t, t.TempDir())
	for i := range n {
		h := draw(seed + i)
		out := run(t, b, h, t.TempDir(), false)
		if len(out.Wrong) == 0 {
			continue
		}
		before := len(h.Steps)
		h = shrink(t, b, h, out.Wrong[0].Class, t.TempDir())
		out = run(t, b, h, t.TempDir(), true)
		t.Errorf("%v\nof %d steps %d are enough: %s\n%v", h.Seed, before, len(h.Steps), h.tale(out.Story), out.Wrong)
	}
}

func number(t *testing.T, name string, usual uint64) uint64 {
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
