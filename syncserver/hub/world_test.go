package hub

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"yuzhou/assets"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// world is a company on a real store with its hub running, and a clock that tests move.
type world struct {
	t     testing.TB
	path  string
	st    *store.Store
	h     *Hub
	now   atomic.Int64 // Unix ms
	log   bytes.Buffer
	seen  int // devices made
	made  int // ids made
	zone  *time.Location
	admin string
	db    *sql.DB  // for looking at the records
	drawn snapshot // the newest picture of them
}

const longPassword = "correct horse battery"

// monday is when the worlds begin: 2026-11-02 10:00 in Shanghai.
var monday = time.Date(2026, 11, 2, 2, 0, 0, 0, time.UTC)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t}
	zone, err := time.LoadLocation("Asia/Shanghai")
	w.must(err)
	w.zone = zone
	w.now.Store(monday.UnixMilli())
	w.path = postgrestest.Where(t)
	w.st, err = store.Open(t.Context(), w.path)
	w.must(err)
	st := w.st
	w.t.Cleanup(func() {
		if err := st.Close(); err != nil {
			w.t.Error(err)
		}
	})
	w.start()
	presets, err := fs.Sub(assets.Files, "presets")
	w.must(err)
	records, err := crm.LoadPresets(presets)
	w.must(err)
	// Most entries of dictionaries are for people to read; without them pulls of one row a page stay fast.
	records = slices.DeleteFunc(records, func(r Record) bool {
		return r.Kind == "dictionary" && r.Text("list") != "followup_method" && r.Text("list") != "release_reason"
	})
	_, err = w.h.submit(t.Context(), 1, func(k *work) error {
		admin, err := k.seed(Setup{Company: "渔舟", Records: records, Login: "admin", Name: "管理员"}, cheapHash())
		w.admin = admin.ID
		return err
	})
	w.must(err)
	return w
}

// cheapHash is the hash of longPassword at a cost that tests can afford; a hash says itself what it costs.
func cheapHash() string {
	salt := make([]byte, saltBytes)
	key := base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(longPassword), salt, 1, 64, 1, argonKey))
	return fmt.Sprintf("$argon2id$v=%d$m=64,t=1,p=1$%s$%s", argon2.Version, base64.RawStdEncoding.EncodeToString(salt), key)
}

// start runs a hub on the store until the test ends.
func (w *world) start() {
	w.h = New(w.st, func() time.Time { return time.UnixMilli(w.now.Load()).UTC() }, slog.New(slog.NewTextHandler(&w.log, nil)))
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	h := w.h
	go func() {
		defer close(ended)
		if err := h.Run(ctx); err != nil {
			w.t.Error(err)
		}
	}()
	w.t.Cleanup(func() {
		stop()
		<-ended
		if err := h.Close(); err != nil {
			w.t.Error(err)
		}
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) ctx() context.Context { return w.t.Context() }

func (w *world) pass(d time.Duration) { w.now.Add(d.Milliseconds()) }

// day moves the clock to a date and time in the company's zone.
func (w *world) day(text string) {
	w.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, w.zone)
	w.must(err)
	w.now.Store(at.UnixMilli())
}

func (w *world) id() string {
	w.made++
	return fmt.Sprintf("0193%04d-0000-7000-8000-%012d", w.made%10000, w.made)
}

func (w *world) put(kind, id string, v Values) Record {
	w.t.Helper()
	r, err := w.h.Put(w.ctx(), System, kind, id, v)
	w.must(err)
	return r
}

func (w *world) department(name, parent string) string {
	return w.put("department", "", Values{"name": name, "parent": parent}).ID
}

// user makes a person; the id is readable in failures.
func (w *world) user(login, department, role string) string {
	return w.put("user", "", Values{"login": login, "name": login, "department": department, "roles": []string{role}}).ID
}

// device gives a user a laptop with a token, without the cost of a password.
func (w *world) device(user string) Identity {
	w.t.Helper()
	w.seen++
	by := Identity{User: user, Device: fmt.Sprintf("device-%d", w.seen)}
	_, err := w.h.submit(w.ctx(), 1, func(k *work) error {
		k.tx.SetToken(by.User, by.Device, by.Device, hashToken(by.Device))
		return nil
	})
	w.must(err)
	return by
}

func (w *world) push(by Identity, mutations ...Mutation) []Result {
	w.t.Helper()
	results, err := w.h.Push(w.ctx(), by, wire.Push{Protocol: wire.Protocol, Replica: "replica-" + by.Device}, mutations)
	w.must(err)
	if len(results) != len(mutations) {
		w.t.Fatalf("%d results for %d mutations", len(results), len(mutations))
	}
	return results
}

func (w *world) one(by Identity, m Mutation) Result {
	w.t.Helper()
	return w.push(by, m)[0]
}

// mutation makes a sealed mutation.
func (w *world) mutation(op change.Op, kind, id, root string, set Values) Mutation {
	return Mutation{ID: w.id(), Op: op, Kind: kind, Record: id, Root: root, Set: set, At: w.now.Load()}.Sealed()
}

// edit changes one field, seen as base.
func (w *world) edit(kind, id, root, field string, base, value any) Mutation {
	m := Mutation{ID: w.id(), Op: change.Set, Kind: kind, Record: id, Root: root, At: w.now.Load()}
	if base != nil {
		m.Base = Values{field: base}
	}
	if value == nil {
		m.Clear = []string{field}
	} else {
		m.Set = Values{field: value}
	}
	return m.Sealed()
}

func (w *world) ask(command, customer string, args map[string]string) Mutation {
	return Mutation{ID: w.id(), Op: change.Ask, Kind: "customer", Record: customer, Root: customer, Command: command, Args: args, At: w.now.Load()}.Sealed()
}

// customer has a laptop create a customer.
func (w *world) customer(by Identity, name string, more Values) string {
	w.t.Helper()
	id := w.id()
	set := Values{"name": name}
	for k, v := range more {
		set[k] = v
	}
	w.outcome(w.one(by, w.mutation(change.Create, "customer", id, id, set)), change.Applied)
	return id
}

func (w *world) followup(by Identity, customer, method string, at time.Time) Mutation {
	return w.mutation(change.Create, "followup", w.id(), customer, Values{
		"method": method, "content": "谈了报价", "occurred_at": at.UnixMilli(), "recorded_at": at.UnixMilli(),
	})
}

func (w *world) outcome(r Result, want change.Outcome) {
	w.t.Helper()
	if r.Outcome != want {
		w.t.Fatalf("outcome %s (%v), want %s", r.Outcome, r.Fault, want)
	}
}

func (w *world) refused(r Result, want fault.Code) {
	w.t.Helper()
	if r.Outcome != change.Refused || r.Fault == nil || r.Fault.Code != want {
		w.t.Fatalf("outcome %s (%v), want refused %s", r.Outcome, r.Fault, want)
	}
}

// record reads a record from the store.
func (w *world) record(kind, id string) (r schema.Record) {
	w.t.Helper()
	w.must(w.st.View(w.ctx(), func(v *store.View) (err error) {
		r, _, err = v.Record(kind, id)
		return err
	}))
	return r
}

func (w *world) all(kind string) (list []schema.Record) {
	w.t.Helper()
	w.must(w.st.View(w.ctx(), func(v *store.View) (err error) {
		list, err = v.All(kind)
		return err
	}))
	return list
}

func (w *world) notices(user, code string) (list []schema.Record) {
	for _, n := range w.all("notice") {
		if n.Text("user") == user && n.Text("code") == code {
			list = append(list, n)
		}
	}
	return list
}

func (w *world) ledger(user string) (count int64) {
	w.t.Helper()
	_, err := w.h.submit(w.ctx(), 1, func(k *work) (err error) {
		count, err = k.tx.Claimed(user, crm.PoolDefault, k.day(w.zone))
		return err
	})
	w.must(err)
	return count
}

func (w *world) release(by Identity, customer string) {
	w.t.Helper()
	w.outcome(w.one(by, w.ask(Release, customer, map[string]string{"reason": w.reason()})), change.Applied)
}

// reason is a key of the reasons of release.
func (w *world) reason() string {
	for _, d := range w.all("dictionary") {
		if d.Text("list") == "release_reason" && !d.Flag("disabled") {
			return d.Text("key")
		}
	}
	w.t.Fatal("no reason to release")
	return ""
}
