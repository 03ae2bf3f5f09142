package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"yuzhou/shared/schema"
)

// entry is one record in a transaction: as committed and as it is to be.
type entry struct {
	was, now schema.Record
	had, has bool // whether there is one
	dirty    bool
	listed   bool // under its root
}

// Record reads a record, as this transaction sees it. Deleted ones are there too.
func (tx *Tx) Record(kind, id string) (schema.Record, bool, error) {
	e, err := tx.entry(Key{kind, id})
	if err != nil {
		return schema.Record{}, false, err
	}
	return e.now, e.has, nil
}

func (tx *Tx) entry(key Key) (*entry, error) {
	if e := tx.records[key]; e != nil {
		return e, nil
	}
	var body string
	r := schema.Record{Kind: key.Kind, ID: key.ID}
	found, err := tx.c.one([]any{&r.Root, &r.Seq, &r.Deleted, &body},
		`SELECT root, seq, deleted, body FROM record WHERE kind = ? AND id = ?`, key.Kind, key.ID)
	if err != nil {
		return nil, err
	}
	return tx.loaded(r, body, found)
}

// loaded keeps what was read.
func (tx *Tx) loaded(r schema.Record, body string, found bool) (*entry, error) {
	e := &entry{}
	if found {
		var err error
		if r.Values, err = schema.ParseValues(body); err != nil {
			return nil, fmt.Errorf("store: record %s %s: %w", r.Kind, r.ID, err)
		}
		e.was, e.now, e.had, e.has = r, r, true, true
		tx.list(e)
	}
	tx.records[Key{r.Kind, r.ID}] = e
	return e, nil
}

// list keeps what is known of each root together.
func (tx *Tx) list(e *entry) {
	if !e.listed {
		e.listed = true
		tx.under[e.now.Root] = append(tx.under[e.now.Root], e)
	}
}

func (tx *Tx) scanRecord(scan func(...any) error) error {
	var r schema.Record
	var body string
	if err := scan(&r.Kind, &r.ID, &r.Root, &r.Seq, &r.Deleted, &body); err != nil {
		return err
	}
	if e := tx.records[Key{r.Kind, r.ID}]; e != nil && (e.had || e.dirty) {
		return nil // known already, perhaps changed since
	}
	_, err := tx.loaded(r, body, true)
	return err
}

// AssumeNew says that there is no such record, sparing the look: only for ids made a moment ago.
func (tx *Tx) AssumeNew(kind, id string) {
	if key := (Key{kind, id}); tx.records[key] == nil {
		tx.records[key] = &entry{}
	}
}

// Put keeps a record as it is to be. Its Seq is stamped at the commit.
func (tx *Tx) Put(r schema.Record) error {
	e, err := tx.entry(Key{r.Kind, r.ID})
	if err != nil {
		return err
	}
	before := *e
	before.listed = true
	n := len(tx.order)
	e.now, e.has = r, true
	tx.list(e)
	if !e.dirty {
		e.dirty = true
		tx.order = append(tx.order, e)
	}
	tx.onUndo(func() { *e = before; tx.order = tx.order[:n] })
	if r.Kind == "customer" {
		tx.remark(before.now, r)
	}
	return tx.Touch(r.Root)
}

// Touch has the scopes of a root looked at again at the commit, although none of its rows changes.
func (tx *Tx) Touch(id string) error {
	r, err := tx.root(id)
	if err != nil {
		return err
	}
	if !r.touched {
		n := len(tx.touched)
		r.touched = true
		tx.touched = append(tx.touched, id)
		tx.onUndo(func() { r.touched = false; tx.touched = tx.touched[:n] })
	}
	return nil
}

// Under lists the live records of a kind under a root.
func (tx *Tx) Under(rootID, kind string) ([]schema.Record, error) {
	err := tx.c.each(tx.scanRecord, `SELECT kind, id, root, seq, deleted, body FROM record WHERE root = ? AND kind = ?`, rootID, kind)
	if err != nil {
		return nil, err
	}
	var list []schema.Record
	for _, e := range tx.under[rootID] {
		if e.has && !e.now.Deleted && e.now.Kind == kind {
			list = append(list, e.now)
		}
	}
	return sorted(list), nil
}

// All lists the live records of a kind; for kinds of which there are few.
func (tx *Tx) All(kind string) ([]schema.Record, error) {
	err := tx.c.each(tx.scanRecord, `SELECT kind, id, root, seq, deleted, body FROM record WHERE kind = ?`, kind)
	if err != nil {
		return nil, err
	}
	return tx.known(func(r schema.Record) bool { return r.Kind == kind }), nil
}

// ConflictsOf lists the live conflicts about a customer.
func (tx *Tx) ConflictsOf(rootID string) ([]schema.Record, error) {
	err := tx.c.each(tx.scanRecord, `SELECT kind, id, root, seq, deleted, body FROM record WHERE about = ?`, rootID)
	if err != nil {
		return nil, err
	}
	return tx.known(func(r schema.Record) bool { return r.Kind == "conflict" && r.Text("root") == rootID }), nil
}

// ConflictsFor lists the live conflicts of which one of the users is the editor or the holder.
func (tx *Tx) ConflictsFor(users []string) ([]schema.Record, error) {
	if len(users) == 0 {
		return nil, nil
	}
	err := tx.c.each(tx.scanRecord, `SELECT kind, id, root, seq, deleted, body FROM record WHERE kind = 'conflict' AND
		(body ->> 'editor' IN (SELECT j.value FROM list(?1) j) OR body ->> 'holder' IN (SELECT j.value FROM list(?1) j))`, texts(users))
	if err != nil {
		return nil, err
	}
	return tx.known(func(r schema.Record) bool {
		return r.Kind == "conflict" && (slices.Contains(users, r.Text("editor")) || slices.Contains(users, r.Text("holder")))
	}), nil
}

// known lists the live records in memory that fit, by id.
func (tx *Tx) known(fits func(schema.Record) bool) []schema.Record {
	var list []schema.Record
	for e := range maps.Values(tx.records) {
		if e.has && !e.now.Deleted && fits(e.now) {
			list = append(list, e.now)
		}
	}
	return sorted(list)
}

func sorted(list []schema.Record) []schema.Record {
	slices.SortFunc(list, func(a, b schema.Record) int { return cmp.Compare(a.ID, b.ID) })
	return list
}
