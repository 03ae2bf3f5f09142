package store

// Run is one reclaim run.
type Run struct {
	Due      int64 // Unix ms
	Started  int64
	Finished int64  // 0 while it is on its way
	After    string // the last customer that was looked at
	Checked  int64
}

// Item is what a run decided about one customer.
type Item struct {
	Root    string
	Verdict string
	Owner   string
	Pool    string
	Detail  string // JSON, the hub's own
}

// FindRun reads a run.
func (tx *Tx) FindRun(due int64) (r Run, found bool, err error) { return findRun(tx.c, due) }

func findRun(c *conn, due int64) (r Run, found bool, err error) {
	r.Due = due
	found, err = c.one([]any{&r.Started, &r.Finished, &r.After, &r.Checked},
		`SELECT started, finished, after, checked FROM run WHERE due = ?`, due)
	return r, found, err
}

// PutRun keeps how far a run came.
func (tx *Tx) PutRun(r Run) {
	tx.afterwards(func() error {
		return tx.c.exec(`INSERT INTO run (due, started, finished, after, checked) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (due) DO UPDATE SET finished = excluded.finished, after = excluded.after, checked = excluded.checked`,
			r.Due, r.Started, r.Finished, r.After, r.Checked)
	})
}

// PutItem keeps what a run decided about a customer.
func (tx *Tx) PutItem(due int64, i Item) {
	tx.afterwards(func() error {
		return tx.c.exec(`INSERT INTO run_item (due, root, verdict, owner, pool, detail) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (due, root) DO UPDATE SET verdict = excluded.verdict, owner = excluded.owner, pool = excluded.pool, detail = excluded.detail`,
			due, i.Root, i.Verdict, i.Owner, i.Pool, i.Detail)
	})
}

// Items lists what a run decided, as committed.
func (tx *Tx) Items(due int64) ([]Item, error) { return items(tx.c, due) }

func items(c *conn, due int64) (list []Item, err error) {
	err = c.each(func(scan func(...any) error) error {
		var i Item
		err := scan(&i.Root, &i.Verdict, &i.Owner, &i.Pool, &i.Detail)
		list = append(list, i)
		return err
	}, `SELECT root, verdict, owner, pool, detail FROM run_item WHERE due = ? ORDER BY root`, due)
	return list, err
}

// FindRun reads a run.
func (v *View) FindRun(due int64) (Run, bool, error) { return findRun(v.c, due) }

// Items lists what a run decided.
func (v *View) Items(due int64) ([]Item, error) { return items(v.c, due) }

// Runs lists the newest runs.
func (v *View) Runs(limit int) (list []Run, err error) {
	err = v.c.each(func(scan func(...any) error) error {
		var r Run
		err := scan(&r.Due, &r.Started, &r.Finished, &r.After, &r.Checked)
		list = append(list, r)
		return err
	}, `SELECT due, started, finished, after, checked FROM run ORDER BY due DESC LIMIT ?`, limit)
	return list, err
}

// HeldCount is how many customers are held by somebody.
func (v *View) HeldCount() (int64, error) { return heldCount(v.c) }

// HeldCount is how many customers are held by somebody, as committed.
func (tx *Tx) HeldCount() (int64, error) { return heldCount(tx.c) }

func heldCount(c *conn) (count int64, err error) {
	_, err = c.one([]any{&count}, `SELECT count(*) FROM holding WHERE owner <> ''`)
	return count, err
}

// Candidate is a held customer that a run has to look at.
type Candidate struct {
	Root     string
	Owner    string
	LastSync int64 // of the owner's device that synced last, Unix ms; 0: none
}

// Candidates lists held customers whose clock started before a moment (Unix ms), after a root, in the order of roots.
func (v *View) Candidates(before int64, after string, limit int) ([]Candidate, error) {
	return candidates(v.c, before, after, limit)
}

// Candidates lists held customers like View.Candidates, as committed.
func (tx *Tx) Candidates(before int64, after string, limit int) ([]Candidate, error) {
	return candidates(tx.c, before, after, limit)
}

// candidates reads no record: one that is broken must not stop the run for all.
func candidates(c *conn, before int64, after string, limit int) (list []Candidate, err error) {
	err = c.each(func(scan func(...any) error) error {
		var cand Candidate
		err := scan(&cand.Root, &cand.Owner, &cand.LastSync)
		list = append(list, cand)
		return err
	}, `SELECT root, owner, coalesce((SELECT max(last_sync) FROM device WHERE user = h.owner AND revoked = 0), 0)
		FROM holding h WHERE root > ? AND owner <> '' AND start < ? ORDER BY root LIMIT ?`, after, before, limit)
	return list, err
}
