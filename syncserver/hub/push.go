package hub

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// Push runs mutations in order and gives a result for each. A mutation that was pushed before has no second effect and
// gets the result it had. One that makes the server fail is parked: its result is not kept, so it may be tried again.
func (h *Hub) Push(ctx context.Context, by Identity, in wire.Push, mutations []Mutation) ([]Result, error) {
	if len(mutations) > wire.MaxMutations {
		return nil, fault.New(fault.TooLarge, "Limit", wire.MaxMutations)
	}
	var results []Result
	whole := make([]bool, len(mutations)) // looked at here, for everybody waits for the committer
	for i, m := range mutations {
		whole[i] = m.Hash == m.Sum() && sound(m)
	}
	seq, err := h.wait(ctx, &job{weight: max(1, len(mutations)), mutations: mutations, run: func(w *work) (err error) {
		// A second run, after the commit of a batch failed, begins anew.
		results, err = w.push(by, in, mutations, whole)
		return err
	}})
	switch {
	case err == nil:
		for i := range results {
			if results[i].Seq == unstamped {
				results[i].Seq = seq
			}
		}
		return results, nil
	case !store.IsBlame(err) || isFault(err) || ctx.Err() != nil:
		return nil, err
	case len(mutations) <= 1:
		h.log.Error("mutation parked", slog.String("mutation", idOf(mutations)), slog.String("error", err.Error()))
		return parked(mutations), nil
	}
	// One of them cannot be written. Half and half, until it stands alone.
	half := len(mutations) / 2
	first, err := h.Push(ctx, by, in, mutations[:half])
	if err != nil {
		return nil, err
	}
	second, err := h.Push(ctx, by, in, mutations[half:])
	return append(first, second...), err
}

// Command runs one mutation that was asked online.
func (h *Hub) Command(ctx context.Context, by Identity, m Mutation) (Result, error) {
	results, err := h.Push(ctx, by, wire.Push{Protocol: wire.Protocol}, []Mutation{m})
	if err != nil {
		return Result{}, err
	}
	return results[0], nil
}

func isFault(err error) bool {
	var f *fault.Fault
	return errors.As(err, &f)
}

func idOf(mutations []Mutation) string {
	if len(mutations) == 0 {
		return ""
	}
	return mutations[0].ID
}

func parked(mutations []Mutation) []Result {
	var list []Result
	for _, m := range mutations {
		list = append(list, Result{ID: m.ID, Outcome: change.Refused, Fault: fault.New(fault.Parked)})
	}
	return list
}

// unstamped marks the results that this commit keeps; their number is known when it is done.
const unstamped = -1

// maxSkew is from when on a laptop's clock counts as wrong and the times it wrote are corrected.
const maxSkew = 5 * time.Minute

// pusher runs the mutations of one push.
type pusher struct {
	*work
	by     Identity
	again  bool             // what was seen is of a history that was lost
	synced int64            // when the laptop last had everything, Unix ms; 0: never, or nobody knows any more
	skew   int64            // to be taken off the laptop's times, ms
	sizes  map[string]int64 // bytes under large roots, as far as they were looked at
}

func (w *work) push(by Identity, in wire.Push, mutations []Mutation, whole []bool) ([]Result, error) {
	if in.Replica != "" && !isID(in.Replica) {
		return nil, fault.New(fault.Malformed, "What", "replica")
	}
	if !w.org.Active(by.User) {
		return nil, fault.New(fault.Unauthorized)
	}
	p := &pusher{work: w, by: by, again: in.Again, sizes: map[string]int64{}}
	if in.Skew > maxSkew.Milliseconds() || in.Skew < -maxSkew.Milliseconds() {
		p.skew = in.Skew
	}
	if !p.again {
		var err error
		if p.synced, err = w.lastSynced(by); err != nil {
			return nil, err
		}
	}
	results := make([]Result, len(mutations))
	for i, m := range mutations {
		result, err := p.one(m, whole[i])
		if err != nil {
			return nil, err
		}
		results[i] = result
	}
	if in.Replica != "" {
		w.tx.SetPushed(by.User, by.Device, in.Replica, in.Skew)
	}
	return results, nil
}

// one runs one mutation under its own savepoint and keeps its result. An error is for the whole push: the machine
// fails. A panic, or an error that only this mutation meets, parks it.
func (p *pusher) one(m Mutation, whole bool) (Result, error) {
	old, found, same, err := p.tx.Result(m, p.by.User)
	switch {
	case err != nil:
		return Result{}, err
	case found && same:
		return old, nil
	case found:
		return refuse(m, fault.New(fault.ReplicaFork)), nil
	case !whole:
		return refuse(m, fault.New(fault.Malformed, "What", "mutation")), nil
	}
	var result Result
	err = p.attempt(func(*work) (err error) { result, err = p.apply(m); return err })
	switch {
	case err == nil:
	case isFault(err):
		result = refuse(m, fault.Of(err))
	case store.IsBlame(err):
		p.hub.log.Error("mutation parked", slog.String("mutation", m.ID), slog.String("error", err.Error()))
		return refuse(m, fault.New(fault.Parked)), nil
	default:
		return Result{}, err
	}
	result.ID, result.Seq = m.ID, unstamped
	p.tx.PutResult(m, p.by.User, p.by.Device, result)
	return result, nil
}

func refuse(m Mutation, f *fault.Fault) Result {
	return Result{ID: m.ID, Outcome: change.Refused, Fault: f}
}

// apply decides one mutation. A fault as error refuses it: the savepoint takes back what it did.
func (p *pusher) apply(m Mutation) (Result, error) {
	kind := crm.ByName(m.Kind)
	switch {
	case kind == nil:
		return Result{}, fault.New(fault.UnknownKind, "Kind", m.Kind)
	case m.Op == change.Ask:
		return p.command(m)
	case kind.Server:
		return Result{}, fault.New(fault.NoRight, "Action", string(m.Op)).About(kind.Name, "")
	}
	switch m.Op {
	case change.Create:
		return p.create(kind, m)
	case change.Set:
		return p.set(kind, m)
	case change.Delete:
		return p.remove(kind, m)
	case change.Restore:
		return p.restore(kind, m)
	}
	return Result{}, fault.New(fault.Malformed, "What", "op")
}

// missing is the answer about a record that is not there, or not for the asker's eyes: the two look alike. Only his own
// refused creation is told, so that what hangs on it follows it.
func (p *pusher) missing(kind, id string) error {
	refused, err := p.tx.WasRefused(kind, id, p.by.User)
	switch {
	case err != nil:
		return err
	case refused:
		return fault.New(fault.DependsOn).About(kind, "")
	}
	return fault.New(fault.NotFound).About(kind, "")
}

// line makes a line of history.
func (p *pusher) line(r schema.Record, op change.Op, field string, before, after any) store.Change {
	return store.Change{Kind: r.Kind, ID: r.ID, Op: string(op), Field: field, Old: before, New: after, By: p.by.User, Device: p.by.Device}
}

// corrected is a time that the laptop wrote, as our clock would have had it.
func (p *pusher) corrected(ms int64) int64 { return ms - p.skew }

// noted is when the laptop wrote something down: corrected, never later than now, for it is here already, and not before
// this laptop last had everything, or it would have sent it then. Whatever a clock or a liar says, nothing was noted in
// the future, and nothing that was made up today long ago. 0 when it does not say.
func (p *pusher) noted(ms int64) int64 {
	if ms == 0 {
		return 0
	}
	return max(1, min(max(p.corrected(ms), p.synced), p.now()))
}

// checkRefs refuses references to people who are not there and contacts of another customer, in the fields named.
func (p *pusher) checkRefs(kind *schema.Kind, r schema.Record, fields schema.Values) error {
	for name, v := range fields {
		f, ok := kind.Field(name)
		if !ok {
			continue
		}
		var target string
		switch t := f.Type.(type) {
		case schema.Ref:
			target = t.Kind
		case schema.RefSet:
			target = t.Kind
		}
		ids, _ := v.([]string)
		if id, one := v.(string); one && id != "" {
			ids = []string{id}
		}
		for _, id := range ids {
			if err := p.checkRef(target, id, r.Root); err != nil {
				return named(err, kind.Name, name)
			}
		}
	}
	return nil
}

// named says which field a fault is about.
func named(err error, kind, field string) error {
	if isFault(err) {
		return fault.Of(err).About(kind, field)
	}
	return fmt.Errorf("hub: %s.%s: %w", kind, field, err)
}

func (p *pusher) checkRef(target, id, root string) error {
	switch target {
	case "user":
		if _, ok := p.org.User(id); !ok {
			return fault.New(fault.BadReference)
		}
	case "contact":
		contact, found, err := p.tx.Record("contact", id)
		if err != nil {
			return err
		}
		if found && contact.Root == root {
			return nil
		}
		refused, err := p.tx.WasRefused("contact", id, p.by.User)
		if err != nil {
			return err
		}
		if refused {
			return fault.New(fault.DependsOn)
		}
		return fault.New(fault.BadReference)
	}
	return nil
}
