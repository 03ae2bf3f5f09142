package replica

import (
	"database/sql/driver"
	"encoding/json"
	"slices"
	"strings"

	"yuzhou/shared/schema"
)

// table is a kind with its SQL: the one place where declarations become statements. The columns are always
// id, root_id, seq, deleted, masked, extra and then the fields in the order of the declaration.
type table struct {
	kind   *schema.Kind
	name   string // quoted
	field  map[string]int
	insert string // with the derived columns
	sel    string // SELECT all columns FROM table
	over   string // the insert that overwrites a row of the same id; derived columns stay
	stamp  string // the update of rows of which nothing but the number is new
	quiet  string // the update of a row that stands in all indexes where it stood
	local  []string
	search []int // the fields that the search box looks through
	listed []int // the fields that stand in an index
	still  []int // those that stand in none
}

// indexed are the fields that stand in an index of their kind's table.
var indexed = map[string][]string{
	"customer": {"next_contact_at", "level"},
	"followup": {"author", "occurred_at"},
	"task":     {"executor", "status", "list", "due_at", "priority"},
}

// The columns that every kind's table begins with.
const (
	colID = iota
	colRoot
	colSeq
	colDeleted
	colMasked
	colExtra
	colFields // the first field
)

var fixedColumns = []string{"id", "root_id", "seq", "deleted", "masked", "extra"}

// derivedColumns are the columns of customer that are no fields: copied from its holding, or computed.
var derivedColumns = []string{"owner", "pool", "followed_at", "touched_at", "pooled_at", "due_on", "name_key"}

func tablesOf(kinds []*schema.Kind) map[string]*table {
	all := make(map[string]*table, len(kinds))
	for _, k := range kinds {
		all[k.Name] = tableOf(k)
	}
	return all
}

func tableOf(k *schema.Kind) *table {
	t := &table{kind: k, name: quote(k.Name), field: make(map[string]int, len(k.Fields))}
	columns := append([]string(nil), fixedColumns...)
	for i, f := range k.Fields {
		t.field[f.Name] = i
		if f.Searched {
			t.search = append(t.search, i)
		}
		if slices.Contains(indexed[k.Name], f.Name) {
			t.listed = append(t.listed, i)
		} else {
			t.still = append(t.still, i)
		}
		columns = append(columns, quote(f.Name))
	}
	list := strings.Join(columns, ", ")
	t.sel = "SELECT " + list + " FROM " + t.name
	sets := make([]string, 0, len(columns))
	for _, c := range columns[1:] {
		sets = append(sets, c+" = excluded."+c)
	}
	t.stamp = "UPDATE " + t.name + " SET seq = ? WHERE id IN (SELECT value FROM json_each(?))"
	t.quiet = "UPDATE " + t.name + " SET seq = ?, masked = ?, extra = ?"
	for _, i := range t.still {
		t.quiet += ", " + quote(k.Fields[i].Name) + " = ?"
	}
	t.quiet += " WHERE id = ?"
	t.over = "INSERT INTO " + t.name + " (" + list + ") VALUES (" + marks(len(columns)) +
		") ON CONFLICT (id) DO UPDATE SET " + strings.Join(sets, ", ")
	if k.Name == "customer" {
		t.local = derivedColumns
		list += ", " + strings.Join(derivedColumns, ", ")
	}
	t.insert = "INSERT INTO " + t.name + " (" + list + ") VALUES (" + marks(len(columns)+len(t.local)) + ")"
	return t
}

// columnsOf lists the columns of sel under another name of the table, for joins.
func columnsOf(alias string, t *table) string {
	var b strings.Builder
	for _, c := range fixedColumns {
		b.WriteString(alias + "." + c + ", ")
	}
	for i, f := range t.kind.Fields {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(alias + "." + quote(f.Name))
	}
	return b.String()
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// has says whether a list may be narrowed or sorted by the column, and gives its name for SQL.
func (t *table) column(name string) (string, bool) {
	if _, ok := t.field[name]; ok {
		return quote(name), true
	}
	for _, set := range [][]string{t.local, {"id", "root_id", "seq"}} {
		for _, c := range set {
			if c == name {
				return c, true
			}
		}
	}
	return "", false
}

// row is one row of a kind's table, as SQLite has it.
type row struct {
	t       *table
	id      string
	root    string
	seq     int64
	deleted bool
	masked  string         // JSON array, "" for none
	extra   string         // JSON object of what has no column, "" for none
	cols    []driver.Value // the fields
}

// title is the text of the field that names the record.
func (w *row) title() string {
	i, known := w.t.field[w.t.kind.Title]
	if !known {
		return ""
	}
	name, _ := w.cols[i].(string)
	return name
}

// staysListed tells whether two versions of a record stand in every index at the same place.
func (w *row) staysListed(old *row) bool {
	return w.deleted == old.deleted && w.root == old.root && w.sameIn(old, w.t.listed)
}

// looksLike tells whether two versions of a record that stays listed differ in nothing but their number.
func (w *row) looksLike(old *row) bool {
	return w.masked == old.masked && w.extra == old.extra && w.sameIn(old, w.t.still)
}

func (w *row) sameIn(old *row, fields []int) bool {
	for _, i := range fields {
		if w.cols[i] != old.cols[i] {
			return false
		}
	}
	return true
}

// soundsLike tells whether the search box finds two versions of a record by the same texts.
func (w *row) soundsLike(old *row) bool {
	return w.deleted == old.deleted && w.masked == old.masked && w.root == old.root && w.sameIn(old, w.t.search)
}

// record turns columns into the values of a record.
func (w *row) record() schema.Record {
	r := schema.Record{Kind: w.t.kind.Name, ID: w.id, Root: w.root, Seq: w.seq, Deleted: w.deleted}
	r.Values = make(schema.Values, len(w.cols))
	for i, v := range w.cols {
		if v != nil {
			if value := fromColumn(w.t.kind.Fields[i].Type, v); value != nil {
				r.Values[w.t.kind.Fields[i].Name] = value
			}
		}
	}
	if w.extra != "" {
		var more schema.Values
		if json.Unmarshal([]byte(w.extra), &more) == nil {
			for name, v := range more {
				r.Values[name] = v
			}
		}
	}
	if w.masked != "" {
		_ = json.Unmarshal([]byte(w.masked), &r.Masked) // written by us: it is a list of names
	}
	return r
}

// rowOf is the reverse of record. Values without a column, or of a form their column cannot hold, go to extra.
func (t *table) rowOf(r schema.Record) (*row, error) {
	w := &row{t: t, id: r.ID, root: r.Root, seq: r.Seq, deleted: r.Deleted, cols: make([]driver.Value, len(t.kind.Fields))}
	var more schema.Values
	for name, v := range r.Values {
		if i, known := t.field[name]; known {
			if c, ok := toColumn(t.kind.Fields[i].Type, v); ok {
				w.cols[i] = c
				continue
			}
		}
		if more == nil {
			more = schema.Values{}
		}
		more[name] = v
	}
	if len(more) > 0 {
		text, err := json.Marshal(more)
		if err != nil {
			return nil, err
		}
		w.extra = string(text)
	}
	w.masked = listText(r.Masked)
	return w, nil
}

// idList is the argument of json_each for ids.
func idList(ids []string) string {
	if len(ids) == 0 {
		return "[]"
	}
	return listText(ids)
}

// listText is a list as it stands in a column, "" for none.
func listText(names []string) string {
	if len(names) == 0 {
		return ""
	}
	text, err := json.Marshal(names)
	if err != nil { // strings always marshal
		return ""
	}
	return string(text)
}

// toColumn gives the form of a value in its column; ok is false when the column cannot hold it.
func toColumn(t schema.Type, v any) (driver.Value, bool) {
	switch x := v.(type) {
	case nil:
		return nil, true
	case string:
		if x == "" {
			return nil, true
		}
		return x, t.Column() == schema.TextColumn && !isSet(t)
	case int64:
		return x, t.Column() == schema.IntegerColumn && !isFlag(t)
	case bool:
		if x {
			return int64(1), isFlag(t)
		}
		return int64(0), isFlag(t)
	case []string:
		if len(x) == 0 {
			return nil, true
		}
		return listText(x), isSet(t)
	}
	return nil, false
}

func fromColumn(t schema.Type, v driver.Value) any {
	switch x := v.(type) {
	case string:
		if isSet(t) {
			var set []string
			if json.Unmarshal([]byte(x), &set) != nil {
				return nil
			}
			return set
		}
		return x
	case int64:
		if isFlag(t) {
			return x != 0
		}
		return x
	}
	return nil
}

func isFlag(t schema.Type) bool { _, ok := t.(schema.Flag); return ok }

func isSet(t schema.Type) bool {
	switch t.(type) {
	case schema.Tags, schema.RefSet:
		return true
	}
	return false
}

// scan reads the columns of sel.
func (t *table) scan(values []driver.Value) *row {
	w := &row{t: t, cols: make([]driver.Value, len(t.kind.Fields))}
	w.id, _ = values[colID].(string)
	w.root, _ = values[colRoot].(string)
	w.seq, _ = values[colSeq].(int64)
	deleted, _ := values[colDeleted].(int64)
	w.deleted = deleted != 0
	w.masked, _ = values[colMasked].(string)
	w.extra, _ = values[colExtra].(string)
	copy(w.cols, values[colFields:])
	return w
}

// args are the arguments of insert; derived is nil but for customers.
func (w *row) args(buf []driver.Value, derived []driver.Value) []driver.Value {
	buf = append(buf[:0], w.id, w.root, w.seq, flag(w.deleted), orNull(w.masked), orNull(w.extra))
	buf = append(buf, w.cols...)
	return append(buf, derived...)
}

// write brings a row into its table, where old stands now, nil for nothing. What stays listed leaves the indexes alone:
// they cost more than the row.
func (t *tx) write(w, old *row) error {
	switch {
	case old == nil || !w.staysListed(old):
		return t.exec(w.t.over, w.args(nil, nil)...)
	case w.looksLike(old):
		return t.exec(w.t.stamp, w.seq, idList([]string{w.id}))
	}
	args := append(make([]driver.Value, 0, len(w.t.still)+colFields), w.seq, orNull(w.masked), orNull(w.extra))
	for _, i := range w.t.still {
		args = append(args, w.cols[i])
	}
	return t.exec(w.t.quiet, append(args, w.id)...)
}

func flag(b bool) driver.Value {
	if b {
		return int64(1)
	}
	return int64(0)
}

func orNull(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}
