package replica

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"math"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// Outgoing is a mutation as it goes over the wire.
type Outgoing struct {
	ID    string
	Text  json.RawMessage
	Tries int // how often it was sent, this time included
	n     int64
}

// maxAhead bounds the bytes that are taken out of the outbox at once.
const maxAhead = 4 << 20

// Outgoing gives the next mutations to send, in order, and notes that they are being sent: from then on they cannot be
// undone, whatever becomes of the answer. The note is on the disk before the first byte leaves; for many batches it is
// one note, because each is a wait for the disk.
func (r *Replica) Outgoing(limit int) ([]Outgoing, error) { return r.takeOut(limit, maxAhead) }

// OutgoingAll is Outgoing for a sync file, which takes all that waits.
func (r *Replica) OutgoingAll() ([]Outgoing, error) { return r.takeOut(math.MaxInt32, maxCarried) }

// maxCarried bounds the bytes that go into one sync file: years of typing.
const maxCarried = 64 << 20

func (r *Replica) takeOut(limit, size int) ([]Outgoing, error) {
	empty, err := r.none("SELECT 1 FROM outbox WHERE state <> 'answered' LIMIT 1")
	if err != nil || empty {
		return nil, err
	}
	var out []Outgoing
	err = r.change(durable, func(t *tx) (err error) {
		for sorted := false; !sorted; {
			if out, err = t.outgoing("SELECT n, id, mutation, tries FROM outbox WHERE state <> 'answered' ORDER BY n LIMIT ?", limit, size); err != nil {
				return err
			}
			if sorted, err = t.sortOut(out); err != nil {
				return err
			}
		}
		if len(out) == 0 {
			return nil
		}
		t.touched.Outbox = true
		return t.exec("UPDATE outbox SET state = 'sent', tries = tries + 1 WHERE state <> 'answered' AND n <= ?", out[len(out)-1].n)
	})
	return out, err
}

// outgoing reads lines to send, at most so many and so many bytes, but at least one.
func (c *conn) outgoing(text string, limit, most int) (out []Outgoing, err error) {
	size := 0
	err = c.query(text, []driver.Value{int64(limit)}, func(row []driver.Value) error {
		var o Outgoing
		o.n, _ = row[0].(int64)
		o.ID, _ = row[1].(string)
		mutation, _ := row[2].(string)
		if size += len(mutation); size > most && len(out) > 0 {
			return errEnough
		}
		o.Text = json.RawMessage(mutation)
		tries, _ := row[3].(int64)
		o.Tries = int(tries) + 1
		out = append(out, o)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return out, err
}

var errEnough = errors.New("enough")

// sortOut puts into the tray what a bad disk has made of changes, with what is left of their text: sent as they are, they
// would keep all others from being answered. It tells whether there was nothing of that kind.
func (t *tx) sortOut(list []Outgoing) (sorted bool, err error) {
	sorted = true
	for _, o := range list {
		if whole(o) {
			continue
		}
		sorted = false
		lines, err := t.lines("WHERE n = ?", o.n)
		if err != nil {
			return false, err
		}
		l := lines[0]
		m := change.Mutation{ID: l.id, Op: l.op, Kind: l.kind, Record: l.record, Root: l.root}
		err = errors.Join(t.withdraw(lines), t.tray(TrayItem{
			ID: l.id, Type: TrayRefusal, Root: l.root, At: clock.Millis(t.now), Mutation: &m, Fault: fault.New(fault.ReplicaBroken), Info: map[string]string{"text": string(o.Text)},
		}))
		if err != nil {
			return false, err
		}
	}
	return sorted, nil
}

// whole tells whether a mutation is still one, under its own id. Sent with another, or not as JSON, it would keep the whole
// batch from ever being answered; what else a bad disk has changed in it, the server finds by its hash, and refuses it alone.
func whole(o Outgoing) bool {
	return bytes.HasPrefix(o.Text, []byte(`{"id":"`+o.ID+`","hash":"`)) && json.Valid(o.Text)
}

// none tells whether a query finds nothing, without waiting for the writer.
func (r *Replica) none(text string, args ...driver.Value) (empty bool, err error) {
	err = r.view(func(c *conn) error {
		n, err := c.number("SELECT count(*) FROM ("+text+")", args...)
		empty = n == 0
		return err
	})
	return empty, err
}

// Unreached takes back the note that mutations are being sent, when it is certain that no byte of them left: nothing
// answered at the server's address. What was never sent before can be undone again.
func (r *Replica) Unreached(batch []Outgoing) error {
	ids := make([]string, len(batch))
	for i, o := range batch {
		ids[i] = o.ID
	}
	return r.change(relaxed, func(t *tx) error {
		t.touched.Outbox = true
		return t.exec(`UPDATE outbox SET tries = tries - 1, state = CASE tries WHEN 1 THEN 'waiting' ELSE state END
			WHERE state = 'sent' AND id IN (SELECT value FROM json_each(?))`, idList(ids))
	})
}

// Tally counts what became of pushed mutations.
type Tally struct{ Applied, Refused, Conflicts int }

// Answer takes the server's results of pushed mutations. What was accepted stays in sight until the pull that brings
// its effect; what was refused goes to the tray with everything typed, and whatever hangs on it follows. An answer that a
// power cut takes is given again: the server keeps it. epoch is the server's, which the numbers of its commits belong to.
func (r *Replica) Answer(results []change.Result, epoch string) (tally Tally, err error) {
	err = r.change(relaxed, func(t *tx) error {
		tally = Tally{}
		if err := t.knowEpoch(epoch); err != nil {
			return err
		}
		if err := t.answers(results, &tally); err != nil {
			return err
		}
		cursor, err := t.meta(metaCursor)
		if err != nil {
			return err
		}
		_, seq := ReadCursor(cursor)
		done, err := t.settle(seq, false)
		if err != nil {
			return err
		}
		return t.ended(done)
	})
	return tally, err
}

// slowVerdict is how long a command must have waited for its grant to be worth telling.
const slowVerdict = time.Minute

// verdict is what an accepted mutation was answered.
type verdict struct {
	outcome change.Outcome
	seq     int64
}

// verdicts are the ids of accepted mutations by what they were answered: a batch is one or two commits.
type verdicts struct {
	ids   map[verdict][]string
	order []verdict
}

func (v *verdicts) add(result change.Result) {
	what := verdict{result.Outcome, result.Seq}
	if v.ids[what] == nil {
		v.order = append(v.order, what)
	}
	v.ids[what] = append(v.ids[what], result.ID)
}

// answers notes results. Those of mutations that are answered already (told twice, by the push and by the pull) and of
// mutations that another copy of this replica has sent change nothing.
func (t *tx) answers(results []change.Result, tally *Tally) error {
	open, err := t.open(results)
	if err != nil || len(open) == 0 {
		return err
	}
	t.touched.Outbox = true
	accepted := verdicts{ids: map[verdict][]string{}}
	for _, result := range results {
		l, waits := open[result.ID]
		if !waits {
			continue
		}
		delete(open, result.ID)
		if result.Outcome == change.Refused {
			tally.Refused++
			gone, err := t.refuse(l, result)
			if err != nil {
				return err
			}
			for _, g := range gone { // it went with what it hung on
				delete(open, g.id)
			}
			continue
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
		accepted.add(result)
	}
	return t.accept(accepted)
}

// open finds the entries of the outbox that results are of, as far as they have no answer yet, by their ids.
func (t *tx) open(results []change.Result) (map[string]line, error) {
	if len(results) == 0 {
		return nil, nil
	}
	ids := make([]string, len(results))
	for i, result := range results {
		ids[i] = result.ID
	}
	lines, err := t.lines("WHERE state <> 'answered' AND id IN (SELECT value FROM json_each(?))", idList(ids))
	open := make(map[string]line, len(lines))
	for _, l := range lines {
		open[l.id] = l
	}
	return open, err
}

// accept notes the answers of what was accepted. It stays in the outbox until its effect comes.
func (t *tx) accept(accepted verdicts) error {
	for _, what := range accepted.order {
		err := t.exec("UPDATE outbox SET state = 'answered', outcome = ?, seq = ? WHERE id IN (SELECT value FROM json_each(?))",
			string(what.outcome), what.seq, idList(accepted.ids[what]))
		if err != nil {
			return err
		}
	}
	return nil
}

// grantLate tells that a request was granted, when its answer took longer than a person waits for.
func (t *tx) grantLate(l line, result change.Result) error {
	entries, err := t.entries("WHERE n = ?", l.n)
	if err != nil || len(entries) == 0 || t.now.UnixMilli()-entries[0].m.At <= slowVerdict.Milliseconds() {
		return err
	}
	return t.tray(TrayItem{ID: l.id, Type: TrayVerdict, Root: l.root, At: t.now.UnixMilli(), Mutation: &entries[0].m, Info: result.Info})
}

// refuse moves an entry to the tray, and behind it what cannot be without it. A mutation whose id the server knows with
// other content is no refusal: it is sent again under an id of its own.
func (t *tx) refuse(l line, result change.Result) (gone []line, err error) {
	if result.Fault != nil && result.Fault.Code == fault.ReplicaFork {
		return nil, t.fork(l)
	}
	if gone, err = t.withDependants(l.id); err != nil {
		return nil, err
	}
	for i, g := range gone {
		entries, err := t.entries("WHERE n = ?", g.n)
		if err != nil {
			return nil, err
		}
		item := TrayItem{ID: g.id, Type: TrayRefusal, Root: g.root, At: clock.Millis(t.now) - int64(i), Mutation: &entries[0].m, Local: entries[0].local}
		item.Fault, item.Info = result.Fault, result.Info
		if i > 0 {
			item.Fault, item.Info = fault.New(fault.DependsOn), nil
		}
		if g.op == change.Ask {
			item.Type = TrayVerdict
		}
		if err := t.tray(item); err != nil {
			return nil, err
		}
	}
	return gone, t.withdraw(gone)
}

// Park puts aside a mutation that the server cannot take at all, so that the others go on.
func (r *Replica) Park(id string, why *fault.Fault) error {
	return r.change(durable, func(t *tx) error {
		return t.answers([]change.Result{{ID: id, Outcome: change.Refused, Fault: why}}, &Tally{})
	})
}
