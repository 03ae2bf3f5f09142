package hub

import (
	"fmt"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// create makes a record that a laptop has made.
func (p *pusher) create(kind *schema.Kind, m Mutation) (Result, error) {
	if kind.Name == "notice" || kind.Name == "conflict" {
		return Result{}, fault.New(fault.NoRight, "Action", string(access.Create)).About(kind.Name, "")
	}
	r := schema.Record{Kind: kind.Name, ID: m.Record, Root: m.Root, Values: schema.Values{}}
	locked := p.fill(kind, &r, m)
	if wrong := kind.Check(r); len(wrong) > 0 {
		return Result{}, wrong[0]
	}
	if err := checkForeign(kind, r); err != nil {
		return Result{}, err
	}
	if err := p.mayCreate(kind, r, m); err != nil {
		return Result{}, err
	}
	if err := p.free(kind, m); err != nil {
		return Result{}, err
	}
	if err := p.checkRoom(r); err != nil {
		return Result{}, err
	}
	if err := p.checkRefs(kind, r, r.Values); err != nil {
		return Result{}, err
	}
	revived, err := p.revive(r)
	if err != nil {
		return Result{}, err
	}
	result, err := p.born(kind, r)
	if revived {
		result.Info = map[string]string{"Restored": "true"}
	}
	if len(locked) > 0 {
		result.Outcome, result.Fields, result.Fault = change.Merged, locked, fault.New(fault.FieldLocked).About(kind.Name, locked[0])
	}
	return result, err
}

// free refuses an id that is taken. A root's id is taken by whatever kind of root has it: the feed knows roots by their
// id alone, and a root of two kinds would show one to those who see the other.
func (p *pusher) free(kind *schema.Kind, m Mutation) error {
	_, found, err := p.tx.Record(kind.Name, m.Record)
	if err != nil {
		return err
	}
	if found {
		return fault.New(fault.Exists).About(kind.Name, "")
	}
	if m.Root != m.Record {
		if kind.Parent == "" { // a root under another root would be seen by whoever sees that one
			return fault.New(fault.Malformed, "What", "root").About(kind.Name, "")
		}
		return nil
	}
	if !kind.IsRoot() {
		return fault.New(fault.Malformed, "What", "root").About(kind.Name, "")
	}
	taken, err := p.tx.RootKind(m.Record)
	if err != nil {
		return err
	}
	if taken != "" {
		return fault.New(fault.Exists).About(kind.Name, "")
	}
	return nil
}

// fill takes the fields of a mutation and sets those that only the server sets. It names the ones that the laptop
// wrongly set to something else.
func (p *pusher) fill(kind *schema.Kind, r *schema.Record, m Mutation) (locked []string) {
	for name, v := range m.Fields() {
		if f, ok := kind.Field(name); v != nil && (!ok || !f.Server) {
			r.Values[name] = v
		}
	}
	switch kind.Name {
	case "followup":
		r.Values["author"], r.Values["received_at"] = p.by.User, p.now()
		if at, ok := r.Values["occurred_at"].(int64); ok {
			r.Values["occurred_at"] = p.corrected(at)
		}
		if at, ok := r.Values["recorded_at"].(int64); ok {
			r.Values["recorded_at"] = p.noted(at)
		}
	case "task":
		r.Values["creator"] = p.by.User
	}
	for _, f := range kind.Fields {
		v, there := m.Set[f.Name]
		if f.Server && there && f.Name != "received_at" && !schema.Equal(v, r.Values[f.Name]) {
			locked = append(locked, f.Name)
		}
	}
	return locked
}

// mayCreate checks the right on the customer's present holding. What was noted while the author still held the customer
// is accepted after it has left him: follow-ups by the moment they happened, contacts when he held it at the last sync.
func (p *pusher) mayCreate(kind *schema.Kind, r schema.Record, m Mutation) error {
	about := access.Subject{Kind: kind.Name, Owner: p.by.User}
	if r.Root == r.ID {
		if kind.Name != "customer" {
			// Whoever makes a thing of its own is of its audience.
			about = access.Subject{Kind: kind.Name, Users: []string{p.by.User}}
		}
		return p.right(access.Create, about)
	}
	customer, found, err := p.tx.Record("customer", r.Root)
	if err != nil {
		return err
	}
	if !found {
		return p.missing("customer", r.Root)
	}
	if about, err = p.subject(kind, r); err != nil {
		return err
	}
	if p.org.Can(p.by.User, access.See, access.Subject{Kind: "customer", Owner: about.Owner, Pool: about.Pool}) {
		if err = p.right(access.Create, about); err == nil {
			return p.executors(kind, r, r.Values)
		}
	} else if err = p.missing("customer", r.Root); fault.CodeOf(err) != fault.NotFound {
		return err
	}
	if customer.Deleted { // nobody would ever see it: it stays with its author
		return p.denied(crm.Customer, customer)
	}
	return p.late(kind, r, err)
}

// revive brings a deleted customer back under which somebody writes who may: he did not see the delete, for with it the
// customer left his laptop. What he wrote would be lost otherwise; the delete can be repeated.
func (p *pusher) revive(r schema.Record) (bool, error) {
	if r.Root == r.ID {
		return false, nil
	}
	customer, found, err := p.tx.Record("customer", r.Root)
	if err != nil || !found || !customer.Deleted {
		return false, err
	}
	return true, p.setDeleted(customer, false)
}

// late accepts a fact that the author noted while he held the customer; denied is the answer otherwise.
func (p *pusher) late(kind *schema.Kind, r schema.Record, denied error) error {
	at := r.Int("occurred_at")
	if kind.Name == "contact" {
		synced, err := p.tx.LastSync(p.by.User)
		if err != nil {
			return err
		}
		at = synced
	}
	held, ever, err := p.heldAt(r.Root, at)
	switch {
	case err != nil:
		return err
	case held && at > 0 && p.org.Holds(p.by.User, access.Create, kind.Name):
		return nil
	case ever:
		return fault.New(fault.NotHolder).About(kind.Name, "")
	}
	return denied
}

// heldAt tells from the history of its holding whether the pusher held a customer at a moment, and whether ever.
func (p *pusher) heldAt(root string, at int64) (held, ever bool, err error) {
	changes, err := p.tx.Under(root, "holding_change")
	if err != nil {
		return false, false, err
	}
	latest := int64(-1)
	for _, c := range changes {
		mine := c.Text("to_owner") == p.by.User
		ever = ever || mine
		if since := c.Int("at"); movesOwner(c) && since <= at && since >= latest {
			held, latest = mine, since
		}
	}
	return held, ever, nil
}

// movesOwner tells whether a line of the history of holding changes the holder at all.
func movesOwner(c schema.Record) bool { return c.Text("how") != "dealt" && c.Text("how") != "reopened" }

func (p *pusher) right(action access.Action, about access.Subject) error {
	if p.org.Can(p.by.User, action, about) {
		return nil
	}
	return fault.New(fault.NoRight, "Action", string(action)).About(about.Kind, "")
}

// executors refuses people on a task who may not see its customer: they would have a task about nothing.
func (p *pusher) executors(kind *schema.Kind, r schema.Record, changed schema.Values) error {
	if kind.Name != "task" || r.Root == r.ID {
		return nil
	}
	about, err := p.subject(crm.Customer, schema.Record{Kind: "customer", ID: r.Root, Root: r.Root})
	if err != nil {
		return err
	}
	for _, name := range []string{"executor", "participants"} {
		if _, ok := changed[name]; !ok {
			continue
		}
		users := r.Set(name)
		if one := r.Text(name); one != "" {
			users = []string{one}
		}
		for _, user := range users {
			if !p.org.Can(user, access.See, about) {
				return fault.New(fault.ExecutorBlind, "User", p.org.UserName(user)).About(kind.Name, name)
			}
		}
	}
	return nil
}

// born keeps a new record and does what follows from it.
func (p *pusher) born(kind *schema.Kind, r schema.Record) (Result, error) {
	result := Result{Outcome: change.Applied}
	switch kind.Name {
	case "customer":
		made, err := p.newCustomer(r, holder{owner: p.by.User, how: "created", by: p.by.User, device: p.by.Device})
		if err == nil {
			result.Info = map[string]string{"Number": made.Text("number")}
			err = p.tellTwins(made)
		}
		return result, err
	case "followup":
		return result, p.followedUp(r)
	}
	p.tx.AddHistory(p.line(r, change.Create, "", nil, nil))
	if err := p.tx.Put(r); err != nil {
		return result, err
	}
	return result, p.tellExecutor(r, "")
}

// newCustomer keeps a new customer with its number and its first holder.
func (w *work) newCustomer(r schema.Record, h holder) (schema.Record, error) {
	settings, err := w.settings()
	if err != nil {
		return r, err
	}
	number, err := w.nextNumber(settings)
	if err != nil {
		return r, err
	}
	r = r.With(schema.Values{"number": number})
	w.tx.AddHistory(store.Change{Kind: r.Kind, ID: r.ID, Op: string(change.Create), By: h.by, Device: h.device})
	if err := w.tx.Put(r); err != nil {
		return r, err
	}
	return r, w.hold(r, h)
}

// nextNumber is KH-20261103-0042: prefix, day in the company's zone, counter of the day.
func (w *work) nextNumber(settings schema.Record) (string, error) {
	day := w.tx.Now.In(zoneOf(settings)).Format("20060102")
	n, err := w.tx.NextNumber("customer:" + day)
	prefix := settings.Text("number_prefix")
	if prefix == "" {
		prefix = "KH"
	}
	return fmt.Sprintf("%s-%s-%04d", prefix, day, n), err
}

// followedUp keeps a follow-up and moves the clock of its customer (FUP-05, FUP-06).
func (p *pusher) followedUp(r schema.Record) error {
	settings, err := p.settings()
	if err != nil {
		return err
	}
	if err := crm.CheckTimes(r, p.tx.Now, settings.Int("backdate_days")); err != nil {
		return err
	}
	p.tx.AddHistory(p.line(r, change.Create, "", nil, nil))
	if err := p.tx.Put(r); err != nil {
		return err
	}
	h, found, err := p.tx.Record("holding", r.Root)
	if err != nil || !found {
		return err
	}
	method, _, err := p.tx.Record("dictionary", crm.DictionaryID("followup_method", r.Text("method")))
	if err != nil {
		return err
	}
	counts := pool.Counts(method, r)
	given, err := p.evidence(h, r, counts, settings)
	if err != nil || given {
		return err
	}
	return p.moveClock(h, r, counts)
}

// moveClock notes the newest follow-up in the holding. An older one that arrives later moves nothing.
func (p *pusher) moveClock(h, followup schema.Record, counts bool) error {
	at, set := followup.Int("occurred_at"), schema.Values{}
	if at > h.Int("followed_at") {
		set["followed_at"] = at
	}
	if counts && at > h.Int("counted_at") {
		set["counted_at"] = min(at, p.now())
	}
	if len(set) == 0 {
		return nil
	}
	return p.tx.Put(h.With(set))
}

// day is the calendar day of the transaction in the company's zone.
func (w *work) day(zone *time.Location) string { return clock.Date(w.tx.Now, zone) }
