package hub

import (
	"context"
	"strings"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

func sameLogin(a, b string) bool { return strings.EqualFold(a, b) }

// Customer shows one customer and its holding through the same sight as a pull.
func (h *Hub) Customer(ctx context.Context, by Identity, id string) (customer, holding Record, err error) {
	err = h.view(ctx, func(v *store.View) error {
		hidden := fault.New(fault.NotFound).About("customer", "")
		c, found, err := v.Record("customer", id)
		if err != nil {
			return err
		}
		held, kept, err := v.Record("holding", id)
		if err != nil {
			return err
		}
		if !found || !kept || c.Deleted {
			return hidden
		}
		sight, err := v.Sight(by.User)
		if err != nil {
			return err
		}
		var grants []access.Grant
		for _, scope := range access.ScopesOf(crm.Customer, c, &held) {
			if g, ok := sight[scope]; ok || by.system {
				grants = append(grants, g)
			}
		}
		if len(grants) == 0 {
			return hidden
		}
		show := access.Strongest(grants...)
		customer = access.Project(crm.Customer, c, show.Masked, show.Hidden)
		holding = access.Project(crm.Holding, held, show.Masked, show.Hidden)
		return nil
	})
	return customer, holding, err
}

// List shows the records of a kind that is for everybody: the directory, pools, rules, dictionaries, settings.
func (h *Hub) List(ctx context.Context, by Identity, kind string) (list []Record, err error) {
	k := crm.ByName(kind)
	if k == nil || !k.Audience.Everybody {
		return nil, fault.New(fault.UnknownKind, "Kind", kind)
	}
	err = h.view(ctx, func(v *store.View) error {
		sight, err := v.Sight(by.User)
		if err != nil {
			return err
		}
		if _, ok := sight[access.CommonScope]; !ok && !by.system {
			return fault.New(fault.NoRight, "Action", string(access.See))
		}
		list, err = v.All(kind)
		return err
	})
	return list, err
}

// Devices lists every device.
func (h *Hub) Devices(ctx context.Context, by Identity) (list []Device, err error) {
	if err := h.May(ctx, by, access.AdminKind, string(access.ManageUsers)); err != nil {
		return nil, err
	}
	err = h.view(ctx, func(v *store.View) error {
		devices, err := v.Devices()
		for _, d := range devices {
			list = append(list, Device(d))
		}
		return err
	})
	return list, err
}

// likenesses lists customers that bear a mark of another; it looks at all of them, whoever holds them (DUP-02). Of one
// that is not for the asker's eyes it says no more than that there is one.
func (w *work) likenesses(by Identity, customer schema.Record) ([]Likeness, error) {
	var list []Likeness
	seen := map[string]bool{}
	for _, mark := range marks(customer) {
		ids, err := w.tx.Marked(mark)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			if seen[id] || id == customer.ID {
				continue
			}
			seen[id] = true
			like, err := w.likeness(by, id, mark)
			if err != nil {
				return nil, err
			}
			list = append(list, like)
		}
	}
	return list, nil
}

func (w *work) likeness(by Identity, id, mark string) (Likeness, error) {
	like := Likeness{Why: "name"}
	if strings.HasPrefix(mark, markMobile) {
		like.Why = "mobile"
	}
	shown, err := w.maySee(by, id)
	if err != nil || !shown {
		return like, err
	}
	c, _, err := w.tx.Record("customer", id)
	if err != nil {
		return like, err
	}
	h, _, err := w.tx.Record("holding", id)
	like.Customer, like.Name, like.Owner, like.Pool = id, c.Text("name"), h.Text("owner"), h.Text("pool")
	return like, err
}

// maySee tells whether a customer is for somebody's eyes with nothing masked: to name the one that has a number would
// tell whose number it is.
func (w *work) maySee(by Identity, customer string) (bool, error) {
	h, _, err := w.tx.Record("holding", customer)
	return by.system || w.seesCustomer(by.User, h) && w.unveiled(by.User, h.Text("pool")), err
}

// unveiled tells whether a user sees what lies in a pool as it is, not as the pool shows it to its members. "" is no pool.
func (w *work) unveiled(user, pool string) bool {
	return pool == "" || w.org.IsPoolAdmin(user, pool) || w.org.Reach(user, access.See, "customer").All
}
