package replica

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// The types of tray items.
const (
	TrayRefusal = "refusal"
	TrayVerdict = "verdict"
	TrayLeave   = "leave"
	TrayNotice  = "notice" // a word of the program itself; it has no mutation and no root
)

// TrayItem is one thing that the server said and that a person should see. It carries all that was typed and the
// names as they were, for the records may be gone from the replica.
type TrayItem struct {
	ID       string            `json:"-"`
	Type     string            `json:"-"`
	Root     string            `json:"-"`
	At       int64             `json:"-"` // Unix ms
	Title    string            `json:"title,omitempty"`
	Name     string            `json:"name,omitempty"` // of the customer
	Mutation *change.Mutation  `json:"mutation,omitempty"`
	Local    schema.Values     `json:"local,omitempty"`
	Fault    *fault.Fault      `json:"fault,omitempty"`
	Info     map[string]string `json:"info,omitempty"`
	Leave    *wire.Leave       `json:"leave,omitempty"`
}

// Tray lists the items, newest first.
func (r *Replica) Tray() (all []TrayItem, err error) {
	err = r.view(func(c *conn) error {
		all, err = c.trayItems("ORDER BY at DESC, id")
		return err
	})
	return all, err
}

func (c *conn) trayItems(where string, args ...driver.Value) (all []TrayItem, err error) {
	err = c.query("SELECT id, type, root, at, body FROM tray "+where, args, func(values []driver.Value) error {
		item, err := scanTray(values)
		all = append(all, item)
		return err
	})
	return all, err
}

// TrayItem finds one item.
func (r *Replica) TrayItem(id string) (item TrayItem, ok bool, err error) {
	var items []TrayItem
	err = r.view(func(c *conn) error {
		items, err = c.trayItems("WHERE id = ?", id)
		return err
	})
	if err != nil || len(items) == 0 {
		return item, false, err
	}
	return items[0], true, nil
}

// TrayCount counts the items.
func (r *Replica) TrayCount() (n int64, err error) {
	err = r.view(func(c *conn) error {
		n, err = c.number("SELECT count(*) FROM tray")
		return err
	})
	return n, err
}

func scanTray(values []driver.Value) (item TrayItem, err error) {
	item.ID, _ = values[0].(string)
	item.Type, _ = values[1].(string)
	item.Root, _ = values[2].(string)
	item.At, _ = values[3].(int64)
	body, _ := values[4].(string)
	if err = json.Unmarshal([]byte(body), &item); err != nil {
		err = fmt.Errorf("replica: tray %s: %w", item.ID, err)
	}
	return item, err
}

// Dismiss takes an item out of the tray, and saves the changes that come of it in the same transaction.
func (r *Replica) Dismiss(id string, edits ...Edit) error {
	return r.change(durable, func(t *tx) error {
		t.touched.Tray, t.removed = true, true
		if err := t.exec("DELETE FROM tray WHERE id = ?", id); err != nil {
			return err
		}
		t.touched.Outbox = len(edits) > 0
		for _, e := range edits {
			if err := t.save(e); err != nil {
				return err
			}
		}
		return nil
	})
}

// PutBack puts an item that was dismissed back into the tray.
func (r *Replica) PutBack(item TrayItem) error {
	return r.change(durable, func(t *tx) error { return t.tray(item) })
}

// tray puts an item into the tray, with the names as they are known now.
func (t *tx) tray(item TrayItem) error {
	t.touched.Tray = true
	if m := item.Mutation; m != nil && item.Title == "" {
		item.Title = t.titleOf(m.Kind, m.Record)
	}
	if item.Name == "" {
		item.Name = t.titleOf("customer", item.Root)
	}
	body, err := json.Marshal(item)
	if err != nil {
		return err
	}
	return t.exec("INSERT INTO tray (id, type, root, at, body) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
		item.ID, item.Type, item.Root, item.At, string(body))
}

// titleOf is the name of a record as the person sees it, "" when it is not here.
func (t *tx) titleOf(kind, id string) string {
	tbl := t.r.tables[kind]
	if tbl == nil || tbl.kind.Title == "" {
		return ""
	}
	title, err := t.text("SELECT "+quote(tbl.kind.Title)+" FROM "+tbl.name+" WHERE id = ?", id)
	if err != nil {
		return "" // the item is worth more than its title
	}
	return title
}

// OpenConflicts are the conflicts that nobody has decided.
var OpenConflicts = Filter{Kind: "conflict", Any: []Cond{{Column: "state", Op: Is, Value: "open"}, {Column: "state", Op: Empty}}}
