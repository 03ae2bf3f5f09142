package book

import (
	"fmt"
	"io/fs"
	"strings"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
)

// OpenPractice opens a practice book: a company of its own without a server, in which every change is final at once.
// An empty replica is filled first; presets is the folder of what the program brings along (assets/presets).
func OpenPractice(r *replica.Replica, clk clock.Clock, presets fs.FS) (*Book, error) {
	status, err := r.Status()
	if err != nil {
		return nil, err
	}
	if !status.Published {
		records, err := practiceRecords(presets, clk())
		if err != nil {
			return nil, err
		}
		device, err := newID()
		if err != nil {
			return nil, err
		}
		if err := r.Practise(sample.PracticeMe, device, records); err != nil {
			return nil, err
		}
	}
	return Open(r, clk)
}

func practiceRecords(presets fs.FS, now time.Time) ([]schema.Record, error) {
	records, err := crm.LoadPresets(presets)
	if err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(presets, "regions.json")
	if err != nil {
		return nil, err
	}
	regions, err := crm.ParseRegions(data)
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(presets, "names.txt")
	if err != nil {
		return nil, err
	}
	var names []string
	for line := range strings.Lines(string(text)) {
		if name := strings.TrimSpace(line); name != "" && !strings.HasPrefix(name, "#") {
			names = append(names, name)
		}
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		zone = time.FixedZone("CST", 8*60*60)
	}
	return sample.Practice(records, names, regions, now, zone)
}

// practise does what the server would do with changes, at once.
func (b *Book) practise(edits []replica.Edit) error {
	state := map[string]schema.Record{} // what this transaction has changed, by kind and id
	var order []string
	put := func(r schema.Record) {
		key := r.Kind + " " + r.ID
		if _, known := state[key]; !known {
			order = append(order, key)
		}
		state[key] = r
	}
	read := func(kind, id string) (schema.Record, error) {
		if r, known := state[kind+" "+id]; known {
			return r, nil
		}
		r, ok, err := b.r.Get(kind, id)
		if err == nil && !ok {
			err = fault.New(fault.NotFound).About(kind, "")
		}
		return r, err
	}
	p := practice{b, read, put}
	for _, e := range edits {
		if err := p.apply(e); err != nil {
			return err
		}
	}
	records := make([]schema.Record, len(order))
	for i, key := range order {
		records[i] = state[key]
	}
	return b.r.Put(records...)
}

// practice is one transaction of a practice book.
type practice struct {
	b    *Book
	read func(kind, id string) (schema.Record, error)
	put  func(schema.Record)
}

func (p practice) apply(e replica.Edit) error {
	m := e.Mutation
	switch m.Op {
	case change.Create:
		return p.create(e)
	case change.Ask:
		return p.command(m)
	}
	rec, err := p.read(m.Kind, m.Record)
	if err != nil {
		return err
	}
	if m.Op == change.Delete {
		rec.Deleted = true
	} else {
		rec = rec.With(m.Fields())
	}
	p.put(rec)
	return nil
}

func (p practice) create(e replica.Edit) error {
	m := e.Mutation
	rec := recordOf(m).With(e.Local)
	now := p.b.clk()
	switch m.Kind {
	case "customer":
		n, err := p.b.r.Count(replica.Filter{Kind: "customer"})
		if err != nil {
			return err
		}
		prefix, day := p.b.Settings().Text("number_prefix"), now.In(p.b.Zone()).Format("20060102")
		rec.Values["number"] = fmt.Sprintf("%s-%s-%04d", prefix, day, n+1)
		p.put(schema.Record{Kind: "holding", ID: m.Record, Root: m.Record, Values: schema.Values{
			"owner": p.b.me, "claimed_at": clock.Millis(now), "how": "created",
		}})
		if err := p.note(m.Record, schema.Values{"how": "created", "to_owner": p.b.me}); err != nil {
			return err
		}
	case "followup":
		rec.Values["received_at"] = clock.Millis(now)
		holding, err := p.read("holding", m.Root)
		if err != nil {
			return err
		}
		set := schema.Values{"followed_at": max(rec.Int("occurred_at"), holding.Int("followed_at"))}
		if p.b.directory().Counts(rec) {
			set["counted_at"] = max(rec.Int("occurred_at"), holding.Int("counted_at"))
		}
		p.put(holding.With(set))
	}
	p.put(rec)
	return nil
}

// note adds a line to the history of who held a customer.
func (p practice) note(customer string, values schema.Values) error {
	id, err := newID()
	if err != nil {
		return err
	}
	p.put(schema.Record{Kind: "holding_change", ID: id, Root: customer}.With(tidy(values)).With(schema.Values{
		"by": p.b.me, "at": clock.Millis(p.b.clk()),
	}))
	return nil
}

// command runs a command by the rules of the server. Ask has asked what is certain; the numbers are asked here.
func (p practice) command(m change.Mutation) error {
	holding, err := p.read("holding", m.Root)
	if err != nil {
		return err
	}
	now := clock.Millis(p.b.clk())
	from := schema.Values{"from_owner": holding.Text("owner"), "from_pool": holding.Text("pool"), "note": m.Args["note"], "reason": m.Args["reason"]}
	taken := schema.Values{
		"pool": nil, "claimed_at": now, "counted_at": nil, "pooled_at": nil, "reason": nil, "note": nil, "former_owner": nil, "kept_until": nil, "rule": nil,
	}
	switch m.Command {
	case change.Claim:
		if f := p.b.practiceLimits(holding); f != nil {
			return f
		}
		taken["owner"], taken["how"] = p.b.me, "claimed"
		from["how"], from["to_owner"] = "claimed", p.b.me
	case change.Transfer:
		taken["owner"], taken["how"] = m.Args["to"], "transferred"
		from["how"], from["to_owner"] = "transferred", m.Args["to"]
	case change.Assign:
		taken["owner"], taken["how"] = m.Args["to"], "assigned"
		from["how"], from["to_owner"] = "assigned", m.Args["to"]
	case change.Release:
		target, f := pool.ReleaseTarget(p.b.Org(), holding.Text("owner"), m.Args["pool"])
		if f != nil {
			return f
		}
		taken = schema.Values{
			"owner": nil, "pool": target, "claimed_at": nil, "how": "released", "reason": empty(m.Args["reason"]), "note": empty(m.Args["note"]),
			"former_owner": holding.Text("owner"), "pooled_at": now,
		}
		from["how"], from["to_pool"] = "released", target
	case change.Deal:
		taken = schema.Values{"dealt_at": nil}
		from = schema.Values{"how": "reopened"}
		if m.Args["dealt"] == "true" {
			taken["dealt_at"] = now
			from["how"] = "dealt"
		}
	}
	p.put(holding.With(taken))
	return p.note(m.Root, from)
}

func empty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// practiceLimits asks the daily limit and the caps, which a book with a server leaves to it.
func (b *Book) practiceLimits(holding schema.Record) *fault.Fault {
	c := b.directory()
	figures, err := b.PoolFigures(holding.Text("pool"))
	if err != nil {
		return fault.Of(err)
	}
	claim := pool.Claim{
		Org: c.Org, User: b.me, Holding: holding, Now: b.clk(), Zone: c.Zone, Settings: c.Settings,
		UsedToday: figures.Used, HeldInPool: figures.Held, HeldTotal: figures.Held,
	}
	f, _ := pool.Check(claim)
	return f
}
