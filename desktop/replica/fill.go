package replica

import (
	"strings"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// practiceScope is the one scope of a practice book.
const practiceScope = "practice"

// Practise fills an empty replica with records of a practice book and publishes it at once. There is no server: from
// then on changes are final when they are saved.
func (r *Replica) Practise(user, device string, records []schema.Record) error {
	p := &Page{steps: []step{{grant: &wire.Grant{Scope: practiceScope}}}}
	groups := map[string]*group{}
	for i, rec := range records {
		rec.Seq = int64(i + 1)
		t := r.tables[rec.Kind]
		if t == nil {
			return fault.New(fault.UnknownKind).About(rec.Kind, "")
		}
		w, err := t.rowOf(rec)
		if err != nil {
			return err
		}
		g := groups[rec.Root]
		if g == nil {
			g = &group{Root: wire.Root{ID: rec.Root, In: []string{practiceScope}}}
			groups[rec.Root] = g
			p.steps = append(p.steps, step{root: g})
		}
		g.rows = append(g.rows, w)
	}
	return r.change(durable, func(t *tx) error {
		n, err := t.number("SELECT count(*) FROM root")
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.OtherAccount)
		}
		for key, value := range map[string]string{metaUser: user, metaDevice: device, metaPractice: yes} {
			if err := t.setMeta(key, value); err != nil {
				return err
			}
		}
		_, err = t.fill(p, stageLate)
		return err
	})
}

// Put writes records of a practice book as they are to be; a deleted one goes for good. It is one transaction.
func (r *Replica) Put(records ...schema.Record) error {
	return r.change(durable, func(t *tx) error {
		practice, err := t.meta(metaPractice)
		if err != nil {
			return err
		}
		if practice != yes { // a change that no server hears of would be lost at the next pull
			return fault.New(fault.Internal)
		}
		seq, err := t.number("SELECT coalesce(max(seq), 0) FROM (" + t.r.everySeq() + ")")
		if err != nil {
			return err
		}
		a, err := t.applier()
		if err != nil {
			return err
		}
		for _, rec := range records {
			seq++
			rec.Seq = seq
			w, err := t.r.tables[rec.Kind].rowOf(rec)
			if err != nil {
				return err
			}
			g := &group{Root: wire.Root{ID: rec.Root, In: []string{practiceScope}}, rows: []*row{w}}
			if err := a.root(g); err != nil {
				return err
			}
		}
		return a.keepScopes()
	})
}

// everySeq selects the largest seq of each table.
func (r *Replica) everySeq() string {
	var parts []string
	for _, t := range r.tables {
		parts = append(parts, "SELECT max(seq) AS seq FROM "+t.name)
	}
	return strings.Join(parts, " UNION ALL ")
}
