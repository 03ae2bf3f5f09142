package replica

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// Applied tells what a checkpoint brought.
type Applied struct {
	Done     bool // a checkpoint is complete; otherwise more pages are to come
	Rows     int
	Left     int      // roots that left the replica
	Mismatch []string // scopes whose sums differ from the server's
	Tally
}

// applier brings the pages of one checkpoint into the replica, in one transaction.
type applier struct {
	*tx
	scopes  map[string]*scope
	pending map[key]bool    // records with unsent changes
	roots   map[string]bool // roots of such records
	changed map[string]bool // those of them that the pages touched
	leaves  []leave
	joined  int // roots that are new
	silent  int // roots that left without a stated reason
	out     Applied
}

// leave is a customer that left, with the reason.
type leave struct {
	root  string
	why   *wire.Leave
	mine  bool // I held it, or it has unsent changes of mine
	faced bool // its face stays in sight: it lies in a pool of mine, or somebody below me holds it
}

func (t *tx) applier() (*applier, error) {
	a := &applier{tx: t, pending: map[key]bool{}, roots: map[string]bool{}, changed: map[string]bool{}}
	var err error
	if a.scopes, err = t.scopes(); err != nil {
		return nil, err
	}
	lines, err := t.lines("WHERE op <> 'command'")
	for _, l := range lines {
		a.roots[l.root] = true
		for _, k := range l.keys() {
			a.pending[k] = true
		}
	}
	return a, err
}

func (a *applier) page(p *Page) error {
	a.out.Rows += p.Rows
	for _, s := range p.steps {
		var err error
		switch {
		case s.drop != nil:
			err = a.drop(s.drop)
		case s.grant != nil:
			err = a.grant(s.grant)
		case s.root != nil:
			err = a.root(s.root)
		case s.result != nil:
			err = a.answer(*s.result, &a.out.Tally)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// finish ends a checkpoint: sums, answered changes, rows with unsent changes, what left.
func (a *applier) finish(end wire.End) error {
	if err := a.keepScopes(); err != nil {
		return err
	}
	a.out.Done = true
	a.out.Mismatch = a.compare(end.Scopes)
	if err := a.setMeta(metaCursor, end.Cursor); err != nil {
		return err
	}
	if err := a.setMeta(metaPull, ""); err != nil {
		return err
	}
	for _, l := range a.leaves {
		if err := a.tellLeave(l); err != nil {
			return err
		}
	}
	if err := a.settle(true); err != nil {
		return err
	}
	if err := a.relay(); err != nil {
		return err
	}
	return a.allowRemoval()
}

// relay puts unsent changes back on top of the rows that came under them.
func (a *applier) relay() error {
	for root := range a.changed {
		lines, err := a.lines("WHERE root = ? AND op <> 'command' ORDER BY n", root)
		if err != nil {
			return err
		}
		for _, l := range lines {
			a.outdate(l.keys())
		}
	}
	return nil
}

// The bounds of the fail-safe: a checkpoint that takes more away than both, without saying why, is not believed.
const (
	safeRemovals = 500
	safePercent  = 20
)

func (a *applier) allowRemoval() error {
	if a.silent <= safeRemovals {
		return nil
	}
	now, err := a.number("SELECT count(*) FROM root")
	if err != nil {
		return err
	}
	before := int(now) + a.out.Left - a.joined
	if a.silent*100 <= before*safePercent {
		return nil
	}
	allowed, err := a.meta(metaRemoval)
	if err != nil {
		return err
	}
	if allowed != yes {
		return fault.New(fault.MassRemoval, "Count", a.silent)
	}
	return a.setMeta(metaRemoval, "")
}

// AllowRemoval lets the next checkpoint take away as much as it says, after a MASS_REMOVAL fault was shown to a person.
func (r *Replica) AllowRemoval() error {
	return r.change(durable, func(t *tx) error { return t.setMeta(metaRemoval, yes) })
}

// tellLeave puts a customer that left its holder into the tray. What left a pool, or left by the reader's own doing,
// needs no telling.
func (a *applier) tellLeave(l leave) error {
	if l.why == nil || !l.mine {
		return nil
	}
	user, err := a.meta(metaUser)
	if err != nil || l.why.By == user {
		return err
	}
	asked, err := a.number("SELECT count(*) FROM outbox WHERE op = 'command' AND record = ?", l.root)
	if err != nil || asked > 0 {
		return err
	}
	here, err := a.number("SELECT count(*) FROM root WHERE id = ?", l.root)
	if err != nil || here > 0 && !l.faced { // it came back in the same checkpoint
		return err
	}
	return a.tray(TrayItem{
		ID: fmt.Sprintf("leave-%s-%d", l.root, a.now.UnixMilli()), Type: TrayLeave, Root: l.root, At: a.now.UnixMilli(),
		Title: l.why.Name, Name: l.why.Name, Leave: l.why,
	})
}

// lost notices that a customer of mine has another holder now while it stays in sight.
func (a *applier) lost(g *group) error {
	for _, w := range g.rows {
		if w.t.kind.Name != "holding" || w.deleted {
			continue
		}
		was, err := a.text("SELECT owner FROM holding WHERE id = ?", w.id)
		if err != nil || was == "" {
			return err
		}
		user, err := a.meta(metaUser)
		if err != nil {
			return err
		}
		now := w.record()
		if was != user || now.Text("owner") == user {
			return nil
		}
		why := wire.Leave{How: now.Text("how"), To: now.Text("pool"), At: now.Int("pooled_at"), Name: a.titleOf("customer", w.id)}
		if now.Has("owner") {
			why.To, why.At = now.Text("owner"), now.Int("claimed_at")
		}
		if why.Days, err = a.number("SELECT coalesce(max(days), 0) FROM rule WHERE id = ?", now.Text("rule")); err != nil {
			return err
		}
		a.leaves = append(a.leaves, leave{root: w.id, why: &why, mine: true, faced: true})
	}
	return nil
}

// state is a root as the replica holds it.
type state struct {
	exists bool
	holds  holds
	in     map[int64]bool
}

func (a *applier) load(id string) (s state, err error) {
	s.in = map[int64]bool{}
	err = a.query("SELECT count, sum, face_count, face_sum FROM root WHERE id = ?", []driver.Value{id}, func(row []driver.Value) error {
		s.exists = true
		s.holds.all.count, _ = row[0].(int64)
		s.holds.all.sum = sumOf(row[1])
		s.holds.face.count, _ = row[2].(int64)
		s.holds.face.sum = sumOf(row[3])
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

// tally adds or takes a root's rows to or from the sums of its scopes.
func (a *applier) tally(s state, join bool) {
	for _, sc := range a.scopes {
		if !s.in[sc.n] {
			continue
		}
		if sc.dirty = true; join {
			sc.part = sc.part.plus(s.holds.of(sc))
		} else {
			sc.part = sc.part.minus(s.holds.of(sc))
		}
	}
}

// root applies a root: where it is now, and its rows.
func (a *applier) root(g *group) error {
	s, err := a.load(g.ID)
	if err != nil {
		return err
	}
	a.tally(s, false)
	if err := a.move(g, &s); err != nil {
		return err
	}
	if len(s.in) == 0 {
		if !s.exists {
			return nil
		}
		if g.Leave == nil {
			a.silent++
		}
		return a.removeRoot(g.ID, g.Leave)
	}
	if a.roots[g.ID] {
		a.changed[g.ID] = true
	}
	if err := a.lost(g); err != nil {
		return err
	}
	if g.Join && s.exists {
		if err := a.removeRows(g.ID); err != nil {
			return err
		}
		s.holds = holds{}
	}
	if err := a.rows(g, &s); err != nil {
		return err
	}
	a.tally(s, true)
	if !s.exists {
		a.joined++
	}
	return a.exec(`INSERT INTO root (id, count, sum, face_count, face_sum) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET count = excluded.count, sum = excluded.sum, face_count = excluded.face_count, face_sum = excluded.face_sum`,
		g.ID, s.holds.all.count, blob(s.holds.all.sum), s.holds.face.count, blob(s.holds.face.sum))
}

// move brings a root into scopes and out of others. A scope that was not granted is not ours to hold.
func (a *applier) move(g *group, s *state) error {
	for _, name := range g.Out {
		sc := a.scopes[name]
		if sc == nil || !s.in[sc.n] {
			continue
		}
		delete(s.in, sc.n)
		if err := a.exec("DELETE FROM root_scope WHERE root = ? AND scope = ?", g.ID, sc.n); err != nil {
			return err
		}
	}
	for _, name := range g.In {
		sc := a.scopes[name]
		if sc == nil || s.in[sc.n] {
			continue
		}
		s.in[sc.n] = true
		if err := a.exec("INSERT INTO root_scope (root, scope) VALUES (?, ?)", g.ID, sc.n); err != nil {
			return err
		}
	}
	return nil
}

// rows writes the rows of a root that are in the page and keeps its sums.
func (a *applier) rows(g *group, s *state) error {
	for _, w := range g.rows {
		k := key{w.t.kind.Name, w.id}
		old, err := a.seqOf(k, w.t)
		if err != nil {
			return err
		}
		if old > 0 {
			s.holds = s.holds.sub(rowPart(k.kind, k.id, old), w.t.kind.Face)
		}
		if !w.deleted {
			s.holds = s.holds.add(rowPart(k.kind, k.id, w.seq), w.t.kind.Face)
		}
		if err := a.land(k, g.ID, w); err != nil {
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

// seqOf is the server's version of a record that the replica holds, 0 for none.
func (a *applier) seqOf(k key, t *table) (int64, error) {
	if a.pending[k] {
		b, err := a.shadow(k)
		if err != nil || b.known {
			return b.rec.Seq, err
		}
	}
	return a.number("SELECT seq FROM "+t.name+" WHERE id = ?", k.id)
}

// land writes a row, or puts it under the unsent changes of its record, which is then shown anew at the end.
func (a *applier) land(k key, root string, w *row) error {
	a.removed = a.removed || w.deleted
	switch {
	case a.pending[k] && w.deleted:
		a.outdate([]key{k})
		return a.setShadow(k, root, nil)
	case a.pending[k]:
		rec := w.record()
		a.outdate([]key{k})
		return a.setShadow(k, root, &rec)
	case w.deleted:
		return a.remove(w.t, root, w.id)
	}
	return a.put(w)
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

// removeRoot takes a root and everything below it away. Unsent changes on it stay in the outbox: the server has yet to
// say what becomes of them.
func (a *applier) removeRoot(id string, why *wire.Leave) error {
	l := leave{root: id, why: why, mine: a.roots[id]}
	if !l.mine && why != nil {
		owner, err := a.text("SELECT owner FROM holding WHERE id = ?", id)
		if err != nil {
			return err
		}
		user, err := a.meta(metaUser)
		if err != nil {
			return err
		}
		l.mine = owner != "" && owner == user
	}
	a.leaves = append(a.leaves, l)
	a.out.Left++
	a.removed = true
	if err := a.removeRows(id); err != nil {
		return err
	}
	if err := a.exec("DELETE FROM root_scope WHERE root = ?", id); err != nil {
		return err
	}
	return a.exec("DELETE FROM root WHERE id = ?", id)
}

// removeRows takes all rows under a root away, with their search lines and shadows.
func (a *applier) removeRows(root string) error {
	a.removed = true
	for name, tbl := range a.r.tables {
		column := "root_id"
		if !hasRootIndex(tbl.kind) {
			column = "id"
		}
		n, err := a.count("DELETE FROM "+tbl.name+" WHERE "+column+" = ?", root)
		if err != nil {
			return err
		}
		if n > 0 {
			a.touch(name)
		}
	}
	for _, table := range []string{"finder", "shadow", "foreign_row"} {
		if err := a.exec("DELETE FROM "+table+" WHERE root = ?", root); err != nil {
			return err
		}
	}
	return nil
}

// hasRootIndex says whether rows of a kind are found by their root; of the others the id is the root.
func hasRootIndex(k *schema.Kind) bool { return k.Parent != "" && k.Name != "holding" }
