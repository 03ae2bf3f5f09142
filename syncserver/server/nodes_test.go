package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// until waits for an effect.
func until(t *testing.T, what string, there func() bool) {
	t.Helper()
	ticker, limit := time.NewTicker(10*time.Millisecond), time.NewTimer(time.Minute)
	defer ticker.Stop()
	defer limit.Stop()
	for !there() {
		select {
		case <-ticker.C:
		case <-limit.C:
			t.Fatalf("%s did not come", what)
		}
	}
}

// seededAt is a data folder whose store is a PostgreSQL database.
func seededAt(t *testing.T, address string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "data")
	core, err := server.CreateAt(t.Context(), folder, address, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	fill(t, core)
	return folder
}

// node is a server's hub beside its HTTP: what an administrator's command would do on that node.
func node(t *testing.T, address string) *server.Core {
	t.Helper()
	core, err := server.OpenAt(t.Context(), address, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := core.Close(); err != nil {
			t.Error(err)
		}
	})
	return core
}

// The folder keeps where its store is; a database that has a store is not begun anew, and a folder neither.
func TestAStoreElsewhere(t *testing.T) {
	address := postgrestest.New(t)
	folder := seededAt(t, address)
	if where, err := server.Where(folder); err != nil || where != address {
		t.Errorf("the store is at %q, %v", where, err)
	}
	log := slog.New(slog.DiscardHandler)
	if _, err := server.CreateAt(t.Context(), filepath.Join(t.TempDir(), "x"), address, clockwork.NewRealClock(), log); fault.CodeOf(err) != fault.Exists {
		t.Errorf("begun anew: %v", err)
	}
	if _, err := server.Create(t.Context(), folder, clockwork.NewRealClock(), log); fault.CodeOf(err) != fault.Exists {
		t.Errorf("the folder begun anew: %v", err)
	}
	if shown := store.Redacted("postgres://u:secret@h/d"); strings.Contains(shown, "secret") {
		t.Errorf("%q", shown)
	}
	s, _ := running(t, server.Config{Data: folder})
	if code, state := readiness(t, http.DefaultClient, s.URL()); code != http.StatusOK {
		t.Errorf("%d %+v", code, state)
	}
}

// What one node commits, the laptops of the other are poked for; rights that were changed on one are those of the other at
// its next transaction (SYNC-02).
func TestTwoNodesHearOfEachOther(t *testing.T) {
	address := postgrestest.New(t)
	folder := seededAt(t, address)
	_, _ = running(t, server.Config{Data: folder})
	mine, other := node(t, address), node(t, address)

	second, _ := running(t, server.Config{Store: address})
	token := login(t, second.URL())
	pokes := listen(t, second.URL(), token)
	<-pokes // the first is at once
	user, err := mine.Hub.Put(t.Context(), hub.System, "user", "", hub.Values{
		"login": "wang", "name": "王芳", "department": crm.DepartmentTop, "roles": []string{crm.RoleSales},
	})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the poke of the other node's commit", func() bool { return await(t, pokes) >= user.Seq })

	by := hub.Identity{User: user.ID, Device: "d"}
	if _, err := other.Hub.Put(t.Context(), by, "settings", crm.SettingsID, hub.Values{"company": "甲"}); fault.CodeOf(err) != fault.NoRight {
		t.Fatalf("a salesperson has changed the settings: %v", err)
	}
	if _, err := mine.Hub.Put(t.Context(), hub.System, "user", user.ID, hub.Values{"roles": []string{crm.RoleAdmin}}); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Hub.Put(t.Context(), by, "settings", crm.SettingsID, hub.Values{"company": "乙"}); err != nil {
		t.Fatalf("the new role is not known on the other node: %v", err)
	}
	if _, err := mine.Hub.Put(t.Context(), hub.System, "user", user.ID, hub.Values{"disabled": true}); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Hub.Put(t.Context(), by, "settings", crm.SettingsID, hub.Values{"company": "丙"}); fault.CodeOf(err) != fault.NoRight {
		t.Fatalf("a disabled user has changed the settings on the other node: %v", err)
	}
}

// While the database is away the server says that it is not ready, and changes nothing; when it is back, so is the server,
// with its streams.
func TestTheDatabaseGoesAndComesBack(t *testing.T) {
	cluster := postgrestest.Start(t, postgrestest.Options{})
	address := cluster.Database(t)
	folder := seededAt(t, address)
	s, stop := running(t, server.Config{Data: folder})
	token := login(t, s.URL())
	pokes := listen(t, s.URL(), token)
	<-pokes
	if err := cluster.Crash(); err != nil {
		t.Fatal(err)
	}
	code, state := readiness(t, http.DefaultClient, s.URL())
	if code != http.StatusServiceUnavailable || state.Checks["database"] == "ok" || state.Checks["running"] != "ok" {
		t.Errorf("%d %+v", code, state)
	}
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "ready", func() bool {
		code, _ := readiness(t, http.DefaultClient, s.URL())
		return code == http.StatusOK
	})
	record, err := node(t, address).Hub.Put(t.Context(), hub.System, "settings", crm.SettingsID, hub.Values{"company": "又一家"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "a poke on the stream of before", func() bool { return await(t, pokes) >= record.Seq })
	if err := stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
}

// login gives a token of the administrator.
func login(t *testing.T, url string) string {
	t.Helper()
	body, err := json.Marshal(wire.Login{
		Login: "admin", Password: "harbour at dawn", Device: "01980c1e-5a6b-7c3d-9e2f-0a1b2c3d4e5f", Name: "x", Protocol: wire.Protocol,
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Post(url+"/api/v1/login", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var session wire.Session
	if err := json.NewDecoder(answer.Body).Decode(&session); err != nil || session.Token == "" {
		t.Fatalf("%d %v", answer.StatusCode, err)
	}
	return session.Token
}

// listen follows the stream of pokes.
func listen(t *testing.T, url, token string) <-chan int64 {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/pokes", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request) //nolint:bodyclose // closed where it is read to its end
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v %v", answer, err)
	}
	pokes := make(chan int64, 1000)
	go func() {
		defer func() { _ = answer.Body.Close() }()
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			if text, ok := strings.CutPrefix(scan.Text(), "data: "); ok {
				head, _ := strconv.ParseInt(text, 10, 64)
				pokes <- head
			}
		}
	}()
	return pokes
}

// await is the next poke.
func await(t *testing.T, pokes <-chan int64) int64 {
	t.Helper()
	select {
	case head := <-pokes:
		return head
	case <-time.After(time.Minute):
		t.Fatal("no poke came")
		return 0
	}
}
