package replica

import (
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

// TestStamps: SYNC-03: the echo of a person's own changes brings each row its new number; a row that comes twice in one page
// ends as the later one says, whichever of the two looks like what stands here.
func TestStamps(t *testing.T) {
	for name, texts := range map[string][2]string{"same, then other": {"乙", "丙"}, "other, then same": {"丙", "乙"}, "twice the same": {"乙", "乙"}} {
		t.Run(name, func(t *testing.T) {
			r := laptop(t)
			s := newServer(t)
			first(t, r, s, s.customer("c1", "乙", me, nil), s.customer("c2", "丁", me, nil))
			row := func(id, text string) []any {
				return []any{s.root(id, mine), s.put(id, "customer", id, schema.Values{"name": text, "number": "KH-" + id})}
			}
			got := take(t, r, list(append(append(row("c1", texts[0]), row("c2", "丁")...), append(row("c1", texts[1]), s.end())...)...)...)
			want(t, "mismatch", len(got.Mismatch), 0)
			c := get(t, r, "customer", "c1")
			want(t, "name", c.Text("name"), texts[1])
			want(t, "number of the commit", c.Seq, s.roots["c1"][key{"customer", "c1"}].Seq)
			want(t, "number of the other", get(t, r, "customer", "c2").Seq, s.roots["c2"][key{"customer", "c2"}].Seq)
			if wrong, err := r.Recount(); err != nil || wrong {
				t.Fatalf("recount: %v %v", wrong, err)
			}
		})
	}
}

// TestEchoBesideUnsent: SYNC-04: when some changes are settled, the outbox entries and shadows of others stay, also where a
// customer leaves in the same checkpoint.
func TestEchoBesideUnsent(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil), s.customer("c2", "乙", me, nil), s.customer("c3", "丙", me, nil))
	for _, id := range []string{"c1", "c2", "c3"} {
		save(t, r, set(id, "customer", id, schema.Values{"remark": "我的"}, nil))
	}
	for _, m := range outgoing(t, r)[:2] {
		answer(t, r, change.Result{ID: m.ID, Outcome: change.Applied, Seq: s.seq + 4})
	}
	s.seq += 3
	take(t, r, list(
		s.root("c1", mine), s.put("c1", "customer", "c1", schema.Values{"name": "甲", "remark": "我的"}),
		s.root("c2", mine), s.put("c2", "customer", "c2", schema.Values{"name": "乙", "remark": "我的"}),
		s.out("c2", mine, nil), s.end(),
	)...)
	want(t, "outbox", len(outbox(t, r)), 1)
	want(t, "shadows", count(t, r, "shadow"), int64(1))
	want(t, "unsent", get(t, r, "customer", "c3").Text("remark"), "我的")
	want(t, "echo", get(t, r, "customer", "c1").Text("remark"), "我的")
	gone(t, r, "customer", "c2")

	answer(t, r, change.Result{ID: outbox(t, r)[0].Mutation.ID, Outcome: change.Applied, Seq: s.seq + 1})
	take(t, r, s.root("c3", mine), s.put("c3", "customer", "c3", schema.Values{"name": "丙", "remark": "我的"}), s.end())
	want(t, "outbox", len(outbox(t, r)), 0)
	want(t, "shadows", count(t, r, "shadow"), int64(0))
	want(t, "kept", count(t, r, "kept"), int64(2))
}
