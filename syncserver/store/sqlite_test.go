package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
)

// TestLogEmptiedAside: what a commit leaves in the log is in the file itself soon after, without another commit.
func TestLogEmptiedAside(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log.db")
	s := openAt(t, path)
	tx := begin(t, s)
	const mark = "written into the log first"
	put(t, tx, "customer", "c1", "c1", schema.Values{"name": mark})
	if _, err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	inFile := func() bool {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Contains(file, []byte(mark))
	}
	if inFile() {
		t.Error("the commit has emptied the log itself")
	}
	for deadline := clock.System().Add(10 * rest); !inFile(); {
		if clock.System().After(deadline) {
			t.Fatal("nobody has emptied the log")
		}
		if err := clock.Wait(t.Context(), 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}
