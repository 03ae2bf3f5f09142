package store

import (
	"database/sql"
	"encoding/json"
	"maps"
	"slices"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// root is the line of a root in a transaction.
type root struct {
	id      string
	kind    string // "" while it does not exist
	scopes  []string
	all     digest
	face    digest
	touched bool
}

// digest counts rows and sums their hashes.
type digest struct {
	count int64
	sum   wire.Sum
}

func (d digest) add(e digest) digest { return digest{d.count + e.count, d.sum.Add(e.sum)} }
func (d digest) sub(e digest) digest { return digest{d.count - e.count, d.sum.Sub(e.sum)} }

// of is what a scope counts of a root.
func (r *root) of(scope string) digest {
	if isFace(scope) {
		return r.face
	}
	return r.all
}

func (tx *Tx) root(id string) (*root, error) {
	if r := tx.roots[id]; r != nil {
		return r, nil
	}
	r := &root{id: id}
	var scopes, sum, faceSum string
	found, err := tx.c.one([]any{&r.kind, &scopes, &r.all.count, &sum, &r.face.count, &faceSum},
		`SELECT kind, scopes, count, sum, face_count, face_sum FROM root WHERE id = ?`, id)
	if err == nil && found {
		err = r.read(scopes, sum, faceSum)
	}
	if err != nil {
		return nil, err
	}
	tx.roots[id] = r
	return r, nil
}

func (r *root) read(scopes, sum, faceSum string) (err error) {
	if err := json.Unmarshal([]byte(scopes), &r.scopes); err != nil {
		return err
	}
	if r.all.sum, err = wire.ParseSum(sum); err != nil {
		return err
	}
	r.face.sum, err = wire.ParseSum(faceSum)
	return err
}

// RootKind is the kind of a root, "" when there is none of that id. What this transaction makes counts too.
func (tx *Tx) RootKind(id string) (string, error) {
	r, err := tx.root(id)
	if err != nil || r.kind != "" {
		return r.kind, err
	}
	for _, e := range tx.under[id] {
		if e.dirty && e.has && e.now.ID == id && e.now.Root == id && !under(e.now.Kind) {
			return e.now.Kind, nil
		}
	}
	return "", nil
}

// RootRows is how many live rows a root had before this transaction.
func (tx *Tx) RootRows(id string) (int64, error) {
	r, err := tx.root(id)
	if err != nil {
		return 0, err
	}
	return r.all.count, nil
}

// RootBytes is how many bytes the rows under a root had before this transaction, deleted ones included.
func (tx *Tx) RootBytes(id string) (size int64, err error) {
	_, err = tx.c.one([]any{&size}, `SELECT coalesce(sum(octet_length(CAST(body AS text))), 0) FROM record WHERE root = ?`, id)
	return size, err
}

// under tells whether a kind never is a root itself. A holding has the id of its customer and is not one.
func under(kind string) bool {
	k := crm.ByName(kind)
	return k != nil && !k.IsRoot()
}

// SetLeave says why a root goes out of the scopes it leaves in this commit.
func (tx *Tx) SetLeave(rootID string, why wire.Leave) error {
	text, err := json.Marshal(why)
	if err != nil {
		return err
	}
	before, had := tx.leaves[rootID]
	tx.leaves[rootID] = string(text)
	tx.onUndo(func() {
		if delete(tx.leaves, rootID); had {
			tx.leaves[rootID] = before
		}
	})
	return nil
}

// feedLines collects what a commit writes into root, feed and scope.
type feedLines struct {
	left, joined, moved []any             // into feed, by what becomes of the line
	born, roots         []any             // into root: new ones, and others
	scopes              map[string]digest // what is to be added to each scope that was touched
}

var (
	intoFeedLeft = insertion{
		"feed (scope, root, seq, joined, first, gone, leave)", "ttiiiiT",
		"ON CONFLICT (root, scope) DO UPDATE SET seq = excluded.seq, gone = 1, leave = excluded.leave",
	}
	intoFeedJoined = insertion{
		"feed (scope, root, seq, joined, first, gone)", "ttiiii",
		"ON CONFLICT (root, scope) DO UPDATE SET seq = excluded.seq, joined = excluded.joined, gone = 0, leave = NULL",
	}
	intoFeedMoved = rewritingOf(insertion{"feed (scope, root, seq, joined, first, gone)", "ttiiii", ""}, "scope, root", "seq")
	intoRootNew   = insertion{"root (id, kind, scopes, count, sum, face_count, face_sum)", "tttitit", ""}
	intoRoot      = rewritingOf(intoRootNew, "id", "scopes, count, sum, face_count, face_sum")
	intoScope     = insertion{
		"scope (name, count, sum, seq)", "titi",
		"ON CONFLICT (name) DO UPDATE SET count = excluded.count, sum = excluded.sum, seq = excluded.seq",
	}
)

// writeFeed is the only function that writes root, feed and scope. All rows of the commit are stamped with seq.
func (tx *Tx) writeFeed(seq int64) error {
	changes := map[string]*rootChange{}
	for _, e := range tx.order {
		c := changes[e.now.Root]
		if c == nil {
			c = &rootChange{}
			changes[e.now.Root] = c
		}
		c.count(e, seq)
	}
	lines := feedLines{scopes: map[string]digest{}}
	for _, id := range tx.touched {
		c := changes[id]
		if c == nil {
			c = &rootChange{}
		}
		if err := tx.rootLines(tx.roots[id], *c, seq, &lines); err != nil {
			return err
		}
	}
	tx.moved = slices.Sorted(maps.Keys(lines.scopes))
	scopes, err := tx.scopeLines(lines.scopes, seq)
	if err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return tx.c.insert(&intoFeedLeft, lines.left) },
		func() error { return tx.c.insert(&intoFeedJoined, lines.joined) },
		func() error { return tx.c.rewrite(&intoFeedMoved, lines.moved) },
		func() error { return tx.c.insert(&intoRootNew, lines.born) },
		func() error { return tx.c.rewrite(&intoRoot, lines.roots) },
		func() error { return tx.c.insert(&intoScope, scopes) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// rootChange is what a commit does to the rows of one root.
type rootChange struct {
	kind      string // of the root record, when the commit writes it
	all, face digest // to be added
	any, show bool   // whether any row, whether a face changed
}

func (c *rootChange) count(e *entry, seq int64) {
	kind := crm.ByName(e.now.Kind)
	face := kind != nil && kind.Face
	c.any, c.show = true, c.show || face
	if e.now.ID == e.now.Root && !under(e.now.Kind) {
		c.kind = e.now.Kind
	}
	var more digest
	if e.had && !e.was.Deleted {
		more = more.sub(digest{1, wire.RowSum(e.was.Kind, e.was.ID, e.was.Seq)})
	}
	if !e.now.Deleted {
		more = more.add(digest{1, wire.RowSum(e.now.Kind, e.now.ID, seq)})
	}
	c.all = c.all.add(more)
	if face {
		c.face = c.face.add(more)
	}
}

func (tx *Tx) rootLines(r *root, c rootChange, seq int64, lines *feedLines) error {
	into := &lines.roots
	if r.kind == "" {
		r.kind, into = c.kind, &lines.born
	}
	now, err := tx.scopesOf(r)
	if err != nil {
		return err
	}
	before, beforeScopes := *r, r.scopes
	r.all, r.face, r.scopes = r.all.add(c.all), r.face.add(c.face), now
	for _, scope := range beforeScopes {
		if !slices.Contains(now, scope) {
			lines.scopes[scope] = lines.scopes[scope].sub(before.of(scope))
			lines.left = append(lines.left, scope, r.id, seq, seq, seq, int64(1), tx.leave(r.id))
		}
	}
	for _, scope := range now {
		joins := !slices.Contains(beforeScopes, scope)
		switch {
		case joins:
			lines.scopes[scope] = lines.scopes[scope].add(r.of(scope))
			lines.joined = append(lines.joined, scope, r.id, seq, seq, seq, int64(0))
		case c.show || c.any && !isFace(scope):
			lines.scopes[scope] = lines.scopes[scope].add(r.of(scope)).sub(before.of(scope))
			lines.moved = append(lines.moved, scope, r.id, seq, seq, seq, int64(0))
		}
	}
	if !c.any && slices.Equal(beforeScopes, now) {
		return nil
	}
	list, err := json.Marshal(now)
	*into = append(*into, r.id, r.kind, string(list), r.all.count, r.all.sum.String(), r.face.count, r.face.sum.String())
	return err
}

// scopesOf asks the hub for the scopes of a root; one that is deleted is in none.
func (tx *Tx) scopesOf(r *root) ([]string, error) {
	e, err := tx.entry(Key{r.kind, r.id})
	if err != nil || !e.has || e.now.Deleted {
		return []string{}, err
	}
	list, err := tx.Scopes(e.now)
	if err != nil {
		return nil, err
	}
	return schema.NewSet(list...), nil
}

func (tx *Tx) leave(rootID string) sql.NullString {
	text, ok := tx.leaves[rootID]
	return sql.NullString{String: text, Valid: ok}
}

// scopeLines adds to what the scopes count now.
func (tx *Tx) scopeLines(more map[string]digest, seq int64) (lines []any, err error) {
	if len(more) == 0 {
		return nil, nil
	}
	err = tx.c.each(func(scan func(...any) error) error {
		var name, sum string
		var now digest
		err := scan(&name, &now.count, &sum)
		if err == nil {
			now.sum, err = wire.ParseSum(sum)
		}
		more[name] = more[name].add(now)
		return err
	}, `SELECT c.name, c.count, c.sum FROM list(?) j CROSS JOIN scope c ON c.name = j.value`, texts(slices.Collect(maps.Keys(more))))
	for name, now := range more {
		lines = append(lines, name, now.count, now.sum.String(), seq)
	}
	return lines, err
}
