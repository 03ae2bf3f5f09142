package world

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"yuzhou/shared/crm"
)

// derived are the columns of a laptop's table customer that are no fields.
var derived = map[string]bool{"owner": true, "pool": true, "followed_at": true, "touched_at": true, "pooled_at": true, "due_on": true, "name_key": true}

// held is what stands in a laptop's file.
type held struct {
	shown  map[key]*row // as the person sees it, deleted ones too
	server map[key]*rec // the server's rows under it
	meta   map[string]string

	counted int64 // rows of the server, as the file says
	foreign int64 // rows of kinds that this program does not know
}

// row is a row of a kind's table; its columns have no types, so they are compared with what they should be.
type row struct {
	key
	root    string
	seq     int64
	deleted bool
	masked  []string
	extra   vals
	cols    map[string]any
}

// field tells whether a field holds a value.
func (r *row) field(name string, want any) bool {
	got, there := r.cols[name]
	if !there {
		return same(r.extra[name], want)
	}
	switch x := want.(type) {
	case bool:
		n, ok := got.(int64)
		return ok && (n == 1) == x
	case []string:
		text, _ := got.(string)
		return same(decoded(text), want)
	}
	if text, ok := got.(string); ok && text == "[]" {
		got = nil
	}
	return same(got, want)
}

// differs tells the first field that is not as in a record, "" when all are.
func (r *row) differs(v vals) string {
	for name, want := range v {
		if !r.field(name, want) {
			return name
		}
	}
	for name, got := range r.cols {
		if _, wanted := v[name]; !wanted && !nothing(got) && !r.field(name, nil) {
			return name
		}
	}
	for name, got := range r.extra {
		if _, wanted := v[name]; !wanted && !nothing(got) {
			return name
		}
	}
	return ""
}

// read reads a laptop's file in one moment.
func (l *laptop) read() (h held, err error) {
	h = held{shown: map[key]*row{}, server: map[key]*rec{}, meta: map[string]string{}}
	tx, err := l.db.Begin()
	if err != nil {
		return h, err
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	if err := each(tx, `SELECT key, value FROM meta`, func(scan func(...any) error) error {
		var k, v string
		err := scan(&k, &v)
		h.meta[k] = v
		return err
	}); err != nil {
		return h, err
	}
	for _, k := range crm.Kinds() {
		if err := readKind(tx, k.Name, h.shown); err != nil {
			return h, err
		}
	}
	if err := tx.QueryRow(`SELECT (SELECT coalesce(sum(count), 0) FROM root), (SELECT count(*) FROM foreign_row)`).Scan(&h.counted, &h.foreign); err != nil {
		return h, err
	}
	return h, readShadows(tx, h)
}

func readKind(tx *sql.Tx, kind string, into map[key]*row) error {
	rows, err := tx.Query(`SELECT * FROM "` + kind + `"`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		cells := make([]any, len(names))
		places := make([]any, len(names))
		for i := range cells {
			places[i] = &cells[i]
		}
		if err := rows.Scan(places...); err != nil {
			return err
		}
		r := &row{key: key{Kind: kind}, cols: make(map[string]any, len(names))}
		for i, name := range names {
			if err := r.take(name, cells[i], i < 6); err != nil {
				return err
			}
		}
		into[r.key] = r
	}
	return rows.Err()
}

// take reads one column; the first six are the same in every table.
func (r *row) take(name string, cell any, fixed bool) (err error) {
	if b, ok := cell.([]byte); ok {
		cell = string(b)
	}
	text, _ := cell.(string)
	n, _ := cell.(int64)
	switch {
	case !fixed && r.Kind == "customer" && derived[name]:
	case !fixed:
		r.cols[name] = cell
	case name == "id":
		r.ID = text
	case name == "root_id":
		r.root = text
	case name == "seq":
		r.seq = n
	case name == "deleted":
		r.deleted = n != 0
	case name == "masked" && text != "":
		err = json.Unmarshal([]byte(text), &r.masked)
	case name == "extra" && text != "":
		r.extra, err = values(text)
	}
	return err
}

// readShadows finds the server's rows: those of the tables, and under unsent changes those beside them.
func readShadows(tx *sql.Tx, h held) error {
	hidden := map[key]bool{}
	err := each(tx, `SELECT kind, id, root, seq, coalesce(masked, ''), body FROM shadow`, func(scan func(...any) error) error {
		r := &rec{}
		var masked string
		var body *string
		if err := scan(&r.Kind, &r.ID, &r.Root, &r.Seq, &masked, &body); err != nil {
			return err
		}
		hidden[r.key] = true
		if body == nil {
			return nil
		}
		var err error
		if r.V, err = values(*body); err == nil && masked != "" {
			err = json.Unmarshal([]byte(masked), &r.Masked)
		}
		h.server[r.key] = r
		return err
	})
	for k, r := range h.shown {
		if !hidden[k] {
			h.server[k] = &rec{key: k, Root: r.root, Seq: r.seq, Deleted: r.deleted, Masked: r.masked}
		}
	}
	return err
}

func each(tx *sql.Tx, text string, fn func(scan func(...any) error) error) error {
	rows, err := tx.Query(text)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// against holds what a laptop has of the server against what its person may see, and names the first difference.
func (h held) against(e *eyes, user string) (class, what string) {
	seen := 0
	for k, r := range e.of {
		want := e.show(user, r)
		if want == nil {
			continue
		}
		seen++
		got := h.server[k]
		if got == nil {
			return diverged, fmt.Sprintf("lacks %s", k)
		}
		if got.Seq != want.Seq || got.Root != want.Root || got.Deleted {
			return diverged, fmt.Sprintf("has %s at %d under %s (deleted %v), the server at %d under %s", k, got.Seq, got.Root, got.Deleted, want.Seq, want.Root)
		}
		if !slices.Equal(got.Masked, want.Masked) {
			return leaked, fmt.Sprintf("has %s with the fields %v veiled, not %v", k, got.Masked, want.Masked)
		}
		field := ""
		if got.V == nil {
			field = h.shown[k].differs(want.V)
		} else {
			field = differ(got.V, want.V)
		}
		if field != "" {
			class := diverged
			if slices.Contains(want.Masked, field) {
				class = leaked
			}
			return class, fmt.Sprintf("has another %s.%s: it should be %v", k, field, want.V[field])
		}
	}
	if seen == len(h.server) {
		return "", ""
	}
	for k := range h.server {
		if r := e.of[k]; r == nil {
			return diverged, fmt.Sprintf("holds %s, which is not there any more", k)
		} else if e.show(user, r) == nil {
			return leaked, fmt.Sprintf("holds %s, which he may not see", k)
		}
	}
	return "", ""
}
