package replica

import (
	"database/sql/driver"
	"strconv"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// The lease (SYNC-12). A laptop that has not been with its server for some days shows nothing until somebody logs in: the
// server can tell a stolen one nothing while it is offline, so it has to lock itself. What is counted is how far this
// machine's clock has gone forward since the server accepted the laptop last, with a complete sync or a login. Only
// forward: after the clock was turned back counting goes on from there, and nothing that was counted is given back. A plain
// mark of the latest time seen would stand still until the clock had caught up with it, and give away those very days. How
// far the clock is from the server's does not matter either, as both ends are read off the same clock: one that is a year
// fast, by the skew the server was found to have, is as good as one that is right.

// day is the unit of a lease; it has nothing to do with calendars.
const day = 24 * time.Hour

// longest bounds what is counted, far beyond any lease: a clock may say anything.
const longest = 100 * 365 * day

// keepEvery is how much is counted before it is written. What is not written is counted again from the last time on.
const keepEvery = 10 * time.Minute

// Lease is how long this laptop may still go without its server.
type Lease struct {
	Days  int64         // of the company's settings; 0: no end
	Spent time.Duration // counted since the server accepted this laptop last
	Seen  time.Time     // when it was counted, by this machine's clock
}

// Count is the lease when the machine's clock says now.
func (l Lease) Count(now time.Time) Lease {
	if gone := now.Sub(l.Seen); gone > 0 {
		l.Spent += min(gone, longest-min(l.Spent, longest))
	}
	l.Seen = now
	return l
}

// term is the whole of it.
func (l Lease) term() time.Duration { return time.Duration(min(l.Days, int64(longest/day))) * day }

// Ended tells that the laptop is to be locked.
func (l Lease) Ended() bool { return l.Days > 0 && l.Spent >= l.term() }

// warned is from how long before its end on a person hears of it; of a short lease it is the second half.
const warned = 3 * day

// Left is how many days are left, a begun one as a whole, when there are so few that a person should hear of it; else 0.
func (l Lease) Left() int64 {
	left := l.term() - l.Spent
	if l.Days <= 0 || left <= 0 || left > min(warned, l.term()/2) {
		return 0
	}
	return int64((left + day - 1) / day)
}

// Offline is how many whole days are counted.
func (l Lease) Offline() int64 { return int64(l.Spent / day) }

// CountLease counts the lease on to this moment. A practice book, and a replica whose first sync is not complete, have none.
func (r *Replica) CountLease() (Lease, error) {
	var was Lease
	err := r.snapshot(func(c *conn) (err error) {
		was, err = r.lease(c)
		return err
	})
	now := r.clock()
	l := was.Count(now)
	gone := now.Sub(was.Seen)
	if err != nil || l.Days == 0 || gone >= 0 && gone < keepEvery && was.Ended() == l.Ended() {
		return l, err
	}
	err = r.change(relaxed, func(t *tx) error {
		was, err := r.lease(t.conn) // a sync may have begun it anew
		if err != nil {
			return err
		}
		l = was.Count(t.now)
		return t.keepLease(l)
	})
	return l, err
}

// RenewLease begins the lease anew: the server has accepted whoever uses this laptop.
func (r *Replica) RenewLease() error {
	return r.change(durable, func(t *tx) error { return t.keepLease(Lease{Seen: t.now}) })
}

// lease reads it as it was counted last. A program that knew of no lease has noted the last complete sync.
func (r *Replica) lease(c *conn) (Lease, error) {
	var published, practice, last, spent, seen string
	err := c.metas(map[string]*string{
		metaPublished: &published, metaPractice: &practice, metaLastSync: &last, metaSpent: &spent, metaSeen: &seen,
	})
	if err != nil || published != yes || practice == yes {
		return Lease{Seen: r.clock()}, err
	}
	settings := schema.Record{Kind: crm.Settings.Name}
	tbl := r.tables[crm.Settings.Name]
	err = c.query(tbl.sel+" WHERE deleted = 0 AND id = ?", []driver.Value{crm.SettingsID}, func(values []driver.Value) error {
		settings = tbl.scan(values).record()
		return nil
	})
	l := Lease{Days: crm.LeaseDays(settings), Seen: r.clock()}
	if seen == "" {
		seen = last
	}
	if ms, err := strconv.ParseInt(seen, 10, 64); err == nil {
		l.Seen = clock.FromMillis(ms)
	}
	if ms, err := strconv.ParseInt(spent, 10, 64); err == nil {
		l.Spent = time.Duration(min(max(ms, 0), longest.Milliseconds())) * time.Millisecond
	}
	return l, err
}

func (t *tx) keepLease(l Lease) error {
	spent := ""
	if l.Spent > 0 {
		spent = strconv.FormatInt(l.Spent.Milliseconds(), 10)
	}
	if err := t.setMeta(metaSpent, spent); err != nil {
		return err
	}
	return t.setMeta(metaSeen, strconv.FormatInt(clock.Millis(l.Seen), 10))
}
