package replica

import (
	"database/sql/driver"
	"encoding/json"

	"yuzhou/shared/wire"
)

// state is a root as the replica holds it.
type state struct {
	exists bool
	holds  holds
	in     map[int64]bool
}

// ahead is what was read of the replica for the roots of a page: one statement for each table instead of several for
// each row. It is kept in step with what the page changes.
type ahead struct {
	states map[string]*state
	rows   map[key]*row     // nil: it is known that there is none
	under  map[string][]key // the rows of a root
}

// note keeps what a record is now.
func (h *ahead) note(k key, w *row) {
	if h.rows == nil {
		return
	}
	h.rows[k] = w
	if w != nil {
		h.under[w.root] = append(h.under[w.root], k)
	}
}

// forget drops the rows of a root that were removed.
func (h *ahead) forget(root string) {
	for _, k := range h.under[root] {
		h.rows[k] = nil
	}
	delete(h.under, root)
}

// look reads ahead for the roots of some steps.
func (a *applier) look(steps []step) error {
	if err := a.stamp(); err != nil {
		return err
	}
	a.ahead = ahead{states: map[string]*state{}, rows: map[key]*row{}, under: map[string][]key{}}
	var roots []string
	ids := map[*table][]string{}
	for _, s := range steps {
		if s.root == nil {
			continue
		}
		roots = append(roots, s.root.ID)
		a.ahead.states[s.root.ID] = &state{in: map[int64]bool{}}
		for _, w := range s.root.rows {
			ids[w.t] = append(ids[w.t], w.id)
			a.ahead.rows[key{w.t.kind.Name, w.id}] = nil
		}
	}
	list := idList(roots)
	err := a.query("SELECT id, count, sum, face_count, face_sum FROM root WHERE id IN (SELECT value FROM json_each(?))", []driver.Value{list},
		func(row []driver.Value) error {
			id, _ := row[0].(string)
			a.ahead.states[id].scan(row[1:])
			return nil
		})
	if err != nil {
		return err
	}
	err = a.query("SELECT root, scope FROM root_scope WHERE root IN (SELECT value FROM json_each(?))", []driver.Value{list},
		func(row []driver.Value) error {
			id, _ := row[0].(string)
			n, _ := row[1].(int64)
			a.ahead.states[id].in[n] = true
			return nil
		})
	if err != nil {
		return err
	}
	for t, list := range ids {
		err := a.query(t.sel+" WHERE id IN (SELECT value FROM json_each(?))", []driver.Value{idList(list)}, func(values []driver.Value) error {
			w := t.scan(values)
			a.ahead.note(key{t.kind.Name, w.id}, w)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *state) scan(row []driver.Value) {
	s.exists = true
	s.holds.all.count, _ = row[0].(int64)
	s.holds.all.sum = sumOf(row[1])
	s.holds.face.count, _ = row[2].(int64)
	s.holds.face.sum = sumOf(row[3])
}

// state is a root as it is at this moment of the checkpoint.
func (a *applier) state(id string) (*state, error) {
	if s := a.ahead.states[id]; s != nil {
		return s, nil
	}
	s := &state{in: map[int64]bool{}}
	err := a.query("SELECT count, sum, face_count, face_sum FROM root WHERE id = ?", []driver.Value{id}, func(row []driver.Value) error {
		s.scan(row)
		return nil
	})
	if err != nil || !s.exists {
		return s, err
	}
	err = a.query("SELECT scope FROM root_scope WHERE root = ?", []driver.Value{id}, func(row []driver.Value) error {
		n, _ := row[0].(int64)
		s.in[n] = true
		return nil
	})
	return s, err
}

// shown is a record as the person sees it at this moment of the checkpoint, nil when it is not here.
func (a *applier) shown(k key, t *table) (*row, error) {
	if w, known := a.ahead.rows[k]; known {
		return w, nil
	}
	return a.get(t, k.id)
}

// rows writes the rows of a root that are in the page and keeps its sums.
func (a *applier) rows(g *group, s *state) error {
	for _, w := range g.rows {
		k := key{w.t.kind.Name, w.id}
		old, err := a.shown(k, w.t)
		if err != nil {
			return err
		}
		if seq := a.version(k, old); seq > 0 {
			s.holds = s.holds.sub(rowPart(k.kind, k.id, seq), w.t.kind.Face)
		}
		if !w.deleted {
			s.holds = s.holds.add(rowPart(k.kind, k.id, w.seq), w.t.kind.Face)
		}
		if err := a.land(k, g.ID, w, old); err != nil {
			return err
		}
	}
	for _, f := range g.foreign {
		if err := a.foreign(g.ID, f, s); err != nil {
			return err
		}
	}
	return nil
}

// version is the server's version of a record that the replica holds, 0 for none.
func (a *applier) version(k key, old *row) int64 {
	if u, sheltered := a.shadows[k]; sheltered {
		return u.seq
	}
	if old == nil {
		return 0
	}
	return old.seq
}

// land writes a row, or puts it under the unsent changes of its record, which is then shown anew at the end.
func (a *applier) land(k key, root string, w, old *row) error {
	a.removed = a.removed || w.deleted
	if a.pending[k] {
		a.outdate([]key{k})
		if w.deleted {
			a.shadows[k] = under{root, 0}
			return a.setShadow(k, root, nil)
		}
		a.shadows[k] = under{root, w.seq}
		rec := w.record()
		return a.setShadow(k, root, &rec)
	}
	if _, sheltered := a.shadows[k]; sheltered { // its last unsent change was settled, and this is its effect
		delete(a.shadows, k)
		a.lifted = append(a.lifted, k)
		a.current(k)
	}
	if w.deleted {
		a.ahead.note(k, nil)
		return a.remove(w.t, root, w.id)
	}
	a.ahead.note(k, w)
	if a.stamps.take(w, old) {
		a.touch(k.kind)
		return nil
	}
	return a.place(w, old)
}

// foreign keeps a row of a kind that this program does not know; it is counted like the others, but is no face.
func (a *applier) foreign(root string, f wire.Row, s *state) error {
	old, err := a.number("SELECT seq FROM foreign_row WHERE kind = ? AND id = ?", f.Kind, f.ID)
	if err != nil {
		return err
	}
	if old > 0 {
		s.holds = s.holds.sub(rowPart(f.Kind, f.ID, old), false)
	}
	if f.Deleted {
		return a.exec("DELETE FROM foreign_row WHERE kind = ? AND id = ?", f.Kind, f.ID)
	}
	s.holds = s.holds.add(rowPart(f.Kind, f.ID, f.Seq), false)
	return a.keepForeign(root, f)
}

func (t *tx) keepForeign(root string, f wire.Row) error {
	body, err := json.Marshal(f.Body)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO foreign_row (kind, id, root, seq, masked, body) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (kind, id) DO UPDATE SET root = excluded.root, seq = excluded.seq, masked = excluded.masked, body = excluded.body`,
		f.Kind, f.ID, root, f.Seq, orNull(listText(f.Masked)), string(body))
}
