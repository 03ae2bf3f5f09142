package syncer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// TestOnce: a first sync, then changes go out and the replica is at the head.
func TestOnce(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	want(t, "pulled", once(t, y).PulledRows, 1)
	edit(t, r, 1200)
	report := once(t, y)
	want(t, "pushed", report.Pushed, 1200)
	want(t, "arrived", len(s.got), 1200)
	want(t, "left to send", unsent(t, r), int64(0))
	status := y.Status()
	want(t, "online", status.Online && status.Fault == nil && status.LastSync.Equal(noon), true)
}

// TestStrangersAreNotBelieved: whatever answers instead of our server changes nothing, and counts as no answer.
func TestStrangersAreNotBelieved(t *testing.T) {
	html := func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<html>please log in</html>")
	}
	for name, c := range map[string]struct {
		answer func(s *station, w http.ResponseWriter)
		code   fault.Code
	}{
		"captive portal": {func(_ *station, w http.ResponseWriter) { html(w) }, fault.NotOurServer},
		"portal redirect": {func(_ *station, w http.ResponseWriter) {
			w.Header().Set("Location", "/login")
			w.WriteHeader(http.StatusFound)
		}, fault.NotOurServer},
		"no epoch": {func(s *station, w http.ResponseWriter) {
			epoch := s.epoch
			s.epoch = ""
			s.write(w, wire.Frame{End: &wire.End{}})
			s.epoch = epoch
		}, fault.NotOurServer},
		"wrong digest": {func(s *station, w http.ResponseWriter) {
			w.Header().Set("Content-Type", wire.ContentType)
			w.Header().Set(wire.HeaderEpoch, s.epoch)
			w.Header().Set(wire.HeaderDigest, wire.Digest([]byte("other")))
			_, _ = fmt.Fprint(w, "other body")
		}, fault.Offline},
		"truncated": {func(s *station, w http.ResponseWriter) {
			w.Header().Set("Content-Length", "1000")
			w.Header().Set("Content-Type", wire.ContentType)
			_, _ = fmt.Fprint(w, "begin")
		}, fault.Offline},
		"gateway": {func(_ *station, w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway); html(w) }, fault.Busy},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			r, y := laptop(t, s)
			once(t, y)
			edit(t, r, 3)
			s.answer = func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool { c.answer(s, w); return true }
			_, err := y.Once(t.Context())
			want(t, "code", fault.CodeOf(err), c.code)
			want(t, "to be tried again", passing(err), true)
			want(t, "still to send", unsent(t, r), int64(3))
			s.answer = nil
			once(t, y)
			want(t, "sent", unsent(t, r), int64(0))
		})
	}
}

// TestLostAnswer: a batch that arrived but whose answer was lost is sent again, the same mutations, and has one effect.
func TestLostAnswer(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	edit(t, r, 5)
	lost := false
	s.answer = func(w http.ResponseWriter, r *http.Request, batch []change.Mutation) bool {
		if len(batch) == 0 || lost {
			return false
		}
		lost = true
		for _, m := range batch {
			s.times[m.ID]++
			s.got = append(s.got, m)
		}
		panic(http.ErrAbortHandler)
	}
	_, err := y.Once(t.Context())
	want(t, "lost", fault.CodeOf(err), fault.Offline)
	again, z := reopen(t, s, r.Dir(), Options{}) // and the program was killed
	once(t, z)
	want(t, "arrived", len(s.got), 5)
	want(t, "twice", s.times[s.got[0].ID], 2)
	want(t, "left to send", unsent(t, again), int64(0))
}

// TestBisect: a mutation that the server refuses as a whole batch, or fails on, is found and put aside; all others arrive
// in order.
func TestBisect(t *testing.T) {
	for status, code := range map[int]fault.Code{http.StatusBadRequest: fault.Malformed, http.StatusInternalServerError: fault.Parked} {
		s := newStation(t)
		r, y := laptop(t, s)
		once(t, y)
		edit(t, r, 100)
		out, err := r.Outbox()
		if err != nil {
			t.Fatal(err)
		}
		bad := out[37].Mutation.ID
		s.answer = func(w http.ResponseWriter, _ *http.Request, batch []change.Mutation) bool {
			for _, m := range batch {
				if m.ID == bad {
					fail(w, status, "MALFORMED")
					return true
				}
			}
			return false
		}
		refused := 0
		for range patience {
			report, err := y.Once(t.Context())
			refused += report.Refused
			if err != nil && !passing(err) {
				t.Fatal(err)
			}
		}
		want(t, "refused", refused, 1)
		want(t, "arrived", len(s.got), 99)
		want(t, "left to send", unsent(t, r), int64(0))
		tray, err := r.Tray()
		if err != nil {
			t.Fatal(err)
		}
		want(t, "tray", tray[0].Mutation.ID, bad)
		want(t, "why", tray[0].Fault.Code, code)
		for i, m := range s.got {
			if i < 37 && m.ID != out[i].Mutation.ID || i >= 37 && m.ID != out[i+1].Mutation.ID {
				t.Fatalf("mutation %d came out of order", i)
			}
		}
	}
}

// TestServerThatFailsOnEverything: while its disk or its database is gone a server may fail on every push, for hours; that
// is no mutation's fault, and everything arrives when it is well again.
func TestServerThatFailsOnEverything(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	edit(t, r, 5)
	s.answer = func(w http.ResponseWriter, r *http.Request, _ []change.Mutation) bool {
		if r.URL.Path == wire.PathPush {
			fail(w, http.StatusInternalServerError, string(fault.Internal))
		}
		return r.URL.Path == wire.PathPush
	}
	for range 3 * patience {
		if _, err := y.Once(t.Context()); !passing(err) {
			t.Fatal(err)
		}
	}
	tray, err := r.TrayCount()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "put aside", tray, int64(0))
	s.answer = nil
	once(t, y)
	want(t, "arrived", len(s.got), 5)
	want(t, "left to send", unsent(t, r), int64(0))
}

// TestWholeRefusalsAreNobodysFault: who we are and when we ask is not the mutations' fault; nothing goes to the tray.
func TestWholeRefusalsAreNobodysFault(t *testing.T) {
	for status, c := range map[int]struct {
		code    fault.Code
		passing bool
	}{
		http.StatusUnauthorized: {fault.Unauthorized, false}, http.StatusTooManyRequests: {fault.Busy, true}, http.StatusServiceUnavailable: {fault.Busy, true},
		http.StatusUpgradeRequired: {fault.OldProtocol, false}, http.StatusRequestTimeout: {fault.Busy, true},
	} {
		s := newStation(t)
		r, y := laptop(t, s)
		once(t, y)
		edit(t, r, 3)
		s.answer = func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
			fail(w, status, string(c.code))
			return true
		}
		_, err := y.Once(t.Context())
		want(t, "code", fault.CodeOf(err), c.code)
		want(t, fmt.Sprint(status, " passes"), passing(err), c.passing)
		want(t, "paused", y.Status().Paused, status == http.StatusUnauthorized)
		want(t, "still to send", unsent(t, r), int64(3))
	}
}

// TestFirstSyncResumes: cut after any page, the first sync goes on with the page it has not got.
func TestFirstSyncResumes(t *testing.T) {
	for cut := range 5 {
		s := newStation(t)
		s.pages = map[string][]wire.Frame{"": {{Grant: &wire.Grant{Scope: "all"}}, {End: &wire.End{More: true, Token: "p1", Total: 4}}}}
		for i := 1; i <= 4; i++ {
			end := wire.Frame{End: &wire.End{More: true, Token: fmt.Sprint("p", i+1), Done: int64(i), Total: 4}}
			if i == 4 {
				end = s.end()
			}
			s.pages[fmt.Sprint("p", i)] = []wire.Frame{s.root(fmt.Sprint("c", i)), s.row("customer", fmt.Sprint("c", i), schema.Values{"name": "甲"}), end}
		}
		s.pages["p4"][2] = s.end()
		r, y := laptop(t, s)
		pulls := 0
		s.answer = func(w http.ResponseWriter, req *http.Request, _ []change.Mutation) bool {
			if req.URL.Path != wire.PathPull {
				return false
			}
			pulls++
			if pulls == cut+1 {
				panic(http.ErrAbortHandler)
			}
			return false
		}
		if _, err := y.Once(t.Context()); fault.CodeOf(err) != fault.Offline {
			t.Fatalf("cut at page %d: %v", cut, err)
		}
		again, z := reopen(t, s, r.Dir(), Options{})
		var phases []string
		z.Listen(func(st Status) { phases = append(phases, fmt.Sprint(st.Phase, st.Done, "/", st.Total)) })
		once(t, z)
		n, err := again.Count(replica.Filter{Kind: "customer"})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "customers", n, int64(4))
		seen := map[string]int{}
		for _, token := range s.asked {
			seen[token]++
		}
		for token, times := range seen {
			if times > 1 {
				t.Fatalf("cut at %d: page %q came %d times", cut, token, times)
			}
		}
		if cut < 3 && !strings.Contains(strings.Join(phases, " "), "first 3 / 4") && !strings.Contains(strings.Join(phases, " "), "first3/4") {
			t.Fatalf("no progress: %v", phases)
		}
	}
}

// TestEpochChange: a restored server is noticed; everything is fetched anew, unsent changes stay, answered ones whose
// effect has not come are sent again.
func TestEpochChange(t *testing.T) {
	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	edit(t, r, 2)
	once(t, y)
	edit(t, r, 1)
	s.epoch, s.seq = "e2", 1
	s.pages[""] = []wire.Frame{{Grant: &wire.Grant{Scope: "all"}}, s.root("c2"), s.row("customer", "c2", schema.Values{"name": "乙"}), s.end()}
	s.answer = func(w http.ResponseWriter, req *http.Request, batch []change.Mutation) bool {
		if req.URL.Path == wire.PathPull && len(s.asked) == 2 {
			s.asked = append(s.asked, "refused")
			fail(w, http.StatusConflict, string(fault.EpochChanged))
			return true
		}
		return false
	}
	once(t, y)
	if _, ok, err := r.Get("customer", "c1"); ok || err != nil {
		t.Fatalf("the former rows are still there: %v", err)
	}
	if _, ok, err := r.Get("customer", "c2"); !ok || err != nil {
		t.Fatalf("the new rows are not there: %v", err)
	}
	status, err := r.Status()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "epoch", status.Epoch, "e2")
}

// TestRun: Run syncs after a change, tries again after failures with growing random waits, and stops for an ended session
// until somebody logs in.
func TestRun(t *testing.T) {
	s := newStation(t)
	waits := make(chan time.Duration)
	r, y := reopen(t, s, t.TempDir(), Options{Wait: func(ctx context.Context, d time.Duration) error {
		select {
		case waits <- d:
		case <-ctx.Done():
		}
		return ctx.Err()
	}})
	states := make(chan Status, 1000)
	y.Listen(func(st Status) { states <- st })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); y.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })

	until := func(what string, is func(Status) bool) Status {
		t.Helper()
		deadline := time.After(20 * time.Second)
		for {
			select {
			case st := <-states:
				if is(st) {
					return st
				}
			case <-waits:
			case <-deadline:
				t.Fatalf("%s did not come", what)
			}
		}
	}
	synced := func(st Status) bool { return !st.Syncing && st.Online && st.Fault == nil }
	until("the sync at the start", synced)
	edit(t, r, 1)
	until("the sync after a change", synced)
	want(t, "sent", unsent(t, r), int64(0))

	set := func(answer func(http.ResponseWriter, *http.Request, []change.Mutation) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.answer = answer
	}
	set(func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
		fail(w, 503, "BUSY")
		return true
	})
	edit(t, r, 1)
	until("a failure", func(st Status) bool { return !st.Syncing && !st.Online })
	for range 5 {
		if d := <-waits; d > maxBackoff {
			t.Fatalf("waits %v", d)
		}
		until("another failure", func(st Status) bool { return !st.Syncing && !st.Online })
	}
	set(nil)
	until("the server is back", synced)

	set(func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
		fail(w, 401, "UNAUTHORIZED")
		return true
	})
	edit(t, r, 1)
	until("the end of the session", func(st Status) bool { return st.Paused })
	set(nil)
	y.Now()
	until("logged in again", synced)
	want(t, "sent", unsent(t, r), int64(0))
}

// TestBackoff: waits are random below a bound that doubles up to five minutes, and not shorter than the server asks.
func TestBackoff(t *testing.T) {
	for n := 1; n < 40; n++ {
		for range 50 {
			if d := backoff(n, errors.New("x")); d <= 0 || d > maxBackoff || n < 8 && d > firstBackoff<<n {
				t.Fatalf("failure %d waits %v", n, d)
			}
		}
	}
	if d := backoff(1, &rejection{fault.New(fault.Busy), 429, time.Minute}); d < time.Minute {
		t.Fatalf("waits %v though the server asked for a minute", d)
	}
}

// TestCommand: a sync without a window gives a line and an exit code.
func TestCommand(t *testing.T) {
	s := newStation(t)
	dir := t.TempDir()
	run := func(c Command) (string, int) {
		c.Dir, c.Clock = dir, clock.At(noon)
		var out strings.Builder
		code := OnceCommand(t.Context(), c, &out)
		return out.String(), code
	}
	line, code := run(Command{})
	want(t, "never logged in", line+fmt.Sprint(code), "failed code=UNAUTHORIZED\n1")
	line, code = run(Command{Server: s.url, Login: "zw", Password: strings.NewReader("secret\n"), Device: "x"})
	want(t, "first", line+fmt.Sprint(code), "synced pushed=0 refused=0 conflicts=0 pulled=1 left=0 unsent=0 tray=0\n0")
	r, err := replica.Open(dir, clock.At(noon))
	if err != nil {
		t.Fatal(err)
	}
	edit(t, r, 2)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	s.answer = func(w http.ResponseWriter, _ *http.Request, batch []change.Mutation) bool {
		if len(batch) == 0 {
			return false
		}
		s.write(w, wire.Frame{Result: &change.Result{ID: batch[0].ID, Outcome: change.Applied, Seq: 2}},
			wire.Frame{Result: &change.Result{ID: batch[1].ID, Outcome: change.Refused, Fault: fault.New(fault.NotHolder)}}, wire.Frame{End: &wire.End{}})
		return true
	}
	line, code = run(Command{})
	want(t, "refused", line+fmt.Sprint(code), "attention pushed=1 refused=1 conflicts=0 pulled=0 left=0 unsent=0 tray=1\n3")
	s.answer = func(w http.ResponseWriter, _ *http.Request, _ []change.Mutation) bool {
		fail(w, 429, "TOO_MANY_TRIES")
		return true
	}
	line, code = run(Command{})
	want(t, "failed", line+fmt.Sprint(code), "failed code=TOO_MANY_TRIES\n1")
}
