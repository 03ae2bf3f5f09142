package store

// The horizon: how far back the store still knows what left whom. Everything that people typed stays for ever; what is
// forgotten only ever served laptops that were away.

// tideApart is the least time between two notes of the tide, ms: a server that is started often takes one a day.
const tideApart = 20 * 60 * 60 * 1000

// NoteTide notes which commit is the newest now, once a day.
func (tx *Tx) NoteTide() error {
	var seq, at int64
	found, err := tx.c.one([]any{&seq, &at}, `SELECT seq, at FROM tide ORDER BY seq DESC LIMIT 1`)
	now := tx.Now.UnixMilli()
	if err != nil || found && (seq >= tx.head || now >= at && now-at < tideApart) {
		return err
	}
	head := tx.head
	tx.afterwards(func() error {
		return tx.c.exec(`INSERT INTO tide (seq, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, head, now)
	})
	return nil
}

// Horizon is the newest commit that is older than before (Unix ms) by the clock and by at least notes days of upkeep;
// 0 when there is none. Days are counted beside the clock, so that a clock that jumps forward makes nothing old at once.
func (tx *Tx) Horizon(before int64, notes int) (int64, error) {
	var byClock, byNotes int64
	if _, err := tx.c.one([]any{&byClock}, `SELECT coalesce(max(seq), 0) FROM tide WHERE at <= ?`, before); err != nil {
		return 0, err
	}
	_, err := tx.c.one([]any{&byNotes}, `SELECT seq FROM tide ORDER BY seq DESC LIMIT 1 OFFSET ?`, notes)
	return min(byClock, byNotes), err
}

// Forgotten is what one slice of upkeep removed.
type Forgotten struct{ Results, Entries, Sights, Devices int64 }

// Total is the number of rows.
func (f Forgotten) Total() int64 { return f.Results + f.Entries + f.Sights + f.Devices }

// Forget removes what is not newer than the horizon and before (Unix ms), at most limit rows of a sort: results of
// mutations, entries of what left a scope, rows of sight that say the same as another, and devices that never synced.
// More may be left while any number reaches the limit.
func (tx *Tx) Forget(horizon, before int64, limit int) (f Forgotten, err error) {
	if f.Results, err = tx.forgetResults(horizon, before, limit); err != nil {
		return f, err
	}
	if f.Entries, err = tx.forgetEntries(horizon, limit); err != nil {
		return f, err
	}
	if f.Sights, err = tx.forgetSights(horizon, limit); err != nil {
		return f, err
	}
	f.Devices, err = tx.forgetDevices(before, limit)
	tx.afterwards(func() error { return tx.c.exec(`DELETE FROM tide WHERE seq < ?`, horizon) })
	return f, err
}

func (tx *Tx) forgetResults(horizon, before int64, limit int) (int64, error) {
	var ids []string
	err := tx.c.each(func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, `SELECT id FROM mutation WHERE at < ? AND seq <= ? ORDER BY at LIMIT ?`, before, horizon, limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	tx.afterwards(func() error {
		return tx.c.exec(`DELETE FROM mutation WHERE id IN (SELECT j.value FROM list(?) j)`, texts(ids))
	})
	return int64(len(ids)), nil
}

// forgetEntries forgets what left a scope, and raises the horizon of the scope: whoever was here last before that would
// not hear of it any more.
func (tx *Tx) forgetEntries(horizon int64, limit int) (int64, error) {
	type entry struct {
		scope, root string
		seq         int64
	}
	var list []entry
	raised := map[string]int64{}
	err := tx.c.each(func(scan func(...any) error) error {
		var e entry
		err := scan(&e.scope, &e.root, &e.seq)
		list = append(list, e)
		raised[e.scope] = max(raised[e.scope], e.seq)
		return err
	}, `SELECT scope, root, seq FROM feed WHERE gone = 1 AND seq <= ? ORDER BY seq LIMIT ?`, horizon, limit)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	tx.afterwards(func() error {
		for _, e := range list {
			// It may have come back in this very commit.
			if err := tx.c.exec(`DELETE FROM feed WHERE root = ? AND scope = ? AND gone = 1 AND seq <= ?`, e.root, e.scope, horizon); err != nil {
				return err
			}
		}
		for scope, seq := range raised {
			if err := tx.c.exec(`UPDATE scope SET horizon = greatest(horizon, ?) WHERE name = ?`, seq, scope); err != nil {
				return err
			}
		}
		return nil
	})
	return int64(len(list)), nil
}

// forgetSights makes one row of all that tell that a user held a scope and does not any more. One must stay: a laptop
// that held the scope and comes back after years still has to be told to drop it.
func (tx *Tx) forgetSights(horizon int64, limit int) (int64, error) {
	type span struct {
		user, scope         string
		first, last, number int64
	}
	var list []span
	var count int64
	err := tx.c.each(func(scan func(...any) error) error {
		var s span
		err := scan(&s.user, &s.scope, &s.first, &s.last, &s.number)
		list, count = append(list, s), count+s.number-1
		return err
	}, `SELECT user, scope, min(since), max(until), count(*) FROM sight WHERE until > 0 AND until <= ?
		GROUP BY user, scope HAVING count(*) > 1 LIMIT ?`, horizon, limit)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	tx.afterwards(func() error {
		for _, s := range list {
			if err := tx.c.exec(`DELETE FROM sight WHERE user = ? AND scope = ? AND until > 0 AND until < ?`, s.user, s.scope, s.last); err != nil {
				return err
			}
			if err := tx.c.exec(`UPDATE sight SET since = ? WHERE user = ? AND scope = ? AND until = ?`, s.first, s.user, s.scope, s.last); err != nil {
				return err
			}
		}
		return nil
	})
	return count, nil
}

// forgetDevices forgets devices that logged out without ever having synced.
func (tx *Tx) forgetDevices(before int64, limit int) (int64, error) {
	var list [][2]string
	err := tx.c.each(func(scan func(...any) error) error {
		var d [2]string
		err := scan(&d[0], &d[1])
		list = append(list, d)
		return err
	}, `SELECT id, user FROM device WHERE token_hash IS NULL AND revoked = 0 AND last_sync = 0 AND last_seen < ? LIMIT ?`, before, limit)
	if err != nil || len(list) == 0 {
		return 0, err
	}
	tx.afterwards(func() error {
		for _, d := range list {
			if err := tx.c.exec(`DELETE FROM device WHERE id = ? AND user = ? AND token_hash IS NULL AND last_sync = 0`, d[0], d[1]); err != nil {
				return err
			}
		}
		return nil
	})
	return int64(len(list)), nil
}
