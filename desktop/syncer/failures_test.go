package syncer

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// SYNC-19: what failed is remembered with its phase, code and cause, beyond the life of one syncer.
func TestFailuresOfSyncs(t *testing.T) {
	s := newStation(t)
	failed := &Failures{}
	r, y := reopen(t, s, t.TempDir(), Options{Failures: failed})
	s.answer = func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
		fail(w, http.StatusServiceUnavailable, string(fault.Busy))
		return true
	}
	for range 3 {
		if _, err := y.Once(t.Context()); err == nil {
			t.Fatal("no failure")
		}
	}
	s.answer = nil
	once(t, y)
	edit(t, r, 1)
	s.web.Close()
	z, err := New(r, Options{Failures: failed})
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	if _, err := z.Once(t.Context()); err == nil {
		t.Fatal("no failure")
	}
	all := failed.List()
	if len(all) != 2 {
		t.Fatalf("remembered %+v", all)
	}
	first, second := all[0], all[1]
	if first.Phase != PhaseFirst || first.Code != fault.Busy || first.Cause != "HTTP 503" || first.Times != 3 || !first.Last.Equal(noon) {
		t.Errorf("first: %+v", first)
	}
	host := strings.TrimPrefix(s.url, "http://")
	if second.Phase != PhasePush || second.Code != fault.NotListening || second.Times != 1 ||
		!strings.Contains(second.Cause, host+wire.PathPush) || !strings.Contains(second.Cause, syscall.ECONNREFUSED.Error()) {
		t.Errorf("second: %+v", second)
	}
}

// SYNC-19: no more are kept than fit a page, the last ones; the same again is counted, not listed.
func TestFailuresAreFew(t *testing.T) {
	var f Failures
	f.Note(noon, PhasePull, nil)
	for i := range 3 * mostFailures {
		f.Note(noon.Add(time.Duration(i)*time.Minute), fmt.Sprint("phase ", i), fault.New(fault.Busy))
	}
	for i := range 1000 {
		f.Note(noon.Add(time.Duration(i)*time.Hour), PhasePull, fault.New(fault.Offline).Because("x", errors.New("no network")))
		f.Note(noon.Add(time.Duration(i)*time.Hour), PhasePokes, fault.New(fault.Offline))
	}
	all := f.List()
	if len(all) != mostFailures || all[0].Phase != fmt.Sprint("phase ", 3*mostFailures-mostFailures+2) {
		t.Fatalf("%d are kept, the oldest %+v", len(all), all[0])
	}
	got := all[mostFailures-2]
	if want := (Failure{noon, noon.Add(999 * time.Hour), 1000, PhasePull, fault.Offline, "no network"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// SYNC-19: a cause tells what network and system said, and nothing of records, queries, passwords or strangers' answers.
func TestCausesTellNoRecords(t *testing.T) {
	const secret = "甲乙丙13862904417"
	reset := &url.Error{Op: "Post", URL: "https://u:password@crm.example:8443/api/v1/pull?token=" + secret + "#" + secret, Err: syscall.ECONNRESET}
	for want, err := range map[string]error{
		"Post crm.example:8443/api/v1/pull: connection reset by peer": offline(wire.PathPull, reset),
		"no connection; proxy …: malformed answer …": fault.New(fault.NotListening, "Host", secret).Because(wire.PathPush,
			errors.Join(errUnreached, fmt.Errorf("proxy %q: malformed answer %q", "u:"+secret+"@x", "a\"b "+secret+" https://x"))),
		"HTTP 409":            &rejection{fault.New("孙丽", "Holder", secret), http.StatusConflict, 0},
		"HTTP 302":            fault.New(fault.NotOurServer, "Status", 302),
		"":                    fault.New(fault.AlreadyHeld, "Holder", secret),
		"*errors.errorString": fault.New(fault.Malformed, "What", "line").Because(wire.PathPull, errors.New("bad line: "+secret)),
	} {
		var f Failures
		f.Note(noon, PhasePull, err)
		got := f.List()[0]
		if got.Cause != want {
			t.Errorf("%v: %q, want %q", err, got.Cause, want)
		}
		if strings.Contains(fmt.Sprint(got), "甲") || strings.Contains(fmt.Sprint(got), "孙丽") || strings.Contains(fmt.Sprint(got), "password") {
			t.Errorf("%+v tells too much", got)
		}
	}
	if long := spoken(strings.Repeat("长 ", 1000)); len([]rune(long)) > mostSaid+1 {
		t.Errorf("%d characters", len([]rune(long)))
	}
}
