package access

import (
	"slices"

	"yuzhou/shared/crm"
)

// Can tells whether a user may do something with a subject. A disabled or unknown user may nothing.
//
// On customers and what is under them, a permission counts on the owner of the customer; seeing is asked of the
// customer alone, for what lies under it goes wherever it goes. On a record that stands alone it counts for the
// people the record is for. A pool shows faces to its members; everything else in it is its administrators'.
func (o *Org) Can(user string, action Action, s Subject) bool {
	p := o.users[user]
	if p == nil || !p.enabled() {
		return false
	}
	switch {
	case slices.Contains(AdminActions(), action):
		return p.administers(action)
	case s.Everybody:
		return action == See || p.administers(keeper(s.Kind))
	case s.Owner != "":
		return o.reaches(p, action, s.Kind, s.Owner)
	case s.Pool != "":
		return o.canInPool(p, action, s)
	}
	return slices.Contains(s.Users, user) && p.canAlone(action, s.Kind)
}

// Holds tells whether a user has a right at all, whatever its scope.
func (o *Org) Holds(user string, action Action, kind string) bool {
	p := o.users[user]
	if p == nil || !p.enabled() {
		return false
	}
	if slices.Contains(AdminActions(), action) {
		return p.administers(action)
	}
	return p.scopes(kind, action) != 0
}

// administers tells whether a person has a right of administration. Wildcards do not count: "everything with every
// record" is not "may make himself administrator".
func (p *person) administers(action Action) bool {
	return p.super || action != "" && p.rights[right{AdminKind, action}]&inAll != 0
}

// keeper is the right of administration under which records for everybody are edited.
func keeper(kind string) Action {
	switch kind {
	case "user", "department":
		return ManageUsers
	case "role":
		return ManageRoles
	case "pool", "rule":
		return ManagePools
	case "dictionary", "settings":
		return ManageSettings
	}
	return ""
}

// scopes unites the scopes of one right: of the permission itself and of the wildcards that stand for it.
func (p *person) scopes(kind string, action Action) scopes {
	if p.super {
		return inAll
	}
	return p.rights[right{kind, action}] | p.rights[right{anything, action}] |
		p.rights[right{kind, anything}] | p.rights[right{anything, anything}]
}

// governing is the kind whose permission decides: what lies under a customer is seen by whoever sees the customer.
func governing(action Action, kind string) string {
	if action == See {
		if k := crm.ByName(kind); k == nil || k.Parent == customerKind {
			return customerKind
		}
	}
	return kind
}

// reaches tells whether a person's right covers what an owner holds.
func (o *Org) reaches(p *person, action Action, kind, owner string) bool {
	h := o.users[owner]
	if h == nil {
		return false
	}
	sc := p.scopes(governing(action, kind), action)
	return sc&inAll != 0 ||
		sc&inSelf != 0 && h == p ||
		sc&inBelow != 0 && p.below.has(h.place) ||
		sc&inDepartment != 0 && p.dept != nil && p.dept.members.has(h.place) ||
		sc&inTree != 0 && p.dept != nil && p.dept.tree.has(h.place)
}

// covered is the set form of reaches: everybody whom scopes mean for a person. The set must not be changed.
func (o *Org) covered(p *person, sc scopes) people {
	if sc&inAll != 0 {
		return o.everyone
	}
	set := newPeople(len(o.people))
	if sc&inSelf != 0 {
		set.add(p.place)
	}
	if sc&inBelow != 0 {
		set.addAll(p.below)
	}
	if sc&inDepartment != 0 && p.dept != nil {
		set.addAll(p.dept.members)
	}
	if sc&inTree != 0 && p.dept != nil {
		set.addAll(p.dept.tree)
	}
	return set
}

// canInPool decides about a customer that lies in a pool. Members see its face and may claim; what changes it is for
// the pool's administrators and for those whose right covers everything.
func (o *Org) canInPool(p *person, action Action, s Subject) bool {
	pl := o.pools[s.Pool]
	if pl == nil {
		return false
	}
	switch action {
	case See:
		k := crm.ByName(s.Kind)
		return k != nil && k.Face && o.seesPool(p, pl) != unseen
	case Claim:
		return !pl.record.Flag("disabled") && pl.members.has(p.place) && p.scopes(s.Kind, Claim) != 0
	}
	sc := p.scopes(s.Kind, action)
	return sc&inAll != 0 || sc != 0 && pl.admins.has(p.place)
}

// canAlone decides about a record that is for the person himself. Messages and conflicts need no permission: they
// are told to somebody, and whoever is told may put them away.
func (p *person) canAlone(action Action, kind string) bool {
	if action == See {
		return true
	}
	if kind == "notice" || kind == "conflict" {
		return action == Edit
	}
	return p.scopes(kind, action) != 0
}

// Reach is the set form of Can for one right: the owners whose customers it covers.
type Reach struct {
	All    bool            // everybody, and everything in every pool; Owners is then empty
	Owners map[string]bool // by user id
}

// Covers tells whether the right covers what an owner holds.
func (r Reach) Covers(owner string) bool { return r.All || r.Owners[owner] }

// Reach lists the owners whose customers, or whose records of the kind under them, the action covers.
func (o *Org) Reach(user string, action Action, kind string) Reach {
	p := o.users[user]
	if p == nil || !p.enabled() {
		return Reach{}
	}
	sc := p.scopes(governing(action, kind), action)
	if sc&inAll != 0 {
		return Reach{All: true}
	}
	reach := Reach{Owners: map[string]bool{}}
	if sc != 0 {
		for _, id := range o.ids(o.covered(p, sc)) {
			reach.Owners[id] = true
		}
	}
	return reach
}
