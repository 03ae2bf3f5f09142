package main

import (
	"strings"
	"testing"
)

// After a backup was copied back the command begins a new history, each time another, and says what is to be checked.
func TestRestoredCommand(t *testing.T) {
	data := company(t)
	var first, second history
	done(t, typedLine(t, "restored", "--data", data, "--json"), &first)
	done(t, typedLine(t, "restored", "--data", data, "--json"), &second)
	if first.Epoch == "" || first.Before == first.Epoch || second.Before != first.Epoch || second.Epoch == first.Epoch {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if got := typedLine(t, "restored", "--data", data); got.code != exitDone || !strings.Contains(got.out, "disable the account") {
		t.Errorf("%+v", got)
	}
	if got := typedLine(t, "restored", "--data", t.TempDir()); got.code != exitFailed {
		t.Errorf("without data: %+v", got)
	}
}
