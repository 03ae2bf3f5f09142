package hub

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
	"yuzhou/syncserver/store/postgrestest"
)

// backup copies the database as it is now.
func (w *world) backup() string {
	w.t.Helper()
	if store.IsPostgres(w.path) {
		w.t.Skip("the copy is one of a file")
	}
	path := filepath.Join(w.t.TempDir(), "backup.db")
	_, err := postgrestest.Look(w.t, w.path).ExecContext(w.ctx(), `VACUUM INTO $1`, path)
	w.must(err)
	return path
}

// restored is the world after an administrator has put a backup in the place of its database and said so.
func (w *world) restored(path string) *world {
	w.t.Helper()
	r := &world{t: w.t, path: path, seen: w.seen, made: w.made, zone: w.zone, admin: w.admin}
	r.now.Store(w.now.Load())
	var err error
	r.st, err = store.Open(w.ctx(), path)
	r.must(err)
	r.t.Cleanup(func() { r.must(r.st.Close()) })
	r.start()
	before, now, err := r.h.Restored(w.ctx(), System)
	r.must(err)
	if before != w.h.Epoch() || now != r.h.Epoch() || now == before {
		w.t.Fatalf("from %s to %s, the server says %s", before, now, r.h.Epoch())
	}
	return r
}

// keeper is a laptop that keeps what was acknowledged, as laptops do for 30 days.
type keeper struct {
	*client
	kept []Mutation
}

func (k *keeper) do(w *world, m Mutation) Result {
	w.t.Helper()
	k.kept = append(k.kept, m)
	return w.one(k.by, m)
}

// offer is what a laptop does when it hears of a new history: it compares anew and offers all that it keeps, in order.
func (k *keeper) offer(w *world) map[string]Result {
	w.t.Helper()
	k.w, k.cursor, k.state = w, "", emptyReplica()
	k.pull(0, nil)
	results := map[string]Result{}
	list, err := w.h.Push(w.ctx(), k.by, wire.Push{Protocol: wire.Protocol, Replica: "replica-" + k.by.Device, Again: true}, k.kept)
	w.must(err)
	for i, r := range list {
		results[k.kept[i].ID] = r
	}
	return results
}

// TestRestoredFromABackup: the server forgot a day of three laptops, with edits of each other's records, claims, follow-ups,
// transfers and deletes. All of it comes back, whoever comes first, nothing is doubled, and what does not fit any more is
// kept as a conflict or goes back to its author (I1, I2, I5, SYNC-09).
func TestRestoredFromABackup(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		t.Run(fmt.Sprint(order), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := w.company()
			zhang, wang, manager := &keeper{client: w.client(c.zhang)}, &keeper{client: w.client(c.wang)}, &keeper{client: w.client(c.manager)}
			laptops := []*keeper{zhang, wang, manager}
			one, two := w.customer(zhang.by, "恒达机械", Values{"remark": "甲"}), w.customer(zhang.by, "远航", nil)
			pooled, deleted := w.customer(zhang.by, "公海", nil), w.customer(zhang.by, "要删的", nil)
			w.release(zhang.by, pooled)
			for _, k := range laptops {
				k.pull(0, nil)
			}
			path := w.backup()

			w.pass(2 * time.Hour)
			fresh, contact, followup := w.id(), w.id(), w.followup(zhang.by, one, "visit", monday.Add(time.Hour))
			w.outcome(zhang.do(w, w.mutation(change.Create, "customer", fresh, fresh, Values{"name": "新客户", "mobile": "13800000009"})), change.Applied)
			w.outcome(zhang.do(w, w.mutation(change.Create, "contact", contact, fresh, Values{"name": "陈"})), change.Applied)
			w.outcome(zhang.do(w, followup), change.Applied)
			w.outcome(zhang.do(w, w.edit("customer", one, one, "level", nil, "a")), change.Applied)
			w.outcome(zhang.do(w, w.edit("customer", one, one, "level", "a", "b")), change.Applied)
			w.outcome(zhang.do(w, w.ask(Transfer, two, map[string]string{"to": c.wang})), change.Applied)
			w.outcome(wang.do(w, w.ask(Claim, pooled, map[string]string{"pool": crm.PoolDefault})), change.Applied)
			w.outcome(wang.do(w, w.followup(wang.by, pooled, "visit", monday.Add(90*time.Minute))), change.Applied)
			w.outcome(wang.do(w, w.edit("customer", pooled, pooled, "remark", nil, "我的了")), change.Applied)
			w.outcome(manager.do(w, w.edit("customer", one, one, "source", nil, "referral")), change.Applied)
			gone := w.mutation(change.Delete, "customer", deleted, deleted, nil)
			gone.Seen = w.record("customer", deleted).Seq
			w.outcome(manager.do(w, gone.Sealed()), change.Applied)
			for _, k := range laptops {
				k.pull(0, nil)
			}
			token := wire.Pull{Protocol: wire.Protocol, Limit: 1}
			staged := emptyReplica()
			token.Token = zhang.page(&staged, token).Token

			r := w.restored(path)
			for _, in := range []wire.Pull{{Protocol: 1, Cursor: zhang.cursor}, {Protocol: 2, Cursor: zhang.cursor}, token} {
				if err := r.h.Pull(r.ctx(), zhang.by, in, wire.NewWriter()); fault.CodeOf(err) != fault.EpochChanged {
					t.Errorf("the old history is answered: %v", err)
				}
			}
			if r.record("customer", fresh).ID == fresh && len(r.record("customer", fresh).Values) > 0 {
				t.Fatal("the backup forgot nothing")
			}
			first := map[string]Result{}
			for _, i := range order {
				for id, result := range laptops[i].offer(r) {
					first[id] = result
				}
			}
			for _, k := range laptops { // and once more, for an answer may be lost
				for id, result := range k.offer(r) {
					if result.Seq != first[id].Seq || result.Outcome != first[id].Outcome {
						t.Errorf("offered twice: %+v, then %+v", first[id], result)
					}
				}
				k.pull(0, nil)
				k.mustEqual()
			}
			for id, result := range first {
				if result.Outcome != change.Applied && result.Outcome != change.Merged {
					t.Errorf("%s: %+v", id, result)
				}
			}
			if n := len(r.all("customer")); n != 4 {
				t.Errorf("%d customers", n)
			}
			if n := len(r.all("followup")); n != 2 {
				t.Errorf("%d follow-ups", n)
			}
			if got := r.record("customer", one); got.Text("level") != "b" || got.Text("source") != "referral" || got.Text("remark") != "甲" {
				t.Errorf("%v", got.Values)
			}
			for id, owner := range map[string]string{one: c.zhang, two: c.wang, pooled: c.wang, fresh: c.zhang} {
				if got := r.record("holding", id).Text("owner"); got != owner {
					t.Errorf("%s holds %s", r.name(got), r.record("customer", id).Text("name"))
				}
			}
			if !r.record("customer", deleted).Deleted || len(r.all("conflict")) != 0 {
				t.Errorf("%d conflicts", len(r.all("conflict")))
			}
			r.audit()
		})
	}
}

// TestWhatIsNewWinsAfterARestore: what people did on the restored server before a laptop offered its work again is not
// overwritten: the claim that was acknowledged before goes back to its author when somebody else got the customer, and
// the edit whose base is gone becomes a conflict (I7, I8).
func TestWhatIsNewWinsAfterARestore(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager := &keeper{client: w.client(c.zhang)}, &keeper{client: w.client(c.manager)}
	id, pooled := w.customer(zhang.by, "恒达机械", nil), w.customer(zhang.by, "公海", nil)
	w.release(zhang.by, pooled)
	path := w.backup()
	late := w.followup(zhang.by, pooled, "visit", monday)
	claim, level := w.ask(Claim, pooled, map[string]string{"pool": crm.PoolDefault}), w.edit("customer", id, id, "level", nil, "a")
	remove := w.mutation(change.Delete, "customer", id, id, nil)
	w.outcome(zhang.do(w, claim), change.Applied)
	w.outcome(zhang.do(w, late), change.Applied)
	w.outcome(zhang.do(w, level), change.Applied)
	remove.Seen = w.record("customer", id).Seq
	remove = remove.Sealed()
	w.outcome(manager.do(w, remove), change.Applied)
	for range 5 { // the old history goes further than the new one
		w.customer(zhang.by, "别的", nil)
	}

	r := w.restored(path)
	r.outcome(r.one(r.device(c.wang), r.ask(Claim, pooled, map[string]string{"pool": crm.PoolDefault})), change.Applied)
	r.outcome(r.one(r.device(c.manager), r.edit("customer", id, id, "level", nil, "c")), change.Applied)
	results := zhang.offer(r)
	r.refused(results[claim.ID], fault.AlreadyHeld)
	r.outcome(results[level.ID], change.Conflict)
	if got := r.all("conflict"); len(got) != 1 || got[0].Text("mine") != `"a"` || got[0].Text("theirs") != `"c"` {
		t.Errorf("%v", got)
	}
	if r.refused(manager.offer(r)[remove.ID], fault.EditedSince); r.record("customer", id).Deleted {
		t.Error("a customer that somebody edited after the restore is deleted by somebody who could not see it")
	}
	if o := results[late.ID].Outcome; o != change.Refused && o != change.Applied {
		t.Errorf("the follow-up: %+v", results[late.ID])
	}
	if r.record("holding", pooled).Text("owner") != c.wang {
		t.Error("the customer was taken away again")
	}
	zhang.pull(0, nil)
	zhang.mustEqual()
	if _, _, err := r.h.Restored(r.ctx(), zhang.by); fault.CodeOf(err) != fault.NoRight {
		t.Errorf("a user begins a new history: %v", err)
	}
	// The backup's chain goes on; what was noted of the lost history is not in it (I13).
	chain, err := r.h.VerifyHistory(r.ctx(), System, nil, func(b store.Break) { t.Errorf("%+v", b) })
	if r.must(err); chain.Commits == 0 {
		t.Errorf("%+v", chain)
	}
	forgotten, err := w.h.HistoryHead(w.ctx())
	w.must(err)
	if chain, err = r.h.VerifyHistory(r.ctx(), System, []store.Link{forgotten}, func(store.Break) {}); err != nil || chain.Breaks != 1 {
		t.Errorf("%+v %v", chain, err)
	}
	if _, err := r.h.VerifyHistory(r.ctx(), zhang.by, nil, func(store.Break) {}); fault.CodeOf(err) != fault.NoRight {
		t.Errorf("somebody verified the history: %v", err)
	}
	r.audit()
}

// TestSumsAreOfOneHistory: sums say of which history they are.
func TestSumsAreOfOneHistory(t *testing.T) {
	w := newWorld(t)
	by := w.device(w.admin)
	answer, err := w.h.Sums(w.ctx(), by, wire.Sums{Protocol: 2, Scope: access.CommonScope, Spans: []wire.Range{{}}})
	w.must(err)
	if !strings.HasPrefix(answer.Cursor, w.h.Epoch()+".") || answer.Seq == 0 || len(answer.Sums) != 1 || answer.Sums[0].Count == 0 {
		t.Errorf("%+v", answer)
	}
	before, now, err := w.h.Restored(w.ctx(), System)
	w.must(err)
	again, err := w.h.Sums(w.ctx(), by, wire.Sums{Protocol: 2, Scope: access.CommonScope, Spans: []wire.Range{{}}})
	w.must(err)
	if before == now || w.h.Epoch() != now || !strings.HasPrefix(again.Cursor, now+".") || again.Sums[0] != answer.Sums[0] {
		t.Errorf("%+v, after the restore %+v", answer, again)
	}
	if err := w.h.Pull(w.ctx(), by, wire.Pull{Protocol: 2, Cursor: answer.Cursor}, wire.NewWriter()); fault.CodeOf(err) != fault.EpochChanged {
		t.Errorf("a cursor of the old history: %v", err)
	}
}
