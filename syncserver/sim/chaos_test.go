//go:build chaos

package sim

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/syncserver/server"
)

// TestChaos lets people work on real processes that are killed, stopped and cut off, over lines that are slow, short and
// deaf, on disks that are full, for as long as YUZHOU_CHAOS says (make chaos). Then everything is healed, everything comes
// to rest, and whatever anybody was told is saved is in the server once, or in a tray with its reason; every replica
// holds what its user may see and nothing else; no file is damaged (I1, I2, I3, I6, I7, I11).
func TestChaos(t *testing.T) {
	took, err := time.ParseDuration(os.Getenv("YUZHOU_CHAOS"))
	if err != nil {
		t.Fatalf("YUZHOU_CHAOS is no duration (make chaos sets it): %v", err)
	}
	bin := os.Getenv("YUZHOU_CHAOS_BIN")
	if _, err := os.Stat(filepath.Join(bin, "yuzhou-server")); err != nil {
		t.Fatalf("YUZHOU_CHAOS_BIN names no folder with the built programs (make chaos sets it): %v", err)
	}
	stores := strings.Fields(strings.ReplaceAll(os.Getenv("YUZHOU_CHAOS_STORE"), "both", "sqlite postgres"))
	var all outcome
	for _, which := range stores {
		t.Run(which, func(t *testing.T) {
			start := clock.System()
			seed := uint64(start.UnixNano())
			t.Logf("seed %d", seed)
			c := newChaos(t, bin, seed, map[string]int{"sqlite": 1, "postgres": 2}[which])
			c.found(which)
			c.rage(start.Add(took / time.Duration(len(stores))))
			c.heal()
			out := c.check()
			out.took, out.count = clock.System().Sub(start), c.count
			t.Log(out)
			all.add(out)
			if out.lost+out.doubled+out.corrupt+out.leaked+out.diverged > 0 {
				t.Error("something is lost, doubled, damaged or seen by the wrong eyes")
			}
			if out.acked == 0 || c.count["kills"] == 0 || c.count["cuts"] == 0 {
				t.Error("nothing happened")
			}
		})
	}
	fmt.Println(all)
}

// found fills the server and has every laptop make its first sync before the first fault.
func (c *chaos) found(which string) {
	c.t.Helper()
	c.run("demo", "--data", c.servers[0].data, "--customers", "60", "--followups", "60", "--tasks", "20", "--seed", "7")
	if which == "postgres" {
		c.toPostgres()
	}
	c.ready()
	for deadline := clock.System().Add(time.Minute); ; {
		working := 0
		for _, m := range c.laptops {
			c.must(m.up(clock.System()))
			if info, err := os.Stat(m.journal); err == nil && info.Size() > 0 {
				working++
			}
		}
		if working == len(c.laptops) {
			return
		}
		if clock.System().After(deadline) {
			c.t.Fatalf("only %d laptops work: %s", working, c.laptops[0].said())
		}
		c.must(clock.Wait(c.ctx, 100*time.Millisecond))
	}
}

// rage strikes until the end.
func (c *chaos) rage(end time.Time) {
	c.t.Helper()
	next := clock.System()
	for clock.System().Before(end) {
		now := clock.System()
		c.settle(now)
		if !now.Before(next) {
			c.strike(now)
			next = now.Add(time.Duration(150+c.rnd.IntN(700)) * time.Millisecond)
		}
		for _, s := range c.servers {
			c.must(s.up(now))
		}
		for _, m := range c.laptops {
			c.must(m.up(now))
		}
		c.must(clock.Wait(c.ctx, 50*time.Millisecond))
	}
}

// store is where the server keeps its data.
func (c *chaos) store() string {
	if c.where != nil {
		return c.where.address
	}
	return filepath.Join(c.servers[0].data, server.DatabaseFile)
}
