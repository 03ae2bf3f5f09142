package hub

import (
	"fmt"
	"testing"

	"github.com/mattn/go-sqlite3"

	"yuzhou/shared/fault"
)

// TestMachineErrorsPass: what the machine cannot do now is told as BUSY, in reading as in writing, so that a laptop waits
// and does not look for a mutation to blame; what a mutation is to blame for is not.
func TestMachineErrorsPass(t *testing.T) {
	for _, c := range []struct {
		err  error
		want fault.Code
	}{
		{nil, ""},
		{fmt.Errorf("store: %w", sqlite3.Error{Code: sqlite3.ErrFull}), fault.Busy},
		{fmt.Errorf("store: %w", sqlite3.Error{Code: sqlite3.ErrIoErr}), fault.Busy},
		{fmt.Errorf("store: %w", sqlite3.Error{Code: sqlite3.ErrConstraint}), fault.Internal},
		{fault.New(fault.Unauthorized), fault.Unauthorized},
	} {
		if got := fault.CodeOf(later("read", c.err)); got != c.want {
			t.Errorf("%v is told as %q, want %q", c.err, got, c.want)
		}
	}
}
