package server

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"yuzhou/shared/disk"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/store"
)

const (
	leastDisk = 0.05            // of the disk must be free
	clockBack = 5 * time.Minute // that the clock may be behind the moment of the start
)

// earliest is before any moment at which this program can run; a machine without a battery starts in 1970.
var earliest = time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)

// Ready tells whether the server can do its work, each check with ok or with what is wrong. Migrations are done
// before a server exists at all.
func (s *Server) Ready(ctx context.Context) api.Readiness {
	checks := map[string]string{
		"running":  s.checkRunning(),
		"database": s.checkDatabase(ctx),
		"disk":     s.checkDisk(),
		"clock":    s.checkClock(),
	}
	ready := true
	for _, state := range checks {
		ready = ready && state == ok
	}
	return api.Readiness{Ready: ready, Checks: checks}
}

const ok = "ok"

func (s *Server) checkRunning() string {
	if s.stopping.Load() {
		return "stopping"
	}
	return ok
}

func (s *Server) checkDatabase(ctx context.Context) string {
	if err := s.core.Hub.Ping(ctx); err != nil {
		return "not writable"
	}
	return ok
}

// checkDisk looks at the disk of a store that is a file; another store has its own machine.
func (s *Server) checkDisk() string {
	if store.IsPostgres(s.config.Store) {
		return ok
	}
	free, total, err := disk.Space(filepath.Dir(s.config.Store))
	switch {
	case err != nil:
		return "unknown"
	case float64(free) < leastDisk*float64(total):
		return fmt.Sprintf("%d MB free", free>>20)
	}
	return ok
}

// checkClock catches a clock that was set back: whoever trusts it would let customers go too late, or twice.
func (s *Server) checkClock() string {
	now := s.core.Clock()
	switch {
	case now.Before(earliest):
		return "before 2025"
	case now.Add(clockBack).Before(s.started):
		return "set back"
	}
	return ok
}
