package access

import (
	"cmp"
	"slices"

	"yuzhou/shared/schema"
)

// The names of the streams of sync.
const (
	CommonScope = "common"
	userScope   = "user:"
	ownerScope  = "owner:"
	poolScope   = "pool:"
)

// UserScope is the stream of what concerns one user alone.
func UserScope(user string) string { return userScope + user }

// OwnerScope is the stream of the customers a user holds.
func OwnerScope(user string) string { return ownerScope + user }

// PoolScope is the stream of the faces of the customers in a pool.
func PoolScope(pool string) string { return poolScope + pool }

// Grant is one stream a user holds, with what it shows. Masked and Hidden name fields of customer, sorted;
// no field is in both.
type Grant struct {
	Scope  string
	Face   bool // only kinds that are a face
	Masked []string
	Hidden []string
}

// Sight lists the streams a user holds, sorted by name: the set form of Can(See). A disabled user holds none.
func (o *Org) Sight(user string) []Grant {
	p := o.users[user]
	if p == nil || !p.enabled() {
		return nil
	}
	grants := []Grant{{Scope: CommonScope}, {Scope: UserScope(user)}}
	if sc := p.scopes(customerKind, See); sc != 0 {
		for _, id := range o.ids(o.covered(p, sc)) {
			grants = append(grants, Grant{Scope: OwnerScope(id)})
		}
	}
	for _, pl := range o.listed {
		g := Grant{Scope: PoolScope(pl.record.ID), Face: true}
		switch o.seesPool(p, pl) {
		case unseen:
			continue
		case asMember:
			g.Masked, g.Hidden = veils(pl.record)
		}
		grants = append(grants, g)
	}
	slices.SortFunc(grants, func(a, b Grant) int { return cmp.Compare(a.Scope, b.Scope) })
	return grants
}

// SameSight tells whether two sights are the same streams showing the same.
func SameSight(a, b []Grant) bool {
	return slices.EqualFunc(a, b, func(x, y Grant) bool {
		return x.Scope == y.Scope && x.Face == y.Face && slices.Equal(x.Masked, y.Masked) && slices.Equal(x.Hidden, y.Hidden)
	})
}

// view is how a person sees a pool.
type view int

const (
	unseen view = iota
	asMember
	asAdmin
)

// seesPool tells how a person sees a pool. Members do not see a pool that is disabled or kept for its administrators;
// who may see every customer sees every pool as its administrators do.
func (o *Org) seesPool(p *person, pl *pool) view {
	switch {
	case pl.admins.has(p.place), p.scopes(customerKind, See)&inAll != 0:
		return asAdmin
	case pl.record.Flag("disabled"), pl.record.Text("mode") == "admins_only", !pl.members.has(p.place):
		return unseen
	}
	return asMember
}

// veils are the fields a pool masks and hides. Hiding is the stronger; a name cannot be hidden.
func veils(pool schema.Record) (masked, hidden []string) {
	for _, f := range pool.Set("hidden_fields") {
		if f != nameField {
			hidden = append(hidden, f)
		}
	}
	for _, f := range pool.Set("masked_fields") {
		if f != nameField && !slices.Contains(hidden, f) {
			masked = append(masked, f)
		}
	}
	return masked, hidden
}

const nameField = "name"

// ScopesOf lists the streams that hold a record: its customer's, when holding is given, else those of its audience.
func ScopesOf(kind *schema.Kind, r schema.Record, holding *schema.Record) []string {
	s := SubjectOf(kind, r, holding)
	switch {
	case s.Everybody:
		return []string{CommonScope}
	case s.Owner != "":
		return []string{OwnerScope(s.Owner)}
	case s.Pool != "":
		return []string{PoolScope(s.Pool)}
	}
	var list []string
	for _, u := range s.Users {
		list = append(list, UserScope(u))
	}
	return list
}

// Strongest unites what several streams show of one root: a field is masked only where every stream masks or hides
// it, and hidden only where every stream hides it. Its Scope is empty. It must be given at least one grant.
func Strongest(grants ...Grant) Grant {
	all := Grant{Face: true}
	for _, g := range grants {
		all.Face = all.Face && g.Face
	}
	veiled := func(g Grant, f string) bool { return slices.Contains(g.Masked, f) || slices.Contains(g.Hidden, f) }
	for _, f := range slices.Concat(grants[0].Hidden, grants[0].Masked) {
		hidden, masked := true, true
		for _, g := range grants {
			hidden = hidden && slices.Contains(g.Hidden, f)
			masked = masked && veiled(g, f)
		}
		switch {
		case hidden:
			all.Hidden = append(all.Hidden, f)
		case masked:
			all.Masked = append(all.Masked, f)
		}
	}
	slices.Sort(all.Masked)
	slices.Sort(all.Hidden)
	return all
}

// Project is what a stream shows of a record: hidden fields are gone, masked ones hold their mask. All of them are named
// in Masked, empty ones too, so that the list does not tell which of them are filled.
func Project(kind *schema.Kind, r schema.Record, masked, hidden []string) schema.Record {
	if len(masked)+len(hidden) == 0 {
		return r
	}
	veil := schema.Values{}
	var names []string
	for _, name := range hidden {
		if _, ok := kind.Field(name); ok && name != kind.Title {
			veil[name] = nil
			names = append(names, name)
		}
	}
	for _, name := range masked {
		f, ok := kind.Field(name)
		if _, gone := veil[name]; gone || !ok || name == kind.Title {
			continue
		}
		names = append(names, name)
		if r.Has(name) {
			veil[name] = f.Type.Mask(r.Values[name])
		}
	}
	if len(names) == 0 {
		return r
	}
	r = r.With(veil)
	r.Masked = schema.NewSet(append(slices.Clone(r.Masked), names...)...)
	return r
}
