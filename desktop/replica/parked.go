package replica

import (
	"encoding/json"
	"slices"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
)

// retryParked is how long a mutation that made the server fail lies in the tray before it is sent once more: the server
// may have been mended. Its id stays the same, for the server keeps no result of what it could not take.
const retryParked = 24 * time.Hour

// RetryParked takes what has lain in the tray for a day because the server failed on it back into the outbox, with what
// hangs on it. When the server fails again it comes back to the tray.
func (r *Replica) RetryParked() error {
	const text = "SELECT id FROM tray WHERE body ->> '$.fault.code' = 'PARKED'"
	none, err := r.none(text + " LIMIT 1")
	if err != nil || none {
		return err
	}
	return r.change(durable, func(t *tx) error {
		ids, err := t.strings(text+" AND at <= ? ORDER BY at, id", t.now.Add(-retryParked).UnixMilli())
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := t.requeue(id); err != nil {
				return err
			}
		}
		return nil
	})
}

// requeue moves a parked mutation, and those that could not be without the record it makes, from the tray to the outbox.
func (t *tx) requeue(id string) error {
	items, err := t.trayItems("WHERE id = ?", id)
	if err != nil || len(items) == 0 || items[0].Mutation == nil {
		return err
	}
	if m := items[0].Mutation; m.Op == change.Create {
		more, err := t.hanging(id, m.Record)
		if err != nil {
			return err
		}
		items = append(items, more...)
	}
	t.touched.Tray, t.touched.Outbox = true, true
	for _, item := range items {
		text, err := json.Marshal(item.Mutation)
		if err != nil {
			return err
		}
		if err := t.append(*item.Mutation, text, item.Local); err != nil {
			return err
		}
		if err := t.exec("DELETE FROM tray WHERE id = ?", item.ID); err != nil {
			return err
		}
	}
	return nil
}

// hanging finds in the tray what followed the mutation that makes a record there, because it could not be without it.
func (t *tx) hanging(id, record string) ([]TrayItem, error) {
	others, err := t.trayItems("WHERE id <> ? ORDER BY at DESC, id", id)
	return slices.DeleteFunc(others, func(item TrayItem) bool {
		m := item.Mutation
		return m == nil || item.Fault == nil || item.Fault.Code != fault.DependsOn || m.Record != record && m.Root != record
	}), err
}
