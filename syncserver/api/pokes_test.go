package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/shared/wire"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// patience is how long a test waits for an effect.
const patience = 20 * time.Second

// events is a stream of pokes that somebody listens to.
type events struct {
	*office
	reply
	lines chan string // without the empty ones; closed at the end of the stream
	close func()
}

// listen opens a stream.
func (o *office) listen(login string) *events {
	o.Helper()
	return o.listenAt(o.server.URL(), o.token(login))
}

func (o *office) listenAt(url, token string) *events {
	o.Helper()
	ctx, cancel := context.WithCancel(o.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/pokes", http.NoBody)
	o.must(err)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request) //nolint:bodyclose // closed where it is read to its end
	o.must(err)
	e := &events{office: o, reply: reply{status: answer.StatusCode, header: answer.Header}, lines: make(chan string, 1000), close: cancel}
	o.Cleanup(cancel)
	if e.status != http.StatusOK {
		e.body, err = io.ReadAll(answer.Body)
		o.must(err)
		o.must(json.Unmarshal(e.body, &e.failure))
		o.must(answer.Body.Close())
		return e
	}
	go func() {
		defer close(e.lines)
		defer func() { _ = answer.Body.Close() }()
		for scan := bufio.NewScanner(answer.Body); scan.Scan(); {
			if scan.Text() != "" {
				e.lines <- scan.Text()
			}
		}
	}()
	return e
}

// next gives the next line, "" at the end of the stream.
func (e *events) next() string {
	e.Helper()
	select {
	case line := <-e.lines:
		return line
	case <-time.After(patience):
		e.Fatal("the stream says nothing")
		return ""
	}
}

// poked waits for a poke of a commit at least as new as the given one.
func (e *events) poked(atLeast int64) int64 {
	e.Helper()
	for {
		line := e.next()
		if line == "" {
			e.Fatal("the stream has ended")
		}
		text, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		head, err := strconv.ParseInt(text, 10, 64)
		e.must(err)
		if head >= atLeast {
			return head
		}
	}
}

// over waits for the end of the stream.
func (e *events) over() {
	e.Helper()
	for e.next() != "" {
		continue
	}
}

// A stream is plain text that only says that there is news: at once, and when somebody else's edit touches what the
// listener may see. It holds nothing of a customer (SYNC-02).
func TestPokes(t *testing.T) {
	o := newOffice(t)
	boss, mine := o.listen(manager), o.listen(seller)
	head := boss.poked(1)
	mine.poked(1)
	if kind := boss.header.Get("Content-Type"); kind != "text/event-stream" || boss.header.Get(wire.HeaderEpoch) == "" || boss.header.Get("Content-Encoding") != "" {
		t.Errorf("%v", boss.header)
	}
	o.customer(seller, "东海渔具")
	if now := boss.poked(head + 1); now != mine.poked(head+1) {
		t.Errorf("told of %d", now)
	}
}

// Every beat the stream says something, by the server's clock, so that nobody takes it for dead.
func TestPokesBeat(t *testing.T) {
	clk := clockwork.NewFakeClockAt(time.Date(2026, 11, 3, 2, 0, 0, 0, time.UTC))
	o := newOfficeWith(t, server.Config{Clock: clk})
	e := o.listen(seller)
	e.poked(1)
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	start := clk.Now()
	for n := range 3 {
		limit := time.After(patience)
		for heard := false; !heard; {
			select {
			case line := <-e.lines:
				if heard = line == ":"; !heard {
					t.Fatalf("the stream said %q", line)
				}
			case <-ticker.C:
				clk.Advance(time.Second)
			case <-limit:
				t.Fatalf("no beat %d until %v", n+1, clk.Now().Sub(start))
			}
		}
	}
	if passed := clk.Now().Sub(start); passed < 3*25*time.Second {
		t.Errorf("three beats in %v", passed)
	}
}

// A stream ends with the session, for whatever reason, with the history after a restore, and with the server, which does
// not wait for it.
func TestPokesEnd(t *testing.T) {
	o := newOffice(t)
	for name, end := range map[string]func(){
		"the device is revoked": func() { o.revokeDeviceOf(other) },
		"the user is disabled": func() {
			o.read(o.ask(admin, http.MethodPost, "/api/v1/admin/users/"+o.users[outsider]+"/disable", nil), http.StatusOK, nil)
		},
		"logged out": func() { o.read(o.ask(seller, http.MethodPost, "/api/v1/logout", nil), http.StatusNoContent, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			who := map[string]string{"the device is revoked": other, "the user is disabled": outsider, "logged out": seller}[name]
			e := o.listen(who)
			e.poked(1)
			end()
			e.over()
			if got := o.listenAt(o.server.URL(), o.token(who)); got.status != http.StatusUnauthorized {
				t.Errorf("opened again with %d", got.status)
			}
		})
	}
	e := o.listen(manager)
	e.poked(1)
	core, err := server.OpenCore(t.Context(), o.data, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	o.must(err)
	_, _, err = core.Hub.Restored(t.Context(), hub.System) // as the command does, in a process of its own
	o.must(errors.Join(err, core.Close()))
	o.read(o.ask(admin, http.MethodPatch, "/api/v1/admin/settings", api.Change{Values: map[string]any{"warn_days": 9}}), http.StatusOK, nil)
	e.over()
	e = o.listen(manager)
	e.poked(1)
	o.stop()
	e.over()
}

// A user has so many streams and no more; a device that comes again takes the place of its own oldest one. A stream takes
// no place from other requests.
func TestPokesAreLimited(t *testing.T) {
	limits := api.DefaultLimits()
	limits.Streams, limits.AtOnce = 3, 1
	o := newLimitedOffice(t, limits)
	first := o.token(seller)
	delete(o.tokens, seller)
	second := o.token(seller) // another device
	url := o.server.URL()
	one, two, three := o.listenAt(url, first), o.listenAt(url, first), o.listenAt(url, second)
	for _, e := range []*events{one, two, three} {
		e.poked(1)
	}
	full := o.listenAt(url, second)
	if full.status != http.StatusTooManyRequests || full.failure.Code != "BUSY" || full.failure.Params["Seconds"] == "" || full.header.Get("Retry-After") == "" {
		t.Errorf("a stream too many: %d %+v", full.status, full.failure)
	}
	again := o.listenAt(url, first) // its line was cut, and the server does not know yet
	again.poked(1)
	one.over()
	o.read(o.ask(seller, http.MethodGet, "/api/v1/me", nil), http.StatusOK, nil)
	o.listen(manager).poked(1)
	three.close()
	over := time.After(patience)
	for o.listenAt(url, second).status != http.StatusOK {
		select {
		case <-over:
			t.Fatal("the place of one that left stays taken")
		default:
		}
	}
}

// The times of common requests do not bound a stream: each line has its own.
func TestPokesOutliveTheTimeouts(t *testing.T) {
	o := newOffice(t)
	folder := t.TempDir()
	o.must(os.WriteFile(filepath.Join(folder, server.DatabaseFile), companyFile, 0o600))
	core, err := server.OpenCore(t.Context(), folder, clockwork.NewRealClock(), slog.New(slog.DiscardHandler))
	o.must(err)
	defer func() { o.must(core.Close()) }()
	limits := api.DefaultLimits()
	limits.Timeout = 50 * time.Millisecond
	beats := make(chan struct{})
	routes := api.New(api.Config{
		Hub: core.Hub, Clock: core.Clock, Log: slog.New(slog.DiscardHandler), Version: "test", Limits: limits,
		Ready: func(context.Context) api.Readiness { return api.Readiness{Ready: true} },
		Wait: func(ctx context.Context, _ time.Duration) error {
			select {
			case <-beats:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	})
	web := httptest.NewUnstartedServer(routes.Handler())
	web.Config.ReadTimeout, web.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	web.Start()
	defer web.Close()
	session, err := core.Hub.Login(t.Context(), wire.Login{Login: seller, Password: password, Device: newID(t), Name: "x", Protocol: wire.Protocol}, "")
	o.must(err)
	e := o.listenAt(web.URL, session.Token)
	defer e.close()
	e.poked(1)
	for range 3 { // as often as somebody who says nothing is cut off
		silent, err := net.Dial("tcp", web.Listener.Addr().String())
		o.must(err)
		_, err = io.ReadAll(silent)
		o.must(err)
		o.must(silent.Close())
	}
	select {
	case beats <- struct{}{}:
	case <-time.After(patience):
		t.Fatal("the stream has ended")
	}
	if line := e.next(); line != ":" {
		t.Errorf("after the timeouts: %q", line)
	}
}
