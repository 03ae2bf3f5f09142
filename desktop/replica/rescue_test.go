package replica

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// pageOf gives the place in the file of a leaf page of a table or index, which must have no log at this moment.
func pageOf(t testing.TB, r *Replica, name string, which int) (offset int64) {
	t.Helper()
	var root int64
	if err := r.view(func(c *conn) (err error) {
		root, err = c.number("SELECT rootpage FROM sqlite_schema WHERE name = ?", name)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(r.Dir(), FileName))
	if err != nil {
		t.Fatal(err)
	}
	const size = 4096
	var leaves []int64
	var walk func(page int64)
	walk = func(page int64) {
		text := file[(page-1)*size : page*size]
		if text[0] != 5 && text[0] != 2 { // not an inner page of a table or an index
			leaves = append(leaves, (page-1)*size)
			return
		}
		for i := range int(binary.BigEndian.Uint16(text[3:])) {
			cell := binary.BigEndian.Uint16(text[12+2*i:])
			walk(int64(binary.BigEndian.Uint32(text[cell:])))
		}
		walk(int64(binary.BigEndian.Uint32(text[8:])))
	}
	walk(root)
	if which >= len(leaves) {
		t.Fatalf("%s has %d leaves", name, len(leaves))
	}
	return leaves[which]
}

// flip changes bytes of a file.
func flip(t testing.TB, path string, offset int64, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	bytes := make([]byte, n)
	_, err = f.ReadAt(bytes, offset)
	for i := range bytes {
		bytes[i] ^= 0xa5
	}
	_, werr := f.WriteAt(bytes, offset)
	if err := errors.Join(err, werr, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// used is a laptop with many customers, five entries in the outbox, one thing in the tray and one change that was accepted.
func used(t *testing.T) *Replica {
	t.Helper()
	r := laptop(t)
	s := newServer(t)
	var all []any
	for i := range 400 {
		id := "c" + schema.Number{}.Format(int64(1000+i))
		all = append(all, s.customer(id, strings.Repeat("甲", 30), me, schema.Values{"remark": strings.Repeat("备注", 60)}))
	}
	first(t, r, s, all...)
	save(t, r, set("c1000", "customer", "c1000", schema.Values{"level": "A"}, nil), set("c1001", "customer", "c1001", schema.Values{"level": "A"}, nil))
	sent := outgoing(t, r)
	answer(t, r, change.Result{ID: sent[0].ID, Outcome: change.Applied, Seq: s.seq + 1}, change.Result{ID: sent[1].ID, Outcome: change.Refused, Fault: fault.New(fault.NoRight)})
	take(t, r, s.root("c1000", mine), s.put("c1000", "customer", "c1000", schema.Values{"name": "甲", "level": "A"}), s.end())
	save(t, r, create("n1", "customer", "n1", schema.Values{"name": "离线新建"}), create("n1", "contact", "k1", schema.Values{"name": "王"}),
		create("c1002", "followup", "f1", schema.Values{"content": "打过电话", "occurred_at": at(0)}),
		set("c1003", "customer", "c1003", schema.Values{"level": "B"}, nil), set("c1004", "customer", "c1004", schema.Values{"level": "C"}, nil))
	if err := r.Upkeep(); err != nil { // everything is in the file itself
		t.Fatal(err)
	}
	return r
}

func doubt(t testing.TB, r *Replica) {
	t.Helper()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(r.Dir(), doubtName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestRescue (I1): a file with damaged pages of customers is replaced; what was typed, the tray and what is kept live on,
// the rest is fetched anew under what was typed, the damaged file is set aside, and the person is told.
func TestRescue(t *testing.T) {
	r := used(t)
	typed := outbox(t, r)
	var places []int64
	for n := range 4 {
		places = append(places, pageOf(t, r, "customer", 2*n))
	}
	path := filepath.Join(r.Dir(), FileName)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range places {
		flip(t, path, p, 300)
	}
	// The program meets the damage while it works, and says so; the next start deals with it.
	again := reopen(t, r.Dir())
	_, err := again.Count(Filter{Kind: "customer", Where: []Cond{{"remark", Is, "x"}}})
	want(t, "met", fault.CodeOf(err), fault.ReplicaBroken)
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	r = reopen(t, r.Dir())
	now := outbox(t, r)
	want(t, "outbox", len(now), len(typed))
	for i := range typed {
		want(t, "entry", now[i].Mutation.ID+now[i].Mutation.Hash+now[i].State, typed[i].Mutation.ID+typed[i].Mutation.Hash+typed[i].State)
	}
	want(t, "kept", count(t, r, "kept"), int64(1))
	account, err := r.Account()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "account", account.User+account.Name, me+"张伟")
	items, err := r.Tray()
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]TrayItem{}
	for _, i := range items {
		told[i.Type] = i
	}
	want(t, "refusal", told[TrayRefusal].Fault.Code, fault.NoRight)
	notice := told[TrayNotice].Fault
	want(t, "notice", string(notice.Code)+notice.Params["Count"]+notice.Params["Lost"], "REPLICA_SAVED5")
	if _, err := os.Stat(filepath.Join(r.Dir(), notice.Params["File"])); err != nil {
		t.Fatal("the damaged file is not beside:", err)
	}
	status, err := r.Status()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "published", status.Published, false)

	s := newServer(t)
	first(t, r, s, s.customer("c1003", "甲", me, schema.Values{"level": "A"}), s.customer("c1002", "乙", me, nil))
	want(t, "edit", get(t, r, "customer", "c1003").Text("level"), "B")
	want(t, "made here", get(t, r, "customer", "n1").Text("name"), "离线新建")
	want(t, "follow-up", get(t, r, "followup", "f1").Text("content"), "打过电话")
	// When a customer leaves, the file that was set aside may not hold him any longer.
	take(t, r, s.out("c1002", mine, nil), s.end())
	want(t, "set aside", len(asides(r.Dir())), 0)
	r = reopen(t, r.Dir())
	want(t, "opened once more", len(outbox(t, r)), 5)
}

// TestDamagedIndex: where only an index is damaged, all rows move to a new file; nothing is fetched and nothing is lost.
func TestDamagedIndex(t *testing.T) {
	r := used(t)
	place := pageOf(t, r, "customer_id", 1)
	doubt(t, r)
	flip(t, filepath.Join(r.Dir(), FileName), place, 400)
	r = reopen(t, r.Dir())
	n, err := r.Count(Filter{Kind: "customer"})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "customers", n, int64(401))
	want(t, "name", get(t, r, "customer", "c1300").Has("name"), true)
	want(t, "outbox", len(outbox(t, r)), 5)
	want(t, "told", count(t, r, "tray"), int64(1)) // the refusal of before
	wrong, err := r.Recount()
	if err != nil || wrong {
		t.Fatal("rows are missing", err)
	}
	save(t, r, set("c1006", "customer", "c1006", schema.Values{"level": "A"}, nil))
	if all := outbox(t, r); all[5].Mutation.Record != "c1006" {
		t.Fatal("the order of the outbox begins anew")
	}
	if _, err := os.Stat(filepath.Join(r.Dir(), doubtName)); err == nil {
		t.Fatal("the doubt stays")
	}
}

// TestUncleanEndIsChecked: after an end that was no clean close the file is looked at before anybody reads it.
func TestUncleanEndIsChecked(t *testing.T) {
	r := used(t)
	place := pageOf(t, r, "finder", 1)
	save(t, r, set("c1005", "customer", "c1005", schema.Values{"level": "A"}, nil)) // the log is not empty
	dir := t.TempDir()
	for _, name := range []string{FileName, FileName + "-wal"} { // as after a power cut
		text, err := os.ReadFile(filepath.Join(r.Dir(), name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flip(t, filepath.Join(dir, FileName), place, 300)
	r = reopen(t, dir)
	want(t, "outbox", len(outbox(t, r)), 6)
	want(t, "set aside", len(asides(dir)) > 0, true)
}

// TestDamagedOutbox: what stands on a damaged page of the outbox itself is lost, and counted; the others live.
func TestDamagedOutbox(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	for i := range 60 {
		save(t, r, create("c1", "followup", newID(), schema.Values{"content": strings.Repeat("长", 200+i), "occurred_at": at(0)}))
	}
	if err := r.Upkeep(); err != nil {
		t.Fatal(err)
	}
	place := pageOf(t, r, "outbox", 3)
	doubt(t, r)
	flip(t, filepath.Join(r.Dir(), FileName), place, 60)
	r = reopen(t, r.Dir())
	items, err := r.Tray()
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	saved, lost := items[0].Fault.Params["Count"], items[0].Fault.Params["Lost"]
	n := len(outbox(t, r))
	if n < 50 || n >= 60 || saved != strconv.Itoa(n) || lost != strconv.Itoa(60-n) {
		t.Fatalf("%d are here, %s were told as saved and %s as lost", n, saved, lost)
	}
}

// TestRescueIsCut: a power cut between the steps of a rescue is made good by the next opening.
func TestRescueIsCut(t *testing.T) {
	for step := range 3 {
		r := used(t)
		place := pageOf(t, r, "customer", 2)
		doubt(t, r)
		path := filepath.Join(r.Dir(), FileName)
		flip(t, path, place, 300)
		half := &Replica{dir: r.Dir(), clock: clock.At(noon)}
		fresh := filepath.Join(r.Dir(), newName)
		if err := errors.Join(private(fresh), half.move(path, fresh, "x")); err != nil {
			t.Fatal(err)
		}
		if step > 0 {
			if err := os.Rename(fresh, filepath.Join(r.Dir(), rescuedName+"20260310-040000")); err != nil {
				t.Fatal(err)
			}
		}
		if step > 1 {
			if err := os.Rename(path, filepath.Join(r.Dir(), damagedName+"20260310-040000.db")); err != nil {
				t.Fatal(err)
			}
		}
		r = reopen(t, r.Dir())
		want(t, "outbox", len(outbox(t, r)), 5)
		want(t, "set aside", len(asides(r.Dir())), 1)
	}
}

// TestNoReplicaAtAll: a file that is none is set aside too, and the program starts.
func TestNoReplicaAtAll(t *testing.T) {
	r := used(t)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	flip(t, filepath.Join(r.Dir(), FileName), 0, 100)
	r = reopen(t, r.Dir())
	want(t, "set aside", len(asides(r.Dir())), 1)
	want(t, "told", count(t, r, "tray"), int64(1))
}

// TestNewerReplica: a folder that a newer program has used is not touched, and the words say what to do.
func TestNewerReplica(t *testing.T) {
	r := used(t)
	if err := r.change(durable, func(t *tx) error { return t.exec("INSERT INTO schema_version (version, name) VALUES (9999, 'x')") }); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(r.Dir(), clock.At(noon)); fault.CodeOf(err) != fault.ReplicaNewer {
		t.Fatalf("an older program opened it: %v", err)
	}
}
