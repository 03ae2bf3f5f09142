//go:build chaos

package sim

import (
	"bufio"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// outcome is what is wrong at the end.
type outcome struct {
	took                                                   time.Duration
	count                                                  map[string]int // of faults
	acked, saved, lost, doubled, corrupt, leaked, diverged int
}

// promise is a line of a journal: what a person was told is saved.
type promise struct{ what, id, words string }

// promises reads a journal; acked is how many of them the laptop was told had arrived.
func (m *machine) promises() (all []promise, acked int, err error) {
	f, err := os.Open(m.journal)
	if err != nil {
		return nil, 0, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	run, sure := 0, 0 // of the process that wrote last
	name := ""
	for lines.Scan() {
		part := strings.SplitN(lines.Text(), " ", 3)
		if len(part) != 3 {
			continue // the process was killed while it wrote: nobody was told
		}
		if part[0] == "acked" {
			if sure, err = strconv.Atoi(part[1]); err != nil {
				return nil, 0, err
			}
			continue
		}
		if of := part[2][strings.IndexByte(part[2], '['):strings.LastIndexByte(part[2], '-')]; of != name {
			name, acked, run, sure = of, acked+min(sure, run), 0, 0
		}
		run++
		all = append(all, promise{part[0], part[1], part[2]})
	}
	return all, acked + min(sure, run), lines.Err()
}

// heal ends every fault and lets everything come to rest with the programs that people have.
func (c *chaos) heal() {
	c.t.Helper()
	for _, m := range c.laptops {
		m.kill(time.Time{})
	}
	for _, s := range c.servers {
		s.kill(time.Time{})
	}
	c.settle(time.Time{})
	c.calm()
	c.lines.Wait()
	c.ready()
	for round := 0; ; round++ {
		rest := true
		for _, m := range c.laptops {
			out, err := exec.CommandContext(c.ctx, filepath.Join(c.bin, "yuzhou"), "sync", "--once", "--data", filepath.Join(m.dir, "data")).CombinedOutput()
			var left *exec.ExitError
			if err != nil && (!errors.As(err, &left) || left.ExitCode() != 3) || !strings.Contains(string(out), " unsent=0 ") {
				rest = false
				if round == 20 {
					c.t.Fatalf("%s does not come to rest: %v %s", m.name, err, out)
				}
			}
		}
		if rest && round > 1 {
			break
		}
		c.must(clock.Wait(c.ctx, 300*time.Millisecond))
	}
	for _, s := range c.servers {
		c.must(s.cmd.Process.Signal(syscall.SIGTERM))
		<-s.left
	}
}

// check holds everything against everything.
func (c *chaos) check() (out outcome) {
	c.t.Helper()
	st, err := store.Open(c.ctx, c.store())
	c.must(err)
	defer func() { c.must(st.Close()) }()
	o := &office{t: c.t, st: st, users: map[string]string{}}
	times := map[string]int{}
	c.must(st.View(c.ctx, func(v *store.View) error {
		users, err := v.All("user")
		for _, u := range users {
			o.users[u.Text("login")] = u.ID
		}
		visits, more := v.All("followup")
		for _, f := range visits {
			times[f.Text("content")]++
		}
		customers, third := v.All("customer")
		for _, f := range customers {
			times[f.Text("name")]++
		}
		return errors.Join(err, more, third, v.Audit(func(format string, args ...any) {
			out.corrupt++
			c.t.Errorf(format, args...)
		}))
	}))
	said := c.everything()
	for _, m := range c.laptops {
		c.compare(o, m, &out)
		c.kept(m, said, times, &out)
	}
	for words, n := range times {
		if n > 1 && strings.Contains(words, "[") {
			out.doubled++
			c.t.Errorf("%s is there %d times", words, n)
		}
	}
	return out
}

// kept looks for every promise in the server, and for what was refused in the tray of its laptop.
func (c *chaos) kept(m *machine, said string, times map[string]int, out *outcome) {
	c.t.Helper()
	all, acked, err := m.promises()
	c.must(err)
	out.acked += acked
	out.saved += len(all)
	tray := texts(c, filepath.Join(m.dir, "data", replica.FileName), "SELECT body FROM tray")
	later := map[string]bool{} // fields that the same person wrote once more: his own later words took the place
	for _, p := range slices.Backward(all) {
		again := p.what == "set" && later[p.id]
		later[p.id] = later[p.id] || p.what == "set"
		if !again && times[p.words] == 0 && !strings.Contains(said, p.words) && !strings.Contains(tray, p.words) {
			out.lost++
			c.t.Errorf("%s: %s %s %s was saved and is nowhere", m.name, p.what, p.id, p.words)
		}
	}
}

// everything is all text in the server's database, read beside the program.
func (c *chaos) everything() string {
	c.t.Helper()
	if c.where != nil {
		return c.where.everything(c)
	}
	return texts(c, c.store(), "SELECT body FROM record") + texts(c, c.store(), "SELECT coalesce(old, '') || ' ' || coalesce(new, '') FROM history")
}

// texts is what a query gives, in one piece; the file is examined, too.
func texts(c *chaos, path, query string) string {
	c.t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=5000")
	c.must(err)
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(c.ctx, query)
	c.must(err)
	defer func() { _ = rows.Close() }()
	var all strings.Builder
	for rows.Next() {
		var text string
		c.must(rows.Scan(&text))
		all.WriteString(text + "\n")
	}
	c.must(rows.Err())
	return all.String()
}

// compare holds a laptop against what its user may see, row by row.
func (c *chaos) compare(o *office, m *machine, out *outcome) {
	c.t.Helper()
	path := filepath.Join(m.dir, "data", replica.FileName)
	if verdict := texts(c, path, "PRAGMA integrity_check"); verdict != "ok\n" {
		out.corrupt++
		c.t.Errorf("%s: %s", m.name, verdict)
	}
	r, err := replica.Open(filepath.Join(m.dir, "data"), clock.System)
	c.must(err)
	defer func() { c.must(r.Close()) }()
	items, err := r.Tray()
	c.must(err)
	for _, item := range items {
		if item.Fault != nil && (item.Fault.Code == fault.Parked || item.Fault.Code == fault.Internal || item.Fault.Code == fault.Malformed) {
			out.lost++
			c.t.Errorf("%s: %+v was put aside as if it were bad: %v", m.name, item.Mutation, item.Fault)
		}
	}
	want := o.visible(o.users[m.login])
	for _, k := range crm.Kinds() {
		ids, err := r.IDs(replica.Filter{Kind: k.Name})
		c.must(err)
		got, err := r.Records(k.Name, ids)
		c.must(err)
		for id, row := range got {
			w, may := want[k.Name+" "+id]
			delete(want, k.Name+" "+id)
			switch {
			case !may:
				out.leaked++
				c.t.Errorf("%s holds %s %s, which he may not see", m.name, k.Name, id)
			case row.Seq != w.Seq || !sameValues(row.Values, w.Values):
				out.diverged++
				c.t.Errorf("%s has %s %s as %d %v, the server as %d %v", m.name, k.Name, id, row.Seq, row.Values, w.Seq, w.Values)
			}
		}
	}
	for key := range want {
		out.diverged++
		c.t.Errorf("%s lacks %s", m.name, key)
	}
}

func sameValues(a, b schema.Values) bool {
	for _, pair := range [][2]schema.Values{{a, b}, {b, a}} {
		for name, v := range pair[0] {
			if !schema.Equal(v, pair[1][name]) {
				return false
			}
		}
	}
	return true
}

// String is the result in one line.
func (out outcome) String() string {
	return fmt.Sprintf("duration=%s kills=%d cuts=%d acked=%d lost=%d doubled=%d corrupt=%d leaked=%d diverged=%d saved=%d toxics=%d frozen=%d full_disks=%d database=%d",
		out.took.Round(time.Second), out.count["kills"], out.count["cuts"], out.acked, out.lost, out.doubled, out.corrupt, out.leaked, out.diverged,
		out.saved, out.count["toxics"], out.count["frozen"], out.count["full disks"], out.count["database"])
}

func (out *outcome) add(more outcome) {
	if out.count == nil {
		out.count = map[string]int{}
	}
	out.took += more.took
	for what, n := range more.count {
		out.count[what] += n
	}
	out.acked, out.saved, out.lost, out.doubled = out.acked+more.acked, out.saved+more.saved, out.lost+more.lost, out.doubled+more.doubled
	out.corrupt, out.leaked, out.diverged = out.corrupt+more.corrupt, out.leaked+more.leaked, out.diverged+more.diverged
}
