package jobs_test

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/jobs"
	"yuzhou/syncserver/server"
)

// ten is ten in the morning in Shanghai, after the usual minute of the reclaim (02:00).
var ten = time.Date(2026, 11, 3, 2, 0, 0, 0, time.UTC)

// opened is a new company whose clock a test moves.
func opened(t *testing.T) (*server.Core, *clockwork.FakeClock) {
	t.Helper()
	clk := clockwork.NewFakeClockAt(ten)
	core, err := server.Create(t.Context(), filepath.Join(t.TempDir(), "data"), clk, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	seed(t, core)
	return core, clk
}

// seed makes the company.
func seed(t *testing.T, core *server.Core) {
	t.Helper()
	records, err := server.Presets(hub.Values{"company": "海岸工业"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = core.Hub.Seed(t.Context(), hub.Setup{Records: records, Login: "admin", Name: "管理员", Password: "harbour at dawn"})
	if err != nil {
		t.Fatal(err)
	}
}

// dues are the runs that were made, newest first.
func dues(t *testing.T, h *hub.Hub) []time.Time {
	t.Helper()
	reports, err := h.Reports(t.Context(), hub.System, 10)
	if err != nil {
		t.Fatal(err)
	}
	var all []time.Time
	for _, r := range reports {
		all = append(all, time.UnixMilli(r.Due).UTC())
	}
	return all
}

// movedUntil moves the clock by minutes until something is so.
func movedUntil(t *testing.T, clk *clockwork.FakeClock, there func() bool) {
	t.Helper()
	ticker, limit := time.NewTicker(2*time.Millisecond), time.NewTimer(time.Minute)
	defer ticker.Stop()
	defer limit.Stop()
	for !there() {
		select {
		case <-ticker.C:
			clk.Advance(time.Minute)
		case <-limit.C:
			t.Fatalf("it did not come until %v", clk.Now())
		}
	}
}

// A run that was missed while the server was down is made up once at the start; the next one comes at its minute, also
// when the settings were changed meanwhile (REC-12).
func TestReclaimRuns(t *testing.T) {
	core, clk := opened(t)
	defer func() { _ = core.Close() }()
	timetable, err := jobs.New(core.Hub, core.Lead, clk, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	timetable.Start()
	missed := time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC) // 02:00 of the 3rd in Shanghai
	waitUntil(t, func() bool { return len(dues(t, core.Hub)) == 1 })
	if got := dues(t, core.Hub)[0]; !got.Equal(missed) {
		t.Errorf("the run made up is that of %v", got)
	}

	if _, err := core.Hub.Put(t.Context(), hub.System, "settings", "settings", hub.Values{"reclaim_at": "10:20"}); err != nil {
		t.Fatal(err)
	}
	next := time.Date(2026, 11, 3, 2, 20, 0, 0, time.UTC)
	movedUntil(t, clk, func() bool { return len(dues(t, core.Hub)) == 2 })
	if got := dues(t, core.Hub)[0]; !got.Equal(next) || clk.Now().Before(next) {
		t.Errorf("the run of %v was made at %v", got, clk.Now())
	}
	if err := timetable.Close(); err != nil {
		t.Error(err)
	}

	// Started again, there is nothing to make up.
	again, err := jobs.New(core.Hub, core.Lead, clk, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	again.Start()
	start := clk.Now()
	movedUntil(t, clk, func() bool { return clk.Now().After(start.Add(10 * time.Minute)) })
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if got := dues(t, core.Hub); len(got) != 2 {
		t.Errorf("runs %v", got)
	}
}

// lockedLog is a log that is read while it is written.
type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// What a run did stands in the log in numbers; whom it took stands only in its report, for those who may read that.
func TestTheLogNamesNobody(t *testing.T) {
	core, clk := opened(t)
	defer func() { _ = core.Close() }()
	users, err := core.Hub.List(t.Context(), hub.System, "user")
	if err != nil {
		t.Fatal(err)
	}
	verdicts, err := core.Hub.Import(t.Context(), hub.System, []hub.ImportRow{{Customer: hub.Values{"name": "不进日志有限公司"}, Owner: users[0].ID}})
	if err != nil || verdicts[0].Verdict != hub.ImportCreated {
		t.Fatalf("%+v %v", verdicts, err)
	}
	clk.Advance(100 * 24 * time.Hour)
	var log lockedLog
	timetable, err := jobs.New(core.Hub, core.Lead, clk, slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	timetable.Start()
	waitUntil(t, func() bool { return strings.Contains(log.String(), "reclaim run") })
	if err := timetable.Close(); err != nil {
		t.Error(err)
	}
	if text := log.String(); !strings.Contains(text, `"reclaimed":1`) || strings.Contains(text, "不进日志") || strings.Contains(text, verdicts[0].Customer) {
		t.Errorf("the log says %s", text)
	}
}

// The timetable leaves nothing running behind.
func TestCloseLeavesNothing(t *testing.T) {
	core, clk := opened(t)
	defer func() { _ = core.Close() }()
	before := runtime.NumGoroutine()
	for range 3 {
		timetable, err := jobs.New(core.Hub, core.Lead, clk, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		timetable.Start()
		if err := timetable.Close(); err != nil {
			t.Error(err)
		}
	}
	waitUntil(t, func() bool { return runtime.NumGoroutine() <= before })
}

// waitUntil waits for an effect, at most a minute.
func waitUntil(t *testing.T, there func() bool) {
	t.Helper()
	ticker, limit := time.NewTicker(5*time.Millisecond), time.NewTimer(time.Minute)
	defer ticker.Stop()
	defer limit.Stop()
	for !there() {
		select {
		case <-ticker.C:
		case <-limit.C:
			stacks := make([]byte, 1<<20)
			t.Fatalf("it did not come:\n%s", stacks[:runtime.Stack(stacks, true)])
		}
	}
}
