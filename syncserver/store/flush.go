package store

import (
	"fmt"
	"maps"
	"slices"

	"yuzhou/shared/schema"
)

// flush writes everything this transaction has, stamped with seq, and the counter last of all. What it has to read it
// reads at the beginning: then PostgreSQL takes all that follows, up to the commit, in one turn over the wire.
func (tx *Tx) flush(seq int64) error {
	if err := tx.readAhead(); err != nil {
		return err
	}
	organisation := false
	steps := []func() error{
		func() error { return tx.writeFeed(seq) },
		func() (err error) { organisation, err = tx.writeRecords(seq); return err },
		tx.writeHoldings,
		tx.writeMarks,
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
	if err := tx.c.tell(News{Seq: seq, Scopes: tx.moved}); err != nil {
		return err
	}
	rights := tx.rights
	if organisation {
		rights = seq
	}
	return tx.c.exec(`UPDATE counter SET seq = ?, rights = ?, linked = ?, link = ?`, seq, rights, tx.link.Seq, tx.link.Sum)
}

// readAhead reads what writing depends on, many rows at once.
func (tx *Tx) readAhead() error {
	var keys []Key
	for _, id := range tx.touched {
		if kind := tx.roots[id].kind; kind != "" {
			keys = append(keys, Key{kind, id})
		}
	}
	return tx.Preload(Wanted{Records: keys, Holdings: tx.changedHoldings()})
}

var (
	intoRecordNew = insertion{"record (kind, id, root, seq, deleted, body)", "tttiij", ""}
	intoRecord    = rewritingOf(intoRecordNew, "kind, id", "seq, deleted, body")
	intoLedger    = insertion{"ledger (claim, user, pool, customer, day, at)", "ttttti", ""}
	intoLoss      = insertion{"loss (root, user, at)", "tti", "ON CONFLICT (root, user) DO UPDATE SET at = excluded.at"}
	intoNumber    = insertion{"number (name, last)", "ti", "ON CONFLICT (name) DO UPDATE SET last = excluded.last"}
	intoImport    = insertion{"import_row (key, root, at)", "tti", ""}
	intoMark      = insertion{"mark (mark, root)", "tt", "ON CONFLICT DO NOTHING"}
)

// writeRecords fails when a record that is new here is there already.
func (tx *Tx) writeRecords(seq int64) (organisation bool, err error) {
	var born, changed []any
	for _, e := range tx.order {
		r := &e.now
		r.Seq = seq
		body, err := r.Values.MarshalJSON()
		if err != nil {
			return false, fmt.Errorf("record %s %s: %w", r.Kind, r.ID, err)
		}
		line := &born
		if e.had {
			line = &changed
		}
		*line = append(*line, r.Kind, r.ID, r.Root, seq, r.Deleted, string(body))
		organisation = organisation || isOrganisation(r.Kind)
	}
	if err = tx.c.insert(&intoRecordNew, born); err == nil {
		err = tx.c.rewrite(&intoRecord, changed)
	}
	return organisation, err
}

// writeFacts writes the small facts: claims, losses, numbers, imported rows.
func (tx *Tx) writeFacts() error {
	now := tx.Now.UnixMilli()
	var ledger, losses, numbers, imports []any
	for _, l := range tx.ledger {
		ledger = append(ledger, l.Claim, l.User, l.Pool, l.Customer, l.Day, now)
	}
	for key, at := range tx.losses {
		losses = append(losses, key.Kind, key.ID, at)
	}
	for name, last := range tx.numbers {
		numbers = append(numbers, name, last)
	}
	for key, rootID := range tx.imports {
		imports = append(imports, key, rootID, now)
	}
	for _, i := range []struct {
		into *insertion
		rows []any
	}{{&intoLedger, ledger}, {&intoLoss, losses}, {&intoNumber, numbers}, {&intoImport, imports}} {
		if err := tx.c.insert(i.into, i.rows); err != nil { // nothing may follow: SQLite may have undone the transaction
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
	all, err := tx.MarkedAny([]string{mark})
	return all[mark], err
}

// maxMarked bounds how many that bear one mark are looked at.
const maxMarked = 1000

// MarkedAny lists, by mark, the live customers that bear one of some marks.
func (tx *Tx) MarkedAny(marks []string) (map[string][]string, error) {
	found := map[string]map[string]bool{}
	for _, mark := range marks {
		found[mark] = map[string]bool{}
	}
	err := tx.c.each(func(scan func(...any) error) error {
		var mark, id string
		err := scan(&mark, &id)
		found[mark][id] = true
		return err
	}, `SELECT m.mark, m.root FROM list(?1) j CROSS JOIN mark m ON m.mark = j.value LIMIT ?2`, texts(marks), maxMarked)
	all := map[string][]string{}
	for mark, ids := range found {
		for id, there := range tx.marks[mark] {
			if ids[id] = there; !there {
				delete(ids, id)
			}
		}
		all[mark] = slices.Sorted(maps.Keys(ids))
	}
	return all, err
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
	var there []any
	for mark, roots := range tx.marks {
		for id, on := range roots {
			if on {
				there = append(there, mark, id)
			} else if err := tx.c.exec(`DELETE FROM mark WHERE mark = ? AND root = ?`, mark, id); err != nil {
				return err
			}
		}
	}
	return tx.c.insert(&intoMark, there)
}
