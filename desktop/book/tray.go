package book

import (
	"cmp"
	"encoding/json"
	"slices"

	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Tray lists what wants a decision or a look, newest first.
func (b *Book) Tray() ([]TrayItem, error) {
	ids, err := b.r.IDs(replica.OpenConflicts)
	if err != nil {
		return nil, err
	}
	conflicts, err := b.r.Records("conflict", ids)
	if err != nil {
		return nil, err
	}
	var all []TrayItem
	for _, rec := range conflicts {
		all = append(all, conflictItem(rec))
	}
	items, err := b.r.Tray()
	if err != nil {
		return nil, err
	}
	for _, i := range items {
		all = append(all, trayItem(i))
	}
	slices.SortStableFunc(all, func(x, y TrayItem) int { return cmp.Or(y.At.Compare(x.At), cmp.Compare(x.ID, y.ID)) })
	return all, nil
}

// Unsettled lists what of the tray is about what stands under a customer and wants a decision: conflicts and refusals.
func (b *Book) Unsettled(customer string) ([]TrayItem, error) {
	all, err := b.Tray()
	return slices.DeleteFunc(all, func(i TrayItem) bool {
		return i.Customer != customer || i.Type != TrayConflict && i.Type != TrayRefusal
	}), err
}

func conflictItem(rec schema.Record) TrayItem {
	item := TrayItem{
		ID: rec.ID, Type: TrayConflict, Title: rec.Text("title"), At: rec.Moment("found_at"), Conflict: rec, Field: rec.Text("field"),
		Base: decoded(rec.Text("base")), Theirs: decoded(rec.Text("theirs")), Mine: decoded(rec.Text("mine")),
		Customer: rec.Text("root"), Name: rec.Text("title"),
	}
	return item
}

func decoded(text string) any {
	v, err := schema.DecodeValue(json.RawMessage(text))
	if err != nil {
		return nil
	}
	return v
}

func trayItem(i replica.TrayItem) TrayItem {
	item := TrayItem{
		ID: i.ID, Type: i.Type, Title: i.Title, Name: i.Name, Customer: i.Root, At: clock.FromMillis(i.At),
		Fault: i.Fault, Info: i.Info, Leave: i.Leave,
	}
	if i.Mutation != nil {
		item.Mutation = *i.Mutation
		if item.Title == "" {
			item.Title = typedTitle(*i.Mutation)
		}
	}
	return item
}

// Resolve decides a conflict. With Theirs the committed value stays; Mine and Typed make a new change over the value
// that is visible now; Both leaves theirs and puts mine where BothField says.
func (b *Book) Resolve(id, choice string, typed any) error {
	conflict, ok, err := b.Get("conflict", id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound).About("conflict", "")
	}
	item := conflictItem(conflict.Record)
	values := schema.Values{}
	state := choice
	switch choice {
	case Theirs:
	case Mine:
		values[item.Field] = item.Mine
	case Typed:
		values[item.Field] = typed
	case Both:
		state = Theirs
		if values, err = b.bothValues(item); err != nil {
			return err
		}
	default:
		return fault.New(fault.BadChoice)
	}
	edits, err := b.setting(conflict, schema.Values{"state": state})
	if err != nil {
		return err
	}
	if len(values) > 0 {
		target, ok, err := b.Get(conflict.Text("kind"), conflict.Text("record"))
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.NotHolder).About(conflict.Text("kind"), item.Field)
		}
		more, err := b.setting(target, values)
		if err != nil {
			return err
		}
		edits = append(edits, more...)
	}
	return b.keep(edits...)
}

// BothField is the field that takes my value when both are to be kept, "" when there is none: the other telephone field
// while it is empty, else the remark.
func (b *Book) BothField(item TrayItem) string {
	row, ok, err := b.Get(item.Conflict.Text("kind"), item.Conflict.Text("record"))
	k := crm.ByName(item.Conflict.Text("kind"))
	if err != nil || !ok || k == nil || !b.Can(access.Edit, row) {
		return ""
	}
	other := map[string]string{"mobile": "phone", "phone": "mobile"}[item.Field]
	if f, known := k.Field(other); known && !row.Has(other) && f.Type.Check(item.Mine) == nil {
		return other
	}
	if f, known := k.Field("remark"); known && item.Field != "remark" {
		if _, isText := item.Mine.(string); isText && f.Type.Check(b.remarked(row, item)) == nil {
			return "remark"
		}
	}
	return ""
}

func (b *Book) bothValues(item TrayItem) (schema.Values, error) {
	row, ok, err := b.Get(item.Conflict.Text("kind"), item.Conflict.Text("record"))
	if err != nil {
		return nil, err
	}
	field := b.BothField(item)
	switch {
	case !ok || field == "":
		return nil, fault.New(fault.BadChoice).About(item.Conflict.Text("kind"), item.Field)
	case field == "remark":
		return schema.Values{field: b.remarked(row, item)}, nil
	}
	return schema.Values{field: item.Mine}, nil
}

// remarked is the remark with my value on a line of its own.
func (b *Book) remarked(row Row, item TrayItem) string {
	mine, _ := item.Mine.(string)
	if old := row.Text("remark"); old != "" {
		return old + "\n" + mine
	}
	return mine
}

// Again sends a refused change once more, as a new one over what is visible now, and takes it out of the tray.
func (b *Book) Again(id string) error {
	item, ok, err := b.r.TrayItem(id)
	if err != nil {
		return err
	}
	if !ok || item.Mutation == nil {
		return fault.New(fault.NotFound)
	}
	m := *item.Mutation
	if m.ID, err = newID(); err != nil {
		return err
	}
	m.At = clock.Millis(b.clk())
	if m.Op == change.Set {
		seen, here, err := b.r.Get(m.Kind, m.Record)
		if err != nil {
			return err
		}
		if here {
			m.Seen = seen.Seq
			m.Base = schema.Values{}
			for name := range m.Fields() {
				m.Base[name] = seen.Values[name]
			}
		}
	}
	return b.r.Dismiss(id, replica.Edit{Mutation: m, Local: item.Local})
}

// Dismiss takes an item out of the tray; undo puts it back as it was. A conflict is not dismissed but resolved.
func (b *Book) Dismiss(id string) (undo func() error, err error) {
	item, ok, err := b.r.TrayItem(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.NotFound)
	}
	return func() error { return b.r.PutBack(item) }, b.r.Dismiss(id)
}

// recordOf is the record that a mutation by itself tells of.
func recordOf(m change.Mutation) schema.Record {
	return schema.Record{Kind: m.Kind, ID: m.Record, Root: m.Root, Values: m.Set}
}
