// Command yuzhou-server is the sync server: one binary, one data folder.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/jonboulle/clockwork"

	"yuzhou/syncserver/server"
)

// version is set by the build.
var version = "0.1.0"

func main() {
	server.Tune()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	p := program{in: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, env: os.Getenv, clock: clockwork.NewRealClock()}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}
