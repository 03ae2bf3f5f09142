package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"yuzhou/shared/syncfile"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/server"
)

// TestSyncFileCommand (SYNC-15): the command answers a file beside it, again as often as it is asked; what is no file of a
// laptop is refused, and leaves nothing behind.
func TestSyncFileCommand(t *testing.T) {
	data, stick := company(t), t.TempDir()
	core, err := server.OpenCore(t.Context(), data, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	login := wire.Login{Login: "lina", Password: "harbour at dawn", Device: uuid.Must(uuid.NewV7()).String(), Name: "前台", Protocol: wire.Protocol}
	session, err := core.Hub.Login(t.Context(), login, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := core.Close(); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	w, err := syncfile.NewWriter(&file, syncfile.Head{Way: syncfile.Request, ID: "f", Device: login.Device}, syncfile.Secret(session.Token))
	if err != nil {
		t.Fatal(err)
	}
	ask, err := json.Marshal(wire.Pull{Protocol: wire.Protocol})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put(syncfile.Part{Path: "/api/v1/pull", Type: "application/json", Digest: wire.Digest(ask), Token: session.Token, Body: ask}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(stick, "a"+syncfile.Extension)
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var all []answered
		done(t, typedLine(t, "sync-file", path, "--data", data, "--json"), &all)
		if len(all) != 1 || all[0].Pages == 0 || all[0].Device != login.Device || all[0].Changes != 0 || all[0].Answer != filepath.Join(stick, "a-answer"+syncfile.Extension) {
			t.Fatalf("%+v", all)
		}
	}
	if got := typedLine(t, "sync-file", path, "--data", data); got.code != exitDone || !strings.Contains(got.out, "前台") || !strings.Contains(got.out, "a-answer") {
		t.Errorf("%+v", got)
	}
	for name, content := range map[string][]byte{"cut": file.Bytes()[:file.Len()-1], "another": []byte("name,mobile\n"), "empty": nil} {
		bad := filepath.Join(stick, name+syncfile.Extension)
		if err := os.WriteFile(bad, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := typedLine(t, "sync-file", bad, "--data", data); got.code != exitFailed || !strings.Contains(got.err, name+syncfile.Extension+" was not answered:\nThis is no sync file") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	left, err := filepath.Glob(filepath.Join(stick, "*"))
	hidden, _ := filepath.Glob(filepath.Join(stick, ".answer*"))
	if err != nil || len(left) != 5 || len(hidden) != 0 {
		t.Errorf("%v %v %v", left, hidden, err)
	}
}
