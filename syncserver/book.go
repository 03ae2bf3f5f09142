package main

import (
	"errors"
	"log/slog"
	"slices"
	"strings"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/server"
)

// book is the open data folder of a command.
type book struct {
	*session
	core *server.Core
	hub  *hub.Hub
}

// with opens the store for one command. A server may be running on it.
func (f folder) with(s *session, do func(*book) error) error {
	where, err := f.where(s)
	if err != nil {
		return err
	}
	core, err := server.OpenAt(s, where, s.clock, s.log(slog.LevelWarn))
	if err != nil {
		return opening(where, err)
	}
	return errors.Join(do(&book{session: s, core: core, hub: core.Hub}), core.Close())
}

// log is the log of a command: JSON lines beside its result.
func (s *session) log(level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(s.err, &slog.HandlerOptions{Level: level}))
}

// list reads the records of a kind, in the order of their titles.
func (b *book) list(kind *schema.Kind) ([]schema.Record, error) {
	list, err := b.hub.List(b, hub.System, kind.Name)
	slices.SortStableFunc(list, func(x, y schema.Record) int {
		if d := x.Int("order") - y.Int("order"); d != 0 {
			return int(d)
		}
		return strings.Compare(x.Text(kind.Title), y.Text(kind.Title))
	})
	return list, err
}

// find finds a record by its id or by what people call it: a user by login or name, a role also by its English name.
// A name that several have is refused, never guessed.
func (b *book) find(kind *schema.Kind, text string) (schema.Record, error) {
	list, err := b.list(kind)
	if err != nil {
		return schema.Record{}, err
	}
	for _, names := range []func(schema.Record) []string{
		func(r schema.Record) []string { return []string{r.ID, r.Text("login")} },
		func(r schema.Record) []string { return []string{r.Text("name"), r.Text("name_en")} },
	} {
		var found []schema.Record
		for _, r := range list {
			if slices.ContainsFunc(names(r), func(name string) bool { return name != "" && strings.EqualFold(name, text) }) {
				found = append(found, r)
			}
		}
		switch {
		case len(found) == 1:
			return found[0], nil
		case len(found) > 1:
			return schema.Record{}, b.missing(kind, text, "several")
		}
	}
	return schema.Record{}, b.missing(kind, text, "none")
}

// missing says that a name on the command line names nothing, or several things.
func (b *book) missing(kind *schema.Kind, text, why string) error {
	return wrong(nil, "server.not_named."+why, "Name", text, "Kind", b.T("server.kind."+kind.Name))
}

// id is find for the value of a reference. "" stays "" and "none" empties the field.
func (b *book) id(kind *schema.Kind, text string) (any, error) {
	if text == "" || text == nobody {
		return nil, nil
	}
	r, err := b.find(kind, text)
	return r.ID, err
}

// nobody empties a list or a reference on the command line.
const nobody = "none"

// ids is id for a set.
func (b *book) ids(kind *schema.Kind, texts []string) (any, error) {
	var all []string
	for _, text := range texts {
		id, err := b.id(kind, text)
		if err != nil {
			return nil, err
		}
		if id, ok := id.(string); ok {
			all = append(all, id)
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	return schema.NewSet(all...), nil
}

// names gives the titles of the records of a kind, by id.
func (b *book) names(kind *schema.Kind) (map[string]string, error) {
	list, err := b.list(kind)
	names := map[string]string{}
	for _, r := range list {
		names[r.ID] = r.Text(kind.Title)
		if kind == crm.Role && b.lang == english && r.Has("name_en") {
			names[r.ID] = r.Text("name_en")
		}
	}
	return names, err
}

// put writes values of a record and shows it.
func (b *book) put(kind *schema.Kind, id string, values schema.Values) error {
	if err := fieldsOnly(kind, values); err != nil {
		return err
	}
	r, err := b.hub.Put(b, hub.System, kind.Name, id, values)
	if err != nil {
		return err
	}
	return b.done(kind, r)
}

// done shows the record that a command has written.
func (b *book) done(kind *schema.Kind, r schema.Record) error {
	return b.result(view(r), func() { b.say("server.saved", "Name", r.Text(kind.Title), "ID", r.ID) })
}

// fieldsOnly catches a typing error in a command of this program.
func fieldsOnly(kind *schema.Kind, values schema.Values) error {
	for name := range values {
		if _, ok := kind.Field(name); !ok {
			return fault.New(fault.UnknownField).About(kind.Name, name)
		}
	}
	return nil
}

// view is a record for --json: its fields beside its id.
func view(r schema.Record) map[string]any {
	out := map[string]any{"id": r.ID}
	for name, value := range r.Values {
		out[name] = value
	}
	return out
}

// views is view for a list.
func views(list []schema.Record) []map[string]any {
	out := make([]map[string]any, len(list))
	for i, r := range list {
		out[i] = view(r)
	}
	return out
}

// joined writes the names of a set of ids.
func joined(names map[string]string, ids []string) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = names[id]
		if words[i] == "" {
			words[i] = id
		}
	}
	return strings.Join(words, ", ")
}
