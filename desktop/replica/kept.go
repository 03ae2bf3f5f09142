package replica

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
)

// keepFor is how long an accepted mutation is kept for a server that was restored from a backup and has forgotten it.
const keepFor = 30 * 24 * time.Hour

// The values of kept.offer. A statement that looks for one of them names offer > 0 too, the condition of the index: SQLite
// would walk over all that is kept otherwise, at every sync.
const (
	offerNone = 0 // kept
	offerOpen = 1 // to be offered again
	offerTell = 2 // answered with a conflict, which is told when the next checkpoint shows whether the customer is here
)

// openOffers is where the statements find what is open to be offered.
const openOffers = "FROM kept WHERE offer > 0 AND offer = 1 ORDER BY n LIMIT ?"

// Offered gives the next kept mutations that a restored server is to be offered again, in the order in which they were
// typed. They carry their old ids: what the server remembers it answers with the result it gave.
func (r *Replica) Offered(limit int) ([]Outgoing, error) { return r.offered(limit, maxAhead) }

// OfferedAll is Offered for a sync file.
func (r *Replica) OfferedAll() ([]Outgoing, error) { return r.offered(math.MaxInt32, maxCarried) }

func (r *Replica) offered(limit, size int) (out []Outgoing, err error) {
	empty, err := r.none("SELECT 1 "+openOffers, int64(1))
	if err != nil || empty {
		return nil, err
	}
	err = r.view(func(c *conn) (err error) {
		out, err = c.outgoing("SELECT n, id, mutation, 0 "+openOffers, limit, size)
		return err
	})
	return out, err
}

// AnswerOffered takes the results of mutations that were offered again. What the server took, or knew, is kept on as it
// was. What it refuses now, after it had accepted it before, goes to the tray.
func (r *Replica) AnswerOffered(results []change.Result, epoch string) (tally Tally, err error) {
	err = r.change(durable, func(t *tx) error {
		tally = Tally{}
		if err := t.knowEpoch(epoch); err != nil {
			return err
		}
		for _, result := range results {
			if err := t.answerOffered(result, &tally); err != nil {
				return err
			}
		}
		return nil
	})
	return tally, err
}

func (t *tx) answerOffered(result change.Result, tally *Tally) error {
	lines, err := t.keptLines("WHERE id = ? AND offer = 1", result.ID)
	if err != nil || len(lines) == 0 {
		return err
	}
	l := lines[0]
	here, err := t.here(l.root)
	if err != nil {
		return err
	}
	switch {
	case result.Outcome == change.Refused && result.Fault != nil && result.Fault.Code == fault.Exists:
		// Ids are made once: what exists under this one is what was made here.
	case result.Outcome == change.Refused:
		tally.Refused++
		return t.forgotten(l, result)
	case result.Outcome == change.Conflict && l.outcome != change.Conflict:
		tally.Conflicts++
		return t.exec("UPDATE kept SET offer = ?, outcome = ? WHERE n = ?", int64(offerTell), string(result.Outcome), l.n)
	}
	if !here { // it waited for this answer alone; the customer's bytes are not ours to keep
		t.removed = true
		return t.exec("DELETE FROM kept WHERE n = ?", l.n)
	}
	return t.exec("UPDATE kept SET offer = 0 WHERE n = ?", l.n)
}

// keptLines reads of what is kept all but the mutations.
func (t *tx) keptLines(where string, args ...driver.Value) (all []line, err error) {
	err = t.query("SELECT n, id, root, outcome FROM kept "+where, args, func(row []driver.Value) error {
		var l line
		l.n, _ = row[0].(int64)
		l.id, _ = row[1].(string)
		l.root, _ = row[2].(string)
		outcome, _ := row[3].(string)
		l.outcome = change.Outcome(outcome)
		all = append(all, l)
		return nil
	})
	return all, err
}

// forgotten moves a mutation to the tray that a restored server has forgotten and does not take again.
func (t *tx) forgotten(l line, result change.Result) error {
	m, err := t.mutation("SELECT mutation FROM kept WHERE n = ?", l.n)
	if err != nil || m == nil {
		return err
	}
	why := fault.New(fault.Forgotten)
	if result.Fault != nil {
		why = fault.New(fault.Forgotten, "Code", string(result.Fault.Code)).About(result.Fault.Kind, result.Fault.Field)
	}
	item := TrayItem{ID: l.id, Type: TrayRefusal, Root: l.root, At: t.now.UnixMilli(), Mutation: m, Fault: why, Info: result.Info}
	if m.Op == change.Ask {
		item.Type = TrayVerdict
	}
	if err := t.tray(item); err != nil {
		return err
	}
	t.removed = true
	return t.exec("DELETE FROM kept WHERE n = ?", l.n)
}

// ParkOffered stops offering a mutation that makes the server fail, so that the others go on.
func (r *Replica) ParkOffered(id string, why *fault.Fault) error {
	return r.change(durable, func(t *tx) error {
		return t.answerOffered(change.Result{ID: id, Outcome: change.Refused, Fault: why}, &Tally{})
	})
}

// offerAgain marks all that is kept, after a restore of the server.
func (t *tx) offerAgain() error { return t.exec("UPDATE kept SET offer = 1") }

// tellOffered tells at a checkpoint of the conflicts that an offer has made about customers who are not here: nobody
// would show them to the person otherwise.
func (t *tx) tellOffered() error {
	lines, err := t.keptLines("WHERE offer > 0 AND offer = 2")
	if err != nil {
		return err
	}
	for _, l := range lines {
		here, err := t.here(l.root)
		if err != nil {
			return err
		}
		if here {
			err = t.exec("UPDATE kept SET offer = 0 WHERE n = ?", l.n)
		} else if err = t.tellHandedOn(l); err == nil {
			t.removed = true
			err = t.exec("DELETE FROM kept WHERE n = ?", l.n)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetKept removes what is kept of a root that has left. If the server forgets it, it is lost to the server; but the
// customer is not for these eyes any more, and after a withdrawal its bytes are gone from the laptop, all of them. What
// is being offered at this moment goes with its answer.
func (t *tx) forgetKept(root string) error {
	return t.exec("DELETE FROM kept WHERE root = ? AND offer = 0", root)
}

// pruneKept forgets what is older than any backup a server is restored from.
func (t *tx) pruneKept() error {
	n, err := t.count("DELETE FROM kept WHERE at < ? AND offer = 0", t.now.Add(-keepFor).UnixMilli())
	t.removed = t.removed || n > 0
	return err
}

// mutation reads one mutation, nil when there is none.
func (t *tx) mutation(text string, n int64) (*change.Mutation, error) {
	body, err := t.text(text, n)
	if err != nil || body == "" {
		return nil, err
	}
	m := &change.Mutation{}
	if err := json.Unmarshal([]byte(body), m); err != nil {
		return nil, fmt.Errorf("replica: mutation %d: %w", n, err)
	}
	return m, nil
}
