package hub

import (
	"testing"

	"yuzhou/shared/change"
)

// TestWhatTheDatabaseRefuses: a text that PostgreSQL cannot even look for harms nobody else in the push: all others are
// applied, whatever the store, and the culprit is refused.
func TestWhatTheDatabaseRefuses(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	id := w.customer(zhang, "恒达机械", nil)
	results := w.push(zhang,
		w.edit("customer", id, id, "remark", nil, "一"),
		w.ask(Release, id, map[string]string{"reason": "a\x00b"}),
		w.ask(Transfer, id, map[string]string{"to": "a\x00b"}),
		w.followup(zhang, id, "a\x00b", monday),
		w.edit("customer", id, id, "address", nil, "上海"),
	)
	w.outcome(results[0], change.Applied)
	for _, r := range results[1:4] {
		w.outcome(r, change.Refused)
	}
	w.outcome(results[4], change.Applied)
	if r := w.record("customer", id); r.Text("remark") != "一" || r.Text("address") != "上海" {
		t.Errorf("%v", r.Values)
	}
}
