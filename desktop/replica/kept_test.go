package replica

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

func offered(t testing.TB, r *Replica) []change.Mutation {
	t.Helper()
	out, err := r.Offered(1000)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]change.Mutation, len(out))
	for i, o := range out {
		if err := json.Unmarshal(o.Text, &all[i]); err != nil {
			t.Fatal(err)
		}
		want(t, "hash", all[i].Hash, all[i].Sum())
	}
	return all
}

// accept has the server accept all that waits, and a pull bring it.
func accept(t testing.TB, r *Replica, s *server) (all []change.Mutation) {
	t.Helper()
	all = outgoing(t, r)
	var results []change.Result
	for _, m := range all {
		results = append(results, change.Result{ID: m.ID, Outcome: change.Applied, Seq: s.seq + 1})
	}
	s.seq++
	answer(t, r, results...)
	take(t, r, s.end())
	return all
}

// TestKept: what was accepted is kept in order for 30 days, counts nowhere, and is offered again after a restore: under the
// old ids, before what waits, and not laid over what the person sees.
func TestKept(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"level": "A"}), s.customer("c2", "乙", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "B"}, schema.Values{"level": "A"}), set("c2", "customer", "c2", schema.Values{"level": "C"}, nil))
	was := accept(t, r, s)
	take(t, r, s.root("c1", mine), s.put("c1", "customer", "c1", schema.Values{"name": "甲", "level": "D"}), s.end()) // somebody since
	want(t, "outbox", len(outbox(t, r)), 0)
	want(t, "offered without need", len(offered(t, r)), 0)

	save(t, r, set("c2", "customer", "c2", schema.Values{"remark": "新"}, nil))
	if err := r.Restored(); err != nil {
		t.Fatal(err)
	}
	again := offered(t, r)
	want(t, "offered", len(again), 2)
	want(t, "ids", again[0].ID+again[1].ID, was[0].ID+was[1].ID)
	want(t, "outbox", len(outbox(t, r)), 1)
	want(t, "what the person sees", get(t, r, "customer", "c1").Text("level"), "D")
	_, restored, err := r.Sender()
	if err != nil || !restored {
		t.Fatal("it is not said that what waits was typed before the restore", err)
	}
	if _, err := r.AnswerOffered([]change.Result{
		{ID: again[0].ID, Outcome: change.Noop}, {ID: again[1].ID, Outcome: change.Refused, Fault: fault.New(fault.NotHolder)},
	}, "epoch2"); err != nil {
		t.Fatal(err)
	}
	want(t, "offered", len(offered(t, r)), 0)
	items, err := r.Tray()
	if err != nil || len(items) != 2 {
		t.Fatal(items, err)
	}
	want(t, "told of the restore", items[1].Type+" "+string(items[1].Fault.Code), "notice EPOCH_CHANGED")
	want(t, "told", string(items[0].Fault.Code)+items[0].Fault.Params["Code"]+fmt.Sprint(items[0].Mutation.Set["level"]), "FORGOTTENNOT_HOLDERC")
	// The first is still kept, for the next restore.
	if err := r.Restored(); err != nil {
		t.Fatal(err)
	}
	want(t, "offered once more", len(offered(t, r)), 1)
}

// TestKeptForAWhile: after 30 days what was accepted is forgotten, but not what is being offered.
func TestKeptForAWhile(t *testing.T) {
	now := noon
	dir := t.TempDir()
	r, err := Open(dir, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if err := r.SetAccount(Account{User: me, Device: newID()}); err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"remark": "canary-5b21"}, nil))
	accept(t, r, s)
	now = noon.Add(keepFor - time.Hour)
	if err := r.Upkeep(); err != nil {
		t.Fatal(err)
	}
	want(t, "kept", count(t, r, "kept"), int64(1))
	now = noon.Add(keepFor + time.Hour)
	if err := r.Upkeep(); err != nil {
		t.Fatal(err)
	}
	want(t, "kept", count(t, r, "kept"), int64(0))
	if bytes.Contains(raw(t, dir), []byte("canary-5b21")) {
		t.Fatal("its bytes are still there")
	}
}

// TestKeptLeavesWithItsCustomer (I6): when a customer leaves, what is kept of him leaves as bytes too, whether it was
// settled before the leave, with it, or after it.
func TestKeptLeavesWithItsCustomer(t *testing.T) {
	const canary = "canary-77aa01"
	for _, when := range []string{"before", "with", "after", "dropped", "rescan"} {
		r := laptop(t)
		s := newServer(t)
		first(t, r, s, s.customer("c1", "甲", me, nil), s.customer("c2", "乙", me, nil))
		save(t, r, set("c1", "customer", "c1", schema.Values{"remark": canary}, nil))
		id := outgoing(t, r)[0].ID
		result := change.Result{ID: id, Outcome: change.Applied, Seq: s.seq + 1}
		switch when {
		case "before":
			answer(t, r, result)
			s.seq++
			take(t, r, s.end())
			want(t, "kept", count(t, r, "kept"), int64(1))
			take(t, r, s.out("c1", mine, nil), s.end())
		case "with":
			s.seq++
			take(t, r, s.out("c1", mine, nil), frameOf(result), s.end())
		case "after":
			take(t, r, s.out("c1", mine, nil), s.end())
			want(t, "the edit waits", len(outbox(t, r)), 1)
			s.seq++
			answer(t, r, result)
			take(t, r, s.end())
		case "dropped":
			answer(t, r, result)
			s.seq++
			take(t, r, s.end())
			delete(s.face, mine)
			take(t, r, dropOf(mine), s.end())
		case "rescan":
			answer(t, r, result)
			s.seq++
			take(t, r, s.end())
			if err := r.Rescan(); err != nil {
				t.Fatal(err)
			}
			delete(s.roots, "c1")
			take(t, r, list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.join("c2", mine), s.join("settings", about),
				s.join("dept-top", about), s.join(me, about), s.join("rule-default", about), s.join("followup_method.visit", about), s.end())...)
		}
		want(t, when+": kept", count(t, r, "kept"), int64(0))
		want(t, when+": outbox", len(outbox(t, r)), 0)
		if bytes.Contains(raw(t, r.Dir()), []byte(canary)) {
			t.Fatalf("%s: bytes of a customer that left are still in the files", when)
		}
	}
}

// TestParkedDaily: what the server failed on is sent once more after a day, with what hangs on it, under its old id.
func TestParkedDaily(t *testing.T) {
	now := noon
	r, err := Open(t.TempDir(), func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	if err := r.SetAccount(Account{User: me, Device: newID()}); err != nil {
		t.Fatal(err)
	}
	s := newServer(t)
	first(t, r, s)
	save(t, r, create("n1", "customer", "n1", schema.Values{"name": "新"}), create("n1", "contact", "k1", schema.Values{"name": "王"}))
	sent := outgoing(t, r)
	if err := r.Park(sent[0].ID, fault.New(fault.Parked)); err != nil {
		t.Fatal(err)
	}
	want(t, "tray", count(t, r, "tray"), int64(2))
	for _, hours := range []int{1, 25} {
		now = noon.Add(time.Duration(hours) * time.Hour)
		if err := r.RetryParked(); err != nil {
			t.Fatal(err)
		}
		want(t, "outbox", len(outbox(t, r)), map[int]int{1: 0, 25: 2}[hours])
	}
	want(t, "tray", count(t, r, "tray"), int64(0))
	again := outgoing(t, r)
	want(t, "ids", again[0].ID+again[1].ID, sent[0].ID+sent[1].ID)
	want(t, "in sight", get(t, r, "contact", "k1").Text("name"), "王")
}
