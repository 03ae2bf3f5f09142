package world

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
)

// written is what one commit wrote into the server's history.
type written struct {
	lines int64
	text  []byte
}

// add takes a line in the form in which it is hashed.
func (c *written) add(texts []sql.NullString, at int64) {
	for _, t := range texts {
		if t.Valid {
			c.text = fmt.Appendf(c.text, "t%d:%s", len(t.String), t.String)
		} else {
			c.text = append(c.text, '-')
		}
	}
	c.text = fmt.Appendf(c.text, "i%d", at)
	c.lines++
}

// checkChain works the chain of the server's history out from its tables, as anybody could who has read how it is made: a
// line that nobody wrote, that is not as it was written, or that went, fits no link (I13). The chain goes on through kills,
// restores and several processes.
func (w *world) checkChain() {
	tx, err := w.books.db.Begin()
	w.must(err)
	defer func() { _ = tx.Rollback() }() // it only reads
	commits := map[int64]*written{}
	w.must(each(tx, `SELECT seq, kind, id, field, op, old, new, "by", device, at FROM history ORDER BY seq, n`, func(scan func(...any) error) error {
		var seq, at int64
		t := make([]sql.NullString, 8)
		err := scan(&seq, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7], &at)
		if commits[seq] == nil {
			commits[seq] = &written{}
		}
		commits[seq].add(t, at)
		return err
	}))
	before, newest := "0", int64(0)
	w.must(each(tx, `SELECT seq, lines, sum FROM link ORDER BY seq`, func(scan func(...any) error) error {
		var seq, lines int64
		var sum string
		err := scan(&seq, &lines, &sum)
		c := commits[seq]
		if c == nil || c.lines != lines {
			w.fail(lost, "the link of commit %d says %d lines of history, and there are %+v", seq, lines, c)
			return err
		}
		delete(commits, seq)
		if all := fmt.Appendf(nil, "t%d:%si%di%d%s", len(before), before, seq, lines, c.text); fmt.Sprintf("%x", sha256.Sum256(all)) != sum {
			w.fail(lost, "the lines of commit %d are not those that were linked to the commit before", seq)
		}
		before, newest = sum, seq
		return err
	}))
	for seq, c := range commits {
		w.fail(lost, "commit %d wrote %d lines of history and no link", seq, c.lines)
	}
	var head int64
	var sum string
	w.must(tx.QueryRow(`SELECT linked, link FROM counter`).Scan(&head, &sum))
	if head != newest || sum != before {
		w.fail(lost, "the newest link is of commit %d, the counter says %d", newest, head)
	}
}
