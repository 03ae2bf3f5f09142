package sim

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// The environment of a laptop that is a process of its own: its folder, its customer, the time, and whether it syncs.
const (
	killDir      = "YUZHOU_TEST_KILL_DIR"
	killCustomer = "YUZHOU_TEST_KILL_CUSTOMER"
	killNow      = "YUZHOU_TEST_KILL_NOW"
	killSyncs    = "YUZHOU_TEST_KILL_SYNCS"
)

// TestLaptopProcess is no test by itself: the tests below run it in another process and kill that.
func TestLaptopProcess(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		t.Skip("runs in a process of its own only")
	}
	o := &office{t: t}
	ms, err := strconv.ParseInt(os.Getenv(killNow), 10, 64)
	o.must(err)
	now := func() time.Time { return time.UnixMilli(ms).UTC() }
	r, err := replica.Open(dir, now)
	o.must(err)
	b, err := book.Open(r, now)
	o.must(err)
	customer := os.Getenv(killCustomer)
	for n := 1; ; n++ {
		o.must(b.Set("customer", customer, schema.Values{"region": fmt.Sprint("第", n, "区")}))
		id, err := b.FollowUp(book.FollowUp{Customer: customer, Method: "visit", Content: fmt.Sprint("第", n, "次")})
		o.must(err)
		fmt.Println("saved", id, n)
		if n == 20 && os.Getenv(killSyncs) != "" {
			y, err := syncer.New(r, syncer.Options{Client: http.DefaultClient})
			o.must(err)
			_, err = y.Once(t.Context())
			t.Fatalf("was not killed while it pushed: %v", err)
		}
	}
}

// laptopProcess starts a laptop in a process of its own; what it prints comes from out.
func (l *laptop) laptopProcess(customer string, syncs bool) (c *exec.Cmd, out io.Reader, said *bytes.Buffer) {
	l.t.Helper()
	self, err := os.Executable()
	l.o.must(err)
	c = exec.CommandContext(l.t.Context(), self, "-test.run", "^TestLaptopProcess$")
	c.Env = append(os.Environ(), killDir+"="+l.dir, killCustomer+"="+customer, killNow+"="+strconv.FormatInt(l.o.now.Load(), 10))
	if syncs {
		c.Env = append(c.Env, killSyncs+"=1")
	}
	said = &bytes.Buffer{}
	c.Stderr = said
	out, err = c.StdoutPipe()
	l.o.must(err)
	l.o.must(c.Start())
	return c, out, said
}

// saved reads what a laptop's process said it had saved, until so many are read or it ends; then calls then.
func saved(out io.Reader, enough int, then func()) (ids []string, last string) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		word := strings.Fields(lines.Text())
		if len(word) != 3 || word[0] != "saved" {
			continue
		}
		ids, last = append(ids, word[1]), word[2]
		if len(ids) == enough {
			then() // what it goes on to print is read, too
		}
	}
	return ids, last
}

// arrived holds the server against what a killed laptop had said was saved: each follow-up is there once, the last edit
// stands, and no mutation was applied twice.
func (l *laptop) arrived(customer string, ids []string, last string) {
	l.t.Helper()
	got := map[string]int{}
	l.o.must(l.o.st.View(l.t.Context(), func(v *store.View) error {
		visits, err := v.All("followup")
		for _, f := range visits {
			got[f.Text("content")]++
			got[f.ID]++
		}
		return err
	}))
	for i, id := range ids {
		want(l.t, "the follow-up "+id, got[id], 1)
		want(l.t, "its content", got[fmt.Sprint("第", i+1, "次")], 1)
	}
	n, err := strconv.Atoi(last)
	l.o.must(err)
	// The edit after the last that was told may have been saved before the kill.
	if region := l.o.record("customer", customer).Text("region"); region != fmt.Sprint("第", n, "区") && region != fmt.Sprint("第", n+1, "区") {
		l.t.Errorf("the region is %s after %d edits", region, n)
	}
	l.o.must(l.o.st.View(l.t.Context(), func(v *store.View) error { return v.Audit(l.t.Errorf) }))
	want(l.t, "unsent", l.unsent(), 0)
	want(l.t, "tray", len(l.tray()), 0)
	l.check()
}

// TestKilledBetweenSaveAndPush kills a laptop's process with -9 while it saves: what it said was saved is in the outbox
// at the next start, goes out once, and nothing is half (I1, I2).
func TestKilledBetweenSaveAndPush(t *testing.T) {
	o := openOffice(t)
	zhang := o.laptop("zhang")
	id := zhang.customer("甲", nil)
	zhang.sync()
	c, out, said := zhang.laptopProcess(id, false)
	ids, last := saved(out, 5, func() {
		if err := c.Process.Kill(); err != nil {
			t.Error(err)
		}
	})
	_ = c.Wait() // it says that it was killed
	if len(ids) < 5 {
		t.Fatalf("only %d were saved: %s", len(ids), said)
	}
	zhang.start()
	if n := zhang.unsent(); n < len(ids) {
		t.Errorf("%d wait to be sent of %d that were saved", n, len(ids))
	}
	zhang.sync()
	zhang.sync()
	zhang.arrived(id, ids, last)
}

// TestKilledWhilePushing kills it when the server has taken its push and before it has the answer: it sends all again
// and nothing is there twice (I2).
func TestKilledWhilePushing(t *testing.T) {
	o := openOffice(t)
	behind, err := url.Parse(o.url)
	o.must(err)
	pushed, dead := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var mine atomic.Bool // the pushes are those of the process
	proxy := httputil.NewSingleHostReverseProxy(behind)
	proxy.ModifyResponse = func(res *http.Response) error {
		if mine.Load() && strings.HasSuffix(res.Request.URL.Path, "/push") {
			once.Do(func() { close(pushed) })
			<-dead // so nobody is there to read the answer
		}
		return nil
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	o.url = front.URL
	zhang := o.laptop("zhang")
	id := zhang.customer("甲", nil)
	zhang.sync()
	mine.Store(true)
	c, out, said := zhang.laptopProcess(id, true)
	go func() {
		<-pushed
		if err := c.Process.Kill(); err != nil {
			t.Error(err)
		}
	}()
	ids, _ := saved(out, 0, nil)
	close(dead)
	_ = c.Wait() // it says that it was killed
	mine.Store(false)
	select {
	case <-pushed:
	default:
		t.Fatalf("it ended before it pushed: %s", said)
	}
	if len(ids) != 20 {
		t.Fatalf("%d were saved: %s", len(ids), said)
	}
	zhang.start()
	if zhang.unsent() == 0 {
		t.Error("the outbox forgot before it was answered")
	}
	zhang.sync()
	zhang.sync()
	zhang.arrived(id, ids, "20")
}
