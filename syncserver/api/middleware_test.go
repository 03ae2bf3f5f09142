package api

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/wire"
)

// planted is the interface with one public route of a test's own.
func planted(limits Limits, log *strings.Builder, sync bool, run func(*API, call)) http.Handler {
	a := New(Config{Clock: clock.System, Log: slog.New(slog.NewJSONHandler(log, nil)), Version: "test", Limits: limits})
	end := endpoint{given: jsonType, status: http.StatusOK, sync: sync, run: run}
	return a.build([]route{{get, "/planted", public, "A test's own.", end}})
}

func asked(t *testing.T, handler http.Handler) (*httptest.ResponseRecorder, wire.Failure) {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/planted", http.NoBody))
	var failure wire.Failure
	if answer.Code != http.StatusOK {
		if err := json.Unmarshal(answer.Body.Bytes(), &failure); err != nil {
			t.Fatalf("%d %q: %v", answer.Code, answer.Body, err)
		}
	}
	return answer, failure
}

// A handler that panics is INTERNAL to the asker; the log has the cause under the request's id, and the next request
// is served.
func TestPanicIsInternal(t *testing.T) {
	var log strings.Builder
	times := 0
	handler := planted(DefaultLimits(), &log, false, func(_ *API, c call) {
		if times++; times == 1 {
			panic("no such table: account")
		}
		c.Status(http.StatusOK)
	})
	answer, failure := asked(t, handler)
	if answer.Code != http.StatusInternalServerError || failure.Code != "INTERNAL" || strings.Contains(answer.Body.String(), "table") {
		t.Errorf("%d %s", answer.Code, answer.Body)
	}
	if !strings.Contains(log.String(), "no such table") || !strings.Contains(log.String(), failure.Request) || failure.Request == "" {
		t.Errorf("the log says %s", &log)
	}
	if answer, _ := asked(t, handler); answer.Code != http.StatusOK {
		t.Errorf("after a panic: %d", answer.Code)
	}
}

// Work that takes longer than a request may is given up, and the client is told to come back.
func TestSlowWorkIsGivenUp(t *testing.T) {
	var log strings.Builder
	limits := DefaultLimits()
	limits.Timeout = time.Millisecond
	handler := planted(limits, &log, false, func(a *API, c call) {
		<-c.Request.Context().Done()
		a.refuse(c.Context, c.Request.Context().Err())
	})
	answer, failure := asked(t, handler)
	if answer.Code != http.StatusServiceUnavailable || failure.Code != "BUSY" || answer.Header().Get("Retry-After") == "" {
		t.Errorf("%d %s %v", answer.Code, answer.Body, answer.Header())
	}
}

// Only so many sync requests run at once: each holds a page in memory.
func TestSyncRequestsAtOnce(t *testing.T) {
	var log strings.Builder
	limits := DefaultLimits()
	limits.AllAtOnce = 1
	inside, leave := make(chan struct{}), make(chan struct{})
	handler := planted(limits, &log, true, func(_ *API, c call) {
		inside <- struct{}{}
		<-leave
		c.Status(http.StatusOK)
	})
	first := make(chan int, 1)
	go func() {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/planted", http.NoBody))
		first <- answer.Code
	}()
	<-inside
	if answer, failure := asked(t, handler); answer.Code != http.StatusServiceUnavailable || failure.Code != "BUSY" {
		t.Errorf("the second: %d %s", answer.Code, answer.Body)
	}
	close(leave)
	if code := <-first; code != http.StatusOK {
		t.Errorf("the first: %d", code)
	}
}
