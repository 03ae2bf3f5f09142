package syncer

import (
	"bytes"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
)

// The environment of a laptop that is a process of its own.
const (
	proxyServer = "YUZHOU_TEST_PROXY_SERVER"
	proxyDir    = "YUZHOU_TEST_PROXY_DIR"
)

// TestLaptopBehindAProxy is no test by itself: the test below runs it in another process, for which the environment names
// a proxy. Its client is the usual one.
func TestLaptopBehindAProxy(t *testing.T) {
	if os.Getenv(proxyServer) == "" {
		t.Skip("runs in a process of its own only")
	}
	s := newStation(t)
	s.url = os.Getenv(proxyServer)
	_, y := reopen(t, s, os.Getenv(proxyDir), Options{})
	runner := &runner{y: y}
	runner.start(t)
	synced := make(chan struct{}, 100)
	defer y.Listen(func(st Status) {
		if !st.Syncing && st.Fault == nil && st.Online {
			synced <- struct{}{}
		}
	})()
	within(t, "the sync at the start", synced)
	within(t, "the sync after a poke", synced)
}

// A company lets nobody out but through its proxy: login, syncs and the stream of pokes go through the one that the
// environment names, without a setting of ours (SYNC-20).
func TestThroughTheCompanysProxy(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("certificates are named to a process in another way here")
	}
	s := newStation(t)
	l := s.line()
	secure := httptest.NewTLSServer(http.HandlerFunc(s.serve))
	defer secure.Close()
	tunnels := make(chan string, 100)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			http.Error(w, "only tunnels", http.StatusMethodNotAllowed)
			return
		}
		tunnels <- r.Host
		tunnel(t, w, secure.Listener.Addr().String())
	}))
	defer proxy.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.run", "^TestLaptopBehindAProxy$", "-test.v")
	// The name is that of the certificate; nobody but the proxy knows the way.
	c.Env = append(os.Environ(), proxyServer+"=https://example.com", proxyDir+"="+t.TempDir(), "SSL_CERT_FILE="+file,
		"HTTPS_PROXY="+proxy.URL, "NO_PROXY=")
	ended := make(chan error, 1)
	var said []byte
	go func() { said, err = c.CombinedOutput(); ended <- err }()
	select {
	case <-l.opened:
	case err := <-ended:
		t.Fatalf("%v: %s", err, said)
	}
	l.poke(1 << 40)
	if err := within(t, "the end of the laptop", ended); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if host := <-tunnels; host != "example.com:443" {
		t.Errorf("a tunnel to %s", host)
	}
}

// tunnel joins a client with an address.
func tunnel(t *testing.T, w http.ResponseWriter, address string) {
	far, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = far.Close() }()
	near, rest, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = near.Close() }()
	_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(far, rest)
		_ = far.Close()
	}()
	_, _ = io.Copy(near, far)
}

// A proxy that hands on only whole answers keeps the stream back for ever. The laptop takes the line for dead after a
// minute and syncs by its polls (SYNC-20).
func TestAProxyThatKeepsTheStreamBack(t *testing.T) {
	s := newStation(t)
	l := s.line()
	direct, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	var whole atomic.Int32
	buffering := httputil.NewSingleHostReverseProxy(direct)
	buffering.ErrorLog = log.New(io.Discard, "", 0)
	buffering.ModifyResponse = func(res *http.Response) error {
		body, err := io.ReadAll(res.Body) // of a stream: never
		if err == nil {
			whole.Add(1)
			res.Body = io.NopCloser(bytes.NewReader(body))
		}
		return err
	}
	web := httptest.NewServer(buffering)
	defer web.Close()
	s.url = web.URL
	r := running(t, s)
	within(t, "the stream, at the server", l.opened)
	l.poke(1 << 40) // it stays in the proxy
	l.say <- ":\n\n"
	edit(t, r.y.r, 1)
	within(t, "the pull with the edit", r.pulls)
	r.y.Nudge()
	within(t, "the poll", r.pulls)
	r.silent <- struct{}{}
	within(t, "the end of the stream", l.closed)
	if d := within(t, "the wait", r.waits); d <= 0 || d > 2*firstBackoff {
		t.Errorf("waits %v", d)
	}
	want(t, "still online", r.y.Status().Online, true)
	s.mu.Lock()
	defer s.mu.Unlock()
	want(t, "arrived", len(s.got), 1)
	if whole.Load() < 4 {
		t.Errorf("%d answers went through the proxy", whole.Load())
	}
}
