package replica

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// The states of an entry of the outbox.
const (
	Waiting  = "waiting"  // never sent
	Sent     = "sent"     // sent at least once; no answer is here
	Answered = "answered" // accepted; kept until the pull that brings its effect, so that nothing flickers back
)

// Edit is a change about to be saved. Local holds values that only this laptop shows until the server has spoken.
type Edit struct {
	Mutation change.Mutation
	Local    schema.Values
}

// Entry is one change that the server has not finally answered, or whose effect has not come back yet.
type Entry struct {
	Mutation change.Mutation
	State    string
	Tries    int
}

// line is a line of the outbox without its mutation, which is costly to read and seldom needed.
type line struct {
	n            int64
	id           string
	op           change.Op
	kind, record string
	root, state  string
	outcome      change.Outcome
}

func (l line) keys() []key { return keysOf(l.op, l.kind, l.record, l.root) }

func (c *conn) lines(where string, args ...driver.Value) (all []line, err error) {
	err = c.query("SELECT n, id, op, kind, record, root, state, outcome FROM outbox "+where, args, func(row []driver.Value) error {
		var l line
		l.n, _ = row[0].(int64)
		l.id, _ = row[1].(string)
		op, _ := row[2].(string)
		l.op = change.Op(op)
		l.kind, _ = row[3].(string)
		l.record, _ = row[4].(string)
		l.root, _ = row[5].(string)
		l.state, _ = row[6].(string)
		outcome, _ := row[7].(string)
		l.outcome = change.Outcome(outcome)
		all = append(all, l)
		return nil
	})
	return all, err
}

// entry is an Entry with what the overlay needs.
type entry struct {
	n     int64
	m     change.Mutation
	local schema.Values
	state string
	tries int
}

const selectEntry = "SELECT n, mutation, local, state, tries FROM outbox"

func (c *conn) entries(where string, args ...driver.Value) (all []entry, err error) {
	err = c.query(selectEntry+" "+where, args, func(values []driver.Value) error {
		var e entry
		e.n, _ = values[0].(int64)
		text, _ := values[1].(string)
		local, _ := values[2].(string)
		e.state, _ = values[3].(string)
		tries, _ := values[4].(int64)
		e.tries = int(tries)
		if err := json.Unmarshal([]byte(text), &e.m); err != nil {
			return fault.New(fault.ReplicaBroken).Because(fmt.Sprint("outbox ", e.n), err)
		}
		if local != "" {
			if err := json.Unmarshal([]byte(local), &e.local); err != nil {
				return fault.New(fault.ReplicaBroken).Because(fmt.Sprint("outbox ", e.n), err)
			}
		}
		all = append(all, e)
		return nil
	})
	return all, err
}

// entriesOf lists in order the unsent changes that a record's looks depend on.
func (c *conn) entriesOf(k key) ([]entry, error) {
	if k.kind == "holding" {
		return c.entries("WHERE root = ? AND op = 'create' AND kind IN ('customer', 'followup') ORDER BY n", k.id)
	}
	return c.entries("WHERE record = ? AND kind = ? AND op <> 'command' ORDER BY n", k.id, k.kind)
}

// Save keeps changes, each with its row in the outbox, in one transaction that survives a power cut.
func (r *Replica) Save(edits ...Edit) error {
	return r.change(durable, func(t *tx) error {
		t.touched.Outbox = true
		for _, e := range edits {
			if err := t.save(e); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *tx) save(e Edit) error {
	m := seal(e.Mutation)
	if t.r.tables[m.Kind] == nil {
		return fault.New(fault.UnknownKind).About(m.Kind, "")
	}
	if m.Kind == "customer" && m.Op == change.Create {
		number, err := t.provisional()
		if err != nil {
			return err
		}
		local := schema.Values{"number": number}
		for name, v := range e.Local {
			local[name] = v
		}
		e.Local = local
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if len(text) > wire.MaxMutationBytes {
		return fault.New(fault.TooLarge, "Limit", wire.MaxMutationBytes)
	}
	return t.append(m, text, e.Local)
}

// append puts a sealed mutation, with its text, at the end of the outbox and shows its effect.
func (t *tx) append(m change.Mutation, mutation []byte, more schema.Values) error {
	var local driver.Value
	if len(more) > 0 {
		text, err := json.Marshal(more)
		if err != nil {
			return err
		}
		local = string(text)
	}
	keys := keysOf(m.Op, m.Kind, m.Record, m.Root)
	for _, k := range keys {
		if err := t.shelter(k, m.Root); err != nil {
			return err
		}
	}
	err := t.exec("INSERT INTO outbox (id, op, kind, record, root, mutation, local, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		m.ID, string(m.Op), m.Kind, m.Record, m.Root, string(mutation), local, Waiting)
	if err != nil {
		return err
	}
	t.outdate(keys)
	return nil
}

// seal fills in the hash. The values are brought into the form they have after the wire, where empty ones are left out
// and sets are sorted: the server takes the hash of what it reads.
func seal(m change.Mutation) change.Mutation {
	m.Set, m.Base = tidy(m.Set), tidy(m.Base)
	return m.Sealed()
}

func tidy(values schema.Values) schema.Values {
	full := schema.Values{}
	for name, v := range values {
		if set, ok := v.([]string); ok {
			v = schema.NewSet(set...)
		}
		if !schema.Equal(v, nil) {
			full[name] = v
		}
	}
	if len(full) == 0 {
		return nil
	}
	return full
}

// outdate notes records that must be written anew before the transaction ends, each once however often it is named.
func (t *tx) outdate(keys []key) {
	for _, k := range keys {
		if !t.isStale[k] {
			t.isStale[k] = true
			t.stale = append(t.stale, k)
		}
	}
}

// current takes the note back: the record was written meanwhile as it is to be seen.
func (t *tx) current(k key) { delete(t.isStale, k) }

// renew writes the outdated records.
func (t *tx) renew() error {
	for _, k := range t.stale {
		if !t.isStale[k] {
			continue
		}
		delete(t.isStale, k)
		if err := t.rebuild(k); err != nil {
			return err
		}
	}
	return nil
}

// provisional is the next number for a customer made on this laptop (CUS-05): 临-7F3A-0001, until the server gives the
// final one. The middle is from the device, so two laptops never show the same.
func (t *tx) provisional() (string, error) {
	device, err := t.meta(metaDevice)
	if err != nil {
		return "", err
	}
	text, err := t.meta(metaNumbers)
	if err != nil {
		return "", err
	}
	n, _ := strconv.Atoi(text)
	n++
	if err := t.setMeta(metaNumbers, strconv.Itoa(n)); err != nil {
		return "", err
	}
	tail := strings.ToUpper(device[max(0, len(device)-4):])
	return fmt.Sprintf("临-%s-%04d", tail, n), nil
}

// Outbox lists in order what the server has not finally answered.
func (r *Replica) Outbox() (all []Entry, err error) {
	err = r.view(func(c *conn) error {
		entries, err := c.entries("ORDER BY n")
		for _, e := range entries {
			all = append(all, Entry{e.m, e.state, e.tries})
		}
		return err
	})
	return all, err
}

// Unsent counts the entries that still wait for an answer.
func (r *Replica) Unsent() (n int64, err error) {
	err = r.view(func(c *conn) error {
		n, err = c.number("SELECT count(*) FROM outbox WHERE state <> ?", Answered)
		return err
	})
	return n, err
}

// WaitingClaims counts the claims out of a pool whose effect has not come back yet.
func (r *Replica) WaitingClaims(pool string) (n int64, err error) {
	err = r.view(func(c *conn) error {
		n, err = c.number(`SELECT count(*) FROM outbox o LEFT JOIN customer c ON c.id = o.record
			WHERE o.op = 'command' AND o.mutation ->> '$.command' = ? AND coalesce(o.mutation ->> '$.args.pool', c.pool) = ?`, change.Claim, pool)
		return err
	})
	return n, err
}

// Pending tells which of the records have unsent changes, on themselves or below, and for which a command waits.
func (r *Replica) Pending(ids []string) (unsent map[string]bool, asked map[string]string, err error) {
	unsent, asked = map[string]bool{}, map[string]string{}
	err = r.view(func(c *conn) error {
		return each(ids, func(part []driver.Value) error {
			in := marks(len(part))
			text := "SELECT op, record, root, CASE op WHEN 'command' THEN mutation ->> '$.command' END FROM outbox WHERE record IN (" + in +
				") OR root IN (" + in + ") ORDER BY n"
			return c.query(text, append(slices.Clone(part), part...), func(values []driver.Value) error {
				op, _ := values[0].(string)
				record, _ := values[1].(string)
				root, _ := values[2].(string)
				if op == string(change.Ask) {
					asked[record], _ = values[3].(string)
					return nil
				}
				unsent[record], unsent[root] = true, true
				return nil
			})
		})
	})
	return unsent, asked, err
}

// Undo takes back a change that was never sent, and with a creation everything that hangs on it. A change that has
// been sent cannot be taken back: ALREADY_SENT.
func (r *Replica) Undo(id string) error {
	return r.change(durable, func(t *tx) error {
		t.touched.Outbox = true
		entries, err := t.entries("WHERE id = ?", id)
		if err != nil {
			return err
		}
		if len(entries) == 0 || entries[0].state != Waiting {
			return fault.New(fault.AlreadySent)
		}
		if err := t.relink(entries[0]); err != nil {
			return err
		}
		gone, err := t.withDependants(id)
		if err != nil {
			return err
		}
		return t.withdraw(gone)
	})
}

// withDependants is an entry and, when it makes a record, the later ones that are about that record or below it.
func (t *tx) withDependants(id string) ([]line, error) {
	first, err := t.lines("WHERE id = ?", id)
	if err != nil || len(first) == 0 || first[0].op != change.Create {
		return first, err
	}
	more, err := t.lines("WHERE n > ? AND (record = ?2 OR root = ?2) ORDER BY n", first[0].n, first[0].record)
	return append(first, more...), err
}

// withdraw deletes lines and shows their records without them.
func (t *tx) withdraw(lines []line) error {
	for _, l := range lines {
		if err := t.exec("DELETE FROM outbox WHERE n = ?", l.n); err != nil {
			return err
		}
		here, err := t.here(l.root)
		if err != nil {
			return err
		}
		t.removed = t.removed || !here
		t.outdate(l.keys())
	}
	return nil
}

// relink gives the next unsent change of the same field the base of the one that is taken back: the value it was typed
// over will never have been on the server, and would look like somebody else's change.
func (t *tx) relink(e entry) error {
	if e.m.Op != change.Set {
		return nil
	}
	later, err := t.entries("WHERE n > ? AND record = ? AND kind = ? AND op = 'set' ORDER BY n", e.n, e.m.Record, e.m.Kind)
	if err != nil {
		return err
	}
	open := e.m.Fields()
	for _, l := range later {
		changed := false
		for name := range l.m.Fields() {
			if _, mine := open[name]; mine {
				if l.m.Base == nil {
					l.m.Base = schema.Values{}
				}
				l.m.Base[name] = e.m.Base[name]
				delete(open, name)
				changed = true
			}
		}
		if !changed {
			continue
		}
		text, err := json.Marshal(seal(l.m))
		if err != nil {
			return err
		}
		if err := t.exec("UPDATE outbox SET mutation = ? WHERE n = ?", string(text), l.n); err != nil {
			return err
		}
	}
	return nil
}
