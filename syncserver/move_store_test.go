package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store/postgrestest"
)

// kept writes an address into a file, as an administrator does who does not want a password on the command line.
func kept(t *testing.T, address string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.url")
	if err := os.WriteFile(path, []byte(address+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sums are the rows and digests of a move by table.
func sums(m moved) map[string]movedTable {
	all := map[string]movedTable{}
	for _, t := range m.Tables {
		all[t.Table] = t
	}
	return all
}

// A company moves to PostgreSQL and back: rows and digests are the same on both sides and after the way back, the laptops'
// tokens are still good, and every command finds the store through the data folder. Nothing is moved under a running
// server, or over other data.
func TestMoveStore(t *testing.T) {
	data, address := company(t), postgrestest.New(t)
	file := kept(t, address)
	s := serving(t, data)
	boss := s.as("zhangwei", "harbour at dawn")
	if code := boss.create("搬家之前"); code != http.StatusOK {
		t.Fatal(code)
	}
	if got := typedLine(t, "move-store", "--from", data, "--to-file", file); got.code != exitFailed || !strings.Contains(got.err, "A server runs") {
		t.Errorf("moved under a running server: %+v", got)
	}
	s.end()

	var there, back moved
	done(t, typedLine(t, "move-store", "--from", data, "--to-file", file, "--json"), &there)
	if tables := sums(there); tables["record"].Rows == 0 || tables["record"].Digest == "" || len(tables) < 10 {
		t.Errorf("%+v", there)
	}
	if where, err := server.Where(data); err != nil || where != address {
		t.Errorf("the folder says %q, %v", where, err)
	}
	if got := typedLine(t, "move-store", "--from", company(t), "--to-file", file); got.code != exitFailed || !strings.Contains(got.err, "There is data in") {
		t.Errorf("moved over other data: %+v", got)
	}

	second := serving(t, data) // on PostgreSQL now
	boss = &served{T: t, url: second.url, token: boss.token}
	if code := boss.create("搬家之后"); code != http.StatusOK {
		t.Errorf("the token of before: %d", code)
	}
	ranAs(t, "a boat at sea\n", "admin", "user", "add", "chen", "--data", data, "--password-stdin")
	elsewhere := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	if got := typedLine(t, "move-store", "--from", data, "--to", elsewhere); got.code != exitFailed || !strings.Contains(got.err, "A server runs") {
		t.Errorf("moved under a running server: %+v", got)
	}
	second.end()

	got := typedLine(t, "move-store", "--from", data, "--to", elsewhere)
	done(t, got)
	if !strings.Contains(got.out, "record") || !strings.Contains(got.out, "serve --data "+elsewhere) {
		t.Errorf("it says %s", got.out)
	}
	third := serving(t, elsewhere)
	boss.url = third.url
	if code := boss.get("/api/v1/me"); code != http.StatusOK {
		t.Errorf("the token on the way back: %d", code)
	}
	third.as("chen", "a boat at sea")
	third.end()

	// The folder that it came from takes it back, too, with the same rows.
	if err := os.Remove(filepath.Join(data, server.DatabaseFile)); err != nil {
		t.Fatal(err)
	}
	done(t, typedLine(t, "move-store", "--from", data, "--to", data, "--json"), &back)
	if where, err := server.Where(data); err != nil || where != filepath.Join(data, server.DatabaseFile) {
		t.Errorf("the folder says %q, %v", where, err)
	}
	if sums(back)["account"].Rows != sums(there)["account"].Rows+1 || sums(back)["holding"].Rows == 0 {
		t.Errorf("back came %+v", back)
	}
}

// end stops the server and waits for it.
func (s *served) end() {
	s.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.Fatalf("the server ended with %v: %s", err, s.log)
	}
}

// Every command works on a store that is elsewhere: named by a file, by the environment, or by the data folder that init
// made for it.
func TestCommandsOnPostgres(t *testing.T) {
	address := postgrestest.New(t)
	file, data := kept(t, address), filepath.Join(t.TempDir(), "data")
	done(t, typedIn(t, "harbour at dawn\n", "init", "--data", data, "--store-file", file, "--password-stdin"))
	again := filepath.Join(t.TempDir(), "again")
	if got := typedIn(t, "harbour at dawn\n", "init", "--data", again, "--store-file", file, "--password-stdin"); got.code != exitFailed || !strings.Contains(got.err, "nothing was changed") {
		t.Errorf("begun anew: %+v", got)
	}
	done(t, typedIn(t, "harbour at dawn\n", "admin", "user", "add", "zhangwei", "--data", data, "--password-stdin"))
	rows := write(t, "客户名称,手机", "东海渔具,13900000001")
	done(t, typedLine(t, "import", "--store-file", file, "--owner", "zhangwei", rows))
	done(t, typedLine(t, "reclaim", "preview", "--data", data))
	done(t, typedLine(t, "reclaim", "run", "--now", "--data", data))
	done(t, typedLine(t, "admin", "settings", "set", "--reclaim-at", "03:30", "--data", data))
	done(t, typedLine(t, "restored", "--data", data))
	var users []map[string]any
	done(t, typedLine(t, "admin", "user", "list", "--store-file", file, "--json"), &users)
	if len(users) != 2 {
		t.Errorf("%d users", len(users))
	}
	cmd := process(t, "admin", "user", "list", "--json")
	cmd.Env = append(cmd.Env, storeEnv+"="+address)
	if out, err := cmd.Output(); err != nil || !strings.Contains(string(out), "zhangwei") {
		t.Errorf("by the environment: %v %s", err, out)
	}
	done(t, typedLine(t, "demo", "--data", filepath.Join(t.TempDir(), "demo"), "--store-file", kept(t, postgrestest.New(t)), "--customers", "20", "--followups", "20", "--tasks", "5"))

	// A second server on the same data needs no folder.
	one, two := serving(t, data), servingWith(t, "--store-file", file)
	if code := one.as("zhangwei", "harbour at dawn").create("一号"); code != http.StatusOK {
		t.Errorf("the first server: %d", code)
	}
	if code := two.as("zhangwei", "harbour at dawn").create("二号"); code != http.StatusOK {
		t.Errorf("the second server: %d", code)
	}
	one.end()
	two.end()
}

// What is wrong with an address is said, and never its password.
func TestAddressesOfStores(t *testing.T) {
	gone := "postgres://yuzhou:tiger-lily@127.0.0.1:1/none?sslmode=disable"
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"password in sight": {[]string{"serve", "--store", gone}, "can be read by everybody"},
		"or as a parameter": {[]string{"serve", "--store", "postgres://h/d?password=tiger-lily"}, "can be read by everybody"},
		"password to move":  {[]string{"move-store", "--from", company(t), "--to", gone}, "can be read by everybody"},
		"no address":        {[]string{"serve", "--store", "mysql://h/d"}, "begins with postgres://"},
		"no file":           {[]string{"serve", "--store-file", "/none"}, "/none"},
		"nobody there":      {[]string{"serve", "--store-file", kept(t, gone)}, "Check its address"},
		"nobody to init":    {[]string{"init", "--data", filepath.Join(t.TempDir(), "d"), "--store-file", kept(t, gone)}, "Check its address"},
		"nowhere to move":   {[]string{"move-store", "--from", company(t)}, "--to-file"},
		"nothing to move":   {[]string{"move-store", "--from", t.TempDir(), "--to", t.TempDir()}, "yuzhou-server init"},
		"not moved":         {[]string{"move-store", "--from", company(t), "--to-file", kept(t, gone)}, "could not be moved"},
	} {
		got := typedLine(t, c.args...)
		if got.code != exitFailed || !strings.Contains(got.err, c.says) {
			t.Errorf("%s: %d %s", name, got.code, got.err)
		}
		if strings.Contains(got.out+got.err, "tiger-lily") {
			t.Errorf("%s: the password is shown: %s", name, got.err)
		}
	}
}
