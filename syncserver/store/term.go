package store

// term is the row of table number that counts the terms of the lead.
const term = "lead term"

// Term is the newest term of the lead, 0 before the first. Work under an older one is not to be written.
func (tx *Tx) Term() (last int64, err error) {
	_, err = tx.c.one([]any{&last}, `SELECT last FROM number WHERE name = ?`, term)
	return last, err
}

// NewTerm begins a new term and gives its number.
func (tx *Tx) NewTerm() (int64, error) {
	last, err := tx.Term()
	if err != nil {
		return 0, err
	}
	tx.afterwards(func() error {
		return tx.c.exec(`INSERT INTO number (name, last) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = excluded.last`, term, last+1)
	})
	return last + 1, nil
}
