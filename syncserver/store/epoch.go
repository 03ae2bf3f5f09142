package store

import (
	"github.com/google/uuid"
)

// NewEpoch begins a new history: the database was copied back from a backup, and cursors of commits that it has
// forgotten must mean nothing. The mark stays in the history of what was changed.
func (tx *Tx) NewEpoch() (before, now string) {
	before, now = tx.epoch, uuid.NewString()
	tx.AddHistory(Change{Kind: markKind, ID: markEpoch, Op: "restored", Old: before, New: now})
	tx.afterwards(func() error {
		tx.epoch = now
		return tx.c.exec(`UPDATE counter SET epoch = ?`, now)
	})
	return before, now
}

// The place of the mark in the history. It is the name of no kind.
const (
	markKind  = "store"
	markEpoch = "epoch"
)

// RestoredAt is the commit with which the present history began, 0 when it is the first.
func (tx *Tx) RestoredAt() (seq int64, err error) {
	_, err = tx.c.one([]any{&seq}, `SELECT coalesce(max(seq), 0) FROM history WHERE kind = ? AND id = ?`, markKind, markEpoch)
	return seq, err
}

// noteEpoch keeps the epoch that was read last: another process may have begun a new history.
func (s *Store) noteEpoch(epoch string) {
	if *s.epoch.Load() != epoch {
		s.epoch.Store(&epoch)
	}
}

// Epoch is the random id of the history of which this transaction is a part.
func (tx *Tx) Epoch() string { return tx.epoch }
