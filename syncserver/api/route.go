package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"

	"github.com/gin-gonic/gin"

	"yuzhou/shared/wire"
	"yuzhou/syncserver/hub"
)

// right says who may call a route. The zero value is nobody's decision and stops the program at its start.
type right struct {
	public   bool
	signedIn bool
	kind     string
	action   string
}

var (
	public   = right{public: true}
	signedIn = right{signedIn: true}
)

// may asks for an action on a kind, in whatever scope: the hub then checks the very record.
func may(kind, action string) right { return right{kind: kind, action: action} }

// String is how the description of the interface names the right.
func (r right) String() string {
	switch {
	case r.public:
		return "public"
	case r.signedIn:
		return "signed-in"
	case r.kind != "" && r.action != "":
		return r.kind + ":" + r.action
	}
	return ""
}

// route is one line of the table in routes.go.
type route struct {
	method  string
	path    string // as Gin writes it: /customers/:id
	right   right
	summary string
	end     endpoint
}

// endpoint is what a route does, and what goes in and out. The types are taken from the handler itself, so the
// description of the interface cannot say anything else than the code does.
type endpoint struct {
	in, out reflect.Type // nil: no body
	sync    bool         // part of the sync: many at once are costly
	stream  bool         // the answer goes on: only its beginning counts as a request that runs
	sent    string       // content type of the request's body
	given   string       // content type of the answer's body
	limit   int64        // bytes of the request's body
	status  int          // of success
	run     func(a *API, c call)
}

// call is one request, by somebody who is known unless the route is public.
type call struct {
	*gin.Context
	who hub.Identity
}

// nothing is the answer of a route that has none.
type nothing struct{}

const (
	jsonType  = "application/json"
	jsonLimit = 64 << 10
)

// give makes an endpoint of a handler that needs no body.
func give[Out any](handle func(call) (Out, error)) endpoint {
	return endpoint{
		out: outType[Out](), given: jsonType, status: success[Out](),
		run: func(a *API, c call) {
			out, err := handle(c)
			answer(a, c, out, err)
		},
	}
}

// take makes an endpoint of a handler with a JSON body, read strictly.
func take[In, Out any](handle func(call, In) (Out, error)) endpoint { return taking(handle, true) }

// message is take for a message of the protocol.
func message[In, Out any](handle func(call, In) (Out, error)) endpoint { return taking(handle, false) }

func taking[In, Out any](handle func(call, In) (Out, error), strict bool) endpoint {
	return endpoint{
		in: reflect.TypeFor[In](), sent: jsonType, limit: jsonLimit,
		out: outType[Out](), given: jsonType, status: success[Out](),
		run: func(a *API, c call) {
			var in In
			if err := decode(c, &in, strict); err != nil {
				a.refuse(c.Context, err)
				return
			}
			out, err := handle(c, in)
			answer(a, c, out, err)
		},
	}
}

func answer[Out any](a *API, c call, out Out, err error) {
	switch {
	case err != nil:
		a.refuse(c.Context, err)
	case success[Out]() == http.StatusNoContent:
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
	default:
		a.giveJSON(c, out)
	}
}

// giveJSON answers with a value and the digest of its text: a laptop must not take itself for somebody else because a bit
// of the answer to its login was lost.
func (a *API) giveJSON(c call, out any) {
	var body bytes.Buffer
	text := json.NewEncoder(&body)
	text.SetEscapeHTML(false)
	if err := text.Encode(out); err != nil {
		a.refuse(c.Context, err)
		return
	}
	c.Header(wire.HeaderDigest, wire.Digest(body.Bytes()))
	c.Data(http.StatusOK, jsonType+"; charset=utf-8", body.Bytes())
}

func outType[Out any]() reflect.Type {
	if success[Out]() == http.StatusNoContent {
		return nil
	}
	return reflect.TypeFor[Out]()
}

func success[Out any]() int {
	if reflect.TypeFor[Out]() == reflect.TypeFor[nothing]() {
		return http.StatusNoContent
	}
	return http.StatusOK
}

// check stops the program at its start when a line of the table is not complete: a route whose right was forgotten
// would be open to everybody.
func (r route) check() {
	switch {
	case r.right.String() == "":
		panic(fmt.Sprintf("api: %s %s has no permission", r.method, r.path))
	case r.summary == "" || r.end.run == nil:
		panic(fmt.Sprintf("api: %s %s has no summary or no handler", r.method, r.path))
	case !strings.HasPrefix(r.path, "/"):
		panic(fmt.Sprintf("api: %s %s: a path begins with /", r.method, r.path))
	}
}
