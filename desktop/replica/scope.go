package replica

import (
	"database/sql/driver"
	"encoding/binary"

	"yuzhou/shared/wire"
)

// scope is a stream this replica holds, with the count and sum of what is held through it.
type scope struct {
	n     int64
	name  string
	face  bool
	part  part
	dirty bool
}

// part is the count and sum of some rows, always computed from the replica's own rows.
type part struct {
	count int64
	sum   wire.Sum
}

func (p part) plus(q part) part  { return part{p.count + q.count, p.sum.Add(q.sum)} }
func (p part) minus(q part) part { return part{p.count - q.count, p.sum.Sub(q.sum)} }

func rowPart(kind, id string, seq int64) part { return part{1, wire.RowSum(kind, id, seq)} }

// holds is what a root holds: all of its rows, and its face alone.
type holds struct{ all, face part }

func (h holds) of(s *scope) part {
	if s.face {
		return h.face
	}
	return h.all
}

func (h holds) plus(more holds) holds { return holds{h.all.plus(more.all), h.face.plus(more.face)} }

func (h holds) add(p part, face bool) holds {
	h.all = h.all.plus(p)
	if face {
		h.face = h.face.plus(p)
	}
	return h
}

func (h holds) sub(p part, face bool) holds {
	h.all = h.all.minus(p)
	if face {
		h.face = h.face.minus(p)
	}
	return h
}

func blob(s wire.Sum) driver.Value {
	b := make([]byte, 16)
	binary.BigEndian.PutUint64(b[:8], s.Hi)
	binary.BigEndian.PutUint64(b[8:], s.Lo)
	return b
}

func sumOf(v driver.Value) wire.Sum {
	b, _ := v.([]byte)
	if len(b) != 16 {
		return wire.Sum{}
	}
	return wire.Sum{Hi: binary.BigEndian.Uint64(b[:8]), Lo: binary.BigEndian.Uint64(b[8:])}
}

func (c *conn) scopes() (map[string]*scope, error) {
	all := map[string]*scope{}
	err := c.query("SELECT n, name, face, count, sum FROM scope", nil, func(row []driver.Value) error {
		s := &scope{}
		s.n, _ = row[0].(int64)
		s.name, _ = row[1].(string)
		face, _ := row[2].(int64)
		s.face = face != 0
		s.part.count, _ = row[3].(int64)
		s.part.sum = sumOf(row[4])
		all[s.name] = s
		return nil
	})
	return all, err
}

// ScopeSums tells what the replica counts in each scope it holds.
func (r *Replica) ScopeSums() (all []wire.ScopeSum, err error) {
	err = r.view(func(c *conn) error {
		scopes, err := c.scopes()
		for _, s := range scopes {
			all = append(all, wire.ScopeSum{Scope: s.name, Count: s.part.count, Sum: s.part.sum})
		}
		return err
	})
	return all, err
}

// grant adds a scope, or tells its projection anew.
func (a *applier) grant(g *wire.Grant) error {
	err := a.exec(`INSERT INTO scope (name, face, masked, hidden, sum) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET face = excluded.face, masked = excluded.masked, hidden = excluded.hidden`,
		g.Scope, flag(g.Face), orNull(listText(g.Masked)), orNull(listText(g.Hidden)), blob(wire.Sum{}))
	if err != nil || a.scopes[g.Scope] != nil {
		return err
	}
	n, err := a.number("SELECT n FROM scope WHERE name = ?", g.Scope)
	a.scopes[g.Scope] = &scope{n: n, name: g.Scope, face: g.Face}
	return err
}

// drop takes a scope away with everything that is held through it alone.
func (a *applier) drop(d *wire.Drop) error {
	s := a.scopes[d.Scope]
	if s == nil {
		return nil
	}
	roots, err := a.strings("SELECT root FROM root_scope WHERE scope = ?", s.n)
	if err != nil {
		return err
	}
	for _, id := range roots {
		if err := a.exec("DELETE FROM root_scope WHERE root = ? AND scope = ?", id, s.n); err != nil {
			return err
		}
		left, err := a.number("SELECT count(*) FROM root_scope WHERE root = ?", id)
		if err != nil {
			return err
		}
		if left == 0 {
			if err := a.removeRoot(id, nil); err != nil {
				return err
			}
		}
	}
	delete(a.scopes, d.Scope)
	return a.exec("DELETE FROM scope WHERE n = ?", s.n)
}

// keepScopes writes the sums that have changed.
func (a *applier) keepScopes() error {
	for _, s := range a.scopes {
		if !s.dirty {
			continue
		}
		if err := a.exec("UPDATE scope SET count = ?, sum = ? WHERE n = ?", s.part.count, blob(s.part.sum), s.n); err != nil {
			return err
		}
		s.dirty = false
	}
	return nil
}

// compare gives the scopes in which server and replica do not count the same.
func (a *applier) compare(theirs []wire.ScopeSum) (wrong []string) {
	for _, t := range theirs {
		s := a.scopes[t.Scope]
		if s == nil || s.part != (part{t.Count, t.Sum}) {
			wrong = append(wrong, t.Scope)
		}
	}
	return wrong
}
