package server

import (
	"os"
	"runtime/debug"
)

// How the garbage collector is set. What a server makes of a push or a page is garbage a moment later, so collecting seldom
// takes a fifth off the work of a push; what lives on is small. From softMemory on the collector works as often as it must.
const (
	collectAt  = 300
	softMemory = 1 << 30
)

// Tune sets the collector for a server, once at its start. Whoever sets GOGC or GOMEMLIMIT knows better.
func Tune() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
}
