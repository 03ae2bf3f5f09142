package api_test

import (
	"net/http"
	"strings"
	"testing"

	"yuzhou/shared/wire"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
)

// allowed says who passes a route's permission: s a salesperson, m a manager, a the administrator, 0 nobody in
// particular. Whoever is not named is refused with NO_RIGHT, whoever is not known with UNAUTHORIZED.
var allowed = map[string]string{
	"GET /livez":                            "0sma",
	"GET /readyz":                           "0sma",
	"GET /api/v1/openapi.json":              "0sma",
	"POST /api/v1/login":                    "0sma",
	"POST /api/v1/logout":                   "sma",
	"GET /api/v1/me":                        "sma",
	"POST /api/v1/pull":                     "sma",
	"POST /api/v1/push":                     "sma",
	"POST /api/v1/sums":                     "sma",
	"GET /api/v1/pokes":                     "sma",
	"GET /api/v1/customers/:id":             "sma",
	"POST /api/v1/customers/:id/claim":      "sma",
	"POST /api/v1/customers/:id/release":    "sma",
	"POST /api/v1/customers/:id/transfer":   "sma",
	"POST /api/v1/customers/:id/assign":     "ma",
	"GET /api/v1/admin/users":               "a",
	"POST /api/v1/admin/users":              "a",
	"PATCH /api/v1/admin/users/:id":         "a",
	"POST /api/v1/admin/users/:id/password": "a",
	"POST /api/v1/admin/users/:id/disable":  "a",
	"POST /api/v1/admin/users/:id/enable":   "a",
	"GET /api/v1/admin/departments":         "a",
	"POST /api/v1/admin/departments":        "a",
	"PATCH /api/v1/admin/departments/:id":   "a",
	"GET /api/v1/admin/roles":               "a",
	"GET /api/v1/admin/pools":               "a",
	"POST /api/v1/admin/pools":              "a",
	"PATCH /api/v1/admin/pools/:id":         "a",
	"GET /api/v1/admin/rules":               "a",
	"POST /api/v1/admin/rules":              "a",
	"PATCH /api/v1/admin/rules/:id":         "a",
	"GET /api/v1/admin/settings":            "a",
	"PATCH /api/v1/admin/settings":          "a",
	"GET /api/v1/admin/devices":             "a",
	"DELETE /api/v1/admin/devices/:id":      "a",
	"GET /api/v1/admin/reclaim/preview":     "a",
	"POST /api/v1/admin/reclaim/run":        "a",
	"GET /api/v1/admin/reclaim/reports":     "a",
}

// The matrix of routes and people. A route without its row fails, and so does a row without its route.
func TestRightsMatrix(t *testing.T) {
	o := newOffice(t)
	// A disabled user and a revoked device hold tokens that were good once.
	for _, login := range []string{outsider, other} {
		o.token(login)
	}
	o.read(o.ask(admin, http.MethodPost, "/api/v1/admin/users/"+o.users[outsider]+"/disable", nil), http.StatusOK, nil)
	o.revokeDeviceOf(other)

	table := map[string]bool{}
	for _, row := range api.Table() {
		name := row.Method + " " + row.Path
		table[name] = true
		who, there := allowed[name]
		if !there {
			t.Errorf("%s has no row in the matrix", name)
			continue
		}
		if name == "POST /api/v1/logout" { // it ends the token it comes with
			continue
		}
		for mark, login := range map[string]string{"s": seller, "m": manager, "a": admin} {
			got := o.probe(login, row)
			if refused := denied(got); refused == strings.Contains(who, mark) {
				t.Errorf("%s as %s: %d %s", name, login, got.status, got.failure.Code)
			}
		}
		for _, stranger := range []string{"", outsider, other, "wrong token"} {
			got := o.probe(stranger, row)
			if open := got.status != http.StatusUnauthorized || got.failure.Code != "UNAUTHORIZED"; row.Path != "/api/v1/login" && open != strings.Contains(who, "0") {
				t.Errorf("%s as %q: %d %s", name, stranger, got.status, got.failure.Code)
			}
		}
	}
	for name := range allowed {
		if !table[name] {
			t.Errorf("%s is no route", name)
		}
	}
}

// denied tells whether a request was stopped for want of a right; any other answer came from behind the permission.
func denied(got reply) bool {
	return got.status == http.StatusUnauthorized || got.failure.Code == "NO_RIGHT" || got.failure.Code == "CLAIM_NO_RIGHT"
}

// probe calls a route with a body that changes nothing: rights are asked before it is read.
func (o *office) probe(login string, row api.TableRow) reply {
	o.Helper()
	path := strings.ReplaceAll(row.Path, ":id", "01980c1e-5a6b-7c3d-9e2f-0a1b2c3d4e5f")
	var body []byte
	if row.Sent != "" {
		body = []byte("{")
	}
	if row.Stream && login != "" && login != "wrong token" {
		return o.listen(login).reply
	}
	if login == "wrong token" {
		return o.send("", row.Method, path, row.Sent, body, "Authorization", "Bearer "+strings.Repeat("A", 43))
	}
	return o.send(login, row.Method, path, row.Sent, body)
}

func (o *office) revokeDeviceOf(login string) {
	o.Helper()
	var devices []hub.Device
	o.read(o.ask(admin, http.MethodGet, "/api/v1/admin/devices", nil), http.StatusOK, &devices)
	for _, d := range devices {
		if d.User == o.users[login] {
			o.read(o.ask(admin, http.MethodDelete, "/api/v1/admin/devices/"+d.ID, nil), http.StatusNoContent, nil)
			return
		}
	}
	o.Fatalf("%s has no device in %+v", login, devices)
}

// A device that logs out is known no more; another one of the same person still is.
func TestLogoutEndsOneToken(t *testing.T) {
	o := newOffice(t)
	first := o.token(seller)
	delete(o.tokens, seller)
	o.token(seller)
	o.read(o.send("", http.MethodPost, "/api/v1/logout", "", nil, "Authorization", "Bearer "+first), http.StatusNoContent, nil)
	o.refused(o.send("", http.MethodGet, "/api/v1/me", "", nil, "Authorization", "Bearer "+first), http.StatusUnauthorized, "UNAUTHORIZED")
	var me api.Me
	o.read(o.ask(seller, http.MethodGet, "/api/v1/me", nil), http.StatusOK, &me)
	if me.Login != seller || me.Protocol != wire.Protocol || me.Epoch == "" || len(me.Roles) != 1 {
		t.Errorf("%+v", me)
	}
}
