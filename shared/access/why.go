package access

import "slices"

// The ways by which a user comes to see something; words stand under access.path.
const (
	ByOwner      = "owner"      // he holds it
	BySuperior   = "superior"   // somebody below him holds it
	ByDepartment = "department" // somebody of his department, or below it, holds it
	ByPool       = "pool"       // he is a member of its pool
	ByPoolAdmin  = "pool_admin" // he administers its pool
	ByRole       = "role"       // his role sees everything
	ByAudience   = "audience"   // it is for him
	ByCommon     = "common"     // it is for everybody
)

// Path answers "why do I see this?". The zero Path means that the user does not see it.
type Path struct {
	How  string // one of the By… words
	Role string // id of a role that opens the way, "" when none is needed
	Pool string // id of the pool, for ways through a pool
}

// Paths lists the words of Path.How.
func Paths() []string {
	return []string{ByOwner, BySuperior, ByDepartment, ByPool, ByPoolAdmin, ByRole, ByAudience, ByCommon}
}

// Why gives the nearest way by which a user sees a subject: his own before his people's before his role's.
func (o *Org) Why(user string, s Subject) Path {
	if !o.Can(user, See, s) {
		return Path{}
	}
	p := o.users[user]
	switch {
	case s.Everybody:
		return Path{How: ByCommon}
	case s.Owner == "" && s.Pool == "":
		return Path{How: ByAudience}
	case s.Pool != "":
		return o.whyPool(p, s.Pool)
	}
	return o.whyOwner(p, s.Owner)
}

func (o *Org) whyPool(p *person, pool string) Path {
	pl := o.pools[pool]
	switch {
	case pl.admins.has(p.place):
		return Path{How: ByPoolAdmin, Pool: pool}
	case o.seesPool(p, pl) == asMember || pl.members.has(p.place):
		return Path{How: ByPool, Pool: pool}
	}
	return Path{How: ByRole, Role: o.opener(p, inAll), Pool: pool}
}

func (o *Org) whyOwner(p *person, owner string) Path {
	if owner == p.record.ID {
		return Path{How: ByOwner}
	}
	sc := p.scopes(customerKind, See)
	h := o.users[owner]
	switch {
	case h != nil && sc&inBelow != 0 && p.below.has(h.place):
		return Path{How: BySuperior, Role: o.opener(p, inBelow)}
	case h != nil && sc&inDepartment != 0 && p.dept != nil && p.dept.members.has(h.place):
		return Path{How: ByDepartment, Role: o.opener(p, inDepartment)}
	case h != nil && sc&inTree != 0 && p.dept != nil && p.dept.tree.has(h.place):
		return Path{How: ByDepartment, Role: o.opener(p, inTree)}
	}
	return Path{How: ByRole, Role: o.opener(p, inAll)}
}

// opener is the first of a person's roles that carries the right to see customers with the scope.
func (o *Org) opener(p *person, scope scopes) string {
	for _, id := range p.roles {
		role := o.roles[id]
		if role.Flag("super") {
			return id
		}
		for _, text := range role.Set("permissions") {
			r, bits, ok := parsePermission(text)
			if ok && bits&scope != 0 && slices.Contains([]string{customerKind, anything}, r.kind) &&
				slices.Contains([]Action{See, anything}, r.action) {
				return id
			}
		}
	}
	return ""
}
