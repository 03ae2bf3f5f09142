package replica

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// TestFirstSyncResumes: a first sync that is killed after any page goes on with the token it has, and ends with the same
// rows and sums; nobody reads the book before.
func TestFirstSyncResumes(t *testing.T) {
	for killed := range 4 {
		s := newServer(t)
		pages := [][]wire.Frame{
			list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.company(), more("1")),
			list(s.customer("c1", "甲", me, nil), s.put("c1", "contact", "k1", schema.Values{"name": "王"}), more("2")),
			list(s.customer("c2", "乙", me, nil), more("3")),
			list(s.customer("c3", "丙", me, nil), s.root("c1", mine), s.put("c1", "contact", "k1", schema.Values{"name": "李"})), // changed meanwhile
		}
		pages[3] = append(pages[3], s.end())
		r := laptop(t)
		for i, page := range pages {
			ask, _, first, err := r.Position()
			if err != nil {
				t.Fatal(err)
			}
			want(t, "token", ask.Token, []string{"", "1", "2", "3"}[i])
			want(t, "first", first, true)
			if i == killed {
				r = reopen(t, r.Dir())
			}
			take(t, r, page...)
		}
		status, err := r.Status()
		if err != nil {
			t.Fatal(err)
		}
		want(t, "published", status.Published, true)
		want(t, "contact", get(t, r, "contact", "k1").Text("name"), "李")
		ids, err := r.IDs(Filter{Kind: "customer", Where: []Cond{{"due_on", Is, "2026-04-05"}}, Order: []Order{{Column: "name"}}})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "customers by pinyin", fmt.Sprint(ids), "[c3 c1 c2]") // bing jia yi
		want(t, "indexes", indexes(t, r), indexes(t, laptop(t)))
	}
}

func indexes(t testing.TB, r *Replica) (n int64) {
	t.Helper()
	if err := r.view(func(c *conn) (err error) {
		n, err = c.number("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRulesAfterCustomers: when the rules come after the customers of a first sync, the days to the pool are right all
// the same; and they follow when a rule changes later (POOL: days on the laptop).
func TestRulesAfterCustomers(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	take(t, r, list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true), s.customer("c1", "甲", me, nil), more("1"))...)
	take(t, r, list(s.company(), s.end())...)
	due := func(on string) {
		t.Helper()
		n, err := r.Count(Filter{Kind: "customer", Where: []Cond{{"due_on", Is, on}}})
		if err != nil {
			t.Fatal(err)
		}
		want(t, "due on "+on, n, int64(1))
	}
	due("2026-04-05")
	take(t, r, s.root("rule-default", about), s.put("rule-default", "rule", "rule-default", schema.Values{"name": "20", "days": int64(20), "everybody": true}), s.end())
	due("2026-03-26")
}

// TestLeaving: a customer that left takes its rows with it as bytes; what I typed on it stays in the outbox until the
// server has answered, and I am told.
func TestLeaving(t *testing.T) {
	const canary = "canary-6f1c9a4e"
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲"+canary, me, schema.Values{"remark": canary, "mobile": "13800000001"}),
		s.put("c1", "contact", "k1", schema.Values{"name": canary}), s.put("c1", "followup", "f1", schema.Values{"content": canary}),
		s.put("c1", "task", "t1", schema.Values{"title": canary}), s.customer("c2", "乙", me, nil))
	if !bytes.Contains(raw(t, r.Dir()), []byte(canary)) {
		t.Fatal("the canary was never there")
	}
	save(t, r, set("c1", "customer", "c1", schema.Values{"mobile": "13800000002"}, schema.Values{"mobile": "13800000001"}),
		create("c1", "followup", "f2", schema.Values{"content": "打过电话", "occurred_at": at(-1), "recorded_at": at(0)}))

	take(t, r, s.out("c1", mine, &wire.Leave{How: "reclaimed", At: at(0), Name: "甲"}), s.end())
	gone(t, r, "customer", "c1")
	gone(t, r, "followup", "f2")
	if bytes.Contains(raw(t, r.Dir()), []byte(canary)) {
		t.Fatal("bytes of a customer that left are still in the files")
	}
	sent := outgoing(t, r)
	want(t, "still to send", len(sent), 2)
	tray, err := r.Tray()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "tray", fmt.Sprintln(len(tray), tray[0].Type, tray[0].Leave.How, tray[0].Name), "1 leave reclaimed 甲\n")

	answer(t, r, change.Result{ID: sent[0].ID, Outcome: change.Refused, Fault: fault.New(fault.NotHolder)},
		change.Result{ID: sent[1].ID, Outcome: change.Applied, Seq: s.seq})
	tray, err = r.Tray()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "tray", len(tray), 2)
	want(t, "outbox", len(outbox(t, r)), 0)
	gone(t, r, "followup", "f2")
	want(t, "the other one stays", get(t, r, "customer", "c2").Text("name"), "乙")
}

// TestComingBack: a customer that left and comes back wears the unsent edits again.
func TestComingBack(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, schema.Values{"level": "A"}))
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "B"}, schema.Values{"level": "A"}),
		create("c1", "contact", "k1", schema.Values{"name": "王"}))
	take(t, r, s.out("c1", mine, nil), s.end())
	gone(t, r, "contact", "k1")
	take(t, r, append(s.join("c1", mine), s.end())...)
	want(t, "level", get(t, r, "customer", "c1").Text("level"), "B")
	want(t, "contact", get(t, r, "contact", "k1").Text("name"), "王")
	if err := errors.Join(r.Undo(outbox(t, r)[1].Mutation.ID), r.Undo(outbox(t, r)[0].Mutation.ID)); err != nil {
		t.Fatal(err)
	}
	want(t, "level", get(t, r, "customer", "c1").Text("level"), "A")
	gone(t, r, "contact", "k1")
}

// TestJoinReplaces: a join takes the place of all that was held under the root, also when the face gives way to the
// whole customer; sums of whole and face scopes agree with the server's at each step.
func TestJoinReplaces(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s)
	s.root("c1", fair)
	s.put("c1", "customer", "c1", schema.Values{"name": "甲", "mobile": "13800001234"})
	s.put("c1", "holding", "c1", schema.Values{"pool": "pool-fair"})
	full := s.roots["c1"][key{"customer", "c1"}]
	masked := full
	masked.Body, masked.Masked = schema.Values{"name": "甲", "mobile": "138****1234"}, []string{"mobile"}
	hold := s.roots["c1"][key{"holding", "c1"}]
	take(t, r, wire.Frame{Root: &wire.Root{ID: "c1", In: []string{fair}, Join: true}}, wire.Frame{Row: &masked}, wire.Frame{Row: &hold}, s.end())
	want(t, "masked", fmt.Sprint(get(t, r, "customer", "c1").Masked), "[mobile]")
	if found, err := r.Find("1234", []string{"customer"}, 5); err != nil || len(found) != 0 {
		t.Fatalf("a masked telephone is found: %v %v", found, err)
	}
	s.put("c1", "contact", "k1", schema.Values{"name": "王"})
	s.put("c1", "holding", "c1", schema.Values{"owner": me, "claimed_at": at(0)})
	frames := s.join("c1", mine)
	frames[0].Root.Out = []string{fair}
	delete(s.in["c1"], fair)
	take(t, r, append(frames, s.end())...)
	c := get(t, r, "customer", "c1")
	want(t, "mobile", c.Text("mobile"), "13800001234")
	want(t, "masked", len(c.Masked), 0)
	// A second join without the contact removes it.
	delete(s.roots["c1"], key{"contact", "k1"})
	take(t, r, append(s.join("c1", mine), s.end())...)
	gone(t, r, "contact", "k1")
}

// TestScopes: a scope that is dropped takes what is held through it alone.
func TestScopes(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	other := "owner:u-other"
	first(t, r, s, s.grant(other, false), s.customer("c1", "甲", me, nil), s.customer("c2", "乙", "u-other", nil))
	s.in["c1"][other] = true
	take(t, r, wire.Frame{Root: &wire.Root{ID: "c1", In: []string{other}}}, s.end())
	delete(s.face, other)
	out := take(t, r, wire.Frame{Drop: &wire.Drop{Scope: other, Reason: "role_changed"}}, s.end())
	want(t, "left", out.Left, 1)
	get(t, r, "customer", "c1")
	gone(t, r, "customer", "c2")
}

// TestPagesAreWhole: pages of a later pull are kept and applied at once; a reader sees all or nothing; a killed program
// goes on with the token.
func TestPagesAreWhole(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	take(t, r, s.root("c1", mine), s.put("c1", "customer", "c1", schema.Values{"name": "乙"}), more("next"))
	want(t, "not yet", get(t, r, "customer", "c1").Text("name"), "甲")
	r = reopen(t, r.Dir())
	ask, _, _, err := r.Position()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "token", ask.Token, "next")
	take(t, r, append(s.customer("c2", "丙", me, nil), s.end())...)
	want(t, "now", get(t, r, "customer", "c1").Text("name"), "乙")
	get(t, r, "customer", "c2")
	want(t, "staged", count(t, r, "staged"), int64(0))
}

// TestCutPage: a body that ends early, or is no body of ours, changes nothing.
func TestCutPage(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	text := body(t, append(s.customer("c1", "甲", me, nil), s.end())...)
	for _, cut := range [][]byte{text[:len(text)-9], text[:4], []byte("<html>login</html>"), body(t, s.customer("c2", "乙", me, nil)...), nil} {
		if _, err := r.Decode(cut); fault.CodeOf(err) != fault.Malformed {
			t.Errorf("a cut page gave %v", err)
		}
	}
}

// TestRescan (SYNC-16): sums that differ are noted; a rescan fetches everything anew beside what is in use, keeps the
// outbox, and takes the place of what was there at once.
func TestRescan(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil), s.customer("c2", "乙", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"name": "我的"}, schema.Values{"name": "甲"}),
		create("n1", "customer", "n1", schema.Values{"name": "新"}))
	s.put("c2", "contact", "k9", schema.Values{"name": "不见的"}) // never sent
	p, err := r.Decode(body(t, s.end()))
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.Take(p, "epoch")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "mismatch", fmt.Sprint(out.Mismatch), "["+mine+"]")
	want(t, "suspects", fmt.Sprint(suspects(t, r)), "["+mine+"]")

	if err := r.Rescan(); err != nil {
		t.Fatal(err)
	}
	ask, _, isFirst, err := r.Position()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "everything anew", ask.Cursor, "")
	want(t, "but not a first sync", isFirst, false)
	grants := list(s.grant(about, false), s.grant(mine, false), s.grant(fair, true))
	take(t, r, append(grants, more("a"))...)
	take(t, r, append(s.join("c1", mine), more("b"))...)
	want(t, "in use meanwhile", get(t, r, "customer", "c1").Text("name"), "我的")
	take(t, r, list(s.join("c2", mine), s.join("settings", about), s.join("dept-top", about), s.join(me, about), s.join("rule-default", about),
		s.join("followup_method.visit", about), s.end())...)
	want(t, "mended", get(t, r, "contact", "k9").Text("name"), "不见的")
	want(t, "edit", get(t, r, "customer", "c1").Text("name"), "我的")
	want(t, "made here", get(t, r, "customer", "n1").Text("name"), "新")
	want(t, "outbox", len(outbox(t, r)), 2)
	want(t, "indexes", indexes(t, r), indexes(t, laptop(t)))
	want(t, "suspects", len(suspects(t, r)), 0)
}

func suspects(t testing.TB, r *Replica) []string {
	t.Helper()
	scopes, err := r.Suspects()
	if err != nil {
		t.Fatal(err)
	}
	return scopes
}

// TestMassRemoval: a checkpoint that takes most of the replica away without a reason is not believed until somebody
// says so; the data stays readable.
func TestMassRemoval(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	var all []wire.Frame
	for i := range 600 {
		all = append(all, s.customer(fmt.Sprintf("c%03d", i), "甲", me, nil)...)
	}
	first(t, r, s, all)
	var frames []wire.Frame
	for i := range 600 {
		frames = append(frames, s.out(fmt.Sprintf("c%03d", i), mine, nil))
	}
	text := body(t, append(frames, s.end())...)
	p, err := r.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Take(p, "epoch"); fault.CodeOf(err) != fault.MassRemoval || fault.Of(err).Params["Count"] != "600" {
		t.Fatalf("a mass removal: %v", err)
	}
	get(t, r, "customer", "c599")
	if err := r.AllowRemoval(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Take(p, "epoch"); err != nil {
		t.Fatal(err)
	}
	gone(t, r, "customer", "c599")
}

// TestServerDeletes: a record the server deleted goes, also with an unsent edit on it, which stays in the outbox.
func TestServerDeletes(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil), s.put("c1", "contact", "k1", schema.Values{"name": "王"}), s.put("c1", "contact", "k2", schema.Values{"name": "李"}))
	save(t, r, set("c1", "contact", "k2", schema.Values{"name": "李四"}, schema.Values{"name": "李"}))
	take(t, r, s.root("c1", mine), s.put("c1", "contact", "k1", nil), s.put("c1", "contact", "k2", nil), s.end())
	gone(t, r, "contact", "k1")
	gone(t, r, "contact", "k2")
	want(t, "outbox", len(outbox(t, r)), 1)
	take(t, r, s.root("c1", mine), s.put("c1", "contact", "k2", schema.Values{"name": "李"}), s.end()) // the edit won: it returns
	want(t, "back", get(t, r, "contact", "k2").Text("name"), "李四")
}

// TestClear: a folder belongs to one account; another one starts clean, but not over unsent work.
func TestClear(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲canary", me, nil))
	save(t, r, set("c1", "customer", "c1", schema.Values{"name": "乙"}, nil))
	if err := r.Clear(); fault.CodeOf(err) != fault.OtherAccount {
		t.Fatalf("clear over unsent work: %v", err)
	}
	if err := r.Undo(outbox(t, r)[0].Mutation.ID); err != nil {
		t.Fatal(err)
	}
	if err := r.Clear(); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw(t, r.Dir()), []byte("canary")) {
		t.Fatal("the former account's bytes are still there")
	}
	status, err := r.Status()
	if err != nil {
		t.Fatal(err)
	}
	want(t, "published", status.Published, false)
}

// TestConflictThatLeaves (I7): when an open conflict leaves with its customer, what the person typed stays in the tray, and
// the value of the others goes.
func TestConflictThatLeaves(t *testing.T) {
	const theirs = "canary-theirs-31"
	r := laptop(t)
	s := newServer(t)
	own := "user:" + me
	conflict := func(id, editor, state string) []wire.Frame {
		return list(s.root(id, own), s.put(id, "conflict", id, schema.Values{
			"editor": editor, "kind": "customer", "record": "c1", "root": "c1", "title": "甲", "field": "mobile", "mutation": "m-" + id,
			"base": `"1"`, "theirs": `"` + theirs + `"`, "mine": `"13800000002"`, "mine_at": at(-1), "state": state,
		}))
	}
	first(t, r, s, s.grant(own, false), s.customer("c1", "甲", me, nil), conflict("x1", me, "open"), conflict("x2", me, "theirs"), conflict("x3", boss, "open"))
	take(t, r, s.out("c1", mine, nil), s.out("x1", own, nil), s.out("x2", own, nil), s.out("x3", own, nil), s.end())
	items, err := r.Tray()
	if err != nil || len(items) != 1 {
		t.Fatal(items, err)
	}
	want(t, "told", fmt.Sprint(items[0].Fault.Code, items[0].Name, items[0].Mutation.Set["mobile"], items[0].Mutation.At == at(-1)), "HANDED_ON甲13800000002true")
	if bytes.Contains(raw(t, r.Dir()), []byte(theirs)) {
		t.Fatal("the value of the others is still there")
	}
}

// TestOtherProgram: a sync without a window on the same folder is noticed by the window.
func TestOtherProgram(t *testing.T) {
	r := laptop(t)
	s := newServer(t)
	first(t, r, s, s.customer("c1", "甲", me, nil))
	told := 0
	defer r.Watch(func(t Touched) {
		if t.Kinds["customer"] && t.Tray {
			told++
		}
	})()
	look := func(times int) {
		t.Helper()
		if err := r.LookAround(); err != nil {
			t.Fatal(err)
		}
		want(t, "told", told, times)
	}
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "A"}, nil))
	look(0)
	other := reopen(t, r.Dir())
	take(t, other, s.root("rule-default", about), s.put("rule-default", "rule", "rule-default", schema.Values{"name": "20", "days": int64(20), "everybody": true}), s.end())
	save(t, r, set("c1", "customer", "c1", schema.Values{"level": "B"}, nil)) // comes before the look
	look(1)
	look(1)
	save(t, r, create("n1", "customer", "n1", schema.Values{"name": "新"})) // by the rule that the other program fetched
	n, err := r.Count(Filter{Kind: "customer", Where: []Cond{{"id", Is, "n1"}, {"due_on", Is, "2026-03-31"}}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "due by the new rule", n, int64(1))
}
