package hub

import (
	"strings"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/syncserver/store/postgrestest"
)

// run makes the run that is due now and gives its report.
func (w *world) run() RunReport {
	w.t.Helper()
	due, ok, err := w.h.DueRun(w.ctx())
	w.must(err)
	if !ok {
		w.t.Fatal("no run is due")
	}
	report, err := w.h.Reclaim(w.ctx(), due)
	w.must(err)
	return report
}

// rules sets grace and evidence; the usual rule takes after 30 days.
func (w *world) rules(grace, evidence int64) {
	w.put("settings", crm.SettingsID, Values{"grace_days": grace, "evidence_days": evidence, "backdate_days": nil})
}

// TestReclaimBoundary: with 30 days a customer stays on day 30 and goes on day 31, counted in the company's zone; the
// preview says the same; the history says why (REC-01, REC-10, REC-16, REC-22).
func TestReclaimBoundary(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.rules(0, 7)
	zhang := w.client(c.zhang)
	id := w.customer(zhang.by, "恒达机械", nil) // 2026-11-02
	dealt := w.customer(zhang.by, "已成交", nil)
	w.outcome(w.one(zhang.by, w.ask(Deal, dealt, map[string]string{"dealt": "true"})), change.Applied)
	zhang.pull(0, nil)

	w.day("2026-12-02 23:59:59") // day 30
	preview, err := w.h.PreviewReclaim(w.ctx(), System)
	w.must(err)
	if r := w.run(); r.Reclaimed != 0 || preview.Reclaimed != 0 || r.Checked != 2 {
		t.Fatalf("on day 30: %+v, preview %+v", r, preview)
	}
	w.day("2026-12-03 02:00:00") // day 31
	preview, err = w.h.PreviewReclaim(w.ctx(), System)
	w.must(err)
	r := w.run()
	if r.Reclaimed != 1 || len(r.Items) != 1 || r.Items[0].Customer != id || r.Items[0].Elapsed != 31 || r.Items[0].Rule != crm.RuleDefault {
		t.Fatalf("on day 31: %+v", r)
	}
	if len(preview.Items) != 1 || preview.Items[0] != r.Items[0] {
		t.Errorf("the preview said %+v", preview.Items)
	}
	h := w.record("holding", id)
	if h.Text("pool") != crm.PoolDefault || h.Text("how") != "reclaimed" || h.Text("rule") != crm.RuleDefault || h.Text("former_owner") != c.zhang {
		t.Errorf("holding %v", h.Values)
	}
	if w.record("holding", dealt).Text("owner") != c.zhang {
		t.Error("a dealt customer was taken")
	}
	changes := w.all("holding_change")
	last := changes[len(changes)-1]
	if last.Int("days") != 30 || last.Text("rule_text") == "" || last.Text("run") != millis(r.Due) {
		t.Errorf("history %v", last.Values)
	}
	zhang.pull(0, nil)
	zhang.mustEqual()
	if !zhang.state.in[id]["pool:"+crm.PoolDefault] || zhang.shown("holding")[0].Text("how") != "reclaimed" || len(w.notices(c.zhang, "reclaimed_digest")) != 1 {
		t.Errorf("in %v, digests %d", zhang.state.in[id], len(w.notices(c.zhang, "reclaimed_digest")))
	}
}

// TestReclaimOnce: a run makes everything once, however often it is asked and wherever it was cut; a missed run is made up
// once (REC-12, REC-19, REC-21, I10).
func TestReclaimOnce(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.rules(0, 7)
	w.put("department", c.sales, Values{"head": c.manager})
	w.put("pool", crm.PoolDefault, Values{"admins": []string{c.far}})
	zhang := w.device(c.zhang)
	const n = slice + 50
	var batch []Mutation
	for range n {
		id := w.id()
		batch = append(batch, w.mutation(change.Create, "customer", id, id, Values{"name": "客户" + id}))
	}
	w.push(zhang, batch...)
	w.day("2026-12-10 09:00:00") // the server was down for a week
	due, ok, err := w.h.DueRun(w.ctx())
	w.must(err)
	if !ok || due.In(w.zone).Format("2006-01-02 15:04") != "2026-12-10 02:00" {
		t.Fatalf("due %v %v", due, ok)
	}
	// The first slice, then the server dies.
	_, err = w.h.submit(w.ctx(), 1, func(k *work) error { _, err := k.runSlice(due); return err })
	w.must(err)
	if got := len(w.all("notice")); got != 0 {
		t.Errorf("%d messages before the run is done", got)
	}
	w.start()
	r := w.run()
	if r.Reclaimed != n || r.Failed+r.Skipped+r.HeldBack != 0 || len(r.Items) != n {
		t.Fatalf("%d reclaimed, %d failed", r.Reclaimed, r.Failed)
	}
	if _, ok, err := w.h.DueRun(w.ctx()); ok || err != nil {
		t.Errorf("it is due again: %v %v", ok, err)
	}
	head, err := w.h.Head(w.ctx())
	w.must(err)
	again, err := w.h.Reclaim(w.ctx(), due)
	w.must(err)
	if now, _ := w.h.Head(w.ctx()); now != head || again.Reclaimed != n {
		t.Errorf("the second run changed something: %d %d", now, again.Reclaimed)
	}
	for _, user := range []string{c.zhang, c.manager, c.far} {
		digests := w.notices(user, "reclaimed_digest")
		if len(digests) != 1 {
			t.Errorf("%s has %d digests", w.name(user), len(digests))
		}
		if !strings.Contains(digests[0].Text("params"), `"Days":"30"`) { // the message says by which rule
			t.Errorf("%s is told %s", w.name(user), digests[0].Text("params"))
		}
	}
	reports, err := w.h.Reports(w.ctx(), System, 10)
	w.must(err)
	if len(reports) != 1 || reports[0].Reclaimed != n || reports[0].Checked < n || reports[0].Finished == 0 {
		t.Errorf("reports %+v", reports)
	}
}

// TestGraceAndEvidence: the stories of the specification. A visit on day 29, told on day 33: with grace the customer
// stays; without it goes on day 31 and comes back on day 33; claimed by another on day 32 there is a dispute and nothing
// changes silently (REC-24).
func TestGraceAndEvidence(t *testing.T) {
	for name, x := range map[string]struct {
		grace   int64
		claimed bool
		owner   string // who holds it at the end
	}{"grace": {5, false, "zhang"}, "given back": {0, false, "zhang"}, "dispute": {0, true, "far"}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.company()
			w.rules(x.grace, 7)
			w.put("department", c.sales, Values{"head": c.manager})
			zhang := w.client(c.zhang)
			id := w.customer(zhang.by, "恒达机械", nil)
			w.day("2026-11-20 10:00:00")
			zhang.pull(0, nil) // the last time it is heard of before the deadline
			w.day("2026-12-01 15:00:00")
			visit := w.followup(zhang.by, id, "visit", time.UnixMilli(w.now.Load()))
			w.day("2026-12-03 02:00:00")
			r := w.run()
			if (x.grace > 0) != (r.HeldBack == 1) || (x.grace > 0) == (r.Reclaimed == 1) {
				t.Fatalf("report %+v", r)
			}
			w.day("2026-12-04 12:00:00")
			if x.claimed {
				w.outcome(w.one(w.device(c.far), w.ask(Claim, id, nil)), change.Applied)
			}
			w.day("2026-12-05 09:00:00")
			w.outcome(w.one(zhang.by, visit), change.Applied)
			zhang.pull(0, nil)
			zhang.mustEqual()
			h := w.record("holding", id)
			if w.name(h.Text("owner")) != x.owner {
				t.Fatalf("%q holds it", w.name(h.Text("owner")))
			}
			if disputes := w.notices(c.manager, "dispute"); (len(disputes) == 1) != x.claimed {
				t.Errorf("%d disputes", len(disputes))
			}
			switch {
			case x.claimed && h.Int("claimed_at") == 0, x.claimed && h.Text("how") != "claimed":
				t.Errorf("the dispute changed the holding: %v", h.Values)
			case !x.claimed && x.grace == 0:
				if h.Text("how") != "returned" || h.Int("claimed_at") != monday.UnixMilli() || h.Int("counted_at") != visit.Set["occurred_at"] {
					t.Errorf("given back as %v", h.Values)
				}
				if len(w.notices(c.zhang, "returned")) != 1 {
					t.Error("nobody told him")
				}
			}
		})
	}
}

// TestGraceEnds: a laptop that stays silent is waited for, but not for ever; one that synced since is not waited for.
func TestGraceEnds(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.rules(5, 7)
	zhang, wang := w.client(c.zhang), w.client(c.wang)
	silent, heard := w.customer(zhang.by, "不联网", nil), w.customer(wang.by, "联网", nil)
	zhang.pull(0, nil)
	wang.pull(0, nil)
	w.day("2026-12-03 01:00:00")
	wang.pull(0, nil)
	w.day("2026-12-03 02:00:00")
	if r := w.run(); r.HeldBack != 1 || r.Reclaimed != 1 {
		t.Fatalf("%+v", r)
	}
	if w.record("holding", silent).Text("owner") != c.zhang || w.record("holding", heard).Text("pool") == "" {
		t.Error("the wrong one was held back")
	}
	w.day("2026-12-07 02:00:00")
	if r := w.run(); r.HeldBack != 1 || r.Reclaimed != 0 || r.Items[0].Why != "2026-12-08" {
		t.Fatalf("%+v", r)
	}
	w.day("2026-12-08 02:00:00")
	if r := w.run(); r.Reclaimed != 1 {
		t.Fatalf("%+v", r)
	}
}

// TestOneFailureStopsNothing: a customer that cannot be taken is reported, the others go (REC-18).
func TestOneFailureStopsNothing(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	w.rules(0, 7)
	zhang := w.device(c.zhang)
	for _, name := range []string{"甲", "毒药", "乙"} {
		w.customer(zhang, name, nil)
	}
	w.day("2026-12-10 02:00:00")
	due, _, err := w.h.DueRun(w.ctx())
	w.must(err)
	bad := ""
	for _, r := range w.all("customer") {
		if r.Text("name") == "毒药" {
			bad = r.ID
		}
	}
	// Its body is broken on disk: bit rot.
	db := postgrestest.Look(t, w.path)
	_, err = db.ExecContext(w.ctx(), `UPDATE record SET body = '["name"]' WHERE kind = 'customer' AND id = $1`, bad)
	w.must(err)
	report, err := w.h.Reclaim(w.ctx(), due)
	w.must(err)
	if report.Reclaimed != 2 || report.Failed != 1 {
		t.Errorf("%+v", report)
	}
}
