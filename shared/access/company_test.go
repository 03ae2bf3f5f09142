package access_test

import (
	"fmt"
	"os"
	"testing"

	"pgregory.net/rapid"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

func record(kind, id string, values schema.Values) schema.Record {
	return schema.Record{Kind: kind, ID: id, Root: id, Values: values}
}

func user(id, department string, more schema.Values) schema.Record {
	return record("user", id, schema.Values{"login": id, "name": "name of " + id, "department": department}).With(more)
}

func role(id string, permissions ...string) schema.Record {
	return record("role", id, schema.Values{"name": id, "permissions": schema.NewSet(permissions...)})
}

func set(members ...string) []string { return schema.NewSet(members...) }

// presetRoles are the roles that the program brings along.
func presetRoles(t testing.TB) []schema.Record {
	t.Helper()
	data, err := os.ReadFile("../../assets/presets/roles.json")
	if err != nil {
		t.Fatal(err)
	}
	roles, err := crm.ParseRecords(crm.Role, data)
	if err != nil {
		t.Fatal(err)
	}
	return roles
}

// company is the one in which most tests play:
//
//	top (boss)
//	├── east (li)    zhang, wang, zhao (disabled)
//	│   └── fair (sun)  chen
//	└── north (wu)   feng (read only)
func company(t testing.TB) *access.Org {
	t.Helper()
	departments := []schema.Record{
		record("department", "top", schema.Values{"name": "办公室", "head": "boss"}),
		record("department", "east", schema.Values{"name": "华东", "parent": "top", "head": "li"}),
		record("department", "fair", schema.Values{"name": "展会", "parent": "east", "head": "sun"}),
		record("department", "north", schema.Values{"name": "华北", "parent": "top", "head": "wu"}),
	}
	manager, sales := schema.Values{"roles": set(crm.RoleManager)}, schema.Values{"roles": set(crm.RoleSales)}
	users := []schema.Record{
		user("boss", "top", manager),
		user("admin", "top", schema.Values{"roles": set(crm.RoleAdmin)}),
		user("li", "east", manager), user("zhang", "east", sales), user("wang", "east", sales),
		user("zhao", "east", schema.Values{"roles": set(crm.RoleSales), "disabled": true}),
		user("sun", "fair", manager), user("chen", "fair", sales),
		user("wu", "north", manager), user("feng", "north", schema.Values{"roles": set(crm.RoleReadOnly)}),
		user("nobody", "east", nil),
	}
	pools := []schema.Record{
		record("pool", "open", schema.Values{
			"name": "公海", "mode": "claimable", "departments": set("east"), "admins": set("li"),
			"masked_fields": set("mobile", "email", "name"), "hidden_fields": set("email", "remark"),
		}),
		record("pool", "given", schema.Values{"name": "分配", "mode": "assign_only", "users": set("zhang"), "order": int64(2)}),
		record("pool", "closed", schema.Values{"name": "内部", "mode": "admins_only", "users": set("zhang"), "admins": set("wang"), "order": int64(3)}),
		record("pool", "off", schema.Values{"name": "停用", "mode": "claimable", "users": set("zhang"), "disabled": true, "order": int64(4)}),
		record("pool", "empty", schema.Values{"name": "没有成员", "mode": "claimable", "order": int64(5)}),
		record("pool", "byrole", schema.Values{"name": "按角色", "mode": "claimable", "roles": set(crm.RoleReadOnly), "order": int64(6)}),
	}
	return access.NewOrg(users, departments, presetRoles(t), pools)
}

func held(owner string) access.Subject  { return access.Subject{Kind: "customer", Owner: owner} }
func pooled(pool string) access.Subject { return access.Subject{Kind: "customer", Pool: pool} }

// world is an organisation made by chance, with all that can be asked about in it.
type world struct {
	org         *access.Org
	users       []string
	departments []string
	pools       []string
}

// drawWorld makes any organisation, circles and dangling names included.
func drawWorld(t *rapid.T) world {
	var w world
	for i := range rapid.IntRange(1, 9).Draw(t, "users") {
		w.users = append(w.users, fmt.Sprintf("u%d", i))
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "departments") {
		w.departments = append(w.departments, fmt.Sprintf("d%d", i))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "pools") {
		w.pools = append(w.pools, fmt.Sprintf("p%d", i))
	}
	roles := []string{"r0", "r1", "r2"}
	some := func(list []string, label string) []string {
		return set(rapid.SliceOfN(rapid.SampledFrom(append([]string{""}, list...)), 0, 3).Draw(t, label)...)
	}
	one := func(list []string, label string) string {
		return rapid.SampledFrom(append([]string{"", "gone"}, list...)).Draw(t, label)
	}
	var users, departments, roleRecords, pools []schema.Record
	for _, id := range w.users {
		users = append(users, user(id, one(w.departments, "department"), schema.Values{
			"superior": one(w.users, "superior"), "roles": some(roles, "roles"), "disabled": rapid.IntRange(0, 4).Draw(t, "disabled") == 0,
		}))
	}
	for _, id := range w.departments {
		departments = append(departments, record("department", id, schema.Values{
			"name": id, "parent": one(w.departments, "parent"), "head": one(w.users, "head"),
		}))
	}
	for _, id := range roles {
		roleRecords = append(roleRecords, role(id, drawPermissions(t)...).With(schema.Values{"super": rapid.IntRange(0, 9).Draw(t, "super") == 0}))
	}
	for _, id := range w.pools {
		pools = append(pools, record("pool", id, schema.Values{
			"name": id, "mode": rapid.SampledFrom([]string{"claimable", "assign_only", "admins_only"}).Draw(t, "mode"),
			"disabled":    rapid.IntRange(0, 4).Draw(t, "off") == 0,
			"departments": some(w.departments, "departments"), "users": some(w.users, "members"), "roles": some(roles, "member roles"),
			"admins": some(w.users, "admins"),
		}))
	}
	w.org = access.NewOrg(users, departments, roleRecords, pools)
	return w
}

func drawPermissions(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		kind := rapid.SampledFrom([]string{"customer", "contact", "task", "*", "admin", "strange"}).Draw(t, "kind")
		action := rapid.SampledFrom([]string{"see", "edit", "claim", "assign", "*", "manage_users"}).Draw(t, "action")
		scope := rapid.SampledFrom([]string{"self", "self_below", "department", "department_tree", "all", "", "galaxy"}).Draw(t, "scope")
		return kind + ":" + action + ":" + scope
	}), 0, 4).Draw(t, "permissions")
}
