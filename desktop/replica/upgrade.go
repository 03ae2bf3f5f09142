package replica

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"yuzhou/shared/schema"
)

// Upgrade (SYNC-17). The server sends every field and every kind, whether the laptop's program knows them or not; what it
// does not know stands in extra and in foreign_row. A program that has learned them since finds them here when it opens the
// file, and moves them to their columns and tables, without asking the server for anything.

// fingerprint is of all that decides where a value stands.
func fingerprint(tables map[string]*table) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		t := tables[name]
		_, _ = fmt.Fprintf(h, "%s %t\n", name, t.kind.Face) // a hash takes everything
		for _, f := range t.kind.Fields {
			_, _ = fmt.Fprintf(h, " %s %s %t %t %t\n", f.Name, f.Type.Column(), isSet(f.Type), isFlag(f.Type), f.Searched)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// upgrade moves what a former program did not know, when the declarations have changed since.
func (r *Replica) upgrade() error {
	now := fingerprint(r.tables)
	var was, published string
	if err := r.snapshot(func(c *conn) error {
		return c.metas(map[string]*string{metaSchema: &was, metaPublished: &published})
	}); err != nil || was == now {
		return err
	}
	return r.change(durable, func(t *tx) error {
		if published == yes { // a first sync that goes on has no indexes to find anything by: what it brings is new
			if err := t.learn(); err != nil {
				return err
			}
		}
		return t.setMeta(metaSchema, now)
	})
}

// learn moves rows and values to where this program has them, in one transaction.
func (t *tx) learn() error {
	if err := t.exec("DELETE FROM imprint"); err != nil {
		return err
	}
	roots := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(t.r.tables)) {
		tbl := t.r.tables[name]
		if err := t.learnKind(tbl, roots); err != nil {
			return err
		}
		if err := t.learnFields(tbl); err != nil {
			return err
		}
	}
	if len(roots) == 0 {
		return nil
	}
	// A foreign row was no face; now it may be one.
	_, err := t.recount(slices.Sorted(maps.Keys(roots)))
	return err
}

// learnKind moves the rows of a kind out of foreign_row.
func (t *tx) learnKind(tbl *table, roots map[string]bool) error {
	var rows []schema.Record
	err := t.query("SELECT id, root, seq, masked, body FROM foreign_row WHERE kind = ?", []driver.Value{tbl.kind.Name}, func(row []driver.Value) error {
		rec := schema.Record{Kind: tbl.kind.Name}
		rec.ID, _ = row[0].(string)
		rec.Root, _ = row[1].(string)
		rec.Seq, _ = row[2].(int64)
		masked, _ := row[3].(string)
		body, _ := row[4].(string)
		if masked != "" {
			if err := json.Unmarshal([]byte(masked), &rec.Masked); err != nil {
				return fmt.Errorf("replica: %s %s: %w", rec.Kind, rec.ID, err)
			}
		}
		if err := json.Unmarshal([]byte(body), &rec.Values); err != nil {
			return fmt.Errorf("replica: %s %s: %w", rec.Kind, rec.ID, err)
		}
		rows = append(rows, rec)
		return nil
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	for _, rec := range rows {
		w, err := tbl.rowOf(rec)
		if err != nil {
			return err
		}
		if err := t.put(w); err != nil {
			return err
		}
		roots[rec.Root] = true
	}
	return t.exec("DELETE FROM foreign_row WHERE kind = ?", tbl.kind.Name)
}

// learnFields moves values out of extra for which there are columns now.
func (t *tx) learnFields(tbl *table) error {
	var rows []*row
	err := t.query(tbl.sel+" WHERE extra IS NOT NULL", nil, func(values []driver.Value) error {
		w := tbl.scan(values)
		var more map[string]json.RawMessage
		if err := json.Unmarshal([]byte(w.extra), &more); err != nil {
			return fmt.Errorf("replica: %s %s: %w", tbl.kind.Name, w.id, err)
		}
		for name := range more {
			if _, known := tbl.field[name]; known {
				rows = append(rows, w)
				break
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, old := range rows {
		w, err := tbl.rowOf(old.record())
		if err != nil {
			return err
		}
		if err := t.place(w, old); err != nil {
			return err
		}
	}
	return nil
}
