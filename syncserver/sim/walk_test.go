package sim

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// walkSteps is how long a walk is; YUZHOU_WALKS asks for more than one.
const walkSteps = 250

// TestWalk lets people work at random, with lines that break, answers that are lost, programs that are killed and clocks
// that are wrong. When the network is healed and nobody types, every replica holds exactly what its user may see, and
// nothing that was typed is lost without a word (I1, I2, I3, I6, I7, I11).
func TestWalk(t *testing.T) {
	walks := uint64(2)
	if text := os.Getenv("YUZHOU_WALKS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		walks = n
	}
	for seed := range walks {
		t.Run(fmt.Sprint("seed", seed), func(t *testing.T) { walk(t, seed) })
	}
}

type walker struct {
	t       *testing.T
	o       *office
	rnd     *rand.Rand
	laptops []*laptop
	visits  map[string]string // follow-ups that were saved, by who saved them
	made    int
}

func walk(t *testing.T, seed uint64) {
	o := openOffice(t)
	w := &walker{t: t, o: o, rnd: rand.New(rand.NewPCG(seed, 7)), visits: map[string]string{}}
	for i, login := range []string{"zhang", "wang", "chen", "li", "zhao", "zhang"} { // zhang has two machines
		w.laptops = append(w.laptops, o.machine(login, time.Duration(i-2)*40*time.Minute, []int{0, 7, 50}[i%3]))
	}
	for range walkSteps {
		o.pass(time.Duration(w.rnd.IntN(90)) * time.Minute)
		l := w.laptops[w.rnd.IntN(len(w.laptops))]
		w.step(l)
	}
	settle(w.laptops...)
	settle(w.laptops...)
	for _, l := range w.laptops {
		want(t, l.login+" has nothing unsent", l.unsent(), 0)
		l.check()
	}
	w.nothingLost()
}

func (w *walker) step(l *laptop) {
	switch n := w.rnd.IntN(20); {
	case n < 2:
		w.made++
		l.customer(name(w.made), schema.Values{"level": "a", "mobile": fmt.Sprintf("138%08d", w.made)})
	case n < 6:
		w.edit(l)
	case n < 9:
		w.talk(l)
	case n < 11:
		w.command(l)
	case n < 12:
		l.unplug()
	case n < 13:
		l.line.lose.Store(1)
	case n < 14:
		l.start() // killed
	case n < 15:
		w.reorganise()
	default:
		w.sync(l)
	}
}

func (w *walker) sync(l *laptop) {
	if w.rnd.IntN(3) > 0 {
		l.plug()
	}
	if _, err := l.y.Once(w.t.Context()); err != nil && fault.CodeOf(err) != fault.Offline {
		w.t.Fatalf("%s: %v", l.login, err)
	}
	if l.Book == nil {
		l.open()
	}
}

// some gives one of the customers that a laptop holds in a view.
func (w *walker) some(l *laptop, q book.Query) (book.Row, bool) {
	q.Kind = "customer"
	ids, err := l.IDs(q)
	w.o.must(err)
	if len(ids) == 0 {
		return book.Row{}, false
	}
	return l.row("customer", ids[w.rnd.IntN(len(ids))]), true
}

// allowed passes over what the laptop itself refuses.
func (w *walker) allowed(err error) bool {
	switch fault.CodeOf(err) {
	case "":
		return true
	case fault.NoRight, fault.CoolDown, fault.NewInPool, fault.UserDisabled, fault.PoolNotMember, fault.ClaimNoRight, fault.AlreadyHeld, fault.AlreadySent, fault.NotFound:
		return false
	}
	w.t.Fatal(err)
	return false
}

func (w *walker) edit(l *laptop) {
	c, ok := w.some(l, book.Query{View: book.ViewAll})
	if !ok {
		return
	}
	switch w.rnd.IntN(5) {
	case 0:
		w.allowed(l.Set("customer", c.ID, schema.Values{"mobile": fmt.Sprintf("139%08d", w.rnd.IntN(1e6))}))
	case 1:
		w.allowed(l.Set("customer", c.ID, schema.Values{"tags": []string{"甲", "乙", "丙", "丁"}[:w.rnd.IntN(5)], "level": []any{"a", "b", nil}[w.rnd.IntN(3)]}))
	case 2:
		_, err := l.Create("task", c.ID, schema.Values{"title": "任务", "due_at": w.o.now.Load()})
		w.allowed(err)
	case 3:
		tasks, err := l.Children("task", c.ID)
		w.o.must(err)
		if len(tasks) > 0 {
			w.allowed(l.Set("task", tasks[0].ID, schema.Values{"status": "done"}))
		}
	case 4:
		entries, err := l.Outbox()
		w.o.must(err)
		if len(entries) > 0 {
			e := entries[w.rnd.IntN(len(entries))]
			if w.allowed(l.Undo(e.ID)) { // with a customer everything below it goes
				w.forget(l, e.Mutation)
			}
		}
	}
}

// forget takes back the follow-ups that an undo took back.
func (w *walker) forget(l *laptop, m change.Mutation) {
	delete(w.visits, m.Record)
	if m.Op != change.Create || m.Kind != "customer" {
		return
	}
	for visit, root := range w.visits {
		if root == m.Record {
			delete(w.visits, visit)
		}
	}
}

func (w *walker) talk(l *laptop) {
	c, ok := w.some(l, book.Query{View: book.ViewMine})
	if !ok {
		return
	}
	// The clocks of the laptops are wrong by up to two hours; the server corrects them by what it measures.
	id, err := l.FollowUp(book.FollowUp{Customer: c.ID, Method: "visit", Content: "谈", NextAt: w.o.clock().Add(48 * time.Hour)})
	if w.allowed(err) {
		w.visits[id] = c.ID
	}
}

func (w *walker) command(l *laptop) {
	switch w.rnd.IntN(4) {
	case 0:
		if c, ok := w.some(l, book.Query{View: book.ViewMine}); ok {
			_, err := l.Ask(change.Release, c.ID, released)
			w.allowed(err)
		}
	case 1:
		if c, ok := w.some(l, book.Query{View: book.ViewBelow}); ok {
			_, err := l.Ask(change.Transfer, c.ID, map[string]string{"to": w.o.users[[]string{"zhang", "wang", "chen", "zhao"}[w.rnd.IntN(4)]]})
			w.allowed(err)
		}
	default:
		if c, ok := w.some(l, book.Query{Pool: crm.PoolDefault}); ok {
			_, err := l.Ask(change.Claim, c.ID, map[string]string{"pool": c.Pool})
			w.allowed(err)
		}
	}
}

// reorganise moves people and changes what pools show.
func (w *walker) reorganise() {
	switch w.rnd.IntN(4) {
	case 0:
		w.o.put("user", w.o.users["zhao"], schema.Values{"department": []string{w.o.east, crm.DepartmentTop}[w.rnd.IntN(2)]})
	case 1:
		w.o.put("user", w.o.users["li"], schema.Values{"roles": []string{[]string{crm.RoleManager, crm.RoleSales}[w.rnd.IntN(2)]}})
	case 2:
		w.o.put("pool", crm.PoolDefault, schema.Values{"masked_fields": []string{[]string{"mobile", "email"}[w.rnd.IntN(2)]}})
	case 3:
		w.o.put("rule", crm.RuleDefault, schema.Values{"days": int64(20 + w.rnd.IntN(20))})
	}
}

// nothingLost looks for every follow-up that was saved: on the server, or in the tray of whoever typed it.
func (w *walker) nothingLost() {
	refused := map[string]bool{}
	for _, l := range w.laptops {
		for _, item := range l.tray() {
			refused[item.Mutation.Record] = true
		}
	}
	for id := range w.visits {
		if w.o.record("followup", id).ID == "" && !refused[id] {
			w.t.Errorf("follow-up %s is neither on the server nor in a tray", id)
		}
	}
	if len(w.visits) == 0 {
		w.t.Error("nobody visited anybody: the walk proves nothing")
	}
}
