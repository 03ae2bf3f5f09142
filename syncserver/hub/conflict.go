package hub

import (
	"encoding/json"
	"slices"
	"strings"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// conflict keeps the value of a field that did not get through, with what stands instead and since when.
func (p *pusher) conflict(kind *schema.Kind, r schema.Record, m Mutation, field string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	by, at, err := p.tx.LastChange(kind.Name, r.ID, field)
	if err != nil {
		return err
	}
	base, err := p.replaceConflict(kind, r, m, field)
	if err != nil {
		return err
	}
	values := schema.Values{}
	for name, v := range map[string]any{"base": base, "theirs": r.Values[field], "mine": m.Fields()[field]} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		values[name] = string(text)
	}
	holder, title, err := p.concerned(kind, r, by)
	if err != nil {
		return err
	}
	for name, v := range (schema.Values{
		"editor": p.by.User, "holder": text(holder), "kind": kind.Name, "record": r.ID, "root": r.Root, "title": title, "field": field,
		"theirs_by": text(by), "theirs_at": moment(at), "mine_at": moment(p.noted(m.At)), "found_at": p.now(), "mutation": m.ID, "state": "open",
	}) {
		values[name] = v
	}
	p.tx.AssumeNew("conflict", id)
	return p.tx.Put(schema.Record{Kind: "conflict", ID: id, Root: id}.With(values))
}

// replaceConflict closes the open conflict of the same editor about the same field, if there is one, and gives the base
// of the new one: somebody who types again and again, and above all somebody who has lost the customer, puts one question
// to its holder and not a hundred. The closed one stays with its editor, with what he typed.
func (p *pusher) replaceConflict(kind *schema.Kind, r schema.Record, m Mutation, field string) (base any, err error) {
	base = m.Base[field]
	conflicts, err := p.tx.ConflictsOf(r.Root)
	if err != nil {
		return nil, err
	}
	for _, c := range conflicts {
		if c.Text("state") != "open" || c.Text("editor") != p.by.User || c.Text("kind") != kind.Name || c.Text("record") != r.ID || c.Text("field") != field {
			continue
		}
		mine, err := json.Marshal(base)
		if err != nil {
			return nil, err
		}
		if string(mine) == c.Text("mine") {
			// He typed on top of what did not get through; what he began from is still the older base.
			if base, err = schema.DecodeValue(json.RawMessage(c.Text("base"))); err != nil {
				return nil, err
			}
		}
		if err := p.tx.Put(c.With(schema.Values{"state": "replaced", "holder": nil})); err != nil {
			return nil, err
		}
	}
	return base, nil
}

// concerned is who else is to know of a conflict, and what the record is called: the holder of the customer, or of a
// record that stands alone whoever wrote the committed value.
func (p *pusher) concerned(kind *schema.Kind, r schema.Record, by string) (holder, title string, err error) {
	title, holder = r.Text(kind.Title), by
	if h, err := p.holdingOf(kind, r); err != nil || h != nil {
		if err != nil {
			return "", "", err
		}
		holder = h.Text("owner")
		if kind.Name != "customer" {
			customer, _, err := p.tx.Record("customer", r.Root)
			if err != nil {
				return "", "", err
			}
			title = customer.Text("name")
		}
	}
	if holder == p.by.User {
		holder = ""
	}
	title = string([]rune(title)[:min(200, len([]rune(title)))])
	return holder, title, nil
}

// lateEdit is an edit of a record that has left the author's sight. If somebody holds it now, he gets the fields as
// conflicts, for he must decide; the author is told that his edit is kept. If nobody holds it, the edit stays with the
// author. Who never could edit it hears that there is nothing.
func (p *pusher) lateEdit(kind *schema.Kind, r schema.Record, m Mutation) (Result, error) {
	h, err := p.holdingOf(kind, r)
	if err != nil {
		return Result{}, err
	}
	scopes, err := p.saw(r.Root)
	if err != nil {
		return Result{}, err
	}
	if h == nil || !slices.ContainsFunc(scopes, func(s string) bool { return p.couldEdit(kind, s) }) {
		return Result{}, p.missing(kind.Name, r.ID)
	}
	customer, _, err := p.tx.Record("customer", r.Root)
	if err != nil {
		return Result{}, err
	}
	if kind.Fact || r.Deleted || customer.Deleted || h.Text("owner") == "" {
		return Result{}, fault.New(fault.NotHolder).About(kind.Name, "")
	}
	fields, err := offered(kind, m)
	if err != nil {
		return Result{}, err
	}
	if err := checkForeign(kind, schema.Record{Values: m.Fields()}); err != nil {
		return Result{}, err
	}
	for _, name := range fields {
		if schema.Equal(m.Fields()[name], r.Values[name]) {
			continue // nothing to decide; but the answer is the same, or it would confirm a guess
		}
		if err := p.conflict(kind, r, m, name); err != nil {
			return Result{}, err
		}
	}
	return Result{Outcome: change.Conflict, Fields: fields}, nil
}

// offered lists the fields that an edit sets, sorted, and refuses values that are wrong.
func offered(kind *schema.Kind, m Mutation) (fields []string, err error) {
	for name, mine := range m.Fields() {
		f, known := kind.Field(name)
		if known && f.Server {
			continue
		}
		if known && mine != nil && mine != "" {
			if err := f.Type.Check(mine); err != nil {
				return nil, named(err, kind.Name, name)
			}
		}
		fields = append(fields, name)
	}
	slices.Sort(fields)
	return fields, nil
}

// couldEdit tells whether through a scope the pusher could edit such records: it is that of an owner whom his right
// covers.
func (p *pusher) couldEdit(kind *schema.Kind, scope string) bool {
	owner, ok := strings.CutPrefix(scope, access.OwnerScope(""))
	return ok && p.org.Can(p.by.User, access.Edit, access.Subject{Kind: kind.Name, Owner: owner})
}

// leaves says why a root is about to leave everybody's sight.
func (p *pusher) leaves(r schema.Record, how string) error {
	name := ""
	if kind := crm.ByName(r.Kind); kind != nil {
		name = r.Text(kind.Title)
	}
	return p.tx.SetLeave(r.ID, wire.Leave{How: how, By: p.by.User, At: p.now(), Name: name})
}

// touchConflicts looks again at who may see the conflicts about a root.
func (w *work) touchConflicts(root string) error {
	conflicts, err := w.tx.ConflictsOf(root)
	if err != nil {
		return err
	}
	return w.touchAll(conflicts)
}

func (w *work) touchAll(records []schema.Record) error {
	for _, r := range records {
		if err := w.tx.Touch(r.ID); err != nil {
			return err
		}
	}
	return nil
}
