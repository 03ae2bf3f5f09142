package replica

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

const (
	me    = "u-me"
	boss  = "u-boss"
	mine  = "owner:" + me
	fair  = "pool:pool-fair"
	about = "common"
)

var noon = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC) // noon in Shanghai

func at(days int) int64 { return noon.AddDate(0, 0, days).UnixMilli() }

// laptop opens a replica in a folder of the test, as the user me on a device whose id ends in 7f3a.
func laptop(t testing.TB) *Replica {
	t.Helper()
	r := reopen(t, t.TempDir())
	if err := r.SetAccount(Account{Address: "http://127.0.0.1:1", Token: "t", User: me, Name: "张伟", Device: "0190c0de-0000-7000-8000-00000000" + "7f3a"}); err != nil {
		t.Fatal(err)
	}
	return r
}

func reopen(t testing.TB, dir string) *Replica {
	t.Helper()
	r, err := Open(dir, clock.At(noon))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// server is the simplest thing that can answer pulls: it keeps every row and says what changed. Its sums are counted
// from all its rows each time, by code that the replica does not use.
type server struct {
	t     testing.TB
	seq   int64
	roots map[string]map[key]wire.Row
	in    map[string]map[string]bool // root → scopes
	face  map[string]bool
}

func newServer(t testing.TB) *server {
	return &server{t: t, roots: map[string]map[key]wire.Row{}, in: map[string]map[string]bool{}, face: map[string]bool{}}
}

func (s *server) grant(scope string, face bool) wire.Frame {
	s.face[scope] = face
	return wire.Frame{Grant: &wire.Grant{Scope: scope, Face: face}}
}

// put changes one record and gives its row; a nil Body deletes it.
func (s *server) put(root, kind, id string, values schema.Values) wire.Frame {
	s.seq++
	row := wire.Row{Kind: kind, ID: id, Seq: s.seq, Body: values, Deleted: values == nil}
	if s.roots[root] == nil {
		s.roots[root] = map[key]wire.Row{}
	}
	if row.Deleted {
		delete(s.roots[root], key{kind, id})
	} else {
		s.roots[root][key{kind, id}] = row
	}
	return wire.Frame{Row: &row}
}

func (s *server) root(id string, in ...string) wire.Frame {
	if s.in[id] == nil {
		s.in[id] = map[string]bool{}
	}
	for _, scope := range in {
		s.in[id][scope] = true
	}
	return wire.Frame{Root: &wire.Root{ID: id, In: in}}
}

// customer makes a customer held by owner, with its holding, as two rows under a root frame.
func (s *server) customer(id, name, owner string, more schema.Values) []wire.Frame {
	values := schema.Values{"name": name, "number": "KH-" + id}
	for field, v := range more {
		values[field] = v
	}
	s.seq++
	return []wire.Frame{
		s.root(id, "owner:"+owner),
		s.put(id, "customer", id, values),
		s.put(id, "holding", id, schema.Values{"owner": owner, "claimed_at": at(-5), "how": "created"}),
	}
}

// out takes a root out of a scope.
func (s *server) out(id, scope string, why *wire.Leave) wire.Frame {
	delete(s.in[id], scope)
	return wire.Frame{Root: &wire.Root{ID: id, Out: []string{scope}, Leave: why}}
}

// join gives a root as it is, as one that enters scopes.
func (s *server) join(id string, scopes ...string) []wire.Frame {
	f := s.root(id, scopes...)
	f.Root.Join = true
	frames := []wire.Frame{f}
	for _, row := range s.roots[id] {
		frames = append(frames, wire.Frame{Row: &row})
	}
	return frames
}

func (s *server) sums() (all []wire.ScopeSum) {
	for scope, face := range s.face {
		sum := wire.ScopeSum{Scope: scope}
		for root, rows := range s.roots {
			if !s.in[root][scope] {
				continue
			}
			for k, row := range rows {
				if !face || k.kind == "customer" || k.kind == "holding" {
					sum.Count++
					sum.Sum = sum.Sum.Add(wire.RowSum(k.kind, k.id, row.Seq))
				}
			}
		}
		all = append(all, sum)
	}
	return all
}

func (s *server) end() wire.Frame {
	return wire.Frame{End: &wire.End{Cursor: "epoch." + schema.Number{}.Format(s.seq), Scopes: s.sums()}}
}

func more(token string) wire.Frame { return wire.Frame{End: &wire.End{More: true, Token: token}} }

func body(t testing.TB, frames ...wire.Frame) []byte {
	t.Helper()
	w := wire.NewWriter()
	for _, f := range frames {
		if err := w.Line(f); err != nil {
			t.Fatal(err)
		}
	}
	text, _, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func take(t testing.TB, r *Replica, frames ...wire.Frame) Applied {
	t.Helper()
	p, err := r.Decode(body(t, frames...))
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Take(p, "epoch")
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Mismatch) > 0 {
		t.Fatalf("sums differ: %v", out.Mismatch)
	}
	return out
}

// list joins frames and lists of frames.
func list(parts ...any) (all []wire.Frame) {
	for _, p := range parts {
		switch x := p.(type) {
		case wire.Frame:
			all = append(all, x)
		case []wire.Frame:
			all = append(all, x...)
		}
	}
	return all
}

// company is what every replica of the tests holds beside customers: one rule of 30 days for everybody, a method that
// counts.
func (s *server) company() []wire.Frame {
	var all []wire.Frame
	for _, r := range []schema.Record{
		{Kind: "settings", ID: "settings", Values: schema.Values{"company": "渔舟", "zone": "Asia/Shanghai"}},
		{Kind: "department", ID: "dept-top", Values: schema.Values{"name": "办公室"}},
		{Kind: "user", ID: me, Values: schema.Values{"login": "zw", "name": "张伟", "department": "dept-top"}},
		{Kind: "rule", ID: "rule-default", Values: schema.Values{"name": "30", "days": int64(30), "everybody": true}},
		{Kind: "dictionary", ID: "followup_method.visit", Values: schema.Values{"list": "followup_method", "key": "visit", "label": "上门", "counts": true}},
	} {
		all = append(all, s.root(r.ID, about), s.put(r.ID, r.Kind, r.ID, r.Values))
	}
	return all
}

// first fills a replica: company and the customers given.
func first(t testing.TB, r *Replica, s *server, frames ...any) {
	t.Helper()
	all := list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.company(), list(frames...))
	take(t, r, append(all, s.end())...)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

func set(root, kind, id string, values, base schema.Values) Edit {
	m := change.Mutation{ID: newID(), Op: change.Set, Kind: kind, Record: id, Root: root, Base: base, Set: schema.Values{}, At: at(0)}
	for field, v := range values {
		if v == nil {
			m.Clear = append(m.Clear, field)
		} else {
			m.Set[field] = v
		}
	}
	return Edit{Mutation: m}
}

func create(root, kind, id string, values schema.Values) Edit {
	return Edit{Mutation: change.Mutation{ID: newID(), Op: change.Create, Kind: kind, Record: id, Root: root, Set: values, At: at(0)}}
}

func save(t testing.TB, r *Replica, edits ...Edit) {
	t.Helper()
	if err := r.Save(edits...); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, r *Replica, kind, id string) schema.Record {
	t.Helper()
	rec, ok, err := r.Get(kind, id)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		t.Fatalf("%s %s is not there", kind, id)
	}
	return rec
}

func gone(t testing.TB, r *Replica, kind, id string) {
	t.Helper()
	if rec, ok, err := r.Get(kind, id); ok || err != nil {
		t.Fatalf("%s %s is still there: %v %v", kind, id, rec, err)
	}
}

func want(t testing.TB, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// raw gives the bytes of the replica's files.
func raw(t testing.TB, dir string) []byte {
	t.Helper()
	var all []byte
	for _, name := range []string{FileName, FileName + "-wal", FileName + "-shm"} {
		part, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = append(all, part...)
	}
	return all
}

func frameOf(result change.Result) wire.Frame { return wire.Frame{Result: &result} }

func dropOf(scope string) wire.Frame {
	return wire.Frame{Drop: &wire.Drop{Scope: scope, Reason: "role_changed"}}
}
