package world

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

// node is one server process: a hub and its interface on the company's database.
type node struct {
	w     *world
	place int
	st    *store.Store
	h     *hub.Hub
	stop  context.CancelFunc
	ended chan error
	web   *http.Server
	net   *pipes
	inner http.Handler
	// mute counts the answers that are not given: the process dies when its work is done and before it says so.
	mute atomic.Int32
	dead atomic.Bool
}

// startNode starts a server process.
func (w *world) startNode(place int) *node {
	n := &node{w: w, place: place, ended: make(chan error, 1), net: newPipes()}
	var err error
	n.st, err = store.Open(w.ctx, w.path)
	w.must(err)
	log := slog.New(logs{w})
	n.h = hub.New(n.st, w.serverClock, log)
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop
	go func() { n.ended <- n.h.Run(ctx) }()
	limits := api.DefaultLimits()
	limits.Rate, limits.Burst = 1e6, 1e6 // the laptops of a history do in a moment what takes a day
	n.inner = api.New(api.Config{
		Hub: n.h, Clock: w.serverClock, Log: log, Version: "world", Limits: limits,
		Ready: func(context.Context) api.Readiness { return api.Readiness{Ready: true} },
	}).Handler()
	n.web = &http.Server{Handler: n, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: 3 * time.Minute, IdleTimeout: 2 * time.Minute}
	go func() { _ = n.web.Serve(n.net) }() // it says that it was closed
	return n
}

// end ends a process: in order, or as kill -9 does, which writes nothing more.
func (n *node) end(inOrder bool) {
	n.dead.Store(true)
	_, _ = n.net.Close(), n.web.Close()
	n.stop()
	if err := <-n.ended; err != nil && inOrder {
		n.w.fail(stuck, "the committer ended with %v", err)
	}
	if inOrder {
		if err := n.h.Close(); err != nil {
			n.w.fail(stuck, "the hub closed with %v", err)
		}
	}
	if err := n.st.Close(); err != nil && inOrder {
		n.w.fail(stuck, "the store closed with %v", err)
	}
}

// ServeHTTP lets the interface answer and looks at request and answer before the laptop gets it.
func (n *node) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	if strings.HasSuffix(req.URL.Path, "/pokes") {
		n.inner.ServeHTTP(rw, req)
		return
	}
	var asked bytes.Buffer
	req.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(req.Body, &asked), req.Body}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	n.inner.ServeHTTP(a, req)
	n.w.witness(n, req, asked.Bytes(), a)
	if n.dead.Load() || n.mute.Add(-1) >= 0 {
		panic(http.ErrAbortHandler)
	}
	n.mute.Store(0)
	for name, v := range a.header {
		rw.Header()[name] = v
	}
	rw.WriteHeader(a.status)
	_, _ = rw.Write(a.body.Bytes()) // a laptop that hung up is no concern of the server
}

// answer keeps what the interface says until it has been looked at.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	wrote  bool
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if !a.wrote {
		a.wrote, a.status = true, status
	}
}

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) {
	a.wrote = true
	return a.body.Write(p)
}

// logs looks through what the server writes into its log: a panic in it was nobody's wish.
type logs struct{ w *world }

// Enabled implements slog.Handler.
func (logs) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Handle implements slog.Handler.
func (l logs) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
	if strings.Contains(text, "panic") && !l.w.wounded.Load() {
		l.w.fail(stuck, "the server says: %.2000s", text)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (l logs) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup implements slog.Handler.
func (l logs) WithGroup(string) slog.Handler { return l }

var errDead = errors.New("the machine is off")
