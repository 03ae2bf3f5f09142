package world

import (
	"encoding/json"
	"fmt"
	"slices"
)

// entry is one thing that somebody typed and that was shown to him as saved.
type entry struct {
	ID      string
	Op      string
	Kind    string
	Record  string
	Root    string
	Command string
	Set     vals
	Base    vals
	Clear   []string
	step    int
	by      string // user
	rebased bool   // an undo before it gave it another base
}

// fields lists what an entry changes; nil empties a field.
func (e *entry) fields() vals {
	all := vals{}
	for name, v := range e.Set {
		all[name] = v
	}
	for _, name := range e.Clear {
		all[name] = nil
	}
	return all
}

func (e *entry) String() string {
	what := e.Op
	if e.Command != "" {
		what = e.Command
	}
	return fmt.Sprintf("%s %s %s %v (mutation %s, step %d)", what, e.Kind, e.Record, e.fields(), e.ID, e.step)
}

// mutation reads a mutation as it is kept and sent.
func mutation(text string) (*entry, error) {
	var raw struct {
		ID, Op, Kind, Record, Root, Command string
		Set, Base                           json.RawMessage
		Clear                               []string
	}
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, err
	}
	e := &entry{ID: raw.ID, Op: raw.Op, Kind: raw.Kind, Record: raw.Record, Root: raw.Root, Command: raw.Command, Clear: raw.Clear}
	var err error
	if len(raw.Set) > 0 {
		if e.Set, err = values(string(raw.Set)); err != nil {
			return nil, err
		}
	}
	if len(raw.Base) > 0 {
		e.Base, err = values(string(raw.Base))
	}
	return e, err
}

// pocket is what of the typed a laptop still has: what waits, and what came back.
type pocket struct {
	outbox map[string]*entry
	tray   map[string]*returned
	newest int64
	epoch  string // where the laptop is in this very file
	cursor int64
}

// returned is an item of the tray.
type returned struct {
	Type, Code, Root string
	m                *entry
}

func (l *laptop) pocket() (p pocket, err error) {
	p = pocket{outbox: map[string]*entry{}, tray: map[string]*returned{}}
	tx, err := l.db.Begin()
	if err != nil {
		return p, err
	}
	defer func() { _ = tx.Rollback() }() // it only reads
	err = each(tx, `SELECT value FROM meta WHERE key = 'cursor'`, func(scan func(...any) error) error {
		var at string
		err := scan(&at)
		p.epoch, p.cursor, _ = placeOf(at) // before the first sync there is none
		return err
	})
	if err != nil {
		return p, err
	}
	err = each(tx, `SELECT n, mutation FROM outbox ORDER BY n`, func(scan func(...any) error) error {
		var text string
		var n int64
		if err := scan(&n, &text); err != nil {
			return err
		}
		e, err := mutation(text)
		if err == nil {
			p.outbox[e.ID], p.newest = e, n
		}
		return err
	})
	if err != nil {
		return p, err
	}
	return p, each(tx, `SELECT id, type, root, body FROM tray`, func(scan func(...any) error) error {
		var id, text string
		r := &returned{}
		if err := scan(&id, &r.Type, &r.Root, &text); err != nil {
			return err
		}
		var body struct {
			Mutation json.RawMessage
			Fault    *struct{ Code string }
		}
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			return err
		}
		if body.Fault != nil {
			r.Code = body.Fault.Code
		}
		if len(body.Mutation) > 0 && string(body.Mutation) != "null" {
			if r.m, err = mutation(string(body.Mutation)); err != nil {
				return err
			}
		}
		p.tray[id] = r
		return nil
	})
}

// note remembers what somebody has just typed: from now on it must be somewhere.
func (l *laptop) note() {
	p, err := l.pocket()
	if err != nil {
		l.w.fail(stuck, "%s: %v", l, err)
		return
	}
	for id, e := range p.outbox {
		if l.kept[id] == nil {
			e.step, e.by = l.w.step.N, l.me
			l.kept[id] = e
			l.w.remember(e)
			l.w.tell("%s: %v", l, e)
		}
	}
}

func (w *world) remember(e *entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.typed[e.ID] == nil {
		w.typed[e.ID] = e
	}
}

// settleTyped looks for everything typed on a laptop: it waits, it came back with its reason and all that was typed, or
// the server has it (I1, I7).
func (w *world) settleTyped(l *laptop) {
	p, err := l.pocket()
	if err != nil {
		w.fail(stuck, "%s: %v", l, err)
		return
	}
	w.books.observe()
	l.renamed(p)
	for id, e := range l.kept {
		if l.missed(p, id, e) {
			delete(l.kept, id)
		}
	}
}

// renamed finds entries that a fork has given new ids: a copied laptop that meets its own ids on the server takes others.
// They wait under those, or came back under them.
func (l *laptop) renamed(p pocket) {
	var gone []string
	for old := range l.kept {
		if p.outbox[old] == nil && p.tray[old] == nil {
			gone = append(gone, old)
		}
	}
	if len(gone) == 0 {
		return
	}
	waits, back, came := likenesses{}, likenesses{}, likenesses{}
	for id, e := range p.outbox {
		waits.add(id, e)
	}
	for _, r := range p.tray {
		if r.m != nil {
			back.add(r.m.ID, r.m)
		}
	}
	l.w.mu.Lock()
	for id, e := range l.w.arrived {
		if outcome := l.w.books.results[id].Outcome; outcome != "" && outcome != "refused" {
			came.add(id, e)
		}
	}
	l.w.mu.Unlock()
	for _, old := range gone {
		k := l.kept[old]
		free := func(id string) bool { return id != old && l.kept[id] == nil }
		if e := waits.find(k, free); e != nil {
			delete(l.kept, old)
			e.step, e.by, e.rebased = k.step, k.by, k.rebased
			l.kept[e.ID] = e
			l.w.remember(e)
		} else if came.find(k, free) != nil || back.find(k, free) != nil {
			delete(l.kept, old)
		}
	}
}

// likenesses finds entries by what they do to what.
type likenesses map[string]map[string]*entry

func (e *entry) likeness() string { return e.Op + " " + e.key().String() + " " + e.Command }

func (s likenesses) add(id string, e *entry) {
	if s[e.likeness()] == nil {
		s[e.likeness()] = map[string]*entry{}
	}
	s[e.likeness()][id] = e
}

// find gives an entry that says the same under a free id.
func (s likenesses) find(k *entry, free func(id string) bool) *entry {
	for id, e := range s[k.likeness()] {
		if free(id) && differ(k.fields(), e.fields()) == "" {
			return e
		}
	}
	return nil
}

// behind tells whether a laptop has yet to see a commit of the server's present history.
func (w *world) behind(p pocket, seq int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return p.epoch == w.books.epoch && p.cursor < seq
}

func (e *entry) key() key { return key{e.Kind, e.Record} }

// missed tells whether an entry is not this laptop's concern any more.
func (l *laptop) missed(p pocket, id string, e *entry) (settled bool) {
	w := l.w
	w.mu.Lock()
	v, known := w.books.results[id]
	w.mu.Unlock()
	if waits := p.outbox[id]; waits != nil {
		if f := differ(waits.fields(), e.fields()); f != "" {
			w.fail(lost, "%s: what waits is not what was typed: %s of %v", l, f, e)
		}
		return false
	}
	if back := p.tray[id]; back != nil {
		if back.m == nil || differ(back.m.fields(), e.fields()) != "" || back.m.Command != e.Command {
			w.fail(silent, "%s: the tray has not all that was typed of %v", l, e)
		}
		if back.Code == "" && back.Type == "refusal" {
			w.fail(silent, "%s: the tray does not say why it has %v", l, e)
		}
		if known && v.Outcome == "conflict" {
			l.overridden(p, e, v)
		}
		return true
	}
	switch {
	case !known:
		w.fail(lost, "%s: nowhere: %v", l, e)
	case v.Outcome == "refused":
		w.fail(silent, "%s: refused (%s) without a word: %v", l, v.Code, e)
	case v.Outcome == "conflict":
		l.overridden(p, e, v)
	case w.behind(p, v.Seq) && !w.live:
		w.fail(diverged, "%s: it is at %d, the server took it at %d, and meanwhile it is not to be seen: %v", l, p.cursor, v.Seq, e)
	}
	w.acked(e, v)
	return true
}

// overridden sees that of a value that did not get through a conflict tells, with the value as it was typed, and that its
// author hears of it.
func (l *laptop) overridden(p pocket, e *entry, v verdict) {
	w := l.w
	w.mu.Lock()
	defer w.mu.Unlock()
	report := func(class, format string, args ...any) {
		w.Wrong = append(w.Wrong, wrong{class, w.step.N, fmt.Sprintf(format, args...)})
	}
	eyes := w.books.look()
	told := p.tray[e.ID] != nil
	for _, f := range v.Fields {
		mine, ok := e.fields()[f]
		if !ok {
			continue
		}
		found := false
		for k, r := range w.books.now {
			if k.Kind != "conflict" || r.text("mutation") != e.ID || r.text("field") != f {
				continue
			}
			found = true
			if !same(decoded(r.text("mine")), mine) {
				report(silent, "%s: the conflict says %s instead of %v of %v", l, r.text("mine"), mine, e)
			}
			told = told || eyes.show(l.me, r) != nil
		}
		if !found && !w.books.had(key{e.Kind, e.Record}, v.Seq, f, mine) {
			report(silent, "%s: %s was overridden and no conflict tells: %v", l, f, e)
		}
		told = told || !found
	}
	if !told && eyes.active(l.me) {
		report(silent, "%s: nobody tells him that others decide about %v", l, e)
	}
}

// had tells whether a field had a value at a commit.
func (b *books) had(k key, seq int64, field string, want any) bool {
	for _, r := range slices.Backward(b.past[k]) {
		if r.Seq <= seq {
			return same(r.V[field], want)
		}
	}
	return false
}

// acked counts what the server has acknowledged, and remembers it: it must be in the history for ever.
func (w *world) acked(e *entry, v verdict) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.done[e.ID] == nil {
		w.done[e.ID] = e
		w.Acked++
	}
}

// checkHistory looks for the effect of everything that was acknowledged in the server's own books (I1, I13).
func (w *world) checkHistory() {
	lines, err := w.books.history()
	w.must(err)
	last := int64(0)
	byRecord := map[key][]fact{}
	for _, l := range lines {
		if l.Seq < last {
			w.fail(lost, "the history is not in order: line %d of commit %d after commit %d", l.N, l.Seq, last)
		}
		last = l.Seq
		byRecord[key{l.Kind, l.ID}] = append(byRecord[key{l.Kind, l.ID}], l)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, e := range w.done {
		v := w.books.results[id]
		if what := w.books.missing(e, v, byRecord[key{e.Kind, e.Record}]); what != "" {
			w.Wrong = append(w.Wrong, wrong{lost, w.step.N, fmt.Sprintf("acknowledged (%s, commit %d) and %s: %v", v.Outcome, v.Seq, what, e)})
		}
	}
}

// missing says what of an acknowledged change the books do not have.
func (b *books) missing(e *entry, v verdict, lines []fact) string {
	if v.Outcome != "applied" && v.Outcome != "merged" {
		return ""
	}
	at := func(match func(fact) bool) bool {
		return slices.ContainsFunc(lines, func(l fact) bool { return l.Seq == v.Seq && match(l) })
	}
	switch e.Op {
	case "create":
		if b.now[key{e.Kind, e.Record}] == nil || !at(func(l fact) bool { return l.Op == "create" }) {
			return "the record is not there"
		}
	case "delete", "restore":
		if !at(func(l fact) bool { return l.Op == e.Op }) {
			return "nothing was done"
		}
	case "command":
		for k, r := range b.now {
			if k.Kind == "holding_change" && r.Root == e.Root && r.Seq == v.Seq {
				return ""
			}
		}
		return "nobody's hand changed"
	case "set":
		for f, mine := range e.fields() {
			if v.Outcome != "applied" || at(func(l fact) bool { return l.Field == f }) {
				continue
			}
			if k := e.key(); !b.had(k, v.Seq, f, mine) || b.exact[v.Seq-1] && !b.had(k, v.Seq-1, f, mine) && !at(func(l fact) bool { return l.Field == "" }) {
				return f + " was never written, or nobody wrote down that it was"
			}
		}
	}
	return ""
}
