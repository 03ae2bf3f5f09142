package replica

import (
	"database/sql/driver"
	"encoding/json"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

// keysOf names the records whose looks a mutation changes. A follow-up moves the clock of its customer's holding, and
// a customer made here has a holding that the server has yet to write.
func keysOf(op change.Op, kind, record, root string) []key {
	if op == change.Ask {
		return nil
	}
	keys := []key{{kind, record}}
	if op == change.Create && (kind == "followup" || kind == "customer") {
		keys = append(keys, key{"holding", root})
	}
	return keys
}

// base is the server's row under a record with unsent changes.
type base struct {
	known bool // shadow has a line
	has   bool // the server has the record
	rec   schema.Record
}

func (t *tx) shadow(k key) (b base, err error) {
	err = t.query("SELECT root, seq, masked, body FROM shadow WHERE kind = ? AND id = ?", []driver.Value{k.kind, k.id},
		func(values []driver.Value) error {
			b.known = true
			b.rec = schema.Record{Kind: k.kind, ID: k.id}
			b.rec.Root, _ = values[0].(string)
			b.rec.Seq, _ = values[1].(int64)
			masked, _ := values[2].(string)
			if body, ok := values[3].(string); ok {
				b.has = true
				if err := json.Unmarshal([]byte(body), &b.rec.Values); err != nil {
					return err
				}
			}
			if masked != "" {
				return json.Unmarshal([]byte(masked), &b.rec.Masked)
			}
			return nil
		})
	return b, err
}

// setShadow keeps the server's row; a nil record says that the server has none.
func (t *tx) setShadow(k key, root string, rec *schema.Record) error {
	const text = `INSERT INTO shadow (kind, id, root, seq, masked, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET root = excluded.root, seq = excluded.seq, masked = excluded.masked, body = excluded.body`
	if rec == nil {
		return t.exec(text, k.kind, k.id, root, int64(0), nil, nil)
	}
	body, err := json.Marshal(rec.Values)
	if err != nil {
		return err
	}
	return t.exec(text, k.kind, k.id, root, rec.Seq, orNull(listText(rec.Masked)), string(body))
}

// shelter keeps the server's row of a record that is about to get its first unsent change.
func (t *tx) shelter(k key, root string) error {
	b, err := t.shadow(k)
	if err != nil || b.known {
		return err
	}
	w, err := t.get(t.r.tables[k.kind], k.id)
	if err != nil {
		return err
	}
	if w == nil {
		return t.setShadow(k, root, nil)
	}
	rec := w.record()
	return t.setShadow(k, root, &rec)
}

// rebuild writes a record as the person is to see it: the server's row with his unsent changes on it, in order.
// Without unsent changes the server's row stands alone and its shadow goes.
func (t *tx) rebuild(k key) error {
	tbl := t.r.tables[k.kind]
	if tbl == nil {
		return nil
	}
	entries, err := t.entriesOf(k)
	if err != nil {
		return err
	}
	b, err := t.shadow(k)
	if err != nil || !b.known && len(entries) == 0 {
		return err
	}
	root := b.rec.Root
	if len(entries) > 0 {
		root = entries[0].m.Root
	}
	rec, alive, err := t.looks(k, root, b, entries)
	if err != nil {
		return err
	}
	if !alive {
		return t.remove(tbl, root, k.id)
	}
	w, err := tbl.rowOf(rec)
	if err != nil {
		return err
	}
	return t.put(w)
}

// looks lays unsent changes on the server's row and keeps the shadow to match; alive is false when there is nothing to
// show.
func (t *tx) looks(k key, root string, b base, entries []entry) (rec schema.Record, alive bool, err error) {
	if rec, alive, err = t.overlay(k, b, entries); err != nil {
		return rec, false, err
	}
	if alive && !b.has { // made here: it shows while its root is here
		if alive, err = t.here(root); err != nil {
			return rec, false, err
		}
	}
	switch {
	case len(entries) == 0:
		err = t.exec("DELETE FROM shadow WHERE kind = ? AND id = ?", k.kind, k.id)
	case !b.known && alive: // its root was away and came back without it
		err = t.setShadow(k, root, nil)
	}
	return rec, alive, err
}

// here tells whether a root is in the replica, or was made in it.
func (t *tx) here(root string) (bool, error) {
	n, err := t.number("SELECT count(*) FROM root WHERE id = ?", root)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = t.number("SELECT count(*) FROM outbox WHERE record = ? AND root = ? AND op = ?", root, root, string(change.Create))
	return n > 0, err
}

func (t *tx) overlay(k key, b base, entries []entry) (rec schema.Record, alive bool, err error) {
	rec, alive = b.rec, b.has
	for _, e := range entries {
		switch {
		case k.kind == "holding":
			rec, alive, err = t.held(rec, alive, e)
		case e.m.Op == change.Create && !alive:
			rec = schema.Record{Kind: k.kind, ID: k.id, Root: e.m.Root}.With(e.m.Set).With(e.local)
			alive = true
		case e.m.Op == change.Set && alive:
			rec = t.r.tables[k.kind].lay(rec, e.m).With(e.local)
		case e.m.Op == change.Restore && alive:
			rec.Deleted = false
		case e.m.Op == change.Delete && alive:
			rec.Deleted = true
		}
		if err != nil {
			return rec, false, err
		}
	}
	return rec, alive, nil
}

// lay puts the fields of one change on a record. Where the server will mix both values, the mixture is shown; where it
// will have to ask, what the person typed stays in sight until it has.
func (t *table) lay(rec schema.Record, m change.Mutation) schema.Record {
	set := schema.Values{}
	for name, mine := range m.Fields() {
		set[name] = mine
		f, known := t.kind.Field(name)
		if !known {
			continue
		}
		if v, verdict := change.MergeField(f.Type, m.Base[name], rec.Values[name], mine); verdict != change.Clash {
			set[name] = v
		}
	}
	return rec.With(set)
}

// held is what an unsent change does to the holding of its customer, as the server will see it too.
func (t *tx) held(rec schema.Record, alive bool, e entry) (schema.Record, bool, error) {
	if e.m.Kind == "customer" {
		if alive {
			return rec, true, nil
		}
		user, err := t.meta(metaUser)
		return schema.Record{Kind: "holding", ID: e.m.Root, Root: e.m.Root, Values: schema.Values{
			"owner": user, "claimed_at": e.m.At, "how": "created",
		}}, true, err
	}
	if !alive {
		return rec, false, nil
	}
	d, err := t.directory()
	if err != nil {
		return rec, true, err
	}
	followup := schema.Record{Kind: "followup", ID: e.m.Record, Root: e.m.Root, Values: e.m.Set}
	at := followup.Int("occurred_at")
	set := schema.Values{}
	if at > rec.Int("followed_at") {
		set["followed_at"] = at
	}
	if at > rec.Int("counted_at") && d.Counts(followup) {
		set["counted_at"] = at
	}
	return rec.With(set), true, nil
}
