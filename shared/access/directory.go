package access

import (
	"slices"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// User finds a user's record.
func (o *Org) User(id string) (schema.Record, bool) {
	if p := o.users[id]; p != nil {
		return p.record, true
	}
	return schema.Record{}, false
}

// Users lists every user's record by id, disabled ones included.
func (o *Org) Users() []schema.Record {
	list := make([]schema.Record, len(o.people))
	for i, p := range o.people {
		list[i] = p.record
	}
	return list
}

// Active tells whether a user is there and not disabled.
func (o *Org) Active(user string) bool {
	p := o.users[user]
	return p != nil && p.enabled()
}

// UserName is the name of a user, the id itself when nobody of that id is known.
func (o *Org) UserName(id string) string {
	if p := o.users[id]; p != nil {
		return p.record.Text("name")
	}
	return id
}

// Department finds a department's record.
func (o *Org) Department(id string) (schema.Record, bool) {
	if d := o.depts[id]; d != nil {
		return d.record, true
	}
	return schema.Record{}, false
}

// Departments lists the line of departments from the given one to the top.
func (o *Org) Departments(from string) []string {
	var line []string
	for d := o.depts[from]; d != nil; d = d.parent {
		line = append(line, d.record.ID)
	}
	return line
}

// Role finds a role's record.
func (o *Org) Role(id string) (schema.Record, bool) {
	r, ok := o.roles[id]
	return r, ok
}

// Pool finds a pool's record.
func (o *Org) Pool(id string) (schema.Record, bool) {
	if p := o.pools[id]; p != nil {
		return p.record, true
	}
	return schema.Record{}, false
}

// Pools lists the pools by their order, disabled ones included.
func (o *Org) Pools() []schema.Record {
	list := make([]schema.Record, len(o.listed))
	for i, p := range o.listed {
		list[i] = p.record
	}
	return list
}

// Supers lists the enabled super administrators by id: the last of them cannot be disabled.
func (o *Org) Supers() []string {
	var list []string
	for _, p := range o.people {
		if p.super && p.enabled() {
			list = append(list, p.record.ID)
		}
	}
	return list
}

// Below lists by id everybody below a user: along the lines of superiors and by the departments people head.
func (o *Org) Below(user string) []string {
	if p := o.users[user]; p != nil {
		return o.ids(p.below)
	}
	return nil
}

// InTree lists by id the users of a department and of those below it, disabled ones included.
func (o *Org) InTree(department string) []string {
	if d := o.depts[department]; d != nil {
		return o.ids(d.tree)
	}
	return nil
}

// SitsIn tells whether a user belongs to a department or to one below it.
func (o *Org) SitsIn(user, department string) bool {
	p, d := o.users[user], o.depts[department]
	return p != nil && d != nil && d.tree.has(p.place)
}

// Head is the head of a department, "" when it has none.
func (o *Org) Head(department string) string {
	if d := o.depts[department]; d != nil && o.users[d.record.Text("head")] != nil {
		return d.record.Text("head")
	}
	return ""
}

// Superior is who answers for a user: his explicit superior, else the nearest head of his department or of one above
// it who is not himself; "" at the top. Disabled people are passed over, for nobody reads what is sent to them.
func (o *Org) Superior(user string) string {
	p := o.users[user]
	if p == nil {
		return ""
	}
	if p.superior != nil && p.superior.enabled() {
		return p.superior.record.ID
	}
	for d := p.dept; d != nil; d = d.parent {
		if h := o.users[d.record.Text("head")]; h != nil && h != p && h.enabled() {
			return h.record.ID
		}
	}
	return ""
}

// IsPoolMember tells whether a user is a member of a pool: named himself, by a role, or by his department or one above
// it. A pool without members has none: an empty list is nobody. Disabled users are nobody's members.
func (o *Org) IsPoolMember(user, pool string) bool {
	p, pl := o.users[user], o.pools[pool]
	return p != nil && pl != nil && p.enabled() && pl.members.has(p.place)
}

// IsPoolAdmin tells whether an enabled user is an administrator of a pool.
func (o *Org) IsPoolAdmin(user, pool string) bool {
	p, pl := o.users[user], o.pools[pool]
	return p != nil && pl != nil && p.enabled() && pl.admins.has(p.place)
}

// MemberOf lists the enabled pools a user is a member of, by their order.
func (o *Org) MemberOf(user string) []string {
	var list []string
	for _, pl := range o.listed {
		if !pl.record.Flag("disabled") && o.IsPoolMember(user, pl.record.ID) {
			list = append(list, pl.record.ID)
		}
	}
	return list
}

// PoolMembers lists by id the enabled members of a pool.
func (o *Org) PoolMembers(pool string) []string {
	if pl := o.pools[pool]; pl != nil {
		return slices.DeleteFunc(o.ids(pl.members), func(id string) bool { return !o.users[id].enabled() })
	}
	return nil
}

// CheckDepartment refuses a parent that is the department itself or lies below it.
func (o *Org) CheckDepartment(id, parent string) *fault.Fault {
	if slices.Contains(o.Departments(parent), id) || id == parent {
		return fault.New(fault.Circle).About("department", "parent")
	}
	return nil
}

// CheckSuperior refuses a superior who is the user himself or stands below him.
func (o *Org) CheckSuperior(user, superior string) *fault.Fault {
	p, s := o.users[user], o.users[superior]
	if user == superior || p != nil && s != nil && p.below.has(s.place) {
		return fault.New(fault.Circle).About("user", "superior")
	}
	return nil
}

func (o *Org) ids(set people) []string {
	var list []string
	set.each(func(place int) { list = append(list, o.people[place].record.ID) })
	return list
}
