package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/uuid"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// asProgram makes the test binary behave as the program itself, so that tests have true processes.
const asProgram = "YUZHOU_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is a command line in a process of its own.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "LANG=en_US.UTF-8")
	return cmd
}

// ranAs runs a command line in a process of its own to its end.
func ranAs(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := process(t, args...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v %s", args, err, said.String())
	}
	return out.String()
}

// served is a server in a process of its own.
type served struct {
	*testing.T
	url   string
	cmd   *exec.Cmd
	log   *bytes.Buffer
	token string
}

// serving starts one on a free port.
func serving(t *testing.T, data string) *served {
	t.Helper()
	return servingWith(t, "--data", data)
}

func servingWith(t *testing.T, args ...string) *served {
	t.Helper()
	s := &served{T: t, cmd: process(t, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), log: &bytes.Buffer{}}
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server said nothing: %v %s", err, s.log)
	}
	s.url = regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	return s
}

// send sends a request and reads a JSON answer; the status is given.
func (s *served) send(method, path, contentType string, body []byte, into any) int {
	s.Helper()
	request, err := http.NewRequestWithContext(s.Context(), method, s.url+path, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set(wire.HeaderDigest, wire.Digest(body))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			s.Fatalf("%d %s: %v", answer.StatusCode, text, err)
		}
	}
	return answer.StatusCode
}

func (s *served) get(path string) int {
	return s.send(http.MethodGet, path, "application/json", nil, nil)
}

// as logs in.
func (s *served) as(login, password string) *served {
	s.Helper()
	body, err := json.Marshal(wire.Login{Login: login, Password: password, Device: uuid.NewString(), Name: "test", Protocol: wire.Protocol})
	if err != nil {
		s.Fatal(err)
	}
	var session wire.Session
	if code := s.send(http.MethodPost, "/api/v1/login", "application/json", body, &session); code != http.StatusOK {
		s.Fatalf("%s: %d", login, code)
	}
	other := *s
	other.token = session.Token
	return &other
}

// create pushes one customer.
func (s *served) create(name string) int {
	s.Helper()
	w := wire.NewWriter()
	id, request := uuid.NewString(), uuid.NewString()
	m := change.Mutation{ID: request, Op: change.Create, Kind: "customer", Record: id, Root: id, Set: schema.Values{"name": name}, At: clock.Millis(clock.System())}
	if err := w.Line(wire.Push{Protocol: wire.Protocol, Replica: uuid.NewString(), Count: 1}); err != nil {
		s.Fatal(err)
	}
	if err := w.Line(m.Sealed()); err != nil {
		s.Fatal(err)
	}
	body, _, err := w.Close()
	if err != nil {
		s.Fatal(err)
	}
	return s.send(http.MethodPost, "/api/v1/push", wire.ContentType, body, nil)
}

// An administrator's command works while a server runs on the same folder, and counts there at the next request: a new
// person logs in, a new role opens a door, a disabled person is out. Both write at the same time and lose nothing. The
// server ends with 0 when it is told to.
func TestCommandsBesideARunningServer(t *testing.T) {
	data := company(t)
	s := serving(t, data)
	boss := s.as("zhangwei", "harbour at dawn")

	ranAs(t, "a boat at sea\n", "admin", "user", "add", "chen", "--data", data, "--password-stdin")
	chen := s.as("chen", "a boat at sea")
	if code := chen.get("/api/v1/admin/users"); code != http.StatusForbidden {
		t.Errorf("a salesperson lists the users: %d", code)
	}
	ranAs(t, "", "admin", "user", "roles", "chen", "role-admin", "--data", data)
	if code := chen.get("/api/v1/admin/users"); code != http.StatusOK {
		t.Errorf("the new role does not count: %d", code)
	}
	ranAs(t, "", "admin", "user", "disable", "chen", "--data", data)
	if code := chen.get("/api/v1/me"); code != http.StatusUnauthorized {
		t.Errorf("a disabled person is answered: %d", code)
	}

	rows := []string{"客户名称,手机"}
	for i := range 300 {
		rows = append(rows, fmt.Sprintf("并行 %d 号公司,1390000%04d", i, i))
	}
	file := write(t, rows...)
	imported := make(chan string, 1)
	go func() { imported <- ranAs(t, "", "import", "--data", data, "--owner", "lina", "--json", file) }()
	pushed := 0
	var text string
	for pushing := true; pushing; {
		switch code := boss.create(fmt.Sprintf("推送 %d", pushed)); code {
		case http.StatusOK:
			pushed++
		case http.StatusTooManyRequests: // a slow machine imports for longer than one device may push without a pause
			text, pushing = <-imported, false
			continue
		default:
			t.Fatalf("push %d: %d", pushed, code)
		}
		select {
		case text = <-imported:
			pushing = false
		default:
		}
	}
	var report importReport
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatal(err)
	}
	if report.Applied != 300 {
		t.Errorf("%d of 300 were imported beside %d pushes", report.Applied, pushed)
	}

	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v: %s", err, s.log)
	}
	for _, line := range strings.Split(strings.TrimSpace(s.log.String()), "\n") {
		if !json.Valid([]byte(line)) || strings.Contains(line, "zhangwei") || strings.Contains(line, "127.0.0.1\",") {
			t.Errorf("a log line is no JSON or names somebody: %s", line)
		}
	}
	if info, err := os.Stat(filepath.Join(data, "yuzhou.db-wal")); err == nil && info.Size() > 0 {
		t.Errorf("%d bytes are not in the database file", info.Size())
	}
	// All of it is there for the next start.
	var users []map[string]any
	done(t, typedLine(t, "admin", "user", "list", "--data", data, "--json"), &users)
	if len(users) != 6 {
		t.Errorf("%d users", len(users))
	}
}
