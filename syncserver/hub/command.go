package hub

import (
	"strconv"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// maxNote bounds the note of a command; holding.note has no more room.
const maxNote = 500

// command runs what only the server may do with a customer.
func (p *pusher) command(m Mutation) (Result, error) {
	if m.Kind != "customer" || m.Root != m.Record {
		return Result{}, fault.New(fault.Malformed, "What", "command")
	}
	if n := len([]rune(m.Args["note"])); n > maxNote {
		return Result{}, fault.New(fault.TooLong, "Max", maxNote, "Length", n).About("holding", "note")
	}
	c, err := p.customer(m)
	if err != nil {
		return Result{}, err
	}
	switch m.Command {
	case change.Claim:
		return c.claim()
	case change.Release:
		return c.release()
	case change.Transfer:
		return c.transfer()
	case change.Assign:
		return c.assign()
	case change.Deal:
		return c.deal()
	}
	return Result{}, fault.New(fault.Malformed, "What", "command")
}

// command is one command at work.
type command struct {
	*pusher
	m        Mutation
	customer schema.Record
	holding  schema.Record
	sees     bool // he sees the customer now; else he once did
	settings schema.Record
}

// customer finds the customer of a command. One that he never saw is not there.
func (p *pusher) customer(m Mutation) (*command, error) {
	c := &command{pusher: p, m: m}
	var found bool
	var err error
	if c.customer, found, err = p.tx.Record("customer", m.Record); err != nil {
		return nil, err
	}
	if !found {
		return nil, p.missing("customer", m.Record)
	}
	if c.holding, _, err = p.tx.Record("holding", m.Record); err != nil {
		return nil, err
	}
	if c.settings, err = p.settings(); err != nil {
		return nil, err
	}
	if c.sees = !c.customer.Deleted && p.seesCustomer(p.by.User, c.holding); c.sees {
		return c, nil
	}
	scopes, err := p.saw(m.Record)
	if err != nil {
		return nil, err
	}
	if len(scopes) == 0 || c.customer.Deleted {
		return nil, p.missing("customer", m.Record)
	}
	return c, nil
}

// holder begins the change of holding that the command asks for.
func (c *command) holder(how string) holder {
	return holder{how: how, by: c.by.User, device: c.by.Device, askedAt: c.noted(c.m.At), note: c.m.Args["note"]}
}

// claim takes a customer out of a pool for the one who asks. Commits come one after the other, so of many who ask at once
// one finds it there.
func (c *command) claim() (Result, error) {
	from := c.holding.Text("pool")
	asked := c.m.Args["pool"]
	if asked == "" {
		asked = from
	}
	zone := zoneOf(c.settings)
	day := c.day(zone)
	used, err := c.tx.Claimed(c.by.User, asked, day)
	if err != nil {
		return Result{}, err
	}
	inPool, total, err := c.tx.Held(c.by.User, asked)
	if err != nil {
		return Result{}, err
	}
	lost, err := c.tx.LostAt(c.customer.ID, c.by.User)
	if err != nil {
		return Result{}, err
	}
	refused, info := pool.Check(pool.Claim{
		Org: c.org, User: c.by.User, Asked: c.m.Args["pool"], Holding: c.holding, Now: c.tx.Now, Zone: zone,
		UsedToday: used, HeldInPool: inPool, HeldTotal: total, LostAt: lost, Settings: c.settings,
	})
	if refused != nil {
		return Result{}, refused
	}
	c.tx.AddLedger(store.Ledger{Claim: c.m.ID, User: c.by.User, Pool: from, Customer: c.customer.ID, Day: day})
	h := c.holder("claimed")
	h.owner = c.by.User
	result := Result{Outcome: change.Applied}
	if info.Limit > 0 {
		result.Info = map[string]string{
			"Limit": strconv.FormatInt(info.Limit, 10), "Used": strconv.FormatInt(info.Used, 10), "Left": strconv.FormatInt(info.Left, 10),
		}
	}
	return result, c.hold(c.customer, h)
}

// owned refuses a command on a customer that nobody holds or that has left the one who asks.
func (c *command) owned() error {
	if !c.sees || c.holding.Text("owner") == "" {
		return fault.New(fault.NotHolder).About("customer", "")
	}
	return nil
}

// release gives a customer up, with a reason (POOL-16, POOL-17).
func (c *command) release() (Result, error) {
	if err := c.owned(); err != nil {
		return Result{}, err
	}
	owner := c.holding.Text("owner")
	if err := c.right(access.Release, access.Subject{Kind: "customer", Owner: owner}); err != nil {
		return Result{}, err
	}
	h := c.holder("released")
	h.reason = c.m.Args["reason"]
	if h.reason == "" {
		return Result{}, fault.New(fault.ReasonMissing).About("holding", "reason")
	}
	reason, found, err := c.tx.Record("dictionary", crm.DictionaryID("release_reason", h.reason))
	if err != nil {
		return Result{}, err
	}
	if !found || reason.Deleted || reason.Flag("disabled") {
		return Result{}, fault.New(fault.BadChoice).About("holding", "reason")
	}
	target, refused := pool.ReleaseTarget(c.org, owner, c.m.Args["pool"])
	if refused != nil {
		return Result{}, refused
	}
	h.pool = target
	return Result{Outcome: change.Applied, Info: map[string]string{"Pool": c.poolName(target)}}, c.hold(c.customer, h)
}

// transfer hands a held customer to somebody else.
func (c *command) transfer() (Result, error) {
	if err := c.owned(); err != nil {
		return Result{}, err
	}
	owner, to := c.holding.Text("owner"), c.m.Args["to"]
	if refused := pool.CheckTransfer(c.org, c.by.User, owner, to); refused != nil {
		return Result{}, refused
	}
	if to == owner {
		return Result{Outcome: change.Noop}, nil
	}
	if err := c.fits("", to); err != nil {
		return Result{}, err
	}
	h := c.holder("transferred")
	h.owner = to
	return Result{Outcome: change.Applied}, c.hold(c.customer, h)
}

// assign gives a customer that lies in a pool to a member of it (POOL-13).
func (c *command) assign() (Result, error) {
	from, to := c.holding.Text("pool"), c.m.Args["to"]
	switch {
	case from == "" && c.sees:
		return Result{}, fault.New(fault.AlreadyHeld, "Holder", c.org.UserName(c.holding.Text("owner")), "Since", c.holding.Int("claimed_at"))
	case from == "" || !c.sees:
		return Result{}, fault.New(fault.NotInPool)
	}
	if refused := pool.CheckAssign(c.org, c.by.User, to, from); refused != nil {
		return Result{}, refused
	}
	if err := c.fits(from, to); err != nil {
		return Result{}, err
	}
	h := c.holder("assigned")
	h.owner = to
	return Result{Outcome: change.Applied}, c.hold(c.customer, h)
}

// fits refuses one customer more than somebody may hold.
func (c *command) fits(from, to string) error {
	inPool, total, err := c.tx.Held(to, from)
	if err != nil {
		return err
	}
	if refused := pool.CheckCap(c.org, from, c.settings, inPool, total); refused != nil {
		return refused
	}
	return nil
}

// deal marks a customer as dealt, or open again.
func (c *command) deal() (Result, error) {
	if err := c.owned(); err != nil {
		return Result{}, err
	}
	if err := c.right(access.Edit, access.Subject{Kind: "customer", Owner: c.holding.Text("owner")}); err != nil {
		return Result{}, err
	}
	dealt, err := strconv.ParseBool(c.m.Args["dealt"])
	if err != nil {
		return Result{}, fault.New(fault.Malformed, "What", "dealt")
	}
	if dealt == c.holding.Has("dealt_at") {
		return Result{Outcome: change.Noop}, nil
	}
	return Result{Outcome: change.Applied}, c.setDealt(c.holding, dealt, c.holder(""))
}
