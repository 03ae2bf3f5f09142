//go:build e2e

package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// threadFault is what Fyne logs when a widget is touched on a wrong goroutine, unless it was built for release.
const threadFault = "Error in Fyne call thread"

// program is the path of one of the built programs.
func program(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(os.Getenv("YUZHOU_E2E_BIN"), name)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("YUZHOU_E2E_BIN names no folder with the built programs (make e2e sets it): %v", err)
	}
	return path
}

// run runs a program to its end and gives what it printed. What it reads comes from in.
func run(t *testing.T, in, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, program(t, name), args...)
	c.Stdin = strings.NewReader(in)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// process is a program that runs until it is ended.
type process struct {
	*exec.Cmd
	t     *testing.T
	log   string // the file of its standard error
	ended bool
}

func start(t *testing.T, log string, c *exec.Cmd) *process {
	t.Helper()
	file, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	c.Stderr = file
	p := &process{Cmd: c, t: t, log: log}
	if err := errors.Join(c.Start(), file.Close()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !p.ended {
			p.end(syscall.SIGKILL)
		}
		if t.Failed() {
			t.Logf("%s said:\n%s", filepath.Base(p.Path), tail(p.said(), 4000))
		}
	})
	return p
}

// end sends a signal, waits for the end and gives the exit code; -1 for one that a signal ended.
func (p *process) end(signal syscall.Signal) int {
	p.t.Helper()
	if err := p.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.t.Error(err)
	}
	p.ended = true
	if err := p.Wait(); err != nil && p.ProcessState == nil {
		p.t.Error(err)
	}
	return p.ProcessState.ExitCode()
}

// said is everything on its standard error.
func (p *process) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		p.t.Error(err)
	}
	return string(text)
}

func tail(text string, n int) string { return text[max(0, len(text)-n):] }

// desktop is the desktop program on a data folder of its own.
type desktop struct {
	*process
	*window
}

// open starts the desktop and waits for its window. Column 0 is the left half of the screen.
func (d *display) open(data string, column int, env ...string) *desktop {
	d.t.Helper()
	c := exec.Command(program(d.t, "yuzhou"), "--data", data)
	c.Env = d.env(append([]string{"LANG=zh_CN.UTF-8", "LANGUAGE=zh_CN", "HOME=" + filepath.Dir(data)}, env...)...)
	d.opened++
	p := start(d.t, fmt.Sprintf("%s-%d.log", data, d.opened), c)
	return &desktop{process: p, window: d.find(p.Process.Pid, column)}
}

// clean fails the test when the window was ever drawn from a wrong goroutine.
func (d *desktop) clean() {
	d.display.t.Helper()
	if said := d.said(); strings.Contains(said, threadFault) {
		d.display.t.Errorf("a widget was touched on a wrong goroutine:\n%s", tail(said, 4000))
	}
}

// company is the company's server: its data folder, its address, and the process while it runs.
type company struct {
	t       *testing.T
	data    string
	address string // 127.0.0.1:port
	log     string
	process *process
}

// newCompany picks an address for a server that is started later, more than once.
func newCompany(t *testing.T, folder string) *company {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return &company{
		t: t, data: filepath.Join(folder, "server"), address: listener.Addr().String(),
		log: filepath.Join(folder, "server.log"),
	}
}

func (o *company) url() string { return "http://" + o.address }

// admin runs a command of the server program on the company's data.
func (o *company) admin(in string, args ...string) string {
	o.t.Helper()
	return run(o.t, in, "yuzhou-server", append(args, "--data", o.data)...)
}

// open starts the server and waits until it says that it is ready.
func (o *company) open() {
	o.t.Helper()
	o.process = start(o.t, o.log, exec.Command(program(o.t, "yuzhou-server"), "serve", "--data", o.data, "--listen", o.address))
	until(o.t, "the server ready", func() bool {
		request, err := http.NewRequestWithContext(o.t.Context(), http.MethodGet, o.url()+"/readyz", http.NoBody)
		if err != nil {
			o.t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// close stops the server as systemd does; it has to end in order.
func (o *company) close() {
	o.t.Helper()
	if code := o.process.end(syscall.SIGTERM); code != 0 {
		o.t.Fatalf("the server ended with %d after SIGTERM:\n%s", code, tail(o.process.said(), 4000))
	}
}

// holds tells in which files of a folder a text stands as bytes, whatever SQL would say.
func holds(t *testing.T, folder, text string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	looked := 0
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), "replica.db") {
			continue
		}
		looked++
		data, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(text)) {
			found = append(found, fmt.Sprintf("%s (%d bytes)", entry.Name(), len(data)))
		}
	}
	if looked == 0 {
		t.Fatalf("no replica in %s", folder)
	}
	return found
}
