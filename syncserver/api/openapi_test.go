package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"yuzhou/shared/clock"
)

// bare is the interface without a hub: enough for what the table alone decides.
func bare() *API {
	return New(Config{Clock: clock.System, Log: slog.New(slog.DiscardHandler), Version: "test"})
}

type document struct {
	OpenAPI string
	Paths   map[string]map[string]struct {
		OperationID string           `json:"operationId"`
		Summary     string           `json:"summary"`
		Permission  string           `json:"x-permission"`
		Security    []map[string]any `json:"security"`
		Parameters  []struct{ Name, In string }
		Body        *struct{ Content map[string]any } `json:"requestBody"`
		Responses   map[string]any
	}
	Components struct {
		Schemas map[string]struct {
			Properties map[string]any
			Required   []string
		}
	}
}

func described(t *testing.T, a *API) document {
	t.Helper()
	answer := httptest.NewRecorder()
	a.Handler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, prefix+"/openapi.json", http.NoBody))
	var doc document
	if err := json.Unmarshal(answer.Body.Bytes(), &doc); err != nil || answer.Code != http.StatusOK {
		t.Fatalf("%d %v", answer.Code, err)
	}
	return doc
}

// The description holds every route that Gin serves, and nothing else.
func TestOpenAPIAgreesWithTheRoutes(t *testing.T) {
	a := bare()
	doc := described(t, a)
	if !strings.HasPrefix(doc.OpenAPI, "3.1.") {
		t.Errorf("openapi %q", doc.OpenAPI)
	}
	var served, said, ids []string
	for _, r := range a.engine.Routes() {
		served = append(served, strings.ToLower(r.Method)+" "+openPath(r.Path))
	}
	for path, item := range doc.Paths {
		for method, op := range item {
			said = append(said, method+" "+path)
			ids = append(ids, op.OperationID)
			if op.Summary == "" || op.Permission == "" || len(op.Responses) < 2 {
				t.Errorf("%s %s: %+v", method, path, op)
			}
			if (op.Permission == "public") != (len(op.Security) == 0) {
				t.Errorf("%s %s is %s, security %v", method, path, op.Permission, op.Security)
			}
			for name := range strings.SplitSeq(path, "/") {
				if in, ok := strings.CutPrefix(name, "{"); ok && (len(op.Parameters) == 0 || op.Parameters[0].Name != strings.TrimSuffix(in, "}")) {
					t.Errorf("%s %s does not describe %s", method, path, name)
				}
			}
		}
	}
	slices.Sort(served)
	slices.Sort(said)
	if !slices.Equal(served, said) {
		t.Errorf("served %v\nsaid %v", served, said)
	}
	slices.Sort(ids)
	if len(slices.Compact(ids)) != len(served) {
		t.Errorf("operation ids are not unique: %v", ids)
	}
}

// Every reference of the description leads somewhere, and the schemas say what the Go types are.
func TestOpenAPISchemas(t *testing.T) {
	a := bare()
	doc := described(t, a)
	for part := range strings.SplitSeq(string(a.described), `"$ref":"#/components/schemas/`) {
		name, _, found := strings.Cut(part, `"`)
		if _, ok := doc.Components.Schemas[name]; found && !ok && !strings.HasPrefix(part, "{") {
			t.Errorf("no schema %q", name)
		}
	}
	login := doc.Components.Schemas["Login"]
	if len(login.Properties) != 5 || len(login.Required) != 5 {
		t.Errorf("Login is %+v", login)
	}
	if claim := doc.Components.Schemas["ClaimRequest"]; !slices.Equal(claim.Required, []string{"request"}) {
		t.Errorf("ClaimRequest requires %v", claim.Required)
	}
}

func TestARouteWithoutPermissionStopsTheProgram(t *testing.T) {
	a := bare()
	for name, r := range map[string]route{
		"no permission": {get, "/x", right{}, "Something.", give(a.live)},
		"no summary":    {get, "/x", public, "", give(a.live)},
		"no handler":    {get, "/x", public, "Something.", endpoint{}},
		"half a right":  {get, "/x", right{kind: "customer"}, "Something.", give(a.live)},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it was registered")
				}
			}()
			a.build([]route{r})
		})
	}
}
