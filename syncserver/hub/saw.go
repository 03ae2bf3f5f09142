package hub

import (
	"cmp"
	"math"
	"slices"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/syncserver/store"
)

// saw lists the scopes through which the pusher has seen a root, also those that are over for him or for it. Of a customer
// the history of its holding says exactly where it was at each commit.
func (p *pusher) saw(rootID string) ([]string, error) {
	kind, err := p.tx.RootKind(rootID)
	if err != nil {
		return nil, err
	}
	if kind != crm.Customer.Name {
		return p.tx.Saw(p.by.User, rootID)
	}
	stays, err := p.stays(rootID)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(stays))
	for scope := range stays {
		names = append(names, scope)
	}
	slices.Sort(names)
	sights, err := p.tx.Sights(p.by.User, names)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(scope string) bool {
		return !slices.ContainsFunc(stays[scope], func(a store.Span) bool {
			return slices.ContainsFunc(sights[scope], func(b store.Span) bool { return overlap(a, b) })
		})
	}), nil
}

// overlap tells whether two spans have a commit in common.
func overlap(a, b store.Span) bool { return max(a.From, b.From) < min(last(a), last(b)) }

func last(s store.Span) int64 {
	if s.To == 0 {
		return math.MaxInt64
	}
	return s.To
}

// stays lists when a customer was in which scope, as far as it is committed.
func (p *pusher) stays(rootID string) (map[string][]store.Span, error) {
	changes, err := p.tx.Under(rootID, "holding_change")
	if err != nil {
		return nil, err
	}
	gaps, err := p.tx.Gaps(crm.Customer.Name, rootID)
	if err != nil {
		return nil, err
	}
	changes = slices.DeleteFunc(changes, func(c Record) bool { return !movesOwner(c) || c.Seq == 0 })
	slices.SortStableFunc(changes, func(a, b Record) int { return cmp.Compare(a.Seq, b.Seq) })
	stays := map[string][]store.Span{}
	for i, c := range changes {
		scope, stay := access.OwnerScope(c.Text("to_owner")), store.Span{From: c.Seq}
		if !c.Has("to_owner") {
			scope = access.PoolScope(c.Text("to_pool"))
		}
		if i+1 < len(changes) {
			stay.To = changes[i+1].Seq
		}
		for _, gap := range gaps {
			if !overlap(stay, gap) {
				continue
			}
			if stay.From < gap.From {
				stays[scope] = append(stays[scope], store.Span{From: stay.From, To: gap.From})
			}
			if stay.From = gap.To; stay.From == 0 { // deleted until now
				stay.From = math.MaxInt64
			}
		}
		if stay.From < last(stay) {
			stays[scope] = append(stays[scope], stay)
		}
	}
	return stays, nil
}
