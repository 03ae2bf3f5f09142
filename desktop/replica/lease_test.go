package replica

import (
	"math"
	"testing"
	"time"

	"yuzhou/shared/schema"
)

// TestLease (SYNC-12): what a clock may do between two looks at it, and what a person is told before the end.
func TestLease(t *testing.T) {
	const hour = time.Hour
	for name, c := range map[string]struct {
		days  int64
		moves []time.Duration // of this machine's clock, one look after each
		spent time.Duration
		ended bool
		left  int64
	}{
		"just begun":            {14, nil, 0, false, 0},
		"a week":                {14, []time.Duration{7 * day}, 7 * day, false, 0},
		"not yet warned":        {14, []time.Duration{11*day - 1}, 11*day - 1, false, 0},
		"warned":                {14, []time.Duration{11 * day}, 11 * day, false, 3},
		"the last day":          {14, []time.Duration{13 * day}, 13 * day, false, 1},
		"the last moment":       {14, []time.Duration{14*day - 1}, 14*day - 1, false, 1},
		"ended":                 {14, []time.Duration{14 * day}, 14 * day, true, 0},
		"long ago":              {14, []time.Duration{400 * day}, 400 * day, true, 0},
		"many looks":            {14, []time.Duration{5 * day, hour, 6 * day, 23 * hour, 2 * day}, 14 * day, true, 0},
		"turned back":           {14, []time.Duration{10 * day, -10 * day}, 10 * day, false, 0},
		"back, and on":          {14, []time.Duration{10 * day, -10 * day, 4 * day}, 14 * day, true, 0},
		"back every day":        {2, []time.Duration{day, -day, day}, 2 * day, true, 0},
		"ended, then back":      {14, []time.Duration{14 * day, -20 * day}, 14 * day, true, 0},
		"before the last look":  {14, []time.Duration{-90 * day}, 0, false, 0},
		"no lease":              {0, []time.Duration{4000 * day}, 4000 * day, false, 0},
		"a short one, begun":    {1, []time.Duration{11 * hour}, 11 * hour, false, 0},
		"a short one, half":     {1, []time.Duration{12 * hour}, 12 * hour, false, 1},
		"longer than can be":    {math.MaxInt64, []time.Duration{10 * 365 * day}, 10 * 365 * day, false, 0},
		"a clock out of bounds": {14, []time.Duration{longest, longest, longest}, longest, true, 0},
	} {
		now := noon
		l := Lease{Days: c.days, Seen: now}
		for _, move := range c.moves {
			now = now.Add(move)
			l = l.Count(now)
		}
		if l.Spent != c.spent || l.Ended() != c.ended || l.Left() != c.left || !l.Seen.Equal(now) {
			t.Errorf("%s: spent %v, ended %t, left %d, want %v, %t, %d", name, l.Spent, l.Ended(), l.Left(), c.spent, c.ended, c.left)
		}
	}
}

// moved is a replica of which a test moves the clock, across restarts too.
type moved struct {
	*Replica
	t   *testing.T
	now time.Time
}

func (m *moved) open(dir string) {
	m.t.Helper()
	r, err := Open(dir, func() time.Time { return m.now })
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			m.t.Error(err)
		}
	})
	m.Replica = r
}

func (m *moved) restart() {
	m.t.Helper()
	if err := m.Close(); err != nil {
		m.t.Fatal(err)
	}
	m.open(m.Dir())
}

func (m *moved) count() Lease {
	m.t.Helper()
	l, err := m.CountLease()
	if err != nil {
		m.t.Fatal(err)
	}
	return l
}

func synced(t *testing.T) (*moved, *server) {
	t.Helper()
	m := &moved{t: t, now: noon}
	m.open(t.TempDir())
	if err := m.SetAccount(Account{Address: "http://127.0.0.1:1", Token: "t", User: me, Device: "0190c0de-0000-7000-8000-000000007f3a"}); err != nil {
		t.Fatal(err)
	}
	want(t, "days before the first sync", m.count().Days, int64(0))
	s := newServer(t)
	first(t, m.Replica, s)
	return m, s
}

// TestLeaseIsKept (SYNC-12): what was counted outlives the program and a clock that is turned back; a complete sync and a
// login begin anew, by a clock that is wrong too; the company's days come with a sync.
func TestLeaseIsKept(t *testing.T) {
	m, s := synced(t)
	want(t, "days of a company that has not chosen", m.count().Days, int64(14))
	for range 130 { // two hours and ten minutes, looked at every minute
		m.now = m.now.Add(time.Minute)
		m.count()
	}
	want(t, "counted", m.count().Spent, 130*time.Minute)
	m.now = m.now.Add(9 * day)
	m.restart()
	want(t, "counted while nothing ran", m.count().Offline(), int64(9))
	m.now = m.now.Add(-9 * day)
	m.restart()
	want(t, "after the clock was turned back", m.count().Offline(), int64(9))
	m.now = m.now.Add(5 * day)
	m.restart()
	want(t, "ended", m.count().Ended(), true)
	m.now = m.now.Add(-time.Minute)
	m.restart()
	want(t, "ended, with the clock turned back a little", m.count().Ended(), true)

	m.now = m.now.AddDate(1, 0, 0) // a clock that is a year fast from now on
	take(t, m.Replica, s.root("settings", about), s.put("settings", "settings", "settings", schema.Values{"zone": "Asia/Shanghai", "lease_days": int64(2)}), s.end())
	l := m.count()
	want(t, "after a sync", l.Spent, time.Duration(0))
	want(t, "the company's days", l.Days, int64(2))
	m.now = m.now.Add(day)
	want(t, "told", m.count().Left(), int64(1))
	m.now = m.now.Add(day)
	want(t, "ended by a fast clock", m.count().Ended(), true)
	if err := m.RenewLease(); err != nil {
		t.Fatal(err)
	}
	want(t, "after a login", m.count().Spent, time.Duration(0))

	take(t, m.Replica, s.root("settings", about), s.put("settings", "settings", "settings", schema.Values{"zone": "Asia/Shanghai", "lease_days": int64(0)}), s.end())
	m.now = m.now.AddDate(5, 0, 0)
	want(t, "ended without a lease", m.count().Ended(), false)
}

// TestLeaseOfAFormerProgram: a file in which nothing is counted yet counts from its last complete sync.
func TestLeaseOfAFormerProgram(t *testing.T) {
	m, _ := synced(t)
	if err := m.change(durable, func(t *tx) error {
		return t.exec("DELETE FROM meta WHERE key IN (?, ?)", metaSpent, metaSeen)
	}); err != nil {
		t.Fatal(err)
	}
	m.now = m.now.Add(13*day + time.Hour)
	want(t, "counted", m.count().Spent, 13*day+time.Hour)
	m.now = m.now.Add(day)
	want(t, "ended", m.count().Ended(), true)
}

// TestLeaseOfPractice: a practice book has no server to be without.
func TestLeaseOfPractice(t *testing.T) {
	m := &moved{t: t, now: noon}
	m.open(t.TempDir())
	if err := m.Practise(me, "0190c0de-0000-7000-8000-000000007f3a", nil); err != nil {
		t.Fatal(err)
	}
	m.now = m.now.AddDate(3, 0, 0)
	m.restart()
	want(t, "ended", m.count().Ended(), false)
}
