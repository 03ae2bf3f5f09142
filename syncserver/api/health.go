package api

import (
	"net/http"
	"reflect"
)

// The paths of health; a monitor asks for them every few seconds.
const (
	pathLive  = "/livez"
	pathReady = "/readyz"
)

// Readiness says whether the server can do its work, and what keeps it from that.
type Readiness struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks" doc:"Each check with ok, or with what is wrong."`
}

// Liveness says that the program answers at all.
type Liveness struct {
	Live    bool   `json:"live"`
	Version string `json:"version"`
}

func (a *API) live(call) (Liveness, error) { return Liveness{Live: true, Version: a.version}, nil }

func readyEndpoint() endpoint {
	return endpoint{out: reflect.TypeFor[Readiness](), given: jsonType, status: http.StatusOK, run: (*API).readiness}
}

// readiness answers 503 when something is wrong, with the same body: a load balancer reads the status, a person the
// checks.
func (a *API) readiness(c call) {
	state := a.ready(c.Request.Context())
	code := http.StatusOK
	if !state.Ready {
		code = http.StatusServiceUnavailable
	}
	c.PureJSON(code, state)
}

func openAPIEndpoint() endpoint {
	return endpoint{out: reflect.TypeFor[map[string]any](), given: jsonType, status: http.StatusOK, run: (*API).description}
}

// description is the OpenAPI document of this very program.
func (a *API) description(c call) { c.Data(http.StatusOK, jsonType, a.described) }
