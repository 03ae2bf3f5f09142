package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/hub"
)

// Keys of what the middleware leaves in a request for those behind it.
const (
	keyRequest  = "request"
	keyCode     = "code"
	keyIdentity = "identity"
)

// headerRequest carries the id under which the server's log knows the request.
const headerRequest = "X-Request-Id"

// begin gives the request its id and every answer the headers that keep a browser from making anything of it.
func (a *API) begin(c *gin.Context) {
	id, err := uuid.NewV7()
	if err != nil { // no randomness, no service
		panic(err)
	}
	c.Set(keyRequest, id.String())
	h := c.Writer.Header()
	h.Set(headerRequest, id.String())
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	if c.Request.TLS != nil {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// record writes one line per request: ids, sizes and times, never names, addresses or contents.
func (a *API) record(c *gin.Context) {
	start := a.now()
	c.Next()
	level := slog.LevelInfo
	if a.quiet[c.FullPath()] {
		level = slog.LevelDebug
	}
	who := identity(c)
	a.log.LogAttrs(c.Request.Context(), level, "request",
		slog.String("request", c.GetString(keyRequest)),
		slog.String("method", c.Request.Method),
		slog.String("route", c.FullPath()),
		slog.Int("status", c.Writer.Status()),
		slog.String("code", c.GetString(keyCode)),
		slog.Int64("ms", a.now().Sub(start).Milliseconds()),
		slog.Int64("in", c.Request.ContentLength),
		slog.Int("out", c.Writer.Size()),
		slog.String("user", who.User),
		slog.String("device", who.Device))
}

// recover turns a panic into INTERNAL. What happened stands in the log; the asker gets the id to find it there.
func (a *API) recover(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if cause == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
			panic(cause)
		}
		err := fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		if c.Writer.Written() {
			a.log.ErrorContext(c.Request.Context(), "request failed", slog.String("request", c.GetString(keyRequest)),
				slog.String("route", c.FullPath()), slog.String("error", err.Error()))
			c.Abort()
			return
		}
		a.refuse(c, fault.New(fault.Internal).Because("request", err))
	}()
	c.Next()
}

// hurry bounds the time a request may work; whatever waits for the database or the committer gives up with it.
func (a *API) hurry(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), a.limits.Timeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Next()
}

// identify finds out who asks, by the bearer token. Wrong tokens are counted by address, so that guessing, or an
// old laptop in a loop, does not keep the database busy.
func (a *API) identify(c *gin.Context) {
	who, err := a.hub.Authenticate(c.Request.Context(), bearer(c.Request))
	if err == nil {
		c.Set(keyIdentity, who)
		return
	}
	if done, wait := a.addresses.enter(c.ClientIP()); done == nil {
		a.busy(c, wait)
		return
	} else {
		done()
	}
	a.refuse(c, err)
}

// bearer is the token of a request, "" without one.
func bearer(r *http.Request) string {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") || len(token) > 256 {
		return ""
	}
	return strings.TrimSpace(token)
}

func identity(c *gin.Context) hub.Identity {
	value, _ := c.Get(keyIdentity)
	who, _ := value.(hub.Identity)
	return who
}

// admit counts the request: by device and by user when they are known, by address otherwise. One laptop that runs wild
// does not keep its owner's other one from its turn.
func (a *API) admit(c *gin.Context) {
	who := identity(c)
	if who.User == "" {
		a.admitAs(c, a.addresses, c.ClientIP(), c.Next)
		return
	}
	a.admitAs(c, a.laptops, who.User+" "+who.Device, func() { a.admitAs(c, a.users, who.User, c.Next) })
}

// admitAs runs what comes next if the asker may ask for more.
func (a *API) admitAs(c *gin.Context, l *limiter, key string, next func()) {
	done, wait := l.enter(key)
	if done == nil {
		a.busy(c, wait)
		return
	}
	defer done()
	next()
}

// admitStream counts the beginning of a stream; while it goes on it takes no place from the requests of its user.
func (a *API) admitStream(c *gin.Context) {
	who, begin := identity(c), func() {}
	a.admitAs(c, a.laptops, who.User+" "+who.Device, func() { a.admitAs(c, a.users, who.User, begin) })
}

func (a *API) busy(c *gin.Context, wait int) {
	a.refuseAs(c, http.StatusTooManyRequests, fault.New(fault.Busy, "Seconds", max(wait, 1)))
}

// admitSync bounds the sync requests of all users that run at once: each holds a page or a batch in memory.
func (a *API) admitSync(c *gin.Context) {
	select {
	case a.syncs <- struct{}{}:
		defer func() { <-a.syncs }()
		c.Next()
	default:
		a.refuse(c, fault.New(fault.Busy, "Seconds", retryAfter))
	}
}

// permit asks for the right that the table names.
func (a *API) permit(need right) gin.HandlerFunc {
	return func(c *gin.Context) {
		err := a.hub.May(c.Request.Context(), identity(c), need.kind, need.action)
		if need.action == hub.Claim && fault.CodeOf(err) == fault.NoRight {
			err = fault.New(fault.ClaimNoRight) // the first of the verdicts on a claim, also for one asked offline
		}
		if err != nil {
			a.refuse(c, err)
		}
	}
}
