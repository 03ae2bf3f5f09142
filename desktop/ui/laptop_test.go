package ui

import (
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"yuzhou/assets"
	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// laptop is a replica as a server fills it, with the book on it: what the sample people hold, after a first sync.
type laptop struct {
	t    *testing.T
	r    *replica.Replica
	book *book.Book
	seq  int64
}

// laptopSeq is the commit up to which the template of the laptops goes.
var laptopSeq int64

func newLaptop(t *testing.T) *laptop {
	t.Helper()
	r := fromTemplate(t, "laptop", func(r *replica.Replica) {
		must(t, r.SetAccount(replica.Account{
			Address: "http://127.0.0.1:1", Token: "t", User: sample.PracticeMe, Name: "张伟", Device: "0190c0de-0000-7000-8000-00000000abcd",
		}))
		l := &laptop{t: t, r: r}
		l.land(faced(sampleRecords(t))...)
		laptopSeq = l.seq
	})
	b, err := book.Open(r, clock.At(noon))
	must(t, err)
	t.Cleanup(b.Close)
	return &laptop{t: t, r: r, book: b, seq: laptopSeq}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sampleRecords(t *testing.T) []schema.Record {
	t.Helper()
	folder, err := fs.Sub(assets.Files, "presets")
	must(t, err)
	presets, err := crm.LoadPresets(folder)
	must(t, err)
	names, err := fs.ReadFile(folder, "names.txt")
	must(t, err)
	data, err := fs.ReadFile(folder, "regions.json")
	must(t, err)
	regions, err := crm.ParseRegions(data)
	must(t, err)
	records, err := sample.Practice(presets, crm.ParseNames(names), regions, noon, zone(t))
	must(t, err)
	return records
}

// faced masks what lies in a pool, as the server does before it sends it.
func faced(records []schema.Record) []schema.Record {
	pools, in := map[string]schema.Record{}, map[string]string{}
	for _, r := range records {
		switch r.Kind {
		case "pool":
			pools[r.ID] = r
		case "holding":
			in[r.ID] = r.Text("pool")
		}
	}
	out := slices.Clone(records)
	for i, r := range out {
		if pool := in[r.ID]; r.Kind == "customer" && pool != "" {
			out[i] = access.Project(crm.Customer, r, pools[pool].Set("masked_fields"), pools[pool].Set("hidden_fields"))
		}
	}
	return out
}

// land lets records arrive in one pull.
func (l *laptop) land(records ...schema.Record) {
	l.t.Helper()
	var frames []wire.Frame
	groups := map[string][]schema.Record{}
	var order []string
	for _, r := range records {
		if r.Root == "" {
			r.Root = r.ID
		}
		if groups[r.Root] == nil {
			order = append(order, r.Root)
		}
		groups[r.Root] = append(groups[r.Root], r)
	}
	for _, root := range order {
		frames = append(frames, wire.Frame{Root: &wire.Root{ID: root, In: []string{"all"}}})
		for _, r := range groups[root] {
			l.seq++
			frames = append(frames, wire.Frame{Row: &wire.Row{Kind: r.Kind, ID: r.ID, Seq: l.seq, Body: r.Values, Masked: r.Masked}})
		}
	}
	l.pull(append([]wire.Frame{{Grant: &wire.Grant{Scope: "all"}}}, frames...)...)
}

// leave takes a customer away, as the server does when it has left this person's sight.
func (l *laptop) leave(customer string, why wire.Leave) {
	l.t.Helper()
	l.pull(wire.Frame{Root: &wire.Root{ID: customer, Out: []string{"all"}, Leave: &why}})
}

func (l *laptop) pull(frames ...wire.Frame) {
	l.t.Helper()
	w := wire.NewWriter()
	for _, f := range frames {
		must(l.t, w.Line(f))
	}
	l.seq++
	must(l.t, w.Line(wire.Frame{End: &wire.End{Cursor: "e." + schema.Number{}.Format(l.seq)}}))
	body, _, err := w.Close()
	must(l.t, err)
	page, err := l.r.Decode(body)
	must(l.t, err)
	_, err = l.r.Take(page, "e")
	must(l.t, err)
}

// refuse lets the server refuse everything that waits in the outbox.
func (l *laptop) refuse(why *fault.Fault) {
	l.t.Helper()
	out, err := l.r.Outgoing(100)
	must(l.t, err)
	var results []change.Result
	for _, o := range out {
		results = append(results, change.Result{
			ID: o.ID, Outcome: change.Refused, Fault: why, Info: map[string]string{"Limit": "10", "Left": "7"},
		})
	}
	_, err = l.r.Answer(results, "e")
	must(l.t, err)
}

// clash lets a conflict about the mobile number of a customer arrive, of my own making.
func (l *laptop) clash(customer string) {
	l.t.Helper()
	l.clashBy(customer, l.book.Me().ID)
}

// clashBy is clash with the change of somebody else to what I hold.
func (l *laptop) clashBy(customer, editor string) {
	l.t.Helper()
	me, id := l.book.Me().ID, fmt.Sprintf("0190c0de-0000-7000-8000-%012x", l.seq)
	l.land(schema.Record{Kind: "conflict", ID: id, Root: id, Values: schema.Values{
		"editor": editor, "holder": me, "kind": "customer", "record": customer, "root": customer,
		"title": l.book.Name("customer", customer), "field": "mobile",
		"base": `"13957132086"`, "theirs": `"13957139901"`, "theirs_by": sample.PracticeManager,
		"theirs_at": clock.Millis(noon.AddDate(0, 0, -1)), "mine": `"13705716655"`,
		"mine_at": clock.Millis(noon.AddDate(0, 0, -1)), "found_at": clock.Millis(noon), "state": "open",
	}})
}
