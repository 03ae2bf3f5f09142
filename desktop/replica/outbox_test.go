package replica

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

func outgoing(t testing.TB, r *Replica) []change.Mutation {
	t.Helper()
	out, err := r.Outgoing(wire.MaxMutations)
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

func answer(t testing.TB, r *Replica, results ...change.Result) {
	t.Helper()
	if _, err := r.Answer(results, "epoch"); err != nil {
		t.Fatal(err)
	}
}

func outbox(t testing.TB, r *Replica) []Entry {
	t.Helper()
	all, err := r.Outbox()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestKilled: what was saved is there when the program is started again after it was killed: nothing is written at exit.
func TestKilled(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"mobile": "13800000001"}))
	save(t, r, set("c1", "customer", "c1", schema.Values{"mobile": "13800000002"}, schema.Values{"mobile": "13800000001"}))

	again := reopen(t, r.Dir()) // r is not closed
	want(t, "mobile", get(t, again, "customer", "c1").Text("mobile"), "13800000002")
	want(t, "outbox", len(outbox(t, again)), 1)
}

// TestPullUnderEdits: server rows land under unsent edits, the edits keep the base that was seen, and tags of both live.
func TestPullUnderEdits(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"mobile": "13800000001", "level": "A", "tags": []string{"旧"}}))
	save(t, r, set("c1", "customer", "c1", schema.Values{"mobile": "13800000002"}, schema.Values{"mobile": "13800000001"}))
	save(t, r, set("c1", "customer", "c1", schema.Values{"tags": []string{"我", "旧"}}, schema.Values{"tags": []string{"旧"}}))

	take(t, r, s.root("c1", mine), s.put("c1", "customer", "c1", schema.Values{
		"name": "甲新", "mobile": "13800000009", "level": "B", "tags": []string{"他", "旧"},
	}), s.end())
	c := get(t, r, "customer", "c1")
	want(t, "mobile", c.Text("mobile"), "13800000002")
	want(t, "level", c.Text("level"), "B")
	want(t, "name", c.Text("name"), "甲新")
	want(t, "tags", fmt.Sprint(c.Set("tags")), fmt.Sprint(schema.NewSet("我", "旧", "他")))
	want(t, "base", outbox(t, r)[0].Mutation.Base["mobile"], any("13800000001"))

	// The server keeps the committed mobile: conflict. Nothing flickers before its row is here.
	for _, m := range outgoing(t, r) {
		answer(t, r, change.Result{ID: m.ID, Outcome: change.Conflict, Seq: s.seq + 1})
	}
	want(t, "still mine", get(t, r, "customer", "c1").Text("mobile"), "13800000002")
	take(t, r, s.root("c1", mine), s.put("c1", "customer", "c1", schema.Values{"name": "甲新", "mobile": "13800000009"}), s.end())
	want(t, "theirs", get(t, r, "customer", "c1").Text("mobile"), "13800000009")
	want(t, "outbox", len(outbox(t, r)), 0)
	want(t, "shadows", count(t, r, "shadow"), int64(0))
}

func count(t testing.TB, r *Replica, table string) (n int64) {
	t.Helper()
	if err := r.view(func(c *conn) (err error) {
		n, err = c.number("SELECT count(*) FROM " + table)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNoFlicker: an accepted edit stays in sight until the pull that brings its row, also when another pull comes first.
func TestNoFlicker(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"name": "乙"}, schema.Values{"name": "甲"}))
	m := outgoing(t, r)[0]
	answer(t, r, change.Result{ID: m.ID, Outcome: change.Applied, Seq: s.seq + 5})
	take(t, r, s.end()) // of a moment before the commit
	want(t, "name", get(t, r, "customer", "c1").Text("name"), "乙")
	want(t, "entries", len(outbox(t, r)), 1)
	s.seq += 4
	take(t, r, s.root("c1", mine), s.put("c1", "customer", "c1", schema.Values{"name": "乙"}), s.end())
	want(t, "name", get(t, r, "customer", "c1").Text("name"), "乙")
	want(t, "entries", len(outbox(t, r)), 0)
}

// TestResultInPull: a result that comes with a pull settles a mutation whose push answer was lost.
func TestResultInPull(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"name": "乙"}, schema.Values{"name": "甲"}))
	m := outgoing(t, r)[0] // its answer is lost
	row := s.put("c1", "customer", "c1", schema.Values{"name": "乙"})
	take(t, r, s.root("c1", mine), row, wire.Frame{Result: &change.Result{ID: m.ID, Outcome: change.Applied, Seq: s.seq}}, s.end())
	want(t, "entries", len(outbox(t, r)), 0)
}

// TestCreateOffline (CUS-01, CUS-05): a customer made offline has a provisional number of this device, its holder and
// its day to the pool; the server's number takes its place.
func TestCreateOffline(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s)
	save(t, r, create("n1", "customer", "n1", schema.Values{"name": "新客户"}), create("n2", "customer", "n2", schema.Values{"name": "另一个"}))
	c := get(t, r, "customer", "n1")
	want(t, "number", c.Text("number"), "临-7F3A-0001")
	want(t, "second", get(t, r, "customer", "n2").Text("number"), "临-7F3A-0002")
	want(t, "owner", get(t, r, "holding", "n1").Text("owner"), me)
	ids, err := r.IDs(Filter{Kind: "customer", Where: []Cond{{"owner", Is, me}, {"due_on", Is, "2026-04-10"}}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "due", fmt.Sprint(ids), "[n1 n2]") // made on day 0, stays on day 30, goes on day 31

	m := outgoing(t, r)[0]
	answer(t, r, change.Result{ID: m.ID, Outcome: change.Applied, Seq: s.seq + 1})
	take(t, r, append(s.customer("n1", "新客户", me, schema.Values{"number": "KH-20260310-0007"}), s.end())...)
	want(t, "number", get(t, r, "customer", "n1").Text("number"), "KH-20260310-0007")
	want(t, "entries", len(outbox(t, r)), 1)
}

// TestFollowUpMovesTheClock (FUP-05): an unsent follow-up whose method counts moves the day to the pool at once, and a
// backdated one moves nothing back.
func TestFollowUpMovesTheClock(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	due := func() string {
		t.Helper()
		for _, on := range []string{"2026-04-05", "2026-04-08", "2026-04-09"} {
			n, err := r.Count(Filter{Kind: "customer", Where: []Cond{{"due_on", Is, on}}})
			if err != nil {
				t.Fatal(err)
			}
			if n == 1 {
				return on
			}
		}
		return ""
	}
	want(t, "claimed five days ago", due(), "2026-04-05")
	save(t, r, create("c1", "followup", "f1", schema.Values{"method": "visit", "content": "x", "occurred_at": at(-2), "recorded_at": at(0)}))
	want(t, "after a visit", due(), "2026-04-08")
	save(t, r, create("c1", "followup", "f2", schema.Values{"method": "visit", "content": "x", "occurred_at": at(-9), "recorded_at": at(0)}))
	want(t, "after an older visit", due(), "2026-04-08")
	save(t, r, create("c1", "followup", "f3", schema.Values{"method": "chat", "content": "x", "occurred_at": at(0), "recorded_at": at(0)}))
	want(t, "after a chat that does not count", due(), "2026-04-08")
	want(t, "but it was followed up", get(t, r, "holding", "c1").Int("followed_at"), at(0))

	if err := r.Undo(outbox(t, r)[0].Mutation.ID); err != nil {
		t.Fatal(err)
	}
	gone(t, r, "followup", "f1")
	want(t, "visit undone", due(), "2026-04-05")
}

// TestUndo: undoing an edit shows the record as it was before; later edits of the same field get its base, so that the
// server does not take our own undone value for somebody else's.
func TestUndo(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"level": "A"}))
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "B"}, schema.Values{"level": "A"}))
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "C"}, schema.Values{"level": "B"}))
	all := outbox(t, r)
	if err := r.Undo(all[0].Mutation.ID); err != nil {
		t.Fatal(err)
	}
	want(t, "level", get(t, r, "customer", "c1").Text("level"), "C")
	rest := outbox(t, r)
	want(t, "base", rest[0].Mutation.Base["level"], any("A"))
	want(t, "hash", rest[0].Mutation.Hash, rest[0].Mutation.Sum())
	if err := r.Undo(rest[0].Mutation.ID); err != nil {
		t.Fatal(err)
	}
	want(t, "level", get(t, r, "customer", "c1").Text("level"), "A")
	want(t, "shadows", count(t, r, "shadow"), int64(0))

	save(t, r, create("n1", "customer", "n1", schema.Values{"name": "新"}),
		create("n1", "contact", "k1", schema.Values{"name": "王"}), create("n1", "followup", "f1", schema.Values{"occurred_at": at(0)}))
	if err := r.Undo(outbox(t, r)[0].Mutation.ID); err != nil {
		t.Fatal(err)
	}
	gone(t, r, "customer", "n1")
	gone(t, r, "contact", "k1")
	gone(t, r, "holding", "n1")
	want(t, "outbox", len(outbox(t, r)), 0)
}

// TestUndoSent: what has been sent cannot be taken back, even if the program was killed before the answer came.
func TestUndoSent(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"name": "乙"}, nil))
	id := outgoing(t, r)[0].ID
	again := reopen(t, r.Dir())
	if err := again.Undo(id); !errors.Is(err, fault.New(fault.AlreadySent)) {
		t.Fatalf("undo of a sent change: %v", err)
	}
	want(t, "sent again", outgoing(t, again)[0].ID, id)
	want(t, "tries", outbox(t, again)[0].Tries, 2)
}

// TestRefused: a refused change goes to the tray with all that was typed, what hangs on it follows, the record shows
// what the server has.
func TestRefused(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"level": "A"}))
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "B"}, schema.Values{"level": "A"}),
		create("n1", "customer", "n1", schema.Values{"name": "新"}), create("n1", "contact", "k1", schema.Values{"name": "王"}))
	sent := outgoing(t, r)
	answer(t, r, change.Result{ID: sent[0].ID, Outcome: change.Refused, Fault: fault.New(fault.NotHolder)},
		change.Result{ID: sent[1].ID, Outcome: change.Refused, Fault: fault.New(fault.NoRight)})
	want(t, "level", get(t, r, "customer", "c1").Text("level"), "A")
	gone(t, r, "customer", "n1")
	gone(t, r, "contact", "k1")
	tray, err := r.Tray()
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]fault.Code{}
	for _, item := range tray {
		codes[item.Mutation.ID] = item.Fault.Code
	}
	want(t, "items", fmt.Sprintln(codes[sent[0].ID], codes[sent[1].ID], codes[sent[2].ID]), "NOT_HOLDER NO_RIGHT DEPENDS_ON\n")
	for _, item := range tray {
		if item.Mutation.ID == sent[0].ID {
			want(t, "typed", item.Mutation.Set["level"], any("B"))
			want(t, "name", item.Name, "甲")
		}
	}
	want(t, "outbox", len(outbox(t, r)), 0)
	answer(t, r, change.Result{ID: sent[0].ID, Outcome: change.Refused, Fault: fault.New(fault.NotHolder)}) // told again by the pull
	want(t, "tray", count(t, r, "tray"), int64(3))
}

// TestLocalDelete: a deleted record is out of sight before the server knows, and comes back when it refuses.
func TestLocalDelete(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil), s.put("c1", "contact", "k1", schema.Values{"name": "王", "mobile": "13912345678"}))
	save(t, r, Edit{Mutation: change.Mutation{ID: newID(), Op: change.Delete, Kind: "contact", Record: "k1", Root: "c1", Seen: 3, At: at(0)}})
	gone(t, r, "contact", "k1")
	if found, err := r.Find("1391234", []string{"contact"}, 5); err != nil || len(found) != 0 {
		t.Fatalf("a deleted contact is found: %v %v", found, err)
	}
	answer(t, r, change.Result{ID: outgoing(t, r)[0].ID, Outcome: change.Refused, Fault: fault.New(fault.EditedSince)})
	want(t, "back", get(t, r, "contact", "k1").Text("mobile"), "13912345678")
}

// TestHashOfTheWire: the hash is of what the server will read, whatever form a form hands over.
func TestHashOfTheWire(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"tags": []string{"旧", "张", "", "旧"}, "level": "", "phone": nil}, schema.Values{"tags": []string{}, "level": "A", "phone": ""}))
	m := outgoing(t, r)[0] // checks the hash of what was read
	want(t, "tags", fmt.Sprint(m.Set["tags"]), "[张 旧]")
	want(t, "visible", fmt.Sprint(get(t, r, "customer", "c1").Set("tags")), "[张 旧]")
}

// TestMany: ten thousand mutations leave in order, a few batches at a time.
func TestMany(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	edits := make([]Edit, 10000)
	long := strings.Repeat("问过样品", 55)
	for i := range edits {
		edits[i] = create("c1", "followup", fmt.Sprintf("f%05d", i), schema.Values{"content": long, "occurred_at": at(0), "recorded_at": at(0)})
	}
	save(t, r, edits...)
	next, times := 0, 0
	for {
		some := outgoing(t, r)
		if len(some) == 0 {
			break
		}
		times++
		var results []change.Result
		for _, m := range some {
			want(t, "order", m.Record, fmt.Sprintf("f%05d", next))
			next++
			results = append(results, change.Result{ID: m.ID, Outcome: change.Applied, Seq: s.seq + 1})
		}
		answer(t, r, results...)
	}
	want(t, "sent", next, 10000)
	want(t, "times", times, 20)
}

// TestBigMutations: a mutation too big for the server is refused when it is typed; of big ones few are in memory at once.
func TestBigMutations(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	for i := range 24 {
		save(t, r, create("c1", "followup", fmt.Sprint("f", i), schema.Values{"content": strings.Repeat("x", 200<<10), "occurred_at": at(0)}))
	}
	want(t, "at once", len(outgoing(t, r)), 20)
	err := r.Save(create("c1", "followup", "big", schema.Values{"content": strings.Repeat("x", wire.MaxMutationBytes)}))
	want(t, "too big", fault.CodeOf(err), fault.TooLarge)
	want(t, "outbox", len(outbox(t, r)), 24)
}
