package ui

import (
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/schema"
)

// A contact keeps everything it is declared with, stands on its customer's page with the mark of the first one to call,
// and is found by name (CON-01).
func TestContactOfACustomer(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	customer := h.mine()
	values := schema.Values{
		"name": "欧阳若兰", "mobile": "13862904417", "phone": "0512-65882210-806", "email": "ouyang@hengda.example", "wechat": "ouyang_rl",
		"position": "采购总监", "department": "采购部", "sex": "female", "role": "purchasing", "decision_maker": true, "primary": true, "remark": "下午联系",
	}
	id, err := h.book.Create("contact", customer, values)
	if err != nil {
		t.Fatal(err)
	}
	kept, ok, err := h.book.Get("contact", id)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	for name, want := range values {
		if !schema.Equal(kept.Values[name], want) {
			t.Errorf("%s: kept %v, want %v", name, kept.Values[name], want)
		}
	}
	h.open(screen.Route{Screen: screen.Customer, ID: customer})
	h.mustRead("欧阳若兰（采购总监）")
	h.mustRead("首要")
	hits, err := h.book.Search("欧阳若", 5)
	if err != nil || len(hits) != 1 || hits[0].Root != customer {
		t.Errorf("found %+v, %v", hits, err)
	}
}

// A task of a customer stands on its page and in its timeline, and leads back to it from the list (TSK-07).
func TestTaskOfACustomer(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	customer := h.mine()
	contact, err := h.book.Create("contact", customer, schema.Values{"name": "欧阳若兰"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := h.book.Create("task", customer, schema.Values{
		"title": "寄新版样品册", "list": "today", "status": "open", "priority": "high", "contact": contact,
		"executor": h.book.Me().ID, "due_at": noon.Add(24 * time.Hour).UnixMilli(),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.open(screen.Route{Screen: screen.Customer, ID: customer})
	h.mustRead("寄新版样品册")
	events, err := h.book.Timeline(customer)
	if err != nil || len(events) == 0 || events[0].Row.ID != id {
		t.Errorf("the newest of the timeline is not the task: %v", err)
	}
	h.open(screen.Route{Screen: screen.Tasks, ID: id, View: "today"})
	name := h.book.Name("customer", customer)
	h.mustRead(name)
	h.tap(name)
	if at := h.ui.shell.at; at.Screen != screen.Customer || at.ID != customer {
		t.Errorf("the link of the task leads to %+v", at)
	}
}

// A customer is marked as dealt by hand, stays out of the pool's reach from then on, and back (CUS-07).
func TestDealByHand(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	customer := h.ids(book.Query{Kind: "customer", View: book.ViewSoon})[0]
	h.open(screen.Route{Screen: screen.Customer, ID: customer})
	h.tap("标为已成交")
	row, _, err := h.book.Get("customer", customer)
	if err != nil || row.Due.Exempt != "dealt" {
		t.Fatalf("due %+v, %v", row.Due, err)
	}
	h.open(screen.Route{Screen: screen.Customer, ID: customer})
	h.mustRead("改回未成交")
	h.tap("改回未成交")
	if row, _, err = h.book.Get("customer", customer); err != nil || row.Due.Exempt != "" {
		t.Fatalf("due %+v, %v", row.Due, err)
	}
}
