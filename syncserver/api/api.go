// Package api is the server's HTTP interface: one table of routes, each with its permission; the middleware in front
// of them; handlers that translate between HTTP and the hub and decide nothing themselves.
package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/syncserver/hub"
)

// Config is what the interface works with. All members but Limits and Wait must be set.
type Config struct {
	Hub     *hub.Hub
	Clock   clock.Clock
	Log     *slog.Logger
	Ready   func(context.Context) Readiness // the state of the whole program, for /readyz
	Version string
	Limits  Limits // the zero value stands for DefaultLimits
	// Wait waits between the beats of a stream; nil waits by the machine's clock.
	Wait func(ctx context.Context, d time.Duration) error
}

// API is the interface as a value.
type API struct {
	hub       *hub.Hub
	now       clock.Clock
	log       *slog.Logger
	ready     func(context.Context) Readiness
	version   string
	limits    Limits
	laptops   *limiter
	users     *limiter
	addresses *limiter
	syncs     chan struct{}
	streams   *streams
	wait      func(context.Context, time.Duration) error
	quiet     map[string]bool // routes that a monitor asks for every few seconds
	described []byte          // the OpenAPI document
	engine    *gin.Engine
}

// How much more than one device may be asked for by one user, who has a few, and by one address: an office has one.
const (
	userShare    = 3
	addressShare = 8
)

// New builds the interface. It panics when a line of the table of routes is not complete.
func New(config Config) *API {
	if config.Limits == (Limits{}) {
		config.Limits = DefaultLimits()
	}
	if config.Wait == nil {
		config.Wait = clock.Wait
	}
	a := &API{
		hub: config.Hub, now: config.Clock, log: config.Log, ready: config.Ready, version: config.Version,
		limits:    config.Limits,
		laptops:   newLimiter(config.Limits, config.Clock),
		users:     newLimiter(config.Limits.times(userShare), config.Clock),
		addresses: newLimiter(config.Limits.times(addressShare), config.Clock),
		syncs:     make(chan struct{}, config.Limits.AllAtOnce),
		streams:   &streams{limit: config.Limits.Streams, of: map[string][]*running{}},
		wait:      config.Wait,
		quiet:     map[string]bool{pathLive: true, pathReady: true},
	}
	a.described = describe(a.routes(), config.Version)
	a.engine = a.build(a.routes())
	return a
}

// Handler serves the interface.
func (a *API) Handler() http.Handler { return a.engine }

// build registers the table.
func (a *API) build(routes []route) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	if err := engine.SetTrustedProxies(nil); err != nil { // nil cannot be misread
		panic(err)
	}
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	engine.UseRawPath = true
	engine.UnescapePathValues = true
	engine.Use(a.begin, a.record, a.recover)
	engine.NoRoute(func(c *gin.Context) { a.refuse(c, fault.New(fault.NotFound)) })
	engine.NoMethod(func(c *gin.Context) {
		a.refuseAs(c, http.StatusMethodNotAllowed, fault.New(fault.Malformed, "What", "method"))
	})
	for _, r := range routes {
		r.check()
		engine.Handle(r.method, r.path, a.chain(r)...)
	}
	return engine
}

// chain is what stands between a request and its handler. Cheap refusals come first: what is too long, of a wrong
// type, of nobody or too much is turned away before any work is done for it.
func (a *API) chain(r route) []gin.HandlerFunc {
	chain := []gin.HandlerFunc{a.limitBody(r.end.limit)}
	if !r.end.stream {
		chain = append(chain, a.hurry)
	}
	if r.end.sent != "" {
		chain = append(chain, a.wantType(r.end.sent))
	}
	if !r.right.public {
		chain = append(chain, a.identify)
	}
	switch {
	case r.end.stream:
		chain = append(chain, a.admitStream)
	case !a.quiet[r.path]:
		chain = append(chain, a.admit)
	}
	if r.right.kind != "" {
		chain = append(chain, a.permit(r.right))
	}
	if r.end.sync {
		chain = append(chain, a.admitSync)
	}
	return append(chain, func(c *gin.Context) { r.end.run(a, call{c, identity(c)}) })
}
