package store

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// The SQL of this package is written once, for both databases. A statement is what SQLite and PostgreSQL share, and
// these words for what they do not:
//
//	? and ?3         a parameter; ?3 may stand more than once
//	list(?) j        a table with the column j.value: the texts in a list, given as texts{…}
//	pairs(?) j       a table with the columns j.a and j.b: the pairs in a list, given as pairs{…}
//	A CROSS JOIN B ON …  A is read first; PostgreSQL finds that out by itself
//	greatest(a, b)   the larger of two values
//	quoted(a)        a text as JSON
//	user             a column; in PostgreSQL the bare word would silently be the name of the database user
//	FOR UPDATE       the row is locked; SQLite has locked the whole file already
//
// Flags are the numbers 0 and 1 on both, and are scanned into bool. Of a JSON column, body ->> 'field' is text on
// PostgreSQL and a value of its own type on SQLite: isTrue compares flags in it. A JSON column is measured as
// octet_length(CAST(body AS text)).

// word is what rewriting looks at: literals and quoted names first, so that nothing in them is touched.
var word = regexp.MustCompile(`'(?:[^']|'')*'|"[^"]*"|\b(?:list|pairs)\(\?\d*\) \w+|\?\d*|\bCROSS JOIN\b|\b(?:greatest|quoted)\(|\buser\b| FOR UPDATE\b`)

// forSQLite puts a statement into SQLite's words.
func forSQLite(text string) string {
	return word.ReplaceAllStringFunc(text, func(w string) string {
		switch w {
		case "greatest(":
			return "max("
		case "quoted(":
			return "json_quote("
		case " FOR UPDATE":
			return ""
		}
		function, parameter, alias, ok := tableWord(w)
		switch {
		case !ok:
			return w
		case function == "list":
			return "json_each(" + parameter + ") " + alias
		}
		return "(SELECT value AS a, key AS b FROM json_each(" + parameter + ")) " + alias
	})
}

// forPostgres puts a statement into PostgreSQL's words.
func forPostgres(text string) string {
	last := 0
	dollar := func(parameter string) string {
		if parameter == "?" {
			last++
			return "$" + strconv.Itoa(last)
		}
		return "$" + parameter[1:]
	}
	return word.ReplaceAllStringFunc(text, func(w string) string {
		switch {
		case w[0] == '?':
			return dollar(w)
		case w == "CROSS JOIN":
			return "JOIN"
		case w == "user":
			return `"user"`
		case w == "quoted(":
			return "to_json("
		}
		function, parameter, alias, ok := tableWord(w)
		if !ok {
			return w
		}
		all := dollar(parameter) + "::text[]"
		if function == "list" {
			return "unnest(" + all + ") AS " + alias + "(value)"
		}
		half := "cardinality(" + all + ") / 2"
		return "unnest((" + all + ")[:" + half + "], (" + all + ")[" + half + " + 1:]) AS " + alias + "(a, b)"
	})
}

// tableWord takes list(?1) j apart.
func tableWord(w string) (function, parameter, alias string, ok bool) {
	function, rest, ok := strings.Cut(w, "(")
	if !ok || function != "list" && function != "pairs" {
		return "", "", "", false
	}
	parameter, alias, ok = strings.Cut(rest, ") ")
	return function, parameter, alias, ok
}

// texts is the argument of list(?), pairs that of pairs(?). SQLite takes them as JSON; PostgreSQL takes arrays, for to
// read JSON costs it as much as to find the rows.
type (
	texts []string
	pairs [][2]string
)

func (t texts) json() string {
	if len(t) == 0 {
		return "[]"
	}
	return quoted([]string(t))
}

// json is an object, from what is b to what is a: SQLite takes a list of lists apart one by one, and slowly.
func (p pairs) json() string {
	text := []byte{'{'}
	for i, pair := range p {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(append(text, quoted(pair[1])...), ':'), quoted(pair[0])...)
	}
	return string(append(text, '}'))
}

// array is all that is a, then all that is b.
func (p pairs) array() []string {
	list := make([]string, 2*len(p))
	for i, pair := range p {
		list[i], list[len(p)+i] = pair[0], pair[1]
	}
	return list
}

// quoted is a text, or a list of texts, as JSON.
func quoted(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings can always be written
	}
	return string(text)
}

// isTrue is the condition that a field of a JSON column is true.
func isTrue(column, field string) string {
	return `coalesce(CAST(` + column + ` ->> '` + field + `' AS text), '') IN ('1', 'true')`
}
