package hub

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// TestSightChangesBetweenPages: scopes that are granted, withdrawn or shown otherwise while a laptop is in the middle of
// an answer (I4, I6).
func TestSightChangesBetweenPages(t *testing.T) {
	for name, change := range map[string]func(w *world, c company, page int){
		"granted": func(w *world, c company, page int) {
			if page == 3 {
				w.put("user", c.manager, Values{"department": crm.DepartmentTop})
			}
		},
		"withdrawn": func(w *world, c company, page int) {
			if page == 9 {
				w.put("user", c.manager, Values{"department": c.other})
			}
		},
		"withdrawn and granted again": func(w *world, c company, page int) {
			switch page {
			case 6:
				w.put("user", c.manager, Values{"department": c.other})
			case 9:
				w.put("user", c.manager, Values{"department": c.sales})
			}
		},
		"both between two pages": func(w *world, c company, page int) {
			if page == 9 {
				w.put("user", c.manager, Values{"department": c.other})
				w.put("user", c.manager, Values{"department": c.sales})
			}
		},
		"pool shown otherwise": func(w *world, _ company, page int) {
			if page%7 == 0 {
				w.put("pool", crm.PoolDefault, Values{"masked_fields": []string{[]string{"mobile", "remark"}[page/7%2]}})
			}
		},
		"moved to and fro": func(w *world, c company, page int) {
			to := []string{c.wang, c.zhang}[page%2]
			for _, h := range w.all("holding")[:2] {
				w.one(w.device(w.admin), w.ask(Transfer, h.ID, map[string]string{"to": to}))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.company()
			zhang, wang, far := w.device(c.zhang), w.device(c.wang), w.device(c.far)
			for i := range 6 {
				for _, by := range []Identity{zhang, wang, far} {
					id := w.customer(by, fmt.Sprintf("客户%d", i), Values{"mobile": fmt.Sprintf("1380000%04d", i), "remark": "备注"})
					if i > 3 {
						w.release(by, id)
					}
				}
			}
			// From nothing, and from a cursor before everything; a page holds one root, so the change is in the middle.
			for _, first := range []bool{true, false} {
				manager := w.client(c.manager)
				if !first {
					manager.pull(0, nil)
					w.customer(zhang, "新客户", nil)
				}
				skip := len(w.all("dictionary")) + 12 // the pages of the directory are not the point
				page := 0
				manager.pull(1, func() {
					if page++; page > skip && page < skip+30 {
						change(w, c, page-skip)
					} else if !first && page < 30 {
						change(w, c, page)
					}
				})
				manager.mustEqual()
				manager.pull(0, nil)
				manager.mustEqual()
			}
		})
	}
}

// TestLeavesAndComesBack: a root that left and came back between two pulls is a join; one that left, came back and left
// again is gone; one that came and went between two pulls is never mentioned.
func TestLeavesAndComesBack(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang, manager := w.client(c.zhang), w.device(c.wang), w.client(c.manager)
	back, gone := w.customer(zhang.by, "回来", nil), w.customer(zhang.by, "又走", nil)
	zhang.pull(0, nil)
	manager.pull(0, nil)
	hand := func(by Identity, id, to string) {
		t.Helper()
		w.outcome(w.one(by, w.ask(Transfer, id, map[string]string{"to": to})), change.Applied)
	}
	contact := w.id()
	for _, id := range []string{back, gone} {
		hand(zhang.by, id, c.wang)
	}
	w.outcome(w.one(wang, w.mutation(change.Create, "contact", contact, back, Values{"name": "陈"})), change.Applied)
	hand(wang, back, c.zhang)
	hand(wang, gone, c.zhang)
	hand(zhang.by, gone, c.wang)
	passing := w.customer(wang, "路过", nil)
	hand(wang, passing, c.zhang)
	hand(zhang.by, passing, c.wang)

	zhang.pull(0, nil)
	zhang.mustEqual()
	for _, f := range zhang.frames {
		if f.Root == nil {
			continue
		}
		switch f.Root.ID {
		case back:
			if !f.Root.Join || !slices.Contains(f.Root.In, access.OwnerScope(c.zhang)) {
				t.Errorf("came back as %+v", f.Root)
			}
		case passing:
			t.Errorf("a root that came and went is mentioned: %+v", f.Root)
		}
	}
	if zhang.state.in[gone] != nil || len(zhang.shown("contact")) != 1 {
		t.Error("not what he holds")
	}
	// The manager sees both: a root never leaves him on its way from one to the other, or his unsent edits on it would go.
	manager.pull(0, nil)
	manager.mustEqual()
	for _, f := range manager.frames {
		if f.Root != nil && len(f.Root.Out) > 0 && len(f.Root.In) == 0 {
			t.Errorf("left the manager: %+v", f.Root)
		}
	}
}

// TestTokensAndCursors: a token is its user's; a cursor of another history or beyond the end means that the server was
// restored; a user who is disabled or a device that is revoked gets nothing more (SYNC-12).
func TestTokensAndCursors(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang := w.client(c.zhang), w.client(c.wang)
	pull := func(by Identity, in wire.Pull) error { return w.h.Pull(w.ctx(), by, in, wire.NewWriter()) }
	staged := emptyReplica()
	end := zhang.page(&staged, wire.Pull{Limit: 1})
	if !end.More || end.Token == "" || end.Total == 0 {
		t.Fatalf("end %+v", end)
	}
	zhang.pull(0, nil)
	for name, x := range map[string]struct {
		err  error
		want fault.Code
	}{
		"another's token": {pull(wang.by, wire.Pull{Token: end.Token}), fault.Malformed},
		"no token":        {pull(zhang.by, wire.Pull{Token: "!"}), fault.Malformed},
		"no cursor":       {pull(zhang.by, wire.Pull{Cursor: w.h.Epoch() + ".x"}), fault.Malformed},
		"another epoch":   {pull(zhang.by, wire.Pull{Cursor: "other.1"}), fault.EpochChanged},
		"beyond the end":  {pull(zhang.by, wire.Pull{Cursor: w.h.Epoch() + ".999999"}), fault.EpochChanged},
		"own token":       {pull(zhang.by, wire.Pull{Token: end.Token}), ""},
	} {
		if fault.CodeOf(x.err) != x.want {
			t.Errorf("%s: %v, want %s", name, x.err, x.want)
		}
	}
	w.must(w.h.RevokeDevice(w.ctx(), System, wang.by.Device))
	w.put("user", c.zhang, Values{"disabled": true})
	for _, by := range []Identity{zhang.by, wang.by} {
		if err := pull(by, wire.Pull{Cursor: zhang.cursor}); fault.CodeOf(err) != fault.Unauthorized {
			t.Errorf("%s: %v", w.name(by.User), err)
		}
	}
	if _, err := w.h.Push(w.ctx(), zhang.by, wire.Push{}, nil); fault.CodeOf(err) != fault.Unauthorized {
		t.Errorf("push of a disabled user: %v", err)
	}
}

// TestDropSaysWhy: a scope that goes is dropped with its reason, and what hung on it alone is gone.
func TestDropSaysWhy(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	manager := w.client(c.manager)
	w.customer(w.device(c.zhang), "恒达机械", nil)
	manager.pull(0, nil)
	if len(manager.shown("customer")) != 1 {
		t.Fatal("the manager does not see it")
	}
	w.put("user", c.manager, Values{"roles": []string{crm.RoleSales}})
	manager.pull(0, nil)
	manager.mustEqual()
	var dropped []string
	for _, f := range manager.frames {
		if f.Drop != nil {
			dropped = append(dropped, f.Drop.Scope+" "+f.Drop.Reason)
		}
	}
	if len(manager.shown("customer")) != 0 || !slices.Contains(dropped, "owner:"+c.zhang+" organisation_changed") {
		t.Errorf("dropped %v", dropped)
	}
}

// TestNothingNew: a pull with nothing new is one frame, and other people's news makes no news.
func TestNothingNew(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang := w.client(c.zhang)
	zhang.pull(0, nil)
	zhang.pull(0, nil)
	if len(zhang.frames) != 1 || zhang.frames[0].End == nil {
		t.Errorf("%+v", zhang.frames)
	}
	w.customer(w.device(c.far), "别人的", nil)
	zhang.pull(0, nil)
	if len(zhang.frames) != 1 || !strings.HasPrefix(zhang.cursor, w.h.Epoch()+".") {
		t.Errorf("%+v", zhang.frames)
	}
}

// TestConflictsFollowTheSight: a conflict shows the committed value, so it leaves its editor with the customer and goes to
// the next holder (I6).
func TestConflictsFollowTheSight(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, manager, wang := w.client(c.zhang), w.client(c.manager), w.client(c.wang)
	id := w.customer(zhang.by, "恒达机械", Values{"mobile": "13800000001"})
	w.outcome(w.one(zhang.by, w.edit("customer", id, id, "mobile", "13800000001", "13800000002")), change.Applied)
	w.outcome(w.one(manager.by, w.edit("customer", id, id, "mobile", "13800000001", "13800000003")), change.Conflict)
	has := func(c *client) bool { c.pull(0, nil); c.mustEqual(); return len(c.shown("conflict")) == 1 }
	if !has(zhang) || !has(manager) || has(wang) {
		t.Error("at first")
	}
	w.outcome(w.one(zhang.by, w.ask(Transfer, id, map[string]string{"to": c.wang})), change.Applied)
	if has(zhang) || !has(manager) || !has(wang) {
		t.Error("after the transfer")
	}
	w.put("user", c.manager, Values{"roles": []string{crm.RoleSales}})
	if has(manager) || !has(wang) {
		t.Error("after the editor's role was taken")
	}
	w.release(wang.by, id)
	if has(wang) || has(zhang) {
		t.Error("in the pool")
	}
}
