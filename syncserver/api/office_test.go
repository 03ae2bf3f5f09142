package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// The people of the tests: a manager over two salespeople in one department, and one in another.
const (
	admin    = "admin"
	manager  = "lijing"
	seller   = "zhangwei"
	other    = "wangfang"
	outsider = "zhouhai"

	password = "harbour at dawn"
	dept     = "dept-sales"
	far      = "dept-far"
)

// office is a whole server on loopback with a real database, and people who can log in.
type office struct {
	*testing.T
	server *server.Server
	tokens map[string]string
	users  map[string]string // login → id
	data   string
	stop   func() // stops the server, once
}

func newOffice(t *testing.T) *office { return newLimitedOffice(t, api.Limits{}) }

// newLimitedOffice is newOffice with other limits.
func newLimitedOffice(t *testing.T, limits api.Limits) *office {
	t.Helper()
	return newOfficeWith(t, server.Config{Limits: limits})
}

// newOfficeWith is newOffice with other settings of the server.
func newOfficeWith(t *testing.T, config server.Config) *office {
	t.Helper()
	folder := t.TempDir()
	o := &office{T: t, tokens: map[string]string{}}
	companyOnce.Do(func() { o.fill() })
	o.users = maps.Clone(companyUsers)
	o.must(os.WriteFile(filepath.Join(folder, server.DatabaseFile), companyFile, 0o600))
	config.Data, config.Listen, config.Version = folder, "127.0.0.1:0", "test"
	running, err := server.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	o.server, o.data = running, folder
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- running.Run(ctx) }()
	o.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	t.Cleanup(o.stop)
	return o
}

// The company is made once and copied: good passwords take their time.
var (
	companyOnce  sync.Once
	companyFile  []byte
	companyUsers map[string]string
)

// fill makes the company.
func (o *office) fill() {
	o.Helper()
	folder := o.TempDir()
	o.users = map[string]string{}
	clk := clockwork.NewRealClock()
	core, err := server.Create(o.Context(), folder, clk, slog.New(slog.DiscardHandler))
	o.must(err)
	records, err := server.Presets(hub.Values{"company": "海岸工业"})
	o.must(err)
	first, err := core.Hub.Seed(o.Context(), hub.Setup{Company: "海岸工业", Records: records, Login: admin, Name: "管理员", Password: password})
	o.must(err)
	o.users[admin] = first.ID
	for _, d := range []string{dept, far} {
		r, err := core.Hub.Put(o.Context(), hub.System, "department", "", hub.Values{"name": d, "parent": crm.DepartmentTop})
		o.must(err)
		o.users[d] = r.ID
	}
	for _, p := range []struct{ login, role, department string }{
		{manager, crm.RoleManager, dept}, {seller, crm.RoleSales, dept}, {other, crm.RoleSales, dept}, {outsider, crm.RoleSales, far},
	} {
		r, err := core.Hub.Put(o.Context(), hub.System, "user", "", hub.Values{
			"login": p.login, "name": "员工" + p.login, "department": o.users[p.department], "roles": []string{p.role},
		})
		o.must(err)
		o.must(core.Hub.SetPassword(o.Context(), hub.System, r.ID, password))
		o.users[p.login] = r.ID
	}
	o.must(core.Close())
	companyFile, err = os.ReadFile(filepath.Join(folder, server.DatabaseFile))
	o.must(err)
	companyUsers = o.users
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// reply is an answer, read whole.
type reply struct {
	status  int
	header  http.Header
	body    []byte
	failure wire.Failure // of an answer that is not 2xx
}

// send sends one request as a login ("" for nobody).
func (o *office) send(login, method, path, contentType string, body []byte, header ...string) reply {
	o.Helper()
	request, err := http.NewRequestWithContext(o.Context(), method, o.server.URL()+path, bytes.NewReader(body))
	o.must(err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if login != "" {
		request.Header.Set("Authorization", "Bearer "+o.token(login))
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := http.DefaultClient.Do(request)
	o.must(err)
	defer func() { _ = answer.Body.Close() }()
	got := reply{status: answer.StatusCode, header: answer.Header}
	got.body, err = io.ReadAll(answer.Body)
	o.must(err)
	if got.status >= 300 {
		if err := json.Unmarshal(got.body, &got.failure); err != nil || got.failure.Code == "" {
			o.Errorf("%s %s: %d is no failure of ours: %s", method, path, got.status, got.body)
		}
	}
	if got.status == http.StatusOK && strings.HasPrefix(got.header.Get("Content-Type"), "application/json") && strings.HasPrefix(path, "/api/v1/") && !strings.HasSuffix(path, "/openapi.json") &&
		got.header.Get(wire.HeaderDigest) != wire.Digest(got.body) {
		o.Errorf("%s %s: the digest does not fit", method, path)
	}
	return got
}

// ask sends a JSON request.
func (o *office) ask(login, method, path string, body any) reply {
	o.Helper()
	if body == nil {
		return o.send(login, method, path, "", nil)
	}
	text, err := json.Marshal(body)
	o.must(err)
	return o.send(login, method, path, "application/json", text)
}

// token logs in once per login and keeps the token.
func (o *office) token(login string) string {
	o.Helper()
	if token, ok := o.tokens[login]; ok {
		return token
	}
	got := o.ask("", http.MethodPost, "/api/v1/login", wire.Login{
		Login: login, Password: password, Device: newID(o.T), Name: "laptop of " + login, Protocol: wire.Protocol,
	})
	var session wire.Session
	o.read(got, http.StatusOK, &session)
	if session.Token == "" || session.User != o.users[login] {
		o.Fatalf("%s: %+v", login, session)
	}
	o.tokens[login] = session.Token
	return session.Token
}

// read checks the status and reads a JSON answer.
func (o *office) read(got reply, status int, into any) {
	o.Helper()
	if got.status != status {
		o.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
	if into != nil {
		o.must(json.Unmarshal(got.body, into))
	}
}

// refused checks that an answer is a certain refusal.
func (o *office) refused(got reply, status int, code string) {
	o.Helper()
	if got.status != status || got.failure.Code != code {
		o.Errorf("%d %s, want %d %s: %s", got.status, got.failure.Code, status, code, got.body)
	}
}

func newID(t *testing.T) string {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// batch makes the body of a push and its digest.
func (o *office) batch(mutations ...change.Mutation) (body []byte, digest string) {
	o.Helper()
	w := wire.NewWriter()
	o.must(w.Line(wire.Push{Protocol: wire.Protocol, Replica: newID(o.T), Count: len(mutations)}))
	for _, m := range mutations {
		o.must(w.Line(m))
	}
	body, digest, err := w.Close()
	o.must(err)
	return body, digest
}

// push sends mutations and reads the results.
func (o *office) push(login string, mutations ...change.Mutation) []change.Result {
	o.Helper()
	body, digest := o.batch(mutations...)
	got := o.send(login, http.MethodPost, "/api/v1/push", wire.ContentType, body, wire.HeaderDigest, digest)
	var results []change.Result
	for _, frame := range o.frames(got) {
		if frame.Result != nil {
			results = append(results, *frame.Result)
		}
	}
	return results
}

// frames reads a sync answer as a laptop does: type, epoch and digest first.
func (o *office) frames(got reply) []wire.Frame {
	o.Helper()
	if got.status != http.StatusOK || got.header.Get("Content-Type") != wire.ContentType || got.header.Get(wire.HeaderEpoch) == "" ||
		got.header.Get(wire.HeaderTime) == "" || got.header.Get(wire.HeaderDigest) != wire.Digest(got.body) {
		o.Fatalf("no sync answer: %d %v %s", got.status, got.header, got.body)
	}
	lines, err := wire.NewReader(got.body, wire.MaxPageBytes)
	o.must(err)
	defer lines.Close()
	var frames []wire.Frame
	for {
		var frame wire.Frame
		err := lines.Next(&frame)
		if errors.Is(err, io.EOF) {
			break
		}
		o.must(err)
		frames = append(frames, frame)
	}
	if len(frames) == 0 || frames[len(frames)-1].End == nil {
		o.Fatal("a sync answer without an end")
	}
	return frames
}

// pull reads a first sync of a login, all pages.
func (o *office) pull(login string) []wire.Frame {
	o.Helper()
	var all []wire.Frame
	in := wire.Pull{Protocol: wire.Protocol}
	for range 100 {
		frames := o.frames(o.ask(login, http.MethodPost, "/api/v1/pull", in))
		all = append(all, frames...)
		end := frames[len(frames)-1].End
		if !end.More {
			return all
		}
		in.Token = end.Token
	}
	o.Fatal("a first sync without an end")
	return nil
}

// customer makes a customer of a login and gives its id.
func (o *office) customer(login, name string) string {
	o.Helper()
	id := newID(o.T)
	m := change.Mutation{
		ID: newID(o.T), Op: change.Create, Kind: "customer", Record: id, Root: id,
		Set: schema.Values{"name": name, "mobile": "13862904417"}, At: clock.System().UnixMilli(),
	}
	results := o.push(login, m.Sealed())
	if len(results) != 1 || results[0].Outcome != change.Applied {
		o.Fatalf("%+v", results)
	}
	return id
}

// has tells whether an answer holds a text in any form that JSON writes.
func (r reply) has(text string) bool { return strings.Contains(string(r.body), text) }
