package jobs_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/jobs"
	"yuzhou/syncserver/store"
)

// heads are the heads of the chain that a log tells, with all that stands beside them.
func heads(t *testing.T, text string) (list []store.Link) {
	t.Helper()
	for line := range strings.Lines(text) {
		var l struct {
			Time, Level, Msg string
			Node             int
			Seq              int64
			Sum              string
		}
		if strings.Contains(line, `"chain head"`) {
			d := json.NewDecoder(bytes.NewReader([]byte(line)))
			d.DisallowUnknownFields() // nothing else has a place there
			if err := d.Decode(&l); err != nil {
				t.Fatalf("%v in %s", err, line)
			}
			list = append(list, store.Link{Seq: l.Seq, Sum: l.Sum})
		}
	}
	return list
}

// rename changes something, so that the chain moves, and gives its head.
func rename(t *testing.T, h *hub.Hub, name string) store.Link {
	t.Helper()
	if _, err := h.Put(t.Context(), hub.System, "settings", "settings", hub.Values{"number_prefix": name}); err != nil {
		t.Fatal(err)
	}
	head, err := h.HistoryHead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// The head of the chain is in the log each hour in which it moved, and each of them is in the chain (I13).
func TestTheHeadIsLoggedHourly(t *testing.T) {
	core, clk := opened(t)
	defer func() { _ = core.Close() }()
	var log lockedLog
	timetable, err := jobs.New(core.Hub, core.Lead, clk, slog.New(slog.NewJSONHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	timetable.Start()
	waitUntil(t, func() bool { return strings.Contains(log.String(), "reclaim run") && len(heads(t, log.String())) > 0 })
	quiet := clk.Now().Add(3 * time.Hour)
	movedUntil(t, clk, func() bool { return clk.Now().After(quiet) })
	before := len(heads(t, log.String()))
	if before > 2 { // one at the start, one after the run that was made up
		t.Errorf("%d heads although it did not move:\n%s", before, log.String())
	}
	for i, name := range []string{"A", "B"} {
		want := rename(t, core.Hub, name)
		movedUntil(t, clk, func() bool { return len(heads(t, log.String())) == before+i+1 })
		if got := heads(t, log.String()); got[len(got)-1] != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if err := timetable.Close(); err != nil {
		t.Error(err)
	}
	_, err = core.Hub.VerifyHistory(t.Context(), hub.System, heads(t, log.String()), func(b store.Break) { t.Errorf("%+v", b) })
	if err != nil {
		t.Error(err)
	}
}

// Of three nodes one alone tells the head.
func TestTheHeadIsLoggedByOneNode(t *testing.T) {
	all, clk, _ := nodes(t, 3)
	for _, a := range all {
		a.timetable.Start()
	}
	text := func() (text string) {
		for _, a := range all {
			text += a.log.String()
		}
		return text
	}
	waitUntil(t, func() bool { return told(all, "reclaim run") == 1 && told(all, "chain head") > 0 })
	want := rename(t, all[1].core.Hub, "C")
	movedUntil(t, clk, func() bool { return strings.Contains(text(), want.Sum) })
	later := clk.Now().Add(3 * time.Hour)
	movedUntil(t, clk, func() bool { return clk.Now().After(later) })
	if n := strings.Count(text(), want.Sum); n != 1 {
		t.Errorf("it was told %d times", n)
	}
}
