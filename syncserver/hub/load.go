package hub

import (
	"context"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// loadBatch is how many trees of a book go into one commit.
const loadBatch = 5000

// Load puts trees into the store in bulk, without rights and checks: for the demonstration. Numbers, feed, digests,
// history and holdings come out as if people had made them.
func (h *Hub) Load(ctx context.Context, trees []Tree) error {
	for len(trees) > 0 {
		batch := trees[:min(loadBatch, len(trees))]
		trees = trees[len(batch):]
		if _, err := h.submit(ctx, len(batch), func(w *work) error {
			settings, err := w.settings()
			if err != nil {
				return err
			}
			for _, t := range batch {
				if err := w.loadTree(t, settings); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) loadTree(t Tree, settings schema.Record) error {
	number, err := w.nextNumber(settings)
	if err != nil {
		return err
	}
	root := t.Customer.ID
	held := t.Holding
	id, err := newID()
	if err != nil {
		return err
	}
	entered := held.Int("claimed_at") + held.Int("pooled_at") // one of them is empty
	all := append([]schema.Record{
		t.Customer.With(schema.Values{"number": number}), held,
		schema.Record{Kind: "holding_change", ID: id, Root: root}.With(schema.Values{
			"how": held.Text("how"), "to_owner": text(held.Text("owner")), "to_pool": text(held.Text("pool")),
			"from_owner": text(held.Text("former_owner")), "reason": text(held.Text("reason")), "at": entered,
		}),
	}, t.Children...)
	for _, r := range all {
		w.tx.AssumeNew(r.Kind, r.ID)
		if err := w.tx.Put(r); err != nil {
			return err
		}
		if !crm.ByName(r.Kind).Server {
			w.tx.AddHistory(store.Change{Kind: r.Kind, ID: r.ID, Op: string(change.Create), By: held.Text("owner")})
		}
	}
	return nil
}

// Seed fills a new store; it is refused (EXISTS) when there is a user already. It gives the administrator's record.
func (h *Hub) Seed(ctx context.Context, in Setup) (Record, error) {
	if err := checkPassword(in.Password, in.Login); err != nil {
		return Record{}, err
	}
	hash, err := h.gate.hash(ctx, in.Password)
	if err != nil {
		return Record{}, err
	}
	var admin Record
	seq, err := h.submit(ctx, 1, func(w *work) (err error) { admin, err = w.seed(in, hash); return err })
	admin.Seq = seq
	return admin, err
}

func (w *work) seed(in Setup, hash string) (Record, error) {
	users, err := w.tx.All("user")
	if err != nil {
		return Record{}, err
	}
	if len(users) > 0 {
		return Record{}, fault.New(fault.Exists).About("user", "")
	}
	department, role := "", ""
	for _, r := range in.Records {
		switch {
		case r.Kind == "settings" && in.Company != "":
			r = r.With(schema.Values{"company": in.Company})
		case r.Kind == "department" && !r.Has("parent"):
			department = r.ID
		case r.Kind == "role" && r.Flag("super"):
			role = r.ID
		}
		r.Root = r.ID
		if err := w.tx.Put(r); err != nil {
			return Record{}, err
		}
	}
	id, err := newID()
	if err != nil {
		return Record{}, err
	}
	admin := schema.Record{Kind: "user", ID: id, Root: id}.With(schema.Values{
		"login": in.Login, "name": in.Name, "department": text(department), "roles": schema.NewSet(role),
	})
	if wrong := crm.User.Check(admin); len(wrong) > 0 {
		return Record{}, wrong[0]
	}
	if err := w.tx.Put(admin); err != nil {
		return Record{}, err
	}
	w.tx.AddHistory(store.Change{Kind: "user", ID: id, Op: string(change.Create)})
	w.tx.SetPassword(id, hash)
	return admin, w.reorganise("")
}
