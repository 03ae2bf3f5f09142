// Package postgrestest gives tests a real PostgreSQL: one cluster for a test process, made at first use in a temporary
// folder and gone with the process, and a fresh database for each test.
package postgrestest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Options are what a cluster of a test's own has beside the usual.
type Options struct {
	Durable bool // fsync is on, as in production; without it only a crash of the whole machine would lose data
	TCP     bool // listen on a port of 127.0.0.1 too
}

// Cluster is a PostgreSQL server.
type Cluster struct {
	programs string // folder of initdb and pg_ctl
	folder   string
	port     int
	tcp      bool
	attr     *syscall.SysProcAttr
	guard    io.Closer // ends the cluster when it is closed, or with this process
	left     chan struct{}

	mu       sync.Mutex
	template bool
	made     int
}

// Start makes a cluster that ends with the test. Most tests want New, which shares one.
func Start(t testing.TB, o Options) *Cluster {
	t.Helper()
	c, err := start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.guard.Close(); err != nil {
			t.Error(err)
		}
		<-c.left
	})
	return c
}

func start(o Options) (*Cluster, error) {
	programs, err := find()
	if err != nil {
		return nil, err
	}
	c := &Cluster{programs: programs, port: 5432, tcp: o.TCP, left: make(chan struct{})}
	// Not t.TempDir: the path of a socket must be short, and another user has to get there.
	if c.folder, err = os.MkdirTemp("", "yzpg"); err != nil {
		return nil, err
	}
	if c.attr, err = asOther(c.folder); err == nil {
		err = c.make(o)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(c.folder))
	}
	return c, c.Start()
}

// find looks for PostgreSQL's programs on the PATH and where Debian puts them.
func find() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("there is no PostgreSQL on this machine, and this test needs one: make deps installs it")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4])
		return n
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

// make lays the cluster out and has it watched.
func (c *Cluster) make(o Options) error {
	// Sorted the Chinese way by default, so that a test fails when something relies on the database's own order.
	if err := c.run("initdb", "-D", c.data(), "-U", "yuzhou", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh"); err != nil {
		return err
	}
	settings := fmt.Sprintf("unix_socket_directories = '%s'\nmax_connections = 300\nwal_level = minimal\nmax_wal_senders = 0\n", c.folder)
	if o.Durable {
		settings += "shared_buffers = 512MB\nmax_wal_size = 4GB\n"
	} else {
		settings += "fsync = off\nfull_page_writes = off\n"
	}
	if o.TCP {
		var err error
		if c.port, err = freePort(); err != nil {
			return err
		}
		settings += fmt.Sprintf("listen_addresses = '127.0.0.1'\nport = %d\n", c.port)
	} else {
		settings += "listen_addresses = ''\n"
	}
	file, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteString(settings)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return c.watch()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (c *Cluster) data() string { return filepath.Join(c.folder, "data") }

// watch has a shell wait for the end of this process, whatever ends it (a failed test, a panic, a kill), and then end the
// cluster and remove its files.
func (c *Cluster) watch() error {
	guard := exec.Command("/bin/sh", "-c", `cat; "$1/pg_ctl" stop -D "$2/data" -m immediate >/dev/null 2>&1; cd /; rm -rf "$2"`,
		"guard", c.programs, c.folder)
	guard.SysProcAttr = c.attr
	guard.Dir = c.folder
	pipe, err := guard.StdinPipe()
	if err != nil {
		return err
	}
	if err := guard.Start(); err != nil {
		return err
	}
	c.guard = pipe
	go func() {
		defer close(c.left)
		_ = guard.Wait() // nothing is to be done about a folder that could not be removed
	}()
	return nil
}

// run runs one of PostgreSQL's programs to its end.
func (c *Cluster) run(name string, args ...string) error {
	// The server that pg_ctl starts keeps what it inherits open, so the output goes to a file and not through a pipe.
	log, err := os.CreateTemp("", "yzpg-"+name)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(log.Name()) }() // a temporary file
	command := exec.Command(filepath.Join(c.programs, name), args...)
	command.SysProcAttr = c.attr
	command.Dir = c.folder
	command.Stdout, command.Stderr = log, log
	err = command.Run()
	text, wrong := os.ReadFile(log.Name())
	if err = errors.Join(err, wrong, log.Close()); err != nil {
		return fmt.Errorf("postgrestest: %s: %w: %s", name, err, bytes.TrimSpace(text))
	}
	return nil
}

// Start starts a cluster that was stopped, and waits until it answers: after Crash it has recovered then.
func (c *Cluster) Start() error {
	return c.run("pg_ctl", "start", "-w", "-D", c.data(), "-l", filepath.Join(c.folder, "log"))
}

// Crash stops the cluster at once, as a power cut or a kill would: every connection breaks, and what was not committed is
// gone.
func (c *Cluster) Crash() error {
	return c.run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", c.data())
}

// Stop stops the cluster in order: sessions are ended, what is committed is on disk.
func (c *Cluster) Stop() error { return c.run("pg_ctl", "stop", "-w", "-m", "fast", "-D", c.data()) }

// Address is how to reach a database of the cluster.
func (c *Cluster) Address(database string) string {
	if c.tcp {
		return fmt.Sprintf("postgres://yuzhou@127.0.0.1:%d/%s?sslmode=disable", c.port, database)
	}
	return fmt.Sprintf("postgres:///%s?host=%s&user=yuzhou", database, c.folder)
}

// Port is the port on 127.0.0.1 of a cluster that was started with Options.TCP.
func (c *Cluster) Port() int { return c.port }
