package replica

import (
	"database/sql/driver"
	"encoding/json"
	"slices"
	"strings"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// Page is one decoded page of a pull. Decoding needs no database, so that the next page can be decoded while this
// one is being applied.
type Page struct {
	steps   []step
	results []change.Result
	End     wire.End
	Rows    int
	body    []byte
	bulk    *bulk // instead of steps
}

// step is one thing to apply; exactly one member is set.
type step struct {
	drop  *wire.Drop
	grant *wire.Grant
	span  *wire.Span
	root  *group
}

// group is a root with its rows.
type group struct {
	wire.Root
	rows    []*row
	foreign []wire.Row
}

// Unpacked is a page that was decompressed: enough to know how the answer goes on, before the rows are looked at.
type Unpacked struct {
	End  wire.End
	text string
	body []byte
}

// Unpack decompresses a page. One without its End is a MALFORMED fault: a body that was cut must not be half applied.
func Unpack(body []byte) (*Unpacked, error) {
	text, end, err := wire.ReadPage(body)
	if err != nil {
		return nil, err
	}
	return &Unpacked{end, text, body}, nil
}

// Read reads a page. Those of a first sync are read in another way, which is faster where nothing is there yet.
func (r *Replica) Read(u *Unpacked, first bool) (*Page, error) {
	p := &Page{End: u.End, body: u.body}
	if first {
		b, err := r.readBulk(u.text)
		if err != nil {
			return nil, err
		}
		if b != nil {
			p.bulk, p.Rows = b, b.rows
			return p, nil
		}
	}
	d := decoder{tables: r.tables, page: p}
	for text := u.text; text != ""; {
		end := strings.IndexByte(text, '\n') + 1
		if err := d.line(text[:end]); err != nil {
			return nil, err
		}
		text = text[end:]
	}
	return p, nil
}

// Decode unpacks and reads a page.
func (r *Replica) Decode(body []byte) (*Page, error) {
	u, err := Unpack(body)
	if err != nil {
		return nil, err
	}
	return r.Read(u, false)
}

type decoder struct {
	tables map[string]*table
	page   *Page
	group  *group
	in     scopeList
	slab   []row
}

const rowPrefix = `{"row":{`

func (d *decoder) line(line string) error {
	if strings.HasPrefix(line, rowPrefix) {
		return d.row(line)
	}
	if root, ok := d.in.root(line); ok {
		d.enter(root)
		return nil
	}
	if result, ok := ReadResult(line); ok {
		d.page.results = append(d.page.results, result)
		return nil
	}
	var f wire.Frame
	if err := json.Unmarshal([]byte(line), &f); err != nil {
		return fault.New(fault.Malformed, "What", "line").Because("replica", err)
	}
	switch {
	case f.Root != nil:
		d.enter(*f.Root)
	case f.Row != nil:
		return d.plain(*f.Row)
	case f.Result != nil:
		d.page.results = append(d.page.results, *f.Result)
	case f.Drop != nil:
		d.page.steps = append(d.page.steps, step{drop: f.Drop})
	case f.Grant != nil:
		d.page.steps = append(d.page.steps, step{grant: f.Grant})
	case f.Span != nil:
		d.page.steps = append(d.page.steps, step{span: f.Span})
	}
	return nil // the end is known, and a frame of a newer protocol is passed over
}

// enter begins a root.
func (d *decoder) enter(root wire.Root) {
	d.group = &group{Root: root}
	d.page.steps = append(d.page.steps, step{root: d.group})
}

// plain takes a row that the fast way did not read.
func (d *decoder) plain(in wire.Row) error {
	if d.group == nil {
		return fault.New(fault.Malformed, "What", "row without root")
	}
	d.page.Rows++
	t := d.tables[in.Kind]
	if t == nil {
		d.group.foreign = append(d.group.foreign, in)
		return nil
	}
	w, err := t.rowOf(schema.Record{
		Kind: in.Kind, ID: in.ID, Root: d.group.ID, Seq: in.Seq, Deleted: in.Deleted, Masked: in.Masked, Values: in.Body,
	})
	if err != nil {
		return err
	}
	d.group.rows = append(d.group.rows, w)
	return nil
}

// row reads a row of a known kind without going through maps: its values become columns as they are met.
// Whatever is not as expected is left to encoding/json.
func (d *decoder) row(line string) error {
	s := scanner{s: line, i: len(rowPrefix)}
	w := d.fresh()
	ok := s.object(func(key string) bool { return d.member(w, &s, key) })
	if !ok || w.t == nil || w.id == "" || d.group == nil || s.s[s.i:] != "}\n" {
		var f wire.Frame
		if err := json.Unmarshal([]byte(line), &f); err != nil || f.Row == nil {
			return fault.New(fault.Malformed, "What", "row").Because("replica", err)
		}
		return d.plain(*f.Row)
	}
	w.blank()
	w.root = d.group.ID
	d.group.rows = append(d.group.rows, w)
	d.page.Rows++
	return nil
}

// member reads one member of a row; false when it is not as our server writes it.
func (d *decoder) member(w *row, s *scanner, key string) (ok bool) {
	switch key {
	case "k":
		var kind string
		kind, ok = s.str()
		w.t = d.tables[kind]
		return ok && w.t != nil
	case "i":
		w.id, ok = s.str()
	case "q":
		w.seq, ok = s.integer()
	case "d":
		var raw string
		raw, ok = s.raw()
		w.deleted = raw == "true"
	case "m":
		w.masked, ok = s.raw()
	case "b":
		return w.t != nil && s.open() && w.body(s)
	default:
		_, ok = s.raw()
	}
	return ok
}

// fresh takes a row from a slab: a page has thousands.
func (d *decoder) fresh() *row {
	if len(d.slab) == 0 {
		d.slab = make([]row, 256)
	}
	w := &d.slab[0]
	d.slab = d.slab[1:]
	return w
}

// blank gives a row without columns all of them, empty. It takes the memory of the row that was there before.
func (w *row) blank() {
	if n := len(w.t.kind.Fields); len(w.cols) != n {
		if w.cols = w.cols[:0]; cap(w.cols) < n {
			w.cols = make([]driver.Value, n)
		}
		w.cols = w.cols[:n]
		clear(w.cols)
	}
}

// clone is a copy that stays when the row is used again.
func (w *row) clone() *row {
	c := *w
	c.cols = slices.Clone(w.cols)
	return &c
}

// body reads the values of a row into columns; those without one go to extra.
func (w *row) body(s *scanner) bool {
	w.blank()
	var extra []string
	ok := s.object(func(name string) bool {
		i, known := w.t.field[name]
		if known && s.i < len(s.s) {
			t := w.t.kind.Fields[i].Type
			switch c := s.s[s.i]; {
			case c == '"':
				if t.Column() != schema.TextColumn || isSet(t) {
					break
				}
				v, ok := s.str()
				if v != "" {
					w.cols[i] = v
				}
				return ok
			case c == '-' || c >= '0' && c <= '9':
				if t.Column() != schema.IntegerColumn || isFlag(t) {
					break
				}
				v, ok := s.integer()
				w.cols[i] = v
				return ok
			}
			return w.rare(s, i)
		}
		raw, ok := s.raw()
		extra = append(extra, quoteJSON(name)+":"+raw)
		return ok
	})
	if len(extra) > 0 {
		w.extra = "{" + strings.Join(extra, ",") + "}"
	}
	return ok
}

// rare reads flags, sets and null; false for everything else.
func (w *row) rare(s *scanner, i int) bool {
	raw, ok := s.raw()
	if !ok {
		return false
	}
	v, err := schema.DecodeValue(json.RawMessage(raw))
	if err != nil {
		return false
	}
	w.cols[i], ok = toColumn(w.t.kind.Fields[i].Type, v)
	return ok
}

func quoteJSON(name string) string {
	text, err := json.Marshal(name)
	if err != nil { // strings always marshal
		return `""`
	}
	return string(text)
}
