package hub

import (
	"fmt"
	"testing"

	"yuzhou/shared/crm"
	"yuzhou/shared/wire"
)

// benchWorld has a manager over n people, each of whom holds a few customers.
func benchWorld(b *testing.B, n, each int) (*world, string, []string) {
	w := newWorld(b)
	sales := w.department("销售", crm.DepartmentTop)
	manager := w.user("manager", sales, crm.RoleManager)
	var people []string
	for i := range n {
		people = append(people, w.user(fmt.Sprintf("u%d", i), sales, crm.RoleSales))
	}
	var trees []Tree
	for i := range n * each {
		trees = append(trees, w.tree(i, people[i%n], 2))
	}
	w.must(w.h.Load(w.ctx(), trees))
	return w, manager, people
}

func (w *world) pulled(by Identity, in wire.Pull) {
	body := wire.NewWriter()
	w.must(w.h.Pull(w.ctx(), by, in, body))
	_, _, err := body.Close()
	w.must(err)
}

// BenchmarkNothingNew500Scopes: a poll of a manager over 500 people while others write, and while nobody does.
func BenchmarkNothingNew500Scopes(b *testing.B) {
	w, manager, people := benchWorld(b, 500, 4)
	by := w.device(manager)
	far := w.device(w.user("far", w.department("别处", crm.DepartmentTop), crm.RoleSales))
	before, err := w.h.Head(w.ctx())
	w.must(err)
	w.customer(far, "别人的", nil)
	head, err := w.h.Head(w.ctx())
	w.must(err)
	_ = people
	b.Run("others write", func(b *testing.B) {
		for b.Loop() {
			w.pulled(by, wire.Pull{Cursor: fmt.Sprintf("%s.%d", w.h.Epoch(), before)})
		}
	})
	b.Run("nobody writes", func(b *testing.B) {
		for b.Loop() {
			w.pulled(by, wire.Pull{Cursor: fmt.Sprintf("%s.%d", w.h.Epoch(), head)})
		}
	})
}

// BenchmarkPull1000: a laptop that misses 1,000 changed customers.
func BenchmarkPull1000(b *testing.B) {
	w, manager, _ := benchWorld(b, 10, 200)
	by := w.device(manager)
	before, err := w.h.Head(w.ctx())
	w.must(err)
	w.push1000(by, w.edits("x"))
	for b.Loop() {
		w.pulled(by, wire.Pull{Cursor: fmt.Sprintf("%s.%d", w.h.Epoch(), before)})
	}
}

// edits makes an edit of each of 1,000 customers.
func (w *world) edits(value string) (batch []Mutation) {
	for _, r := range w.all("customer")[:1000] {
		batch = append(batch, w.edit("customer", r.ID, r.ID, "remark", r.Values["remark"], value))
	}
	return batch
}

// push1000 pushes them in batches as large as may be.
func (w *world) push1000(by Identity, batch []Mutation) {
	for len(batch) > 0 {
		n := min(len(batch), wire.MaxMutations)
		if r := w.push(by, batch[:n]...); r[0].Fault != nil {
			w.t.Fatal(r[0].Fault)
		}
		batch = batch[n:]
	}
}

// BenchmarkPush1000: 1,000 edits of 1,000 customers in two pushes.
func BenchmarkPush1000(b *testing.B) {
	w, manager, _ := benchWorld(b, 10, 200)
	by := w.device(manager)
	n := 0
	for b.Loop() {
		n++
		b.StopTimer()
		batch := w.edits(fmt.Sprint("备注", n))
		b.StartTimer()
		w.push1000(by, batch)
	}
}

// BenchmarkFirstSync: a manager's first sync of 20,000 customers with 40,000 follow-ups.
func BenchmarkFirstSync(b *testing.B) {
	w, manager, _ := benchWorld(b, 10, 2000)
	cl := w.client(manager)
	for b.Loop() {
		token := ""
		for {
			body := wire.NewWriter()
			w.must(w.h.Pull(w.ctx(), cl.by, wire.Pull{Token: token}, body))
			data, _, err := body.Close()
			w.must(err)
			token = w.lastToken(data)
			if token == "" {
				break
			}
		}
	}
}

// lastToken reads the token of a page, "" on the last.
func (w *world) lastToken(data []byte) string {
	lines, err := wire.NewReader(data, wire.MaxPageBytes)
	w.must(err)
	defer lines.Close()
	for {
		var f struct {
			End *wire.End `json:"end"`
		}
		w.must(lines.Next(&f))
		if f.End != nil {
			return f.End.Token
		}
	}
}

// BenchmarkLoad: 2,000 customers with two follow-ups each.
func BenchmarkLoad(b *testing.B) {
	w := newWorld(b)
	user := w.user("u", crm.DepartmentTop, crm.RoleSales)
	for b.Loop() {
		b.StopTimer()
		var trees []Tree
		for i := range 2000 {
			trees = append(trees, w.tree(i, user, 2))
		}
		b.StartTimer()
		w.must(w.h.Load(w.ctx(), trees))
	}
}

// BenchmarkMove1000: a person moves to another department of a company of 1,000, under an administrator and managers who
// see whole departments. What is read and written is his own sight and those of the people above him.
func BenchmarkMove1000(b *testing.B) {
	w := newWorld(b)
	var departments []string
	for i := range 20 {
		departments = append(departments, w.department(fmt.Sprintf("第%d部", i), crm.DepartmentTop))
	}
	_, err := w.h.submit(w.ctx(), 1, func(k *work) error {
		for i := range 1000 {
			id, role := w.id(), crm.RoleSales
			if i < len(departments) {
				role = crm.RoleManager
			}
			r := Record{Kind: "user", ID: id, Root: id, Values: Values{
				"login": fmt.Sprint("u", i), "name": fmt.Sprint("员工", i), "department": departments[i%len(departments)], "roles": []string{role},
			}}
			if err := k.tx.Put(r); err != nil {
				return err
			}
		}
		return k.reorganise("")
	})
	w.must(err)
	user := w.user("mover", departments[3], crm.RoleSales)
	i := 0
	for b.Loop() {
		i++
		w.put("user", user, Values{"department": departments[3+i%2]})
	}
}
