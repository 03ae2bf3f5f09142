package hub

import (
	"slices"

	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// evidence judges a follow-up that arrives after the schedule has taken the customer. It gives the customer back, or,
// when somebody else holds it by now, has people decide. given tells that the holding was changed here.
func (p *pusher) evidence(h, followup schema.Record, counts bool, settings schema.Record) (given bool, err error) {
	if !counts {
		return false, nil
	}
	changes, err := p.tx.Under(followup.Root, "holding_change")
	if err != nil {
		return false, err
	}
	taken, before, undone := lastReclaim(changes)
	if taken.ID == "" || undone {
		return false, nil
	}
	zone := zoneOf(settings)
	mending := pool.Late(pool.Evidence{
		Counts: true, OccurredAt: followup.Moment("occurred_at"), ReceivedAt: p.tx.Now, ReclaimedAt: taken.Moment("at"),
		RuleDays: taken.Int("days"), Window: settings.Int("evidence_days"), FormerOwner: taken.Text("from_owner"), Owner: h.Text("owner"), Zone: zone,
	})
	customer, _, err := p.tx.Record("customer", followup.Root)
	if err != nil {
		return false, err
	}
	switch mending {
	case pool.GiveBack:
		// A pool admin may have moved or released it since; only what lies where the run put it goes back by itself.
		if h.Text("how") != "reclaimed" || !p.org.Active(taken.Text("from_owner")) {
			return false, nil
		}
		if err := p.hold(customer, holder{owner: taken.Text("from_owner"), how: "returned", by: p.by.User, device: p.by.Device, since: before.Int("at")}); err != nil {
			return false, err
		}
		returned, _, err := p.tx.Record("holding", followup.Root)
		if err != nil {
			return true, err
		}
		return true, p.moveClock(returned, followup, true)
	case pool.Dispute:
		return false, p.dispute(customer, h, followup, taken)
	}
	return false, nil
}

// lastReclaim finds the newest time the schedule took a customer, and how its owner had come to it before. undone tells
// that the owner has it back since.
func lastReclaim(changes []schema.Record) (taken, before schema.Record, undone bool) {
	changes = slices.DeleteFunc(slices.Clone(changes), func(c schema.Record) bool { return !movesOwner(c) })
	slices.SortStableFunc(changes, func(a, b schema.Record) int { return int(a.Int("at") - b.Int("at")) })
	for i, c := range changes {
		switch {
		case c.Text("how") == "reclaimed":
			taken, undone = c, false
			before = schema.Record{}
			for _, earlier := range changes[:i] {
				if earlier.Text("to_owner") == c.Text("from_owner") {
					before = earlier
				}
			}
		case taken.ID != "" && c.Text("to_owner") == taken.Text("from_owner"):
			undone = true
		}
	}
	return taken, before, undone
}

// dispute tells the superiors of both owners and the pool's administrators both facts; nothing changes silently.
func (p *pusher) dispute(customer, h, followup, taken schema.Record) error {
	former, owner := taken.Text("from_owner"), h.Text("owner")
	people := []string{p.org.Superior(former), p.org.Superior(owner)}
	if place, ok := p.org.Pool(taken.Text("to_pool")); ok {
		people = append(people, place.Set("admins")...)
	}
	for _, user := range schema.NewSet(people...) {
		if err := p.tell(user, "dispute", customer.ID, map[string]string{
			"Customer": customer.Text("name"), "Former": p.org.UserName(former), "Holder": p.org.UserName(owner),
			"Happened": millis(followup.Int("occurred_at")), "Reclaimed": millis(taken.Int("at")), "Since": millis(h.Int("claimed_at")),
		}); err != nil {
			return err
		}
	}
	return nil
}
