package replica

import (
	"database/sql/driver"
	"encoding/json"

	"yuzhou/shared/change"
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
	mine    map[string]bool // roots of unsent changes, and of those that this checkpoint settles
	asked   map[string]bool // customers that a command of the outbox asks for
	shadows map[key]under   // the server's versions under records that stand in shadow
	lifted  []key           // of these, the records that have no unsent change any more and whose row has come
	done    []line          // entries of the outbox that this checkpoint settles
	settled bool            // done is known
	heard   *Page           // its results are noted already
	stamps  stamps
	ahead   ahead
	spans   []span
	leaves  []leave
	joined  int // roots that are new
	silent  int // roots that left without a stated reason
	out     Applied
}

// under is what stands in shadow under a record with unsent changes.
type under struct {
	root string
	seq  int64
}

func (t *tx) applier() (*applier, error) {
	a := &applier{
		tx: t, pending: map[key]bool{}, roots: map[string]bool{}, changed: map[string]bool{}, mine: map[string]bool{},
		asked: map[string]bool{}, shadows: map[key]under{},
	}
	var err error
	if a.scopes, err = t.scopes(); err != nil {
		return nil, err
	}
	if a.spans, err = t.openSpans(); err != nil {
		return nil, err
	}
	lines, err := t.lines("")
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		a.wait(l)
	}
	err = t.query("SELECT kind, id, root, seq FROM shadow", nil, func(row []driver.Value) error {
		var k key
		var u under
		k.kind, _ = row[0].(string)
		k.id, _ = row[1].(string)
		u.root, _ = row[2].(string)
		u.seq, _ = row[3].(int64)
		a.shadows[k] = u
		return nil
	})
	return a, err
}

// wait notes an entry of the outbox.
func (a *applier) wait(l line) {
	if l.op == change.Ask {
		a.asked[l.record] = true
		return
	}
	a.roots[l.root], a.mine[l.root] = true, true
	for _, k := range l.keys() {
		a.pending[k] = true
	}
}

// settleAhead settles before the rows of a checkpoint come what it will settle: then they need not pass under changes
// that are about to go. Nobody sees the state between.
func (t *tx) settleAhead(last *Page) (*applier, error) {
	var tally Tally
	if err := t.answers(last.results, &tally); err != nil {
		return nil, err
	}
	_, seq := ReadCursor(last.End.Cursor)
	done, err := t.settle(seq, true)
	if err != nil {
		return nil, err
	}
	a, err := t.applier()
	if err != nil {
		return nil, err
	}
	for _, l := range done {
		if l.op == change.Ask {
			a.asked[l.record] = true
		} else {
			a.mine[l.root] = true
		}
	}
	a.done, a.settled, a.out.Tally, a.heard = done, true, tally, last
	return a, nil
}

func (a *applier) page(p *Page) error {
	a.out.Rows += p.Rows
	a.ahead = ahead{}
	for i, s := range p.steps {
		var err error
		switch {
		case s.drop != nil:
			a.ahead = ahead{}
			if err = a.stamp(); err == nil {
				err = a.drop(s.drop)
			}
		case s.grant != nil:
			err = a.grant(s.grant)
		case s.span != nil:
			err = a.span(s.span)
		case s.root != nil:
			if a.ahead.states == nil {
				err = a.look(p.steps[i:])
			}
			if err == nil {
				err = a.root(s.root)
			}
		}
		if err != nil {
			return err
		}
	}
	if err := a.stamp(); err != nil || p == a.heard {
		return err
	}
	return a.answers(p.results, &a.out.Tally)
}

// finish ends a checkpoint: sums, answered changes, rows with unsent changes, what left.
func (a *applier) finish(end wire.End) error {
	spanned, err := a.closeSpans()
	if err != nil {
		return err
	}
	if err := a.keepScopes(); err != nil {
		return err
	}
	a.out.Done = true
	if err := a.checkSums(end.Scopes, spanned); err != nil {
		return err
	}
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
	if !a.settled {
		_, seq := ReadCursor(end.Cursor)
		if a.done, err = a.settle(seq, true); err != nil {
			return err
		}
	}
	if err := a.ended(a.done); err != nil {
		return err
	}
	if err := a.forgetLeft(); err != nil {
		return err
	}
	if err := a.tellOffered(); err != nil {
		return err
	}
	if err := a.relay(); err != nil {
		return err
	}
	if err := a.lift(); err != nil {
		return err
	}
	return a.allowRemoval()
}

// checkSums holds what the scopes add up to against the server's sums; spanned is how many roots the spans of each scope
// took away.
func (a *applier) checkSums(theirs []wire.ScopeSum, spanned map[string]int) error {
	a.out.Mismatch = a.compare(theirs)
	for _, name := range a.out.Mismatch {
		a.silent += spanned[name] // what a repair takes away without making the sums agree is not believed
	}
	return a.suspect(theirs, a.out.Mismatch)
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

// lift removes the shadows of records that show the server's row again.
func (a *applier) lift() error {
	if len(a.lifted) == 0 {
		return nil
	}
	pairs := make([][2]string, len(a.lifted))
	for i, k := range a.lifted {
		pairs[i] = [2]string{k.kind, k.id}
	}
	list, err := json.Marshal(pairs)
	if err != nil {
		return err
	}
	return a.takeOut("shadow", len(a.shadows) == 0, "WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))", string(list))
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

// root applies a root: where it is now, and its rows.
func (a *applier) root(g *group) error {
	s, err := a.state(g.ID)
	if err != nil {
		return err
	}
	if err := a.named(g); err != nil {
		return err
	}
	a.tally(s, false)
	if err := a.move(g, s); err != nil {
		return err
	}
	if len(s.in) == 0 {
		if !s.exists {
			return nil
		}
		if g.Leave == nil {
			a.silent++
		}
		s.exists = false
		return a.removeRoot(g.ID, g.Leave)
	}
	if a.roots[g.ID] {
		a.changed[g.ID] = true
		a.removed = a.removed || g.Join // what was typed here in full may come back veiled
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
	if err := a.rows(g, s); err != nil {
		return err
	}
	a.tally(s, true)
	if !s.exists {
		a.joined++
		s.exists = true
	}
	return a.exec(`INSERT INTO root (id, count, sum, face_count, face_sum) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET count = excluded.count, sum = excluded.sum, face_count = excluded.face_count, face_sum = excluded.face_sum`,
		g.ID, s.holds.all.count, blob(s.holds.all.sum), s.holds.face.count, blob(s.holds.face.sum))
}

// tally adds or takes a root's rows to or from the sums of its scopes.
func (a *applier) tally(s *state, join bool) {
	if len(s.in) == 0 {
		return
	}
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

// removeRoot takes a root and everything below it away. Unsent changes on it stay in the outbox: the server has yet to
// say what becomes of them.
func (a *applier) removeRoot(id string, why *wire.Leave) error {
	l := leave{root: id, why: why, mine: a.mine[id]}
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
	if err := a.keepMine(id); err != nil {
		return err
	}
	a.leaves = append(a.leaves, l)
	a.out.Left++
	a.removed, a.left = true, true
	if err := a.removeRows(id); err != nil {
		return err
	}
	if err := a.exec("DELETE FROM root_scope WHERE root = ?", id); err != nil {
		return err
	}
	return a.exec("DELETE FROM root WHERE id = ?", id)
}

// forgetLeft removes what is kept of the roots that left, after it was told what became of it.
func (a *applier) forgetLeft() error {
	for _, l := range a.leaves {
		here, err := a.here(l.root)
		if err != nil {
			return err
		}
		if here {
			continue
		}
		if err := a.forgetKept(l.root); err != nil {
			return err
		}
	}
	return nil
}

// removeRows takes all rows under a root away, with their search lines and shadows.
func (a *applier) removeRows(root string) error {
	a.removed = true
	for name, tbl := range a.r.tables {
		n, err := a.count("DELETE FROM "+tbl.name+" WHERE "+rootColumn(tbl.kind)+" = ?", root)
		if err != nil {
			return err
		}
		if n > 0 {
			a.touch(name)
		}
	}
	for _, table := range []string{"finder", "shadow", "foreign_row", "imprint"} {
		if err := a.exec("DELETE FROM "+table+" WHERE root = ?", root); err != nil {
			return err
		}
	}
	a.ahead.forget(root)
	for k, u := range a.shadows {
		if u.root == root {
			delete(a.shadows, k)
		}
	}
	return nil
}

// rootColumn is the column by which the rows of a kind are found by their root: where a root has one row of the kind, the
// row's id is the root's.
func rootColumn(k *schema.Kind) string {
	if k.Parent != "" && k.Name != "holding" {
		return "root_id"
	}
	return "id"
}
