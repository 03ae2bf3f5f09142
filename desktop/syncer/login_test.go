package syncer

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// TestDamagedLogin: a laptop does not take itself for somebody else because the answer to its login was damaged.
func TestDamagedLogin(t *testing.T) {
	s := newStation(t)
	r, _ := laptop(t, s)
	s.answer = func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
		body := `{"token":"secret","user":"u-me","name":"张伟","epoch":"e1","time":1}`
		w.Header().Set("Content-Type", jsonType)
		w.Header().Set(wire.HeaderDigest, wire.Digest([]byte(body)))
		_, _ = fmt.Fprint(w, strings.Replace(body, "u-me", "u-mg", 1))
		return true
	}
	_, err := SignIn(t.Context(), r, nil, Credentials{Address: s.url, Login: "zw", Password: "p", Device: "test"})
	want(t, "code", fault.CodeOf(err), fault.Offline)
	account, err := r.Account()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "who", account.User, me)
}

// TestAddress: passwords go over TLS, except on this very machine.
func TestAddress(t *testing.T) {
	for text, wanted := range map[string]string{
		"crm.example.com": "https://crm.example.com", " https://crm.example.com:8443/ ": "https://crm.example.com:8443", "127.0.0.1:8080": "http://127.0.0.1:8080",
		"http://localhost:1": "http://localhost:1", "http://[::1]:8080": "http://[::1]:8080", "https://a/b": "https://a/b",
		"http://crm.example.com": "INSECURE_ADDRESS", "http://10.0.0.5:8080": "INSECURE_ADDRESS", "": "BAD_ADDRESS", "ftp://x": "BAD_ADDRESS", "https://u:p@x": "BAD_ADDRESS",
		"https://x?y=1": "BAD_ADDRESS", "http://": "BAD_ADDRESS", "http://localhost.evil.com": "INSECURE_ADDRESS",
	} {
		got, err := Address(text)
		if err != nil {
			got = string(fault.CodeOf(err))
		}
		want(t, text, got, wanted)
	}
}

// TestOtherAccount: a folder belongs to one account; another one may start clean there, but not over unsent work.
func TestOtherAccount(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	edit(t, r, 1)
	user := "u-other"
	s.answer = func(w http.ResponseWriter, req *http.Request, _ []change.Mutation) bool {
		if req.URL.Path != wire.PathLogin {
			return false
		}
		w.Header().Set("Content-Type", jsonType)
		_, _ = fmt.Fprintf(w, `{"token":"t","user":%q,"epoch":"e1","time":%d}`, user, clock.Millis(noon.Add(-time.Hour)))
		return true
	}
	_, err := SignIn(t.Context(), r, nil, Credentials{Address: s.url, Login: "x", Password: "y"})
	want(t, "over unsent work", fault.CodeOf(err), fault.OtherAccount)
	once(t, y)
	account, err := SignIn(t.Context(), r, nil, Credentials{Address: s.url, Login: "x", Password: "y"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "user", account.User, user)
	status, err := r.Status()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "clean", status.Published, false)
	want(t, "skew", status.Skew, time.Hour.Milliseconds())
}

// TestSignOut: the token goes, the book stays.
func TestSignOut(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	if err := SignOut(t.Context(), r, nil); err == nil {
		t.Fatal("the station has no logout; its answer should be told")
	}
	s.answer = func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
		w.WriteHeader(204)
		return true
	}
	if err := SignOut(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	_, err := y.Once(t.Context())
	want(t, "after logout", fault.CodeOf(err), fault.Unauthorized)
	if _, ok, err := r.Get("customer", "c1"); !ok || err != nil {
		t.Fatal("the book went with the session")
	}
}
