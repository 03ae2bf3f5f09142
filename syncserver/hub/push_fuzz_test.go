package hub

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// FuzzMutations: whatever mutations a laptop sends, each gets a result, none makes the server fail, and sent again they
// get the same results (I2, I12).
func FuzzMutations(f *testing.F) {
	w := newWorld(f)
	user := w.user("zhang", w.department("华东", crm.DepartmentTop), crm.RoleSales)
	by := w.device(user)
	id := "01930000-0000-7000-8000-0000000000aa"
	w.push(by, w.mutation(change.Create, "customer", id, id, Values{"name": "甲"}))
	for _, m := range []Mutation{
		w.edit("customer", id, id, "name", "甲", "乙"), w.edit("customer", id, id, "level", "a", nil),
		w.edit("customer", id, id, "tags", nil, []string{"a"}), w.ask(change.Release, id, map[string]string{"reason": "no_budget"}),
		w.ask(change.Transfer, id, map[string]string{"to": user}), w.mutation(change.Delete, "customer", id, id, nil),
		w.mutation(change.Create, "followup", "01930000-0000-7000-8000-0000000000bb", id, Values{"method": "visit", "content": "谈了", "occurred_at": w.now.Load(), "recorded_at": w.now.Load()}),
		w.mutation(change.Create, "task", "01930000-0000-7000-8000-0000000000cc", "01930000-0000-7000-8000-0000000000cc", Values{"title": "x", "executor": user}),
		w.mutation(change.Restore, "user", user, user, nil), w.mutation(change.Set, "holding", id, id, Values{"owner": user}),
	} {
		text, err := json.Marshal(m)
		w.must(err)
		f.Add(text)
	}
	f.Add([]byte(`{"id":"x","op":"create","kind":"customer","record":"01930000-0000-7000-8000-0000000000dd","root":"01930000-0000-7000-8000-0000000000dd","set":{"name":"\u0000","newer":{"a":[[[]]]},"tags":[1]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var batch []Mutation
		for _, line := range bytes.Split(data, []byte("\n")) {
			var m Mutation
			if json.Unmarshal(line, &m) != nil || len(batch) == 8 {
				return
			}
			if !strings.HasPrefix(m.Hash, "!") { // one in a while stays wrong
				m = m.Sealed()
			}
			batch = append(batch, m)
		}
		push := func() []Result {
			results, err := w.h.Push(context.Background(), by, wire.Push{Protocol: wire.Protocol}, batch)
			if err != nil || len(results) != len(batch) {
				t.Fatalf("%d results of %d, %v", len(results), len(batch), err)
			}
			return results
		}
		first := push()
		for i, r := range push() {
			if f := r.Fault; f != nil && (f.Code == fault.Parked || f.Code == fault.Internal) {
				t.Fatalf("%+v made the server fail: %v", batch[i], f)
			}
			// One that was found to be no mutation is not kept under its id, for that is no id.
			if r.Outcome != first[i].Outcome || r.Seq != first[i].Seq {
				t.Fatalf("%+v: first %+v, then %+v", batch[i], first[i], r)
			}
		}
	})
}

// FuzzPosition: whatever a laptop says of where it is, it is answered from there, refused, or told that the history is
// another one; never more than it may see, never an error without words.
func FuzzPosition(f *testing.F) {
	w := newWorld(f)
	user := w.user("zhang", w.department("华东", crm.DepartmentTop), crm.RoleSales)
	by := w.device(user)
	var epoch string
	var head int64
	w.must(w.st.View(f.Context(), func(v *store.View) error { epoch, head = v.Epoch, v.Head; return nil }))
	good, err := token{User: user, Epoch: epoch, Start: head, Seen: head, Round: head, Scope: "common"}.text()
	w.must(err)
	plain, err := base64.RawURLEncoding.DecodeString(good)
	w.must(err)
	for _, seed := range []struct{ cursor, token string }{
		{"", ""},
		{epoch + ".1", ""},
		{epoch + ".99999999", ""},
		{"other.1", ""},
		{".", ""},
		{"x.-1", ""},
		{epoch + ".1", string(plain)},
		{"", string(plain)},
		{"", `{"u":"` + user + `","p":"` + epoch + `","a":{}}`},
		{"", "{}"},
	} {
		f.Add(seed.cursor, seed.token, 3)
	}
	f.Fuzz(func(t *testing.T, cursor, position string, limit int) {
		for _, text := range []string{position, base64.RawURLEncoding.EncodeToString([]byte(position))} {
			out := wire.NewWriter()
			err := w.h.Pull(context.Background(), by, wire.Pull{Protocol: wire.Protocol, Cursor: cursor, Token: text, Limit: limit}, out)
			_, _, closing := out.Close()
			if closing != nil {
				t.Fatal(closing)
			}
			switch code := fault.CodeOf(err); code {
			case "", fault.Malformed, fault.EpochChanged, fault.TooLarge:
			default:
				t.Fatalf("cursor %q, token %q: %v", cursor, text, err)
			}
		}
	})
}
