//go:build chaos

package sim

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"time"

	"yuzhou/shared/clock"
)

// later ends a fault after a while.
func (c *chaos) later(now time.Time, most time.Duration, do func() error) {
	c.undo = append(c.undo, undo{now.Add(time.Duration(c.rnd.Int64N(int64(most)))), do})
}

// settle ends the faults whose time is over; all of them, when now is zero.
func (c *chaos) settle(now time.Time) {
	c.t.Helper()
	var left []undo
	for _, u := range c.undo {
		if !now.IsZero() && now.Before(u.at) {
			left = append(left, u)
			continue
		}
		c.must(u.do())
	}
	c.undo = left
}

// strike does one evil thing.
func (c *chaos) strike(now time.Time) {
	c.t.Helper()
	m, s := c.laptops[c.rnd.IntN(len(c.laptops))], c.servers[c.rnd.IntN(len(c.servers))]
	switch n := c.rnd.IntN(100); {
	case n < 12:
		c.count["kills"]++
		s.kill(now.Add(time.Duration(c.rnd.IntN(1500)) * time.Millisecond))
	case n < 34:
		c.count["kills"]++
		m.kill(now.Add(time.Duration(c.rnd.IntN(800)) * time.Millisecond))
	case n < 76:
		c.poison(m)
	case n < 80:
		c.count["cuts"]++
		c.meddle(m, 3*time.Second, func() error { m.line.Stop(); return nil }, m.line.Start)
	case n < 85:
		c.freeze(now, []*program{m.program, s.program}[c.rnd.IntN(2)])
	case n < 92 || c.where == nil:
		dir := m.dir
		if c.rnd.IntN(2) == 0 {
			dir = s.data
		}
		c.full(now, dir)
	default:
		c.where.strike(c, now)
	}
}

// poison makes a line slow, short or deaf.
func (c *chaos) poison(m *machine) {
	c.t.Helper()
	kind, attributes := "", ""
	switch c.rnd.IntN(7) {
	case 0:
		kind, attributes = "latency", fmt.Sprintf(`{"latency":%d,"jitter":%d}`, c.rnd.IntN(800), c.rnd.IntN(400))
	case 1:
		kind, attributes = "reset_peer", fmt.Sprintf(`{"timeout":%d}`, c.rnd.IntN(300))
	case 2, 3:
		kind, attributes = "limit_data", fmt.Sprintf(`{"bytes":%d}`, 1+c.rnd.IntN(6000))
	case 4:
		kind, attributes = "timeout", fmt.Sprintf(`{"timeout":%d}`, 1+c.rnd.IntN(1500))
	case 5:
		kind, attributes = "bandwidth", fmt.Sprintf(`{"rate":%d}`, 1+c.rnd.IntN(20))
	case 6:
		kind, attributes = "slicer", `{"average_size":60,"size_variation":50,"delay":2000}`
	}
	stream := []string{"upstream", "downstream"}[c.rnd.IntN(2)]
	c.count["toxics"]++
	if kind != "latency" && kind != "bandwidth" && kind != "slicer" {
		c.count["cuts"]++
	}
	name := fmt.Sprint("toxic", c.count["toxics"])
	text := fmt.Sprintf(`{"name":%q,"type":%q,"stream":%q,"attributes":%s}`, name, kind, stream, attributes)
	c.meddle(m, 4*time.Second, func() error {
		_, err := m.line.Toxics.AddToxicJson(strings.NewReader(text))
		return err
	}, func() error { return m.line.Toxics.RemoveToxic(context.Background(), name) })
}

// meddle does something to a line for a while. The proxy waits for who is on the line, and he may be frozen, so nobody
// waits for the proxy; one thing happens to a line at a time.
func (c *chaos) meddle(m *machine, most time.Duration, begin, end func() error) {
	if !m.meddling.CompareAndSwap(false, true) {
		return
	}
	wait := time.Duration(c.rnd.Int64N(int64(most)))
	c.lines.Go(func() {
		defer m.meddling.Store(false)
		err := begin()
		if err == nil {
			_ = clock.Wait(c.raging, wait) // or until everything is healed
			err = end()
		}
		if err != nil {
			c.t.Error(err)
		}
	})
}

// freeze stops a process in the middle of whatever it does, as a laptop that is closed.
func (c *chaos) freeze(now time.Time, p *program) {
	if p.cmd == nil || p.cmd.Process.Signal(syscall.SIGSTOP) != nil {
		return
	}
	c.count["frozen"]++
	process := p.cmd.Process
	c.later(now, 3*time.Second, func() error {
		_ = process.Signal(syscall.SIGCONT) // it may have been killed meanwhile
		return nil
	})
}

// full takes all that is left of a disk for a while.
func (c *chaos) full(now time.Time, dir string) {
	c.t.Helper()
	if c.count["small disks"] == 0 {
		return
	}
	free, err := fill(dir)
	if err != nil {
		return // it is full already
	}
	c.count["full disks"]++
	c.later(now, 3*time.Second, free)
}
