package hub

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/store"
)

// TestRandomHistories: whatever people, laptops, administrators and the schedule do, in whatever order, also between the
// pages of a pull: after each pull the laptop holds exactly what its user may see, field by field, and what it adds up
// from its own rows is what the server adds up (SYNC-11, I3, I4, I6, I8). YUZHOU_SEED repeats one history, YUZHOU_STEPS makes
// them longer.
func TestRandomHistories(t *testing.T) {
	steps, seeds := 80, []uint64{1, 2}
	if n, err := strconv.Atoi(os.Getenv("YUZHOU_STEPS")); err == nil {
		steps = n
	}
	if n, err := strconv.ParseUint(os.Getenv("YUZHOU_SEED"), 10, 64); err == nil {
		seeds = []uint64{n}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, seed)
			for range steps {
				h.step()
			}
			for _, c := range h.clients {
				h.pull(c, false)
			}
			h.invariants()
		})
	}
}

// history is a random life of a company.
type history struct {
	*world
	r           *rand.Rand
	departments []string
	users       []string
	clients     []*client
	pools       []string
	methods     []string
	outcomes    map[change.Outcome]int
	witnessed   int64 // the commit up to which it is noted who saw what
}

func newHistory(t testing.TB, seed uint64) *history {
	h := &history{world: newWorld(t), r: rand.New(rand.NewPCG(seed, 7)), outcomes: map[change.Outcome]int{}}
	h.departments = []string{crm.DepartmentTop, h.department("一部", crm.DepartmentTop), h.department("二部", crm.DepartmentTop)}
	h.departments = append(h.departments, h.department("一组", h.departments[1]))
	h.users = []string{h.admin}
	roles := []string{crm.RoleManager, crm.RoleSales, crm.RoleSales, crm.RoleSales, crm.RoleReadOnly, crm.RoleManager}
	for i, role := range roles {
		h.users = append(h.users, h.user(fmt.Sprintf("u%d", i), h.departments[1+i%3], role))
	}
	second := h.put("pool", "", Values{
		"name": "二部公海", "mode": "claimable", "departments": []string{h.departments[2]}, "admins": []string{h.users[1]},
		"hidden_fields": []string{"mobile"}, "masked_fields": []string{"name", "email"}, "order": int64(2),
	})
	h.pools = []string{crm.PoolDefault, second.ID}
	h.put("pool", crm.PoolDefault, Values{"cooldown_days": int64(1), "daily_limit": int64(4)})
	for _, u := range h.users {
		h.clients = append(h.clients, h.client(u))
	}
	h.clients = append(h.clients, h.client(h.users[2])) // somebody with two laptops
	for i := range h.clients {
		h.clients[i].protocol = i % 3 % 2 // every third speaks the first protocol still
	}
	ever := map[string]map[string]bool{}
	for _, c := range h.clients {
		if ever[c.by.User] == nil {
			ever[c.by.User] = map[string]bool{}
		}
		c.ever = ever[c.by.User]
	}
	h.witness()
	h.methods = []string{"phone", "visit", "sms"}
	return h
}

// witness notes, after each commit, which roots everybody can see: what nobody could ever see must never be mentioned
// to him. Commits that change nobody's sight need no witness.
func (h *history) witness() {
	p := h.picture()
	fresh, everything := map[string]bool{}, false
	for key, r := range p.by {
		if r.Seq > h.witnessed {
			fresh[r.Root] = true
			everything = everything || key.Kind == "user" || key.Kind == "department" || key.Kind == "role" || key.Kind == "pool"
		}
	}
	h.witnessed = p.head
	for _, c := range h.clients {
		for _, k := range crm.Kinds() {
			for _, r := range p.all[k.Name] {
				// Who sees a conflict depends on another root.
				if r.ID != r.Root || c.ever[r.ID] || k.Name == "holding" || !everything && !fresh[r.Root] && k.Name != "conflict" {
					continue
				}
				if _, ok := h.shows(p, c.by.User, k, r); ok {
					c.ever[r.ID] = true
				}
			}
		}
	}
}

func oneOf[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func (h *history) step() {
	switch n := h.r.IntN(100); {
	case n < 50:
		h.laptop()
	case n < 72:
		h.pull(oneOf(h.r, h.clients), true)
	case n < 84:
		h.organise()
	case n < 88:
		h.pass(time.Duration(h.r.IntN(36)) * time.Hour)
	case n < 90:
		h.pass(31 * 24 * time.Hour)
		h.reclaim()
	case n < 93:
		h.reclaim()
	case n < 94:
		h.live(91) // laptops that pull after that come from beyond the horizon
	default:
		h.blind()
	}
}

// pull has a laptop pull with pages of any size, things happening between them, and holds it against the records.
func (h *history) pull(c *client, busy bool) {
	h.t.Helper()
	if h.record("user", c.by.User).Flag("disabled") {
		return
	}
	if h.r.IntN(12) == 0 {
		c.cursor, c.state = "", emptyReplica() // a new laptop
	}
	if c.protocol == 0 && c.cursor != "" && h.r.IntN(6) == 0 {
		c.pull(0, nil)
		c.corrupt(h.r.IntN)
		c.repair()
	}
	limit := []int{0, 1, 2, 5, 17}[h.r.IntN(5)]
	if c.cursor == "" {
		limit += 5
	}
	pages := 0
	c.pull(limit, func() {
		if pages++; !busy || pages > 12 {
			return
		}
		for range h.r.IntN(3) {
			if h.r.IntN(4) == 0 {
				h.organiseFor(c.by.User)
			} else {
				h.laptop()
			}
		}
	})
	c.mustEqual()
}

// laptop has somebody do something with what his laptop shows, which may be old.
func (h *history) laptop() {
	c := oneOf(h.r, h.clients)
	if h.record("user", c.by.User).Flag("disabled") {
		return
	}
	var mutations []Mutation
	for range 1 + h.r.IntN(4) {
		if m, ok := h.mutation(c); ok {
			mutations = append(mutations, m)
		}
	}
	if h.r.IntN(6) == 0 && len(mutations) > 0 {
		mutations = append(mutations, mutations[0]) // sent twice
	}
	results := h.push(c.by, mutations...)
	h.witness()
	for i, r := range results {
		h.outcomes[r.Outcome]++
		for j := range i {
			if mutations[i].ID == mutations[j].ID && (r.Outcome != results[j].Outcome || r.Seq != results[j].Seq) {
				h.t.Errorf("the same mutation has two results: %+v and %+v", results[j], r)
			}
		}
	}
}

// shown lists the laptop's records of a kind.
func (c *client) shown(kind string) (list []schema.Record) {
	keys := slices.SortedFunc(maps.Keys(c.state.rows), func(a, b store.Key) int {
		if a.Kind+a.ID < b.Kind+b.ID {
			return -1
		}
		return 1
	})
	for _, key := range keys {
		if key.Kind != kind {
			continue
		}
		held := c.state.rows[key]
		r := schema.Record{Kind: kind, ID: key.ID, Root: held.root, Seq: held.seq}
		c.w.must(json.Unmarshal([]byte(held.body), &r.Values))
		list = append(list, r)
	}
	return list
}

func (h *history) mutation(c *client) (Mutation, bool) {
	customers := c.shown("customer")
	if len(customers) == 0 || h.r.IntN(5) == 0 {
		id := h.id()
		return h.world.mutation(change.Create, "customer", id, id, Values{
			"name": "客户" + id[len(id)-4:], "mobile": fmt.Sprintf("13%09d", h.made), "email": "a@b.cn", "remark": "甲\n乙\n丙", "tags": []string{"a"},
		}), true
	}
	customer := oneOf(h.r, customers)
	switch n := h.r.IntN(20); {
	case n < 2:
		return h.world.mutation(change.Create, "contact", h.id(), customer.ID, Values{"name": "陈", "mobile": "13912345678"}), true
	case n < 5:
		at := time.UnixMilli(h.now.Load()).Add(-time.Duration(h.r.IntN(100)) * time.Hour)
		return h.followup(c.by, customer.ID, oneOf(h.r, h.methods), at), true
	case n < 7:
		id, root := h.id(), customer.ID
		if h.r.IntN(2) == 0 {
			root = id
		}
		return h.world.mutation(change.Create, "task", id, root, Values{
			"title": "回访", "list": "inbox", "status": "open", "priority": "low", "executor": oneOf(h.r, h.users),
			"participants": schema.NewSet(oneOf(h.r, h.users)),
		}), true
	case n < 13:
		return h.change(c)
	case n < 15:
		return h.remove(c)
	}
	return h.command(c, customer), true
}

// change edits something the laptop shows, on the base that it shows.
func (h *history) change(c *client) (Mutation, bool) {
	kind := oneOf(h.r, []string{"customer", "customer", "contact", "task", "conflict", "notice"})
	list := c.shown(kind)
	if len(list) == 0 {
		return Mutation{}, false
	}
	r := oneOf(h.r, list)
	field, value := "", any(nil)
	switch kind {
	case "customer":
		field = oneOf(h.r, []string{"remark", "mobile", "tags", "level", "future_field"})
		value = map[string]any{
			"remark": r.Text("remark") + "\n" + h.id(), "mobile": fmt.Sprintf("15%09d", h.r.IntN(1e9)), "tags": []string{"a", h.id()},
			"level": oneOf(h.r, []string{"a", "b", "c"}), "future_field": h.id(),
		}[field]
	case "contact":
		field, value = "position", h.id()
	case "task":
		field, value = "executor", oneOf(h.r, h.users)
	case "conflict":
		field, value = "state", "mine"
	case "notice":
		field, value = "read_at", h.now.Load()
	}
	m := h.edit(kind, r.ID, r.Root, field, r.Values[field], value)
	m.Seen = r.Seq
	return m.Sealed(), true
}

func (h *history) remove(c *client) (Mutation, bool) {
	kind := oneOf(h.r, []string{"customer", "contact", "task"})
	list := c.shown(kind)
	if len(list) == 0 {
		return Mutation{}, false
	}
	r := oneOf(h.r, list)
	m := h.world.mutation(oneOf(h.r, []change.Op{change.Delete, change.Delete, change.Restore}), kind, r.ID, r.Root, nil)
	m.Seen = r.Seq
	return m.Sealed(), true
}

func (h *history) command(c *client, customer schema.Record) Mutation {
	command := oneOf(h.r, []string{Claim, Claim, Claim, Release, Release, Transfer, Assign, Deal})
	return h.ask(command, customer.ID, map[string]string{
		"pool": oneOf(h.r, append([]string{""}, h.pools...)), "reason": "other", "to": oneOf(h.r, h.users), "dealt": fmt.Sprint(h.r.IntN(2) == 0),
	})
}

// blind has somebody send changes about any record there is, whether he ever saw it or not.
func (h *history) blind() {
	c := oneOf(h.r, h.clients)
	if h.record("user", c.by.User).Flag("disabled") {
		return
	}
	customers := h.all("customer")
	if len(customers) == 0 {
		return
	}
	target := oneOf(h.r, customers)
	for _, m := range []Mutation{
		h.edit("customer", target.ID, target.ID, "remark", "x", "y"),
		h.world.mutation(change.Create, "contact", h.id(), target.ID, Values{"name": "陌生人"}),
		h.world.mutation(change.Delete, "customer", target.ID, target.ID, nil),
		h.command(c, target),
		h.edit("holding", target.ID, target.ID, "owner", nil, c.by.User),
	} {
		h.outcomes[h.one(c.by, m).Outcome]++
		h.witness()
	}
}

// organise changes people, roles and pools. A refusal is fine: the rules of the organisation hold too.
func (h *history) organise() { h.organiseFor(oneOf(h.r, h.users[1:])) }

func (h *history) organiseFor(user string) {
	if user == h.admin {
		return
	}
	kind, id, v := "user", user, Values{}
	switch h.r.IntN(9) {
	case 0:
		v = Values{"department": oneOf(h.r, h.departments)}
	case 1:
		v = Values{"roles": []string{oneOf(h.r, []string{crm.RoleManager, crm.RoleSales, crm.RoleReadOnly, crm.RoleAdmin})}}
	case 2:
		v = Values{"superior": oneOf(h.r, h.users)}
	case 3:
		// Not the one whose pull is under way: he would be refused, which another test shows.
		kind, id, v = "department", oneOf(h.r, h.departments), Values{"head": oneOf(h.r, h.users)}
	case 4:
		kind, id = "pool", oneOf(h.r, h.pools)
		v = Values{"masked_fields": schema.NewSet(oneOf(h.r, []string{"mobile", "email", "remark"})), "hidden_fields": schema.NewSet(oneOf(h.r, []string{"tags", "level"}))}
	case 5:
		kind, id, v = "pool", oneOf(h.r, h.pools), Values{"admins": schema.NewSet(oneOf(h.r, h.users))}
	case 6:
		kind, id, v = "pool", oneOf(h.r, h.pools), Values{"departments": schema.NewSet(oneOf(h.r, h.departments), oneOf(h.r, h.departments))}
	case 7:
		kind, id, v = "pool", oneOf(h.r, h.pools), Values{"mode": oneOf(h.r, []string{"claimable", "assign_only", "admins_only"})}
	case 8:
		other := oneOf(h.r, h.users[1:])
		if other == user {
			return
		}
		id, v = other, Values{"disabled": h.r.IntN(3) == 0}
	}
	_, err := h.h.Put(h.ctx(), System, kind, id, v)
	if err != nil && !isFault(err) {
		h.t.Fatal(err)
	}
	h.witness()
}

func (h *history) reclaim() {
	h.t.Helper()
	due, ok, err := h.h.DueRun(h.ctx())
	h.must(err)
	if !ok {
		return
	}
	if _, err := h.h.Reclaim(h.ctx(), due); err != nil {
		h.t.Fatal(err)
	}
	h.witness()
}

// invariants are what must hold of the records themselves, whatever happened.
func (h *history) invariants() {
	h.t.Helper()
	for _, r := range h.all("holding") {
		if (r.Text("owner") == "") == (r.Text("pool") == "") {
			h.t.Errorf("%s has owner %q and pool %q", r.ID, r.Text("owner"), r.Text("pool"))
		}
	}
	h.must(h.st.View(h.ctx(), func(v *store.View) error { return v.Audit(h.t.Errorf) }))
	if h.outcomes[change.Applied] == 0 || h.outcomes[change.Refused] == 0 {
		h.t.Errorf("the history is too tame: %v", h.outcomes)
	}
	h.t.Logf("%v", h.outcomes)
}
