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
	"sync"
	"sync/atomic"
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
	servers []*station // two on one database, or one on a file
	laptops []*machine
	where   *database // nil: a file in data
	undo    []undo
	raging  context.Context // ends when everything is to be healed
	calm    context.CancelFunc
	lines   sync.WaitGroup // what is being done to lines
	count   map[string]int
}

// station is a server: its folder, its process, and its address behind the proxies.
type station struct {
	*program
	data    string
	address string
}

// machine is a laptop: its folder, its process, and its line to the server.
type machine struct {
	*program
	n        int
	login    string
	dir      string
	journal  string
	line     *toxiproxy.Proxy
	meddling atomic.Bool // something is being done to the line
	runs     uint64
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

// newChaos makes the company, with so many servers; nothing runs yet.
func newChaos(t *testing.T, bin string, seed uint64, servers int) *chaos {
	t.Helper()
	c := &chaos{t: t, ctx: t.Context(), rnd: rand.New(rand.NewPCG(seed, 4)), bin: bin, folder: t.TempDir(), count: map[string]int{}}
	c.raging, c.calm = context.WithCancel(c.ctx)
	for i := range servers {
		address, err := freeAddress()
		c.must(err)
		data := c.disk(fmt.Sprint("server-", i), 160)
		c.servers = append(c.servers, &station{
			data: data, address: address,
			program: &program{name: "server", log: data + ".log", start: func() *exec.Cmd {
				return exec.Command(filepath.Join(bin, "yuzhou-server"), "serve", "--data", data, "--listen", address)
			}},
		})
	}
	zerolog.SetGlobalLevel(zerolog.Disabled)
	proxies := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	for i, login := range chaosLogins {
		m := &machine{n: i, login: login, journal: filepath.Join(c.folder, fmt.Sprint("journal-", i))}
		m.dir = c.disk(fmt.Sprint("laptop-", i), 48)
		m.line = toxiproxy.NewProxy(proxies, m.journal, "127.0.0.1:0", c.servers[i%servers].address)
		c.must(m.line.Start())
		m.program = &program{name: fmt.Sprint(login, " ", i), log: m.journal + ".log", start: func() *exec.Cmd { return c.typing(m) }}
		c.laptops = append(c.laptops, m)
	}
	t.Cleanup(func() {
		c.calm()
		for _, m := range c.laptops {
			m.kill(time.Time{})
		}
		c.lines.Wait()
		for _, m := range c.laptops {
			m.line.Stop()
		}
		for _, s := range c.servers {
			s.kill(time.Time{})
		}
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

// ready waits until every server answers.
func (c *chaos) ready() {
	c.t.Helper()
	for _, s := range c.servers {
		for deadline := clock.System().Add(time.Minute); !c.answers(s); c.must(clock.Wait(c.ctx, 50*time.Millisecond)) {
			if clock.System().After(deadline) {
				c.t.Fatalf("a server does not come back: %s", s.said())
			}
			c.must(s.up(clock.System()))
		}
	}
}

func (c *chaos) answers(s *station) bool {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, "http://"+s.address+"/readyz", http.NoBody)
	c.must(err)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body) // the status says all
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
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
