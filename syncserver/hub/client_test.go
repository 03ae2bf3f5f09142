package hub

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// client is the simplest laptop there can be: it does what the frames say and nothing else.
type client struct {
	w       *world
	by      Identity
	cursor  string
	state   replica
	results map[string]change.Result
	leaves  map[string]wire.Leave
	frames  []wire.Frame    // of the last pull
	raw     []string        // every line ever received
	ever    map[string]bool // roots that the user could see at some commit; nil when nobody keeps count
	pages   int

	protocol int               // 0: the newest
	ask      []wire.Span       // to be repaired by the next pull
	spans    []wire.Span       // of the answer
	named    map[[2]string]int // root and scope → how many spans had been told of when it was named
}

// replica is what a laptop holds.
type replica struct {
	scopes map[string]wire.Grant
	in     map[string]map[string]bool // root → scopes
	rows   map[store.Key]held
}

type held struct {
	root   string
	seq    int64
	masked []string
	body   string
}

func emptyReplica() replica {
	return replica{scopes: map[string]wire.Grant{}, in: map[string]map[string]bool{}, rows: map[store.Key]held{}}
}

func (r replica) clone() replica {
	c := replica{scopes: maps.Clone(r.scopes), in: map[string]map[string]bool{}, rows: maps.Clone(r.rows)}
	for root, scopes := range r.in {
		c.in[root] = maps.Clone(scopes)
	}
	return c
}

func (w *world) client(user string) *client {
	return &client{w: w, by: w.device(user), state: emptyReplica(), results: map[string]change.Result{}, leaves: map[string]wire.Leave{}, named: map[[2]string]int{}}
}

// pull takes a whole answer in pages of limit rows; between, if given, runs after every page but the last.
func (c *client) pull(limit int, between func()) {
	c.w.t.Helper()
	staged, token := c.state.clone(), ""
	c.frames, c.spans, c.named = nil, nil, map[[2]string]int{}
	in := wire.Pull{Protocol: wire.Protocol, Cursor: c.cursor, Limit: limit, Repair: c.ask}
	if c.protocol != 0 {
		in.Protocol = c.protocol
	}
	for {
		in.Token = token
		end := c.page(&staged, in)
		if end == nil { // the server was restored, or this laptop was away for too long: it begins anew
			c.cursor, c.state, c.results, c.ask = "", emptyReplica(), map[string]change.Result{}, nil
			c.pull(limit, between)
			return
		}
		c.pages++
		if !end.More {
			c.clear(&staged)
			c.ask = nil
			c.check(staged, end.Scopes)
			c.cursor, c.state = end.Cursor, staged
			return
		}
		token = end.Token
		if between != nil {
			between()
		}
	}
}

func (c *client) page(r *replica, in wire.Pull) *wire.End {
	c.w.t.Helper()
	body := wire.NewWriter()
	err := c.w.h.Pull(c.w.ctx(), c.by, in, body)
	if fault.CodeOf(err) == fault.EpochChanged && in.Cursor+in.Token != "" {
		return nil
	}
	c.w.must(err)
	data, _, err := body.Close()
	c.w.must(err)
	lines, err := wire.NewReader(data, wire.MaxPageBytes)
	c.w.must(err)
	defer lines.Close()
	root, rows := "", 0
	for {
		var raw json.RawMessage
		if err := lines.Next(&raw); errors.Is(err, io.EOF) {
			c.w.t.Fatal("a page without an end")
		} else if err != nil {
			c.w.t.Fatal(err)
		}
		c.raw = append(c.raw, string(raw))
		var f wire.Frame
		c.w.must(json.Unmarshal(raw, &f))
		c.frames = append(c.frames, f)
		switch {
		case f.Drop != nil:
			c.drop(r, f.Drop.Scope)
		case f.Grant != nil:
			r.scopes[f.Grant.Scope] = *f.Grant
		case f.Span != nil:
			if _, ok := r.scopes[f.Span.Scope]; !ok || in.Protocol < 2 {
				c.w.t.Errorf("%s of protocol %d: a span that is not for him: %+v", c.by.User, in.Protocol, f.Span)
			}
			c.spans = append(c.spans, *f.Span)
		case f.Root != nil:
			root = f.Root.ID
			c.root(r, *f.Root)
		case f.Row != nil:
			rows++
			c.row(r, root, *f.Row)
		case f.Result != nil:
			c.results[f.Result.ID] = *f.Result
		case f.End != nil:
			if limit := in.Limit; limit > 0 && rows > limit && strings.Count(fmt.Sprint(roots(c.frames)), " ") > 0 && !single(c.frames) {
				c.w.t.Errorf("%d rows on a page of %d", rows, limit)
			}
			return f.End
		}
	}
}

// single tells whether the last page of the frames holds one root alone.
func single(frames []wire.Frame) bool {
	n := 0
	for i := len(frames) - 2; i >= 0 && frames[i].End == nil; i-- {
		if frames[i].Root != nil {
			n++
		}
	}
	return n <= 1
}

func roots(frames []wire.Frame) (list []string) {
	for _, f := range frames {
		if f.Root != nil {
			list = append(list, f.Root.ID)
		}
	}
	return list
}

func (c *client) drop(r *replica, scope string) {
	if _, ok := r.scopes[scope]; !ok {
		c.w.t.Errorf("%s: a scope is dropped that was not held: %s", c.by.User, scope)
	}
	delete(r.scopes, scope)
	for root, in := range r.in {
		if in[scope] {
			delete(in, scope)
			c.forget(r, root)
		}
	}
}

// clear takes out of the scopes what the answer told whole and did not name.
func (c *client) clear(r *replica) {
	for i, span := range c.spans {
		for root, in := range r.in {
			if in[span.Scope] && root >= span.From && (span.To == "" || root < span.To) && c.named[[2]string{root, span.Scope}] <= i {
				delete(in, span.Scope)
				c.forget(r, root)
			}
		}
	}
}

// forget removes a root that is in no scope any more.
func (c *client) forget(r *replica, root string) {
	if len(r.in[root]) > 0 {
		return
	}
	delete(r.in, root)
	maps.DeleteFunc(r.rows, func(_ store.Key, h held) bool { return h.root == root })
}

func (c *client) root(r *replica, f wire.Root) {
	if c.ever != nil && !c.ever[f.ID] {
		c.w.t.Errorf("%s hears of %s, which he never could see: %+v", c.w.name(c.by.User), f.ID, f)
	}
	if r.in[f.ID] == nil {
		r.in[f.ID] = map[string]bool{}
	}
	for _, s := range f.In {
		if _, ok := r.scopes[s]; !ok {
			c.w.t.Errorf("root %s joins scope %s, which is not held", f.ID, s)
		}
		r.in[f.ID][s] = true
		c.named[[2]string{f.ID, s}] = len(c.spans)
	}
	for _, s := range f.Out {
		delete(r.in[f.ID], s)
	}
	if f.Leave != nil {
		c.leaves[f.ID] = *f.Leave
	}
	if f.Join {
		maps.DeleteFunc(r.rows, func(_ store.Key, h held) bool { return h.root == f.ID })
	}
	c.forget(r, f.ID)
}

func (c *client) row(r *replica, root string, row wire.Row) {
	if r.in[root] == nil {
		c.w.t.Errorf("a row of %s, which is in no scope", root)
	}
	key := store.Key{Kind: row.Kind, ID: row.ID}
	if row.Deleted {
		delete(r.rows, key)
		return
	}
	body, err := json.Marshal(row.Body)
	c.w.must(err)
	r.rows[key] = held{root: root, seq: row.Seq, masked: row.Masked, body: string(body)}
}

// check compares counts and digests with what the replica adds up from its own rows.
func (c *client) check(r replica, sums []wire.ScopeSum) {
	c.w.t.Helper()
	for _, s := range sums {
		if _, ok := r.scopes[s.Scope]; !ok {
			c.w.t.Errorf("%s: the sum of a scope that is not held: %s", c.by.User, s.Scope)
		}
		var count int64
		var sum wire.Sum
		for key, h := range r.rows {
			if r.in[h.root][s.Scope] {
				count++
				sum = sum.Add(wire.RowSum(key.Kind, key.ID, h.seq))
			}
		}
		if count != s.Count || sum != s.Sum {
			c.w.t.Errorf("%s: scope %s has %d rows (%s), the server says %d (%s)", c.by.User, s.Scope, count, sum, s.Count, s.Sum)
		}
	}
}

// mustEqual compares the replica with what the user may see, worked out from the records alone.
func (c *client) mustEqual() {
	c.w.t.Helper()
	want := c.w.visible(c.by.User)
	for key, h := range want {
		got, ok := c.state.rows[key]
		switch {
		case !ok:
			c.w.t.Errorf("%s misses %v: %s", c.w.name(c.by.User), key, h.body)
		case got.body != h.body || got.seq != h.seq || got.root != h.root || !slices.Equal(got.masked, h.masked):
			c.w.t.Errorf("%s has another %v:\n got  %+v\n want %+v", c.w.name(c.by.User), key, got, h)
		}
	}
	for key, h := range c.state.rows {
		if _, ok := want[key]; !ok {
			c.w.t.Errorf("%s holds %v which he may not see: %s", c.w.name(c.by.User), key, h.body)
		}
	}
	if c.w.t.Failed() {
		c.w.t.FailNow()
	}
}

func (w *world) name(user string) string { return w.record("user", user).Text("login") }

// visible is everything a user may see now, by the function that decides one record, asked for every record there is.
// It knows nothing of feeds, scopes' sums or sights.
func (w *world) visible(user string) map[store.Key]held {
	w.t.Helper()
	p := w.picture()
	out := map[store.Key]held{}
	for _, k := range crm.Kinds() {
		for _, r := range p.all[k.Name] {
			shown, ok := w.shows(p, user, k, r)
			if !ok {
				continue
			}
			body, err := json.Marshal(shown.Values)
			w.must(err)
			out[store.Key{Kind: k.Name, ID: r.ID}] = held{root: r.Root, seq: r.Seq, masked: shown.Masked, body: string(body)}
		}
	}
	return out
}

// snapshot is all live records as of one commit.
type snapshot struct {
	head int64
	all  map[string][]schema.Record // by kind, in the order of their ids
	by   map[store.Key]schema.Record
	org  *access.Org
}

// picture reads all records, past the store's own code. To read again what did not change would be most of the work of a
// long test, so the picture of before is brought up to date.
func (w *world) picture() snapshot {
	w.t.Helper()
	p := &w.drawn
	if w.db == nil {
		w.db = postgrestest.Look(w.t, w.path)
		p.all, p.by = map[string][]schema.Record{}, map[store.Key]schema.Record{}
	}
	rows, err := w.db.QueryContext(w.ctx(), `SELECT kind, id, root, seq, deleted, body FROM record WHERE seq > $1`, p.head)
	w.must(err)
	defer func() { w.must(rows.Close()) }()
	changed := map[string]bool{}
	for rows.Next() {
		var r schema.Record
		var body string
		w.must(rows.Scan(&r.Kind, &r.ID, &r.Root, &r.Seq, &r.Deleted, &body))
		w.must(json.Unmarshal([]byte(body), &r.Values))
		p.by[store.Key{Kind: r.Kind, ID: r.ID}] = r
		changed[r.Kind], p.head = true, max(p.head, r.Seq)
	}
	w.must(rows.Err())
	for kind := range changed {
		p.all[kind] = nil
	}
	for key, r := range p.by {
		switch {
		case r.Deleted:
			delete(p.by, key)
		case changed[key.Kind]:
			p.all[key.Kind] = append(p.all[key.Kind], r)
		}
	}
	for kind := range changed {
		slices.SortFunc(p.all[kind], func(a, b schema.Record) int { return strings.Compare(a.ID, b.ID) })
	}
	if p.org == nil || changed["user"] || changed["department"] || changed["role"] || changed["pool"] {
		p.org = access.NewOrg(p.all["user"], p.all["department"], p.all["role"], p.all["pool"])
	}
	return *p
}

// shows decides about one record, and what is shown of it.
func (w *world) shows(p snapshot, user string, k *schema.Kind, r schema.Record) (schema.Record, bool) {
	org, by := p.org, p.by
	var holding *schema.Record
	if customer, ok := by[store.Key{Kind: "customer", ID: r.Root}]; ok || k.Parent == "customer" && !k.Alone || k.Name == "task" && r.Root != r.ID {
		h, held := by[store.Key{Kind: "holding", ID: r.Root}]
		if !held || customer.ID == "" {
			return r, false // its customer is deleted
		}
		holding = &h
	}
	if k.Name == "conflict" {
		about := by[store.Key{Kind: r.Text("kind"), ID: r.Text("record")}]
		if about.ID == "" { // of a record that is deleted: read it as it is
			about = w.record(r.Text("kind"), r.Text("record"))
		}
		var h *schema.Record
		if x := w.record("holding", about.Root); x.Values != nil && (r.Text("kind") != "task" || about.Root != about.ID) {
			h = &x
		}
		s := access.SubjectOf(crm.ByName(r.Text("kind")), about, h)
		return r, (r.Text("editor") == user || r.Text("holder") == user) && s.Pool == "" && org.Can(user, access.See, s)
	}
	s := access.SubjectOf(k, r, holding)
	if !org.Can(user, access.See, s) {
		return r, false
	}
	if s.Pool == "" || org.IsPoolAdmin(user, s.Pool) || org.Reach(user, access.See, "customer").All {
		return r, true
	}
	place, _ := org.Pool(s.Pool)
	return access.Project(k, r, place.Set("masked_fields"), place.Set("hidden_fields")), true
}

// TestFirstSyncIsWhatOneMaySee: the first sync of people with different rights equals what they may see, with pages of
// any size (I3, I6).
func TestFirstSyncIsWhatOneMaySee(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.device(c.zhang)
	for i := range 7 {
		id := w.customer(zhang, fmt.Sprintf("客户%d", i), Values{"mobile": fmt.Sprintf("1380000000%d", i), "remark": "只有自己看"})
		w.push(zhang, w.followup(zhang, id, "phone", monday), w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"}))
		if i%3 == 0 {
			w.release(zhang, id)
		}
	}
	for _, user := range []string{w.admin, c.manager, c.zhang, c.wang, c.reader} {
		for _, limit := range []int{0, 1, 3} {
			cl := w.client(user)
			cl.pull(limit, nil)
			cl.mustEqual()
		}
	}
}

// company is a small organisation: a manager over two people in one department, a reader and a person in another.
type company struct{ sales, other, manager, zhang, wang, reader, far string }

func (w *world) company() company {
	w.t.Helper()
	var c company
	c.sales, c.other = w.department("销售一部", crm.DepartmentTop), w.department("销售二部", crm.DepartmentTop)
	c.manager = w.user("manager", c.sales, crm.RoleManager)
	c.zhang, c.wang = w.user("zhang", c.sales, crm.RoleSales), w.user("wang", c.sales, crm.RoleSales)
	c.reader = w.user("reader", c.sales, crm.RoleReadOnly)
	c.far = w.user("far", c.other, crm.RoleSales)
	w.put("pool", crm.PoolDefault, Values{"cooldown_days": nil, "daily_limit": nil})
	return c
}
