package world

import (
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// The server forgets what left whom when it is older than so many days, and when it has done its upkeep on so many.
const (
	leastSeason = 93
	mostSeason  = 101
	turnOut     = 4  // days at the beginning on which customers go from hand to hand
	tripLength  = 30 // days between two syncs of those who are out
)

// keepsResults is how old the results of mutations are at least that the server's timetable lets it forget.
const keepsResults = 60 * 24 * time.Hour

// doSeason lets a season go by, day by day with the server's upkeep, as its timetable asks for it, while a laptop lies in a
// drawer. The others come by every thirty days. What left somebody at its beginning is forgotten at its end, so that the
// laptop cannot be told of it one by one.
func (w *world) doSeason(l *laptop, s step) {
	w.mu.Lock()
	w.late = nil // no network keeps a request for so long
	w.mu.Unlock()
	was := l.cursor
	var forgotten int64
	for day := range leastSeason + int(s.R[0])%(mostSeason-leastSeason) {
		w.pass(24 * time.Hour)
		r := uint32(day)
		if day < turnOut {
			w.doCommand(step{N: s.N, R: [6]uint32{s.R[0] + 4*r, s.R[1] + r, s.R[2] + r, 2 * r, s.R[4], s.R[5]}})
		} else {
			w.decree("settings", crm.SettingsID, schema.Values{"backdate_days": int64(3 + r%5)})
		}
		n, err := w.node(s.R[2]+r).h.Prune(w.ctx, w.serverClock().Add(-keepsResults).UnixMilli())
		w.mustUnlessWounded(err)
		forgotten += n
		if day%tripLength == tripLength-1 {
			w.comeBy(l)
		}
	}
	w.forgetAnswers()
	if forgotten == 0 {
		return
	}
	w.fault("server forgot what is old")
	if was > 0 && l.cursor == was {
		w.fault("laptop away beyond the horizon")
	}
	if s.R[3]%2 == 0 {
		_ = l.sync()
	}
}

// comeBy has all laptops but one sync and do what their programs do every day.
func (w *world) comeBy(away *laptop) {
	for _, o := range w.laptops {
		if o == away {
			continue
		}
		w.fault("laptop offline for a month")
		if o.sync() == nil {
			w.must(o.r.Upkeep())
		}
	}
}

// forgetAnswers leaves out of the memory of the world what the server does not answer by heart any more: what is sent once
// more after a season is weighed anew, by its values.
func (w *world) forgetAnswers() {
	rows, err := w.books.query(`SELECT id FROM mutation`)
	w.must(err)
	defer func() { _ = rows.Close() }()
	known := map[string]bool{}
	for rows.Next() {
		var id string
		w.must(rows.Scan(&id))
		known[id] = true
	}
	w.must(rows.Err())
	w.mu.Lock()
	defer w.mu.Unlock()
	for id := range w.answers {
		if !known[id] {
			delete(w.answers, id)
		}
	}
}
