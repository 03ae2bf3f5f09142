// Package sim runs a whole server and many laptops in one process: the only place where both sides are known. It holds
// tests alone. What it believes to be right it computes itself, from the records the server keeps and from the rights,
// never from what the engine of sync says of itself.
package sim

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"yuzhou/assets"
	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/api"
	"yuzhou/syncserver/hub"
	"yuzhou/syncserver/store"
)

const password = "correct horse battery"

// monday is when the tests begin: 10:00 in Shanghai.
var monday = time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)

// office is a company with a server on a real file and a clock that the test moves.
type office struct {
	t     testing.TB
	path  string
	st    *store.Store
	h     *hub.Hub
	url   string
	now   atomic.Int64 // Unix ms
	east  string       // a sales department
	users map[string]string
}

// open makes a company: the manager li heads the department of zhang, wang and chen; admin sees everything; outsider zhao
// sells in another department.
func openOffice(t testing.TB) *office {
	t.Helper()
	o := &office{t: t, users: map[string]string{}, path: filepath.Join(t.TempDir(), "server.db")}
	o.now.Store(monday.UnixMilli())
	var err error
	o.st, err = store.Open(t.Context(), o.path)
	o.must(err)
	o.h = hub.New(o.st, o.clock, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.h.Run(ctx) }()
	limits := api.DefaultLimits()
	limits.Rate, limits.Burst = 1e6, 1e6 // the clock stands still: nothing would ever be allowed again
	routes := api.New(api.Config{
		Hub: o.h, Clock: o.clock, Log: slog.New(slog.DiscardHandler), Version: "test", Limits: limits,
		Ready: func(context.Context) api.Readiness { return api.Readiness{Ready: true} },
	})
	web := httptest.NewServer(routes.Handler())
	o.url = web.URL
	t.Cleanup(func() {
		web.Close()
		stop()
		if err := errors.Join(<-ended, o.h.Close(), o.st.Close()); err != nil {
			t.Error(err)
		}
	})
	o.seed()
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) clock() time.Time     { return time.UnixMilli(o.now.Load()).UTC() }
func (o *office) pass(d time.Duration) { o.now.Add(d.Milliseconds()) }

func (o *office) put(kind, id string, v schema.Values) string {
	o.t.Helper()
	r, err := o.h.Put(o.t.Context(), hub.System, kind, id, v)
	o.must(err)
	return r.ID
}

func (o *office) seed() {
	presets, err := fs.Sub(assets.Files, "presets")
	o.must(err)
	records, err := crm.LoadPresets(presets)
	o.must(err)
	admin, err := o.h.Seed(o.t.Context(), hub.Setup{Company: "渔舟", Records: records, Login: "admin", Name: "管理员", Password: password})
	o.must(err)
	o.users["admin"] = admin.ID
	o.east = o.put("department", "", schema.Values{"name": "华东", "parent": crm.DepartmentTop})
	west := o.put("department", "", schema.Values{"name": "西南", "parent": crm.DepartmentTop})
	for _, u := range []struct{ login, department, role string }{
		{"li", o.east, crm.RoleManager}, {"zhang", o.east, crm.RoleSales}, {"wang", o.east, crm.RoleSales}, {"chen", o.east, crm.RoleSales}, {"zhao", west, crm.RoleSales},
	} {
		o.users[u.login] = o.put("user", "", schema.Values{"login": u.login, "name": u.login, "department": u.department, "roles": []string{u.role}})
	}
	o.passwords()
	o.put("department", o.east, schema.Values{"head": o.users["li"]})
	o.put("pool", crm.PoolDefault, schema.Values{"departments": []string{crm.DepartmentTop}, "masked_fields": []string{"mobile"}, "hidden_fields": []string{"remark"}, "daily_limit": int64(3), "cooldown_days": int64(0), "protect_hours": int64(0)})
}

// cheapHash is the hash of password at a cost that many logins in tests can afford; a hash says itself what it costs.
const cheapHash = "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$zXWWUNxFCSQ7dVrBawnnax5e3t0/8LduYi2KAH2VCy8"

// passwords gives everybody the same password.
func (o *office) passwords() {
	tx, err := o.st.Begin(o.clock())
	o.must(err)
	for _, user := range o.users {
		tx.SetPassword(user, cheapHash)
	}
	_, err = tx.Commit()
	o.must(err)
}

// record reads a record as the server keeps it.
func (o *office) record(kind, id string) (r schema.Record) {
	o.t.Helper()
	o.must(o.st.View(o.t.Context(), func(v *store.View) (err error) {
		r, _, err = v.Record(kind, id)
		return err
	}))
	return r
}

// line is the network of one laptop; a test breaks it.
type line struct {
	plugged atomic.Bool
	lose    atomic.Int32 // so many answers to pushes are lost after the server has handled them
	pulls   atomic.Int32 // with cutAt: the pull of this number is lost
	cutAt   atomic.Int32
}

var errUnplugged = errors.New("the line is dead")

// RoundTrip implements http.RoundTripper.
func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	if !l.plugged.Load() {
		return nil, errUnplugged
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	lost := req.URL.Path == "/api/v1/push" && l.lose.Add(-1) >= 0
	if req.URL.Path == "/api/v1/pull" && l.cutAt.Load() != 0 && l.pulls.Add(1) == l.cutAt.Load() {
		lost = true
	}
	if lost {
		return nil, errors.Join(errUnplugged, res.Body.Close())
	}
	return res, nil
}

// laptop is a person's machine.
type laptop struct {
	*book.Book
	o     *office
	t     testing.TB
	login string
	me    string
	dir   string
	line  *line
	r     *replica.Replica
	y     *syncer.Syncer
	skew  time.Duration
	rows  int
}

// laptop gives a person a machine, logs in and makes the first sync.
func (o *office) laptop(login string) *laptop {
	o.t.Helper()
	return o.machine(login, 0, 0)
}

func (o *office) machine(login string, skew time.Duration, rows int) *laptop {
	o.t.Helper()
	l := &laptop{o: o, t: o.t, login: login, me: o.users[login], dir: o.t.TempDir(), line: &line{}, skew: skew, rows: rows}
	l.line.plugged.Store(true)
	l.start()
	l.sync()
	return l
}

// start opens the replica as a program does at its start; what was open before is left as a killed program leaves it.
func (l *laptop) start() {
	l.t.Helper()
	r, err := replica.Open(l.dir, func() time.Time { return l.o.clock().Add(l.skew) })
	l.o.must(err)
	l.t.Cleanup(func() {
		if err := r.Close(); err != nil {
			l.t.Error(err)
		}
	})
	l.r = r
	account, err := r.Account()
	l.o.must(err)
	client := &http.Client{Transport: l.line}
	if account.Token == "" {
		_, err = syncer.SignIn(l.t.Context(), r, client, syncer.Credentials{Address: l.o.url, Login: l.login, Password: password, Device: l.login})
		l.o.must(err)
	}
	l.y, err = syncer.New(r, syncer.Options{Client: client, PageRows: l.rows})
	l.o.must(err)
	l.t.Cleanup(l.y.Close)
	l.open()
}

// open opens the book once there is one.
func (l *laptop) open() {
	l.t.Helper()
	b, err := book.Open(l.r, func() time.Time { return l.o.clock().Add(l.skew) })
	if errors.Is(err, book.ErrUnpublished) {
		return
	}
	l.o.must(err)
	l.t.Cleanup(b.Close)
	l.Book = b
}

// sync syncs, which must succeed.
func (l *laptop) sync() syncer.Report {
	l.t.Helper()
	report, err := l.y.Once(l.t.Context())
	if err != nil {
		l.t.Fatalf("%s: %v", l.login, err)
	}
	if l.Book == nil {
		l.open()
	}
	return report
}

// trySync syncs and expects the network to fail.
func (l *laptop) trySync() {
	l.t.Helper()
	if _, err := l.y.Once(l.t.Context()); fault.CodeOf(err) != fault.Offline {
		l.t.Fatalf("%s: a dead line gave %v", l.login, err)
	}
}

func (l *laptop) unplug() { l.line.plugged.Store(false) }
func (l *laptop) plug() {
	l.line.plugged.Store(true)
	l.line.lose.Store(0)
}

func (l *laptop) customer(name string, more schema.Values) string {
	l.t.Helper()
	v := schema.Values{"name": name}
	for field, value := range more {
		v[field] = value
	}
	id, err := l.Create("customer", "", v)
	l.o.must(err)
	return id
}

func (l *laptop) set(kind, id string, v schema.Values) {
	l.t.Helper()
	l.o.must(l.Set(kind, id, v))
}

func (l *laptop) ask(command, customer string, args map[string]string) string {
	l.t.Helper()
	id, err := l.Ask(command, customer, args)
	l.o.must(err)
	return id
}

func (l *laptop) talk(customer, text string) string {
	l.t.Helper()
	id, err := l.FollowUp(book.FollowUp{Customer: customer, Method: "visit", Content: text})
	l.o.must(err)
	return id
}

func (l *laptop) row(kind, id string) book.Row {
	l.t.Helper()
	row, ok, err := l.Get(kind, id)
	l.o.must(err)
	if !ok {
		l.t.Fatalf("%s: %s %s is not here", l.login, kind, id)
	}
	return row
}

func (l *laptop) blind(kind, id string) {
	l.t.Helper()
	if _, ok, err := l.Get(kind, id); ok || err != nil {
		l.t.Fatalf("%s still sees %s %s (%v)", l.login, kind, id, err)
	}
}

func (l *laptop) tray() []book.TrayItem {
	l.t.Helper()
	items, err := l.Tray()
	l.o.must(err)
	return items
}

func (l *laptop) unsent() int {
	l.t.Helper()
	entries, err := l.Outbox()
	l.o.must(err)
	return len(entries)
}

// settle syncs laptops until nobody has anything to send and everybody is at the head.
func settle(laptops ...*laptop) {
	for range 3 {
		for _, l := range laptops {
			l.plug()
			l.sync()
		}
	}
}

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// visible lists what a user may see, row by row, by asking the right for every single record the server has.
func (o *office) visible(user string) map[string]schema.Record {
	o.t.Helper()
	all := map[string][]schema.Record{}
	o.must(o.st.View(o.t.Context(), func(v *store.View) error {
		for _, k := range crm.Kinds() {
			list, err := v.All(k.Name)
			if err != nil {
				return err
			}
			all[k.Name] = list
		}
		return nil
	}))
	org := access.NewOrg(all["user"], all["department"], all["role"], all["pool"])
	holdings := map[string]schema.Record{}
	for _, h := range all["holding"] {
		holdings[h.ID] = h
	}
	out := map[string]schema.Record{}
	for _, k := range crm.Kinds() {
		for _, r := range all[k.Name] {
			if r.Deleted {
				continue
			}
			if seen, ok := see(org, user, k, r, holdings); ok {
				out[k.Name+" "+r.ID] = seen
			}
		}
	}
	return out
}

// see decides about one record, without sets and streams.
func see(org *access.Org, user string, k *schema.Kind, r schema.Record, holdings map[string]schema.Record) (schema.Record, bool) {
	h, held := holdings[r.Root]
	if k.Name != "customer" && (k.Parent == "" || k.Alone && r.Root == r.ID) {
		if k.Audience.Everybody {
			return r, true
		}
		if h, about := holdings[r.Text("root")]; k.Name == "conflict" && about && // it shows a value of the customer
			(h.Has("pool") || !org.Can(user, access.See, access.Subject{Kind: "customer", Owner: h.Text("owner")})) {
			return r, false
		}
		for _, field := range k.Audience.Users {
			if r.Text(field) == user || slices.Contains(r.Set(field), user) {
				return r, true
			}
		}
		return r, false
	}
	if !held || !org.Can(user, access.See, access.Subject{Kind: "customer", Owner: h.Text("owner"), Pool: h.Text("pool")}) {
		return r, false
	}
	pool := h.Text("pool")
	if pool == "" {
		return r, true
	}
	if !k.Face {
		return r, false
	}
	p, _ := org.Pool(pool)
	all := org.Reach(user, access.See, "customer").All
	if k.Name == "customer" && !org.IsPoolAdmin(user, pool) && !all {
		r.Values = copied(r.Values)
		for _, field := range p.Set("hidden_fields") {
			delete(r.Values, field)
		}
		for _, field := range p.Set("masked_fields") {
			if f, known := k.Field(field); known && r.Has(field) {
				r.Values[field] = f.Type.Mask(r.Values[field])
			}
		}
	}
	return r, true
}

func copied(v schema.Values) schema.Values {
	c := schema.Values{}
	for name, value := range v {
		c[name] = value
	}
	return c
}

// check holds a laptop that has nothing unsent against what its user may see, row by row and field by field.
func (l *laptop) check() {
	l.t.Helper()
	want := l.o.visible(l.me)
	for _, k := range crm.Kinds() {
		ids, err := l.r.IDs(replica.Filter{Kind: k.Name})
		l.o.must(err)
		got, err := l.r.Records(k.Name, ids)
		l.o.must(err)
		for id, r := range got {
			w, may := want[k.Name+" "+id]
			if !may {
				l.t.Errorf("%s holds %s %s, which he may not see", l.login, k.Name, id)
				continue
			}
			delete(want, k.Name+" "+id)
			if r.Seq != w.Seq || r.Root != w.Root {
				l.t.Errorf("%s has %s %s at %d under %s, the server at %d under %s", l.login, k.Name, id, r.Seq, r.Root, w.Seq, w.Root)
			}
			names := map[string]bool{}
			for name := range r.Values {
				names[name] = true
			}
			for name := range w.Values {
				names[name] = true
			}
			for name := range names {
				if !schema.Equal(r.Values[name], w.Values[name]) {
					l.t.Errorf("%s has %s %s.%s = %v, the server %v", l.login, k.Name, id, name, r.Values[name], w.Values[name])
				}
			}
		}
	}
	for key := range want {
		l.t.Errorf("%s lacks %s", l.login, key)
	}
	if l.t.Failed() {
		l.t.FailNow()
	}
}

// only says of a list that it has one item, and gives it.
func only[T any](t testing.TB, what string, list []T) T {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("%s: %d of them: %v", what, len(list), list)
	}
	return list[0]
}

// released is the reason that the tests give.
var released = map[string]string{"reason": "no_budget"}

func name(i int) string { return fmt.Sprintf("客户%03d有限公司", i) }
