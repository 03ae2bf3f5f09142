package replica

import (
	"database/sql/driver"
	"encoding/binary"
	"hash/fnv"
	"maps"
	"slices"
)

// The sums that are compared with the server's cover each row's kind, id and number, and nothing of what it says: a byte
// that a bad disk changes inside a text leaves them as they were. So what the rows under each root say is hashed once a
// week and kept. Where nothing has come from the server since and nobody has typed, it must be the same; where it is not,
// the rows are given numbers that the server does not have, and the next sync fetches them anew. It costs a sync nothing.

// imprint is what the rows under a root said. Both are sums of hashes of rows, so their order does not matter.
type imprint struct{ version, content int64 }

func (i imprint) add(version, content int64) imprint {
	return imprint{i.version + version, i.content + content}
}

// imprints hashes the rows under all roots, or under one. A root with unsent changes has none: what the person sees there
// is not what the server said.
func (c *conn) imprints(tables map[string]*table, root string) (map[string]imprint, error) {
	all := map[string]imprint{}
	only, args, from := func(string) string { return "" }, []driver.Value(nil), " NOT INDEXED"
	if root != "" {
		only, args, from = func(column string) string { return " WHERE " + column + " = ?" }, []driver.Value{root}, ""
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		tbl := tables[name]
		err := c.query(tbl.sel+from+only(rootColumn(tbl.kind)), args, func(row []driver.Value) error {
			id, _ := row[colRoot].(string)
			version := hashOf(name, row[colID], row[colSeq])
			all[id] = all[id].add(version, hashOf(name, row[:colFields+len(tbl.kind.Fields)]...))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	err := c.query("SELECT r.root, s.name, s.face, s.masked, s.hidden FROM root_scope r JOIN scope s ON s.n = r.scope"+only("r.root"), args,
		func(row []driver.Value) error {
			if id, _ := row[0].(string); all[id] != (imprint{}) {
				all[id] = all[id].add(hashOf("scope", row[1:]...), 0)
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	return all, c.query("SELECT root FROM shadow"+only("root"), args, func(row []driver.Value) error {
		id, _ := row[0].(string)
		delete(all, id)
		return nil
	})
}

// hashOf hashes values with their types and lengths. Every bit of the result hangs on all that came in: the last bytes of
// FNV alone move it by the same amount in many rows, and in a sum of two rows that get the same new number that cancels out.
func hashOf(kind string, values ...driver.Value) int64 {
	h := fnv.New64a()
	var head [9]byte
	part := func(what byte, number uint64, text string) {
		head[0] = what
		binary.LittleEndian.PutUint64(head[1:], number)
		_, _ = h.Write(head[:]) // a hash takes everything
		_, _ = h.Write([]byte(text))
	}
	part('k', uint64(len(kind)), kind)
	for _, v := range values {
		switch v := v.(type) {
		case int64:
			part('i', uint64(v), "") //nolint:gosec // any 64 bits do
		case string:
			part('t', uint64(len(v)), v)
		default:
			part('0', 0, "")
		}
	}
	return int64(mixed(h.Sum64())) //nolint:gosec // any 64 bits do
}

// mixed spreads a hash over its 64 bits (the finalizer of MurmurHash3).
func mixed(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// compareImprints looks at what all rows say, has those fetched anew that a disk has changed, and keeps the new imprints.
func (r *Replica) compareImprints() error {
	was, now := map[string]imprint{}, map[string]imprint(nil)
	err := r.snapshot(func(c *conn) (err error) {
		if now, err = c.imprints(r.tables, ""); err != nil {
			return err
		}
		return c.query("SELECT root, version, content FROM imprint", nil, func(row []driver.Value) error {
			id, _ := row[0].(string)
			var i imprint
			i.version, _ = row[1].(int64)
			i.content, _ = row[2].(int64)
			was[id] = i
			return nil
		})
	})
	if err != nil {
		return err
	}
	var rotten, others []string
	for id, before := range was {
		switch after := now[id]; {
		case after == before:
		case after.version == before.version:
			rotten = append(rotten, id)
		default:
			others = append(others, id)
		}
	}
	for id := range now {
		if _, known := was[id]; !known {
			others = append(others, id)
		}
	}
	if err := r.spoilt(rotten, was); err != nil {
		return err
	}
	slices.Sort(others)
	for some := range slices.Chunk(others, imprintsAtOnce) { // a person who types waits for no more than these
		if err := r.change(relaxed, func(t *tx) error { return t.putImprints(some, now) }); err != nil {
			return err
		}
	}
	return nil
}

// imprintsAtOnce bounds how many imprints one transaction writes.
const imprintsAtOnce = 5000

// putImprints keeps the imprints of roots, and forgets those of roots that have none.
func (t *tx) putImprints(roots []string, now map[string]imprint) (err error) {
	for _, id := range roots {
		if i, has := now[id]; has {
			err = t.exec("INSERT OR REPLACE INTO imprint (root, version, content) VALUES (?, ?, ?)", id, i.version, i.content)
		} else {
			err = t.exec("DELETE FROM imprint WHERE root = ?", id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// spoilt has the rows under roots fetched anew, where they are still not what they were: a person may have typed meanwhile.
func (r *Replica) spoilt(roots []string, was map[string]imprint) error {
	if len(roots) == 0 {
		return nil
	}
	return r.change(relaxed, func(t *tx) error {
		var bad []string
		for _, id := range roots {
			now, err := t.imprints(r.tables, id)
			if err != nil {
				return err
			}
			if now[id].version != was[id].version || now[id].content == was[id].content {
				continue
			}
			bad = append(bad, id)
			for _, tbl := range r.tables {
				if err := t.exec("UPDATE "+tbl.name+" SET seq = seq - 1 WHERE "+rootColumn(tbl.kind)+" = ?", id); err != nil {
					return err
				}
			}
			if err := t.exec("DELETE FROM imprint WHERE root = ?", id); err != nil {
				return err
			}
		}
		return t.recountSuspects(bad)
	})
}
