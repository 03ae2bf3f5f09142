package syncer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/syncfile"
	"yuzhou/shared/wire"
)

// carried opens a sync file as the server would, and gives its requests.
func carried(t *testing.T, file []byte) (head syncfile.Head, parts []syncfile.Part) {
	t.Helper()
	r, err := syncfile.Open(bytes.NewReader(file), func(syncfile.Head) (string, error) { return syncfile.Secret("secret"), nil })
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r.Head, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, p)
	}
}

// sealed makes the answer to a file.
func sealed(t *testing.T, head syncfile.Head, parts ...syncfile.Part) []byte {
	t.Helper()
	head.Way = syncfile.Answer
	var file bytes.Buffer
	w, err := syncfile.NewWriter(&file, head, syncfile.Secret("secret"))
	for _, p := range parts {
		if err == nil {
			err = w.Put(p)
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func body(t *testing.T, path string, frames ...wire.Frame) syncfile.Part {
	t.Helper()
	w := wire.NewWriter()
	for _, f := range frames {
		if err := w.Line(f); err != nil {
			t.Fatal(err)
		}
	}
	text, digest, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return syncfile.Part{Path: path, Type: wire.ContentType, Digest: digest, Epoch: "e1", Status: 200, Body: text}
}

// page answers the question of a replica with these frames.
func (s *station) page(r *replica.Replica, frames ...wire.Frame) syncfile.Part {
	ask, _, _, err := r.Position()
	if err != nil {
		s.t.Fatal(err)
	}
	t, _ := s.t.(*testing.T)
	p := body(t, wire.PathPull, frames...)
	p.Cursor, p.Page = ask.Cursor, ask.Token
	return p
}

type fullStick struct{ left int }

func (f *fullStick) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("no space left on the stick")
	}
	return len(p), nil
}

// TestStickIsFull (SYNC-15, I1): changes of a file that could not be written were never sent, and can be taken back.
func TestStickIsFull(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	edit(t, r, 3)
	for _, room := range []int{0, 300, 700} {
		if _, err := y.SaveFile(&fullStick{room}); err == nil {
			t.Fatal("a full stick took it")
		}
		entries, err := r.Outbox()
		if err != nil || len(entries) != 3 || entries[0].State != replica.Waiting || entries[0].Tries != 0 {
			t.Fatalf("%+v %v", entries, err)
		}
	}
	if id, err := r.SyncFile(); err != nil {
		t.Fatal(id, err)
	}
}

// TestFileOfRefusedBatch (SYNC-15, I7, I11): a batch that the server could not answer stays, is told, and keeps no news away;
// the clock of the answer says nothing about this laptop's.
func TestFileOfRefusedBatch(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	edit(t, r, 2)
	var file bytes.Buffer
	if n, err := y.SaveFile(&file); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	skew := y.Status().Skew
	head, parts := carried(t, file.Bytes())
	want(t, "parts", len(parts), 2)
	for _, p := range parts {
		want(t, "token", p.Token, "secret")
		want(t, "digest", p.Digest, wire.Digest(p.Body))
	}
	refused := syncfile.Part{Path: wire.PathPush, Type: jsonType, Status: 500, Body: []byte(`{"code":"INTERNAL"}`)}
	answer := sealed(t, head, refused, s.page(r, s.root("c2"), s.row("customer", "c2", map[string]any{"name": "新来的"}), s.end()))
	report, err := y.ReadFile(t.Context(), bytes.NewReader(answer))
	want(t, "told", fault.CodeOf(err), fault.Internal)
	want(t, "news", report.PulledRows, 1)
	want(t, "left in the outbox", unsent(t, r), 2)
	want(t, "skew", y.Status().Skew, skew)
	once(t, y)
	want(t, "sent over the network", unsent(t, r), 0)
	want(t, "each once", len(s.got), 2)
}

// TestFileIsReadAgain (SYNC-15): an answer that could not be taken is not used up.
func TestFileIsReadAgain(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	var file bytes.Buffer
	if _, err := y.SaveFile(&file); err != nil {
		t.Fatal(err)
	}
	head, _ := carried(t, file.Bytes())
	whole := s.page(r, s.root("c2"), s.row("customer", "c2", map[string]any{"name": "新来的"}), s.end())
	half := body(t, wire.PathPull, s.root("c2"))
	half.Cursor, half.Page = whole.Cursor, whole.Page
	_, err := y.ReadFile(t.Context(), bytes.NewReader(sealed(t, head, half)))
	want(t, "without its end", fault.CodeOf(err), fault.Malformed)
	report, err := y.ReadFile(t.Context(), bytes.NewReader(sealed(t, head, whole)))
	if err != nil || report.PulledRows != 1 {
		t.Fatal(report, err)
	}
}

// TestFileCommand: files without a window (SYNC-15). A file that is there is not written over.
func TestFileCommand(t *testing.T) {
	s := newStation(t)
	dir, stick := t.TempDir(), t.TempDir()
	run := func(c Command) string {
		c.Dir, c.Clock = dir, clock.At(noon)
		var out strings.Builder
		code := OnceCommand(t.Context(), c, &out)
		return out.String() + fmt.Sprint(code)
	}
	path := filepath.Join(stick, "a"+syncfile.Extension)
	want(t, "never logged in", run(Command{SaveTo: path}), "failed code=UNAUTHORIZED\n1")
	if _, err := os.Stat(path); err == nil {
		t.Fatal("half a file was left")
	}
	run(Command{Server: s.url, Login: "zw", Password: strings.NewReader("secret\n"), Device: "x"})
	r, err := replica.Open(dir, clock.At(noon))
	if err != nil {
		t.Fatal(err)
	}
	edit(t, r, 1)
	var id string
	if entries, err := r.Outbox(); err != nil {
		t.Fatal(err)
	} else {
		id = entries[0].Mutation.ID
	}
	last := s.page(r, s.end())
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want(t, "saved", run(Command{SaveTo: path}), fmt.Sprintf("saved changes=1 file=%q\n0", path))
	want(t, "saved over", run(Command{SaveTo: path}), fmt.Sprintf("failed code=EXISTS name=%q\n1", path))
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, _ := carried(t, text)
	result := change.Result{ID: id, Outcome: change.Applied, Seq: s.seq}
	answer := sealed(t, head, body(t, wire.PathPush, wire.Frame{Result: &result}, wire.Frame{End: &wire.End{}}), last)
	if err := os.WriteFile(path, answer, 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, "read", run(Command{ReadFrom: path}), "synced pushed=1 refused=0 conflicts=0 pulled=0 left=0 unsent=0 tray=0\n0")
	want(t, "read twice", run(Command{ReadFrom: path}), "failed code=SYNC_FILE_STALE\n1")
	if line := run(Command{ReadFrom: filepath.Join(stick, "none")}); !strings.HasPrefix(line, "failed code=BAD_FILE") {
		t.Fatal(line)
	}
}
