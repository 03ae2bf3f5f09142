package replica

import (
	"database/sql/driver"
	"encoding/json"
	"strings"
	"time"

	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// bulk is a page of a first sync as an image. It takes pages that bring nothing but roots that the laptop does not have:
// almost all of them. What else a first sync may bring (something changed while it went on, a scope was taken away, a
// row without its like) goes row by row, with the same result.
//
// The image is made while the page is decoded, and the page before written. Only customers wait for the writer: their
// days to the pool need the company's rules, which came with the pages before.
type bulk struct {
	decoder   decoder
	shapes    map[string]shape
	image     *image
	grants    []*wire.Grant
	parts     map[string]holds // what the page adds to each scope
	kinds     map[string]bool
	customers []newCustomer
	seen      map[string]bool // the roots
	rows      int
	finished  bool

	root     wire.Root // the one whose rows are being read
	in       scopeList
	holds    holds
	customer *row
	holding  *row

	scratch row
	args    []driver.Value
	values  []driver.Value
}

// newCustomer is a customer with what it borrows columns from.
type newCustomer struct {
	row, holding *row
	nameKey      string
}

// The tables of an image that are none of the replica, or are filled in another way.
const (
	rootTable    = "root_in"
	scopeTable   = "scope_in"
	foreignTable = "foreign_in"

	createRoot    = "CREATE TABLE " + rootTable + " (id, count, sum, face_count, face_sum)"
	createScope   = "CREATE TABLE " + scopeTable + " (root, scope)"
	createForeign = "CREATE TABLE " + foreignTable + " (kind, id, root, seq, masked, body)"
)

// readBulk reads a page as an image; nil when the page has to go row by row.
func (r *Replica) readBulk(text string) (*bulk, error) {
	shapes, err := r.shapes()
	if err != nil {
		return nil, err
	}
	b := &bulk{
		decoder: decoder{tables: r.tables}, shapes: shapes, image: newImage(len(text) + 12*imagePage),
		parts: map[string]holds{}, kinds: map[string]bool{}, seen: map[string]bool{},
	}
	for text != "" {
		line, rest, _ := strings.Cut(text, "\n")
		if !b.line(text[:len(line)+1]) {
			return nil, nil
		}
		text = rest
	}
	return b, nil
}

// line takes one line of a page that ends with a line break.
func (b *bulk) line(line string) bool {
	switch {
	case strings.HasPrefix(line, rowPrefix):
		return b.row(line)
	case b.fastRoot(line):
		return b.enter()
	}
	var f wire.Frame
	if json.Unmarshal([]byte(line), &f) != nil {
		return false
	}
	switch {
	case f.Root != nil:
		if !b.leave() {
			return false
		}
		b.root = *f.Root
		return b.enter()
	case f.Row != nil:
		return b.plain(*f.Row)
	case f.Grant != nil:
		b.grants = append(b.grants, f.Grant)
		return len(b.seen) == 0
	case f.End != nil:
		return b.leave()
	}
	return f.Drop == nil && f.Span == nil && f.Result == nil // a frame of a newer protocol is passed over
}

// fastRoot reads a root as our server writes one that is new. It ends the root before.
func (b *bulk) fastRoot(line string) bool {
	root, ok := b.in.root(line)
	if !ok || !b.leave() {
		return false
	}
	b.root = root
	return true
}

// enter begins a root; false when it is none that is simply new.
func (b *bulk) enter() bool {
	if b.root.ID == "" || b.seen[b.root.ID] || len(b.root.In) == 0 || len(b.root.Out) > 0 || b.root.Leave != nil {
		return false
	}
	b.seen[b.root.ID] = true
	return true
}

// leave ends the root whose rows were read.
func (b *bulk) leave() bool {
	if b.root.ID == "" {
		return true
	}
	h := b.holds
	ok := b.add(rootTable, createRoot, b.root.ID, h.all.count, blob(h.all.sum), h.face.count, blob(h.face.sum))
	for _, name := range b.root.In {
		b.parts[name] = b.parts[name].plus(h)
		ok = ok && b.add(scopeTable, createScope, b.root.ID, name)
	}
	if c := b.customer; c != nil {
		if b.holding != nil && b.holding.id != c.id {
			b.holding = nil
		}
		b.customers = append(b.customers, newCustomer{c, b.holding, nameKey(c.title())})
	}
	b.root, b.holds, b.customer, b.holding = wire.Root{}, holds{}, nil, nil
	return ok
}

// row reads a row the fast way, as decoder.row does; what is not as expected is left to encoding/json.
func (b *bulk) row(line string) bool {
	s := scanner{s: line, i: len(rowPrefix)}
	w := &b.scratch
	*w = row{cols: w.cols[:0]}
	ok := s.object(func(key string) bool { return b.decoder.member(w, &s, key) })
	if !ok || w.t == nil || w.id == "" || s.s[s.i:] != "}\n" {
		var f wire.Frame
		return json.Unmarshal([]byte(line), &f) == nil && f.Row != nil && b.plain(*f.Row)
	}
	w.blank()
	return b.take(w)
}

// plain takes a row that the fast way did not read.
func (b *bulk) plain(in wire.Row) bool {
	t := b.decoder.tables[in.Kind]
	if t != nil {
		w, err := t.rowOf(schema.Record{
			Kind: in.Kind, ID: in.ID, Root: b.root.ID, Seq: in.Seq, Deleted: in.Deleted, Masked: in.Masked, Values: in.Body,
		})
		return err == nil && b.take(w)
	}
	body, err := json.Marshal(in.Body)
	b.rows++
	b.holds = b.holds.add(rowPart(in.Kind, in.ID, in.Seq), false)
	return err == nil && !in.Deleted && b.root.ID != "" &&
		b.add(foreignTable, createForeign, in.Kind, in.ID, b.root.ID, in.Seq, orNull(listText(in.Masked)), string(body))
}

// take puts a row into the image. w is used again for the next one.
func (b *bulk) take(w *row) bool {
	name := w.t.kind.Name
	if b.root.ID == "" || w.deleted || isDirectory(name) { // what follows in the page may depend on the directory
		return false
	}
	w.root = b.root.ID
	b.rows++
	b.kinds[name] = true
	b.holds = b.holds.add(rowPart(name, w.id, w.seq), w.t.kind.Face)
	if text := finderText(w.t, w); text != "" && !b.add("finder", b.shapes["finder"].create, name, w.id, w.root, text) {
		return false
	}
	switch name {
	case "customer":
		if b.customer != nil {
			return false
		}
		b.customer = w.clone()
		return true
	case "holding":
		b.holding = w.clone()
	}
	return b.put(w, nil)
}

// put adds a row to the table of its kind, in the order of the file's columns.
func (b *bulk) put(w *row, derived []driver.Value) bool {
	s, ok := b.shapes[w.t.kind.Name]
	if !ok {
		return false
	}
	b.args = w.args(b.args, derived)
	b.values = b.values[:0]
	for _, i := range s.order {
		b.values = append(b.values, b.args[i])
	}
	return b.image.sheet(w.t.kind.Name, s.create).add(b.values)
}

func (b *bulk) add(table, create string, values ...driver.Value) bool {
	return create != "" && b.image.sheet(table, create).add(values)
}

// finish puts the image together, once; false when the page has to go row by row after all.
func (b *bulk) finish(d *Directory, now time.Time) ([]byte, bool) {
	if b.finished { // it was taken before, in vain
		return nil, false
	}
	b.finished = true
	for _, c := range b.customers {
		holding := schema.Record{}
		if c.holding != nil {
			holding = c.holding.record()
		}
		if !b.put(c.row, append(d.facts(holding, now), orNull(c.nameKey))) {
			return nil, false
		}
	}
	return b.image.finish()
}

// shape is a table as the file has it.
type shape struct {
	create string
	order  []int // for each column its place among the columns of insert
}

// shapes reads the tables that an image may have. The statement that copies whole rows needs the very same columns, and
// a file that is older than a column has it last.
func (r *Replica) shapes() (map[string]shape, error) {
	if known := r.shaped.Load(); known != nil {
		return *known, nil
	}
	all := map[string]shape{}
	err := r.view(func(c *conn) error {
		for name, t := range r.tables {
			columns := append([]string(nil), fixedColumns...)
			for _, f := range t.kind.Fields {
				columns = append(columns, f.Name)
			}
			if err := c.shape(all, name, append(columns, t.local...)); err != nil {
				return err
			}
		}
		return c.shape(all, "finder", []string{"kind", "id", "root", "text"})
	})
	if err == nil {
		r.shaped.Store(&all)
	}
	return all, err
}

// shape reads one table; one with other columns than this program fills has no shape.
func (c *conn) shape(all map[string]shape, name string, columns []string) error {
	create, err := c.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", name)
	if err != nil {
		return err
	}
	place := make(map[string]int, len(columns))
	for i, column := range columns {
		place[column] = i
	}
	s := shape{create: create}
	names, err := c.strings("SELECT name FROM pragma_table_info(?) ORDER BY cid", name)
	if err != nil {
		return err
	}
	for _, column := range names {
		if i, known := place[column]; known {
			s.order = append(s.order, i)
		}
	}
	if len(s.order) == len(names) && len(names) == len(columns) {
		all[name] = s
	}
	return nil
}
