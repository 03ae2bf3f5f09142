package pool_test

import (
	"testing"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/schema"
)

func record(kind, id string, values schema.Values) schema.Record {
	return schema.Record{Kind: kind, ID: id, Root: id, Values: values}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// at reads a moment of Shanghai.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.ParseInLocation("2006-01-02 15:04:05", text, zone(t, "Asia/Shanghai"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func ms(m time.Time) int64 { return m.UnixMilli() }

// company has zhang and wang in east, wu in north, chen without a department that a pool knows, and four pools.
func company(t testing.TB) *access.Org {
	t.Helper()
	users := []schema.Record{
		record("user", "li", schema.Values{"name": "李静", "department": "east", "roles": schema.NewSet("manager")}),
		record("user", "zhang", schema.Values{"name": "张伟", "department": "east", "roles": schema.NewSet("sales")}),
		record("user", "wang", schema.Values{"name": "王芳", "department": "fair", "roles": schema.NewSet("sales")}),
		record("user", "wu", schema.Values{"name": "吴刚", "department": "north", "roles": schema.NewSet("sales")}),
		record("user", "zhao", schema.Values{"name": "赵强", "department": "east", "roles": schema.NewSet("sales"), "disabled": true}),
		record("user", "reader", schema.Values{"name": "只读", "department": "east"}),
	}
	departments := []schema.Record{
		record("department", "top", schema.Values{"name": "办公室"}),
		record("department", "east", schema.Values{"name": "华东", "parent": "top", "head": "li"}),
		record("department", "fair", schema.Values{"name": "展会", "parent": "east"}),
		record("department", "north", schema.Values{"name": "华北", "parent": "top"}),
	}
	roles := []schema.Record{
		record("role", "sales", schema.Values{"name": "销售", "permissions": schema.NewSet(
			"customer:see:self", "customer:claim:self", "customer:transfer:self")}),
		record("role", "manager", schema.Values{"name": "经理", "permissions": schema.NewSet(
			"customer:see:department_tree", "customer:claim:department_tree", "customer:assign:department_tree", "customer:transfer:department_tree")}),
	}
	return access.NewOrg(users, departments, roles, pools())
}

func pools() []schema.Record {
	return []schema.Record{
		record("pool", "open", schema.Values{
			"name": "华东公海", "mode": "claimable", "departments": schema.NewSet("east"), "admins": schema.NewSet("li"),
			"daily_limit": int64(10), "holding_cap": int64(100), "cooldown_days": int64(3), "protect_hours": int64(24), "order": int64(1),
		}),
		record("pool", "free", schema.Values{
			"name": "公司公海", "mode": "claimable", "users": schema.NewSet("zhang", "wang"), "preferred": true, "order": int64(2),
		}),
		record("pool", "given", schema.Values{"name": "分配池", "mode": "assign_only", "users": schema.NewSet("zhang"), "order": int64(3)}),
		record("pool", "off", schema.Values{"name": "停用池", "mode": "claimable", "users": schema.NewSet("zhang"), "disabled": true, "order": int64(0)}),
	}
}

// companyWithout is the same company when every pool has been switched off.
func companyWithout(t testing.TB) *access.Org {
	t.Helper()
	var off []schema.Record
	for _, p := range pools() {
		off = append(off, p.With(schema.Values{"disabled": true}))
	}
	return access.NewOrg([]schema.Record{record("user", "zhang", schema.Values{"name": "张伟", "department": "east"})}, nil, nil, off)
}
