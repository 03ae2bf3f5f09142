package api

import (
	"fmt"
	"testing"
	"time"
)

// movable is a clock that a test moves.
type movable struct{ at time.Time }

func (m *movable) now() time.Time { return m.at }

func newMovable() *movable { return &movable{time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)} }

func TestLimiterBoundsTheRate(t *testing.T) {
	clk := newMovable()
	l := newLimiter(Limits{Rate: 2, Burst: 3, AtOnce: 100, Remembered: 10}, clk.now)
	enter := func(who string) bool {
		done, wait := l.enter(who)
		if done == nil {
			if wait < 1 {
				t.Errorf("refused without a time to wait")
			}
			return false
		}
		done()
		return true
	}
	for i := range 3 {
		if !enter("a") {
			t.Fatalf("request %d of the burst was refused", i)
		}
	}
	if enter("a") {
		t.Error("the burst has no end")
	}
	if !enter("b") {
		t.Error("one asker pays for another")
	}
	clk.at = clk.at.Add(500 * time.Millisecond)
	if !enter("a") || enter("a") {
		t.Error("half a second at 2 a second is one request")
	}
	clk.at = clk.at.Add(-time.Hour) // the machine's clock was set back
	if enter("a") {
		t.Error("a clock set back gives requests")
	}
	clk.at = clk.at.Add(time.Second)
	if !enter("a") {
		t.Error("a clock set back locks out")
	}
}

func TestLimiterBoundsWhatRunsAtOnce(t *testing.T) {
	l := newLimiter(Limits{Rate: 1000, Burst: 1000, AtOnce: 2, Remembered: 10}, newMovable().now)
	first, _ := l.enter("a")
	second, _ := l.enter("a")
	if first == nil || second == nil {
		t.Fatal("two may run at once")
	}
	if third, _ := l.enter("a"); third != nil {
		t.Error("three run at once")
	}
	first()
	if third, _ := l.enter("a"); third == nil {
		t.Error("a place that was given back is not free")
	}
}

// An attack from ever new addresses must not take the memory (I12).
func TestLimiterForgets(t *testing.T) {
	clk := newMovable()
	l := newLimiter(Limits{Rate: 1, Burst: 2, AtOnce: 2, Remembered: 50}, clk.now)
	for i := range 500 {
		if done, _ := l.enter(fmt.Sprint(i)); done != nil {
			done()
		}
		clk.at = clk.at.Add(time.Millisecond)
		if len(l.askers) > 50 {
			t.Fatalf("%d askers are remembered", len(l.askers))
		}
	}
}
