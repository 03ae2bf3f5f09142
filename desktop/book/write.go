package book

import (
	"slices"

	"github.com/google/uuid"

	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// newID is the id of a new record or mutation.
func newID() (string, error) {
	id, err := uuid.NewV7()
	return id.String(), err
}

// keep saves changes for good: in the outbox, or, in a practice book, as they are.
func (b *Book) keep(edits ...replica.Edit) error {
	if b.practice {
		return b.practise(edits)
	}
	return b.r.Save(edits...)
}

// Create makes a record under a customer, or one that stands alone (root "", also for a customer itself). What is wrong
// with the values comes as *Invalid.
func (b *Book) Create(kind, root string, values schema.Values) (string, error) {
	e, err := b.creation(kind, root, values)
	if err != nil {
		return "", err
	}
	return e.Mutation.Record, b.keep(e)
}

func (b *Book) creation(kind, root string, values schema.Values) (replica.Edit, error) {
	k := crm.ByName(kind)
	if k == nil || k.Server {
		return replica.Edit{}, fault.New(fault.UnknownKind).About(kind, "")
	}
	if kind == "customer" {
		root = ""
	}
	if !b.CanCreate(kind, root) {
		return replica.Edit{}, fault.New(fault.NoRight, "Action", string(access.Create)).About(kind, "")
	}
	id, err := newID()
	if err != nil {
		return replica.Edit{}, err
	}
	if root == "" {
		root = id
	}
	now := b.clk()
	rec := schema.Record{Kind: kind, ID: id, Root: root}.With(tidy(values))
	local := schema.Values{}
	switch kind {
	case "followup":
		rec.Values["recorded_at"] = clock.Millis(now)
		if !rec.Has("occurred_at") {
			rec.Values["occurred_at"] = clock.Millis(now)
		}
		local["author"] = b.me
	case "task":
		for field, usual := range map[string]string{"list": "inbox", "status": "open", "priority": "none", "executor": b.me} {
			if !rec.Has(field) {
				rec.Values[field] = usual
			}
		}
		local["creator"] = b.me
	}
	if faults := b.check(k, rec); len(faults) > 0 {
		return replica.Edit{}, &Invalid{faults}
	}
	mutation, err := b.mutation(change.Create, rec)
	mutation.Set = rec.Values
	return replica.Edit{Mutation: mutation, Local: local}, err
}

// mutation is a new change of a record.
func (b *Book) mutation(op change.Op, rec schema.Record) (change.Mutation, error) {
	id, err := newID()
	return change.Mutation{
		ID: id, Op: op, Kind: rec.Kind, Record: rec.ID, Root: rec.Root, Seen: rec.Seq, At: clock.Millis(b.clk()),
	}, err
}

func tidy(values schema.Values) schema.Values {
	full := schema.Values{}
	for name, v := range values {
		if !schema.Equal(v, nil) {
			full[name] = v
		}
	}
	return full
}

// check tells what is wrong with a new record.
func (b *Book) check(k *schema.Kind, rec schema.Record) []*fault.Fault {
	wrong := k.Check(rec)
	for _, f := range k.Fields {
		if f.Server && rec.Has(f.Name) {
			wrong = append(wrong, fault.New(fault.FieldLocked).About(k.Name, f.Name))
		}
	}
	if k.Name == "followup" && len(wrong) == 0 {
		if err := crm.CheckTimes(rec, b.clk(), b.Settings().Int("backdate_days")); err != nil {
			wrong = append(wrong, fault.Of(err))
		}
	}
	return wrong
}

// checkChange tells what a change makes wrong. An old mistake in another field must not keep anybody from mending this
// one.
func checkChange(k *schema.Kind, before, after schema.Record, changed []string) []*fault.Fault {
	old := k.Check(before)
	return slices.DeleteFunc(k.Check(after), func(f *fault.Fault) bool {
		return !slices.Contains(changed, f.Field) && slices.ContainsFunc(old, func(o *fault.Fault) bool {
			return o.Code == f.Code && o.Field == f.Field
		})
	})
}

// Set changes fields of a record as it is visible now. Only what differs is changed.
func (b *Book) Set(kind, id string, values schema.Values) error {
	row, ok, err := b.Get(kind, id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound).About(kind, "")
	}
	return b.SetOver(row, values)
}

// SetOver changes fields of a record over what the person saw of it: when the record has changed since the form was
// opened, that is the base from which server and people judge.
func (b *Book) SetOver(seen Row, values schema.Values) error {
	edits, err := b.setting(seen, values)
	if err != nil || len(edits) == 0 {
		return err
	}
	return b.keep(edits...)
}

func (b *Book) setting(seen Row, values schema.Values) ([]replica.Edit, error) {
	k := crm.ByName(seen.Kind)
	switch {
	case k == nil || k.Server:
		return nil, fault.New(fault.FieldLocked).About(seen.Kind, "")
	case k.Fact:
		return nil, fault.New(fault.AppendOnly).About(seen.Kind, "")
	case !b.Can(access.Edit, seen):
		return nil, fault.New(fault.NoRight, "Action", string(access.Edit)).About(seen.Kind, "")
	}
	values = b.stamped(seen, values)
	m, err := b.mutation(change.Set, seen.Record)
	if err != nil {
		return nil, err
	}
	m.Set, m.Base = schema.Values{}, schema.Values{}
	var changed []string
	for name, v := range values {
		if schema.Equal(v, seen.Values[name]) {
			continue
		}
		if f, known := k.Field(name); known && f.Server || slices.Contains(seen.Masked, name) {
			return nil, &Invalid{[]*fault.Fault{fault.New(fault.FieldLocked).About(k.Name, name)}}
		}
		changed = append(changed, name)
		m.Base[name] = seen.Values[name]
		if schema.Equal(v, nil) {
			m.Clear = append(m.Clear, name)
		} else {
			m.Set[name] = v
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	slices.Sort(m.Clear)
	if faults := checkChange(k, seen.Record, seen.With(m.Fields()), changed); len(faults) > 0 {
		return nil, &Invalid{faults}
	}
	return []replica.Edit{{Mutation: m}}, nil
}

// stamped adds what follows from a change: a task that is done has a time at which it was.
func (b *Book) stamped(seen Row, values schema.Values) schema.Values {
	status, ok := values["status"].(string)
	if _, given := values["done_at"]; seen.Kind != "task" || !ok || given || status == seen.Text("status") {
		return values
	}
	more := schema.Values{"done_at": nil}
	if status == "done" {
		more["done_at"] = clock.Millis(b.clk())
	}
	for name, v := range values {
		more[name] = v
	}
	return more
}

// Delete removes a record; the server keeps it and can restore it.
func (b *Book) Delete(kind, id string) error {
	row, ok, err := b.Get(kind, id)
	if err != nil {
		return err
	}
	k := crm.ByName(kind)
	switch {
	case !ok:
		return fault.New(fault.NotFound).About(kind, "")
	case k.Fact || k.Server:
		return fault.New(fault.AppendOnly).About(kind, "")
	case !b.Can(access.Delete, row):
		return fault.New(fault.NoRight, "Action", string(access.Delete)).About(kind, "")
	}
	status, err := b.r.Status()
	if err != nil {
		return err
	}
	m, err := b.mutation(change.Delete, row.Record)
	if err != nil {
		return err
	}
	_, m.Known = replica.ReadCursor(status.Cursor) // what was added under it later, the person did not see
	return b.keep(replica.Edit{Mutation: m})
}

// FollowUp notes a conversation and sets the next contact of the customer, in one transaction.
func (b *Book) FollowUp(f FollowUp) (string, error) {
	values := schema.Values{
		"method": f.Method, "content": f.Content, "attitude": f.Attitude, "next_step": f.NextStep, "contact": f.Contact,
	}
	if !f.OccurredAt.IsZero() {
		values["occurred_at"] = clock.Millis(f.OccurredAt)
	}
	if !f.NextAt.IsZero() {
		values["next_at"] = clock.Millis(f.NextAt)
	}
	e, err := b.creation("followup", f.Customer, values)
	if err != nil {
		return "", err
	}
	edits := []replica.Edit{e}
	row, ok, err := b.Get("customer", f.Customer)
	if err != nil {
		return "", err
	}
	if ok && b.Can(access.Edit, row) {
		if next, set := b.nextContact(row, f); set {
			more, err := b.setting(row, schema.Values{"next_contact_at": next})
			if err != nil {
				return "", err
			}
			edits = append(edits, more...)
		}
	}
	return e.Mutation.Record, b.keep(edits...)
}

// nextContact is what becomes of the planned contact: the new one, or nothing when the planned one was due and has now
// taken place. A plan for a later day stays.
func (b *Book) nextContact(row Row, f FollowUp) (any, bool) {
	if !f.NextAt.IsZero() {
		return clock.Millis(f.NextAt), true
	}
	planned := row.Int("next_contact_at")
	return nil, planned != 0 && planned < b.tomorrow(b.directory())
}

// MarkRead notes that messages were read.
func (b *Book) MarkRead(notices ...string) error {
	var edits []replica.Edit
	for _, id := range notices {
		row, ok, err := b.Get("notice", id)
		if err != nil {
			return err
		}
		if !ok || row.Has("read_at") {
			continue
		}
		more, err := b.setting(row, schema.Values{"read_at": clock.Millis(b.clk())})
		if err != nil {
			return err
		}
		edits = append(edits, more...)
	}
	if len(edits) == 0 {
		return nil
	}
	return b.keep(edits...)
}
