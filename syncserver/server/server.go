// Package server is the sync server as a value: store → hub → interface → timetable. A program runs one; a test runs
// as many as it likes.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/jobs"
)

// Config says how a server runs. Only Data or Store is required.
type Config struct {
	Data     string          // the data folder that Create made
	Store    string          // where the store is, a path or postgres://…; "": where the data folder says
	Listen   string          // host:port; "" stands for DefaultListen, port 0 for any that is free
	CertFile string          // with KeyFile: TLS; without both: plain HTTP, on this machine alone
	KeyFile  string          //
	Clock    clockwork.Clock // nil stands for the machine's
	Log      *slog.Logger    // nil stands for none
	Version  string          // what /livez says
	Limits   api.Limits      // the zero value stands for api.DefaultLimits
}

// DefaultListen is where a server listens that is told nothing else.
const DefaultListen = "127.0.0.1:8080"

// The times a connection may take. A client that sends or reads a byte now and then (slowloris) does not keep one.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = time.Minute
	writeTimeout  = 3 * time.Minute // a page of a first sync on a slow link
	idleTimeout   = 2 * time.Minute
	maxHeader     = 16 << 10
	finishTimeout = 20 * time.Second // for what is running when the server is told to stop
)

// Server is a sync server that listens. It answers while Run runs.
type Server struct {
	config   Config
	core     *Core
	jobs     *jobs.Jobs
	http     *http.Server
	listener net.Listener
	secure   bool // it speaks TLS; http.Server writes to its own copy of the settings
	started  time.Time
	stopping atomic.Bool
	hearing  sync.WaitGroup
	deaf     context.CancelFunc // ends what listens to other processes
	leave    func() error       // says that no server runs on the store any more
	closing  sync.Once
	closed   error
}

// New opens the data folder and starts to listen, so that Addr is known and a port in use is told at once. The hub
// works from now on. Close must be called when Run is not.
func New(ctx context.Context, config Config) (*Server, error) {
	if config.Listen == "" {
		config.Listen = DefaultListen
	}
	if config.Clock == nil {
		config.Clock = clockwork.NewRealClock()
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	secure, err := transport(config)
	if err != nil {
		return nil, err
	}
	s := &Server{config: config, secure: secure != nil, started: config.Clock.Now()}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	routes := api.New(api.Config{
		Hub: s.core.Hub, Clock: s.core.Clock, Log: config.Log, Ready: s.Ready, Version: config.Version, Limits: config.Limits,
		Wait: waiting(config.Clock),
	})
	s.http = &http.Server{
		Handler:           routes.Handler(),
		TLSConfig:         secure,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(config.Log.Handler(), slog.LevelDebug), // what strangers do to a port is no error of ours
	}
	s.http.RegisterOnShutdown(routes.EndStreams)
	return s, nil
}

// waiting waits by a clock that a test may move.
func waiting(clk clockwork.Clock) func(context.Context, time.Duration) error {
	return func(ctx context.Context, d time.Duration) error {
		timer := clk.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.Chan():
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) open(ctx context.Context) (err error) {
	if s.config.Store == "" {
		if s.config.Store, err = Where(s.config.Data); err != nil {
			return err
		}
	}
	if s.leave, err = serve(s.config.Store); err != nil {
		return err
	}
	if s.core, err = OpenAt(ctx, s.config.Store, s.config.Clock, s.config.Log); err != nil {
		return err
	}
	hearing, deaf := context.WithCancel(context.WithoutCancel(ctx))
	s.deaf = deaf
	s.hearing.Go(func() { s.core.hear(hearing) })
	if s.jobs, err = jobs.New(s.core.Hub, s.core.Lead, s.config.Clock, s.config.Log); err != nil {
		return err
	}
	s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", localAddress(s.config.Listen))
	if err != nil {
		return fault.New(fault.BadAddress, "Address", s.config.Listen, "Reason", err.Error()).Because("server", err)
	}
	return nil
}

// Addr is where the server listens: host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// URL is the server's address as a desktop is given it.
func (s *Server) URL() string {
	if s.secure {
		return "https://" + s.Addr()
	}
	return "http://" + s.Addr()
}

// Run serves until ctx ends, and then stops in order: it is not ready any more, finishes what is running (at most
// 20 seconds), ends the timetable, and closes the store, which brings everything into the database file.
func (s *Server) Run(ctx context.Context) error {
	s.jobs.Start()
	s.config.Log.Info("serving", slog.String("address", s.URL()), slog.String("version", s.config.Version))
	failed := make(chan error, 1)
	go func() { failed <- s.serve() }()
	select {
	case err := <-failed:
		return errors.Join(fmt.Errorf("server: %w", err), s.Close())
	case <-s.core.ended: // without its committer the server would take changes and never answer
		err := s.core.err
		return errors.Join(fmt.Errorf("server: the committer ended: %w", err), s.Close())
	case <-ctx.Done():
	}
	s.config.Log.Info("stopping")
	s.finish(context.WithoutCancel(ctx))
	err := s.Close()
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.config.Log.Info("stopped")
	return err
}

func (s *Server) serve() error {
	if s.secure {
		return s.http.ServeTLS(s.listener, "", "")
	}
	return s.http.Serve(s.listener)
}

// finish takes no new connections and lets the requests that run come to their end.
func (s *Server) finish(ctx context.Context) {
	s.stopping.Store(true)
	ctx, cancel := context.WithTimeout(ctx, finishTimeout)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		s.config.Log.Warn("requests were cut off", slog.String("error", err.Error()))
	}
}

// Close ends everything that Run has not ended. It may be called more than once.
func (s *Server) Close() error {
	s.closing.Do(func() {
		s.stopping.Store(true)
		var all []error
		if s.http != nil {
			all = append(all, s.http.Close())
		}
		if s.listener != nil {
			if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
				all = append(all, err)
			}
		}
		if s.jobs != nil {
			all = append(all, s.jobs.Close())
		}
		if s.core != nil {
			s.deaf()
			s.hearing.Wait()
			all = append(all, s.core.Close())
		}
		if s.leave != nil {
			all = append(all, s.leave())
		}
		s.closed = errors.Join(all...)
	})
	return s.closed
}
