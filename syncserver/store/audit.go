package store

import (
	"encoding/json"
	"slices"

	"yuzhou/shared/wire"
)

// Audit works out from the records alone what root, feed, scope and holding must say, and reports every difference.
// It reads the whole store and shares no code with what keeps those tables.
func (v *View) Audit(report func(format string, args ...any)) error {
	type tally struct{ all, face digest }
	roots := map[string]tally{}
	faces := map[string]bool{"customer": true, "holding": true}
	err := v.c.each(func(scan func(...any) error) error {
		var kind, id, root string
		var seq int64
		var deleted bool
		if err := scan(&kind, &id, &root, &seq, &deleted); err != nil {
			return err
		}
		t := roots[root]
		if !deleted {
			one := digest{1, wire.RowSum(kind, id, seq)}
			t.all = t.all.add(one)
			if faces[kind] {
				t.face = t.face.add(one)
			}
		}
		roots[root] = t
		return nil
	}, `SELECT kind, id, root, seq, deleted FROM record`)
	if err != nil {
		return err
	}
	scopes := map[string]digest{}
	err = v.c.each(func(scan func(...any) error) error {
		r := root{}
		var text, sum, faceSum string
		if err := scan(&r.id, &text, &r.all.count, &sum, &r.face.count, &faceSum); err != nil {
			return err
		}
		if err := r.read(text, sum, faceSum); err != nil {
			return err
		}
		want := roots[r.id]
		if r.all != want.all || r.face != want.face {
			report("root %s says %v %v, its rows say %v %v", r.id, r.all, r.face, want.all, want.face)
		}
		for _, s := range r.scopes {
			scopes[s] = scopes[s].add(r.of(s))
		}
		delete(roots, r.id)
		return nil
	}, `SELECT id, scopes, count, sum, face_count, face_sum FROM root`)
	if err != nil {
		return err
	}
	for id := range roots {
		report("root %s has no line", id)
	}
	if err := v.auditScopes(scopes, report); err != nil {
		return err
	}
	return v.auditFeed(report)
}

func (v *View) auditScopes(want map[string]digest, report func(string, ...any)) error {
	return v.c.each(func(scan func(...any) error) error {
		var name, sum string
		var got digest
		err := scan(&name, &got.count, &sum)
		if err == nil {
			got.sum, err = wire.ParseSum(sum)
		}
		if got != want[name] {
			report("scope %s says %v, its roots say %v", name, got, want[name])
		}
		return err
	}, `SELECT name, count, sum FROM scope`)
}

func (v *View) auditFeed(report func(string, ...any)) error {
	return v.c.each(func(scan func(...any) error) error {
		var scope, id, text string
		var seq, joined, first, newest int64
		var gone bool
		if err := scan(&scope, &id, &seq, &joined, &first, &gone, &text, &newest); err != nil {
			return err
		}
		var in []string
		err := json.Unmarshal([]byte(text), &in)
		switch {
		case gone == slices.Contains(in, scope):
			report("feed of %s: root %s gone=%v, but it is in %v", scope, id, gone, in)
		case first > joined || joined > seq || seq > v.Head:
			report("feed of %s: root %s first %d joined %d seq %d", scope, id, first, joined, seq)
		case !gone && !isFace(scope) && seq < newest:
			report("feed of %s: root %s at %d, but a row of it at %d", scope, id, seq, newest)
		}
		return err
	}, `SELECT f.scope, f.root, f.seq, f.joined, f.first, f.gone, r.scopes, (SELECT max(seq) FROM record WHERE root = f.root)
		FROM feed f JOIN root r ON r.id = f.root`)
}
