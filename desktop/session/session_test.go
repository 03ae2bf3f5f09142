package session

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// patience is how long a test waits for an effect.
const patience = 20 * time.Second

func open(t *testing.T, data string) *Session {
	t.Helper()
	s, err := Open(data, Options{
		Clock: clock.At(time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)), Presets: os.DirFS("../../assets/presets"),
		Log: slog.New(slog.DiscardHandler), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The practice book is there again after a restart, and gone after the trial has ended.
func TestPractice(t *testing.T) {
	data := t.TempDir()
	s := open(t, data)
	if s.Book() != nil || s.Account().Known {
		t.Fatal("a new folder holds a book")
	}
	must(t, s.Practice(t.Context()))
	if st := s.Status(); st.State != screen.Practising {
		t.Fatalf("the state is %s", st.State)
	}
	before, err := s.Book().IDs(book.Query{Kind: "customer", View: book.ViewMine})
	must(t, err)
	must(t, s.Close())

	s = open(t, data)
	after, err := s.Book().IDs(book.Query{Kind: "customer", View: book.ViewMine})
	must(t, err)
	if len(after) == 0 || len(after) != len(before) {
		t.Fatalf("%d customers became %d", len(before), len(after))
	}
	must(t, s.LogOut(t.Context()))
	must(t, s.Close())

	s = open(t, data)
	if s.Book() != nil {
		t.Fatal("the practice book survived the end of the trial")
	}
	must(t, s.Close())
}

// A login that fails leaves the folder as it was and says why.
func TestLoginRefused(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"code":"BAD_LOGIN"}`))
	}))
	defer server.Close()
	s := open(t, t.TempDir())
	defer func() { must(t, s.Close()) }()
	for address, want := range map[string]fault.Code{
		server.URL: fault.BadLogin, "http://crm.example": fault.InsecureAddress, "http://127.0.0.1:1": fault.NotListening,
	} {
		err := s.Login(t.Context(), login.Credentials{Server: address, Login: "zw", Password: "x"})
		if got := fault.CodeOf(err); got != want {
			t.Errorf("%s: %s, want %s (%v)", address, got, want, err)
		}
	}
	if s.Account().LoggedIn || s.Book() != nil {
		t.Error("a refused login left something behind")
	}
}

// SYNC-19: whoever cannot log in has something to show to those who are to help, and it is no password.
func TestDiagnosisBeforeLogin(t *testing.T) {
	s := open(t, t.TempDir())
	defer func() { must(t, s.Close()) }()
	for range 2 {
		err := s.Login(t.Context(), login.Credentials{Server: "http://127.0.0.1:1", Login: "zhangwei", Password: "secret"})
		if err == nil {
			t.Fatal("logged in")
		}
	}
	text := s.Diagnosis(screen.Preferences{Language: "en", Mode: "dark", Scale: 110})
	for _, fact := range []string{"yuzhou test", "en, dark, 110 %", "not logged in", "first sync not complete", "login NOT_LISTENING", "127.0.0.1:1/api/v1/login", "2 times"} {
		if !strings.Contains(text, fact) {
			t.Errorf("%q is not told:\n%s", fact, text)
		}
	}
	for _, secret := range []string{"zhangwei", "secret"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is told:\n%s", secret, text)
		}
	}
}

// Whether a window is open can be asked without calling it to the front (SYNC-19).
func TestClaimed(t *testing.T) {
	data := t.TempDir()
	if Claimed(data) {
		t.Error("open before anybody has opened it")
	}
	raised := make(chan struct{}, 1)
	release, err := Claim(data, func() { raised <- struct{}{} })
	must(t, err)
	if !Claimed(data) {
		t.Error("not open")
	}
	if _, err := Claim(data, func() {}); !errors.Is(err, ErrOpen) { // its word comes after ours
		t.Fatal(err)
	}
	select {
	case <-raised:
	case <-time.After(patience):
		t.Fatal("not called to the front")
	}
	release()
	if len(raised) > 0 || Claimed(data) {
		t.Error("called to the front, or still open")
	}
}

// A second start on the same folder asks the first window to come to the front, on another folder it does not.
func TestClaim(t *testing.T) {
	data := t.TempDir()
	raised := make(chan struct{}, 1)
	release, err := Claim(data, func() { raised <- struct{}{} })
	must(t, err)
	link := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(data, link))
	if _, err := Claim(link, func() {}); !errors.Is(err, ErrOpen) {
		t.Fatalf("the second claim gave %v", err)
	}
	select {
	case <-raised:
	case <-time.After(patience):
		t.Fatal("the first window was not asked to come to the front")
	}
	other, err := Claim(t.TempDir(), func() {})
	must(t, err)
	other()
	release()
	again, err := Claim(data, func() {})
	must(t, err)
	again()
}

// Preferences survive a restart; a damaged file gives the starting values and is mended by the next change.
func TestPreferences(t *testing.T) {
	data := t.TempDir()
	start := ReadPreferences(data, "en")
	if want := (screen.Preferences{Language: "en", Mode: "light", Scale: 100}); start != want {
		t.Fatalf("at first: %+v", start)
	}
	set := screen.Preferences{Language: "zh-Hans", Mode: "dark", Scale: 125, Server: "https://crm.example", Login: "zw", Width: 1440, Height: 900}
	must(t, WritePreferences(data, set))
	if got := ReadPreferences(data, "en"); got != set {
		t.Fatalf("read %+v, wrote %+v", got, set)
	}
	for _, damaged := range []string{"", "{", `{"language":"tlh"}`} {
		must(t, os.WriteFile(filepath.Join(data, preferencesFile), []byte(damaged), 0o600))
		if got := ReadPreferences(data, "en"); got != start {
			t.Errorf("%q reads as %+v", damaged, got)
		}
	}
	must(t, WritePreferences(data, set))
	files, err := os.ReadDir(data)
	must(t, err)
	if len(files) != 1 {
		t.Errorf("files left behind: %v", files)
	}
}
