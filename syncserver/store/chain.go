package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"hash"
	"strconv"
)

// The history is chained: each commit that writes lines of it writes one link. Its sum is the SHA-256, in hexadecimal
// digits, of
//
//	t(sum of the link before) i(seq) i(number of lines)
//
// and of each line, in the order in which they were written,
//
//	t(kind) t(id) t(field) t(op) t(old) t(new) t(by) t(device) i(at)
//
// where t is the letter t, the length in bytes, a colon and the text, or a lone - for NULL, and i the letter i and the
// number in decimal digits. So no value runs into the next, and a program of a few lines can check it. Before the first
// link stands, in the place of a sum, how many lines are older than the chain.

// Link is one link of the chain of the history.
type Link struct {
	Seq   int64  `json:"seq"` // the commit
	Lines int64  `json:"-"`   // that it wrote
	Sum   string `json:"sum"`
}

// SumDigits is how long a sum is.
const SumDigits = 2 * sha256.Size

var intoLink = insertion{"link (seq, lines, sum)", "iit", ""}

// line is a line of the history as it is stored.
type line struct {
	kind, id, field, op string
	old, new            sql.NullString
	by, device          string
	at                  int64
}

// tally adds lines up to the sum of a link.
type tally struct {
	hash hash.Hash
	buf  []byte
}

func newTally(before string, seq, lines int64) *tally {
	t := &tally{hash: sha256.New()}
	t.text(before)
	t.number(seq)
	t.number(lines)
	return t
}

func (t *tally) add(l *line) {
	t.text(l.kind)
	t.text(l.id)
	t.text(l.field)
	t.text(l.op)
	t.optional(l.old)
	t.optional(l.new)
	t.text(l.by)
	t.text(l.device)
	t.number(l.at)
	t.rest()
}

func (t *tally) sum() string {
	t.rest()
	return hex.EncodeToString(t.hash.Sum(nil))
}

func (t *tally) text(s string) {
	t.buf = strconv.AppendInt(append(t.buf, 't'), int64(len(s)), 10)
	t.buf = append(append(t.buf, ':'), s...)
}

func (t *tally) optional(s sql.NullString) {
	if s.Valid {
		t.text(s.String)
		return
	}
	t.buf = append(t.buf, '-')
}

func (t *tally) number(n int64) { t.buf = strconv.AppendInt(append(t.buf, 'i'), n, 10) }

// rest hashes what waits: a hash takes everything.
func (t *tally) rest() {
	_, _ = t.hash.Write(t.buf)
	t.buf = t.buf[:0]
}
