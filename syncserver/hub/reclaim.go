package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// slice is how many customers one commit of a run looks at: between the slices the laptops get their turn.
const slice = 200

// The verdicts of a run as they are kept and reported.
const (
	itemReclaimed = "reclaimed"
	itemHeldBack  = "held_back"
	itemSkipped   = "skipped"
	itemFailed    = "failed"
)

func millis(ms int64) string { return strconv.FormatInt(ms, 10) }

// DueRun tells whether a run is due and has not been made. A run that was missed while the server was down is due until
// it is made; of several missed ones only the last, for it does the work of all.
func (h *Hub) DueRun(ctx context.Context) (due time.Time, ok bool, err error) {
	err = h.view(ctx, func(v *store.View) error {
		settings, found, err := v.Record("settings", crm.SettingsID)
		if err != nil || !found {
			return err
		}
		due = pool.LastDue(settings, h.clock(), zoneOf(settings))
		run, made, err := v.FindRun(due.UnixMilli())
		if err != nil {
			return err
		}
		newest, err := v.Runs(1)
		if err != nil {
			return err
		}
		if len(newest) > 0 && newest[0].Finished == 0 {
			// One that was cut goes first: its digests are still to be sent.
			due, ok = clock.FromMillis(newest[0].Due), true
			return nil
		}
		// A run of a later moment did the work of this one: the time of day was changed, or somebody ran it by hand.
		done := len(newest) > 0 && newest[0].Due > due.UnixMilli() && newest[0].Finished != 0
		ok = !done && (!made || run.Finished == 0)
		return nil
	})
	return due, ok, err
}

// Reclaim makes the run of a due moment, or finishes one that was cut; one that is finished is only reported. It goes in
// slices of one commit each; every customer is judged again inside the transaction, under its own savepoint.
func (h *Hub) Reclaim(ctx context.Context, due time.Time) (RunReport, error) {
	due = due.Truncate(time.Millisecond)
	if err := h.Ping(ctx); err != nil { // what is known of the last syncs is in the store now
		return RunReport{}, err
	}
	for {
		var finished bool
		_, err := h.submit(ctx, slice, func(w *work) (err error) {
			finished, err = w.runSlice(due)
			return err
		})
		if err != nil {
			return RunReport{}, fmt.Errorf("reclaim: %w", err)
		}
		if finished {
			break
		}
	}
	var report RunReport
	err := h.view(ctx, func(v *store.View) error {
		run, _, err := v.FindRun(due.UnixMilli())
		if err != nil {
			return err
		}
		items, err := v.Items(run.Due)
		if err == nil {
			report, err = reportOf(run, items)
		}
		return err
	})
	return report, err
}

// runner judges customers in one slice.
type runner struct {
	*work
	policy   *pool.Policy
	settings schema.Record
	due      time.Time
}

// runSlice does one slice of a run and tells whether the run is finished.
func (w *work) runSlice(due time.Time) (finished bool, err error) {
	run, found, err := w.tx.FindRun(due.UnixMilli())
	if err != nil || run.Finished != 0 {
		return true, err
	}
	if !found {
		run = store.Run{Due: due.UnixMilli(), Started: w.now()}
	}
	r := &runner{work: w, due: due}
	if r.settings, err = w.settings(); err != nil {
		return false, err
	}
	rules, err := w.tx.All("rule")
	if err != nil {
		return false, err
	}
	r.policy = pool.NewPolicy(w.org, rules, zoneOf(r.settings))
	list, err := w.tx.Candidates(startedBefore(rules, w.tx.Now), run.After, slice)
	if err != nil {
		return false, err
	}
	for _, c := range list {
		if err := r.one(c); err != nil {
			return false, err
		}
		run.After = c.Root
	}
	if len(list) > 0 {
		w.tx.PutRun(run)
		return false, nil
	}
	if run.Checked, err = w.tx.HeldCount(); err != nil {
		return false, err
	}
	return r.finish(run)
}

// startedBefore is the moment after which a clock must not have started for a customer to be due by any rule; one day
// of slack for zones, the exact judgement follows.
func startedBefore(rules []schema.Record, now time.Time) int64 {
	days := int64(1 << 20)
	for _, r := range rules {
		if r.Int("days") > 0 {
			days = min(days, r.Int("days"))
		}
	}
	return now.Add(-time.Duration(days-1) * 24 * time.Hour).UnixMilli()
}

// one judges one customer. What fails is noted and does not stop the others.
func (r *runner) one(c store.Candidate) error {
	item := store.Item{Root: c.Root, Owner: c.Owner}
	detail := RunItem{Customer: c.Root, Owner: c.Owner}
	err := r.attempt(func(*work) error { return r.take(c, &detail) })
	switch {
	case err != nil && !store.IsBlame(err) && !isFault(err):
		return err
	case err != nil:
		r.hub.log.Error("reclaim failed for one customer", slog.String("customer", item.Root), slog.String("error", err.Error()))
		detail.Verdict, detail.Why = itemFailed, string(fault.CodeOf(err))
	case detail.Verdict == "":
		return nil
	}
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	item.Verdict, item.Pool, item.Detail = detail.Verdict, detail.Pool, string(text)
	r.tx.PutItem(r.due.UnixMilli(), item)
	return nil
}

// take reads the holding again, as the transaction has it, and does what the judgement says.
func (r *runner) take(c store.Candidate, detail *RunItem) error {
	h, found, err := r.tx.Record("holding", c.Root)
	if err != nil || !found {
		return err
	}
	customer, _, err := r.tx.Record("customer", c.Root)
	if err != nil {
		return err
	}
	detail.Name = customer.Text("name")
	verdict := judge(r.policy, r.settings, h, c.LastSync, r.tx.Now, detail)
	if verdict.Verdict != pool.Goes {
		return nil
	}
	words := verdict.Rule.Text("name")
	return r.hold(customer, holder{
		pool: verdict.Pool, how: "reclaimed", rule: verdict.Rule.ID, ruleText: words, days: verdict.Rule.Int("days"),
		run: millis(r.due.UnixMilli()), quiet: true,
	})
}

// judge asks the rules about one customer and writes down the answer; run and preview both ask it.
func judge(policy *pool.Policy, settings, holding schema.Record, lastSync int64, now time.Time, detail *RunItem) pool.Reclaim {
	var synced time.Time
	if lastSync > 0 {
		synced = clock.FromMillis(lastSync)
	}
	v := policy.Judge(pool.Candidate{Holding: holding, Now: now, LastSync: synced, GraceDays: settings.Int("grace_days")})
	detail.Rule, detail.Days, detail.Pool = v.Rule.ID, v.Rule.Int("days"), v.Pool
	detail.Start, detail.Elapsed = v.Due.Start.UnixMilli(), v.Due.Elapsed
	switch v.Verdict {
	case pool.Goes:
		detail.Verdict = itemReclaimed
	case pool.HeldBack:
		detail.Verdict, detail.Why = itemHeldBack, v.Until
	case pool.Skipped:
		detail.Verdict, detail.Why = itemSkipped, string(v.Fault.Code)
	}
	return v
}

// finish sends one digest to each owner, superior and administrator of a pool, and closes the run in the same commit:
// a run that was cut before sends them when it is finished.
func (r *runner) finish(run store.Run) (bool, error) {
	items, err := r.tx.Items(run.Due)
	if err != nil {
		return false, err
	}
	digests := map[string]*digest{} // by who is to hear of them
	for _, i := range items {
		if i.Verdict != itemReclaimed {
			continue
		}
		run.Checked++ // it was held when the run began, and is not among those counted now
		var detail RunItem
		if err := json.Unmarshal([]byte(i.Detail), &detail); err != nil {
			return false, err
		}
		people := []string{i.Owner, r.org.Superior(i.Owner)}
		if place, ok := r.org.Pool(i.Pool); ok {
			people = append(people, place.Set("admins")...)
		}
		for _, user := range schema.NewSet(people...) {
			if digests[user] == nil {
				digests[user] = &digest{}
			}
			digests[user].add(detail)
		}
	}
	for _, user := range slices.Sorted(maps.Keys(digests)) {
		if err := r.tell(user, "reclaimed_digest", "", digests[user].params()); err != nil {
			return false, err
		}
	}
	run.Finished = r.now()
	r.tx.PutRun(run)
	return true, nil
}

// PreviewReclaim tells what a run would do now; nothing changes.
func (h *Hub) PreviewReclaim(ctx context.Context, by Identity) (report RunReport, err error) {
	if err := h.May(ctx, by, access.AdminKind, string(access.ManagePools)); err != nil {
		return report, err
	}
	if err := h.Ping(ctx); err != nil {
		return report, err
	}
	err = h.view(ctx, func(v *store.View) error {
		org, err := h.orgOf(v)
		if err != nil {
			return err
		}
		settings, _, err := v.Record("settings", crm.SettingsID)
		if err != nil {
			return err
		}
		rules, err := v.All("rule")
		if err != nil {
			return err
		}
		policy, now := pool.NewPolicy(org, rules, zoneOf(settings)), h.clock()
		if report.Checked, err = v.HeldCount(); err != nil {
			return err
		}
		after := ""
		for {
			list, err := v.Candidates(startedBefore(rules, now), after, 1000)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, c := range list {
				item, err := h.foresee(v, policy, settings, c, now)
				if err != nil {
					return err
				}
				report.add(item)
				after = c.Root
			}
		}
	})
	return report, err
}

// foresee tells what a run would do with one customer.
func (h *Hub) foresee(v *store.View, policy *pool.Policy, settings schema.Record, c store.Candidate, now time.Time) (RunItem, error) {
	item := RunItem{Customer: c.Root, Owner: c.Owner}
	holding, _, err := v.Record("holding", c.Root)
	if err != nil {
		return item, err
	}
	customer, _, err := v.Record("customer", c.Root)
	item.Name = customer.Text("name")
	judge(policy, settings, holding, c.LastSync, now, &item)
	return item, err
}

// Reports lists the newest runs, without their items.
func (h *Hub) Reports(ctx context.Context, by Identity, limit int) (list []RunReport, err error) {
	if err := h.May(ctx, by, access.AdminKind, string(access.ManagePools)); err != nil {
		return nil, err
	}
	err = h.view(ctx, func(v *store.View) error {
		runs, err := v.Runs(limit)
		if err != nil {
			return err
		}
		for _, run := range runs {
			items, err := v.Items(run.Due)
			if err != nil {
				return err
			}
			report, err := reportOf(run, items)
			if err != nil {
				return err
			}
			report.Items = nil
			list = append(list, report)
		}
		return nil
	})
	return list, err
}

func reportOf(run store.Run, items []store.Item) (RunReport, error) {
	report := RunReport{Due: run.Due, Finished: run.Finished, Checked: run.Checked}
	for _, i := range items {
		var item RunItem
		if err := json.Unmarshal([]byte(i.Detail), &item); err != nil {
			return report, err
		}
		report.add(item)
	}
	return report, nil
}

// add counts one item; what stays is only in Checked.
func (r *RunReport) add(i RunItem) {
	switch i.Verdict {
	case itemReclaimed:
		r.Reclaimed++
	case itemHeldBack:
		r.HeldBack++
	case itemSkipped:
		r.Skipped++
	case itemFailed:
		r.Failed++
	default:
		return
	}
	r.Items = append(r.Items, i)
}
