package hub

import (
	"context"

	"yuzhou/shared/access"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// picture is the organisation as of a commit of a history. Nothing older is ever used: whoever has one compares its
// commit with the store's in his own transaction or snapshot.
type picture struct {
	epoch  string
	rights int64
	org    *access.Org
}

func readOrg(all func(kind string) ([]schema.Record, error)) (*access.Org, error) {
	var lists [4][]schema.Record
	for i, kind := range []string{"user", "department", "role", "pool"} {
		list, err := all(kind)
		if err != nil {
			return nil, err
		}
		lists[i] = list
	}
	return access.NewOrg(lists[0], lists[1], lists[2], lists[3]), nil
}

// orgOf is the organisation as of a snapshot.
func (h *Hub) orgOf(v *store.View) (*access.Org, error) {
	if p := h.org.Load(); p != nil && p.rights == v.Rights && p.epoch == v.Epoch {
		return p.org, nil
	}
	org, err := readOrg(v.All)
	if err == nil {
		h.org.Store(&picture{epoch: v.Epoch, rights: v.Rights, org: org})
	}
	return org, err
}

// reorganise makes the organisation anew after records of it changed, and with it everybody's sight, all in the same
// commit: from that commit on nobody is served by the old rights. What everybody sees is worked out; read and written is
// only that of people who see something else than before. The first time a program does it, it reads all: an older one
// may have worked it out otherwise.
func (w *work) reorganise(reason string) error {
	before, all := w.org, !w.hub.swept.Load()
	org, err := readOrg(w.tx.All)
	if err != nil {
		return err
	}
	w.org, w.reorganised = org, true
	users, err := w.tx.All("user")
	if err != nil {
		return err
	}
	var changed []string
	for _, u := range users {
		now := org.Sight(u.ID)
		same := access.SameSight(before.Sight(u.ID), now)
		if same && !all {
			continue
		}
		if !same {
			changed = append(changed, u.ID)
		}
		if err := w.tx.SetSight(u.ID, now, reason); err != nil {
			return err
		}
	}
	return w.touchConflictsOf(changed)
}

// touchConflictsOf looks again at who may see the conflicts of people who see something else than before: a conflict
// shows a committed value.
func (w *work) touchConflictsOf(users []string) error {
	conflicts, err := w.tx.ConflictsFor(users)
	if err != nil {
		return err
	}
	return w.touchAll(conflicts)
}

// May answers NO_RIGHT unless the right is held in some scope; the very record is checked again where it is touched.
func (h *Hub) May(ctx context.Context, by Identity, kind, action string) error {
	if by.system {
		return nil
	}
	return h.view(ctx, func(v *store.View) error {
		org, err := h.orgOf(v)
		if err != nil {
			return err
		}
		if !org.Holds(by.User, access.Action(action), kind) {
			return fault.New(fault.NoRight, "Action", action)
		}
		return nil
	})
}
