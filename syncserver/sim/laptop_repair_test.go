package sim_test

import (
	"fmt"
	"testing"

	"yuzhou/shared/schema"
)

// TestNarrowRepair (I3, SYNC-16): whatever is wrong in a laptop's file, the ranges that differ are found by their sums and
// fetched anew, a fraction of all rows, and what was typed stays on top. The counting is that of Upkeep.
func TestNarrowRepair(t *testing.T) {
	o := newOffice(t, 1500)
	fresh := o.desk(daySeller)
	ids := fresh.mine()
	whole := fresh.dump()
	total := len(whole)
	victim, other := ids[len(ids)/2], ids[len(ids)/3]
	owner := "(SELECT n FROM scope WHERE name = 'owner:day-" + daySeller + "')"
	for name, c := range map[string]struct {
		damage []string
		narrow bool // something has to be fetched
	}{
		"a row of another version": {[]string{"UPDATE customer SET seq = seq + 1, remark = 'wrong' WHERE id = '" + victim + "'"}, true},
		"a missing row":            {[]string{"DELETE FROM followup WHERE root_id = '" + victim + "'", "DELETE FROM contact WHERE root_id = '" + other + "'"}, true},
		"a surplus row":            {[]string{"INSERT INTO contact (id, root_id, seq, name) VALUES ('k-surplus', '" + victim + "', 5, '多余')"}, true},
		"a missing root": {[]string{
			"DELETE FROM root WHERE id = '" + victim + "'", "DELETE FROM root_scope WHERE root = '" + victim + "'",
		}, true},
		"a surplus root": {[]string{
			"INSERT INTO customer (id, root_id, seq, name) VALUES ('c-surplus', 'c-surplus', 5, '多余')",
			"INSERT INTO root VALUES ('c-surplus', 0, zeroblob(16), 0, zeroblob(16))", "INSERT INTO root_scope VALUES ('c-surplus', " + owner + ")",
		}, true},
		"rows of a root that is not here": {[]string{"INSERT INTO customer (id, root_id, seq, name) VALUES ('c-stray', 'c-stray', 5, '多余')"}, false},
		"a root out of its scope":         {[]string{"DELETE FROM root_scope WHERE root = '" + victim + "'"}, true},
		"a root in a scope too many": {[]string{
			"INSERT INTO root_scope SELECT '" + victim + "', n FROM scope WHERE name = 'common'",
		}, true},
		"the stored sum of a scope": {[]string{"UPDATE scope SET count = count + 1 WHERE n = " + owner}, false},
		"the stored sum of a root":  {[]string{"UPDATE root SET count = count + 1, sum = zeroblob(16) WHERE id = '" + victim + "'"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d := fresh.twin(t)
			d.sql(c.damage...)
			wrong, err := d.r.Recount()
			if err != nil || !wrong {
				t.Fatalf("the damage was not counted: %v", err)
			}
			report := d.sync()
			same(t, name, d.dump(), whole)
			if report.PulledRows > total/10 || c.narrow != (report.PulledRows > 0) {
				t.Fatalf("%d of %d rows were fetched", report.PulledRows, total)
			}
			if left, err := d.r.Suspects(); err != nil || len(left) > 0 {
				t.Fatalf("still suspect: %v %v", left, err)
			}
		})
	}
}

// TestRepairUnderEdits (I1): what waits to be sent survives a repair of its customer, and is sent after it.
func TestRepairUnderEdits(t *testing.T) {
	o := newOffice(t, 300)
	d := o.desk(daySeller)
	ids := d.mine()
	victim := ids[7]
	o.stop()
	if err := d.b.Set("customer", victim, schema.Values{"remark": "离线写的"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.b.Create("contact", victim, schema.Values{"name": "新联系人"}); err != nil {
		t.Fatal(err)
	}
	made, err := d.b.Create("customer", "", schema.Values{"name": "离线新建的客户"})
	if err != nil {
		t.Fatal(err)
	}
	d.sql("DELETE FROM contact WHERE root_id = '"+victim+"' AND seq > 0", "UPDATE holding SET seq = seq + 1 WHERE id = '"+victim+"'")
	if _, err := d.r.Recount(); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{victim, made} {
		if _, ok, err := d.b.Get("customer", id); !ok || err != nil {
			t.Fatal("counting took a customer away", err)
		}
	}
	o.open()
	d.sync()
	row, _, err := d.b.Get("customer", victim)
	if err != nil || row.Text("remark") != "离线写的" {
		t.Fatalf("the edit went: %v %v", row, err)
	}
	fresh := o.desk(daySeller)
	same(t, "after the repair", d.dump(), fresh.dump())
}

// TestRepairsAreBounded: sums that no fetching makes agree are told, not fetched for ever.
func TestRepairsAreBounded(t *testing.T) {
	o := newOffice(t, 0)
	d := o.desk(daySeller)
	for i := range 4 {
		whole, err := d.r.SpendRepair()
		if err != nil || whole != (i == 3) {
			t.Fatal(i, whole, err)
		}
	}
	if _, err := d.r.SpendRepair(); fmt.Sprint(err) != "DIGEST_MISMATCH" {
		t.Fatalf("the fifth repair of a day: %v", err)
	}
}
