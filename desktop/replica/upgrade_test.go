package replica

import (
	"fmt"
	"testing"

	"yuzhou/shared/schema"
)

// former makes of a file one that a program has written which did not know a kind and two fields, by the way in which that
// program would have kept them.
func former(t testing.TB, r *Replica) {
	t.Helper()
	if err := r.change(durable, func(t *tx) error {
		for _, text := range []string{
			`UPDATE contact SET extra = json_object('wechat', wechat, 'decision_maker', json('true'), 'future', 7), wechat = NULL, decision_maker = NULL WHERE wechat IS NOT NULL`,
			`UPDATE customer SET extra = json_object('tags', json(tags)), tags = NULL WHERE tags IS NOT NULL`,
			`INSERT INTO foreign_row (kind, id, root, seq, masked, body)
				SELECT 'holding', id, root_id, seq, NULL, json_object('owner', owner, 'claimed_at', claimed_at, 'how', how) FROM holding`,
			`INSERT INTO foreign_row (kind, id, root, seq, masked, body) SELECT 'task', id, root_id, seq, NULL, json_object('title', title, 'participants', json(participants)) FROM task`,
			`DELETE FROM holding`, `DELETE FROM task`, `DELETE FROM finder WHERE kind = 'task'`,
			`UPDATE customer SET owner = NULL, due_on = NULL`,
		} {
			if err := t.exec(text); err != nil {
				return err
			}
		}
		// It did not count the holding as a face.
		roots, err := t.strings("SELECT id FROM root")
		if err != nil {
			return err
		}
		_, err = t.recount(roots)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := r.change(durable, func(t *tx) error { return t.setMeta(metaSchema, "of a former program") }); err != nil {
		t.Fatal(err)
	}
}

// TestUpgrade (SYNC-17): what a former program kept without knowing it stands in its columns and tables after the first
// opening by one that does, under unsent changes too; the sums are right and nothing is fetched.
func TestUpgrade(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"tags": []string{"样品", "老客户"}}),
		s.put("c1", "contact", "k1", schema.Values{"name": "王", "wechat": "wx-1", "decision_maker": true}),
		s.put("c1", "task", "t1", schema.Values{"title": "送样", "participants": []string{me}}), s.customer("c2", "乙", me, nil))
	sums := fmt.Sprint(scopeSums(t, r))
	former(t, r)
	save(t, r, set("c1", "contact", "k1", schema.Values{"name": "王五"}, schema.Values{"name": "王"}))
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}

	r = reopen(t, r.Dir())
	k := get(t, r, "contact", "k1")
	want(t, "field", k.Text("wechat")+fmt.Sprint(k.Flag("decision_maker"), k.Int("future"))+k.Text("name"), "wx-1true 7王五")
	want(t, "set", fmt.Sprint(get(t, r, "customer", "c1").Set("tags")), fmt.Sprint(schema.NewSet("样品", "老客户")))
	want(t, "kind", get(t, r, "task", "t1").Text("title"), "送样")
	want(t, "holding", get(t, r, "holding", "c2").Text("owner"), me)
	n, err := r.Count(Filter{Kind: "customer", Where: []Cond{{"owner", Is, me}, {"due_on", Is, "2026-04-05"}}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "customers with a day to the pool", n, int64(2))
	if found, err := r.Find("送样", []string{"task"}, 5); err != nil || len(found) != 1 {
		t.Fatalf("the task is not found: %v %v", found, err)
	}
	want(t, "foreign rows", count(t, r, "foreign_row"), int64(0))
	want(t, "sums", fmt.Sprint(scopeSums(t, r)), sums)
	want(t, "suspects", len(suspects(t, r)), 0)
	take(t, r, s.root("c1", mine), s.put("c1", "task", "t1", schema.Values{"title": "送样二"}), s.end()) // sums are compared
	want(t, "edit", get(t, r, "contact", "k1").Text("name"), "王五")
}

func scopeSums(t testing.TB, r *Replica) map[string]string {
	t.Helper()
	all, err := r.ScopeSums()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, s := range all {
		out[s.Scope] = fmt.Sprint(s.Count, s.Sum)
	}
	return out
}
