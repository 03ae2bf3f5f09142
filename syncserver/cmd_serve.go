package main

import (
	"log/slog"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
)

// listening says where and how a server listens.
type listening struct {
	Listen  string `help:"flag_listen" default:"127.0.0.1:8080" placeholder:"HOST:PORT" env:"YUZHOU_LISTEN"`
	TLSCert string `name:"tls-cert" help:"flag_tls_cert" placeholder:"FILE" and:"tls" env:"YUZHOU_TLS_CERT"`
	TLSKey  string `name:"tls-key" help:"flag_tls_key" placeholder:"FILE" and:"tls" env:"YUZHOU_TLS_KEY"`
}

// serveCommand runs the server until it is told to stop.
type serveCommand struct {
	folder
	listening
	LogLevel string `help:"flag_log_level" default:"info" enum:"debug,info,warn,error"`
}

// Run serves.
func (c serveCommand) Run(s *session) error { return c.serve(s, c.folder, c.LogLevel) }

func (l listening) serve(s *session, f folder, level string) error {
	var threshold slog.Level
	if err := threshold.UnmarshalText([]byte(level)); err != nil { // the parser lets only levels through
		return err
	}
	where, err := f.where(s)
	if err != nil {
		return err
	}
	running, err := server.New(s, server.Config{
		Store: where, Listen: l.Listen, CertFile: l.TLSCert, KeyFile: l.TLSKey,
		Clock: s.clock, Log: s.log(threshold), Version: version,
	})
	if err != nil {
		if fault.Of(err).Code != fault.Internal { // it has words of its own: the port is taken, a certificate cannot be read
			return err
		}
		return opening(where, err)
	}
	data := f.Data
	if store.IsPostgres(where) {
		data = store.Redacted(where)
	}
	s.say("server.serve.on", "URL", running.URL(), "Data", data)
	return running.Run(s)
}
