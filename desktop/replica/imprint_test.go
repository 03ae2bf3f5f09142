package replica

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/schema"
)

// weekly is a laptop whose clock a test sets.
func weekly(t *testing.T) (*Replica, *server, *time.Time) {
	t.Helper()
	r, s, now := laptop(t), newServer(t), noon
	r.clock = func() time.Time { return now }
	return r, s, &now
}

// week lets a week pass, with its upkeep.
func week(t *testing.T, r *Replica, now *time.Time) {
	t.Helper()
	*now = now.Add(auditTurn + time.Hour)
	if err := r.Upkeep(); err != nil {
		t.Fatal(err)
	}
}

// suspected tells whether anything is to be fetched anew.
func suspected(t *testing.T, r *Replica) bool {
	t.Helper()
	scopes, err := r.Suspects()
	if err != nil {
		t.Fatal(err)
	}
	return len(scopes) > 0
}

// TestRotInsideAText (I3, SYNC-16): a bit that a disk flips inside a text changes no sum. The weekly look finds it, and the
// rows of that customer, no others, differ from the server's until they are fetched anew.
func TestRotInsideAText(t *testing.T) {
	r, s, now := weekly(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"remark": "约定周五送样品"}), s.customer("c2", "乙", me, schema.Values{"remark": "不受影响"}))
	week(t, r, now)
	before := stateOf(t, r)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(r.Dir(), FileName)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for at := 0; ; found++ { // the row, and the text that the search box looks through
		i := bytes.Index(file[at:], []byte("周五"))
		if i < 0 {
			break
		}
		at += i + 1
		file[at+1] ^= 1
	}
	if found == 0 {
		t.Fatal("the text is not in the file")
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	r = reopen(t, r.Dir())
	r.clock = func() time.Time { return *now }
	if strings.Contains(get(t, r, "customer", "c1").Text("remark"), "周五") {
		t.Fatal("nothing rotted")
	}
	if wrong, err := r.Recount(); err != nil || wrong {
		t.Fatal("the sums show it, and this test shows nothing", err)
	}
	week(t, r, now)
	want(t, "suspected", suspected(t, r), true)
	after := stateOf(t, r)
	for id, was := range before {
		want(t, "the sum of "+id, after[id] == was, id != "c1")
	}
	take(t, r, s.root("c1", mine), s.put("c1", "customer", "c1", schema.Values{"name": "甲", "remark": "约定周五送样品"}), s.put("c1", "holding", "c1", schema.Values{"owner": me}), s.end())
	want(t, "remark", get(t, r, "customer", "c1").Text("remark"), "约定周五送样品")
	week(t, r, now)
	want(t, "suspected again", suspected(t, r), false)
}

// TestImprintsBear: what comes from the server, what is typed, sent, accepted and refused, other rights over the same rows
// and a program that knows more are no damage.
func TestImprintsBear(t *testing.T) {
	r, s, now := weekly(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"level": "C"}), s.customer("c2", "乙", me, schema.Values{"level": "C"}), s.customer("c3", "丙", me, nil))
	steps := map[string]func(){
		"nothing": func() {},
		"typed": func() {
			save(t, r, set("c1", "customer", "c1", schema.Values{"level": "A"}, nil), create("c2", "followup", newID(), schema.Values{"content": "x", "occurred_at": at(0)}))
		},
		"made here": func() { save(t, r, create("n1", "customer", "n1", schema.Values{"name": "新"})) },
		"came": func() {
			take(t, r, s.root("c3", mine), s.put("c3", "customer", "c3", schema.Values{"name": "丁"}), s.end())
		},
		"left": func() { take(t, r, s.out("c2", mine, nil), s.end()) },
		"learned": func() {
			if err := r.change(durable, func(t *tx) error { return t.setMeta(metaSchema, "of a former program") }); err != nil {
				t.Fatal(err)
			}
			if err := r.upgrade(); err != nil {
				t.Fatal(err)
			}
		},
	}
	for _, name := range []string{"nothing", "typed", "nothing", "made here", "came", "left", "learned", "nothing"} {
		steps[name]()
		week(t, r, now)
		if suspected(t, r) {
			t.Fatal("taken for damage:", name)
		}
	}
	want(t, "imprints of what is not here", count(t, r, "imprint WHERE root NOT IN (SELECT id FROM root)"), int64(0))
	want(t, "imprints", count(t, r, "imprint") > 0, true)
}

// stateOf reads the sums of the roots.
func stateOf(t *testing.T, r *Replica) (all map[string]holds) {
	t.Helper()
	if err := r.view(func(c *conn) (err error) {
		all, err = c.storedHolds()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestImprintVersionMoves: rows of a root that get the same new number together do not look as if nothing had come.
func TestImprintVersionMoves(t *testing.T) {
	for i := range 2000 {
		one, two := newID(), newID()
		before := imprint{}.add(hashOf("customer", one, int64(47)), 0).add(hashOf("task", two, int64(47)), 0)
		after := imprint{}.add(hashOf("customer", one, int64(107)), 0).add(hashOf("task", two, int64(107)), 0)
		if before == after {
			t.Fatalf("after %d pairs a new number does not show", i)
		}
	}
}
