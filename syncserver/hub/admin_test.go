package hub

import (
	"testing"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// TestAdministration: who may edit the organisation, and what nobody may do to it (access.md, POOL-26).
func TestAdministration(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	admin := Identity{User: w.admin}
	keeper := w.put("role", "", Values{"name": "人事", "permissions": []string{"admin:manage_users:all"}})
	clerk := Identity{User: w.user("clerk", c.sales, keeper.ID)}
	put := func(by Identity, kind, id string, v Values) error {
		_, err := w.h.Put(w.ctx(), by, kind, id, v)
		return err
	}
	for name, x := range map[string]struct {
		err  error
		want fault.Code
	}{
		"anybody":                  {put(Identity{User: c.zhang}, "user", "", Values{"login": "x", "name": "x", "department": c.sales}), fault.NoRight},
		"users with the right":     {put(clerk, "user", "", Values{"login": "x", "name": "x", "department": c.sales}), ""},
		"roles without the right":  {put(clerk, "user", "", Values{"login": "y", "name": "y", "department": c.sales, "roles": []string{crm.RoleAdmin}}), fault.NoRight},
		"his own role":             {put(clerk, "user", clerk.User, Values{"roles": []string{crm.RoleAdmin}}), fault.NoRight},
		"the admin's password":     {w.h.SetPassword(w.ctx(), clerk, w.admin, longPassword), fault.NoRight},
		"pools without the right":  {put(clerk, "pool", crm.PoolDefault, Values{"daily_limit": int64(9)}), fault.NoRight},
		"a taken login":            {put(admin, "user", "", Values{"login": "ZHANG", "name": "x", "department": c.sales}), fault.Exists},
		"no department":            {put(admin, "user", "", Values{"login": "z", "name": "x", "department": "nowhere"}), fault.BadReference},
		"a missing name":           {put(admin, "user", c.zhang, Values{"name": nil}), fault.Required},
		"nobody":                   {put(admin, "user", "nobody", Values{"name": "x"}), fault.NotFound},
		"a kind of laptops":        {put(admin, "customer", "", Values{"name": "x"}), fault.UnknownKind},
		"a department in itself":   {put(admin, "department", c.sales, Values{"parent": c.sales}), fault.Circle},
		"a superior below":         {put(admin, "user", c.zhang, Values{"superior": c.zhang}), fault.Circle},
		"the last administrator":   {put(admin, "user", w.admin, Values{"disabled": true}), fault.NoRight},
		"the last one's role":      {put(admin, "user", w.admin, Values{"roles": []string{crm.RoleSales}}), fault.NoRight},
		"the administrators' role": {put(admin, "role", crm.RoleAdmin, Values{"name": "别的"}), fault.NoRight},
		"a super role":             {put(admin, "role", "", Values{"name": "别的", "super": true}), fault.NoRight},
		"the last pool":            {put(admin, "pool", crm.PoolDefault, Values{"disabled": true}), fault.LastPool},
		"a rule for nobody":        {put(admin, "rule", "", Values{"name": "空", "days": int64(3)}), fault.EmptyRule},
		"a zone of no map":         {put(admin, "settings", crm.SettingsID, Values{"zone": "Mars/Olympus"}), fault.BadChoice},
		"an entry of a dictionary": {put(admin, "dictionary", "", Values{"list": "customer_level", "key": "d", "label": "D"}), ""},
	} {
		if got := fault.CodeOf(x.err); got != x.want {
			t.Errorf("%s: %v, want %q", name, x.err, x.want)
		}
	}
	if w.record("dictionary", "customer_level.d").Text("label") != "D" {
		t.Error("the entry has another id")
	}
	second := w.put("pool", "", Values{"name": "第二公海", "mode": "claimable"})
	w.pooled(c.zhang, 1)
	err := put(admin, "pool", crm.PoolDefault, Values{"disabled": true})
	if fault.CodeOf(err) != fault.PoolNotEmpty || fault.Of(err).Params["Count"] != "1" {
		t.Errorf("a pool with customers: %v", err)
	}
	if err := put(admin, "pool", second.ID, Values{"disabled": true}); err != nil {
		t.Errorf("an empty pool: %v", err)
	}
	if err := w.h.May(w.ctx(), clerk, access.AdminKind, string(access.ManageUsers)); err != nil {
		t.Error(err)
	}
	if err := w.h.May(w.ctx(), clerk, access.AdminKind, string(access.ManagePools)); fault.CodeOf(err) != fault.NoRight {
		t.Error(err)
	}
}

// TestRightsAtOnce: a right that was taken is not there for the very next request, also when another process on the same
// file took it.
func TestRightsAtOnce(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "恒达机械", nil)
	server, file := w.h, w.st
	// A second store and hub on the same file, as the command line beside the server is.
	second, err := store.Open(w.ctx(), w.path)
	w.must(err)
	t.Cleanup(func() { w.must(second.Close()) })
	w.st = second
	w.start()
	w.put("user", c.zhang, Values{"roles": []string{crm.RoleReadOnly}})
	w.h, w.st = server, file
	w.refused(w.one(zhang, w.edit("customer", id, id, "remark", nil, "x")), fault.NoRight)
	if err := w.h.May(w.ctx(), zhang, "customer", "edit"); fault.CodeOf(err) != fault.NoRight {
		t.Errorf("%v", err)
	}
}

// TestReadsHaveTheSameSight: what is read online is what a pull would show.
func TestReadsHaveTheSameSight(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "恒达机械", Values{"mobile": "13800000001"})
	for user, want := range map[string]fault.Code{c.zhang: "", c.manager: "", c.reader: "", c.wang: fault.NotFound, c.far: fault.NotFound} {
		_, holding, err := w.h.Customer(w.ctx(), Identity{User: user}, id)
		if fault.CodeOf(err) != want || err == nil && holding.Text("owner") != c.zhang {
			t.Errorf("%s: %v", w.name(user), err)
		}
	}
	_, _, absent := w.h.Customer(w.ctx(), Identity{User: c.far}, w.id())
	_, _, secret := w.h.Customer(w.ctx(), Identity{User: c.far}, id)
	if absent.Error() != secret.Error() {
		t.Errorf("absent %v, secret %v", absent, secret)
	}
	if _, err := w.h.List(w.ctx(), Identity{User: c.far}, "customer"); fault.CodeOf(err) != fault.UnknownKind {
		t.Errorf("customers are listed: %v", err)
	}
	if _, err := w.h.List(w.ctx(), Identity{User: "nobody"}, "user"); fault.CodeOf(err) != fault.NoRight {
		t.Errorf("anybody lists users: %v", err)
	}
	if users, err := w.h.List(w.ctx(), zhang, "user"); err != nil || len(users) != 6 {
		t.Errorf("%d users, %v", len(users), err)
	}
}
