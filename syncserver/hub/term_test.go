package hub

import (
	"errors"
	"testing"
	"time"
)

// Work of a term that is over writes nothing, whatever it was about to do: not the run of the reclaim, not the upkeep
// (REC-12, I10).
func TestNothingIsWrittenUnderAnOldTerm(t *testing.T) {
	c := newFirm(t)
	zhang := c.device(c.zhang)
	customer := c.customer(zhang, "东海渔具", nil)
	frozen, err := c.h.NewTerm(c.ctx())
	c.must(err)
	due := c.h.clock()
	if _, err := c.h.Reclaim(Under(c.ctx(), frozen), due); err != nil {
		t.Fatal(err)
	}
	leader, err := c.h.NewTerm(c.ctx())
	c.must(err)
	if leader <= frozen {
		t.Fatalf("term %d after %d", leader, frozen)
	}
	c.pass(200 * 24 * time.Hour)
	due = c.h.clock()
	if _, err := c.h.Reclaim(Under(c.ctx(), frozen), due); !errors.Is(err, ErrTermOver) {
		t.Fatalf("a run under an old term: %v", err)
	}
	if _, err := c.h.Prune(Under(c.ctx(), frozen), due.UnixMilli()); !errors.Is(err, ErrTermOver) {
		t.Fatalf("upkeep under an old term: %v", err)
	}
	if owner := c.record("holding", customer).Text("owner"); owner != c.zhang {
		t.Errorf("the customer went to %q", owner)
	}
	report, err := c.h.Reclaim(Under(c.ctx(), leader), due)
	c.must(err)
	if report.Reclaimed != 1 {
		t.Errorf("the leader's run: %+v", report)
	}
}
