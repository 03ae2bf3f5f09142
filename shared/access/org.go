package access

import (
	"cmp"
	"slices"

	"yuzhou/shared/schema"
)

// Org is an immutable picture of users, departments, roles and pools with the indexes that rights need.
// It is made anew when one of them changes, and is safe for use by many goroutines.
type Org struct {
	users  map[string]*person
	people []*person // by place in the bit sets, which is the order of their ids
	depts  map[string]*dept
	roles  map[string]schema.Record
	pools  map[string]*pool
	listed []*pool // by order, then id

	everyone people
}

// person is a user with what follows from the organisation.
type person struct {
	record   schema.Record
	place    int
	dept     *dept   // nil when it is not there
	superior *person // the explicit one, nil when there is none or the line closes a circle
	rights   map[right]scopes
	super    bool
	heads    []*dept
	reports  []*person // those who name him as their superior
	below    people
	roles    []string // of the user, those that are there
}

func (p *person) enabled() bool { return !p.record.Flag("disabled") }

// dept is a department with its place in the tree.
type dept struct {
	record   schema.Record
	parent   *dept // nil at the top, and where the line closes a circle
	children []*dept
	members  people
	tree     people // members of it and of everything below
}

// pool is a pool with its members worked out.
type pool struct {
	record  schema.Record
	members people
	admins  people
}

// NewOrg builds the picture. Deleted records are left out. Lines of departments or superiors that run in a circle are
// cut at each of their members, so that bad data can widen nobody's rights; CheckDepartment and CheckSuperior keep
// such data from being written.
func NewOrg(users, departments, roles, pools []schema.Record) *Org {
	o := &Org{
		users: make(map[string]*person, len(users)),
		depts: make(map[string]*dept, len(departments)),
		roles: make(map[string]schema.Record, len(roles)),
		pools: make(map[string]*pool, len(pools)),
	}
	for _, r := range present(roles) {
		o.roles[r.ID] = r
	}
	o.addPeople(present(users))
	o.addDepartments(present(departments))
	o.linkPeople()
	for _, p := range o.people {
		o.grantRights(p)
		p.below = o.closure(p)
	}
	o.addPools(present(pools))
	return o
}

// present leaves out deleted records and sorts the others by id.
func present(records []schema.Record) []schema.Record {
	live := make([]schema.Record, 0, len(records))
	for _, r := range records {
		if !r.Deleted {
			live = append(live, r)
		}
	}
	slices.SortFunc(live, func(a, b schema.Record) int { return cmp.Compare(a.ID, b.ID) })
	return live
}

func (o *Org) addPeople(users []schema.Record) {
	o.everyone = newPeople(len(users))
	for i, r := range users {
		p := &person{record: r, place: i}
		o.everyone.add(i)
		o.users[r.ID] = p
		o.people = append(o.people, p)
	}
}

func (o *Org) addDepartments(departments []schema.Record) {
	for _, r := range departments {
		o.depts[r.ID] = &dept{record: r, members: newPeople(len(o.people)), tree: newPeople(len(o.people))}
	}
	for _, r := range departments {
		d := o.depts[r.ID]
		if parent := o.depts[r.Text("parent")]; parent != nil && !o.circles(d) {
			d.parent = parent
			parent.children = append(parent.children, d)
		}
	}
	for _, p := range o.people {
		if p.dept = o.depts[p.record.Text("department")]; p.dept != nil {
			p.dept.members.add(p.place)
			for d := p.dept; d != nil; d = d.parent {
				d.tree.add(p.place)
			}
		}
	}
}

// circles tells whether the line of parents leads from d back to d.
func (o *Org) circles(d *dept) bool {
	seen := map[string]bool{}
	for at := o.depts[d.record.Text("parent")]; at != nil && !seen[at.record.ID]; at = o.depts[at.record.Text("parent")] {
		if at == d {
			return true
		}
		seen[at.record.ID] = true
	}
	return false
}

// linkPeople ties people to their superiors and heads to their departments.
func (o *Org) linkPeople() {
	for _, p := range o.people {
		if s := o.users[p.record.Text("superior")]; s != nil && !o.circularLine(p) {
			p.superior = s
			s.reports = append(s.reports, p)
		}
	}
	for _, d := range o.depts {
		if h := o.users[d.record.Text("head")]; h != nil {
			h.heads = append(h.heads, d)
		}
	}
}

// circularLine tells whether the line of superiors leads from p back to p.
func (o *Org) circularLine(p *person) bool {
	seen := map[string]bool{}
	for at := o.users[p.record.Text("superior")]; at != nil && !seen[at.record.ID]; at = o.users[at.record.Text("superior")] {
		if at == p {
			return true
		}
		seen[at.record.ID] = true
	}
	return false
}

// grantRights unites the permissions of a person's roles, each permission for itself.
func (o *Org) grantRights(p *person) {
	p.rights = map[right]scopes{}
	for _, id := range p.record.Set("roles") {
		role, ok := o.roles[id]
		if !ok {
			continue
		}
		p.roles = append(p.roles, id)
		p.super = p.super || role.Flag("super")
		for _, text := range role.Set("permissions") {
			if r, bits, ok := parsePermission(text); ok {
				p.rights[r] |= bits
			}
		}
	}
}

// closure is everybody below a person: along the lines of superiors and by the departments people head.
// Whoever is disabled stays in the line: the customers he holds are still somebody's concern.
func (o *Org) closure(boss *person) people {
	found := newPeople(len(o.people))
	queue := []*person{boss}
	take := func(place int) {
		if place != boss.place && !found.has(place) {
			found.add(place)
			queue = append(queue, o.people[place])
		}
	}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		for _, r := range p.reports {
			take(r.place)
		}
		for _, d := range p.heads {
			d.tree.each(take)
		}
	}
	return found
}

func (o *Org) addPools(pools []schema.Record) {
	for _, r := range pools {
		pl := &pool{record: r, members: newPeople(len(o.people)), admins: newPeople(len(o.people))}
		for _, id := range r.Set("departments") {
			if d := o.depts[id]; d != nil {
				pl.members.addAll(d.tree)
			}
		}
		o.addUsers(pl.members, r.Set("users"))
		o.addUsers(pl.admins, r.Set("admins"))
		for _, role := range r.Set("roles") {
			for _, p := range o.people {
				if slices.Contains(p.roles, role) {
					pl.members.add(p.place)
				}
			}
		}
		o.pools[r.ID] = pl
		o.listed = append(o.listed, pl)
	}
	slices.SortStableFunc(o.listed, func(a, b *pool) int { return cmp.Compare(a.record.Int("order"), b.record.Int("order")) })
}

func (o *Org) addUsers(set people, ids []string) {
	for _, id := range ids {
		if p := o.users[id]; p != nil {
			set.add(p.place)
		}
	}
}
