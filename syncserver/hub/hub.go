// Package hub is the server's book: it accepts changes and commands, decides rights and rules, and answers pulls.
// DESIGN.md beside this file tells how a commit and a pull fit together.
package hub

import (
	"log/slog"

	"yuzhou/shared/clock"
	"yuzhou/syncserver/store"
)

// Hub is the sync server without its HTTP. It is safe for use by many goroutines; what writes waits for the one
// committer, which Run is.
type Hub struct {
	store *store.Store
	clock clock.Clock
	log   *slog.Logger
}

// New makes a hub on an open store. Nothing that writes returns before Run runs.
func New(st *store.Store, clk clock.Clock, log *slog.Logger) *Hub {
	return &Hub{store: st, clock: clk, log: log}
}
