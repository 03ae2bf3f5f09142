package replica

import (
	"database/sql/driver"
	"maps"
	"slices"
	"strconv"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/wire"
)

// The sums that are compared with the server's are kept as rows come and go. Recount computes them from the rows that
// are really there, so that what a damaged page or a fault of this program has taken, added or changed is not hidden by
// a sum that still remembers it. Where they differ the counted ones are kept, and their scopes are suspect.

// Recount compares the stored sums with the rows, corrects them, and tells whether any was wrong. It reads everything; the
// writer waits only while what differs is corrected.
func (r *Replica) Recount() (wrong bool, err error) {
	var roots []string
	var scopes bool
	err = r.snapshot(func(c *conn) error {
		counted, err := c.countRows(r.tables, "")
		if err != nil {
			return err
		}
		stored, err := c.storedHolds()
		if err != nil {
			return err
		}
		for id, h := range counted {
			if stored[id] != h {
				roots = append(roots, id)
			}
		}
		for id, h := range stored {
			if _, has := counted[id]; !has && h != (holds{}) {
				roots = append(roots, id)
			}
		}
		differ, err := c.wrongScopes(stored)
		scopes = len(differ) > 0
		return err
	})
	if err != nil || len(roots) == 0 && !scopes {
		return false, err
	}
	return true, r.change(relaxed, func(t *tx) error { return t.recountSuspects(roots) })
}

// recountSuspects corrects the sums of some roots and of all scopes, and suspects the scopes whose sums were wrong.
func (t *tx) recountSuspects(roots []string) error {
	touched, err := t.recount(roots)
	if err != nil {
		return err
	}
	old, err := t.suspects()
	if err != nil {
		return err
	}
	return t.setSuspects(append(old, touched...))
}

// auditTurn is how often the rows are counted although no sum differs.
const auditTurn = 7 * 24 * time.Hour

// audit counts the rows, and looks at what they say, when that was not done for a week. What it finds is mended by the next
// sync.
func (r *Replica) audit() error {
	var counted string
	err := r.view(func(c *conn) (err error) {
		counted, err = c.meta(metaCounted)
		return err
	})
	last, _ := strconv.ParseInt(counted, 10, 64)
	if err != nil || r.clock().Sub(clock.FromMillis(last)) < auditTurn {
		return err
	}
	if _, err := r.Recount(); err != nil {
		return err
	}
	if err := r.compareImprints(); err != nil {
		return err
	}
	return r.change(relaxed, func(t *tx) error { return t.setMeta(metaCounted, strconv.FormatInt(clock.Millis(t.now), 10)) })
}

// recount corrects the sums of some roots and of all scopes, and names the scopes whose sums were wrong. It counts once
// more: a person may have typed meanwhile.
func (t *tx) recount(roots []string) ([]string, error) {
	before, err := t.storedHolds()
	if err != nil {
		return nil, err
	}
	touched := map[string]bool{}
	for _, id := range roots {
		if _, known := before[id]; !known {
			if err := t.stray(id); err != nil {
				return nil, err
			}
			continue
		}
		counted, err := t.countRows(t.r.tables, id)
		if err != nil {
			return nil, err
		}
		h := counted[id]
		err = t.exec("UPDATE root SET count = ?, sum = ?, face_count = ?, face_sum = ? WHERE id = ?",
			h.all.count, blob(h.all.sum), h.face.count, blob(h.face.sum), id)
		if err != nil {
			return nil, err
		}
		names, err := t.strings("SELECT s.name FROM root_scope r JOIN scope s ON s.n = r.scope WHERE r.root = ?", id)
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			touched[name] = true
		}
	}
	stored, err := t.storedHolds()
	if err != nil {
		return nil, err
	}
	scopes, err := t.wrongScopes(stored)
	if err != nil {
		return nil, err
	}
	for _, s := range scopes {
		if err := t.exec("UPDATE scope SET count = ?, sum = ? WHERE n = ?", s.part.count, blob(s.part.sum), s.n); err != nil {
			return nil, err
		}
		touched[s.name] = true
	}
	return slices.Collect(maps.Keys(touched)), nil
}

// stray removes rows under a root that is not in the replica. Nothing says that they may be here.
func (t *tx) stray(root string) error {
	here, err := t.here(root)
	if err != nil || here { // made on this laptop
		return err
	}
	a, err := t.applier()
	if err != nil {
		return err
	}
	if err := a.removeRows(root); err != nil {
		return err
	}
	return a.exec("DELETE FROM root_scope WHERE root = ?", root)
}

// countRows computes what each root holds of the server's rows; of one root alone when it is named. Under an unsent change
// the server's version stands in shadow.
func (c *conn) countRows(tables map[string]*table, root string) (map[string]holds, error) {
	all := map[string]holds{}
	sheltered := map[key]bool{}
	only, args := "", []driver.Value(nil)
	if root != "" {
		only, args = " AND root = ?", []driver.Value{root}
	}
	add := func(root, kind, id string, seq int64, face bool) {
		all[root] = all[root].add(rowPart(kind, id, seq), face)
	}
	err := c.query("SELECT kind, id, root, seq, body IS NULL FROM shadow WHERE 1"+only, args, func(row []driver.Value) error {
		kind, _ := row[0].(string)
		id, _ := row[1].(string)
		root, _ := row[2].(string)
		seq, _ := row[3].(int64)
		sheltered[key{kind, id}] = true
		if none, _ := row[4].(int64); none == 0 && tables[kind] != nil {
			add(root, kind, id, seq, tables[kind].kind.Face)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = c.query("SELECT kind, id, root, seq FROM foreign_row WHERE 1"+only, args, func(row []driver.Value) error {
		kind, _ := row[0].(string)
		id, _ := row[1].(string)
		root, _ := row[2].(string)
		seq, _ := row[3].(int64)
		add(root, kind, id, seq, false)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, t := range tables {
		where := " NOT INDEXED" // the rows themselves, not what an index says of them
		if root != "" {
			where = " WHERE " + rootColumn(t.kind) + " = ?"
		}
		err := c.query("SELECT id, root_id, seq FROM "+t.name+where, args, func(row []driver.Value) error {
			id, _ := row[0].(string)
			root, _ := row[1].(string)
			seq, _ := row[2].(int64)
			if !sheltered[key{name, id}] {
				add(root, name, id, seq, t.kind.Face)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// storedHolds reads what the replica believes that its roots hold.
func (c *conn) storedHolds() (map[string]holds, error) {
	all := map[string]holds{}
	err := c.query("SELECT id, count, sum, face_count, face_sum FROM root", nil, func(row []driver.Value) error {
		var s state
		s.scan(row[1:])
		id, _ := row[0].(string)
		all[id] = s.holds
		return nil
	})
	return all, err
}

// wrongScopes gives the scopes whose stored sum is not that of their roots, with the right one.
func (c *conn) wrongScopes(roots map[string]holds) ([]*scope, error) {
	scopes, err := c.scopes()
	if err != nil {
		return nil, err
	}
	byNumber := map[int64]*scope{}
	parts := map[int64]part{}
	for _, s := range scopes {
		byNumber[s.n] = s
	}
	err = c.query("SELECT root, scope FROM root_scope", nil, func(row []driver.Value) error {
		id, _ := row[0].(string)
		n, _ := row[1].(int64)
		if s := byNumber[n]; s != nil {
			parts[n] = parts[n].plus(roots[id].of(s))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var wrong []*scope
	for _, s := range scopes {
		if parts[s.n] != s.part {
			s.part = parts[s.n]
			wrong = append(wrong, s)
		}
	}
	return wrong, nil
}

// RootSum is a root of a scope with what it holds there.
type RootSum struct {
	ID    string
	Count int64
	Sum   wire.Sum
}

// RootSums lists the roots that are held through a scope, by id.
func (r *Replica) RootSums(name string) (all []RootSum, err error) {
	err = r.snapshot(func(c *conn) error {
		scopes, err := c.scopes()
		s := scopes[name]
		if err != nil || s == nil {
			return err
		}
		text := "SELECT r.id, r.count, r.sum, r.face_count, r.face_sum FROM root_scope x JOIN root r ON r.id = x.root WHERE x.scope = ? ORDER BY r.id"
		return c.query(text, []driver.Value{s.n}, func(row []driver.Value) error {
			var st state
			st.scan(row[1:])
			id, _ := row[0].(string)
			p := st.holds.of(s)
			all = append(all, RootSum{id, p.count, p.sum})
			return nil
		})
	})
	return all, err
}
