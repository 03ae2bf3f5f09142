//go:build bench

package sim_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
)

// TestFigures prints the figures of sync: bench <name> <value> <unit>. It takes the programs from YUZHOU_BENCH_BIN and
// leaves the replica of the one who sees everything in YUZHOU_BENCH_DATA, for the figures of the screens.
func TestFigures(t *testing.T) {
	bin, data := os.Getenv("YUZHOU_BENCH_BIN"), os.Getenv("YUZHOU_BENCH_DATA")
	if bin == "" || data == "" {
		t.Fatal("YUZHOU_BENCH_BIN and YUZHOU_BENCH_DATA are not set: make bench sets them")
	}
	percent := 100
	if text := os.Getenv("YUZHOU_BENCH_PERCENT"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		percent = n
	}
	server := filepath.Join(data, "server")
	size := func(n int) string { return strconv.Itoa(n * percent / 100) }
	command(t, "", filepath.Join(bin, "yuzhou-server"), "demo", "--data", server, "--seed", "42",
		"--customers", size(benchCustomers), "--followups", size(benchFollowUps), "--tasks", size(benchTasks))
	o := openMeasured(t, bin, server)

	everything := filepath.Join(data, "everything")
	m := newMeter(t, o.address)
	// The peak of a child is never told as less than its parent's, so it is taken before this process has grown.
	_, peak := o.sync(everything, "admin", m.address)
	figure("first_sync_wire_mb", float64(m.bytes.Load())/1e6, "MB")
	figure("first_sync_client_mb", peak, "MiB")
	figure("first_sync_server_mb", o.peakMB(), "MiB")
	firstSync(t, o, readRaw(t, filepath.Join(everything, replica.FileName)))

	admin, seller := newLaptop(t, everything, "", "", o), newLaptop(t, filepath.Join(data, "seller"), "zhangwei", demoPassword, o)
	figure("noop_ms", admin.noop(), "ms")
	push, pull := exchange(t, seller, admin)
	figure("push_1000_s", push, "s")
	figure("pull_1000_s", pull, "s")
	edit, late := editToEdit(t, seller, admin)
	figure("edit_to_edit_ms", edit, "ms")
	figure("edit_to_edit_p95_ms", late, "ms")
}

// firstSync pairs first syncs with raw inserts of the same rows, turn by turn, so that a slow moment slows both.
func firstSync(t *testing.T, o *measured, raw rawRows) {
	t.Helper()
	const pairs = 3
	var ratios, seconds []float64
	for range pairs {
		yardstick := raw.insert(t)
		taken, _ := o.sync(t.TempDir(), "admin", o.address)
		ratios = append(ratios, taken.Seconds()/yardstick.Seconds())
		seconds = append(seconds, taken.Seconds())
	}
	figure("first_sync_ratio", median(ratios), "x")
	figure("first_sync_s", median(seconds), "s")
	figure("first_sync_rows", float64(raw.count), "rows")
}

// laptop is a client in this process.
type laptop struct {
	t *testing.T
	r *replica.Replica
	s *syncer.Syncer
}

func newLaptop(t *testing.T, dir, login, password string, o *measured) *laptop {
	t.Helper()
	r, err := replica.Open(dir, clock.System)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	if login == "" { // its folder was synced through the meter, which is gone when the test ends, but not now
		login, password = "admin", demoPassword
	}
	credentials := syncer.Credentials{Address: "http://" + o.address, Login: login, Password: password, Device: "bench"}
	if _, err := syncer.SignIn(t.Context(), r, nil, credentials); err != nil {
		t.Fatal(err)
	}
	s, err := syncer.New(r, syncer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	l := &laptop{t, r, s}
	l.once()
	return l
}

func (l *laptop) once() time.Duration {
	l.t.Helper()
	started := clock.System()
	if _, err := l.s.Once(l.t.Context()); err != nil {
		l.t.Fatal(err)
	}
	return clock.System().Sub(started)
}

// noop is the time of a sync with nothing new, in milliseconds.
func (l *laptop) noop() float64 {
	var all []float64
	for range 101 {
		all = append(all, float64(l.once().Microseconds())/1000)
	}
	return median(all)
}

// exchange has one laptop push 1,000 edits of 1,000 customers and another pull them, five times; medians in seconds.
func exchange(t *testing.T, from, to *laptop) (push, pull float64) {
	t.Helper()
	b, err := book.Open(from.r, clock.System)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ids, err := b.IDs(book.Query{Kind: "customer", View: book.ViewMine})
	if err != nil {
		t.Fatal(err)
	}
	ids = ids[:min(1000, len(ids))]
	var pushes, pulls []float64
	for round := range 5 {
		for _, id := range ids {
			if err := b.Set("customer", id, schema.Values{"remark": "第 " + strconv.Itoa(round) + " 次修改"}); err != nil {
				t.Fatal(err)
			}
		}
		pushes = append(pushes, from.once().Seconds())
		pulls = append(pulls, to.once().Seconds())
	}
	return median(pushes), median(pulls)
}
