package server

import (
	"log/slog"
	"testing"

	"github.com/jonboulle/clockwork"
)

// Every time that a slow client could stretch has an end.
func TestSlowClientsAreCutOff(t *testing.T) {
	folder := t.TempDir()
	core, err := Create(t.Context(), folder+"/data", clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := core.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := New(t.Context(), Config{Data: folder + "/data", Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	h := s.http
	if h.ReadHeaderTimeout == 0 || h.ReadTimeout == 0 || h.WriteTimeout == 0 || h.IdleTimeout == 0 || h.MaxHeaderBytes == 0 {
		t.Errorf("a limit is missing: %+v", h)
	}
	if h.ReadHeaderTimeout > headerTimeout || h.ReadTimeout < h.ReadHeaderTimeout {
		t.Errorf("headers may take %v, bodies %v", h.ReadHeaderTimeout, h.ReadTimeout)
	}
}
