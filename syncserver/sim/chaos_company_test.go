//go:build chaos

package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"yuzhou/shared/clock"
)

const chaosPassword = "yuzhou-demo"

// chaosLogins are people of the demo: five who sell, in two departments, one of them on two laptops, and who is above them.
var chaosLogins = []string{"zhangwei", "wangfang", "liuyang", "lijing", "zhouhai", "zhangwei"}

// program is a process that is started again and again.
type program struct {
	name  string
	start func() *exec.Cmd
	cmd   *exec.Cmd
	left  chan struct{} // closed when the process is gone
	log   string        // the file of its standard error
	at    time.Time     // when it is to be started again
}

// up starts it unless it runs or is to stay down for now.
func (p *program) up(now time.Time) error {
	if p.cmd != nil {
		select {
		case <-p.left:
			p.cmd, p.at = nil, now.Add(300*time.Millisecond)
		default:
			return nil
		}
	}
	if now.Before(p.at) {
		return nil
	}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	cmd, left := p.start(), make(chan struct{})
	cmd.Stdout, cmd.Stderr = log, log
	if err := errors.Join(cmd.Start(), log.Close()); err != nil {
		return err
	}
	p.cmd, p.left = cmd, left
	go func() {
		_ = cmd.Wait() // it says that it was killed, or why it ended
		close(left)
	}()
	return nil
}

// said is the end of what it wrote to its standard error.
func (p *program) said() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-4000):])
}

// kill ends it with -9, and keeps it down for a while.
func (p *program) kill(until time.Time) {
	p.at = until
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill() // it may have ended by itself
	<-p.left
	p.cmd = nil
}

// chaos is a company of real processes on one machine.
type chaos struct {
	t       *testing.T
	ctx     context.Context
	rnd     *rand.Rand
	bin     string
	folder  string
	address string // of the server, behind the proxies
	data    string
	server  *program
	laptops []*machine
	where   *database // nil: a file in data
	undo    []undo
	count   map[string]int
}

// machine is a laptop: its folder, its process, and its line to the server.
type machine struct {
	*program
	n       int
	login   string
	dir     string
	journal string
	line    *toxiproxy.Proxy
	dead    bool // the line is
	runs    uint64
}

// undo ends a fault when its time is over.
type undo struct {
	at time.Time
	do func() error
}

func (c *chaos) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// run runs a command of the server's program to its end.
func (c *chaos) run(args ...string) string {
	c.t.Helper()
	out, err := exec.CommandContext(c.ctx, filepath.Join(c.bin, "yuzhou-server"), args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// newChaos makes the company; nothing runs yet.
func newChaos(t *testing.T, bin string, seed uint64) *chaos {
	t.Helper()
	c := &chaos{t: t, ctx: t.Context(), rnd: rand.New(rand.NewPCG(seed, 4)), bin: bin, folder: t.TempDir(), count: map[string]int{}}
	var err error
	c.address, err = freeAddress()
	c.must(err)
	c.data = c.disk("server", 160)
	c.server = &program{name: "server", log: filepath.Join(c.folder, "server.log"), start: func() *exec.Cmd {
		return exec.Command(filepath.Join(bin, "yuzhou-server"), c.serving()...)
	}}
	zerolog.SetGlobalLevel(zerolog.Disabled)
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for i, login := range chaosLogins {
		m := &machine{n: i, login: login, journal: filepath.Join(c.folder, fmt.Sprint("journal-", i))}
		m.dir = c.disk(fmt.Sprint("laptop-", i), 48)
		m.line = toxiproxy.NewProxy(proxies, m.journal, "127.0.0.1:0", c.address)
		c.must(m.line.Start())
		m.program = &program{name: fmt.Sprint(login, " ", i), log: m.journal + ".log", start: func() *exec.Cmd { return c.typing(m) }}
		c.laptops = append(c.laptops, m)
	}
	t.Cleanup(func() {
		for _, m := range c.laptops {
			m.kill(time.Time{})
			m.line.Stop()
		}
		c.server.kill(time.Time{})
		if t.Failed() {
			c.save()
		}
		for _, u := range c.undo {
			if err := u.do(); err != nil {
				t.Error(err)
			}
		}
	})
	return c
}

// save keeps what a failed run left behind, when YUZHOU_CHAOS_KEEP names a folder for it.
func (c *chaos) save() {
	if keep := os.Getenv("YUZHOU_CHAOS_KEEP"); keep != "" {
		if err := os.CopyFS(keep, os.DirFS(c.folder)); err != nil {
			c.t.Log(err)
		}
	}
}

// typing is the process of a laptop.
func (c *chaos) typing(m *machine) *exec.Cmd {
	self, err := os.Executable()
	c.must(err)
	m.runs++
	cmd := exec.Command(self, "-test.run", "^TestChaosLaptop$", "-test.timeout", "0")
	cmd.Env = append(os.Environ(), chaosDir+"="+filepath.Join(m.dir, "data"), chaosServer+"=http://"+m.line.Listen, chaosLogin+"="+m.login,
		chaosJournal+"="+m.journal, chaosSeed+"="+strconv.FormatUint(m.runs*100+uint64(m.n), 10))
	return cmd
}

// ready waits until the server answers.
func (c *chaos) ready() {
	c.t.Helper()
	for deadline := clock.System().Add(time.Minute); clock.System().Before(deadline); {
		c.must(c.server.up(clock.System()))
		req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, "http://"+c.address+"/readyz", http.NoBody)
		c.must(err)
		if res, err := http.DefaultClient.Do(req); err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		c.must(clock.Wait(c.ctx, 50*time.Millisecond))
	}
	c.t.Fatalf("the server does not come back: %s", c.server.said())
}

// disk is a folder of its own; for root on a small file system that can be filled.
func (c *chaos) disk(name string, megabytes int) string {
	c.t.Helper()
	dir := filepath.Join(c.folder, name)
	c.must(os.MkdirAll(dir, 0o700))
	if os.Geteuid() == 0 {
		if err := mountSmall(dir, megabytes); err != nil {
			c.t.Logf("no disk can be filled here: %v", err)
			return dir
		}
		c.count["small disks"]++
		c.t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }) // the folder goes with the test
	}
	return dir
}

func mountSmall(dir string, megabytes int) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes))
}

// fill takes all that is left of a disk.
func fill(dir string) (free func() error, err error) {
	path := filepath.Join(dir, "ballast")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	block := make([]byte, 1<<16)
	for err == nil {
		_, err = f.Write(block)
	}
	for block = block[:512]; ; {
		if _, err := f.Write(block); err != nil {
			break
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return nil, errors.Join(err, f.Close(), os.Remove(path))
	}
	return func() error { return os.Remove(path) }, f.Close()
}
