package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yuzhou/shared/wire"
)

// Copied is what was copied of one table.
type Copied struct {
	Table string
	Rows  int64
	Sum   wire.Sum // of the hashes of all rows, the same on both sides
}

// Errors of Copy.
var (
	ErrNotEmpty  = errors.New("store: the database to be copied to is not empty")
	ErrDifferent = errors.New("store: the copy differs from the original")
)

// copyBatch is how many rows are sent at once.
const copyBatch = 2000

// Copy copies everything from one store to another, which must be empty, in one transaction; from is read as of one
// commit. What was written is read again and compared, row count and digest of each table, before it is committed.
// Whatever fails leaves to as it was. Laptops notice nothing: commits and epoch are copied too. Nobody should write to
// from any more: what is written later is not in the copy. progress, if given, hears of every table that is done.
func Copy(ctx context.Context, from, to *Store, progress func(Copied)) ([]Copied, error) {
	c := copier{ctx: ctx, progress: progress}
	to.turn.Lock()
	defer to.turn.Unlock()
	err := from.View(ctx, func(v *View) error {
		c.from = v.c
		tables, err := shapes(c.from)
		if err == nil {
			err = c.from.relax()
		}
		if err != nil {
			return err
		}
		var seq int64
		to.writer, err = to.start(ctx, to.writer, writing, func(target *conn) error {
			c.to = target
			_, err := target.one([]any{&seq}, `SELECT seq FROM counter FOR UPDATE`)
			return errors.Join(err, target.relax())
		})
		if err != nil {
			return err
		}
		if seq > 0 {
			err = ErrNotEmpty
		} else {
			err = c.all(tables)
		}
		if err != nil {
			return errors.Join(err, c.to.end(toRollback))
		}
		to.noteEpoch(v.Epoch)
		return c.to.end(toCommit)
	})
	if err != nil {
		return nil, fmt.Errorf("store: copy: %w", err)
	}
	return c.done, nil
}

// copier is a copy at work.
type copier struct {
	ctx      context.Context
	from, to *conn
	progress func(Copied)
	done     []Copied
}

func (c *copier) all(tables []shape) error {
	there, err := shapes(c.to)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(tables, there, shape.same) {
		return fmt.Errorf("%w: the tables are not the same", ErrDifferent)
	}
	if err := c.empty(there); err != nil {
		return err
	}
	for i, t := range tables {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		one := Copied{Table: t.name}
		if err := c.table(t, there[i], &one); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
		c.done = append(c.done, one)
		if c.progress != nil {
			c.progress(one)
		}
	}
	return c.to.renumber()
}

// empty takes the one row away that every database has, and refuses one that has more.
func (c *copier) empty(tables []shape) error {
	if err := c.to.exec(`DELETE FROM counter`); err != nil {
		return err
	}
	for _, t := range tables {
		var one int64
		found, err := c.to.one([]any{&one}, `SELECT 1 FROM "`+t.name+`" LIMIT 1`)
		if err != nil {
			return err
		}
		if found {
			return ErrNotEmpty
		}
	}
	return nil
}

// table copies one table and compares.
func (c *copier) table(from, to shape, one *Copied) error {
	into := to.insertion()
	var waiting []any
	flush := func() error {
		err := c.to.insert(&into, waiting)
		waiting = waiting[:0]
		if err == nil {
			err = c.to.send()
		}
		return err
	}
	err := from.read(c.from, func(values []any, sum wire.Sum) error {
		one.Rows, one.Sum = one.Rows+1, one.Sum.Add(sum)
		if waiting = append(waiting, values...); len(waiting) >= copyBatch*len(to.columns) {
			return flush()
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	again := Copied{Table: one.Table}
	err = to.read(c.to, func(_ []any, sum wire.Sum) error {
		again.Rows, again.Sum = again.Rows+1, again.Sum.Add(sum)
		return nil
	})
	if err == nil && again != *one {
		err = fmt.Errorf("%w: %d rows with the digest %v were %d with %v", ErrDifferent, again.Rows, again.Sum, one.Rows, one.Sum)
	}
	return err
}

// shape is a table as the database describes it.
type shape struct {
	name    string
	columns []column
}

type column struct {
	name string
	kind byte // as in insertion.types
}

// same compares all but in which type a database keeps text.
func (s shape) same(t shape) bool {
	return s.name == t.name && slices.EqualFunc(s.columns, t.columns, func(a, b column) bool {
		return a.name == b.name && (a.kind == 'i') == (b.kind == 'i')
	})
}

// shapes lists the tables with their columns, both by name; the list of migrations is each database's own.
func shapes(c *conn) (list []shape, err error) {
	err = c.each(func(scan func(...any) error) error {
		var table, name, kind string
		var optional bool
		if err := scan(&table, &name, &kind, &optional); err != nil {
			return err
		}
		col := column{name, kindOf(strings.ToLower(kind), optional)}
		if col.kind == 0 {
			return fmt.Errorf("%s.%s: nobody knows how to copy the type %s", table, name, kind)
		}
		if len(list) == 0 || list[len(list)-1].name != table {
			list = append(list, shape{name: table})
		}
		last := &list[len(list)-1]
		last.columns = append(last.columns, col)
		return nil
	}, c.catalogue())
	return list, err
}

func kindOf(sqlType string, optional bool) byte {
	switch {
	case (sqlType == "integer" || sqlType == "bigint") && !optional:
		return 'i'
	case sqlType == "json" && !optional:
		return 'j'
	case sqlType == "text" && optional:
		return 'T'
	case sqlType == "text":
		return 't'
	}
	return 0
}

func (s shape) insertion() insertion {
	i := insertion{}
	names := ""
	for n, c := range s.columns {
		if n > 0 {
			names += ", "
		}
		names += `"` + c.name + `"`
		i.types += string(c.kind)
	}
	i.into = `"` + s.name + `" (` + names + ")"
	return i
}

// read reads all rows; values may be kept, the slice may not.
func (s shape) read(c *conn, fn func(values []any, sum wire.Sum) error) error {
	text := ""
	into, values := make([]any, len(s.columns)), make([]any, len(s.columns))
	texts, numbers := make([]sql.NullString, len(s.columns)), make([]int64, len(s.columns))
	for i, col := range s.columns {
		if i > 0 {
			text += ", "
		}
		if col.kind == 'i' {
			text, into[i] = text+`"`+col.name+`"`, &numbers[i]
		} else {
			text, into[i] = text+`CAST("`+col.name+`" AS text)`, &texts[i]
		}
	}
	return c.each(func(scan func(...any) error) error {
		if err := scan(into...); err != nil {
			return err
		}
		for i, col := range s.columns {
			switch col.kind {
			case 'i':
				values[i] = numbers[i]
			case 'T':
				values[i] = texts[i]
			default:
				values[i] = texts[i].String
			}
		}
		return fn(values, s.hash(numbers, texts))
	}, `SELECT `+text+` FROM "`+s.name+`"`)
}

// hash is a row's, with the table's name in it; every value with its length, so that none runs into the next.
func (s shape) hash(numbers []int64, texts []sql.NullString) wire.Sum {
	buf := append([]byte(s.name), 0)
	for i, col := range s.columns {
		switch {
		case col.kind == 'i':
			buf = strconv.AppendInt(append(buf, 'i'), numbers[i], 10)
		case !texts[i].Valid:
			buf = append(buf, '-')
		default:
			buf = strconv.AppendInt(append(buf, 't'), int64(len(texts[i].String)), 10)
			buf = append(append(buf, ':'), texts[i].String...)
		}
	}
	h := sha256.Sum256(buf)
	return wire.Sum{Hi: binary.BigEndian.Uint64(h[:8]), Lo: binary.BigEndian.Uint64(h[8:16])}
}
