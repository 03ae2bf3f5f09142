package sim_test

import (
	"fmt"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// TestServerForgets (I1, I2, SYNC-09): a server that was copied back from an older backup has forgotten what it had
// accepted. The laptops offer it again, in order and under the old ids: nothing is lost and nothing is there twice. What
// it does not take any more is told with its content.
func TestServerForgets(t *testing.T) {
	o := newOffice(t, 60)
	d, colleague := o.desk(daySeller), o.desk(dayColleague)
	ids := d.mine()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(d.b.Set("customer", ids[0], schema.Values{"remark": "备份里有的"}))
	d.sync()
	backup := o.backUp()

	// The backup knows nothing of this.
	for i := range 5 {
		must(d.b.Set("customer", ids[i], schema.Values{"remark": fmt.Sprint("备份之后 ", i)}))
		_, err := d.b.FollowUp(book.FollowUp{Customer: ids[i], Method: "visit", Content: fmt.Sprint("拜访 ", i)})
		must(err)
	}
	made, err := d.b.Create("customer", "", schema.Values{"name": "备份之后新建的客户有限公司"})
	must(err)
	contact, err := d.b.Create("contact", made, schema.Values{"name": "王新"})
	must(err)
	_, err = d.b.Ask(change.Transfer, ids[9], map[string]string{"to": "day-" + dayColleague})
	must(err)
	d.sync()
	must(d.b.Set("contact", contact, schema.Values{"position": "经理"})) // on what is forgotten too
	d.sync()
	colleague.sync()
	pooled, err := colleague.b.IDs(book.Query{Kind: "customer", Pool: crm.PoolDefault, Sort: "id"})
	must(err)
	claimed := pooled[0]
	_, err = colleague.b.Ask(change.Claim, claimed, nil)
	must(err)
	colleague.sync()

	o.restore(backup)
	must(d.b.Set("customer", ids[1], schema.Values{"industry": "恢复之后写的"}))
	d.sync()
	colleague.sync()
	d.sync()
	colleague.sync()
	same(t, "the seller's laptop", d.dump(), o.desk(daySeller).dump())
	same(t, "the colleague's laptop", colleague.dump(), o.desk(dayColleague).dump())
	for i := range 5 {
		row, _, err := d.b.Get("customer", ids[i])
		must(err)
		if want := fmt.Sprint("备份之后 ", i); row.Text("remark") != want {
			t.Fatalf("the remark is %q, should be %q", row.Text("remark"), want)
		}
		times := 0
		all, err := d.r.Children("followup", ids[i])
		must(err)
		for _, f := range all {
			if f.Text("content") == fmt.Sprint("拜访 ", i) {
				times++
			}
		}
		if times != 1 {
			t.Fatalf("the visit %d is there %d times", i, times)
		}
	}
	row, ok, err := d.b.Get("contact", contact)
	if err != nil || !ok || row.Text("position") != "经理" {
		t.Fatalf("the contact made after the backup: %v %v", row, err)
	}
	if row, _, err := d.b.Get("customer", ids[1]); err != nil || row.Text("industry") != "恢复之后写的" {
		t.Fatalf("what was typed after the restore: %v %v", row, err)
	}
	if row, ok, err := colleague.b.Get("customer", claimed); err != nil || !ok || row.Owner != "day-"+dayColleague {
		t.Fatalf("the claim was forgotten: %v %v", row, err)
	}
	for _, l := range []*desk{d, colleague} {
		if n, err := l.r.Unsent(); n > 0 || err != nil {
			t.Fatal("unsent", n, err)
		}
		items, err := l.b.Tray()
		if err != nil || len(items) != 1 || items[0].Type != book.TrayNotice || items[0].Fault.Code != fault.EpochChanged {
			t.Fatalf("the tray does not tell of the restore alone: %v %v", items, err)
		}
	}
	// A second restore of the same backup brings the same back once more.
	o.restore(backup)
	d.sync()
	if row, _, err := d.b.Get("customer", ids[4]); err != nil || row.Text("remark") != "备份之后 4" {
		t.Fatalf("after the second restore: %v %v", row, err)
	}
}

// TestForgottenAndRefused (I7): what a restored server does not take again is in the tray, with its content and a reason.
func TestForgottenAndRefused(t *testing.T) {
	o := newOffice(t, 30)
	d, colleague := o.desk(daySeller), o.desk(dayColleague)
	backup := o.backUp()
	pooled, err := d.b.IDs(book.Query{Kind: "customer", Pool: crm.PoolDefault, Sort: "id"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.b.Ask(change.Claim, pooled[0], nil); err != nil {
		t.Fatal(err)
	}
	d.sync()
	if err := d.b.Set("customer", pooled[0], schema.Values{"remark": "我领取之后写的"}); err != nil {
		t.Fatal(err)
	}
	d.sync()
	o.restore(backup)
	colleague.sync() // somebody else is quicker this time
	if _, err := colleague.b.Ask(change.Claim, pooled[0], nil); err != nil {
		t.Fatal(err)
	}
	colleague.sync()
	d.sync()
	items, err := d.r.Tray()
	if err != nil {
		t.Fatal(err)
	}
	codes := map[change.Op]*replica.TrayItem{}
	for _, i := range items {
		if i.Mutation != nil {
			codes[i.Mutation.Op] = &i
		}
	}
	claim, edit := codes[change.Ask], codes[change.Set]
	if claim == nil || claim.Fault.Code != fault.Forgotten || claim.Fault.Params["Code"] != string(fault.AlreadyHeld) {
		t.Fatalf("the claim is not told: %+v", items)
	}
	if edit == nil || edit.Mutation.Set["remark"] != "我领取之后写的" {
		t.Fatalf("the edit is not told: %+v", items)
	}
	same(t, "the rest", d.dump(), o.desk(daySeller).dump())
}

// TestRolledBackImage: a laptop that was put back to an older image sends and fetches what it already had sent and
// fetched; nothing is doubled, and nobody needs to be asked.
func TestRolledBackImage(t *testing.T) {
	o := newOffice(t, 40)
	d := o.desk(daySeller)
	ids := d.mine()
	for i := range 3 {
		if _, err := d.b.FollowUp(book.FollowUp{Customer: ids[i], Method: "visit", Content: fmt.Sprint("拜访 ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	image := d.twin(t) // three entries wait in it
	d.sync()
	if err := d.b.Set("customer", ids[5], schema.Values{"remark": "之后"}); err != nil {
		t.Fatal(err)
	}
	d.sync()
	if err := image.b.Set("customer", ids[6], schema.Values{"remark": "映像里写的"}); err != nil {
		t.Fatal(err)
	}
	image.sync()
	d.sync()
	same(t, "the image", image.dump(), d.dump())
	all, err := image.r.Children("followup", ids[0])
	if err != nil {
		t.Fatal(err)
	}
	times := 0
	for _, f := range all {
		if f.Text("content") == "拜访 0" {
			times++
		}
	}
	if tray, err := image.r.TrayCount(); err != nil || tray > 0 || times != 1 {
		t.Fatalf("tray %d, the visit %d times, %v", tray, times, err)
	}
}

// TestFork: two copies of one laptop send different content under one id. The second becomes a replica of its own, keeps
// what was typed, sends it under a new id, and says so once.
func TestFork(t *testing.T) {
	o := newOffice(t, 40)
	d := o.desk(daySeller)
	ids := d.mine()
	for _, text := range []string{"一", "二", "三"} {
		if err := d.b.Set("customer", ids[0], schema.Values{"remark": text}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.b.Set("customer", ids[1], schema.Values{"remark": "两台都有"}); err != nil {
		t.Fatal(err)
	}
	twin := d.twin(t)
	before, _, err := twin.r.Sender()
	if err != nil {
		t.Fatal(err)
	}
	typed, err := twin.r.Outbox()
	if err != nil {
		t.Fatal(err)
	}
	// Taking back the first edit gives the second another base: the same id with other content.
	if err := twin.b.Undo(typed[0].Mutation.ID); err != nil {
		t.Fatal(err)
	}
	d.sync()
	twin.sync()
	now, _, err := twin.r.Sender()
	if err != nil || now == before {
		t.Fatalf("still the same replica: %v", err)
	}
	account, err := twin.r.Account()
	if err != nil || account.Device != before {
		t.Fatalf("the device changed with it: %+v %v", account, err)
	}
	items, err := twin.r.Tray()
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, i := range items {
		if i.Type == replica.TrayNotice && i.Fault.Code == fault.ReplicaFork {
			told++
		}
	}
	if n, err := twin.r.Unsent(); n > 0 || told != 1 || err != nil {
		t.Fatalf("unsent %d, told %d times, %v", n, told, err)
	}
	d.sync()
	same(t, "the copy", twin.dump(), d.dump())
	row, _, err := d.b.Get("customer", ids[0])
	if err != nil || row.Text("remark") != "三" {
		t.Fatalf("the remark is %q, %v", row.Text("remark"), err)
	}
}
