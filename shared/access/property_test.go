package access_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// TestCanIsSight: in any organisation, what Can lets a user see is exactly what the streams he holds bring him, face by
// face (PERM-10). A difference in one direction is a leak, in the other a customer nobody finds.
func TestCanIsSight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		kind := rapid.SampledFrom(crm.Kinds()).Draw(t, "kind")
		r, holding := drawSubject(t, w, kind)
		s := access.SubjectOf(kind, r, holding)
		scopes := access.ScopesOf(kind, r, holding)
		for _, u := range append(w.users, "gone") {
			brought := slices.ContainsFunc(w.org.Sight(u), func(g access.Grant) bool {
				return slices.Contains(scopes, g.Scope) && (!g.Face || kind.Face)
			})
			if can := w.org.Can(u, access.See, s); can != brought {
				t.Fatalf("%s and %+v: Can %v, Sight %v (%v of %v)", u, s, can, brought, scopes, w.org.Sight(u))
			}
			if why := w.org.Why(u, s); (why.How != "") != brought {
				t.Fatalf("%s and %+v: Why %+v, Sight %v", u, s, why, brought)
			}
		}
	})
}

// drawSubject makes any record of a kind, and the holding of its customer when it has one.
func drawSubject(t *rapid.T, w world, kind *schema.Kind) (schema.Record, *schema.Record) {
	r := schema.Record{Kind: kind.Name, ID: "x", Root: "x", Values: schema.Values{}}
	for _, f := range kind.Audience.Users {
		field, _ := kind.Field(f)
		if _, many := field.Type.(schema.RefSet); many {
			r.Values[f] = set(rapid.SliceOfN(rapid.SampledFrom(w.users), 0, 2).Draw(t, f)...)
		} else {
			r.Values[f] = rapid.SampledFrom(append([]string{""}, w.users...)).Draw(t, f)
		}
	}
	if kind.Name != "customer" && (kind.Parent == "" || kind.Alone && rapid.Bool().Draw(t, "alone")) {
		return r, nil
	}
	if kind.Name != "customer" && kind.Name != "holding" {
		r.Root = "c"
	}
	v := schema.Values{}
	if rapid.Bool().Draw(t, "held") || len(w.pools) == 0 {
		v["owner"] = rapid.SampledFrom(append([]string{"gone"}, w.users...)).Draw(t, "owner")
	} else {
		v["pool"] = rapid.SampledFrom(append([]string{"gone"}, w.pools...)).Draw(t, "pool")
	}
	return r, &schema.Record{Kind: "holding", ID: r.Root, Root: r.Root, Values: v}
}

// TestReachIsCan: the list form of any right says the same as the right itself.
func TestReachIsCan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		action := rapid.SampledFrom(access.Actions()).Draw(t, "action")
		kind := rapid.SampledFrom([]string{"customer", "contact", "task", "followup"}).Draw(t, "kind")
		for _, u := range w.users {
			reach := w.org.Reach(u, action, kind)
			for _, owner := range w.users {
				if can := w.org.Can(u, action, access.Subject{Kind: kind, Owner: owner}); can != reach.Covers(owner) {
					t.Fatalf("%s %s %s of %s: Can %v, Reach %v", u, action, kind, owner, can, reach)
				}
			}
		}
	})
}

// TestMoreRolesNeverLess: rights are a union; nothing that a role gives is taken away by another, and no right comes
// from two roles that neither of them carries.
func TestMoreRolesNeverLess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one, two := role("one", drawPermissions(t)...), role("two", drawPermissions(t)...)
		build := func(roles ...string) *access.Org {
			return access.NewOrg([]schema.Record{
				user("a", "d", schema.Values{"roles": set(roles...)}), user("b", "d", nil), user("c", "e", schema.Values{"superior": "a"}), user("f", "e", nil),
			}, []schema.Record{
				record("department", "d", schema.Values{"name": "d"}), record("department", "e", schema.Values{"name": "e", "parent": "d"}),
			}, []schema.Record{one, two}, nil)
		}
		first, second, both := build("one"), build("two"), build("one", "two")
		for _, action := range access.Actions() {
			for _, kind := range []string{"customer", "contact", "task"} {
				for _, owner := range []string{"a", "b", "c", "f"} {
					s := access.Subject{Kind: kind, Owner: owner}
					want := first.Can("a", action, s) || second.Can("a", action, s)
					if got := both.Can("a", action, s); got != want {
						t.Fatalf("%s %s of %s: %v with both roles, %v with one of them", action, kind, owner, got, want)
					}
				}
			}
		}
	})
}

// TestDisabledNothing: in any organisation a disabled or unknown user may nothing at all.
func TestDisabledNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for _, u := range append(w.users, "gone") {
			if r, ok := w.org.User(u); ok && !r.Flag("disabled") {
				continue
			}
			subjects := []access.Subject{{Kind: "user", Everybody: true}, {Kind: "task", Users: []string{u}}, {Kind: "customer", Owner: u}, {}}
			for _, p := range w.pools {
				subjects = append(subjects, pooled(p))
			}
			for _, s := range subjects {
				for _, action := range append(access.Actions(), access.AdminActions()...) {
					if w.org.Can(u, action, s) || w.org.Holds(u, action, s.Kind) {
						t.Fatalf("%s may %s %+v", u, action, s)
					}
				}
			}
			if len(w.org.Sight(u)) != 0 || len(w.org.MemberOf(u)) != 0 {
				t.Fatalf("%s still holds streams", u)
			}
		}
	})
}

// TestChecksKeepTrees: in any organisation without circles, what the checks allow makes none.
func TestChecksKeepTrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		d := rapid.SampledFrom(w.departments).Draw(t, "department")
		p := rapid.SampledFrom(w.departments).Draw(t, "parent")
		refused := w.org.CheckDepartment(d, p) != nil
		if refused != slices.Contains(w.org.Departments(p), d) {
			t.Fatalf("%s under %s: refused %v, the line is %v", d, p, refused, w.org.Departments(p))
		}
		u := rapid.SampledFrom(w.users).Draw(t, "user")
		s := rapid.SampledFrom(w.users).Draw(t, "superior")
		refused = w.org.CheckSuperior(u, s) != nil
		if refused != (u == s || slices.Contains(w.org.Below(u), s)) {
			t.Fatalf("%s over %s: refused %v", s, u, refused)
		}
	})
}
