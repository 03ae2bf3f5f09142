package hub

import (
	"yuzhou/shared/access"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// holder says who is to hold a customer from now on, and how that came. Either owner or pool is set.
type holder struct {
	owner, pool  string
	how          string // a key of holding.how
	by           string // user; "" is the schedule or the command line
	device       string
	reason, note string
	rule         string
	ruleText     string
	days         int64
	run          string
	askedAt      int64 // when a queued request was asked, Unix ms
	since        int64 // since when he holds it; 0: now
	quiet        bool  // no message to anybody: a digest follows
}

// hold changes who holds a customer: the one function in which that happens. It writes the holding and its history, the
// loss that starts the cool-down, the reason for those whose sight it leaves, and the messages to both owners.
func (w *work) hold(customer schema.Record, h holder) error {
	before, _, err := w.tx.Record("holding", customer.ID)
	if err != nil {
		return err
	}
	if err := w.tx.Put(w.holding(before, customer.ID, h)); err != nil {
		return err
	}
	if err := w.holdingChange(before, customer.ID, h); err != nil {
		return err
	}
	lost := before.Text("owner")
	if lost != "" && lost != h.owner {
		w.tx.SetLoss(customer.ID, lost)
	}
	if h.owner != "" && before.Text("pool") != "" && h.how != "returned" {
		w.tx.SetOrigin(customer.ID, before.Text("pool"))
	}
	if before.ID == "" {
		return nil
	}
	err = w.tx.SetLeave(customer.ID, wire.Leave{How: h.how, By: h.by, To: h.owner + h.pool, At: w.now(), Name: customer.Text("name"), Days: h.days})
	if err != nil {
		return err
	}
	if err := w.rehold(customer.ID, h.owner); err != nil {
		return err
	}
	return w.tellOwners(customer, lost, h)
}

// holding is the record of the new holder. The deal stays with the customer; lock and protection were the old holder's.
func (w *work) holding(before schema.Record, root string, h holder) schema.Record {
	set := schema.Values{
		"owner": nil, "pool": nil, "claimed_at": nil, "pooled_at": nil, "locked_until": nil, "kept_until": nil,
		"reason": text(h.reason), "note": text(h.note), "rule": text(h.rule), "how": h.how,
	}
	if h.owner != "" {
		set["owner"], set["claimed_at"] = h.owner, w.now()
		if h.since != 0 {
			set["claimed_at"] = h.since
		}
	} else {
		set["pool"], set["pooled_at"] = h.pool, w.now()
	}
	if lost := before.Text("owner"); lost != "" && lost != h.owner {
		set["former_owner"] = lost
	}
	before.Kind, before.ID, before.Root = "holding", root, root
	return before.With(set)
}

// text is a value that is left out when it is empty.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func moment(ms int64) any {
	if ms == 0 {
		return nil
	}
	return ms
}

// holdingChange adds a line to the history of who held a customer.
func (w *work) holdingChange(before schema.Record, root string, h holder) error {
	id, err := newID()
	if err != nil {
		return err
	}
	w.tx.AssumeNew("holding_change", id)
	r := schema.Record{Kind: "holding_change", ID: id, Root: root}.With(schema.Values{
		"how": h.how, "from_owner": text(before.Text("owner")), "from_pool": text(before.Text("pool")),
		"to_owner": text(h.owner), "to_pool": text(h.pool), "by": text(h.by), "reason": text(h.reason), "note": text(h.note),
		"rule_text": text(h.ruleText), "days": moment(h.days), "run": text(h.run), "at": w.now(),
		"asked_at": moment(h.askedAt), "device": text(h.device),
	})
	return w.tx.Put(r)
}

// rehold gives the open conflicts of a customer to its new holder, and takes all of them from those who do not see it
// any more: a conflict shows the committed value.
func (w *work) rehold(root, owner string) error {
	conflicts, err := w.tx.ConflictsOf(root)
	if err != nil {
		return err
	}
	for _, c := range conflicts {
		holder := owner
		if holder == c.Text("editor") {
			holder = ""
		}
		if c.Text("state") == "open" && c.Text("holder") != holder {
			err = w.tx.Put(c.With(schema.Values{"holder": text(holder)}))
		} else {
			err = w.tx.Touch(c.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// setDealt notes that a customer was dealt, or is open again (CUS-07).
func (w *work) setDealt(h schema.Record, dealt bool, by holder) error {
	by.owner, by.pool, by.how = h.Text("owner"), h.Text("pool"), "reopened"
	set := schema.Values{"dealt_at": nil}
	if dealt {
		by.how, set["dealt_at"] = "dealt", w.now()
	}
	if err := w.tx.Put(h.With(set)); err != nil {
		return err
	}
	return w.holdingChange(h, h.ID, by)
}

// seesCustomer tells whether a user may see a customer now, whole or its face.
func (w *work) seesCustomer(user string, h schema.Record) bool {
	return w.org.Can(user, access.See, access.Subject{Kind: "customer", Owner: h.Text("owner"), Pool: h.Text("pool")})
}
