package book

import (
	"fmt"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// Everybody as Query.Who lists the tasks of all whose tasks are here, not only mine.
const Everybody = "*"

// staleAfter is how long a customer may be silent before the view ViewStale shows it.
const staleAfter = 7 * 24 * time.Hour

// IDs lists the ids of a query. The list is kept until something in it can have changed; it must not be modified.
func (b *Book) IDs(q Query) ([]string, error) {
	b.mu.Lock()
	ids, ok := b.cache.lists[q]
	round := b.cache.round
	b.mu.Unlock()
	if ok {
		return ids, nil
	}
	f, err := b.filter(q)
	if err != nil {
		return nil, err
	}
	if ids, err = b.r.IDs(f); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cache.round == round {
		if len(b.cache.lists) >= maxLists {
			clear(b.cache.lists)
		}
		b.cache.lists[q] = ids
	}
	return ids, nil
}

// maxLists bounds the lists kept in memory: each text typed into a list's search makes one.
const maxLists = 16

func (b *Book) filter(q Query) (replica.Filter, error) {
	c, err := b.company()
	if err != nil {
		return replica.Filter{}, err
	}
	f := replica.Filter{Kind: q.Kind, Match: q.Text}
	usual := replica.Order{Column: "id"}
	switch q.Kind {
	case "customer":
		usual, err = b.customers(c, q, &f)
	case "task":
		usual, err = b.tasks(q, &f)
	case "notice":
		usual = replica.Order{Column: "at", Desc: true}
	}
	if err != nil {
		return f, err
	}
	if q.Sort != "" {
		usual = replica.Order{Column: q.Sort, Desc: q.Desc, Keys: c.keys(q.Kind, q.Sort)}
	}
	f.Order = append([]replica.Order{usual}, f.Order...)
	return f, nil
}

// keys is the order of a field's values where it is not that of their texts: as declared, or as in the dictionary.
func (c *company) keys(kind, field string) (keys []string) {
	k := crm.ByName(kind)
	if k == nil {
		return nil
	}
	f, _ := k.Field(field)
	switch t := f.Type.(type) {
	case schema.Choice:
		return t.Keys
	case schema.DictKey:
		for _, choice := range c.choices[t.Name] {
			keys = append(keys, choice.Key)
		}
	}
	return keys
}

func where(column string, op replica.Op, value any) replica.Cond {
	return replica.Cond{Column: column, Op: op, Value: value}
}

// customers narrows a list of customers and gives the usual order of its view.
func (b *Book) customers(c *company, q Query, f *replica.Filter) (replica.Order, error) {
	mine := where("owner", replica.Is, b.me)
	usual := replica.Order{Column: "next_contact_at"}
	switch q.View {
	case "":
	case ViewMine:
		f.Where = append(f.Where, mine)
	case ViewBelow:
		f.Where = append(f.Where, where("owner", replica.In, c.Org.Below(b.me)))
	case ViewAll:
		f.Where = append(f.Where, where("owner", replica.Filled, nil))
	case ViewToday:
		f.Where = append(f.Where, mine, where("next_contact_at", replica.Before, b.tomorrow(c)))
	case ViewStale:
		f.Where = append(f.Where, mine, where("touched_at", replica.Before, clock.Millis(b.clk().Add(-staleAfter))))
		usual = replica.Order{Column: "touched_at"}
	case ViewSoon:
		f.Where = append(f.Where, mine, where("due_on", replica.UpTo, b.soon(c)))
		usual = replica.Order{Column: "due_on"}
	default:
		return usual, fmt.Errorf("book: no view %q of customers", q.View)
	}
	if q.Pool != "" {
		f.Where = append(f.Where, where("pool", replica.Is, q.Pool))
		usual = replica.Order{Column: "pooled_at", Desc: true}
	}
	if q.Who != "" {
		f.Where = append(f.Where, where("owner", replica.Is, q.Who))
	}
	return usual, nil
}

// tomorrow is the moment at which the present day ends, in the company's zone.
func (b *Book) tomorrow(c *company) int64 {
	y, m, d := b.clk().In(c.Zone).Date()
	return clock.Millis(time.Date(y, m, d+1, 0, 0, 0, 0, c.Zone))
}

// usualWarning is how many days before its end a holding counts as ending soon while the settings say nothing.
const usualWarning = 7

// soon is the last date of the pool that is called soon.
func (b *Book) soon(c *company) string {
	days := c.Settings.Int("warn_days")
	if days <= 0 {
		days = usualWarning
	}
	return clock.Date(b.clk().In(c.Zone).AddDate(0, 0, int(days)), c.Zone)
}

// tasks narrows a list of tasks: mine, unless the query asks for somebody else's.
func (b *Book) tasks(q Query, f *replica.Filter) (replica.Order, error) {
	switch q.Who {
	case Everybody:
	case "", b.me:
		f.Any = []replica.Cond{where("executor", replica.Is, b.me), where("participants", replica.Has, b.me)}
	default:
		f.Where = append(f.Where, where("executor", replica.Is, q.Who))
	}
	if q.List != "" {
		f.Where = append(f.Where, where("list", replica.Is, q.List))
	}
	usual := replica.Order{Column: "due_at"}
	switch q.View {
	case "":
	case ViewOpen:
		f.Where = append(f.Where, where("status", replica.In, openStates))
	case ViewDone:
		f.Where = append(f.Where, where("status", replica.Is, "done"))
		usual = replica.Order{Column: "done_at", Desc: true}
	case ViewOverdue:
		f.Where = append(f.Where, where("status", replica.In, openStates), where("due_at", replica.Before, clock.Millis(b.clk())))
	default:
		return usual, fmt.Errorf("book: no view %q of tasks", q.View)
	}
	f.Order = []replica.Order{{Column: "priority", Keys: priorities}}
	return usual, nil
}

var (
	openStates = []string{"open", "blocked", "deferred"}
	priorities = []string{"high", "medium", "low", "none"}
)
