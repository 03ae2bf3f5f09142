package replica

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"strings"

	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// loader fills an empty replica. Nothing is there yet, so nothing is looked for: rows are appended to tables without
// indexes, and the indexes are made at the end, sorted, which takes a fraction of the time.
type loader struct {
	*applier
	args    []driver.Value
	hasRows bool // a customer has been written
}

func (t *tx) loader() (*loader, error) {
	a, err := t.applier()
	if err != nil {
		return nil, err
	}
	t.loading = true
	l := &loader{applier: a}
	n, err := t.number("SELECT count(*) FROM (SELECT 1 FROM customer LIMIT 1)")
	l.hasRows = n > 0
	return l, err
}

// dropIndexes takes the indexes of records away and keeps their text, so that they can be made again after whatever
// may happen to the program meanwhile.
func (t *tx) dropIndexes() error {
	var texts []string
	err := t.query(`SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`, nil,
		func(row []driver.Value) error {
			table, _ := row[1].(string)
			text, _ := row[2].(string)
			if t.r.tables[table] != nil || table == "finder" || table == "root_scope" {
				texts = append(texts, text)
			}
			return nil
		})
	if err != nil || len(texts) == 0 {
		return err
	}
	for _, text := range texts {
		if err := t.plain("DROP INDEX " + indexName(text)); err != nil {
			return err
		}
	}
	text, err := json.Marshal(texts)
	if err != nil {
		return err
	}
	return t.setMeta(metaIndexes, string(text))
}

// indexName is the third word of CREATE INDEX name, the fourth of CREATE UNIQUE INDEX name.
func indexName(text string) string {
	words := strings.Fields(text)
	if strings.EqualFold(words[1], "UNIQUE") {
		return words[3]
	}
	return words[2]
}

// makeIndexes makes the indexes that dropIndexes took away.
func (t *tx) makeIndexes() error {
	text, err := t.meta(metaIndexes)
	if err != nil || text == "" {
		return err
	}
	var texts []string
	if err := json.Unmarshal([]byte(text), &texts); err != nil {
		return err
	}
	for _, create := range texts {
		if err := t.plain(create); err != nil {
			return err
		}
	}
	return t.setMeta(metaIndexes, "")
}

func (l *loader) page(p *Page) error {
	if p.bulk != nil {
		return l.bulk(p)
	}
	l.out.Rows += p.Rows
	for _, s := range p.steps {
		var err error
		switch {
		case s.root != nil:
			err = l.group(s.root)
		case s.grant != nil:
			err = l.grant(s.grant)
		case s.drop != nil:
			if err = l.makeIndexes(); err == nil {
				err = l.drop(s.drop)
			}
		case s.span != nil:
			err = l.span(s.span)
		}
		if err != nil {
			return err
		}
	}
	if err := errors.Join(l.stamp(), l.answers(p.results, &l.out.Tally)); err != nil {
		return err
	}
	return l.keepScopes()
}

// group appends a root that is met for the first time. One that changed while the first sync went on comes again, and
// then goes the careful way.
func (l *loader) group(g *group) error {
	holds, deleted := holds{}, false
	for _, w := range g.rows {
		deleted = deleted || w.deleted
		holds = holds.add(rowPart(w.t.kind.Name, w.id, w.seq), w.t.kind.Face)
	}
	for _, f := range g.foreign {
		deleted = deleted || f.Deleted
		holds = holds.add(rowPart(f.Kind, f.ID, f.Seq), false)
	}
	if err := l.named(g); err != nil {
		return err
	}
	fresh := !deleted && len(g.Out) == 0 && len(g.In) > 0
	if fresh {
		n, err := l.count("INSERT INTO root (id, count, sum, face_count, face_sum) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			g.ID, holds.all.count, blob(holds.all.sum), holds.face.count, blob(holds.face.sum))
		if err != nil {
			return err
		}
		fresh = n == 1
	}
	if !fresh {
		if err := l.makeIndexes(); err != nil {
			return err
		}
		return l.root(g)
	}
	if err := l.enter(g, holds); err != nil {
		return err
	}
	if l.roots[g.ID] {
		l.changed[g.ID] = true
	}
	return l.append(g)
}

func (l *loader) enter(g *group, h holds) error {
	for _, name := range g.In {
		sc := l.scopes[name]
		if sc == nil {
			continue
		}
		if err := l.exec("INSERT INTO root_scope (root, scope) VALUES (?, ?)", g.ID, sc.n); err != nil {
			return err
		}
		sc.part, sc.dirty = sc.part.plus(h.of(sc)), true
	}
	return nil
}

func (l *loader) append(g *group) error {
	for _, w := range g.rows {
		derived, err := l.derivedOf(w, g)
		if err != nil {
			return err
		}
		l.args = w.args(l.args, derived)
		if err := l.exec(w.t.insert, l.args...); err != nil {
			return err
		}
		if text := finderText(w.t, w); text != "" {
			if err := l.exec(insertFinder, w.t.kind.Name, w.id, w.root, text); err != nil {
				return err
			}
		}
		if k := (key{w.t.kind.Name, w.id}); l.pending[k] {
			l.shadows[k] = under{g.ID, w.seq}
			rec := w.record()
			if err := l.setShadow(k, g.ID, &rec); err != nil {
				return err
			}
		}
		l.touched.Kinds[w.t.kind.Name] = true
		if isDirectory(w.t.kind.Name) {
			l.dirty = true
			if l.hasRows { // days to the pool that are computed already may be wrong: once more at the end
				l.rules = true
			}
		}
	}
	for _, f := range g.foreign {
		if err := l.keepForeign(g.ID, f); err != nil {
			return err
		}
	}
	return nil
}

// derivedOf computes what a customer borrows from its holding, which stands in the same group.
func (l *loader) derivedOf(w *row, g *group) ([]driver.Value, error) {
	if w.t.kind.Name != "customer" {
		return nil, nil
	}
	l.hasRows = true
	d, err := l.directory()
	if err != nil {
		return nil, err
	}
	holding := schema.Record{}
	for _, h := range g.rows {
		if h.t.kind.Name == "holding" && h.id == w.id {
			holding = h.record()
		}
	}
	name, _ := w.cols[w.t.field["name"]].(string)
	return append(d.facts(holding, l.now), orNull(nameKey(name))), nil
}

// publish makes the indexes and ends the checkpoint that fills the replica.
func (l *loader) publish(end wire.End, late bool) error {
	if err := l.makeIndexes(); err != nil {
		return err
	}
	if l.rules || late {
		if err := l.allDue(); err != nil {
			return err
		}
	}
	l.rules = false
	l.touched.Account = true
	return l.finish(end)
}
