package store

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// flag reads a truth value from a condition or from a number 0 or 1.
type flag bool

// Scan takes what the database gives.
func (f *flag) Scan(v any) error {
	switch v := v.(type) {
	case bool:
		*f = flag(v)
	case int64:
		*f = v != 0
	default:
		return fmt.Errorf("store: %T is no flag", v)
	}
	return nil
}

// plain makes flags numbers and lists arrays.
func plain(args []any) []any {
	for i, v := range args {
		switch v := v.(type) {
		case bool:
			args[i] = number(v)
		case texts:
			args[i] = []string(v)
		case pairs:
			args[i] = v.array()
		}
	}
	return args
}

func number(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// insert sends a column after the other: one statement, whatever the number of rows.
func (l *clusterLink) insert(into *insertion, values []any) error {
	return l.columns(into, into.into+into.conflict, into.fromColumns, values)
}

func (l *clusterLink) rewrite(into *rewriting, values []any) error {
	return l.columns(&into.insertion, into.into+into.changes, into.fromColumns, values)
}

// columns runs a statement on rows; it is made once and known by its name.
func (l *clusterLink) columns(into *insertion, name string, statement func() string, values []any) error {
	if len(values) == 0 {
		return nil
	}
	args := make([]any, len(into.types))
	for i, t := range []byte(into.types) {
		column, err := columnOf(t, values[i:], len(into.types))
		if err != nil {
			return fmt.Errorf("store: %s, column %d: %w", into.into, i+1, err)
		}
		args[i] = column
	}
	text, ok := l.texts[name]
	if !ok {
		text = statement()
		l.texts[name] = text
	}
	if err := l.run(text, args); err != nil || l.waiting == nil {
		return err
	}
	if l.rows += len(values) / len(into.types); l.rows < manyRows {
		return nil
	}
	return l.begins()
}

// rows is what is given as one array for each column, as a table n with the columns c0, c1 ….
func (i *insertion) rows() string {
	from, names := "", ""
	for n, t := range []byte(i.types) {
		if n > 0 {
			from, names = from+", ", names+", "
		}
		sqlType := "text"
		if t == 'i' {
			sqlType = "bigint"
		}
		from += fmt.Sprintf("$%d::%s[]", n+1, sqlType)
		names += fmt.Sprintf("c%d", n)
	}
	return " FROM unnest(" + from + ") AS n(" + names + ")"
}

// value is the nth column of rows.
func (i *insertion) value(n int) string {
	if i.types[n] == 'j' {
		return fmt.Sprintf("c%d::json", n)
	}
	return fmt.Sprintf("c%d", n)
}

// fromColumns is the statement that inserts rows.
func (i *insertion) fromColumns() string {
	values := make([]string, len(i.types))
	for n := range values {
		values[n] = i.value(n)
	}
	return forPostgres("INSERT INTO " + i.into + " SELECT " + strings.Join(values, ", ") + i.rows() + " " + i.conflict)
}

// fromColumns is the statement that changes rows. When one of them is not there it divides by zero: whoever sent the
// statement hears of its count only when what follows it, the commit, has been sent too.
func (r *rewriting) fromColumns() string {
	table, list, _ := strings.Cut(strings.TrimSuffix(r.into, ")"), " (")
	names := strings.Split(list, ", ")
	equal := func(list, before, between string) string {
		var parts []string
		for _, name := range strings.Split(list, ", ") {
			parts = append(parts, before+name+" = "+r.value(slices.Index(names, name)))
		}
		return strings.Join(parts, between)
	}
	return forPostgres("WITH done AS (UPDATE " + table + " t SET " + equal(r.changes, "", ", ") + r.rows() + " WHERE " + equal(r.key, "t.", " AND ") +
		" RETURNING 1) SELECT 1 / CAST(count(*) = cardinality($1) AS int) FROM done")
}

// columnOf picks a column out of rows that stand one after the other.
func columnOf(t byte, values []any, width int) (any, error) {
	n := (len(values) + width - 1) / width
	var wrong any
	switch t {
	case 'i':
		list := make([]int64, 0, n)
		for i := 0; i < len(values); i += width {
			switch v := values[i].(type) {
			case int64:
				list = append(list, v)
			case bool:
				list = append(list, number(v))
			default:
				wrong = v
			}
		}
		if len(list) == n {
			return list, nil
		}
	case 'T':
		list := make([]*string, 0, n)
		for i := 0; i < len(values); i += width {
			if v, ok := values[i].(sql.NullString); !ok {
				wrong = values[i]
			} else if v.Valid {
				list = append(list, &v.String)
			} else {
				list = append(list, nil)
			}
		}
		if len(list) == n {
			return list, nil
		}
	default:
		list := make([]string, 0, n)
		for i := 0; i < len(values); i += width {
			if v, ok := values[i].(string); ok {
				list = append(list, v)
			} else {
				wrong = values[i]
			}
		}
		if len(list) == n {
			return list, nil
		}
	}
	return nil, fmt.Errorf("%T does not fit %c", wrong, t)
}
