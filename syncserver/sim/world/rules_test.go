package world

import (
	"cmp"
	"slices"
)

// checkHoldings sees that every customer has one holder or lies in one pool, and that who got it from whom is one chain:
// two who won would both have it from the same (I8). Each run takes a customer once (I10).
func (w *world) checkHoldings() {
	w.mu.Lock()
	defer w.mu.Unlock()
	report := func(format string, args ...any) { w.report(doubled, format, args...) }
	changes := map[string][]*rec{}
	for k, r := range w.books.now {
		switch k.Kind {
		case "holding":
			if (r.text("owner") == "") == (r.text("pool") == "") {
				report("customer %s has the owner %q and the pool %q", k.ID, r.text("owner"), r.text("pool"))
			}
		case "holding_change":
			changes[r.Root] = append(changes[r.Root], r)
		}
	}
	for root, list := range changes {
		slices.SortFunc(list, func(a, b *rec) int { return cmp.Or(cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID, b.ID)) })
		taken := map[string]bool{}
		for i, r := range list {
			if i > 0 && list[i-1].Seq < r.Seq && (i+1 == len(list) || list[i+1].Seq > r.Seq) && (i < 2 || list[i-2].Seq < list[i-1].Seq) {
				before := list[i-1]
				if r.text("from_owner") != before.text("to_owner") || r.text("from_pool") != before.text("to_pool") {
					report("customer %s was %s from %q%q at %d, but was with %q%q since %d", root, r.text("how"), r.text("from_owner"), r.text("from_pool"),
						r.Seq, before.text("to_owner"), before.text("to_pool"), before.Seq)
				}
			}
			if run := r.text("run"); r.text("how") == "reclaimed" {
				if taken[run] {
					report("the run %s took customer %s twice", run, root)
				}
				taken[run] = true
			}
		}
		if h := w.books.now[key{"holding", root}]; h != nil && len(list) > 0 {
			last := list[len(list)-1]
			if len(list) < 2 || list[len(list)-2].Seq < last.Seq {
				if h.text("owner") != last.text("to_owner") || h.text("pool") != last.text("to_pool") {
					report("customer %s is with %q%q, its history says %q%q", root, h.text("owner"), h.text("pool"), last.text("to_owner"), last.text("to_pool"))
				}
			}
		}
	}
}

// report is fail for those who hold the lock.
func (w *world) report(class, format string, args ...any) {
	w.Wrong = append(w.Wrong, wrong{class, w.step.N, sprint(format, args...)})
}

// checkLedger sees that nobody claimed more than the pool allowed on a day (I8): the most that it allowed at any time
// of the history.
func (w *world) checkLedger() {
	rows, err := w.books.db.Query(`SELECT user, pool, day, count(*), count(DISTINCT customer) FROM ledger GROUP BY user, pool, day`)
	w.must(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var user, pool, day string
		var count, customers int64
		w.must(rows.Scan(&user, &pool, &day, &count, &customers))
		most := int64(0)
		for _, r := range w.books.past[key{"pool", pool}] {
			if limit := r.num("daily_limit"); limit == 0 {
				most = always
			} else {
				most = max(most, limit)
			}
		}
		if count > most {
			w.fail(doubled, "%s claimed %d of %s on %s, allowed were %d", w.name(user), count, pool, day, most)
		}
	}
	w.must(rows.Err())
}
