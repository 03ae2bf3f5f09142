package store

import (
	"database/sql"
	"encoding/json"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

// Change is one line of the history of a record.
type Change struct {
	Kind, ID string
	Op       string // create, set, delete, restore, command
	Field    string // "" for the record as a whole
	Old, New any
	By       string // user; "" is the schedule or the command line
	Device   string
	At       int64 // Unix ms; read only, a new line has the transaction's time
}

// AddHistory keeps who changed what.
func (tx *Tx) AddHistory(lines ...Change) {
	n := len(tx.history)
	tx.history = append(tx.history, lines...)
	tx.onUndo(func() { tx.history = tx.history[:n] })
}

// LastChange is the newest line about a field, or about the whole record when the field was never changed alone.
func (tx *Tx) LastChange(kind, id, field string) (by string, at int64, err error) {
	for i := len(tx.history) - 1; i >= 0; i-- {
		if h := tx.history[i]; h.Kind == kind && h.ID == id && (h.Field == field || h.Field == "") {
			return h.By, tx.Now.UnixMilli(), nil
		}
	}
	_, err = tx.c.one([]any{&by, &at}, `SELECT by, at FROM history WHERE kind = ? AND id = ? AND field IN (?, '')
		ORDER BY seq DESC, n DESC LIMIT 1`, kind, id, field)
	return by, at, err
}

// ChangedByOthers tells whether somebody else, or the same person on another device, changed a record after commit seen.
func (tx *Tx) ChangedByOthers(kind, id string, seen int64, user, device string) (bool, error) {
	for _, h := range tx.history {
		if h.Kind == kind && h.ID == id && (h.By != user || h.Device != device) {
			return true, nil
		}
	}
	var one int
	return tx.c.one([]any{&one}, `SELECT 1 FROM history WHERE kind = ? AND id = ? AND seq > ? AND NOT (by = ? AND device = ?) LIMIT 1`,
		kind, id, seen, user, device)
}

var intoHistory = insertion{"history (seq, kind, id, field, op, old, new, by, device, at)", "ittttTTtti", ""}

// ChangedUnder tells whether somebody else, or the same person on another device, wrote something under a root after a
// commit: what is said of the root record itself is not meant.
func (tx *Tx) ChangedUnder(rootID string, seen int64, user, device string) (bool, error) {
	for _, h := range tx.history {
		e := tx.records[Key{h.Kind, h.ID}]
		if e != nil && e.has && e.now.Root == rootID && h.ID != rootID && (h.By != user || h.Device != device) {
			return true, nil
		}
	}
	var one int
	return tx.c.one([]any{&one}, `SELECT 1 FROM record r JOIN history h ON h.kind = r.kind AND h.id = r.id
		WHERE r.root = ?1 AND r.id <> ?1 AND r.seq > ?2 AND h.seq > ?2 AND NOT (h.by = ?3 AND h.device = ?4) LIMIT 1`, rootID, seen, user, device)
}

// Gaps lists when a record was deleted, as far as it is committed.
func (tx *Tx) Gaps(kind, id string) (list []Span, err error) {
	err = tx.c.each(func(scan func(...any) error) error {
		var seq int64
		var op string
		err := scan(&seq, &op)
		switch open := len(list) > 0 && list[len(list)-1].To == 0; {
		case op == string(change.Delete) && !open:
			list = append(list, Span{From: seq})
		case op == string(change.Restore) && open:
			list[len(list)-1].To = seq
		}
		return err
	}, `SELECT seq, op FROM history WHERE kind = ? AND id = ? AND field = '' AND op IN ('delete', 'restore') ORDER BY seq, n`, kind, id)
	return list, err
}

// writeHistory writes the lines and, when there are any, the link that chains them to all before.
func (tx *Tx) writeHistory(seq int64) error {
	if len(tx.history) == 0 {
		return nil
	}
	var lines []any
	sum := newTally(tx.link.Sum, seq, int64(len(tx.history)))
	for _, h := range tx.history {
		before, err := jsonOrNull(h.Old)
		if err != nil {
			return err
		}
		after, err := jsonOrNull(h.New)
		if err != nil {
			return err
		}
		l := line{h.Kind, h.ID, h.Field, h.Op, before, after, h.By, h.Device, tx.Now.UnixMilli()}
		sum.add(&l)
		lines = append(lines, seq, l.kind, l.id, l.field, l.op, l.old, l.new, l.by, l.device, l.at)
	}
	tx.link = Link{Seq: seq, Lines: int64(len(tx.history)), Sum: sum.sum()}
	if err := tx.c.insert(&intoHistory, lines); err != nil {
		return err
	}
	return tx.c.insert(&intoLink, []any{tx.link.Seq, tx.link.Lines, tx.link.Sum})
}

func jsonOrNull(v any) (sql.NullString, error) {
	if schema.Equal(v, nil) {
		return sql.NullString{}, nil
	}
	text, err := json.Marshal(v)
	return sql.NullString{String: string(text), Valid: true}, err
}

// stored is a mutation with its result.
type stored struct {
	mutation     change.Mutation
	user, device string
	result       change.Result
	hash         string
}

// Result finds the stored result of a mutation; same is false when the id was used for something else.
func (tx *Tx) Result(m change.Mutation, user string) (result change.Result, found, same bool, err error) {
	s, pending := tx.mutations[m.ID]
	if !pending {
		if err := tx.Preload(Wanted{Results: []string{m.ID}}); err != nil {
			return result, false, false, err
		}
		earlier := tx.results[m.ID]
		if earlier == nil {
			return result, false, false, nil
		}
		s = *earlier
	}
	return s.result, true, s.hash == m.Hash && s.user == user, nil
}

// PutResult keeps the result of a mutation; its Seq is stamped at the commit.
func (tx *Tx) PutResult(m change.Mutation, user, device string, result change.Result) {
	s := stored{mutation: m, user: user, device: device, result: result, hash: m.Hash}
	n := len(tx.pending)
	tx.pending = append(tx.pending, s)
	tx.mutations[m.ID] = s
	tx.onUndo(func() { tx.pending = tx.pending[:n]; delete(tx.mutations, m.ID) })
}

// WasRefused tells whether the creation of a record was asked by the user and refused.
func (tx *Tx) WasRefused(kind, id, user string) (bool, error) {
	for _, s := range tx.pending {
		if s.mutation.Record == id && s.mutation.Kind == kind && s.mutation.Op == change.Create && s.user == user && s.result.Outcome == change.Refused {
			return true, nil
		}
	}
	var one int
	return tx.c.one([]any{&one}, `SELECT 1 FROM mutation WHERE record = ? AND outcome = 'refused' AND kind = ? AND op = 'create' AND user = ? LIMIT 1`,
		id, kind, user)
}

var intoMutation = insertion{"mutation (id, hash, user, device, kind, record, op, outcome, seq, result, at)", "ttttttttiti", ""}

func (tx *Tx) writeResults(seq int64) error {
	var lines []any
	for _, s := range tx.pending {
		s.result.Seq = seq
		text, err := json.Marshal(s.result)
		if err != nil {
			return err
		}
		m := s.mutation
		lines = append(lines, m.ID, s.hash, s.user, s.device, m.Kind, m.Record, string(m.Op), string(s.result.Outcome), seq, string(text), tx.Now.UnixMilli())
	}
	return tx.c.insert(&intoMutation, lines)
}
