package world

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
)

// books are what the server's database says, read past the server's own code after each request: every version of every
// record, so that the state at each commit is known.
type books struct {
	w     *world
	db    *sql.DB
	head  int64
	epoch string
	now   map[key]*rec
	past  map[key][]*rec
	exact map[int64]bool // commits at which the whole state was seen

	places  map[string]map[place]bool // where each word ever stood
	epochs  map[string]bool           // that the server ever had
	results map[string]verdict        // what the server answered, also what it has forgotten since
	eyes    *eyes
	at      map[int64]*eyes // for states of before
}

func newBooks(w *world) *books {
	b := &books{w: w, epochs: map[string]bool{}}
	b.open()
	return b
}

func (b *books) open() {
	b.db = b.dial()
	b.results, b.places = map[string]verdict{}, map[string]map[place]bool{}
	b.head, b.now, b.past, b.exact, b.eyes, b.at = 0, map[key]*rec{}, map[key][]*rec{}, map[int64]bool{}, nil, map[int64]*eyes{}
}

func (b *books) close() {
	if err := b.db.Close(); err != nil {
		b.w.fail(stuck, "%v", err)
	}
}

// observe reads what was committed since it last looked.
func (b *books) observe() {
	b.w.mu.Lock()
	err := b.read()
	b.w.mu.Unlock()
	if err != nil {
		b.w.fail(stuck, "reading the server's book: %v", err)
	}
}

// read is observe for those who hold the lock.
func (b *books) read() error {
	var head int64
	err := b.db.QueryRow(`SELECT seq, epoch FROM counter`).Scan(&head, &b.epoch)
	if b.epochs[b.epoch] = true; err != nil || head == b.head {
		return err
	}
	rows, err := b.query(`SELECT kind, id, root, seq, deleted, CAST(body AS text) FROM record WHERE seq > ? AND seq <= ?`, b.head, head)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		r, body := &rec{}, ""
		if err := rows.Scan(&r.Kind, &r.ID, &r.Root, &r.Seq, &r.Deleted, &body); err != nil {
			return err
		}
		if r.V, err = values(body); err != nil {
			return err
		}
		b.past[r.key] = append(b.past[r.key], r)
		b.now[r.key] = r
		b.place(r)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := b.readVerdicts(head); err != nil {
		return err
	}
	b.head, b.exact[head], b.eyes = head, true, nil
	return nil
}

// known tells whether the server ever had a history of that name.
func (b *books) known(epoch string) bool {
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	return b.epochs[epoch]
}

// live leaves out what is deleted.
func live(all map[key]*rec) map[key]*rec {
	out := make(map[key]*rec, len(all))
	for k, r := range all {
		if !r.Deleted {
			out[k] = r
		}
	}
	return out
}

// look gives the eyes on the newest state.
func (b *books) look() *eyes {
	if b.eyes == nil {
		b.eyes = newEyes(live(b.now))
	}
	return b.eyes
}

// lookAt gives the eyes on the state at a commit; nil when that state was never seen whole.
func (b *books) lookAt(seq int64) *eyes {
	if seq == b.head {
		return b.look()
	}
	if !b.exact[seq] {
		return nil
	}
	if e := b.at[seq]; e != nil {
		return e
	}
	of := map[key]*rec{}
	for k, versions := range b.past {
		for _, r := range slices.Backward(versions) {
			if r.Seq <= seq {
				if !r.Deleted {
					of[k] = r
				}
				break
			}
		}
	}
	e := newEyes(of)
	b.at[seq] = e
	return e
}

// verdict is what the server keeps as the result of a mutation.
type verdict struct {
	ID, Hash, User, Device, Outcome string
	Seq                             int64
	Fields                          []string
	Code                            string
}

// readVerdicts reads the results that are new.
func (b *books) readVerdicts(head int64) error {
	rows, err := b.query(`SELECT id, hash, "user", device, outcome, seq, CAST(result AS text) FROM mutation WHERE seq > ? AND seq <= ?`, b.head, head)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v verdict
		var text string
		if err := rows.Scan(&v.ID, &v.Hash, &v.User, &v.Device, &v.Outcome, &v.Seq, &text); err != nil {
			return err
		}
		var more struct {
			Fields []string
			Fault  *struct{ Code string }
		}
		if err := json.Unmarshal([]byte(text), &more); err != nil {
			return err
		}
		v.Fields = more.Fields
		if more.Fault != nil {
			v.Code = more.Fault.Code
		}
		b.results[v.ID] = v
	}
	return rows.Err()
}

// fact is a line of the server's history.
type fact struct {
	N, Seq, At        int64
	Kind, ID          string
	Field, Op         string
	Old, New          any
	By, Device        string
	HasOld, HasNew    bool
	rawOld, rawNewVal string
}

// history reads what was ever changed, in order.
func (b *books) history() ([]fact, error) {
	rows, err := b.query(`SELECT n, seq, at, kind, id, field, op, coalesce(CAST(old AS text), ''), coalesce(CAST(new AS text), ''), "by", device FROM history ORDER BY n`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []fact
	for rows.Next() {
		var l fact
		if err := rows.Scan(&l.N, &l.Seq, &l.At, &l.Kind, &l.ID, &l.Field, &l.Op, &l.rawOld, &l.rawNewVal, &l.By, &l.Device); err != nil {
			return nil, err
		}
		l.Old, l.New = decoded(l.rawOld), decoded(l.rawNewVal)
		all = append(all, l)
	}
	return all, rows.Err()
}

// place is a field of a record.
type place struct {
	key
	field string
}

// place remembers where the words of a record stand.
func (b *books) place(r *rec) {
	for field, v := range r.V {
		text, ok := v.(string)
		if !ok || !strings.Contains(text, tokenHead) {
			continue
		}
		found := map[string]bool{}
		tokens([]byte(text), found)
		for word := range found {
			if b.places[word] == nil {
				b.places[word] = map[place]bool{}
			}
			b.places[word][place{r.key, field}] = true
		}
	}
}

// mayKeep tells whether somebody may see a field in which a word stands or once stood. What was overwritten by others is
// no secret while the field is not; and what never came to the server is known to whoever typed it alone.
func (b *books) mayKeep(user, word string) bool {
	places := b.places[word]
	eyes := b.look()
	for p := range places {
		if r := b.now[p.key]; r != nil {
			if shown := eyes.show(user, r); shown != nil && !slices.Contains(shown.Masked, p.field) {
				return true
			}
		}
	}
	return len(places) == 0
}
