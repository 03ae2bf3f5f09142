package replica

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// SYNC-19: the facts are those of the replica, whether it is open or not.
func TestInspect(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	take(t, r, append(list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.company()), more("p2"))...)
	if f := Inspect(r.Dir()); f.Err != nil || f.Published || !slices.Contains(f.Rows, Count{"settings", 1}) {
		t.Errorf("in the first sync: %+v", f)
	}
	take(t, r, append(s.customer("c1", "甲", me, nil), s.end())...)
	early, late := talk("早"), talk("晚")
	early.Mutation.At = noon.Add(-time.Hour).UnixMilli()
	ok(t, r.Save(late, early))
	ok(t, r.PutBack(TrayItem{ID: "1", Type: TrayRefusal, At: 1, Mutation: &early.Mutation, Fault: fault.New(fault.NotHolder)}))
	ok(t, r.PutBack(TrayItem{ID: "2", Type: TrayRefusal, At: 1, Mutation: &early.Mutation, Fault: fault.New("甲乙丙")}))
	ok(t, r.PutBack(TrayItem{ID: "3", Type: TrayLeave, At: 1}))
	ok(t, r.SetSkew(-1500))
	look := func(when string) {
		t.Helper()
		f := Inspect(r.Dir())
		ok(t, f.Err)
		if !f.Here || f.Bytes == 0 || f.Schema == 0 || !f.LoggedIn || !f.Published || f.Rescan || f.Doubt || f.Skew != -1500 || f.Epoch != "epoch" || f.Cursor != s.seq {
			t.Errorf("%s: %+v", when, f)
		}
		if f.LastSync != noon.UnixMilli() || f.Oldest != early.Mutation.At {
			t.Errorf("%s: last sync %d, oldest %d", when, f.LastSync, f.Oldest)
		}
		if !slices.Equal(f.Outbox, []Count{{Waiting, 2}}) || !slices.Equal(f.Tray, []Count{{TrayLeave, 1}, {"refusal NOT_HOLDER", 1}, {"refusal ?", 1}}) {
			t.Errorf("%s: outbox %v, tray %v", when, f.Outbox, f.Tray)
		}
		for _, c := range []Count{{"customer", 1}, {"holding", 1}, {"followup", 2}, {"task", 0}} {
			if !slices.Contains(f.Rows, c) {
				t.Errorf("%s: not %v, %v", when, c, f.Rows)
			}
		}
	}
	look("open")
	ok(t, r.Rescan())
	if !Inspect(r.Dir()).Rescan {
		t.Error("a rescan is not told")
	}
	ok(t, r.change(durable, func(tx *tx) error { return tx.setMeta(metaStage, "") }))
	ok(t, r.Close())
	look("closed")
	if left, err := os.ReadDir(r.Dir()); err != nil || len(left) != 1 {
		t.Errorf("looking has left something: %v, %v", left, err)
	}
	if again := reopen(t, r.Dir()); again.aside {
		t.Error("looking did damage")
	}
}

// SYNC-19: what is not a replica, or not a whole one, is told as far as it can be, and is left as it is.
func TestInspectTrouble(t *testing.T) {
	if f := Inspect(filepath.Join(t.TempDir(), "none")); f.Here || f.Err != nil {
		t.Errorf("nothing there: %+v", f)
	}
	dir := t.TempDir()
	if f := Inspect(dir); f.Here || f.Err != nil {
		t.Errorf("empty folder: %+v", f)
	}
	path := filepath.Join(dir, FileName)
	ok(t, os.WriteFile(path, []byte(strings.Repeat("no database ", 1000)), 0o600))
	ok(t, os.WriteFile(filepath.Join(dir, damagedName+"20260309-101112.db"), nil, 0o600))
	ok(t, os.WriteFile(filepath.Join(dir, damagedName+"20260309-101112.db-wal"), nil, 0o600))
	f := Inspect(dir)
	if !f.Here || fault.CodeOf(f.Err) != fault.ReplicaBroken || len(f.Rescues) != 1 || !f.Rescues[0].Equal(time.Date(2026, 3, 9, 10, 11, 12, 0, time.UTC)) {
		t.Errorf("damaged: %+v", f)
	}
	if _, err := os.Stat(filepath.Join(dir, doubtName)); err == nil {
		t.Error("looking has left a mark")
	}

	r, s := laptop(t), newServer(t) // a page of the outbox is gone; the rest is told
	first(t, r, s, s.customer("c1", "甲", me, nil))
	for range 200 {
		ok(t, r.Save(talk(strings.Repeat("长", 500))))
	}
	root, err := r.write.number("SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'")
	ok(t, err)
	ok(t, r.Checkpoint())
	ok(t, r.Close())
	file, err := os.OpenFile(filepath.Join(r.Dir(), FileName), os.O_WRONLY, 0)
	ok(t, err)
	_, err = file.WriteAt([]byte(strings.Repeat("x", 4096)), (root-1)*4096)
	ok(t, err)
	ok(t, file.Close())
	f = Inspect(r.Dir())
	if fault.CodeOf(f.Err) != fault.ReplicaBroken || !f.LoggedIn || !slices.Contains(f.Rows, Count{"followup", 200}) {
		t.Errorf("half of it: %+v", f)
	}
}

// SYNC-19: a cause tells what the system said and nothing of what a decoder read.
func TestCause(t *testing.T) {
	_, missing := os.Open(filepath.Join(t.TempDir(), "张伟", "x"))
	r := laptop(t)
	_, sqlite := r.write.number("SELECT missing FROM meta")
	_, parsing := time.Parse(time.DateOnly, "甲乙丙")
	for want, err := range map[string]error{
		"":                                  fault.New(fault.NotHolder, "Holder", "甲乙丙"),
		"open: no such file or directory":   fmt.Errorf("replica: 甲乙丙: %w", missing),
		"sqlite 1: no such column: missing": errors.Join(fault.New(fault.DiskFull), sqlite),
		"*time.ParseError; EOF":             fault.New(fault.Internal).Because("甲乙丙", errors.Join(parsing, fmt.Errorf("甲乙丙: %w", io.EOF))),
	} {
		if got := Cause(err); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}

func talk(content string) Edit {
	return create("c1", "followup", newID(), schema.Values{"content": content, "method": "visit", "occurred_at": at(0), "recorded_at": at(0)})
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
