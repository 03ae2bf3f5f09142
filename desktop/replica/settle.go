package replica

import (
	"database/sql/driver"
	"strconv"
	"strings"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
)

// ReadCursor takes a cursor apart: the server's epoch, and the commit up to which its news are known. "" is 0 of no epoch.
func ReadCursor(cursor string) (epoch string, seq int64) {
	epoch, number, _ := strings.Cut(cursor, ".")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return epoch, 0
	}
	return epoch, seq
}

// settle takes out of the outbox the accepted mutations whose effect is here, or comes with the checkpoint at hand: the
// pull has come as far as their commit. An answer without a commit changed nothing; it waits for the next pull (pulled),
// which brings the value somebody else wrote. They are kept for a server that forgets; ended must follow.
func (t *tx) settle(cursor int64, pulled bool) ([]line, error) {
	where := "WHERE state = 'answered' AND seq <= ?1 AND seq > 0"
	if pulled {
		where = "WHERE state = 'answered' AND seq <= ?1"
	}
	done, err := t.lines(where+" ORDER BY n", cursor)
	if err != nil || len(done) == 0 {
		return nil, err
	}
	t.touched.Outbox = true
	err = t.exec(`INSERT INTO kept (n, id, root, mutation, outcome, at) SELECT n, id, root, mutation, outcome, ?2 FROM outbox `+where+
		" ON CONFLICT DO NOTHING", cursor, t.now.UnixMilli())
	if err != nil {
		return nil, err
	}
	all, err := t.number("SELECT count(*) FROM outbox")
	if err != nil {
		return nil, err
	}
	if err := t.takeOut("outbox", int(all) == len(done), where, cursor); err != nil {
		return nil, err
	}
	for _, l := range done {
		t.outdate(l.keys())
	}
	return done, nil
}

// takeOut removes the rows that where finds from a table. When these are all, it is emptied: whole pages go then, and not
// every row out of every index.
func (t *tx) takeOut(table string, all bool, where string, args ...driver.Value) error {
	if all {
		return t.exec("DELETE FROM " + table)
	}
	return t.exec("DELETE FROM "+table+" "+where, args...)
}

// ended follows settle when the rows of the checkpoint are here: what concerns a customer that is not here any more is
// told where it must be, and leaves as bytes.
func (t *tx) ended(done []line) error {
	roots := make([]string, 0, len(done))
	for _, l := range done {
		roots = append(roots, l.root)
	}
	absent, err := t.strings("SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM root)", idList(roots))
	if err != nil {
		return err
	}
	away := map[string]bool{}
	for _, root := range absent {
		here, err := t.here(root) // it may have been made here
		if err != nil {
			return err
		}
		away[root] = !here
	}
	for _, l := range done {
		if l.outcome != change.Conflict {
			continue
		}
		// A customer in a pool is here, and its conflicts wait for the next who holds it.
		shown, err := t.number("SELECT count(*) FROM conflict WHERE mutation = ?", l.id)
		if err != nil {
			return err
		}
		if away[l.root] || shown == 0 {
			if err := t.tellHandedOn(l); err != nil {
				return err
			}
		}
	}
	for root, gone := range away {
		if gone {
			t.removed = true
			if err := t.forgetKept(root); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellHandedOn tells of an edit that others will decide: the conflict that was made of it is not for these eyes.
func (t *tx) tellHandedOn(l line) error {
	m, err := t.mutation("SELECT mutation FROM kept WHERE n = ?", l.n)
	if err != nil || m == nil {
		return err
	}
	name, err := t.nameOfLeft(l.root)
	if err != nil {
		return err
	}
	return t.tray(TrayItem{
		ID: l.id, Type: TrayRefusal, Root: l.root, At: t.now.UnixMilli(), Name: name, Title: name, Mutation: m, Fault: fault.New(fault.HandedOn),
	})
}

// nameOfLeft is what a customer that is gone was called, as the tray tells of its leaving.
func (t *tx) nameOfLeft(root string) (string, error) {
	return t.text("SELECT body ->> '$.name' FROM tray WHERE root = ? AND type = ?", root, TrayLeave)
}
