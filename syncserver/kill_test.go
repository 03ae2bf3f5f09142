package main

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/uuid"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/server"
	"yuzhou/syncserver/store"
)

// batch is one push: what was sent, and what was answered to it, if anything.
type batch struct {
	token     string
	body      []byte
	mutations []change.Mutation
	results   []change.Result
}

// newBatch makes one of several customers with a follow-up each.
func newBatch(t *testing.T, token, replica string, n int) *batch {
	t.Helper()
	b := &batch{token: token}
	now := clock.Millis(clock.System())
	for i := range 10 {
		id := uuid.NewString()
		b.mutations = append(b.mutations,
			change.Mutation{
				ID: uuid.NewString(), Op: change.Create, Kind: "customer", Record: id, Root: id, At: now,
				Set: schema.Values{"name": fmt.Sprintf("第 %d 批 %d", n, i)},
			}.Sealed(),
			change.Mutation{
				ID: uuid.NewString(), Op: change.Create, Kind: "followup", Record: uuid.NewString(), Root: id, At: now,
				Set: schema.Values{"method": "phone", "content": "谈了", "occurred_at": now, "recorded_at": now},
			}.Sealed())
	}
	w := wire.NewWriter()
	err := w.Line(wire.Push{Protocol: wire.Protocol, Replica: replica, Count: len(b.mutations)})
	for i := 0; err == nil && i < len(b.mutations); i++ {
		err = w.Line(b.mutations[i])
	}
	if err == nil {
		b.body, _, err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// push sends the batch and tells whether it was answered whole.
func (b *batch) push(t *testing.T, url string) bool {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/api/v1/push", bytes.NewReader(b.body))
	if err != nil {
		t.Error(err)
		return false
	}
	request.Header.Set("Content-Type", wire.ContentType)
	request.Header.Set("Authorization", "Bearer "+b.token)
	request.Header.Set(wire.HeaderDigest, wire.Digest(b.body))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false // the server is gone
	}
	defer func() { _ = answer.Body.Close() }()
	var body bytes.Buffer
	if _, err := body.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusOK || answer.Header.Get(wire.HeaderDigest) != wire.Digest(body.Bytes()) {
		return false
	}
	lines, err := wire.NewReader(body.Bytes(), wire.MaxPageBytes)
	if err != nil {
		t.Error(err)
		return false
	}
	defer lines.Close()
	var results []change.Result
	for range b.mutations {
		var frame wire.Frame
		if err := lines.Next(&frame); err != nil || frame.Result == nil {
			t.Errorf("an answer without results: %+v %v", frame, err)
			return false
		}
		results = append(results, *frame.Result)
	}
	for i, r := range results {
		if r.Outcome != change.Applied {
			t.Errorf("%s: %v", r.Outcome, r.Fault)
		}
		if b.results != nil && (b.results[i].Seq != r.Seq || fmt.Sprint(b.results[i].Info) != fmt.Sprint(r.Info)) {
			t.Errorf("answered before: %+v, now: %+v", b.results[i], r)
		}
	}
	b.results = results
	return true
}

// TestKilledServer kills the server with -9 again and again while people push. Whatever was acknowledged is there after
// the next start with the same result; whatever was not is sent again and is there once; the sums of the whole store add
// up (I1, I2).
func TestKilledServer(t *testing.T) {
	data := company(t)
	s := serving(t, data)
	var tokens []string
	for _, login := range []string{"zhangwei", "wangfang", "liuyang"} {
		tokens = append(tokens, s.as(login, "harbour at dawn").token)
	}
	var all []*batch
	for round := range 5 {
		all = append(all, pushUntilKilled(t, s, tokens, round)...)
		s = serving(t, data)
		for _, b := range all {
			if !b.push(t, s.url) {
				t.Fatalf("round %d: a batch is not taken after the restart", round)
			}
		}
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait() // it says that it was killed
	examine(t, data, all)
}

// pushUntilKilled has everybody push, each the next batch when the one before is answered, and kills the server when a
// few were answered: the others are then in the middle of a commit.
func pushUntilKilled(t *testing.T, s *served, tokens []string, round int) []*batch {
	t.Helper()
	var guard sync.Mutex
	var all []*batch
	var writers sync.WaitGroup
	answered, lost := make(chan struct{}, 1000), 0
	for _, token := range tokens {
		writers.Go(func() {
			for n := 0; ; n++ {
				b := newBatch(t, token, uuid.NewString(), n)
				taken := b.push(t, s.url)
				guard.Lock()
				all = append(all, b)
				if !taken {
					lost++
				}
				guard.Unlock()
				if !taken {
					return
				}
				answered <- struct{}{}
			}
		})
	}
	finished := make(chan struct{})
	go func() { writers.Wait(); close(finished) }()
	for range 4 + 3*round {
		select {
		case <-answered:
		case <-finished:
			t.Fatal("nobody can push")
		}
	}
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-finished
	_ = s.cmd.Wait() // it says that it was killed
	if lost != len(tokens) {
		t.Errorf("%d of %d writers were cut off", lost, len(tokens))
	}
	return all
}

// examine holds the store against what was pushed.
func examine(t *testing.T, data string, all []*batch) {
	t.Helper()
	st, err := store.Open(t.Context(), filepath.Join(data, server.DatabaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()
	wanted := map[string]int64{}
	for _, b := range all {
		for i, m := range b.mutations {
			wanted[m.Kind+" "+m.Record] = b.results[i].Seq
		}
	}
	err = st.View(t.Context(), func(v *store.View) error {
		numbers := map[string]bool{}
		for _, kind := range []string{"customer", "followup"} {
			list, err := v.All(kind)
			if err != nil {
				return err
			}
			for _, r := range list {
				seq, pushed := wanted[kind+" "+r.ID]
				delete(wanted, kind+" "+r.ID)
				if !pushed || r.Seq != seq {
					t.Errorf("%s %s is at %d, its push said %d (%v)", kind, r.ID, r.Seq, seq, pushed)
				}
				if number := r.Text("number"); kind == "customer" && (number == "" || numbers[number]) {
					t.Errorf("the number %q is there twice", number)
				}
				numbers[r.Text("number")] = true
			}
		}
		changes, err := v.All("holding_change")
		if len(changes) != len(all)*10 {
			t.Errorf("%d lines of who holds what for %d customers", len(changes), len(all)*10)
		}
		if err != nil {
			return err
		}
		return v.Audit(t.Errorf)
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range wanted {
		t.Errorf("%s was acknowledged and is lost", key)
	}
	t.Logf("%d batches", len(all))
}
