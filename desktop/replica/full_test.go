package replica

import (
	"errors"
	"strings"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// quota lets the file have no page more than now, and so many on top; 0 takes the bound away.
func quota(t testing.TB, r *Replica, more int64) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	pages, err := r.write.number("PRAGMA page_count")
	if err != nil {
		t.Fatal(err)
	}
	bound := pages + more
	if more < 0 {
		bound = 1 << 30
	}
	if got, err := r.write.number("PRAGMA max_page_count = " + schema.Number{}.Format(bound)); err != nil || got != bound {
		t.Fatal(got, err)
	}
}

// TestDiskFull: whatever is written when the disk is full says so in words, leaves nothing half done, and goes on when there
// is space again.
func TestDiskFull(t *testing.T) {
	long := strings.Repeat("写得很长的一次跟进。", 2000)
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"level": "A"}), s.customer("c2", "乙", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "B"}, schema.Values{"level": "A"}))
	full := func(what string, err error) {
		t.Helper()
		if fault.CodeOf(err) != fault.DiskFull {
			t.Fatalf("%s on a full disk: %v", what, err)
		}
	}
	bound := func() { quota(t, r, 0) }

	bound()
	full("an edit", r.Save(create("c1", "followup", "f1", schema.Values{"content": long, "occurred_at": at(0)}), set("c1", "customer", "c1", schema.Values{"level": "C"}, nil)))
	gone(t, r, "followup", "f1")
	want(t, "half an edit", get(t, r, "customer", "c1").Text("level"), "B")
	want(t, "outbox", len(outbox(t, r)), 1)

	page := list(s.root("c2", mine), s.put("c2", "customer", "c2", schema.Values{"name": "乙二"}), s.put("c2", "followup", "f9", schema.Values{"content": long}), s.end())
	p, err := r.Decode(body(t, page...))
	if err != nil {
		t.Fatal(err)
	}
	cursor := func() string {
		t.Helper()
		st, err := r.Status()
		if err != nil {
			t.Fatal(err)
		}
		return st.Cursor
	}
	before := cursor()
	_, err = r.Take(p, "epoch")
	full("a pull", err)
	want(t, "half a pull", get(t, r, "customer", "c2").Text("name")+cursor(), "乙"+before)
	staged, err := r.Decode(body(t, list(s.root("c2", mine), s.put("c2", "followup", "f8", schema.Values{"content": random(60 << 10)}), more("x"))...))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Take(staged, "epoch")
	full("a page that is kept", err)

	quota(t, r, -1)
	save(t, r, create("c1", "followup", "f1", schema.Values{"content": long, "occurred_at": at(0)}))
	m := outgoing(t, r)
	bound()
	_, err = r.Answer([]change.Result{{ID: m[1].ID, Outcome: change.Refused, Fault: fault.New(fault.NoRight)}}, "epoch")
	full("a refusal", err)
	want(t, "still in the outbox", len(outbox(t, r)), 2)
	want(t, "not in the tray", count(t, r, "tray"), int64(0))

	quota(t, r, -1)
	answer(t, r, change.Result{ID: m[1].ID, Outcome: change.Refused, Fault: fault.New(fault.NoRight)})
	want(t, "in the tray", count(t, r, "tray"), int64(1))
	if _, err := r.Take(p, "epoch"); err != nil {
		t.Fatal(err)
	}
	want(t, "pulled", get(t, r, "followup", "f9").Text("content"), long)
}

// TestDiskFullInFirstSync: a first sync that the disk has no room for begins its page anew when there is room.
func TestDiskFullInFirstSync(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	take(t, r, list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.company(), more("1"))...)
	var all []wire.Frame
	for i := range 50 {
		id := "c" + schema.Number{}.Format(int64(100+i))
		all = append(all, s.customer(id, "甲", me, schema.Values{"remark": random(4 << 10)})...)
	}
	p, err := r.Decode(body(t, append(all, s.end())...))
	if err != nil {
		t.Fatal(err)
	}
	quota(t, r, 0)
	if _, err := r.Take(p, "epoch"); fault.CodeOf(err) != fault.DiskFull {
		t.Fatalf("a first sync on a full disk: %v", err)
	}
	want(t, "half a page", count(t, r, "customer"), int64(0))
	quota(t, r, -1)
	if p, err = r.Decode(body(t, append(all, s.end())...)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Take(p, "epoch"); err != nil {
		t.Fatal(err)
	}
	want(t, "customers", count(t, r, "customer"), int64(50))
}

// random is a text that does not get smaller when it is compressed.
func random(n int) string {
	var b strings.Builder
	for b.Len() < n {
		b.WriteString(newID())
	}
	return b.String()
}

// TestUndoneTransaction (I1, I4): when the disk is full SQLite undoes the whole transaction by itself. What would have been
// written next must not become a transaction of its own, whoever goes on in spite of the error.
func TestUndoneTransaction(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "B"}, nil))
	quota(t, r, 0)
	err := r.change(durable, func(tx *tx) error {
		full := tx.setMeta("prefer.large", random(64<<10))
		if fault.CodeOf(broken(full)) != fault.DiskFull || !tx.c.AutoCommit() {
			t.Fatal("SQLite has not undone the transaction:", full)
		}
		return errors.Join(full, tx.exec("DELETE FROM outbox"), tx.plain("DELETE FROM tray"), tx.setMeta("prefer.small", "x"))
	})
	if fault.CodeOf(err) != fault.DiskFull {
		t.Fatal(err)
	}
	want(t, "outbox", len(outbox(t, r)), 1)
	want(t, "written alone", count(t, r, "meta WHERE key = 'prefer.small'"), int64(0))
	err = r.change(durable, func(tx *tx) error { _ = tx.setMeta("prefer.large", random(64<<10)); return nil })
	if fault.CodeOf(err) != fault.DiskFull {
		t.Fatal("a transaction that was undone is committed:", err)
	}
	quota(t, r, -1)
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "C"}, nil))
	want(t, "after it", get(t, r, "customer", "c1").Text("level"), "C")
}
