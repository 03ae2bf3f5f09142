package hub

import (
	"fmt"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// machine is a laptop with an outbox, the half that a fork is about.
type machine struct {
	*client
	replica string
	queue   []Mutation
	told    []Result // of what was settled
	forks   int
}

// copied is the same folder on another machine: the same token, device, replica, rows and outbox.
func (m *machine) copied() *machine {
	c := *m.client
	c.state, c.results = m.state.clone(), map[string]change.Result{}
	return &machine{client: &c, replica: m.replica, queue: append([]Mutation(nil), m.queue...)}
}

// sync pushes the queue and pulls, as laptops do: of a fork it takes a new replica id and gives that mutation a new id.
func (m *machine) sync() {
	w := m.w
	w.t.Helper()
	for round := 0; len(m.queue) > 0; round++ {
		if round > 3 {
			w.t.Fatal("the queue does not drain")
		}
		results, err := w.h.Push(w.ctx(), m.by, wire.Push{Protocol: wire.Protocol, Replica: m.replica}, m.queue)
		w.must(err)
		var left []Mutation
		for i, r := range results {
			if r.Fault != nil && r.Fault.Code == fault.ReplicaFork {
				again := m.queue[i]
				again.ID, m.replica, m.cursor, m.state = w.id(), w.id(), "", emptyReplica()
				left, m.forks = append(left, again.Sealed()), m.forks+1
				continue
			}
			m.told = append(m.told, r)
		}
		m.queue = left
	}
	m.pull(0, nil)
	m.mustEqual()
}

// TestACopiedFolder: two machines go on with copies of one folder. What both have in the outbox has one effect, what one
// of them changed in its outbox is kept, and both hold what they may see, turn by turn (I2, I7, I11).
func TestACopiedFolder(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	first := &machine{client: w.client(c.zhang), replica: w.id()}
	id := w.customer(first.by, "恒达机械", nil)
	first.pull(0, nil)
	made := w.id()
	first.queue = []Mutation{
		w.mutation(change.Create, "customer", made, made, Values{"name": "两台都有"}),
		w.edit("customer", id, id, "remark", nil, "第一稿"),
		w.followup(first.by, id, "phone", monday),
	}
	second := first.copied()
	// The second goes on typing in what was not sent: the same number, another content.
	changed := second.queue[1]
	changed.Set = Values{"remark": "第二稿"}
	second.queue[1] = changed.Sealed()
	second.queue = append(second.queue, w.edit("customer", id, id, "level", nil, "a"))
	for _, m := range []*machine{first, second, first, second} {
		m.sync()
	}
	if first.forks != 0 || second.forks != 1 || second.replica == first.replica {
		t.Errorf("%d and %d forks", first.forks, second.forks)
	}
	if n, f := len(w.all("customer")), len(w.all("followup")); n != 2 || f != 1 {
		t.Errorf("%d customers, %d follow-ups", n, f)
	}
	if got := second.told[0]; got.Outcome != change.Applied || got.Seq != first.told[0].Seq {
		t.Errorf("the copy of what was sent: %+v", got)
	}
	r := w.record("customer", id)
	if r.Text("remark") != "第一稿" || r.Text("level") != "a" {
		t.Errorf("%v", r.Values)
	}
	conflicts := w.all("conflict")
	if len(conflicts) != 1 || conflicts[0].Text("mine") != `"第二稿"` {
		t.Errorf("the second draft is not kept: %v", conflicts)
	}
	// Both work on, and each hears of the other's.
	for i, m := range []*machine{first, second, first, second} {
		m.queue = append(m.queue, w.edit("customer", id, id, "address", w.record("customer", id).Values["address"], fmt.Sprint("路", i)),
			w.followup(m.by, id, "visit", monday))
		m.sync()
	}
	first.sync()
	second.sync()
	if got := w.record("customer", id).Text("address"); got != "路3" || len(w.all("followup")) != 5 || len(w.all("conflict")) != 1 {
		t.Errorf("address %q, %d follow-ups, %d conflicts", got, len(w.all("followup")), len(w.all("conflict")))
	}
	devices, err := w.h.Devices(w.ctx(), System)
	w.must(err)
	for _, d := range devices {
		if d.ID == first.by.Device && d.Replica != second.replica {
			t.Errorf("the list of devices shows the replica %s", d.Replica)
		}
	}
}
