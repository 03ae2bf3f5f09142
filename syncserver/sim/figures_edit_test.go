//go:build bench

package sim_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
)

// edits is how many edits the time from one laptop to another is the median of.
const edits = 50

// editToEdit has a person edit customers on one laptop, one after the other, and gives the milliseconds from each save
// until another laptop that is online has told its screens of it: median and 95th percentile.
func editToEdit(t *testing.T, from, to *laptop) (median, p95 float64) {
	t.Helper()
	here, there := from.work(t), to.work(t)
	ids, err := here.IDs(book.Query{Kind: "customer", View: book.ViewMine})
	if err != nil {
		t.Fatal(err)
	}
	changed := make(chan struct{}, 1)
	defer there.Listen(func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	})()
	var all []float64
	for n := range edits + 5 { // the first ones wait for both streams
		id, text := ids[n%len(ids)], "看得见的第 "+strconv.Itoa(n)+" 次修改"
		started := clock.System()
		if err := here.Set("customer", id, schema.Values{"remark": text}); err != nil {
			t.Fatal(err)
		}
		limit := time.After(2 * time.Minute)
		for seen := false; !seen; {
			select {
			case <-changed:
			case <-limit:
				t.Fatalf("edit %d was not seen", n)
			}
			r, _, err := to.r.Get("customer", id)
			if err != nil {
				t.Fatal(err)
			}
			seen = r.Text("remark") == text
		}
		if n >= 5 {
			all = append(all, float64(clock.System().Sub(started).Microseconds())/1000)
		}
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)*95/100]
}

// work opens the laptop's book and keeps it in sync, as the window does, until the test ends.
func (l *laptop) work(t *testing.T) *book.Book {
	t.Helper()
	b, err := book.Open(l.r, clock.System)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); l.s.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended; b.Close() })
	return b
}
