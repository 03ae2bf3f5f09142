package api_test

import (
	"net/http"
	"sync"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/syncserver/api"
)

// A customer goes its way through the online commands: released, claimed, transferred (POOL-03, POOL-06, POOL-08).
func TestOnlineCommands(t *testing.T) {
	o := newOffice(t)
	id := o.customer(seller, "苏州远航五金")
	path := "/api/v1/customers/" + id

	o.refused(o.ask(seller, http.MethodPost, path+"/release", map[string]string{"request": newID(t)}), http.StatusUnprocessableEntity, "REASON_MISSING")
	o.refused(o.ask(seller, http.MethodPost, path+"/release", map[string]string{"reason": "no_need"}), http.StatusUnprocessableEntity, "REQUIRED")
	var result change.Result
	o.read(o.ask(seller, http.MethodPost, path+"/release", map[string]string{"request": newID(t), "reason": "no_need"}), http.StatusOK, &result)
	if result.Outcome != change.Applied {
		t.Fatalf("%+v", result)
	}
	var face api.Customer
	o.read(o.ask(other, http.MethodGet, path, nil), http.StatusOK, &face)
	if face.Holding.Values["pool"] != crm.PoolDefault || face.Customer.Values["mobile"] != "138****4417" || len(face.Customer.Masked) == 0 {
		t.Errorf("a member sees %+v", face)
	}

	claim := map[string]string{"request": newID(t), "pool": crm.PoolDefault}
	var first, again change.Result
	o.read(o.ask(other, http.MethodPost, path+"/claim", claim), http.StatusOK, &first)
	o.read(o.ask(other, http.MethodPost, path+"/claim", claim), http.StatusOK, &again)
	if first.Outcome != change.Applied || again.Outcome != first.Outcome || again.Seq != first.Seq {
		t.Errorf("a request sent again: %+v, then %+v", first, again)
	}
	o.read(o.ask(admin, http.MethodPatch, "/api/v1/admin/users/"+o.users[seller], api.Change{Values: map[string]any{"roles": []string{crm.RoleReadOnly}}}), http.StatusOK, nil)
	o.refused(o.ask(seller, http.MethodPost, path+"/claim", map[string]string{"request": newID(t)}), http.StatusForbidden, "CLAIM_NO_RIGHT")
	o.read(o.ask(admin, http.MethodPatch, "/api/v1/admin/users/"+o.users[seller], api.Change{Values: map[string]any{"roles": []string{crm.RoleSales}}}), http.StatusOK, nil)
	o.refused(o.ask(outsider, http.MethodPost, path+"/claim", map[string]string{"request": newID(t)}), http.StatusConflict, "ALREADY_HELD")
	o.refused(o.ask(seller, http.MethodPost, path+"/assign", map[string]string{"request": newID(t), "to": o.users[seller]}), http.StatusForbidden, "NO_RIGHT")

	o.read(o.ask(manager, http.MethodPost, path+"/transfer", map[string]string{"request": newID(t), "to": o.users[seller]}), http.StatusOK, nil)
	var back api.Customer
	o.read(o.ask(seller, http.MethodGet, path, nil), http.StatusOK, &back)
	if back.Holding.Values["owner"] != o.users[seller] || back.Customer.Values["mobile"] != "13862904417" {
		t.Errorf("the new holder sees %+v", back)
	}
	o.refused(o.ask(other, http.MethodGet, path, nil), http.StatusNotFound, "NOT_FOUND")
}

// Many ask for one customer at once: one gets it, the others are told (POOL-04, I8). A refused request keeps its verdict.
func TestOneWinner(t *testing.T) {
	o := newOffice(t)
	id := o.customer(seller, "杭州启明电子")
	path := "/api/v1/customers/" + id
	o.read(o.ask(seller, http.MethodPost, path+"/release", map[string]string{"request": newID(t), "reason": "no_need"}), http.StatusOK, nil)
	logins := []string{other, outsider, manager}
	for _, login := range logins {
		o.token(login)
	}
	const each = 4
	bodies := make([]map[string]string, each*len(logins))
	answers := make([]reply, len(bodies))
	var all sync.WaitGroup
	for i := range bodies {
		bodies[i] = map[string]string{"request": newID(t)}
		all.Go(func() { answers[i] = o.ask(logins[i%len(logins)], http.MethodPost, path+"/claim", bodies[i]) })
	}
	all.Wait()
	won := 0
	for i, got := range answers {
		if got.status == http.StatusOK {
			won++
			continue
		}
		o.refused(got, http.StatusConflict, "ALREADY_HELD")
		o.refused(o.ask(logins[i%len(logins)], http.MethodPost, path+"/claim", bodies[i]), http.StatusConflict, "ALREADY_HELD")
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

// An administrator's routes work end to end: a new person in a new department can log in, and not any more when
// disabled.
func TestAdministration(t *testing.T) {
	o := newOffice(t)
	const users = "/api/v1/admin/users"
	var department, user api.Record
	o.read(o.ask(admin, http.MethodPost, "/api/v1/admin/departments", api.Change{Values: map[string]any{"name": "渠道部", "parent": crm.DepartmentTop}}), http.StatusOK, &department)
	values := map[string]any{"login": "chen", "name": "陈晨", "department": department.ID, "roles": []string{crm.RoleSales}}
	o.read(o.ask(admin, http.MethodPost, users, api.Change{Values: values}), http.StatusOK, &user)
	o.refused(o.ask(admin, http.MethodPost, users, api.Change{Values: values}), http.StatusConflict, "EXISTS")
	o.refused(o.ask(admin, http.MethodPost, users+"/"+user.ID+"/password", api.Password{Password: "short"}), http.StatusUnprocessableEntity, "WEAK_PASSWORD")
	o.read(o.ask(admin, http.MethodPost, users+"/"+user.ID+"/password", api.Password{Password: password}), http.StatusNoContent, nil)
	o.users["chen"] = user.ID
	var me api.Me
	o.read(o.ask("chen", http.MethodGet, "/api/v1/me", nil), http.StatusOK, &me)
	if me.Department != department.ID || me.Name != "陈晨" {
		t.Errorf("%+v", me)
	}
	o.read(o.ask(admin, http.MethodPost, users+"/"+user.ID+"/disable", nil), http.StatusOK, &user)
	o.refused(o.ask("chen", http.MethodGet, "/api/v1/me", nil), http.StatusUnauthorized, "UNAUTHORIZED")
	o.refused(o.ask(admin, http.MethodPost, users+"/"+o.users[admin]+"/disable", nil), http.StatusForbidden, "NO_RIGHT")

	var settings api.Record
	o.read(o.ask(admin, http.MethodPatch, "/api/v1/admin/settings", api.Change{Values: map[string]any{"warn_days": 9}}), http.StatusOK, &settings)
	if settings.Values["warn_days"] != int64(9) || settings.Values["company"] != "海岸工业" {
		t.Errorf("%+v", settings)
	}
	o.refused(o.ask(admin, http.MethodPatch, "/api/v1/admin/settings", api.Change{Values: map[string]any{"colour": "red"}}), http.StatusBadRequest, "UNKNOWN_FIELD")
	o.refused(o.ask(admin, http.MethodPost, "/api/v1/admin/rules", api.Change{Values: map[string]any{"name": "空", "days": 3}}), http.StatusUnprocessableEntity, "EMPTY_RULE")
}
