package replica

import (
	"database/sql/driver"

	"yuzhou/shared/wire"
)

// span is a part of a scope that the answer at hand tells whole: what it does not name in it has left.
type span struct{ wire.Span }

func (s span) holds(scope, root string) bool {
	return s.Scope == scope && root >= s.From && (s.To == "" || root < s.To)
}

// openSpans are the spans of the checkpoint that is coming in. A first sync takes pages in transactions of their own, so
// they stand in the file.
func (t *tx) openSpans() (all []span, err error) {
	err = t.query("SELECT scope, first, past FROM span ORDER BY n", nil, func(row []driver.Value) error {
		var s span
		s.Scope, _ = row[0].(string)
		s.From, _ = row[1].(string)
		s.To, _ = row[2].(string)
		all = append(all, s)
		return nil
	})
	return all, err
}

// span opens a span. What was named in it before counts no more.
func (a *applier) span(s *wire.Span) error {
	a.spans = append(a.spans, span{*s})
	if err := a.exec("DELETE FROM span_root WHERE root >= ?1 AND (?2 = '' OR root < ?2) AND scope = ?3", s.From, s.To, s.Scope); err != nil {
		return err
	}
	return a.exec("INSERT INTO span (scope, first, past) VALUES (?, ?, ?)", s.Scope, s.From, s.To)
}

// named notes that an answer names a root as being in a span.
func (a *applier) named(g *group) error {
	if len(a.spans) == 0 {
		return nil
	}
	for _, scope := range g.In {
		for _, s := range a.spans {
			if !s.holds(scope, g.ID) {
				continue
			}
			if err := a.exec("INSERT INTO span_root (scope, root) VALUES (?, ?) ON CONFLICT DO NOTHING", scope, g.ID); err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// closeSpans takes out of the scopes what the spans did not name, and tells how many roots left the replica by it.
func (a *applier) closeSpans() (left map[string]int, err error) {
	left = map[string]int{}
	for _, s := range a.spans {
		sc := a.scopes[s.Scope]
		if sc == nil {
			continue
		}
		roots, err := a.strings(`SELECT root FROM root_scope WHERE root >= ?1 AND (?2 = '' OR root < ?2) AND scope = ?3
			AND root NOT IN (SELECT root FROM span_root WHERE scope = ?4)`, s.From, s.To, sc.n, s.Scope)
		if err != nil {
			return nil, err
		}
		for _, root := range roots {
			before := a.out.Left
			if err := a.unnamed(sc, root); err != nil {
				return nil, err
			}
			left[s.Scope] += a.out.Left - before
		}
	}
	if len(a.spans) == 0 {
		return left, nil
	}
	a.spans, a.removed = nil, true
	if err := a.exec("DELETE FROM span_root"); err != nil {
		return nil, err
	}
	return left, a.exec("DELETE FROM span")
}

// unnamed takes a root out of a scope, and out of the replica when it is in no other.
func (a *applier) unnamed(sc *scope, root string) error {
	s, err := a.state(root)
	if err != nil {
		return err
	}
	a.tally(s, false)
	delete(s.in, sc.n)
	if err := a.exec("DELETE FROM root_scope WHERE root = ? AND scope = ?", root, sc.n); err != nil {
		return err
	}
	if len(s.in) == 0 {
		s.exists = false
		return a.removeRoot(root, nil)
	}
	a.tally(s, true)
	return nil
}
