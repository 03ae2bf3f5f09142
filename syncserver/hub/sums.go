package hub

import (
	"context"
	"sync"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// sumsADay is how often a device may ask for sums on one day. A laptop that looks for what is wrong asks a handful of
// times for each scope, and repairs three times a day at most.
const sumsADay = 300

// daily counts what devices ask for on one day. It is in memory: a server that starts anew is generous once.
type daily struct {
	sync.Mutex
	day string
	of  map[Identity]int
}

// take counts one more, and tells after how long it is worth asking again when that is one too many.
func (d *daily) take(by Identity, limit int, now time.Time) (wait time.Duration) {
	d.Lock()
	defer d.Unlock()
	if day := now.UTC().Format(time.DateOnly); day != d.day {
		d.day, d.of = day, map[Identity]int{}
	}
	if d.of[by]++; d.of[by] <= limit {
		return 0
	}
	return now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
}

// Sums adds up parts of a scope that the asker holds, all in one snapshot. The ranges are in ascending order and do not
// overlap, so that no request reads a root twice.
func (h *Hub) Sums(ctx context.Context, by Identity, in wire.Sums) (answer wire.SumsAnswer, err error) {
	if err := checkRanges(in.Spans); err != nil {
		return answer, err
	}
	if wait := h.sums.take(by, sumsADay, h.clock()); wait > 0 {
		return answer, fault.New(fault.TooManyTries, "Seconds", int64(wait/time.Second)+1)
	}
	err = h.view(ctx, func(v *store.View) error {
		if err := active(v, by); err != nil {
			return err
		}
		_, held, err := v.Held(by.User, in.Scope)
		if err != nil {
			return err
		}
		if !held {
			return fault.New(fault.NotFound)
		}
		answer.Cursor = cursorAt(v)
		if answer.Seq, err = v.ScopeSeq(in.Scope); err != nil {
			return err
		}
		answer.Sums = make([]wire.RangeSum, len(in.Spans))
		for i, r := range in.Spans {
			if err := ctx.Err(); err != nil {
				return err
			}
			s := wire.RangeSum{From: r.From, To: r.To}
			if s.Count, s.Sum, err = v.SumIn(in.Scope, r.From, r.To); err != nil {
				return err
			}
			answer.Sums[i] = s
		}
		return nil
	})
	return answer, err
}

// checkRanges refuses ranges that are too many, not in order, or overlap.
func checkRanges(ranges []wire.Range) error {
	if len(ranges) > wire.MaxSpans {
		return fault.New(fault.TooLarge, "Limit", wire.MaxSpans)
	}
	for i, r := range ranges {
		if !soundRange(r.From, r.To) || i > 0 && (ranges[i-1].To == "" || r.From < ranges[i-1].To) {
			return fault.New(fault.Malformed, "What", "span")
		}
	}
	return nil
}
