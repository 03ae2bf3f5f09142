package book

import (
	"encoding/json"
	"io"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
)

// Outbox lists what the server has not finally answered, in the order in which it was typed.
func (b *Book) Outbox() ([]Entry, error) {
	entries, err := b.r.Outbox()
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	name := func(kind, id string) string {
		known, ok := names[kind+id]
		if !ok {
			known = b.Name(kind, id)
			names[kind+id] = known
		}
		return known
	}
	all := make([]Entry, len(entries))
	for i, e := range entries {
		m := e.Mutation
		all[i] = Entry{
			ID: m.ID, Mutation: m, Title: name(m.Kind, m.Record), Kind: m.Kind,
			At: clock.FromMillis(m.At), State: EntryState(e.State), Tries: e.Tries,
		}
		if all[i].Title == "" { // deleted here, or gone: what was typed names it best
			all[i].Title = typedTitle(m)
		}
		if m.Kind == "customer" || m.Root != m.Record {
			all[i].Customer = name("customer", m.Root)
		}
	}
	return all, nil
}

// typedTitle is the name that a mutation itself gives its record.
func typedTitle(m change.Mutation) string {
	rec := recordOf(m)
	return titleOf(rec)
}

// Undo takes back a change that was not sent yet, and with a creation everything that hangs on it. A change that was
// sent is ALREADY_SENT.
func (b *Book) Undo(id string) error { return b.r.Undo(id) }

// exported is one line of an exported outbox.
type exported struct {
	Title    string          `json:"title,omitempty"`
	Customer string          `json:"customer,omitempty"`
	State    EntryState      `json:"state"`
	Mutation change.Mutation `json:"mutation"`
}

// ExportOutbox writes everything unsent as JSON lines, so that nothing typed is lost whatever happens to the laptop.
func (b *Book) ExportOutbox(w io.Writer) error {
	entries, err := b.Outbox()
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, e := range entries {
		if err := out.Encode(exported{e.Title, e.Customer, e.State, e.Mutation}); err != nil {
			return err
		}
	}
	return nil
}
