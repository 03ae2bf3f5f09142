package replica

import (
	"encoding/json"
	"fmt"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// leave is a customer that left, with the reason.
type leave struct {
	root  string
	why   *wire.Leave
	mine  bool // I held it, or it has unsent changes of mine
	faced bool // its face stays in sight: it lies in a pool of mine, or somebody below me holds it
}

// tellLeave puts a customer that left its holder into the tray. What left a pool, or left by the reader's own doing,
// needs no telling.
func (a *applier) tellLeave(l leave) error {
	if l.why == nil || !l.mine || a.asked[l.root] {
		return nil
	}
	user, err := a.meta(metaUser)
	if err != nil || l.why.By == user {
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
		old, err := a.shown(key{"holding", w.id}, w.t)
		if err != nil || old == nil {
			return err
		}
		was := old.record().Text("owner")
		if was == "" {
			return nil
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

// keepMine keeps what the person typed when an open conflict about it leaves, because its customer left his sight: others
// decide now, and he is told so with his own words; the value that stands is not for his eyes any more (I7).
func (a *applier) keepMine(id string) error {
	w, err := a.get(a.r.tables["conflict"], id)
	if err != nil || w == nil {
		return err
	}
	user, err := a.meta(metaUser)
	if err != nil {
		return err
	}
	c := w.record()
	if c.Text("editor") != user || c.Has("state") && c.Text("state") != "open" {
		return nil
	}
	mine, err := schema.DecodeValue(json.RawMessage(c.Text("mine")))
	if err != nil {
		return fmt.Errorf("replica: conflict %s: %w", id, err)
	}
	m := change.Mutation{
		ID: c.Text("mutation"), Op: change.Set, Kind: c.Text("kind"), Record: c.Text("record"), Root: c.Text("root"),
		Set: schema.Values{c.Text("field"): mine}, At: c.Int("mine_at"),
	}
	return a.tray(TrayItem{
		ID: "conflict-" + id, Type: TrayRefusal, Root: m.Root, At: a.now.UnixMilli(), Name: c.Text("title"), Title: c.Text("title"),
		Mutation: &m, Fault: fault.New(fault.HandedOn),
	})
}
