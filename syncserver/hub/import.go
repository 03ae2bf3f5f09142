package hub

import (
	"context"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// importBatch is how many rows of a file go into one commit.
const importBatch = 500

// Import creates customers from parsed rows and gives a verdict for each. It may be cut and called again with the same
// rows: those that are in already are found by their keys.
func (h *Hub) Import(ctx context.Context, by Identity, rows []ImportRow) ([]ImportVerdict, error) {
	verdicts := make([]ImportVerdict, 0, len(rows))
	for len(rows) > 0 {
		batch := rows[:min(importBatch, len(rows))]
		rows = rows[len(batch):]
		var part []ImportVerdict
		_, err := h.submit(ctx, len(batch), func(w *work) error {
			part = make([]ImportVerdict, len(batch))
			for i, row := range batch {
				err := w.attempt(func(*work) (err error) { part[i], err = w.importRow(by, row); return err })
				if err != nil && !isFault(err) {
					return err
				}
				if err != nil {
					part[i] = ImportVerdict{Verdict: ImportRefused, Fault: fault.Of(err)}
				}
			}
			return nil
		})
		if err != nil {
			return verdicts, err
		}
		verdicts = append(verdicts, part...)
	}
	return verdicts, nil
}

// importRow makes one customer. A fault as error refuses the row.
func (w *work) importRow(by Identity, row ImportRow) (ImportVerdict, error) {
	if row.Key != "" {
		id, err := w.tx.Imported(row.Key)
		if err != nil {
			return ImportVerdict{}, err
		}
		if id != "" {
			return w.importedBefore(by, id)
		}
	}
	customer, contact, err := w.importRecords(row)
	if err != nil {
		return ImportVerdict{}, err
	}
	if err := w.mayImport(by, row); err != nil {
		return ImportVerdict{}, err
	}
	like, err := w.likenesses(by, customer)
	if err != nil {
		return ImportVerdict{}, err
	}
	if len(like) > 0 && !row.KeepDuplicate {
		return ImportVerdict{Verdict: ImportDuplicate, Customer: like[0].Customer, Like: like}, nil
	}
	customer, err = w.newCustomer(customer, holder{owner: row.Owner, pool: row.Pool, how: "imported", by: by.User, device: by.Device})
	if err != nil {
		return ImportVerdict{}, err
	}
	if contact.ID != "" {
		w.tx.AddHistory(store.Change{Kind: "contact", ID: contact.ID, Op: "create", By: by.User, Device: by.Device})
		if err := w.tx.Put(contact); err != nil {
			return ImportVerdict{}, err
		}
	}
	if row.Key != "" {
		w.tx.SetImported(row.Key, customer.ID)
	}
	return ImportVerdict{Verdict: ImportCreated, Customer: customer.ID, Number: customer.Text("number"), Like: like}, nil
}

// importRecords makes the records of a row and checks them as if a person had typed them.
func (w *work) importRecords(row ImportRow) (customer, contact schema.Record, err error) {
	id, err := newID()
	if err != nil {
		return customer, contact, err
	}
	customer = schema.Record{Kind: "customer", ID: id, Root: id}.With(row.Customer)
	delete(customer.Values, "number")
	if wrong := crm.Customer.Check(customer); len(wrong) > 0 {
		return customer, contact, wrong[0]
	}
	w.tx.AssumeNew("customer", id)
	w.tx.AssumeNew("holding", id)
	if len(row.Contact) == 0 {
		return customer, contact, nil
	}
	contactID, err := newID()
	if err != nil {
		return customer, contact, err
	}
	contact = schema.Record{Kind: "contact", ID: contactID, Root: id}.With(row.Contact)
	if wrong := crm.Contact.Check(contact); len(wrong) > 0 {
		return customer, contact, wrong[0]
	}
	w.tx.AssumeNew("contact", contactID)
	return customer, contact, nil
}

// mayImport checks where a row is to go, and the right to put it there.
func (w *work) mayImport(by Identity, row ImportRow) error {
	about := access.Subject{Kind: "customer", Owner: row.Owner, Pool: row.Pool}
	switch place, ok := w.org.Pool(row.Pool); {
	case (row.Owner == "") == (row.Pool == ""):
		return fault.New(fault.Required).About("holding", "owner")
	case row.Owner != "" && !w.org.Active(row.Owner):
		return fault.New(fault.UserDisabled, "User", w.org.UserName(row.Owner)).About("holding", "owner")
	case row.Pool != "" && !ok:
		return fault.New(fault.PoolNotFound).About("holding", "pool")
	case row.Pool != "" && place.Flag("disabled"):
		return fault.New(fault.PoolDisabled, "Pool", place.Text("name")).About("holding", "pool")
	case !by.system && !w.org.Can(by.User, access.Import, about):
		return fault.New(fault.NoRight, "Action", string(access.Import))
	}
	return nil
}

// importedBefore is the verdict on a row that is in already. Somebody else's file may have brought it.
func (w *work) importedBefore(by Identity, id string) (ImportVerdict, error) {
	verdict := ImportVerdict{Verdict: ImportSame}
	shown, err := w.maySee(by, id)
	if err != nil || !shown {
		return verdict, err
	}
	c, _, err := w.tx.Record("customer", id)
	verdict.Customer, verdict.Number = id, c.Text("number")
	return verdict, err
}
