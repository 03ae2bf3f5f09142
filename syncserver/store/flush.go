package store

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"yuzhou/shared/schema"
)

// flush writes everything this transaction has, stamped with seq, and the counter last of all.
func (tx *Tx) flush(seq int64) error {
	organisation := false
	steps := []func() error{
		func() (err error) { organisation, err = tx.writeRecords(seq); return err },
		tx.writeHoldings,
		tx.writeMarks,
		func() error { return tx.writeFeed(seq) },
		func() error { return tx.writeHistory(seq) },
		func() error { return tx.writeSights(seq) },
		tx.writeFacts,
		tx.writeLater,
		func() error { return tx.writeResults(seq) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	if organisation {
		return tx.c.exec(`UPDATE counter SET seq = ?1, rights = ?1`, seq)
	}
	return tx.c.exec(`UPDATE counter SET seq = ?`, seq)
}

func (tx *Tx) writeRecords(seq int64) (organisation bool, err error) {
	for _, e := range tx.order {
		r := &e.now
		r.Seq = seq
		body, err := json.Marshal(r.Values)
		if err != nil {
			return false, fmt.Errorf("record %s %s: %w", r.Kind, r.ID, err)
		}
		if e.had {
			err = tx.c.exec(`UPDATE record SET seq = ?, deleted = ?, body = ? WHERE kind = ? AND id = ?`, seq, r.Deleted, string(body), r.Kind, r.ID)
		} else {
			err = tx.c.exec(`INSERT INTO record (kind, id, root, seq, deleted, body) VALUES (?, ?, ?, ?, ?, ?)`,
				r.Kind, r.ID, r.Root, seq, r.Deleted, string(body))
		}
		if err != nil {
			return false, fmt.Errorf("record %s %s: %w", r.Kind, r.ID, err)
		}
		organisation = organisation || isOrganisation(r.Kind)
	}
	return organisation, nil
}

// writeFacts writes the small facts: claims, losses, numbers, imported rows.
func (tx *Tx) writeFacts() error {
	now := tx.Now.UnixMilli()
	for _, l := range tx.ledger {
		if err := tx.c.exec(`INSERT INTO ledger (claim, user, pool, customer, day, at) VALUES (?, ?, ?, ?, ?, ?)`,
			l.Claim, l.User, l.Pool, l.Customer, l.Day, now); err != nil {
			return err
		}
	}
	for key, at := range tx.losses {
		if err := tx.c.exec(`INSERT INTO loss (root, user, at) VALUES (?, ?, ?)
			ON CONFLICT (root, user) DO UPDATE SET at = excluded.at`, key.Kind, key.ID, at); err != nil {
			return err
		}
	}
	for name, last := range tx.numbers {
		if err := tx.c.exec(`INSERT INTO number (name, last) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET last = excluded.last`, name, last); err != nil {
			return err
		}
	}
	for key, rootID := range tx.imports {
		if err := tx.c.exec(`INSERT INTO import_row (key, root, at) VALUES (?, ?, ?)`, key, rootID, now); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) writeLater() error {
	for _, fn := range tx.later {
		if err := fn(); err != nil {
			return err
		}
	}
	return nil
}

// NextNumber counts up a counter by name, from 1.
func (tx *Tx) NextNumber(name string) (int64, error) {
	last, pending := tx.numbers[name]
	if !pending {
		if _, err := tx.c.one([]any{&last}, `SELECT last FROM number WHERE name = ?`, name); err != nil {
			return 0, err
		}
	}
	tx.numbers[name] = last + 1
	tx.onUndo(func() {
		if delete(tx.numbers, name); pending {
			tx.numbers[name] = last
		}
	})
	return last + 1, nil
}

// Imported finds the customer that a row of a file became, "" when it was not imported.
func (tx *Tx) Imported(key string) (string, error) {
	if id, pending := tx.imports[key]; pending {
		return id, nil
	}
	var id string
	_, err := tx.c.one([]any{&id}, `SELECT root FROM import_row WHERE key = ?`, key)
	return id, err
}

// SetImported notes which customer a row of a file became.
func (tx *Tx) SetImported(key, rootID string) {
	tx.imports[key] = rootID
	tx.onUndo(func() { delete(tx.imports, key) })
}

// Marked lists the live customers that bear a mark.
func (tx *Tx) Marked(mark string) ([]string, error) {
	found := map[string]bool{}
	err := tx.c.each(func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		found[id] = true
		return err
	}, `SELECT root FROM mark WHERE mark = ?`, mark)
	if err != nil {
		return nil, err
	}
	for id, there := range tx.marks[mark] {
		if found[id] = there; !there {
			delete(found, id)
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}

// remark keeps up what a customer can be recognised by: nothing when it is deleted.
func (tx *Tx) remark(was, now schema.Record) {
	there := was.ID != "" && !was.Deleted
	if there && !now.Deleted && was.Text("name") == now.Text("name") && was.Text("mobile") == now.Text("mobile") {
		return
	}
	var before, after []string
	if there {
		before = tx.Marks(was)
	}
	if !now.Deleted {
		after = tx.Marks(now)
	}
	tx.setMarks(now.ID, before, after)
}

func (tx *Tx) setMarks(rootID string, was, now []string) {
	set := func(mark string, there bool) {
		if tx.marks[mark] == nil {
			tx.marks[mark] = map[string]bool{}
		}
		before, had := tx.marks[mark][rootID]
		tx.marks[mark][rootID] = there
		tx.onUndo(func() {
			if delete(tx.marks[mark], rootID); had {
				tx.marks[mark][rootID] = before
			}
		})
	}
	for _, mark := range was {
		if !slices.Contains(now, mark) {
			set(mark, false)
		}
	}
	for _, mark := range now {
		if !slices.Contains(was, mark) {
			set(mark, true)
		}
	}
}

func (tx *Tx) writeMarks() error {
	for mark, roots := range tx.marks {
		for id, there := range roots {
			text := `INSERT INTO mark (mark, root) VALUES (?, ?) ON CONFLICT DO NOTHING`
			if !there {
				text = `DELETE FROM mark WHERE mark = ? AND root = ?`
			}
			if err := tx.c.exec(text, mark, id); err != nil {
				return err
			}
		}
	}
	return nil
}
