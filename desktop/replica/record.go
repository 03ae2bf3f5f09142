package replica

import (
	"database/sql/driver"

	"yuzhou/shared/schema"
)

// key names a record.
type key struct{ kind, id string }

// get reads a record as the person sees it, deleted ones included.
func (c *conn) get(t *table, id string) (*row, error) {
	var w *row
	err := c.query(t.sel+" WHERE id = ?", []driver.Value{id}, func(values []driver.Value) error {
		w = t.scan(values)
		return nil
	})
	return w, err
}

// Get reads a record as the person sees it. Deleted and unknown ones are not there.
func (r *Replica) Get(kind, id string) (rec schema.Record, ok bool, err error) {
	t := r.tables[kind]
	if t == nil {
		return rec, false, nil
	}
	err = r.view(func(c *conn) error {
		w, err := c.get(t, id)
		if err == nil && w != nil && !w.deleted {
			rec, ok = w.record(), true
		}
		return err
	})
	return rec, ok, err
}

// Children reads the records of a kind under a root, in the order of their ids, which is that of their making.
func (r *Replica) Children(kind, root string) (all []schema.Record, err error) {
	t := r.tables[kind]
	if t == nil {
		return nil, nil
	}
	err = r.view(func(c *conn) error {
		return c.query(t.sel+" WHERE root_id = ? AND deleted = 0 ORDER BY id", []driver.Value{root}, func(values []driver.Value) error {
			all = append(all, t.scan(values).record())
			return nil
		})
	})
	return all, err
}

// maxIDs bounds how many ids one statement names.
const maxIDs = 200

// Records reads records by their ids, in no promised order; what is not there is left out.
func (r *Replica) Records(kind string, ids []string) (map[string]schema.Record, error) {
	t := r.tables[kind]
	all := make(map[string]schema.Record, len(ids))
	if t == nil {
		return all, nil
	}
	err := r.view(func(c *conn) error {
		return each(ids, func(part []driver.Value) error {
			return c.query(t.sel+" WHERE deleted = 0 AND id IN ("+marks(len(part))+")", part, func(values []driver.Value) error {
				w := t.scan(values)
				all[w.id] = w.record()
				return nil
			})
		})
	})
	return all, err
}

// each cuts ids into parts of maxIDs, the last filled up with nulls so that one prepared statement serves them all.
func each(ids []string, fn func(part []driver.Value) error) error {
	for from := 0; from < len(ids); from += maxIDs {
		part := make([]driver.Value, maxIDs)
		for i, id := range ids[from:min(from+maxIDs, len(ids))] {
			part[i] = id
		}
		if err := fn(part); err != nil {
			return err
		}
	}
	return nil
}

// put writes a row as the person is to see it, with what hangs on it.
func (t *tx) put(w *row) error {
	old, err := t.get(w.t, w.id)
	if err != nil {
		return err
	}
	return t.place(w, old)
}

// place is put when what stands there now is known, nil for nothing: the search line and the columns that customers
// borrow from their holding are written only where they change.
func (t *tx) place(w, old *row) error {
	t.touch(w.t.kind.Name)
	if err := t.write(w, old); err != nil {
		return err
	}
	if err := t.find(w, old); err != nil {
		return err
	}
	switch w.t.kind.Name {
	case "holding":
		return t.derive(w.id)
	case "customer":
		if name := w.title(); old == nil || name != old.title() {
			if err := t.exec("UPDATE customer SET name_key = ? WHERE id = ?", orNull(nameKey(name)), w.id); err != nil {
				return err
			}
		}
		if old == nil {
			return t.derive(w.id)
		}
	}
	return nil
}

// find keeps the search line of a row; most changes leave it as it is.
func (t *tx) find(w, old *row) error {
	if !found(w.t.kind) || old != nil && w.soundsLike(old) {
		return nil
	}
	text := ""
	if !w.deleted {
		text = finderText(w.t, w)
	}
	if old != nil {
		if err := t.unfind(w.t, w.root, w.id); err != nil {
			return err
		}
	}
	if text == "" {
		return nil
	}
	return t.exec(insertFinder, w.t.kind.Name, w.id, w.root, text)
}

const insertFinder = "INSERT INTO finder (kind, id, root, text) VALUES (?, ?, ?, ?)"

// remove takes a row away with its search line.
func (t *tx) remove(tbl *table, root, id string) error {
	t.touch(tbl.kind.Name)
	if err := t.unfind(tbl, root, id); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM "+tbl.name+" WHERE id = ?", id); err != nil {
		return err
	}
	if tbl.kind.Name == "holding" {
		return t.derive(id)
	}
	return nil
}

func (t *tx) unfind(tbl *table, root, id string) error {
	if !found(tbl.kind) {
		return nil
	}
	return t.exec("DELETE FROM finder WHERE root = ? AND id = ? AND kind = ?", root, id, tbl.kind.Name)
}

// derive copies into a customer what its holding says, and computes its day to the pool.
func (t *tx) derive(customer string) error {
	t.touch("customer")
	w, err := t.get(t.r.tables["holding"], customer)
	if err != nil {
		return err
	}
	holding := schema.Record{}
	if w != nil {
		holding = w.record()
	}
	d, err := t.directory()
	if err != nil {
		return err
	}
	return t.exec("UPDATE customer SET owner = ?, pool = ?, followed_at = ?, touched_at = ?, pooled_at = ?, due_on = ? WHERE id = ?",
		append(d.facts(holding, t.now), customer)...)
}
