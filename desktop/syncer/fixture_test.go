package syncer

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

const me = "u-me"

var noon = time.Date(2026, 3, 10, 4, 0, 0, 0, time.UTC)

// station is a server of a test: it answers pulls with prepared pages and applies nothing. What it was sent it keeps.
type station struct {
	t     testing.TB
	web   *httptest.Server
	url   string
	mu    sync.Mutex
	epoch string
	seq   int64
	pages map[string][]wire.Frame // by token; "" is the first page
	asked []string                // tokens of the pulls
	got   []change.Mutation
	times map[string]int // how often each mutation came
	// answer may take a push or pull over; false leaves it to the station.
	answer func(w http.ResponseWriter, r *http.Request, batch []change.Mutation) bool
	refuse map[string]string // mutation id → code
	// pokes answers the request for a stream; nil: this server has none.
	pokes http.HandlerFunc
}

func newStation(t testing.TB) *station {
	s := &station{t: t, epoch: "e1", times: map[string]int{}, refuse: map[string]string{}}
	s.pages = map[string][]wire.Frame{"": {{Grant: &wire.Grant{Scope: "all"}}, s.root("c1"), s.row("customer", "c1", schema.Values{"name": "甲"}), s.end()}}
	s.web = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.web.Close)
	s.url = s.web.URL
	return s
}

func (s *station) root(id string) wire.Frame {
	return wire.Frame{Root: &wire.Root{ID: id, In: []string{"all"}}}
}

func (s *station) row(kind, id string, v schema.Values) wire.Frame {
	s.seq++
	return wire.Frame{Row: &wire.Row{Kind: kind, ID: id, Seq: s.seq, Body: v}}
}

func (s *station) end() wire.Frame {
	return wire.Frame{End: &wire.End{Cursor: s.epoch + "." + strconv.FormatInt(s.seq, 10)}}
}

func (s *station) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == wire.PathPokes && s.pokes != nil {
		s.pokes(w, r) // it goes on while other requests are answered
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	var batch []change.Mutation
	if r.URL.Path == wire.PathPush {
		batch = s.read(r, body)
	}
	if s.answer != nil && s.answer(w, r, batch) {
		return
	}
	switch r.URL.Path {
	case wire.PathLogin:
		w.Header().Set("Content-Type", jsonType)
		_ = json.NewEncoder(w).Encode(wire.Session{Token: "secret", User: me, Name: "张伟", Epoch: s.epoch, Time: clock.Millis(noon)})
	case wire.PathPull:
		var ask wire.Pull
		if err := json.Unmarshal(body, &ask); err != nil {
			s.t.Error(err)
		}
		s.asked = append(s.asked, ask.Token)
		frames := s.pages[ask.Token]
		if ask.Token == "" && ask.Cursor != "" {
			frames = []wire.Frame{s.end()}
		}
		s.write(w, frames...)
	case wire.PathPush:
		var frames []wire.Frame
		for _, m := range batch {
			s.times[m.ID]++
			if s.times[m.ID] == 1 {
				s.got = append(s.got, m)
				s.seq++
			}
			result := change.Result{ID: m.ID, Outcome: change.Applied, Seq: s.seq}
			frames = append(frames, wire.Frame{Result: &result})
		}
		s.write(w, append(frames, wire.Frame{End: &wire.End{}})...)
	default:
		fail(w, http.StatusNotFound, "NOT_FOUND")
	}
}

// read takes a push apart as the server does.
func (s *station) read(r *http.Request, body []byte) (all []change.Mutation) {
	if wire.Digest(body) != r.Header.Get(wire.HeaderDigest) || r.Header.Get("Content-Type") != wire.ContentType {
		s.t.Error("a push without its digest or type")
	}
	in, err := wire.NewReader(body, wire.MaxPushBytes+4096)
	if err != nil {
		s.t.Error(err)
		return nil
	}
	defer in.Close()
	var head wire.Push
	if err := in.Next(&head); err != nil || head.Count > wire.MaxMutations {
		s.t.Error("head of a push", err, head)
	}
	for range head.Count {
		var m change.Mutation
		if err := in.Next(&m); err != nil || m.Hash != m.Sum() {
			s.t.Error("mutation", err, m)
		}
		all = append(all, m)
	}
	return all
}

func (s *station) write(w http.ResponseWriter, frames ...wire.Frame) {
	out := wire.NewWriter()
	for _, f := range frames {
		if err := out.Line(f); err != nil {
			s.t.Error(err)
		}
	}
	body, digest, err := out.Close()
	if err != nil {
		s.t.Error(err)
	}
	w.Header().Set("Content-Type", wire.ContentType)
	w.Header().Set(wire.HeaderEpoch, s.epoch)
	w.Header().Set(wire.HeaderDigest, digest)
	w.Header().Set(wire.HeaderTime, strconv.FormatInt(clock.Millis(noon), 10))
	_, _ = w.Write(body)
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(wire.Failure{Code: code})
}

// laptop is a replica that is logged in at the station.
func laptop(t testing.TB, s *station) (*replica.Replica, *Syncer) {
	t.Helper()
	return reopen(t, s, t.TempDir(), Options{})
}

func reopen(t testing.TB, s *station, dir string, o Options) (*replica.Replica, *Syncer) {
	t.Helper()
	r, err := replica.Open(dir, clock.At(noon))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := SignIn(t.Context(), r, nil, Credentials{Address: s.url, Login: "zw", Password: "p", Device: "test"}); err != nil {
		t.Fatal(err)
	}
	y, err := New(r, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(y.Close)
	return r, y
}

func once(t testing.TB, y *Syncer) Report {
	t.Helper()
	report, err := y.Once(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func edit(t testing.TB, r *replica.Replica, n int) {
	t.Helper()
	var edits []replica.Edit
	for range n {
		edits = append(edits, replica.Edit{Mutation: change.Mutation{
			ID: uuid.Must(uuid.NewV7()).String(), Op: change.Create, Kind: "followup", Record: uuid.Must(uuid.NewV7()).String(), Root: "c1",
			Set: schema.Values{"content": "x", "method": "visit", "occurred_at": clock.Millis(noon), "recorded_at": clock.Millis(noon)}, At: clock.Millis(noon),
		}})
	}
	if err := r.Save(edits...); err != nil {
		t.Fatal(err)
	}
}

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

func unsent(t testing.TB, r *replica.Replica) int64 {
	t.Helper()
	n, err := r.Unsent()
	if err != nil {
		t.Fatal(err)
	}
	return n
}
