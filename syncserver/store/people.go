package store

import (
	"encoding/json"
	"slices"

	"yuzhou/shared/access"
)

// sight is what a user may see, in a transaction.
type sight struct {
	was, now []access.Grant
	reason   string
}

// SetSight says which scopes a user holds from this commit on, and why they changed.
func (tx *Tx) SetSight(user string, grants []access.Grant, reason string) error {
	s := tx.sights[user]
	if s == nil {
		s = &sight{}
		err := tx.c.each(func(scan func(...any) error) error {
			g, err := scanGrant(scan)
			s.was = append(s.was, g)
			return err
		}, `SELECT scope, face, masked, hidden FROM sight WHERE user = ? AND until = 0`, user)
		if err != nil {
			return err
		}
		s.now = s.was
		tx.sights[user] = s
	}
	before := *s
	s.now, s.reason = grants, reason
	tx.onUndo(func() { *s = before })
	return nil
}

func scanGrant(scan func(...any) error, more ...any) (g access.Grant, err error) {
	var masked, hidden string
	if err = scan(append([]any{&g.Scope, &g.Face, &masked, &hidden}, more...)...); err != nil {
		return g, err
	}
	if err = json.Unmarshal([]byte(masked), &g.Masked); err == nil {
		err = json.Unmarshal([]byte(hidden), &g.Hidden)
	}
	return g, err
}

// without lists the grants that are not in others in this very form: a scope that shows something else is another.
func without(grants, others []access.Grant) []access.Grant {
	byScope := make(map[string]access.Grant, len(others))
	for _, g := range others {
		byScope[g.Scope] = g
	}
	var list []access.Grant
	for _, g := range grants {
		o, ok := byScope[g.Scope]
		if !ok || o.Face != g.Face || !slices.Equal(o.Masked, g.Masked) || !slices.Equal(o.Hidden, g.Hidden) {
			list = append(list, g)
		}
	}
	return list
}

var intoSight = insertion{"sight (user, scope, since, until, face, masked, hidden, reason)", "ttiiittt", ""}

func (tx *Tx) writeSights(seq int64) error {
	var lines []any
	for user, s := range tx.sights {
		for _, g := range without(s.was, s.now) {
			if err := tx.c.exec(`UPDATE sight SET until = ?, reason = ? WHERE user = ? AND scope = ? AND until = 0`, seq, s.reason, user, g.Scope); err != nil {
				return err
			}
		}
		for _, g := range without(s.now, s.was) {
			masked, err := json.Marshal(g.Masked)
			if err != nil {
				return err
			}
			hidden, err := json.Marshal(g.Hidden)
			if err != nil {
				return err
			}
			lines = append(lines, user, g.Scope, seq, int64(0), g.Face, string(masked), string(hidden), "")
		}
	}
	return tx.c.insert(&intoSight, lines)
}

// Saw lists the scopes through which a user may have seen a root up to now, also those that are over for him or for it.
// Of a root that came and went several times the feed remembers too little to be sure. What this transaction changes is
// not in it.
func (tx *Tx) Saw(user, rootID string) ([]string, error) {
	var list []string
	err := tx.c.each(func(scan func(...any) error) error {
		var scope string
		err := scan(&scope)
		list = append(list, scope)
		return err
	}, `SELECT DISTINCT f.scope FROM feed f JOIN sight s ON s.user = ? AND s.scope = f.scope
		WHERE f.root = ? AND (s.until = 0 OR f.first < s.until) AND (f.gone = 0 OR f.seq > s.since)`, user, rootID)
	return list, err
}

// Span is from a commit on and before another; To 0 has no end.
type Span struct{ From, To int64 }

// Sights lists when a user held each of some scopes.
func (tx *Tx) Sights(user string, scopes []string) (map[string][]Span, error) {
	all := map[string][]Span{}
	err := tx.c.each(func(scan func(...any) error) error {
		var scope string
		var s Span
		err := scan(&scope, &s.From, &s.To)
		all[scope] = append(all[scope], s)
		return err
	}, `SELECT scope, since, until FROM sight WHERE user = ? AND scope IN (SELECT j.value FROM list(?) j)`, user, texts(scopes))
	return all, err
}

// Account is who can log in.
type Account struct {
	User     string
	Password string // hash, "" when there is no account
	Disabled bool
	Name     string
}

// SetPassword keeps the hash of a user's password and ends his tokens.
func (tx *Tx) SetPassword(user, hash string) {
	tx.afterwards(func() error {
		if err := tx.c.exec(`INSERT INTO account (user, password, changed) VALUES (?, ?, ?)
			ON CONFLICT (user) DO UPDATE SET password = excluded.password, changed = excluded.changed`, user, hash, tx.Now.UnixMilli()); err != nil {
			return err
		}
		return tx.c.exec(`UPDATE device SET token_hash = NULL WHERE user = ?`, user)
	})
}

// SetToken gives a device of a user a new token in place of its old one.
func (tx *Tx) SetToken(user, device, name, tokenHash string) {
	now := tx.Now.UnixMilli()
	tx.afterwards(func() error {
		return tx.c.exec(`INSERT INTO device (id, user, name, token_hash, replica, created, last_seen, last_sync, skew, revoked)
			VALUES (?1, ?2, ?3, ?4, '', ?5, ?5, 0, 0, 0)
			ON CONFLICT (id, user) DO UPDATE SET name = excluded.name, token_hash = excluded.token_hash, last_seen = excluded.last_seen`,
			device, user, name, tokenHash, now)
	})
}

// ActiveDevices counts the devices of a user, other than one, that are logged in and were seen since a moment (Unix ms).
func (tx *Tx) ActiveDevices(user, except string, since int64) (count int64, err error) {
	_, err = tx.c.one([]any{&count}, `SELECT count(*) FROM device WHERE user = ? AND id <> ? AND revoked = 0 AND token_hash IS NOT NULL AND last_seen >= ?`,
		user, except, since)
	return count, err
}

// ForgetDevices forgets the devices of a user that logged out, but the last keep of them.
func (tx *Tx) ForgetDevices(user string, keep int) {
	tx.afterwards(func() error {
		return tx.c.exec(`DELETE FROM device WHERE user = ?1 AND token_hash IS NULL AND revoked = 0 AND id NOT IN
			(SELECT id FROM device WHERE user = ?1 AND token_hash IS NULL AND revoked = 0 ORDER BY last_seen DESC, id LIMIT ?2)`, user, keep)
	})
}

// EndToken logs a device of a user out.
func (tx *Tx) EndToken(user, device string) {
	tx.afterwards(func() error {
		return tx.c.exec(`UPDATE device SET token_hash = NULL WHERE id = ? AND user = ?`, device, user)
	})
}

// Revoke ends a device for good, whoever used it.
func (tx *Tx) Revoke(device string) {
	tx.afterwards(func() error {
		return tx.c.exec(`UPDATE device SET token_hash = NULL, revoked = 1 WHERE id = ?`, device)
	})
}

// SetPushed notes the replica and the clock of a device that pushes.
func (tx *Tx) SetPushed(user, device, replica string, skew int64) {
	tx.afterwards(func() error {
		return tx.c.exec(`UPDATE device SET replica = ?, skew = ?, last_seen = greatest(last_seen, ?) WHERE id = ? AND user = ?`,
			replica, skew, tx.Now.UnixMilli(), device, user)
	})
}

// SetSynced notes that a device had everything at a moment (Unix ms).
func (tx *Tx) SetSynced(user, device string, at int64) {
	tx.afterwards(func() error {
		return tx.c.exec(`UPDATE device SET last_sync = greatest(last_sync, ?1), last_seen = greatest(last_seen, ?1) WHERE id = ?2 AND user = ?3`, at, device, user)
	})
}

// LastSync is when the device of a user that synced last did so, Unix ms; 0 when none ever did.
func (tx *Tx) LastSync(user string) (at int64, err error) {
	_, err = tx.c.one([]any{&at}, lastSync, user)
	return at, err
}

// DeviceSync is when one device of a user last had everything, Unix ms; 0 when it never did.
func (tx *Tx) DeviceSync(user, device string) (at int64, err error) {
	_, err = tx.c.one([]any{&at}, `SELECT last_sync FROM device WHERE id = ? AND user = ?`, device, user)
	return at, err
}

const lastSync = `SELECT coalesce(max(last_sync), 0) FROM device WHERE user = ? AND revoked = 0`
