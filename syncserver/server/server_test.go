package server_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/shared/fault"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// seeded is a new data folder with an administrator.
func seeded(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	core, err := server.Create(t.Context(), folder, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	fill(t, core)
	return folder
}

// fill makes the company and closes the store.
func fill(t *testing.T, core *server.Core) {
	t.Helper()
	records, err := server.Presets(hub.Values{"company": "海岸工业"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := core.Hub.Seed(t.Context(), hub.Setup{Records: records, Login: "admin", Name: "管理员", Password: "harbour at dawn"}); err != nil {
		t.Fatal(err)
	}
	if err := core.Close(); err != nil {
		t.Fatal(err)
	}
}

// running is a server at work; stop ends it and gives what Run said.
func running(t *testing.T, config server.Config) (s *server.Server, stop func() error) {
	t.Helper()
	config.Listen = "127.0.0.1:0"
	s, err := server.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	done := false
	stop = func() error {
		if done {
			return nil
		}
		done = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() { _ = stop() })
	return s, stop
}

func readiness(t *testing.T, client *http.Client, url string) (int, api.Readiness) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/readyz", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var state api.Readiness
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, state
}

func TestReady(t *testing.T) {
	clk := clockwork.NewFakeClockAt(time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC))
	s, _ := running(t, server.Config{Data: seeded(t), Clock: clk})
	code, state := readiness(t, http.DefaultClient, s.URL())
	if code != http.StatusOK || !state.Ready || len(state.Checks) != 4 {
		t.Errorf("%d %+v", code, state)
	}
}

// A machine whose clock was set back, or that woke up in 1970, is not ready: the reclaim trusts its clock.
func TestNotReadyWithAWrongClock(t *testing.T) {
	for name, now := range map[string]time.Time{"1970": time.Unix(1000, 0), "set back": time.Date(2026, 11, 3, 7, 0, 0, 0, time.UTC)} {
		t.Run(name, func(t *testing.T) {
			clk := &twoTimes{Clock: clockwork.NewFakeClockAt(time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC))}
			s, err := server.New(t.Context(), server.Config{Data: seeded(t), Listen: "127.0.0.1:0", Clock: clk})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			clk.Clock = clockwork.NewFakeClockAt(now)
			if state := s.Ready(t.Context()); state.Ready || state.Checks["clock"] == "ok" || state.Checks["database"] != "ok" {
				t.Errorf("%+v", state)
			}
		})
	}
}

// twoTimes is a clock that a test exchanges.
type twoTimes struct{ clockwork.Clock }

// A request that runs when the server is told to stop gets its answer; new ones are not taken; everything stands in
// the database file afterwards, and no goroutine is left.
func TestGracefulStop(t *testing.T) {
	before := runtime.NumGoroutine()
	folder := seeded(t)
	s, stop := running(t, server.Config{Data: folder})
	// A body that comes in two parts keeps its request running until the test ends it.
	body, write := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/api/v1/login", body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Expect", "100-continue") // the body is asked for by the running handler
	answered := make(chan int, 1)
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	go func() {
		defer close(answered)
		answer, err := client.Do(request)
		if err != nil {
			t.Errorf("the running request: %v", err)
			return
		}
		answered <- answer.StatusCode
		_ = answer.Body.Close()
	}()
	if _, err := write.Write([]byte(`{"login":"admin","password":"harbour at dawn","device":"0193","name":"x",`)); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	waitUntil(t, func() bool {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", s.Addr())
		if err == nil {
			_ = connection.Close()
		}
		return err != nil
	})
	if state := s.Ready(t.Context()); state.Ready {
		t.Error("a server that stops says it is ready")
	}
	if _, err := write.Write([]byte(`"protocol":1}`)); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	if code := <-answered; code != http.StatusOK {
		t.Errorf("the running request was answered with %d", code)
	}
	if err := <-stopped; err != nil {
		t.Errorf("Run said %v", err)
	}
	if info, err := os.Stat(filepath.Join(folder, server.DatabaseFile+"-wal")); err == nil && info.Size() > 0 {
		t.Errorf("%d bytes are not in the database file", info.Size())
	}
	client.CloseIdleConnections()
	waitUntil(t, func() bool { return runtime.NumGoroutine() <= before })
}

// waitUntil waits for an effect, at most ten seconds.
func waitUntil(t *testing.T, there func() bool) {
	t.Helper()
	ticker, limit := time.NewTicker(5*time.Millisecond), time.NewTimer(10*time.Second)
	defer ticker.Stop()
	defer limit.Stop()
	for !there() {
		select {
		case <-ticker.C:
		case <-limit.C:
			stacks := make([]byte, 1<<20)
			t.Fatalf("it did not come:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// Plain HTTP is for this machine alone; everything else needs a certificate.
func TestInsecureAddresses(t *testing.T) {
	folder := seeded(t)
	for listen, code := range map[string]fault.Code{
		"127.0.0.1:0": "", "[::1]:0": "", "localhost:0": "", "127.8.9.10:0": "",
		"0.0.0.0:0": fault.InsecureAddress, ":0": fault.InsecureAddress, "[::]:0": fault.InsecureAddress,
		"192.168.1.4:0": fault.InsecureAddress, "crm.example.com:0": fault.InsecureAddress, "8080": fault.BadAddress,
	} {
		s, err := server.New(t.Context(), server.Config{Data: folder, Listen: listen})
		if listen == "[::1]:0" && fault.CodeOf(err) == fault.BadAddress {
			continue // a machine without IPv6
		}
		if fault.CodeOf(err) != code {
			t.Errorf("%s: %v", listen, err)
		}
		if s != nil && err == nil {
			_ = s.Close()
		}
	}
}

func TestPortInUse(t *testing.T) {
	folder := seeded(t)
	s, _ := running(t, server.Config{Data: folder})
	if _, err := server.New(t.Context(), server.Config{Data: folder, Listen: s.Addr()}); fault.CodeOf(err) != fault.BadAddress {
		t.Errorf("%v", err)
	}
}

// With a certificate the server speaks TLS 1.2 and newer, and nothing in the clear.
func TestTLS(t *testing.T) {
	certificate, key, pool := selfSigned(t)
	s, _ := running(t, server.Config{Data: seeded(t), CertFile: certificate, KeyFile: key})
	if !strings.HasPrefix(s.URL(), "https://") {
		t.Fatal(s.URL())
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	defer client.CloseIdleConnections()
	if code, state := readiness(t, client, s.URL()); code != http.StatusOK || !state.Ready {
		t.Errorf("%d %+v", code, state)
	}
	old := &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11} //nolint:gosec // that it is refused is the test
	if c, err := (&tls.Dialer{Config: old}).DialContext(t.Context(), "tcp", s.Addr()); err == nil {
		_ = c.Close()
		t.Error("TLS 1.1 is spoken")
	}
	if _, err := server.New(t.Context(), server.Config{Data: seeded(t), Listen: "0.0.0.0:0", CertFile: key, KeyFile: certificate}); fault.CodeOf(err) != fault.BadFile {
		t.Errorf("files the wrong way round: %v", err)
	}
}

func selfSigned(t *testing.T) (certificate, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "yuzhou"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certificate, key = filepath.Join(folder, "server.crt"), filepath.Join(folder, "server.key")
	for file, block := range map[string]*pem.Block{certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return certificate, key, pool
}

// A folder that has a store is never begun anew, and one without is not opened.
func TestCreateAndOpen(t *testing.T) {
	folder := seeded(t)
	log := slog.New(slog.DiscardHandler)
	if _, err := server.Create(t.Context(), folder, clockwork.NewRealClock(), log); fault.CodeOf(err) != fault.Exists {
		t.Errorf("%v", err)
	}
	if _, err := server.OpenCore(t.Context(), t.TempDir(), clockwork.NewRealClock(), log); fault.CodeOf(err) != fault.BadFile {
		t.Errorf("%v", err)
	}
	if info, err := os.Stat(folder); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the data folder is %v", info.Mode())
	}
}
