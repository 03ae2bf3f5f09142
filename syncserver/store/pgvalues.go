package store

import (
	"database/sql"
	"fmt"
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

// plain makes flags numbers.
func plain(args []any) []any {
	for i, v := range args {
		if b, ok := v.(bool); ok {
			args[i] = number(b)
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
	text, ok := l.texts[into.into+into.conflict]
	if !ok {
		text = into.fromColumns()
		l.texts[into.into+into.conflict] = text
	}
	if err := l.run(text, args); err != nil || l.waiting == nil {
		return err
	}
	if l.rows += len(values) / len(into.types); l.rows < manyRows {
		return nil
	}
	return l.begins()
}

// fromColumns is the statement that inserts what is given as one array for each column.
func (i *insertion) fromColumns() string {
	from, names, selected := "", "", ""
	for n, t := range []byte(i.types) {
		if n > 0 {
			from, names, selected = from+", ", names+", ", selected+", "
		}
		name, sqlType, cast := fmt.Sprintf("c%d", n), "text", ""
		switch t {
		case 'i':
			sqlType = "bigint"
		case 'j':
			cast = "::json"
		}
		from += fmt.Sprintf("$%d::%s[]", n+1, sqlType)
		names += name
		selected += name + cast
	}
	return forPostgres("INSERT INTO " + i.into + " SELECT " + selected + " FROM unnest(" + from + ") AS n(" + names + ") " + i.conflict)
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
