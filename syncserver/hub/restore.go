package hub

import (
	"context"

	"yuzhou/shared/access"
	"yuzhou/shared/fault"
)

// Restored begins a new history, after the store was copied back from a backup. Every cursor of the old one is refused
// from now on: the laptops compare anew, and offer again what they were told is safe and the backup has forgotten. It
// gives the names of both histories.
func (h *Hub) Restored(ctx context.Context, by Identity) (before, now string, err error) {
	if !by.system {
		return "", "", fault.New(fault.NoRight, "Action", string(access.ManageSettings))
	}
	_, err = h.submit(ctx, 1, func(w *work) error {
		before, now = w.tx.NewEpoch()
		return nil
	})
	return before, now, err
}

// seen is the commit that the author of a mutation says he had seen. What he saw in a history that was lost he
// cannot have seen of this one: then it is the restore.
func (p *pusher) seen(commit int64) (int64, error) {
	if commit <= p.tx.Head() && !p.again {
		return commit, nil
	}
	return p.tx.RestoredAt()
}
