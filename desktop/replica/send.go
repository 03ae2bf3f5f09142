package replica

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Outgoing gives the next mutations to send, in order, and notes that they are being sent: from then on they cannot be
// undone, whatever becomes of the answer. The note is on the disk before the first byte leaves.
func (r *Replica) Outgoing(limit int) ([]change.Mutation, error) {
	var out []change.Mutation
	empty, err := r.nothingToSend()
	if err != nil || empty {
		return nil, err
	}
	err = r.change(durable, func(t *tx) error {
		entries, err := t.entries("WHERE state <> 'answered' ORDER BY n LIMIT ?", int64(limit))
		if err != nil {
			return err
		}
		size := 0
		for _, e := range entries {
			text, err := json.Marshal(e.m)
			if err != nil {
				return err
			}
			if size += len(text) + 1; size > wire.MaxPushBytes-1024 && len(out) > 0 {
				break
			}
			out = append(out, e.m)
			if err := t.exec("UPDATE outbox SET state = ?, tries = tries + 1 WHERE n = ?", Sent, e.n); err != nil {
				return err
			}
		}
		t.touched.Outbox = true
		return nil
	})
	return out, err
}

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
// its effect; what was refused goes to the tray with everything typed, and whatever hangs on it follows.
func (r *Replica) Answer(results []change.Result) (tally Tally, err error) {
	err = r.change(durable, func(t *tx) error {
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
	entries, err := t.entries("WHERE id = ?", result.ID)
	if err != nil || len(entries) == 0 || entries[0].state == Answered {
		return err // told twice, by the push and by the pull
	}
	e := entries[0]
	t.touched.Outbox = true
	if result.Outcome == change.Refused {
		tally.Refused++
		return t.refuse(e, result)
	}
	tally.Applied++
	if result.Outcome == change.Conflict {
		tally.Conflicts++
	}
	if e.m.Op == change.Ask && t.now.UnixMilli()-e.m.At > slowVerdict.Milliseconds() {
		m := e.m
		if err := t.tray(TrayItem{ID: m.ID, Type: TrayVerdict, Root: m.Root, At: t.now.UnixMilli(), Mutation: &m, Info: result.Info}); err != nil {
			return err
		}
	}
	return t.exec("UPDATE outbox SET state = ?, seq = ? WHERE n = ?", Answered, result.Seq, e.n)
}

// refuse moves an entry to the tray, and behind it what cannot be without it.
func (t *tx) refuse(e entry, result change.Result) error {
	gone, err := t.withDependants(e)
	if err != nil {
		return err
	}
	for i, g := range gone {
		item := TrayItem{ID: g.m.ID, Type: TrayRefusal, Root: g.m.Root, At: t.now.UnixMilli() - int64(i), Mutation: &gone[i].m, Local: g.local}
		item.Fault, item.Info = result.Fault, result.Info
		if i > 0 {
			item.Fault, item.Info = fault.New(fault.DependsOn), nil
		}
		if g.m.Op == change.Ask {
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
	done, err := t.entries(where, seq)
	if err != nil || len(done) == 0 {
		return err
	}
	t.touched.Outbox = true
	return t.withdraw(done)
}
