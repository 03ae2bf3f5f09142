package world

import (
	"slices"
	"strings"
)

// model works out what a push must have made of the records, from sync.md alone: three-way by value for each field, in the
// order of arrival, no clock asked.
type model struct {
	w      *world
	user   string
	before *eyes
	state  map[key]vals
	vague  map[place]bool // fields of which only something is known
	moved  map[string]bool
}

// How two changes of one field come together.
const (
	take  = iota // mine
	stay         // theirs is mine, or mine is no change
	mixed        // both live on
	clash        // theirs stays, and a conflict tells
)

var (
	byLine   = map[string]bool{"remark": true, "description": true, "standard": true}
	byDelta  = map[string]bool{"tags": true, "participants": true}
	byLatest = map[string]bool{"next_contact_at": true}
	byFirst  = map[string]bool{"done_at": true}
	ofServer = map[string]bool{"number": true, "author": true, "received_at": true, "creator": true, "occurred_at": true, "recorded_at": true}
)

// meet brings a new value, typed over base, together with what stands there now.
func meet(field string, base, now, mine any) (any, int) {
	switch {
	case same(now, mine):
		return now, stay
	case same(now, base):
		return mine, take
	case same(base, mine):
		return now, stay
	case byDelta[field]:
		return deltas(setOf(base), setOf(now), setOf(mine)), mixed
	case byLatest[field]:
		a, _ := now.(int64)
		b, _ := mine.(int64)
		if b > a {
			return mine, mixed
		}
		return now, mixed
	case byFirst[field]:
		return now, stay
	case byLine[field]:
		return nil, mixed // or a clash, as the server says: see woven
	}
	return now, clash
}

func setOf(x any) []string { s, _ := x.([]string); return s }

func deltas(base, now, mine []string) []string {
	out := map[string]bool{}
	for _, x := range now {
		out[x] = true
	}
	for _, x := range mine {
		if !slices.Contains(base, x) {
			out[x] = true
		}
	}
	for _, x := range base {
		if !slices.Contains(mine, x) {
			delete(out, x)
		}
	}
	var all []string
	for x := range out {
		all = append(all, x)
	}
	slices.Sort(all)
	return all
}

// woven says what is wrong with a text that two people changed: every line that one of them wrote is there, and none that
// one of them took away.
func woven(base, now, mine, got any) string {
	split := func(x any) []string {
		s, _ := x.(string)
		return strings.Split(s, "\n")
	}
	b, n, m, g := split(base), split(now), split(mine), split(got)
	for _, side := range [][]string{n, m} {
		for _, line := range side {
			if !slices.Contains(b, line) && !slices.Contains(g, line) {
				return "lacks the line " + line
			}
		}
		for _, line := range b {
			if line != "" && !slices.Contains(side, line) && slices.Contains(g, line) && !slices.Contains(n, line) {
				return "has the line " + line + " again"
			}
		}
	}
	return ""
}

// pushed follows a push through the model and holds the records against it. It is for those who hold the lock.
func (w *world) pushed(before int64, user string, entries []*entry, results []frame) {
	eyes := w.books.lookAt(before)
	if w.live || eyes == nil {
		return
	}
	m := &model{w: w, user: user, before: eyes, state: map[key]vals{}, vague: map[place]bool{}, moved: map[string]bool{}}
	for i, e := range entries {
		switch r := results[i].Result; {
		case r.Seq <= before:
		case r.Outcome == "refused":
			// A conflict changes with what else is pushed, too: it follows its customer, and a newer one takes its place.
			alone := e.Kind != "conflict" || len(entries) == 1
			if e.Op != "command" && alone && w.books.version(e.key(), before) != nil {
				m.of(e.key(), before) // nothing of it may be there
			}
		default:
			m.apply(before, e, r.Fields)
		}
	}
	for k, want := range m.state {
		got := w.books.now[k]
		if got == nil {
			w.report(lost, "%s was accepted and is not there", k)
			continue
		}
		for _, v := range []vals{want, got.V} {
			for f := range v {
				if !ofServer[f] && !m.vague[place{k, f}] && !same(want[f], got.V[f]) {
					w.report(diverged, "after a push of %s %s.%s is %v, and should be %v", w.name(user), k, f, got.V[f], want[f])
					return
				}
			}
		}
	}
}

// of gives the values of a record as they are at this place of the push.
func (m *model) of(k key, before int64) vals {
	if v := m.state[k]; v != nil {
		return v
	}
	v := vals{}
	for _, r := range slices.Backward(m.w.books.past[k]) {
		if r.Seq <= before {
			for name, x := range r.V {
				v[name] = x
			}
			break
		}
	}
	m.state[k] = v
	return v
}

func (m *model) apply(before int64, e *entry, conflicts []string) {
	k := key{e.Kind, e.Record}
	switch e.Op {
	case "command":
		m.moved[e.Root] = true
	case "create":
		v := vals{}
		for name, x := range e.Set {
			v[name] = x
		}
		m.state[k] = v
	case "set":
		if e.Kind == "customer" || e.Kind == "contact" || e.Kind == "task" {
			m.set(before, e, k, conflicts)
		}
	}
}

func (m *model) set(before int64, e *entry, k key, conflicts []string) {
	v := m.of(k, before)
	m.mayWrite(e, k, conflicts)
	if old := m.w.typed[e.ID]; old != nil && !old.rebased && differ(old.Base, e.Base) != "" {
		m.w.report(silent, "%v was typed over %v and is sent as typed over %v", e, old.Base, e.Base)
	}
	for f, mine := range e.fields() {
		p := place{k, f}
		if m.vague[p] {
			continue
		}
		now, base := v[f], e.Base[f]
		want, how := meet(f, base, now, mine)
		overridden := slices.Contains(conflicts, f)
		switch {
		case overridden && how == take && m.sure(k, e.Root):
			m.w.report(silent, "nobody else had changed it, and still it is a conflict: %s of %v", f, e)
		case overridden:
		case how == clash:
			m.w.report(silent, "written over %v without a conflict: %s of %v", now, f, e)
		case byLine[f] && how == mixed:
			m.vague[p] = true
			if got := m.w.books.now[k]; got != nil && m.alone(k, f, e.ID) {
				if what := woven(base, now, mine, got.V[f]); what != "" {
					m.w.report(lost, "%s %s: %v", f, what, e)
				}
			}
		default:
			v[f] = want
		}
	}
}

// sure tells whether the user saw the record in full before this push, and nothing in it changed that.
func (m *model) sure(k key, root string) bool {
	r := m.before.of[k]
	if r == nil || m.moved[root] {
		return false
	}
	shown := m.before.show(m.user, r)
	return shown != nil && len(shown.Masked) == 0 && m.before.seesInFull(m.user, k.Kind, k.ID, root)
}

// alone tells whether a change is the only one of its field since, so that the text as it is now is what came of it.
func (m *model) alone(k key, field, id string) bool {
	for other, e := range m.w.typed {
		if other != id && e.Kind == k.Kind && e.Record == k.ID && m.w.answers[other] == "" {
			if _, ok := e.fields()[field]; ok {
				return false
			}
		}
	}
	return true
}

// mayWrite sees that what was taken is of somebody with the right to write it (I6), if nothing in this push changed that.
func (m *model) mayWrite(e *entry, k key, conflicts []string) {
	if len(conflicts) >= len(e.fields()) || m.moved[e.Root] {
		return
	}
	h := m.before.get("holding", e.Root)
	if h == nil || h.text("owner") == "" || k.Kind == "task" && e.Root == e.Record {
		return
	}
	if !m.before.reaches(m.user, k.Kind, "edit", h.text("owner")) {
		m.w.report(leaked, "%s may not write it, and it was taken: %v", m.w.name(m.user), e)
	}
}
