package store

import (
	"time"

	"yuzhou/shared/schema"
)

// holding is the line by which customers are counted and found for reclaim. It follows from the records of customer and
// holding; only origin is told.
type holding struct {
	owner, pool, origin         string
	start, dealtAt, lockedUntil int64
}

// exempt customers are counted by no cap: dealt ones, and locked ones while they are locked.
func (h holding) exempt(now time.Time) bool { return h.dealtAt > 0 || h.lockedUntil > now.UnixMilli() }

// committed is the line of a root before this transaction; nil when it has none.
func (tx *Tx) committed(rootID string) (*holding, error) {
	if h, known := tx.holdings[rootID]; known {
		return h, nil
	}
	h := &holding{}
	found, err := tx.c.one([]any{&h.owner, &h.pool, &h.origin, &h.start, &h.dealtAt, &h.lockedUntil},
		`SELECT owner, pool, origin, start, dealt_at, locked_until FROM holding WHERE root = ?`, rootID)
	if err != nil {
		return nil, err
	}
	if !found {
		h = nil
	}
	tx.holdings[rootID] = h
	return h, nil
}

// current is the line as it is to be; nil when there is to be none.
func (tx *Tx) current(rootID string) (*holding, error) {
	e, err := tx.entry(Key{"holding", rootID})
	if err != nil || !e.has || e.now.Deleted {
		return nil, err
	}
	customer, err := tx.entry(Key{"customer", rootID})
	if err != nil || !customer.has || customer.now.Deleted {
		return nil, err
	}
	before, err := tx.committed(rootID)
	if err != nil {
		return nil, err
	}
	return derive(e.now, before, tx.origins[rootID]), nil
}

// derive makes the line of a holding. The origin stays while the owner stays.
func derive(r schema.Record, before *holding, origin string) *holding {
	h := &holding{
		owner: r.Text("owner"), pool: r.Text("pool"), origin: origin,
		start: max(r.Int("claimed_at"), r.Int("counted_at")), dealtAt: r.Int("dealt_at"), lockedUntil: r.Int("locked_until"),
	}
	if origin == "" && before != nil && before.owner == h.owner {
		h.origin = before.origin
	}
	return h
}

// SetOrigin says from which pool the new owner of a customer has it.
func (tx *Tx) SetOrigin(rootID, pool string) {
	before, had := tx.origins[rootID]
	tx.origins[rootID] = pool
	tx.onUndo(func() {
		if delete(tx.origins, rootID); had {
			tx.origins[rootID] = before
		}
	})
}

// Held counts what a user holds: from one pool and altogether, exempt customers left out of both.
func (tx *Tx) Held(owner, pool string) (inPool, total int64, err error) {
	_, err = tx.c.one([]any{&inPool, &total}, `SELECT count(*) FILTER (WHERE origin = ?), count(*) FROM holding
		WHERE owner = ? AND dealt_at = 0 AND locked_until <= ?`, pool, owner, tx.Now.UnixMilli())
	if err != nil {
		return 0, 0, err
	}
	count := func(h *holding, one int64) {
		if h == nil || h.owner != owner || h.exempt(tx.Now) {
			return
		}
		total += one
		if h.origin == pool {
			inPool += one
		}
	}
	for _, id := range tx.changedHoldings() {
		was, err := tx.committed(id)
		if err != nil {
			return 0, 0, err
		}
		now, err := tx.current(id)
		if err != nil {
			return 0, 0, err
		}
		count(was, -1)
		count(now, 1)
	}
	return inPool, total, nil
}

// InPool counts the customers that lie in a pool.
func (tx *Tx) InPool(pool string) (count int64, err error) {
	if _, err = tx.c.one([]any{&count}, `SELECT count(*) FROM holding WHERE pool = ?`, pool); err != nil {
		return 0, err
	}
	for _, id := range tx.changedHoldings() {
		was, err := tx.committed(id)
		if err != nil {
			return 0, err
		}
		now, err := tx.current(id)
		if err != nil {
			return 0, err
		}
		if was != nil && was.pool == pool {
			count--
		}
		if now != nil && now.pool == pool {
			count++
		}
	}
	return count, nil
}

// changedHoldings lists the customers whose line may change in this transaction.
func (tx *Tx) changedHoldings() []string {
	var list []string
	seen := map[string]bool{}
	for _, e := range tx.order {
		born := e.now.Kind == "customer" && (!e.had || e.was.Deleted != e.now.Deleted)
		if (e.now.Kind == "holding" || born) && !seen[e.now.ID] {
			seen[e.now.ID] = true
			list = append(list, e.now.ID)
		}
	}
	return list
}

var intoHolding = insertion{
	"holding (root, owner, pool, origin, start, dealt_at, locked_until)", "ttttiii",
	`ON CONFLICT (root) DO UPDATE SET owner = excluded.owner, pool = excluded.pool, origin = excluded.origin,
		start = excluded.start, dealt_at = excluded.dealt_at, locked_until = excluded.locked_until`,
}

func (tx *Tx) writeHoldings() error {
	var lines []any
	for _, id := range tx.changedHoldings() {
		h, err := tx.current(id)
		switch {
		case err != nil:
			return err
		case h != nil:
			lines = append(lines, id, h.owner, h.pool, h.origin, h.start, h.dealtAt, h.lockedUntil)
		default:
			if err := tx.c.exec(`DELETE FROM holding WHERE root = ?`, id); err != nil {
				return err
			}
		}
	}
	return tx.c.insert(&intoHolding, lines)
}

// Ledger is one successful claim.
type Ledger struct {
	Claim    string // id of the mutation that asked
	User     string
	Pool     string
	Customer string
	Day      string // 2006-01-02 in the company's zone
}

// AddLedger writes a successful claim into the ledger.
func (tx *Tx) AddLedger(l Ledger) {
	n := len(tx.ledger)
	tx.ledger = append(tx.ledger, l)
	tx.onUndo(func() { tx.ledger = tx.ledger[:n] })
}

// Claimed counts the successful claims of a user from a pool on a day.
func (tx *Tx) Claimed(user, pool, day string) (count int64, err error) {
	_, err = tx.c.one([]any{&count}, `SELECT count(*) FROM ledger WHERE user = ? AND pool = ? AND day = ?`, user, pool, day)
	for _, l := range tx.ledger {
		if l.User == user && l.Pool == pool && l.Day == day {
			count++
		}
	}
	return count, err
}

// SetLoss notes that a user loses a customer now.
func (tx *Tx) SetLoss(rootID, user string) {
	key := Key{rootID, user}
	before, had := tx.losses[key]
	tx.losses[key] = tx.Now.UnixMilli()
	tx.onUndo(func() {
		if delete(tx.losses, key); had {
			tx.losses[key] = before
		}
	})
}

// LostAt is when a user last lost a customer; the zero time if never.
func (tx *Tx) LostAt(rootID, user string) (time.Time, error) {
	at, pending := tx.losses[Key{rootID, user}]
	if !pending {
		found, err := tx.c.one([]any{&at}, `SELECT at FROM loss WHERE root = ? AND user = ?`, rootID, user)
		if err != nil || !found {
			return time.Time{}, err
		}
	}
	return time.UnixMilli(at).UTC(), nil
}
