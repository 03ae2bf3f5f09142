package syncer

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"yuzhou/desktop/replica"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Where a scope does not count the same here and on the server, the roots to blame are found by comparing sums of ever
// smaller ranges of ids, and those ranges alone are fetched anew. Unsent changes stay on top of whatever comes.
const (
	fold      = 16 // parts of a range that differs
	fewRoots  = 64 // a range with so few roots is fetched, not cut
	maxBehind = 3  // times in a row that the server had moved on
)

// repair mends the scopes that are suspect.
func (s *Syncer) repair(ctx context.Context, m *remote, report *Report) error {
	for behind := 0; behind < maxBehind; {
		scopes, err := s.r.Suspects()
		if err != nil || len(scopes) == 0 {
			return err
		}
		// The stored sums may be what is wrong, or may hide what is.
		if _, err := s.r.Recount(); err != nil {
			return err
		}
		if scopes, err = s.r.Suspects(); err != nil {
			return err
		}
		spans, moved, err := s.differing(ctx, m, scopes)
		if err != nil {
			return err
		}
		if moved {
			behind++
		}
		if len(spans) > 0 {
			whole, err := s.r.SpendRepair()
			if err != nil {
				return err
			}
			if whole {
				spans = wholeScopes(spans)
			}
			s.log.Warn("repairing", "spans", len(spans), "whole", whole)
		} else if !moved {
			return nil
		}
		if err := s.checkpoint(ctx, m, spans, report); err != nil {
			return err
		}
	}
	return nil // others write faster than we can compare; the scopes stay suspect until the next sync
}

// differing finds the spans to fetch, in order, and notes the scopes that agree. moved says that a scope could not be
// compared, because the server is ahead of this replica in it.
func (s *Syncer) differing(ctx context.Context, m *remote, scopes []string) (spans []wire.Span, moved bool, err error) {
	for _, scope := range scopes {
		found, ahead, err := s.narrow(ctx, m, scope)
		switch {
		case fault.CodeOf(err) == fault.NotFound || fault.CodeOf(err) == fault.NoRight:
			moved = true // the next pull tells that the scope went
		case err != nil:
			return nil, false, err
		case ahead:
			moved = true
		case len(found) == 0:
			if err := s.r.Cleared(scope); err != nil {
				return nil, false, err
			}
		}
		spans = append(spans, found...)
	}
	slices.SortFunc(spans, func(a, b wire.Span) int { return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.From, b.From)) })
	if len(spans) > wire.MaxRepair {
		spans = wholeScopes(spans)
	}
	return spans[:min(len(spans), wire.MaxRepair)], moved, nil
}

// wholeScopes gives for spans the scopes that they are parts of.
func wholeScopes(spans []wire.Span) (all []wire.Span) {
	for _, s := range spans {
		if len(all) == 0 || all[len(all)-1].Scope != s.Scope {
			all = append(all, wire.Span{Scope: s.Scope})
		}
	}
	return all
}

// part is a range of a scope with the roots that this replica holds in it.
type part struct {
	wire.Range
	roots []replica.RootSum
}

func (p part) differs(theirs wire.RangeSum) bool {
	var count int64
	var sum wire.Sum
	for _, r := range p.roots {
		count += r.Count
		sum = sum.Add(r.Sum)
	}
	return count != theirs.Count || sum != theirs.Sum
}

// cut divides a range at its own roots.
func (p part) cut() (parts []part) {
	from, rest := p.From, p.roots
	for i := range fold {
		n := len(rest) / (fold - i)
		next := part{wire.Range{From: from, To: p.To}, rest[:n]}
		if i < fold-1 {
			next.To = rest[n].ID
		}
		parts = append(parts, next)
		from, rest = next.To, rest[n:]
	}
	return parts
}

// narrow finds the spans of a scope in which the replica and the server do not count the same.
func (s *Syncer) narrow(ctx context.Context, m *remote, scope string) (spans []wire.Span, ahead bool, err error) {
	at, _, _, err := s.r.Position()
	if err != nil {
		return nil, false, err
	}
	roots, err := s.r.RootSums(scope)
	if err != nil {
		return nil, false, err
	}
	for open := []part{{roots: roots}}; len(open) > 0; {
		asked := open[:min(len(open), wire.MaxSpans)]
		open = open[len(asked):]
		answer, err := m.sums(ctx, scope, asked)
		if err != nil {
			return nil, false, err
		}
		if ahead, err := beyond(answer, at.Cursor); ahead || err != nil {
			return nil, ahead, err
		}
		for i, p := range asked {
			switch {
			case !p.differs(answer.Sums[i]):
			case len(p.roots) <= fewRoots || answer.Sums[i].Count <= fewRoots:
				spans = append(spans, wire.Span{Scope: scope, From: p.From, To: p.To})
			default:
				open = append(open, p.cut()...)
			}
		}
	}
	return spans, false, nil
}

// beyond tells whether an answer is of commits that this replica has not seen.
func beyond(answer wire.SumsAnswer, cursor string) (bool, error) {
	epoch, seq := replica.ReadCursor(cursor)
	if theirs, _ := replica.ReadCursor(answer.Cursor); theirs != epoch {
		return false, fault.New(fault.EpochChanged)
	}
	return answer.Seq > seq, nil
}

// sums asks for the sums of ranges. An answer that is not of these ranges is no answer.
func (m *remote) sums(ctx context.Context, scope string, parts []part) (answer wire.SumsAnswer, err error) {
	ask := wire.Sums{Protocol: wire.Protocol, Scope: scope}
	for _, p := range parts {
		ask.Spans = append(ask.Spans, p.Range)
	}
	body, err := json.Marshal(ask)
	if err != nil {
		return answer, err
	}
	a, err := m.post(ctx, wire.PathSums, jsonType, "", body)
	if err != nil {
		return answer, err
	}
	if !a.is(jsonType) || json.Unmarshal(a.body, &answer) != nil || len(answer.Sums) != len(parts) {
		return answer, fault.New(fault.NotOurServer, "Status", a.status)
	}
	for i, s := range answer.Sums {
		if s.From != parts[i].From || s.To != parts[i].To {
			return answer, fault.New(fault.NotOurServer, "Status", a.status)
		}
	}
	return answer, nil
}
