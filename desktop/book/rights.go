package book

import (
	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// subject is what a right on a row is asked about.
func subject(r Row) access.Subject {
	k := crm.ByName(r.Kind)
	if k == nil {
		return access.Subject{Kind: r.Kind}
	}
	var holding *schema.Record
	if r.Kind == "customer" || k.Parent != "" && r.Root != r.ID || r.Kind == "holding" {
		holding = &r.Holding
	}
	return access.SubjectOf(k, r.Record, holding)
}

// Can tells whether I may do something with a record, as far as this laptop knows; the server asks again.
func (b *Book) Can(action access.Action, r Row) bool {
	return b.directory().Org.Can(b.me, action, subject(r))
}

// CanCreate tells whether I may make a record of a kind under a customer, or one that stands alone (root "").
func (b *Book) CanCreate(kind, root string) bool {
	s := access.Subject{Kind: kind, Users: []string{b.me}}
	if kind == "customer" {
		s = access.Subject{Kind: kind, Owner: b.me}
	} else if root != "" {
		row, ok, err := b.Get("customer", root)
		if err != nil || !ok {
			return false
		}
		s = access.Subject{Kind: kind, Owner: row.Owner, Pool: row.Pool}
	}
	return b.directory().Org.Can(b.me, access.Create, s)
}

// Why tells by which way I see a record.
func (b *Book) Why(r Row) access.Path { return b.directory().Org.Why(b.me, subject(r)) }

// Claimable tells why I cannot claim a customer that lies in a pool, nil when I may ask for it. Daily limit and caps are
// the server's to count; see PoolFigures for what this laptop knows of them.
func (b *Book) Claimable(r Row) *fault.Fault {
	c := b.directory()
	claim := pool.Claim{Org: c.Org, User: b.me, Holding: r.Holding, Now: b.clk(), Zone: c.Zone}
	if r.FormerOwner == b.me {
		claim.LostAt = r.PooledAt
	}
	f, _ := pool.Check(claim)
	switch fault.CodeOf(orNil(f)) {
	case fault.DailyLimit, fault.PoolCap, fault.HoldingCap:
		return nil
	}
	return f
}

// orNil keeps a nil *Fault from becoming an error that is not nil.
func orNil(f *fault.Fault) error {
	if f == nil {
		return nil
	}
	return f
}
