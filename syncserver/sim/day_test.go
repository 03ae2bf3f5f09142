package sim

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// TestDay: a day without a network and back. What was typed offline survives a kill, arrives, and everybody who may see
// it has it, row for row; nobody else has anything.
func TestDay(t *testing.T) {
	o := openOffice(t)
	zhang, li, zhao, admin := o.laptop("zhang"), o.laptop("li"), o.laptop("zhao"), o.laptop("admin")
	zhang.unplug()
	id := zhang.customer("苏州恒达精密制造", schema.Values{"mobile": "13862904417", "tags": []string{"样品"}})
	want(t, "provisional", zhang.row("customer", id).Text("number")[:4], "临-"[:4])
	zhang.trySync()
	zhang.talk(id, "第一次上门")
	if _, err := zhang.Create("task", id, schema.Values{"title": "寄样品", "list": "today"}); err != nil {
		t.Fatal(err)
	}
	if _, err := zhang.Create("contact", id, schema.Values{"name": "陈明"}); err != nil {
		t.Fatal(err)
	}
	zhang.start() // killed between saving and pushing
	zhang.set("customer", id, schema.Values{"mobile": "13900001111"})
	want(t, "unsent", zhang.unsent(), 5)
	zhang.plug()
	zhang.sync()
	want(t, "unsent", zhang.unsent(), 0)
	settle(zhang, li, zhao, admin)
	want(t, "number", zhang.row("customer", id).Text("number"), o.record("customer", id).Text("number"))
	if len(zhang.row("customer", id).Text("number")) < 10 || zhang.row("customer", id).Pending {
		t.Fatalf("the final number has not come: %q", zhang.row("customer", id).Text("number"))
	}
	want(t, "li sees the mobile", li.row("customer", id).Text("mobile"), "13900001111")
	zhao.blind("customer", id)
	for _, l := range []*laptop{zhang, li, zhao, admin} {
		l.check()
	}
	found, err := li.Search("szhd", 5)
	o.must(err)
	want(t, "li finds it", only(t, "finds", found).ID, id)
}

// TestTwoLaptops: different fields are both kept; of the same field the committed value stays and the other one becomes a
// conflict with its three values, which one click turns into a new change.
func TestTwoLaptops(t *testing.T) {
	o := openOffice(t)
	zhang, li := o.laptop("zhang"), o.laptop("li")
	id := zhang.customer("甲", schema.Values{"mobile": "13800000001", "level": "a", "tags": []string{"旧"}})
	settle(zhang, li)
	zhang.unplug()
	zhang.set("customer", id, schema.Values{"mobile": "13800000002", "level": "b", "tags": []string{"旧", "张"}})
	li.set("customer", id, schema.Values{"mobile": "13800000003", "industry": "hardware", "tags": []string{"旧", "李"}})
	li.sync()
	zhang.plug()
	report := zhang.sync()
	want(t, "conflicts", report.Conflicts, 1)
	settle(zhang, li)
	for _, l := range []*laptop{zhang, li} {
		c := l.row("customer", id)
		want(t, l.login, fmt.Sprint(c.Text("mobile"), c.Text("level"), c.Text("industry"), c.Set("tags")), fmt.Sprint("13800000003", "b", "hardware", schema.NewSet("旧", "张", "李")))
		l.check()
	}
	item := only(t, "tray of zhang", zhang.tray())
	want(t, "values", fmt.Sprint(item.Type, item.Field, item.Base, item.Theirs, item.Mine), "conflictmobile138000000011380000000313800000002")
	o.must(zhang.Resolve(item.ID, book.Mine, nil))
	settle(zhang, li)
	want(t, "resolved", li.row("customer", id).Text("mobile"), "13800000002")
	want(t, "tray of zhang", len(zhang.tray()), 0)
	want(t, "tray of li", len(li.tray()), 0)
	zhang.check()
	li.check()
}

// TestLostAnswer: a batch that was handled but whose answer was lost has one effect (I2).
func TestLostAnswer(t *testing.T) {
	o := openOffice(t)
	zhang := o.laptop("zhang")
	id := zhang.customer("甲", nil)
	zhang.sync()
	for i := range 3 {
		zhang.talk(id, fmt.Sprint("第", i, "次"))
	}
	zhang.customer("乙", nil)
	zhang.line.lose.Store(2)
	zhang.trySync()
	zhang.start()
	zhang.trySync()
	zhang.sync()
	want(t, "unsent", zhang.unsent(), 0)
	want(t, "tray", len(zhang.tray()), 0)
	zhang.check()
	visits, err := zhang.Children("followup", id)
	o.must(err)
	want(t, "visits", len(visits), 3)
	ids, err := zhang.IDs(book.Query{Kind: "customer", View: book.ViewMine})
	o.must(err)
	want(t, "customers", len(ids), 2)
}

// TestClaimRace: everybody asks for the same customer, offline and at once; one gets it, the others are told by whom (I8).
func TestClaimRace(t *testing.T) {
	o := openOffice(t)
	zhao := o.laptop("zhao")
	id := zhao.customer("抢手", schema.Values{"mobile": "13862904417", "remark": "秘密"})
	zhao.sync()
	zhao.ask(change.Release, id, released)
	zhao.sync()
	racers := []*laptop{o.laptop("zhang"), o.laptop("wang"), o.laptop("chen")}
	for _, l := range racers {
		c := l.row("customer", id)
		want(t, "masked", c.Text("mobile")+c.Text("remark"), "138****4417")
		l.unplug()
		l.ask(change.Claim, id, map[string]string{"pool": c.Pool})
		want(t, "waits", l.row("customer", id).Asked, change.Claim)
	}
	o.pass(5 * time.Minute)
	var wait sync.WaitGroup
	for _, l := range racers {
		l.plug()
		wait.Add(1)
		go func() {
			defer wait.Done()
			if _, err := l.y.Once(t.Context()); err != nil {
				t.Error(err)
			}
		}()
	}
	wait.Wait()
	settle(append(racers, zhao)...)
	winner := o.record("holding", id).Text("owner")
	won := 0
	for _, l := range append(racers, zhao) {
		l.check()
		if l == zhao {
			continue
		}
		verdict := only(t, "verdict of "+l.login, l.tray())
		want(t, "type", verdict.Type, book.TrayVerdict)
		if l.me == winner {
			won++
			want(t, "granted", verdict.Fault == nil, true)
			want(t, "whole", l.row("customer", id).Text("mobile"), "13862904417")
			continue
		}
		want(t, "refused", verdict.Fault.Code, fault.AlreadyHeld)
		want(t, "by whom", verdict.Fault.Params["Holder"], o.record("user", winner).Text("name"))
		want(t, "name", verdict.Name, "抢手")
		l.blind("customer", id)
	}
	want(t, "winners", won, 1)
}

// TestLeaving: a customer that is taken away leaves with all its bytes; a follow-up typed before is kept by the server, an
// edit goes to people, and its author is told.
func TestLeaving(t *testing.T) {
	const canary = "canary-51f0c2d9"
	o := openOffice(t)
	zhang, wang, li := o.laptop("zhang"), o.laptop("wang"), o.laptop("li")
	id := zhang.customer("要走的客户", schema.Values{"remark": canary, "mobile": "13800000001"})
	zhang.talk(id, canary)
	settle(zhang, wang, li)
	o.pass(time.Hour)
	zhang.unplug()
	late := zhang.talk(id, "走之前的拜访")
	zhang.set("customer", id, schema.Values{"mobile": "13800000002"})
	o.pass(time.Hour)
	li.ask(change.Transfer, id, map[string]string{"to": o.users["wang"], "note": "换人"})
	settle(li, wang)
	zhang.plug()
	settle(zhang, wang, li)
	zhang.blind("customer", id)
	for _, file := range []string{replica.FileName, replica.FileName + "-wal"} {
		raw, err := os.ReadFile(filepath.Join(zhang.dir, file))
		o.must(err)
		if bytes.Contains(raw, []byte(canary)) {
			t.Fatalf("bytes of the customer that left are still in %s", file)
		}
	}
	want(t, "the visit was kept", wang.row("followup", late).Text("author"), o.users["zhang"])
	want(t, "the edit was not applied over wang's head", wang.row("customer", id).Text("mobile"), "13800000001")
	want(t, "unsent", zhang.unsent(), 0)
	told := map[string]book.TrayItem{}
	for _, item := range zhang.tray() {
		told[item.Type] = item
	}
	want(t, "told of the leaving", told[book.TrayLeave].Name, "要走的客户")
	want(t, "told what became of the edit", told[book.TrayRefusal].Fault.Code, fault.HandedOn)
	want(t, "with what was typed", told[book.TrayRefusal].Mutation.Set["mobile"], any("13800000002"))
	want(t, "and where", told[book.TrayRefusal].Name, "要走的客户")
	want(t, "wang decides", only(t, "tray of wang", wang.tray()).Mine, any("13800000002"))
	for _, l := range []*laptop{zhang, wang, li} {
		l.check()
	}
}

// TestReclaimIsTold: the run takes a neglected customer and its owner's laptop lets go of it and says why; one that was
// visited offline in time stays by its grace.
func TestReclaimIsTold(t *testing.T) {
	o := openOffice(t)
	zhang := o.laptop("zhang")
	id := zhang.customer("被忽略的", nil)
	zhang.sync()
	due := zhang.row("customer", id).Due
	want(t, "days", due.Days, 31)
	o.pass(31 * 24 * time.Hour)
	zhang.sync()
	o.pass(24 * time.Hour)
	run, ok, err := o.h.DueRun(t.Context())
	o.must(err)
	want(t, "due", ok, true)
	if _, err := o.h.Reclaim(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	zhang.sync()
	zhang.check()
	want(t, "in the pool", o.record("holding", id).Text("pool"), crm.PoolDefault)
	item := only(t, "tray of zhang", zhang.tray())
	want(t, "told", item.Type+" "+item.Name, "leave 被忽略的")
	want(t, "why", item.Leave.How, "reclaimed")
}

// TestSightChanges: a new superior sees at his next sync what he may see, and loses it as quickly.
func TestSightChanges(t *testing.T) {
	o := openOffice(t)
	zhang, zhao, li := o.laptop("zhang"), o.laptop("zhao"), o.laptop("li")
	a, b := zhang.customer("甲", nil), zhao.customer("乙", nil)
	settle(zhang, zhao, li)
	li.row("customer", a)
	li.blind("customer", b)
	o.put("user", o.users["zhao"], schema.Values{"department": o.east})
	settle(li, zhao)
	li.row("customer", b)
	li.check()
	o.put("user", o.users["li"], schema.Values{"roles": []string{crm.RoleSales}})
	li.sync()
	li.blind("customer", a)
	li.check()
	o.put("user", o.users["zhang"], schema.Values{"disabled": true})
	if _, err := zhang.y.Once(t.Context()); fault.CodeOf(err) != fault.Unauthorized {
		t.Fatalf("a disabled user syncs: %v", err)
	}
}

// TestFirstSyncCut: cut at any page, the first sync goes on, and ends row for row right, though the company works on.
func TestFirstSyncCut(t *testing.T) {
	o := openOffice(t)
	li := o.laptop("li")
	zhang := o.laptop("zhang")
	for i := range 20 {
		id := zhang.customer(name(i), nil)
		zhang.talk(id, "x")
	}
	zhang.sync()
	for cut := int32(1); cut <= 8; cut += 2 {
		l := &laptop{o: o, t: t, login: "li", me: o.users["li"], dir: t.TempDir(), line: &line{}, rows: 20}
		l.line.plugged.Store(true)
		l.line.cutAt.Store(cut)
		l.start()
		l.trySync()
		zhang.set("customer", must(zhang.IDs(book.Query{Kind: "customer", View: book.ViewMine}))[0], schema.Values{"level": []string{"a", "b", "c", "a"}[cut/2]})
		zhang.customer(name(100+int(cut)), nil)
		zhang.sync()
		l.start()
		l.sync()
		l.check()
	}
	li.sync()
	li.check()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
