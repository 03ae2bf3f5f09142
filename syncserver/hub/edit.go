package hub

import (
	"maps"
	"slices"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// set changes fields of a record, merged with what others did meanwhile.
func (p *pusher) set(kind *schema.Kind, m Mutation) (Result, error) {
	r, err := p.known(kind, m)
	if err != nil {
		return Result{}, err
	}
	about, err := p.subject(kind, r)
	if err != nil {
		return Result{}, err
	}
	if !p.org.Can(p.by.User, access.See, about) {
		return p.lateEdit(kind, r, m)
	}
	if kind.Fact {
		return Result{}, fault.New(fault.AppendOnly).About(kind.Name, "")
	}
	if err := p.right(access.Edit, about); err != nil {
		if about.Pool != "" {
			return p.lateEdit(kind, r, m)
		}
		return Result{}, err
	}
	if !p.unveiled(p.by.User, about.Pool) {
		return p.lateEdit(kind, r, m) // he sees a mask: what becomes of an edit would tell what is behind it
	}
	restored := r.Deleted
	if restored {
		if r, err = p.outlive(kind, r, m); err != nil {
			return Result{}, err
		}
	}
	e := &edit{pusher: p, kind: kind, before: r, after: r, m: m}
	if err := e.merge(); err != nil {
		return Result{}, err
	}
	result, err := e.keep(restored)
	if err != nil {
		return Result{}, err
	}
	revived, err := p.revive(r)
	if restored || revived {
		result.Info = map[string]string{"Restored": "true"}
		if result.Outcome == change.Noop {
			result.Outcome = change.Applied
		}
	}
	return result, err
}

// outlive takes the delete of a record back that is being edited. Whoever typed without seeing the delete wins: his edit
// would be lost otherwise, the delete can be repeated.
func (p *pusher) outlive(kind *schema.Kind, r schema.Record, m Mutation) (schema.Record, error) {
	seen, err := p.seen(m.Seen)
	if err != nil {
		return r, err
	}
	if seen >= r.Seq {
		return r, fault.New(fault.NotFound).About(kind.Name, "")
	}
	r.Deleted = false
	p.tx.AddHistory(p.line(r, change.Restore, "", nil, nil))
	return r, nil
}

// known finds the record of a mutation; the mutation must name its root rightly.
func (p *pusher) known(kind *schema.Kind, m Mutation) (schema.Record, error) {
	r, found, err := p.tx.Record(kind.Name, m.Record)
	if err != nil {
		return r, err
	}
	if !found || r.Root != m.Root {
		return r, p.missing(kind.Name, m.Record)
	}
	return r, nil
}

// edit is one set at work.
type edit struct {
	*pusher
	kind          *schema.Kind
	before, after schema.Record
	m             Mutation
	taken         schema.Values // what changes
	clashes       []string
	locked        []string
	mixed         bool
}

// merge brings each field together with the committed one.
func (e *edit) merge() error {
	fields := e.m.Fields()
	e.taken = schema.Values{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if err := e.mergeField(name, fields[name]); err != nil {
			return err
		}
	}
	e.after = e.before.With(e.taken)
	return nil
}

// mergeField decides what becomes of one field: taken, locked, or a clash.
func (e *edit) mergeField(name string, mine any) error {
	f, ok := e.kind.Field(name)
	switch {
	case ok && f.Server:
		e.locked = append(e.locked, name)
		return nil
	case ok && mine != nil && mine != "":
		if err := f.Type.Check(mine); err != nil {
			return named(err, e.kind.Name, name)
		}
	}
	value, verdict := change.MergeField(f.Type, e.m.Base[name], e.before.Values[name], mine)
	if verdict == change.Mixed && value != nil && f.Type.Check(value) != nil {
		verdict = change.Clash // each of the two fits, both together do not
	}
	switch {
	case verdict == change.Clash && f.First:
		return nil
	case verdict == change.Clash:
		e.clashes = append(e.clashes, name)
		return nil
	case verdict == change.Mixed:
		e.mixed = true
	}
	if !schema.Equal(value, e.before.Values[name]) {
		e.taken[name] = value
	}
	return nil
}

// keep checks the merged record, keeps it with its history and says what became of the edit.
func (e *edit) keep(restored bool) (Result, error) {
	if len(e.locked) > 0 && len(e.taken) == 0 && len(e.clashes) == 0 {
		return Result{}, fault.New(fault.FieldLocked).About(e.kind.Name, e.locked[0])
	}
	if err := e.check(); err != nil {
		return Result{}, err
	}
	for _, name := range e.clashes {
		if err := e.conflict(e.kind, e.before, e.m, name); err != nil {
			return Result{}, err
		}
	}
	if len(e.taken) > 0 || restored {
		if err := e.write(); err != nil {
			return Result{}, err
		}
	}
	return e.result(), nil
}

// write keeps the merged record and tells those whom it concerns.
func (e *edit) write() error {
	for name, v := range e.taken {
		e.tx.AddHistory(e.line(e.before, change.Set, name, e.before.Values[name], v))
	}
	if e.after.ID == e.after.Root && e.kind.Parent != "" {
		// For those whom the task does not name any more: what it is called now is not for them.
		if err := e.leaves(e.before, "removed"); err != nil {
			return err
		}
		if err := e.touchConflicts(e.after.Root); err != nil {
			return err
		}
	}
	if err := e.tx.Put(e.after); err != nil {
		return err
	}
	return e.tellExecutor(e.after, e.before.Text("executor"))
}

// check refuses an edit that makes the record wrong. What was wrong before is not held against him.
func (e *edit) check() error {
	for _, f := range e.kind.Check(e.after) {
		_, changed := e.taken[f.Field]
		old := slices.ContainsFunc(e.kind.Check(e.before), func(g *fault.Fault) bool { return g.Code == f.Code && g.Field == f.Field })
		if changed || !old {
			return f
		}
	}
	if err := checkForeign(e.kind, e.after); err != nil {
		return err
	}
	if err := e.checkRoom(e.after); err != nil {
		return err
	}
	if err := e.checkRefs(e.kind, e.after, e.taken); err != nil {
		return err
	}
	return e.executors(e.kind, e.after, e.taken)
}

func (e *edit) result() Result {
	r := Result{Outcome: change.Applied}
	switch {
	case len(e.clashes) > 0:
		r.Outcome, r.Fields = change.Conflict, e.clashes
	case e.mixed || len(e.locked) > 0:
		r.Outcome = change.Merged
	case len(e.taken) == 0:
		r.Outcome = change.Noop
	}
	if len(e.locked) > 0 {
		r.Fault = fault.New(fault.FieldLocked).About(e.kind.Name, e.locked[0])
		r.Fields = append(r.Fields, e.locked...)
	}
	return r
}

// remove deletes a record softly. An edit that its author did not see keeps it.
func (p *pusher) remove(kind *schema.Kind, m Mutation) (Result, error) {
	r, about, err := p.visible(kind, m)
	if err != nil {
		return Result{}, err
	}
	if r.Deleted {
		return Result{Outcome: change.Noop}, nil
	}
	if kind.Fact {
		return Result{}, fault.New(fault.AppendOnly).About(kind.Name, "")
	}
	if err := p.right(access.Delete, about); err != nil {
		return Result{}, err
	}
	seen, err := p.seen(m.Seen)
	if err != nil {
		return Result{}, err
	}
	edited, err := p.tx.ChangedByOthers(kind.Name, r.ID, seen, p.by.User, p.by.Device)
	if err != nil {
		return Result{}, err
	}
	if !edited && r.ID == r.Root && m.Known > 0 { // what stands under it would go with it
		known, err := p.seen(m.Known)
		if err != nil {
			return Result{}, err
		}
		if edited, err = p.tx.ChangedUnder(r.ID, known, p.by.User, p.by.Device); err != nil {
			return Result{}, err
		}
	}
	if edited {
		return Result{}, fault.New(fault.EditedSince).About(kind.Name, "")
	}
	return Result{Outcome: change.Applied}, p.setDeleted(r, true)
}

// restore takes a delete back.
func (p *pusher) restore(kind *schema.Kind, m Mutation) (Result, error) {
	r, about, err := p.visible(kind, m)
	if err != nil {
		return Result{}, err
	}
	if !r.Deleted {
		return Result{Outcome: change.Noop}, nil
	}
	// Whoever may delete may take his delete back.
	if !p.org.Can(p.by.User, access.Delete, about) {
		if err := p.right(access.Restore, about); err != nil {
			return Result{}, err
		}
	}
	return Result{Outcome: change.Applied}, p.setDeleted(r, false)
}

// visible finds a record that the pusher may see, or could see if it were not deleted.
func (p *pusher) visible(kind *schema.Kind, m Mutation) (schema.Record, access.Subject, error) {
	r, err := p.known(kind, m)
	if err != nil {
		return r, access.Subject{}, err
	}
	about, err := p.subject(kind, r)
	if err == nil && !p.org.Can(p.by.User, access.See, about) {
		err = p.denied(kind, r)
	}
	return r, about, err
}

// denied is the answer about a record that is not for the pusher's eyes: that it left him, if he once saw it.
func (p *pusher) denied(kind *schema.Kind, r schema.Record) error {
	scopes, err := p.saw(r.Root)
	if err != nil {
		return err
	}
	if len(scopes) > 0 {
		return fault.New(fault.NotHolder).About(kind.Name, "")
	}
	return p.missing(kind.Name, r.ID)
}

func (p *pusher) setDeleted(r schema.Record, deleted bool) error {
	r.Deleted = deleted
	op := change.Restore
	if deleted {
		op = change.Delete
	}
	if r.ID == r.Root {
		if err := p.leaves(r, "deleted"); err != nil {
			return err
		}
	}
	p.tx.AddHistory(p.line(r, op, "", nil, nil))
	return p.tx.Put(r)
}
