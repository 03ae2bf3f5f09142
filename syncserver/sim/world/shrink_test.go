package world

import (
	"slices"
	"testing"
)

// shrinkRuns bounds how often a history is run to make it shorter.
const shrinkRuns = 150

// shrink leaves steps and laptops out of a history as long as the same sort of thing stays wrong.
func shrink(t *testing.T, b *base, h history, class, dir string) history {
	left := shrinkRuns
	fails := func(h history) bool {
		left--
		out := run(t, b, h, dir, false)
		return len(out.Wrong) > 0 && out.Wrong[0].Class == class
	}
	// What came after the step that went wrong is not needed; then halves, quarters and so on, down to single steps.
	for size := (len(h.Steps) + 1) / 2; size >= 1 && left > 0; {
		less := false
		for at := 0; at < len(h.Steps) && left > 0; {
			short := h
			short.Steps = slices.Concat(h.Steps[:at], h.Steps[min(at+size, len(h.Steps)):])
			if fails(short) {
				h, less = short, true
				continue
			}
			at += size
		}
		if size == 1 && !less {
			break
		}
		if size = max(1, size/2); size == 1 && less && left <= 0 {
			break
		}
	}
	if short := h; h.Nodes > 1 && left > 0 {
		short.Nodes = 1
		if fails(short) {
			h = short
		}
	}
	return h
}
