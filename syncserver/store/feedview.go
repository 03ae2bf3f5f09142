package store

import (
	"encoding/json"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/wire"
)

// faceKinds is the SQL list of the kinds that a pool shows.
var faceKinds = func() (list string) {
	for _, k := range crm.Kinds() {
		if k.Face {
			if list != "" {
				list += ", "
			}
			list += "'" + k.Name + "'"
		}
	}
	return list
}()

// Held is a scope that a user holds, with the commit since which he holds it in this form, and the commit up to which
// the scope has forgotten what left it.
type Held struct {
	access.Grant
	Since   int64
	Horizon int64
}

// Lost is a scope that a user held, and why he does not any more.
type Lost struct {
	Scope  string
	Reason string
}

// SightSince lists what changed in a user's sight after a commit: what he held then and does not hold in this form now,
// and what he holds now and did not hold then.
func (v *View) SightSince(user string, after int64) (lost []Lost, added []Held, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		var h Held
		var until int64
		var reason string
		h.Grant, err = scanGrant(scan, &h.Since, &until, &reason)
		switch {
		case err != nil:
		case until == 0:
			added = append(added, h)
		default:
			lost = append(lost, Lost{h.Scope, reason})
		}
		return err
	}, `SELECT scope, face, masked, hidden, since, until, reason FROM sight
		WHERE user = ?1 AND ((until = 0 AND since > ?2) OR (until > ?2 AND since <= ?2)) ORDER BY scope, since`, user, after)
	return lost, added, err
}

// Sight lists all that a user holds now, by scope.
func (v *View) Sight(user string) (map[string]access.Grant, error) {
	all := map[string]access.Grant{}
	err := v.c.each(func(scan func(...any) error) error {
		g, err := scanGrant(scan)
		all[g.Scope] = g
		return err
	}, `SELECT scope, face, masked, hidden FROM sight WHERE user = ? AND until = 0`, user)
	return all, err
}

// News lists, by name and from a name on, the scopes of a user that have news for somebody who has their feed up to
// commit base; scopes held only since later have everything as news.
func (v *View) News(user string, base int64, from string) ([]Held, error) {
	return v.helds(`SELECT s.scope, s.face, s.masked, s.hidden, s.since, c.horizon FROM sight s JOIN scope c ON c.name = s.scope
		WHERE s.user = ?1 AND s.scope >= ?3 AND s.until = 0 AND c.seq > CASE WHEN s.since > ?2 THEN 0 ELSE ?2 END ORDER BY s.scope`, user, base, from)
}

// helds reads scopes that somebody holds, with their horizons.
func (v *View) helds(text string, args ...any) (list []Held, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		var h Held
		h.Grant, err = scanGrant(scan, &h.Since, &h.Horizon)
		list = append(list, h)
		return err
	}, text, args...)
	return list, err
}

// Touched lists, with count and digest, the scopes of a user that changed after a commit or are held only since later,
// and those of the names given that he holds.
func (v *View) Touched(user string, after int64, also []string) (list []wire.ScopeSum, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		var s wire.ScopeSum
		var sum string
		if err := scan(&s.Scope, &s.Count, &sum); err != nil {
			return err
		}
		s.Sum, err = wire.ParseSum(sum)
		list = append(list, s)
		return err
	}, `SELECT s.scope, coalesce(c.count, 0), coalesce(c.sum, ?3) FROM sight s LEFT JOIN scope c ON c.name = s.scope
		WHERE s.user = ?1 AND s.until = 0 AND (s.since > ?2 OR c.seq > ?2 OR s.scope IN (SELECT j.value FROM list(?4) j)) ORDER BY s.scope`,
		user, after, wire.Sum{}.String(), texts(also))
	return list, err
}

// Position is a place in the feed of a scope: everything up to it was read.
type Position struct {
	Seq  int64  `json:"q"`
	Root string `json:"r"`
}

// Entry is the newest entry of a root in a scope, with what is known of the root now.
type Entry struct {
	Root   string
	Kind   string
	Seq    int64
	Joined int64 // the commit at which it last entered the scope
	First  int64 // the commit at which it ever entered it
	Gone   bool
	Leave  json.RawMessage // why it went
	Scopes []string        // where it is now
	Count  int64           // its live rows
	Faces  int64           // those of them that a pool shows
}

// At is the entry's place.
func (e Entry) At() Position { return Position{e.Seq, e.Root} }

// Entries reads the feed of a scope after a position, in order.
func (v *View) Entries(scope string, after Position, limit int) ([]Entry, error) {
	return v.entries(`f.scope = ? AND (f.seq, f.root) > (?, ?) ORDER BY f.seq, f.root LIMIT ?`, scope, after.Seq, after.Root, limit)
}

// entries reads the entries that a condition names.
func (v *View) entries(where string, args ...any) (list []Entry, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		var e Entry
		var leave *string
		var scopes string
		if err := scan(&e.Root, &e.Kind, &e.Seq, &e.Joined, &e.First, &e.Gone, &leave, &scopes, &e.Count, &e.Faces); err != nil {
			return err
		}
		if leave != nil {
			e.Leave = json.RawMessage(*leave)
		}
		err := json.Unmarshal([]byte(scopes), &e.Scopes)
		list = append(list, e)
		return err
	}, `SELECT f.root, r.kind, f.seq, f.joined, f.first, f.gone, f.leave, r.scopes, r.count, r.face_count
		FROM feed f JOIN root r ON r.id = f.root WHERE `+where, args...)
	return list, err
}

// CountEntries tells how many entries of a scope come after a commit.
func (v *View) CountEntries(scope string, after int64) (count int64, err error) {
	_, err = v.c.one([]any{&count}, `SELECT count(*) FROM feed WHERE scope = ? AND seq > ?`, scope, after)
	return count, err
}
