package world

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// moduleRoot is where the files of the table are found from here.
const moduleRoot = "../../.."

func allDefects() []defect { return slices.Concat(serverDefects, laptopDefects, sharedDefects) }

// TestDefectsCanBePlanted keeps the table from rotting: each text that is replaced still stands in its file, once.
func TestDefectsCanBePlanted(t *testing.T) {
	names := map[string]bool{}
	for _, d := range allDefects() {
		text, err := os.ReadFile(filepath.Join(moduleRoot, d.file))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, was := range []string{d.was, d.was2} {
			if n := strings.Count(string(text), was); was != "" && n != 1 {
				t.Errorf("%s: what it replaces stands %d times in %s", d.name, n, d.file)
			}
		}
		if names[d.name] {
			t.Errorf("two defects are called %s", d.name)
		}
		names[d.name] = true
	}
	const least = 30
	if len(names) < least {
		t.Errorf("%d defects are not enough", len(names))
	}
}
