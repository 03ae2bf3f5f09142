package world

import (
	"cmp"
	"database/sql/driver"
	"slices"
	"time"

	"github.com/mattn/go-sqlite3"
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
			if how := r.text("how"); (how == "claimed" || how == "assigned") && r.text("from_pool") == "" {
				report("customer %s was %s at %d from %q, out of no pool", root, how, r.Seq, r.text("from_owner"))
			}
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
	rows, err := w.books.query(`SELECT "user", pool, day, count(*), count(DISTINCT customer) FROM ledger GROUP BY "user", pool, day`)
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

// checkRuns sees that a run tells each of those whom it concerns once (I10).
func (w *world) checkRuns() {
	w.mu.Lock()
	defer w.mu.Unlock()
	runs := map[string]bool{}
	told := map[string]int{}
	for k, r := range w.books.now {
		switch {
		case k.Kind == "holding_change" && r.text("how") == "reclaimed":
			runs[r.text("run")] = true
		case k.Kind == "notice" && r.text("code") == "reclaimed_digest":
			told[r.text("user")]++
		}
	}
	for user, n := range told {
		if n > len(runs) {
			w.report(doubled, "%d runs took something, and %s was told %d times", len(runs), w.name(user), n)
		}
	}
}

// checkClaims sees that the ledger has one line for each claim that succeeded, and none for another (I8).
func (w *world) checkClaims() {
	var lines int
	w.must(w.books.db.QueryRow(`SELECT count(*) FROM ledger`).Scan(&lines))
	w.mu.Lock()
	defer w.mu.Unlock()
	claims := 0
	for k, r := range w.books.now {
		if k.Kind == "holding_change" && r.text("how") == "claimed" {
			claims++
		}
	}
	if claims != lines {
		w.report(doubled, "%d claims succeeded, and %d count for the daily limits", claims, lines)
	}
}

// checkTaken holds what the schedule has just taken against the rule: so many days without a counted follow-up, counted in
// days of the company's zone, and not what the rule spares.
func (w *world) checkTaken(before int64) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	w.must(err)
	day := func(ms int64) int {
		y, m, d := time.UnixMilli(ms).In(zone).Date()
		return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for k, r := range w.books.now {
		if k.Kind != "holding_change" || r.text("how") != "reclaimed" || r.Seq <= before {
			continue
		}
		h := w.books.version(key{"holding", r.Root}, before)
		if h == nil {
			continue
		}
		at, since := r.num("at"), max(h.num("claimed_at"), h.num("counted_at"))
		if gone := day(at) - day(since); int64(gone) <= r.num("days") {
			w.report(doubled, "customer %s was taken after %d days, the rule says more than %d", r.Root, gone, r.num("days"))
		}
		if h.num("dealt_at") != 0 {
			w.report(doubled, "customer %s was taken although there is a deal", r.Root)
		}
	}
}

// version is a record as it was at a commit.
func (b *books) version(k key, seq int64) *rec {
	for _, r := range slices.Backward(b.past[k]) {
		if r.Seq <= seq {
			return r
		}
	}
	return nil
}

// checkDurable asks the connections that write whether they wait for the disk before they say that something is safe.
func (w *world) checkDurable() {
	w.connsMu.Lock()
	defer w.connsMu.Unlock()
	for _, c := range w.conns {
		reads, err := number64(c, "PRAGMA query_only")
		if err != nil || reads == 1 { // closed, or a reader
			continue
		}
		if level, err := number64(c, "PRAGMA synchronous"); err == nil && level < 2 {
			w.fail(lost, "the server says that something is safe before it is on the disk: synchronous is %d", level)
		}
	}
}

func number64(c *sqlite3.SQLiteConn, text string) (int64, error) {
	rows, err := c.Query(text, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	cells := make([]driver.Value, 1)
	if err := rows.Next(cells); err != nil {
		return 0, err
	}
	n, _ := cells[0].(int64)
	return n, nil
}
