//go:build bench

package sim_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"yuzhou/shared/clock"
)

// The size that the figures are stated for; YUZHOU_BENCH_SIZE=1000 makes a hundredth of it, to try the bench itself.
const (
	benchCustomers = 100_000
	benchFollowUps = 300_000
	benchTasks     = 50_000
	demoPassword   = "yuzhou-demo"
)

// figure prints one line of the result.
func figure(name string, value float64, unit string) {
	fmt.Printf("bench %s %s %s\n", name, strconv.FormatFloat(value, 'g', 4, 64), unit)
}

// measured is a real server process, measured from outside, on made-up data.
type measured struct {
	t       *testing.T
	bin     string
	address string
	process *exec.Cmd
}

func command(t *testing.T, in, name string, args ...string) (out string, c *exec.Cmd) {
	t.Helper()
	c = exec.Command(name, args...)
	c.Stdin = strings.NewReader(in)
	var text bytes.Buffer
	c.Stdout, c.Stderr = &text, &text
	if err := c.Run(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, text.String())
	}
	return text.String(), c
}

func openMeasured(t *testing.T, bin, data string) *measured {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	o := &measured{t: t, bin: bin, address: address}
	o.process = exec.Command(filepath.Join(bin, "yuzhou-server"), "serve", "--data", data, "--listen", address)
	if err := o.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = o.process.Process.Signal(syscall.SIGTERM)
		_ = o.process.Wait()
	})
	for ready := false; !ready; {
		if err := clock.Wait(t.Context(), 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		answer, err := http.Get("http://" + address + "/readyz")
		if err == nil {
			ready = answer.StatusCode == http.StatusOK
			_ = answer.Body.Close()
		}
	}
	return o
}

// peakMB is the peak of the memory the server held, in MiB.
func (o *measured) peakMB() float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", o.process.Process.Pid))
	if err != nil {
		o.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			if err != nil {
				o.t.Fatal(err)
			}
			return kb / 1024
		}
	}
	o.t.Fatal("the kernel tells no peak memory")
	return 0
}

// sync runs the desktop's own sync without a window, as a process of its own, and gives its time and peak memory in MiB.
func (o *measured) sync(data, login, address string) (time.Duration, float64) {
	o.t.Helper()
	started := clock.System()
	_, c := command(o.t, demoPassword+"\n", filepath.Join(o.bin, "yuzhou"), "sync", "--once", "--data", data,
		"--server", "http://"+address, "--login", login, "--password-stdin")
	taken := clock.System().Sub(started)
	return taken, float64(c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}

// meter is a wire that counts what passes.
type meter struct {
	address string
	bytes   atomic.Int64
}

func newMeter(t *testing.T, to string) *meter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{address: listener.Addr().String()}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); _ = listener.Close() })
	go func() {
		for ctx.Err() == nil {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			go m.pass(near, far)
			go m.pass(far, near)
		}
	}()
	return m
}

func (m *meter) pass(to, from net.Conn) {
	_, _ = io.Copy(to, io.TeeReader(from, counter{&m.bytes}))
	_ = to.Close()
	_ = from.Close()
}

type counter struct{ n *atomic.Int64 }

func (c counter) Write(p []byte) (int, error) { c.n.Add(int64(len(p))); return len(p), nil }

// rawRows are the rows of a replica's tables in the order in which they came, ready to be inserted.
type rawRows struct {
	create  []string // tables, then their indexes
	inserts []string
	rows    [][][]any
	count   int
}

// readRaw reads what a first sync brought: every row of every table of a kind.
func readRaw(t *testing.T, replica string) rawRows {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+replica+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var raw rawRows
	for _, table := range []string{"customer", "holding", "holding_change", "contact", "followup", "task"} {
		definitions, err := db.Query(`SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC`, table)
		if err != nil {
			t.Fatal(err)
		}
		for definitions.Next() {
			var text string
			if err := definitions.Scan(&text); err != nil {
				t.Fatal(err)
			}
			raw.create = append(raw.create, text)
		}
		if err := definitions.Err(); err != nil {
			t.Fatal(err)
		}
		raw.read(t, db, table)
	}
	return raw
}

func (raw *rawRows) read(t *testing.T, db *sql.DB, table string) {
	t.Helper()
	rows, err := db.Query("SELECT * FROM " + table + " ORDER BY seq, root_id")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]any
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			if text, ok := v.([]byte); ok {
				values[i] = string(text)
			}
		}
		all = append(all, values)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	raw.inserts = append(raw.inserts, "INSERT INTO "+table+" VALUES (?"+strings.Repeat(", ?", len(columns)-1)+")")
	raw.rows = append(raw.rows, all)
	raw.count += len(all)
}

// insert is the yardstick: the same rows into the same tables with the same indexes, prepared statements, one
// transaction, nothing else.
func (raw rawRows) insert(t *testing.T) time.Duration {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "raw.db")+"?_journal_mode=WAL&_synchronous=NORMAL")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	started := clock.System()
	for _, text := range raw.create {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range raw.inserts {
		statement, err := tx.Prepare(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range raw.rows[i] {
			if _, err := statement.Exec(row...); err != nil {
				t.Fatal(err)
			}
		}
		if err := statement.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	return clock.System().Sub(started)
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}
