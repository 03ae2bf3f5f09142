package access_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// TestMatrix: who sees and edits whose customers under the preset roles (PERM-01, PERM-02, PERM-04). A line lists the
// owners that each user reaches.
func TestMatrix(t *testing.T) {
	org := company(t)
	everybody := []string{"admin", "boss", "chen", "feng", "li", "nobody", "sun", "wang", "wu", "zhang", "zhao"}
	for user, want := range map[string]map[access.Action][]string{
		"admin":  {access.See: everybody, access.Edit: everybody, access.Transfer: everybody, access.Merge: everybody},
		"boss":   {access.See: everybody, access.Edit: everybody, access.Transfer: everybody, access.Release: everybody},
		"li":     {access.See: {"chen", "li", "nobody", "sun", "wang", "zhang", "zhao"}, access.Edit: {"chen", "li", "nobody", "sun", "wang", "zhang", "zhao"}},
		"sun":    {access.See: {"chen", "sun"}, access.Edit: {"chen", "sun"}, access.Delete: {"chen", "sun"}},
		"zhang":  {access.See: {"zhang"}, access.Edit: {"zhang"}, access.Transfer: {"zhang"}, access.Release: {"zhang"}, access.Delete: nil, access.Assign: nil},
		"feng":   {access.See: {"feng", "wu"}, access.Edit: nil, access.Create: nil, access.Claim: nil},
		"nobody": {access.See: nil, access.Edit: nil, access.Create: nil},
		"zhao":   {access.See: nil, access.Edit: nil, access.Claim: nil}, // disabled
		"ghost":  {access.See: nil, access.Edit: nil},
	} {
		for action, owners := range want {
			reach := org.Reach(user, action, "customer")
			for _, owner := range append(everybody, "ghost") {
				expect := slices.Contains(owners, owner)
				if got := org.Can(user, action, held(owner)); got != expect {
					t.Errorf("%s %s what %s holds: %v", user, action, owner, got)
				}
				if owner != "ghost" && reach.Covers(owner) != expect {
					t.Errorf("the reach of %s to %s: %s is %v", user, action, owner, reach.Covers(owner))
				}
			}
		}
	}
}

// TestUnionPerPermission: "see all" from one role and "edit self" from another is not "edit all" (PERM-03).
func TestUnionPerPermission(t *testing.T) {
	org := access.NewOrg(
		[]schema.Record{user("a", "", schema.Values{"roles": set("auditor", "seller")}), user("b", "", nil)}, nil,
		[]schema.Record{role("auditor", "customer:see:all", "customer:export:all"), role("seller", "customer:edit:self", "customer:see:self")}, nil)
	for action, want := range map[access.Action]bool{access.See: true, access.Export: true, access.Edit: false, access.Delete: false} {
		if got := org.Can("a", action, held("b")); got != want {
			t.Errorf("%s what b holds: %v", action, got)
		}
	}
	if !org.Can("a", access.Edit, held("a")) {
		t.Error("cannot edit what he holds himself")
	}
}

// TestWildcards stand for the actions on records alone: nobody becomes an administrator by a star.
func TestWildcards(t *testing.T) {
	org := access.NewOrg([]schema.Record{
		user("kind", "", schema.Values{"roles": set("every action")}), user("action", "", schema.Values{"roles": set("every kind")}),
		user("both", "", schema.Values{"roles": set("everything")}), user("keeper", "", schema.Values{"roles": set("keeper")}),
	}, nil, []schema.Record{
		role("every action", "customer:*:self"), role("every kind", "*:see:all"), role("everything", "*:*:all"),
		role("keeper", "admin:manage_users:all", "admin:manage_pools:self"),
	}, nil)
	for _, c := range []struct {
		user    string
		action  access.Action
		subject access.Subject
		want    bool
	}{
		{"kind", access.Merge, held("kind"), true},
		{"kind", access.Edit, access.Subject{Kind: "contact", Owner: "kind"}, false},
		{"action", access.See, held("kind"), true},
		{"action", access.Edit, held("kind"), false},
		{"both", access.Edit, access.Subject{Kind: "contact", Owner: "kind"}, true},
		{"both", access.ManageUsers, access.Subject{}, false},
		{"both", access.Edit, access.Subject{Kind: "role", Everybody: true}, false},
		{"keeper", access.ManageUsers, access.Subject{}, true},
		{"keeper", access.ManagePools, access.Subject{}, false}, // administration has no narrower scope than all
		{"keeper", access.Edit, access.Subject{Kind: "user", Everybody: true}, true},
		{"keeper", access.Edit, access.Subject{Kind: "rule", Everybody: true}, false},
		{"keeper", access.See, access.Subject{Kind: "rule", Everybody: true}, true},
		{"keeper", access.Edit, access.Subject{Kind: "strange", Everybody: true}, false},
	} {
		if got := org.Can(c.user, c.action, c.subject); got != c.want {
			t.Errorf("%s %s %+v: %v", c.user, c.action, c.subject, got)
		}
	}
}

// TestChildren: what lies under a customer is seen with it, by whoever created it, and edited by the right of its own
// kind (a contact created by a colleague under my customer is not invisible to me).
func TestChildren(t *testing.T) {
	org := company(t)
	for _, kind := range []string{"contact", "followup", "task", "holding", "holding_change", "a newer kind"} {
		if !org.Can("li", access.See, access.Subject{Kind: kind, Owner: "zhang"}) || org.Can("wang", access.See, access.Subject{Kind: kind, Owner: "zhang"}) {
			t.Errorf("%s is not seen as its customer is", kind)
		}
	}
	if !org.Can("zhang", access.Delete, access.Subject{Kind: "contact", Owner: "zhang"}) || org.Can("zhang", access.Delete, held("zhang")) {
		t.Error("the right to delete a contact is not that to delete a customer")
	}
}

// TestAlone: a personal task, a message and a conflict are for the people they name and nobody above them.
func TestAlone(t *testing.T) {
	org := company(t)
	task := access.Subject{Kind: "task", Users: []string{"zhang", "wang", "zhao"}}
	for user, want := range map[string]bool{"zhang": true, "wang": true, "li": false, "admin": false, "zhao": false} {
		if org.Can(user, access.See, task) != want || org.Can(user, access.Edit, task) != want {
			t.Errorf("the task of others and %s: not %v", user, want)
		}
	}
	notice := access.Subject{Kind: "notice", Users: []string{"feng"}}
	if !org.Can("feng", access.Edit, notice) || org.Can("feng", access.Delete, notice) || org.Can("li", access.See, notice) {
		t.Error("a message is read by whom it is for, and deleted by nobody")
	}
}

// TestPools: membership, kinds of pool and their administrators (POOL-01, 02, 03, 13, 28).
func TestPools(t *testing.T) {
	org := company(t)
	for user, want := range map[string][]string{
		"zhang": {"open", "given", "closed"}, "chen": {"open"}, "feng": {"byrole"}, "wu": nil, "zhao": nil, "ghost": nil,
	} {
		if got := org.MemberOf(user); !slices.Equal(got, want) {
			t.Errorf("%s is a member of %v, want %v", user, got, want)
		}
	}
	for _, c := range []struct {
		user   string
		action access.Action
		pool   string
		want   bool
	}{
		{"zhang", access.See, "open", true},
		{"zhang", access.Claim, "open", true},
		{"zhang", access.Edit, "open", false},
		{"zhang", access.See, "given", true},
		{"zhang", access.Assign, "given", false},
		{"zhang", access.See, "closed", false},
		{"wang", access.See, "closed", true},
		{"zhang", access.See, "off", false},
		{"zhang", access.Claim, "off", false},
		{"admin", access.See, "off", true},
		{"wu", access.See, "open", false},
		{"wu", access.Claim, "open", false},
		{"boss", access.See, "open", false},
		{"zhang", access.See, "empty", false},
		{"admin", access.See, "empty", true},    // an empty member list is nobody
		{"nobody", access.Claim, "open", false}, // a member without the right
		{"li", access.Assign, "open", true},
		{"sun", access.Assign, "open", false},
		{"admin", access.Assign, "open", true},
		{"li", access.Delete, "open", true},
		{"wang", access.Delete, "closed", false},
		{"zhao", access.See, "open", false},
		{"feng", access.See, "byrole", true},
		{"feng", access.Claim, "byrole", false},
		{"admin", access.See, "gone", false},
	} {
		if got := org.Can(c.user, c.action, pooled(c.pool)); got != c.want {
			t.Errorf("%s %s in %s: %v", c.user, c.action, c.pool, got)
		}
	}
	if org.Can("zhang", access.See, access.Subject{Kind: "followup", Pool: "open"}) || !org.Can("zhang", access.See, access.Subject{Kind: "holding", Pool: "open"}) {
		t.Error("a pool shows faces and nothing else")
	}
	if got := org.PoolMembers("open"); !slices.Equal(got, []string{"chen", "li", "nobody", "sun", "wang", "zhang"}) {
		t.Errorf("the members are %v", got)
	}
}

// TestSight: the streams of a salesperson, a manager, an administrator and somebody disabled.
func TestSight(t *testing.T) {
	org := company(t)
	scopes := func(user string) (list []string) {
		for _, g := range org.Sight(user) {
			list = append(list, g.Scope)
		}
		return list
	}
	for user, want := range map[string][]string{
		"zhang": {"common", "owner:zhang", "pool:given", "pool:open", "user:zhang"},
		"sun":   {"common", "owner:chen", "owner:sun", "pool:open", "user:sun"},
		"feng":  {"common", "owner:feng", "owner:wu", "pool:byrole", "user:feng"},
		"zhao":  nil,
	} {
		if got := scopes(user); !slices.Equal(got, want) {
			t.Errorf("%s holds %v, want %v", user, got, want)
		}
	}
	if got := len(scopes("admin")); got != 2+11+6 {
		t.Errorf("an administrator holds %d streams", got)
	}
	grant := func(user, scope string) access.Grant {
		for _, g := range org.Sight(user) {
			if g.Scope == scope {
				return g
			}
		}
		return access.Grant{}
	}
	member, admin := grant("zhang", "pool:open"), grant("li", "pool:open")
	if !member.Face || !slices.Equal(member.Masked, []string{"mobile"}) || !slices.Equal(member.Hidden, []string{"email", "remark"}) {
		t.Errorf("a member's grant is %+v", member) // hiding is stronger than masking, and a name cannot be veiled
	}
	if !admin.Face || len(admin.Masked)+len(admin.Hidden) != 0 {
		t.Errorf("an administrator's grant is %+v", admin)
	}
}

// TestProject: masked values are masks, hidden ones are gone, and empty ones cannot be told from full ones (POOL-20, 21).
func TestProject(t *testing.T) {
	r := record("customer", "c", schema.Values{"name": "甲公司", "mobile": "13862904417", "email": "a@b.cn", "remark": "x", "level": "a"})
	got := access.Project(crm.Customer, r, []string{"mobile", "phone", "name", "unheard"}, []string{"email", "remark", "credit_code"})
	if got.Text("mobile") != "138****4417" || got.Has("email") || got.Has("remark") || got.Text("name") != "甲公司" || got.Text("level") != "a" {
		t.Errorf("projected %v", got.Values)
	}
	if want := []string{"credit_code", "email", "mobile", "phone", "remark"}; !slices.Equal(got.Masked, want) {
		t.Errorf("masked %v, want %v", got.Masked, want)
	}
	if r.Text("mobile") != "13862904417" || r.Text("email") == "" || r.Masked != nil {
		t.Errorf("the record itself was changed: %v", r)
	}
	if again := access.Project(crm.Customer, got, []string{"mobile"}, nil); again.Text("mobile") != "138****4417" {
		t.Errorf("a mask was masked again: %s", again.Text("mobile"))
	}
}

// TestStrongest: of several streams the one that shows more wins, field by field.
func TestStrongest(t *testing.T) {
	a := access.Grant{Face: true, Masked: []string{"mobile", "phone"}, Hidden: []string{"email", "remark"}}
	b := access.Grant{Face: true, Masked: []string{"email", "mobile"}, Hidden: []string{"remark"}}
	if got := access.Strongest(a, b); !got.Face || !slices.Equal(got.Masked, []string{"email", "mobile"}) || !slices.Equal(got.Hidden, []string{"remark"}) {
		t.Errorf("%+v", got)
	}
	if got := access.Strongest(a, access.Grant{}); got.Face || got.Masked != nil || got.Hidden != nil {
		t.Errorf("beside an open stream: %+v", got)
	}
}

// TestWhy: the nearest way is told (access paths).
func TestWhy(t *testing.T) {
	org := company(t)
	for _, c := range []struct {
		user    string
		subject access.Subject
		want    access.Path
	}{
		{"zhang", held("zhang"), access.Path{How: access.ByOwner}},
		{"li", held("zhang"), access.Path{How: access.ByDepartment, Role: crm.RoleManager}},
		{"admin", held("zhang"), access.Path{How: access.ByRole, Role: crm.RoleAdmin}},
		{"zhang", pooled("open"), access.Path{How: access.ByPool, Pool: "open"}},
		{"li", pooled("open"), access.Path{How: access.ByPoolAdmin, Pool: "open"}},
		{"admin", pooled("open"), access.Path{How: access.ByRole, Role: crm.RoleAdmin, Pool: "open"}},
		{"zhang", access.Subject{Kind: "task", Users: []string{"zhang"}}, access.Path{How: access.ByAudience}},
		{"zhang", access.Subject{Kind: "user", Everybody: true}, access.Path{How: access.ByCommon}},
		{"wang", held("zhang"), access.Path{}},
		{"zhao", held("zhao"), access.Path{}},
	} {
		if got := org.Why(c.user, c.subject); got != c.want {
			t.Errorf("%s sees %+v by %+v, want %+v", c.user, c.subject, got, c.want)
		}
	}
	below := access.NewOrg([]schema.Record{user("a", "", schema.Values{"roles": set("r")}), user("b", "", schema.Values{"superior": "a"})}, nil,
		[]schema.Record{role("r", "customer:see:self_below")}, nil)
	if got := below.Why("a", held("b")); got != (access.Path{How: access.BySuperior, Role: "r"}) {
		t.Errorf("a superior sees by %+v", got)
	}
}

// TestLines: superiors by name and by department, those below, and circles (PERM-04, USR).
func TestLines(t *testing.T) {
	org := company(t)
	for user, want := range map[string]string{"zhang": "li", "li": "boss", "chen": "sun", "sun": "li", "boss": "", "admin": "boss", "ghost": ""} {
		if got := org.Superior(user); got != want {
			t.Errorf("the superior of %s is %q, want %q", user, got, want)
		}
	}
	if got := org.Below("li"); !slices.Equal(got, []string{"chen", "nobody", "sun", "wang", "zhang", "zhao"}) {
		t.Errorf("below li: %v", got)
	}
	if !org.SitsIn("chen", "top") || !org.SitsIn("chen", "fair") || org.SitsIn("li", "fair") || org.SitsIn("chen", "gone") {
		t.Error("SitsIn does not follow the tree")
	}
	if got := org.Departments("fair"); !slices.Equal(got, []string{"fair", "east", "top"}) {
		t.Errorf("the line of departments is %v", got)
	}
	for _, c := range []struct {
		got  *fault.Fault
		want bool
	}{
		{org.CheckDepartment("east", "fair"), true},
		{org.CheckDepartment("east", "east"), true},
		{org.CheckDepartment("fair", "north"), false},
		{org.CheckDepartment("new", "east"), false},
		{org.CheckSuperior("li", "chen"), true},
		{org.CheckSuperior("li", "li"), true},
		{org.CheckSuperior("zhang", "wang"), false},
		{org.CheckSuperior("zhang", ""), false},
	} {
		if (c.got != nil) != c.want || c.got != nil && c.got.Code != fault.Circle {
			t.Errorf("checked %v, want %v", c.got, c.want)
		}
	}
}

// TestCirclesWidenNobody: data that runs in a circle must neither hang nor make people each other's superiors.
func TestCirclesWidenNobody(t *testing.T) {
	all := []schema.Record{role("r", "customer:see:self_below", "customer:edit:department_tree")}
	org := access.NewOrg([]schema.Record{
		user("a", "x", schema.Values{"superior": "b", "roles": set("r")}), user("b", "y", schema.Values{"superior": "a", "roles": set("r")}),
		user("c", "z", schema.Values{"superior": "b"}),
	}, []schema.Record{
		record("department", "x", schema.Values{"name": "x", "parent": "y"}), record("department", "y", schema.Values{"name": "y", "parent": "x"}),
		record("department", "z", schema.Values{"name": "z", "parent": "y"}),
	}, all, nil)
	if org.Can("a", access.See, held("b")) || org.Can("b", access.See, held("a")) || org.Can("a", access.Edit, held("b")) {
		t.Error("people in a circle see each other's customers")
	}
	if !org.Can("b", access.See, held("c")) || !org.Can("b", access.Edit, held("c")) {
		t.Error("a circle above hides what lies below it")
	}
}

// TestSupers: the last of them cannot be disabled, so they must be counted rightly (PERM-08).
func TestSupers(t *testing.T) {
	org := company(t)
	if got := org.Supers(); !slices.Equal(got, []string{"admin"}) {
		t.Errorf("super administrators are %v", got)
	}
	for _, action := range append(access.Actions(), access.AdminActions()...) {
		if !org.Holds("admin", action, "customer") {
			t.Errorf("a super administrator may not %s", action)
		}
	}
	if org.Holds("zhao", access.See, "customer") || org.Holds("ghost", access.See, "customer") || org.Holds("zhang", access.ManagePools, "") {
		t.Error("a right is held by somebody who has none")
	}
}

// TestManyUsers: with 500 people a picture is made and asked from many goroutines without waiting (and the race
// detector sees nothing).
func TestManyUsers(t *testing.T) {
	var users, departments []schema.Record
	for i := range 25 {
		parent := ""
		if i > 0 {
			parent = fmt.Sprintf("d%02d", (i-1)/3)
		}
		departments = append(departments, record("department", fmt.Sprintf("d%02d", i), schema.Values{"name": "d", "parent": parent, "head": fmt.Sprintf("u%03d", i)}))
	}
	for i := range 500 {
		name := crm.RoleSales
		if i < 25 {
			name = crm.RoleManager
		}
		users = append(users, user(fmt.Sprintf("u%03d", i), fmt.Sprintf("d%02d", i%25), schema.Values{"roles": set(name)}))
	}
	org := access.NewOrg(users, departments, presetRoles(t), nil)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			for i := range 500 {
				if !org.Can("u000", access.See, held(fmt.Sprintf("u%03d", i))) {
					t.Errorf("the boss does not see u%03d", i)
				}
				org.Sight(fmt.Sprintf("u%03d", i))
			}
		})
	}
	wait.Wait()
	if got := len(org.Sight("u000")); got != 502 {
		t.Errorf("the boss holds %d streams", got)
	}
}
