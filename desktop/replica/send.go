package replica

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Outgoing is a mutation as it goes over the wire.
type Outgoing struct {
	ID    string
	Text  json.RawMessage
	Tries int // how often it was sent, this time included
}

// Outgoing gives the next mutations to send, in order, and notes that they are being sent: from then on they cannot be
// undone, whatever becomes of the answer. The note is on the disk before the first byte leaves.
func (r *Replica) Outgoing(limit int) ([]Outgoing, error) {
	var out []Outgoing
	empty, err := r.nothingToSend()
	if err != nil || empty {
		return nil, err
	}
	err = r.change(durable, func(t *tx) error {
		size, last := 0, int64(0)
		err := t.query("SELECT n, id, mutation, tries FROM outbox WHERE state <> 'answered' ORDER BY n LIMIT ?", []driver.Value{int64(limit)},
			func(row []driver.Value) error {
				var o Outgoing
				o.ID, _ = row[1].(string)
				text, _ := row[2].(string)
				if size += len(text) + 1; size > wire.MaxPushBytes-headRoom && len(out) > 0 {
					return errEnough
				}
				o.Text = json.RawMessage(text)
				tries, _ := row[3].(int64)
				o.Tries = int(tries) + 1
				out = append(out, o)
				last, _ = row[0].(int64)
				return nil
			})
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		t.touched.Outbox = true
		return t.exec("UPDATE outbox SET state = 'sent', tries = tries + 1 WHERE state <> 'answered' AND n <= ?", last)
	})
	return out, err
}

// headRoom is left in a batch for the line that says what it is.
const headRoom = 1024

var errEnough = errors.New("enough")

func (r *Replica) nothingToSend() (empty bool, err error) {
	err = r.view(func(c *conn) error {
		n, err := c.number("SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state <> 'answered' LIMIT 1)")
		empty = n == 0
		return err
	})
	return empty, err
}

// Tally counts what became of pushed mutations.
type Tally struct{ Applied, Refused, Conflicts int }

// Answer takes the server's results of pushed mutations. What was accepted stays in sight until the pull that brings
// its effect; what was refused goes to the tray with everything typed, and whatever hangs on it follows. An answer that a
// power cut takes is given again: the server keeps it.
func (r *Replica) Answer(results []change.Result) (tally Tally, err error) {
	err = r.change(relaxed, func(t *tx) error {
		tally = Tally{}
		t.touched.Outbox = true
		for _, result := range results {
			if err := t.answer(result, &tally); err != nil {
				return err
			}
		}
		return t.settle(false)
	})
	return tally, err
}

// slowVerdict is how long a command must have waited for its grant to be worth telling.
const slowVerdict = time.Minute

func (t *tx) answer(result change.Result, tally *Tally) error {
	lines, err := t.lines("WHERE id = ?", result.ID)
	if err != nil || len(lines) == 0 || lines[0].state == Answered {
		return err // told twice, by the push and by the pull
	}
	l := lines[0]
	t.touched.Outbox = true
	if result.Outcome == change.Refused {
		tally.Refused++
		return t.refuse(l, result)
	}
	tally.Applied++
	if result.Outcome == change.Conflict {
		tally.Conflicts++
	}
	if l.op == change.Ask {
		if err := t.grantLate(l, result); err != nil {
			return err
		}
	}
	return t.exec("UPDATE outbox SET state = ?, outcome = ?, seq = ? WHERE n = ?", Answered, string(result.Outcome), result.Seq, l.n)
}

// grantLate tells that a request was granted, when its answer took longer than a person waits for.
func (t *tx) grantLate(l line, result change.Result) error {
	entries, err := t.entries("WHERE n = ?", l.n)
	if err != nil || len(entries) == 0 || t.now.UnixMilli()-entries[0].m.At <= slowVerdict.Milliseconds() {
		return err
	}
	return t.tray(TrayItem{ID: l.id, Type: TrayVerdict, Root: l.root, At: t.now.UnixMilli(), Mutation: &entries[0].m, Info: result.Info})
}

// refuse moves an entry to the tray, and behind it what cannot be without it.
func (t *tx) refuse(l line, result change.Result) error {
	gone, err := t.withDependants(l.id)
	if err != nil {
		return err
	}
	for i, g := range gone {
		entries, err := t.entries("WHERE n = ?", g.n)
		if err != nil {
			return err
		}
		item := TrayItem{ID: g.id, Type: TrayRefusal, Root: g.root, At: t.now.UnixMilli() - int64(i), Mutation: &entries[0].m, Local: entries[0].local}
		item.Fault, item.Info = result.Fault, result.Info
		if i > 0 {
			item.Fault, item.Info = fault.New(fault.DependsOn), nil
		}
		if g.op == change.Ask {
			item.Type = TrayVerdict
		}
		if err := t.tray(item); err != nil {
			return err
		}
	}
	return t.withdraw(gone)
}

// Park puts aside a mutation that the server cannot take at all, so that the others go on.
func (r *Replica) Park(id string, why *fault.Fault) error {
	return r.change(durable, func(t *tx) error {
		return t.answer(change.Result{ID: id, Outcome: change.Refused, Fault: why}, &Tally{})
	})
}

// settle forgets the accepted mutations whose effect is here: the pull has come as far as their commit. An answer
// without a commit changed nothing; it waits for the next pull (pulled), which brings the value somebody else wrote.
func (t *tx) settle(pulled bool) error {
	cursor, err := t.meta(metaCursor)
	if err != nil {
		return err
	}
	_, number, _ := strings.Cut(cursor, ".")
	seq, _ := strconv.ParseInt(number, 10, 64)
	where := "WHERE state = 'answered' AND seq <= ? AND seq > 0 ORDER BY n"
	if pulled {
		where = "WHERE state = 'answered' AND seq <= ? ORDER BY n"
	}
	done, err := t.lines(where, seq)
	if err != nil || len(done) == 0 {
		return err
	}
	t.touched.Outbox = true
	for _, l := range done {
		if err := t.tellHandedOn(l); err != nil {
			return err
		}
	}
	return t.withdraw(done)
}

// tellHandedOn tells of an edit that others will decide: its customer is not here any more, so the conflict that was
// made of it is not for these eyes.
func (t *tx) tellHandedOn(l line) error {
	if l.outcome != change.Conflict {
		return nil
	}
	here, err := t.here(l.root)
	if err != nil || here {
		return err
	}
	entries, err := t.entries("WHERE n = ?", l.n)
	if err != nil {
		return err
	}
	name, err := t.nameOfLeft(l.root)
	if err != nil {
		return err
	}
	return t.tray(TrayItem{
		ID: l.id, Type: TrayRefusal, Root: l.root, At: t.now.UnixMilli(), Name: name, Title: name, Mutation: &entries[0].m, Fault: fault.New(fault.HandedOn),
	})
}

// nameOfLeft is what a customer that is gone was called, as the tray tells of its leaving.
func (t *tx) nameOfLeft(root string) (string, error) {
	return t.text("SELECT body ->> '$.name' FROM tray WHERE root = ? AND type = ?", root, TrayLeave)
}
