package world

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"yuzhou/desktop/replica"
)

// A token is a word that stands in one value of one record and nowhere else, so that raw bytes tell whether the value is
// there: zq0000042qz.
const (
	tokenHead = "zq"
	tokenTail = "qz"
	tokenLen  = 11
)

// token makes a word for a step; a step may need several.
func (s step) token(i int) string { return fmt.Sprintf("%s%05d%02d%s", tokenHead, s.N, i, tokenTail) }

// tokens finds all words in raw bytes.
func tokens(data []byte, found map[string]bool) {
	for {
		i := bytes.Index(data, []byte(tokenHead))
		if i < 0 || i+tokenLen > len(data) {
			return
		}
		word := data[i : i+tokenLen]
		if bytes.HasSuffix(word, []byte(tokenTail)) && digits(word[2:9]) {
			found[string(word)] = true
			data = data[i+tokenLen:]
			continue
		}
		data = data[i+1:]
	}
}

func digits(word []byte) bool {
	for _, c := range word {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// checkTraces looks through the raw bytes of a laptop's files for what stands in no row of them and is not for its
// person's eyes: it is left of something that went (I6). At the head alone, for of another moment it is not known.
func (l *laptop) checkTraces(h held) {
	if l.cursor != l.w.books.head || l.epoch != l.w.books.epoch {
		return
	}
	l.checkFinder(h)
	found := l.traces()
	// SQLite overwrites what is deleted, but not every copy that a page had when its rows moved: those go with the upkeep.
	most := mostSlack
	if l.w.lengthy {
		most = lengthySlack
	}
	onlySlack := len(found) > 0 && len(found) <= most
	for _, name := range found {
		onlySlack = onlySlack && name == replica.FileName
	}
	switch {
	case onlySlack && l.w.live && !l.w.resting:
		return // at rest it is looked at again
	case onlySlack:
		l.w.must(l.r.Upkeep())
		found = l.traces()
	}
	for word, name := range found {
		l.w.fail(leaked, "%s: the bytes of %s (of %v) are in %s and in no row of it", l, word, l.w.books.places[word], name)
	}
}

// How many words may be left until the upkeep: those of a row that was moved whole from page to page. Long rows have many
// rows moved.
const (
	mostSlack    = 8
	lengthySlack = 12
)

// traces finds the words that are in a laptop's files, in no row of them, and not for its person's eyes; and where.
func (l *laptop) traces() map[string]string {
	raw := map[string]string{}
	for _, name := range []string{replica.FileName, replica.FileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(l.dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			l.w.fail(stuck, "%v", err)
			return nil
		}
		here := map[string]bool{}
		tokens(data, here)
		for word := range here {
			raw[word] = name
		}
	}
	l.w.mu.Lock()
	for word := range raw {
		if l.w.books.mayKeep(l.me, word) {
			delete(raw, word)
		}
	}
	l.w.mu.Unlock()
	if len(raw) == 0 {
		return nil
	}
	rows, err := l.words()
	if err != nil {
		l.w.fail(stuck, "%s: %v", l, err)
		return nil
	}
	for word := range raw {
		if rows[word] {
			delete(raw, word)
		}
	}
	return raw
}

// words finds the words in all rows of a laptop's file.
func (l *laptop) words() (map[string]bool, error) {
	tx, err := l.db.Begin()
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	var tables []string
	if err := each(tx, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		tables = append(tables, name)
		return err
	}); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, name := range tables {
		if err := wordsOf(tx, name, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// wordsOf finds the words in all rows of a table.
func wordsOf(tx *sql.Tx, table string, found map[string]bool) error {
	rows, err := tx.Query(`SELECT * FROM "` + table + `"`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(cells...); err != nil {
			return err
		}
		for _, c := range cells {
			switch text := (*c.(*any)).(type) {
			case string:
				tokens([]byte(text), found)
			case []byte:
				tokens(text, found)
			}
		}
	}
	return rows.Err()
}

// checkFinder sees that the search box finds no more than what is shown.
func (l *laptop) checkFinder(h held) {
	tx, err := l.db.Begin()
	if err != nil {
		l.w.fail(stuck, "%v", err)
		return
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	err = each(tx, `SELECT kind, id, root, text FROM finder`, func(scan func(...any) error) error {
		var k key
		var root, text string
		if err := scan(&k.Kind, &k.ID, &root, &text); err != nil {
			return err
		}
		r := h.shown[k]
		if r == nil {
			l.w.fail(leaked, "%s: the search box finds %s, which is not there", l, k)
			return nil
		}
		words := map[string]bool{}
		tokens([]byte(text), words)
		for word := range words {
			if !r.says(word) {
				l.w.fail(leaked, "%s: the search box finds %s in %s, which does not say so", l, word, k)
			}
		}
		return nil
	})
	if err != nil {
		l.w.fail(stuck, "%s: %v", l, err)
	}
}

// says tells whether a word stands in a row.
func (r *row) says(word string) bool {
	for _, v := range r.cols {
		if text, ok := v.(string); ok && strings.Contains(strings.ToLower(text), word) {
			return true
		}
	}
	return false
}
