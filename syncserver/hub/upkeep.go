package hub

import (
	"context"
	"time"
)

// How long the store remembers what only serves laptops that were away: what left a scope, and the results of mutations.
// It is three times as long as a replica works without contact and as a laptop keeps what it has sent. A laptop that was
// away longer is told its scopes anew (span.go); it loses nothing.
//
// upkeepDays counts days on which the upkeep was done. Both must have passed: a clock that jumps ahead by years would
// else make the results of yesterday's pushes old, and what a laptop sends again would count twice.
const (
	remembered = 90 * 24 * time.Hour
	upkeepDays = 90
)

// forgetSlice is how many rows of a sort one commit of the upkeep removes: between the slices the laptops get their turn.
const forgetSlice = 500

// Prune forgets what is beyond the horizon, and results of mutations only when they are older than before (Unix ms) too.
// It tells how many rows went. It is called once a day; calling it more often does nothing more.
func (h *Hub) Prune(ctx context.Context, before int64) (count int64, err error) {
	before = min(before, h.clock().Add(-remembered).UnixMilli())
	for {
		more := false
		_, err := h.submit(ctx, forgetSlice, func(w *work) error {
			if err := w.tx.NoteTide(); err != nil {
				return err
			}
			horizon, err := w.tx.Horizon(before, upkeepDays)
			if err != nil || horizon == 0 {
				return err
			}
			gone, err := w.tx.Forget(horizon, before, forgetSlice)
			more = max(gone.Results, gone.Entries, gone.Sights, gone.Devices) >= forgetSlice
			count += gone.Total()
			return err
		})
		if err != nil || !more {
			return count, err
		}
	}
}
