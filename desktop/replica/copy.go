package replica

import (
	"errors"

	"github.com/mattn/go-sqlite3"
)

// attached is the name under which the image of a page stands beside the replica.
const attached = "page"

// attach makes the image of a page readable for the transaction that follows. A page that cannot be one goes row by row.
func (r *Replica) attach(p *Page) error {
	if r.known == nil {
		d, err := r.directory(r.write)
		if err != nil {
			return err
		}
		r.known = d
	}
	file, ok := p.bulk.finish(r.known, r.clock())
	if !ok {
		return r.unfold(p)
	}
	if err := r.write.plain("ATTACH ':memory:' AS " + attached); err != nil {
		return err
	}
	if err := r.write.c.Deserialize(file, attached); err != nil {
		return errors.Join(err, r.detach())
	}
	return nil
}

// detach takes the image away again.
func (r *Replica) detach() error { return r.write.plain("DETACH " + attached) }

// changeBeside is change with the image of a page at hand: it cannot be attached within a transaction.
func (r *Replica) changeBeside(p *Page, d durability, fn func(*tx) error) error {
	touched, err := r.commitBeside(p, d, fn)
	if err != nil {
		return r.broken(err)
	}
	r.tell(touched)
	return nil
}

func (r *Replica) commitBeside(p *Page, d durability, fn func(*tx) error) (touched Touched, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.write == nil {
		return Touched{}, errClosed
	}
	if p.bulk != nil {
		if err := r.attach(p); err != nil {
			return Touched{}, err
		}
	}
	if p.bulk != nil {
		defer func() { err = errors.Join(err, r.detach()) }()
	}
	return r.locked(d, fn)
}

// unfold turns a page that is an image into one that goes row by row.
func (r *Replica) unfold(p *Page) error {
	if p.bulk == nil {
		return nil
	}
	plain, err := r.Decode(p.body)
	if err == nil {
		*p = *plain
	}
	return err
}

// bulk copies a page from its image. When a root of it is here already, or somebody has typed already, or spans are
// open, it goes row by row.
func (l *loader) bulk(p *Page) error {
	known := len(l.pending) > 0 || len(l.spans) > 0
	if !known && len(p.bulk.seen) > 0 {
		err := l.exec(copying(rootTable))
		if known = taken(err); err != nil && !known {
			return err
		}
	}
	if known {
		if err := l.r.unfold(p); err != nil {
			return err
		}
		return l.page(p)
	}
	l.out.Rows += p.Rows
	return l.below(p.bulk)
}

// below copies what an image holds beside its roots, which are here by now, and adds it to the sums of the scopes.
func (l *loader) below(b *bulk) error {
	for _, g := range b.grants {
		if err := l.grant(g); err != nil {
			return err
		}
	}
	for _, s := range b.image.sheets {
		if s.name == rootTable {
			continue
		}
		if err := l.exec(copying(s.name)); err != nil {
			return err
		}
	}
	for name, h := range b.parts {
		if sc := l.scopes[name]; sc != nil {
			sc.part, sc.dirty = sc.part.plus(h.of(sc)), true
		}
	}
	for kind := range b.kinds {
		l.touched.Kinds[kind] = true
	}
	l.hasRows = l.hasRows || len(b.customers) > 0
	return l.keepScopes()
}

// taken tells whether a statement did nothing because a key of it is there already.
func taken(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrConstraint
}

// copying is the statement that copies one table of an image. Of two tables that are declared alike, and without
// indexes, SQLite copies whole rows without looking into them.
func copying(table string) string {
	switch table {
	case rootTable:
		return "INSERT INTO root (id, count, sum, face_count, face_sum) SELECT id, count, sum, face_count, face_sum FROM " + attached + "." + rootTable
	case scopeTable:
		return "INSERT INTO root_scope (root, scope) SELECT i.root, s.n FROM " + attached + "." + scopeTable + " i JOIN scope s ON s.name = i.scope"
	case foreignTable:
		return `INSERT INTO foreign_row (kind, id, root, seq, masked, body) SELECT kind, id, root, seq, masked, body FROM ` + attached + "." + foreignTable + ` WHERE true
			ON CONFLICT (kind, id) DO UPDATE SET root = excluded.root, seq = excluded.seq, masked = excluded.masked, body = excluded.body`
	}
	return "INSERT INTO main." + quote(table) + " SELECT * FROM " + attached + "." + quote(table)
}
