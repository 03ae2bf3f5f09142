// Package pool holds the rules of the public pool: who may claim what, where a released customer goes, when a customer
// goes back by itself, and what a follow-up that arrives late may mend. Everything is a function of values: the laptop
// shows with this code what the server will do with it.
package pool

import (
	"slices"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Claim is a wish to hold a customer, with all that the answer depends on.
type Claim struct {
	Org     *access.Org
	User    string        // who asks
	Asked   string        // the pool he saw the customer in; "" means the one it lies in
	Holding schema.Record // of the customer, as committed; without an id when the customer is held by nobody and in no pool
	Now     time.Time     // the server's time
	Zone    *time.Location
	// UsedToday counts the ledger of successful claims of this user in this pool on this day of the company's zone.
	UsedToday int64
	// HeldInPool and HeldTotal are what he holds from this pool and altogether, exempt customers counted out of both.
	HeldInPool, HeldTotal int64
	// LostAt is when he last lost this customer, in whatever way; the zero time if never.
	LostAt   time.Time
	Settings schema.Record
}

// Info tells the numbers of the daily limit after a claim that succeeded. Limit 0 means that there is none.
type Info struct{ Limit, Used, Left int64 }

// Check answers a claim. The first failing check is the answer, in this order: right, pool, membership, whether it lies
// there, kind of pool, protection of the customer, cool-down, daily limit, caps. A nil fault is success.
func Check(c Claim) (*fault.Fault, Info) {
	if !c.Org.Holds(c.User, access.Claim, "customer") {
		return fault.New(fault.ClaimNoRight), Info{}
	}
	asked := c.Asked
	if asked == "" {
		asked = c.Holding.Text("pool")
	}
	if asked == "" {
		return c.gone(false), Info{}
	}
	place, ok := c.Org.Pool(asked)
	switch {
	case !ok:
		return fault.New(fault.PoolNotFound), Info{}
	case place.Flag("disabled"):
		return fault.New(fault.PoolDisabled, "Pool", place.Text("name")), Info{}
	case !c.Org.IsPoolMember(c.User, asked):
		return fault.New(fault.PoolNotMember, "Pool", place.Text("name")), Info{}
	case c.Holding.Text("pool") != asked:
		return c.gone(true), Info{}
	case place.Text("mode") != "claimable":
		return fault.New(fault.PoolAssignOnly, "Pool", place.Text("name")), Info{}
	}
	if f := c.protected(place); f != nil {
		return f, Info{}
	}
	if f := c.limited(place); f != nil {
		return f, Info{}
	}
	if f := CheckCap(c.Org, asked, c.Settings, c.HeldInPool, c.HeldTotal); f != nil {
		return f, Info{}
	}
	limit := place.Int("daily_limit")
	if limit <= 0 {
		return nil, Info{Used: c.UsedToday + 1}
	}
	return nil, Info{Limit: limit, Used: c.UsedToday + 1, Left: limit - c.UsedToday - 1}
}

// gone answers a claim of what does not lie in the pool. Who holds it now is told to those who may see it, and to a
// member of the pool when it was taken out of a pool: he saw it there. Anybody else learns only that it is held.
func (c Claim) gone(member bool) *fault.Fault {
	owner := c.Holding.Text("owner")
	if owner == "" {
		return fault.New(fault.NotInPool)
	}
	how := c.Holding.Text("how")
	seen := member && (how == "claimed" || how == "assigned" || how == "returned")
	if !seen && !c.Org.Can(c.User, access.See, access.Subject{Kind: "customer", Owner: owner}) {
		return fault.New(fault.AlreadyHeld)
	}
	return fault.New(fault.AlreadyHeld, "Holder", c.Org.UserName(owner), "Since", c.Holding.Int("claimed_at"))
}

// protected answers for a customer that is not to be had yet, by anybody or by the one who asks.
func (c Claim) protected(place schema.Record) *fault.Fault {
	if until := c.Holding.Moment("kept_until"); until.After(c.Now) {
		return fault.New(fault.RecordHeld, "Until", until.UnixMilli())
	}
	entered := c.Holding.Moment("pooled_at")
	if until := entered.Add(time.Duration(place.Int("protect_hours")) * time.Hour); !entered.IsZero() && until.After(c.Now) {
		return fault.New(fault.NewInPool, "Until", until.UnixMilli())
	}
	if until := CoolDownUntil(place, c.LostAt, c.Zone); until.After(c.Now) {
		return fault.New(fault.CoolDown, "Until", until.UnixMilli())
	}
	return nil
}

// CoolDownUntil is the moment from which somebody who lost a customer may claim it again: the same time of day, the
// pool's cool-down of days later. The zero time when he never lost it or the pool has no cool-down.
func CoolDownUntil(place schema.Record, lost time.Time, zone *time.Location) time.Time {
	days := int(place.Int("cooldown_days"))
	if lost.IsZero() || days <= 0 {
		return time.Time{}
	}
	return lost.In(zone).AddDate(0, 0, days)
}

// limited answers for the daily limit; it begins anew at midnight in the company's zone.
func (c Claim) limited(place schema.Record) *fault.Fault {
	limit := place.Int("daily_limit")
	if limit <= 0 || c.UsedToday < limit {
		return nil
	}
	y, m, d := c.Now.In(c.Zone).Date()
	resets := time.Date(y, m, d+1, 0, 0, 0, 0, c.Zone)
	return fault.New(fault.DailyLimit, "Limit", limit, "Used", c.UsedToday, "Left", 0, "Resets", resets.UnixMilli())
}

// CheckCap answers whether one more customer fits: the cap of the pool it comes from ("" for none) and the company's
// cap both hold, so the smaller wins. The numbers held leave exempt customers out.
func CheckCap(org *access.Org, from string, settings schema.Record, heldInPool, heldTotal int64) *fault.Fault {
	if place, ok := org.Pool(from); ok {
		if limit := place.Int("holding_cap"); limit > 0 && heldInPool >= limit {
			return fault.New(fault.PoolCap, "Limit", limit, "Held", heldInPool, "Left", 0, "Pool", place.Text("name"))
		}
	}
	if limit := settings.Int("holding_cap"); limit > 0 && heldTotal >= limit {
		return fault.New(fault.HoldingCap, "Limit", limit, "Held", heldTotal, "Left", 0)
	}
	return nil
}

// CheckAssign answers whether a user may give a customer that lies in a pool to somebody: right and administrator of
// the pool, an active target, and a member of the pool (POOL-13). The caps are CheckCap's.
func CheckAssign(org *access.Org, by, to, from string) *fault.Fault {
	place, ok := org.Pool(from)
	switch {
	case !ok:
		return fault.New(fault.PoolNotFound)
	case !org.Can(by, access.Assign, access.Subject{Kind: "customer", Pool: from}):
		return fault.New(fault.NoRight, "Action", string(access.Assign))
	case !org.Active(to):
		return fault.New(fault.UserDisabled, "User", org.UserName(to))
	case !org.IsPoolMember(to, from):
		return fault.New(fault.PoolNotMember, "Pool", place.Text("name"), "User", org.UserName(to))
	}
	return nil
}

// CheckTransfer answers whether a user may hand a held customer over: the right on its owner, and an active target.
func CheckTransfer(org *access.Org, by, owner, to string) *fault.Fault {
	switch {
	case !org.Can(by, access.Transfer, access.Subject{Kind: "customer", Owner: owner}):
		return fault.New(fault.NoRight, "Action", string(access.Transfer))
	case !org.Active(to):
		return fault.New(fault.UserDisabled, "User", org.UserName(to))
	}
	return nil
}

// ReleaseTarget is the pool a customer goes to: the wished one, else the pool of the owner's department or of the
// nearest one above it, else the default pool. Pools that are disabled do not count; of several the first by their
// order wins. A wish that cannot be met is refused, never turned into something else.
func ReleaseTarget(org *access.Org, owner, wish string) (string, *fault.Fault) {
	if wish != "" {
		place, ok := org.Pool(wish)
		switch {
		case !ok:
			return "", fault.New(fault.PoolNotFound)
		case place.Flag("disabled"):
			return "", fault.New(fault.PoolDisabled, "Pool", place.Text("name"))
		}
		return wish, nil
	}
	user, _ := org.User(owner)
	for _, department := range org.Departments(user.Text("department")) {
		for _, place := range org.Pools() {
			if !place.Flag("disabled") && slices.Contains(place.Set("departments"), department) {
				return place.ID, nil
			}
		}
	}
	for _, place := range org.Pools() {
		if !place.Flag("disabled") && place.Flag("preferred") {
			return place.ID, nil
		}
	}
	return "", fault.New(fault.NoPool)
}
