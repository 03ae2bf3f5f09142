package store

import "yuzhou/shared/wire"

// lastID sorts after every id.
const lastID = "\U0010FFFF"

// end is the upper bound of a span as a comparison needs it.
func end(to string) string {
	if to == "" {
		return lastID
	}
	return to
}

// Beyond lists, by name and after a name, the scopes that a user has held in one form since a commit or longer, and that
// have forgotten something that left them after it.
func (v *View) Beyond(user string, cursor int64, after string, limit int) ([]Held, error) {
	return v.helds(`SELECT s.scope, s.face, s.masked, s.hidden, s.since, c.horizon FROM sight s JOIN scope c ON c.name = s.scope
		WHERE s.user = ? AND s.scope > ? AND s.until = 0 AND s.since <= ? AND c.horizon > ? ORDER BY s.scope LIMIT ?`, user, after, cursor, cursor, limit)
}

// Held finds a scope that a user holds now.
func (v *View) Held(user, scope string) (h Held, found bool, err error) {
	list, err := v.helds(`SELECT s.scope, s.face, s.masked, s.hidden, s.since, coalesce(c.horizon, 0) FROM sight s LEFT JOIN scope c ON c.name = s.scope
		WHERE s.user = ? AND s.scope = ? AND s.until = 0`, user, scope)
	if err != nil || len(list) == 0 {
		return h, false, err
	}
	return list[0], true, nil
}

// EntriesIn reads what is in a scope now, in the order of the roots' ids: from an id on, before another ("" has no end).
func (v *View) EntriesIn(scope, from, to string, limit int) ([]Entry, error) {
	return v.entries(`f.scope = ? AND f.root >= ? AND f.root < ? AND f.gone = 0 ORDER BY f.root LIMIT ?`, scope, from, end(to), limit)
}

// CountIn tells how many roots of a scope are in a span.
func (v *View) CountIn(scope, from, to string) (count int64, err error) {
	_, err = v.c.one([]any{&count}, `SELECT count(*) FROM feed WHERE scope = ? AND root >= ? AND root < ? AND gone = 0`, scope, from, end(to))
	return count, err
}

// SumIn adds up the rows that a scope shows of the roots in a span.
func (v *View) SumIn(scope, from, to string) (count int64, sum wire.Sum, err error) {
	columns := `r.count, r.sum`
	if isFace(scope) {
		columns = `r.face_count, r.face_sum`
	}
	err = v.c.each(func(scan func(...any) error) error {
		var n int64
		var text string
		if err := scan(&n, &text); err != nil {
			return err
		}
		one, err := wire.ParseSum(text)
		count, sum = count+n, sum.Add(one)
		return err
	}, `SELECT `+columns+` FROM feed f JOIN root r ON r.id = f.root
		WHERE f.scope = ? AND f.root >= ? AND f.root < ? AND f.gone = 0`, scope, from, end(to))
	return count, sum, err
}

// ScopeSeq is the newest commit that touched a scope; 0 when none did.
func (v *View) ScopeSeq(scope string) (seq int64, err error) {
	_, err = v.c.one([]any{&seq}, `SELECT seq FROM scope WHERE name = ?`, scope)
	return seq, err
}

// NewestHorizon is the newest of the horizons beyond a commit of the scopes that Beyond lists; 0 when there is none.
// For a laptop that was here lately it reads one row.
func (v *View) NewestHorizon(user string, cursor int64) (seq int64, err error) {
	// No horizon is beyond the oldest note of the tide: upkeep keeps the note up to which it has forgotten.
	if _, err = v.c.one([]any{&seq}, `SELECT coalesce(min(seq), 0) FROM tide`); err != nil || seq <= cursor {
		return 0, err
	}
	_, err = v.c.one([]any{&seq}, `SELECT coalesce(max(c.horizon), 0) FROM sight s JOIN scope c ON c.name = s.scope
		WHERE s.user = ? AND s.until = 0 AND s.since <= ? AND c.horizon > ?`, user, cursor, cursor)
	return seq, err
}
