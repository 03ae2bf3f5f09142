package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Every code of the closed list has its status, and none is left over.
func TestStatusesAreComplete(t *testing.T) {
	for _, code := range fault.Codes() {
		if s, ok := statuses[code]; !ok || s < 400 || s > 599 {
			t.Errorf("%s has the status %d", code, s)
		}
	}
	if len(statuses) != len(fault.Codes()) {
		t.Errorf("%d statuses for %d codes", len(statuses), len(fault.Codes()))
	}
}

// A client tries again on 408, 429 and 5xx alone, so no final refusal may have one of these.
func TestFinalRefusalsAreNotRetried(t *testing.T) {
	again := map[fault.Code]bool{
		fault.TooManyTries: true, fault.Busy: true, fault.Offline: true, fault.NotOurServer: true, fault.DiskFull: true,
		fault.ReplicaBroken: true, fault.Parked: true, fault.Internal: true,
	}
	for code, s := range statuses {
		retried := s == http.StatusRequestTimeout || s == http.StatusTooManyRequests || s >= 500
		if retried != again[code] {
			t.Errorf("%s has the status %d", code, s)
		}
	}
}

func refused(t *testing.T, log *strings.Builder, err error) (*httptest.ResponseRecorder, wire.Failure) {
	t.Helper()
	gin.SetMode(gin.ReleaseMode)
	a := &API{log: slog.New(slog.NewTextHandler(log, nil))}
	answer := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(answer)
	c.Request = httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/", http.NoBody)
	c.Set(keyRequest, "request-1")
	a.refuse(c, err)
	var failure wire.Failure
	if err := json.Unmarshal(answer.Body.Bytes(), &failure); err != nil {
		t.Fatalf("%q: %v", answer.Body.String(), err)
	}
	return answer, failure
}

// What nobody has named never leaves the server; the log has it, under the id that the asker is given.
func TestInternalErrorsDoNotLeak(t *testing.T) {
	var log strings.Builder
	answer, failure := refused(t, &log, fmt.Errorf("open /var/lib/secret: %w", errors.New("no such table: account")))
	if answer.Code != http.StatusInternalServerError || failure.Code != string(fault.Internal) {
		t.Errorf("got %d %s", answer.Code, failure.Code)
	}
	if body := answer.Body.String(); strings.Contains(body, "secret") || strings.Contains(body, "table") {
		t.Errorf("the answer leaks: %s", body)
	}
	if !strings.Contains(log.String(), "no such table") || !strings.Contains(log.String(), failure.Request) || failure.Request == "" {
		t.Errorf("the log misses the cause or the request: %s", log.String())
	}
}

func TestFailuresCarryTheirNumbers(t *testing.T) {
	var log strings.Builder
	answer, failure := refused(t, &log, fault.New(fault.DailyLimit, "Limit", 5, "Used", 5).About("customer", "pool"))
	if answer.Code != http.StatusConflict || failure.Params["Limit"] != "5" || failure.Field != "pool" {
		t.Errorf("got %d %+v", answer.Code, failure)
	}
	if log.Len() != 0 {
		t.Errorf("an ordinary refusal is no error of the server: %s", log.String())
	}
	for _, err := range []error{fault.New(fault.Busy), fault.New(fault.TooManyTries, "Seconds", 7)} {
		answer, _ = refused(t, &log, err)
		if answer.Header().Get("Retry-After") == "" {
			t.Errorf("%v: no Retry-After", err)
		}
	}
	if answer.Header().Get("Retry-After") != "7" {
		t.Errorf("Retry-After is %q", answer.Header().Get("Retry-After"))
	}
	if answer, failure = refused(t, &log, context.DeadlineExceeded); answer.Code != http.StatusServiceUnavailable || failure.Code != string(fault.Busy) {
		t.Errorf("work that took too long: %d %s", answer.Code, failure.Code)
	}
}
