package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// TestShotsDamage draws what somebody sees whose data folder cannot be opened, and whose work was saved from one.
func TestShotsDamage(t *testing.T) {
	for _, l := range looks() {
		h := newBench(t, l, nil)
		h.server, h.refuse = "https://crm.company.example", fault.New(fault.NotListening, "Host", "crm.company.example")
		h.saved = fault.New(fault.ReplicaSaved, "Count", 3, "Lost", 1, "File", "replica-20261121.damaged")
		h.ui.start()
		h.settle()
		h.shootBoth("first-sync-saved")
		for _, code := range []fault.Code{fault.ReplicaBroken, fault.ReplicaNewer, fault.DiskFull} {
			showTrouble(h.window, fault.New(code), func() time.Time { return noon }, func() string { return "" }, h.ui.threads)
			h.settle()
			h.shootBoth("trouble-" + strings.ToLower(string(code)))
		}
	}
}

// TestShotsLease draws the last days of a lease and what stands in the place of the book afterwards (SYNC-12).
func TestShotsLease(t *testing.T) {
	for _, l := range append(looks(), look{words.Chinese, theme.Light, 150}, look{words.English, theme.Light, 150}) {
		h, _ := offline(t, l)
		must(t, h.book.Set("customer", h.mine(), schema.Values{"address": "新址"}))
		h.stand(screen.Status{State: screen.Offline, LastSync: noon.AddDate(0, 0, -11), Fault: fault.New(fault.Offline), Lease: 3})
		h.shootBoth("lease-warning")
		h.ui.shell.status.explain()
		h.settle()
		h.shootBoth("lease-warning-contact")
		h.prefs.Login = "zhangwei"
		h.lock("14", 3)
		h.shootBoth("lease-locked")
		h.refuse = fault.New(fault.Offline)
		h.write("geheim")
		h.press(fyne.KeyReturn)
		h.shootBoth("lease-locked-offline")
	}
}

// TestShotsSync draws how everything looks that can come between a laptop and its server.
func TestShotsSync(t *testing.T) {
	for _, l := range looks() {
		h, top := offline(t, l)
		must(t, h.book.Set("customer", h.mine(), schema.Values{"address": "新址"}))
		for f, word := range causes {
			if shotsFolder == "" {
				break // TestEachCauseIsTold has looked through them
			}
			h.stand(troubled(f, word))
			h.ui.shell.status.explain()
			h.settle()
			h.shootBoth(fmt.Sprintf("contact-%s", strings.ToLower(string(f.Code))))
			h.press(fyne.KeyEscape)
		}
		for _, st := range []screen.Status{
			{State: screen.Online, LastSync: noon, Skew: -8 * time.Hour},
			{State: screen.Syncing, LastSync: noon, Done: 1286, Total: 4120},
			{State: screen.Halted, LastSync: noon, Fault: fault.New(fault.MassRemoval, "Count", 600)},
		} {
			h.stand(st)
			h.ui.shell.status.tapped()
			h.settle()
			h.shootBoth("contact-" + string(st.State))
			h.press(fyne.KeyEscape)
		}
		h.open(screen.Route{Screen: screen.Settings})
		h.shootBoth("settings-skew")
		h.tap(words.T("ui.settings.rescan"))
		h.shootBoth("dialog-rescan")
		h.press(fyne.KeyEscape)
		h.shootTrays(top)
	}
}

// shootTrays draws the tray with all that can lie in it, a part at a time.
func (h *bench) shootTrays(top *laptop) {
	h.t.Helper()
	mine := h.ids(book.Query{Kind: "customer", View: book.ViewMine})
	for i, codes := range [][]fault.Code{
		{fault.HandedOn, fault.Parked, fault.ReplicaBroken},
		{fault.Forgotten, fault.DependsOn, fault.FieldLocked},
		{fault.Overridden, fault.EditedSince, fault.UnknownKind},
	} {
		for n, code := range codes {
			must(h.t, h.book.Set("customer", mine[n+1], schema.Values{"address": "木渎镇金枫路 216 号", "remark": "样品已寄，等回音"}))
			top.refuse(fault.New(code, "Code", fault.NotHolder))
		}
		h.open(screen.Route{Screen: screen.Tray})
		h.shootBoth(fmt.Sprintf("tray-refusals-%d", i+1))
		h.emptyTray()
	}
	top.clashBy(mine[3], sample.PracticeManager)
	h.open(screen.Route{Screen: screen.Tray})
	h.shootBoth("tray-conflict-holder")
	h.open(screen.Route{Screen: screen.Customer, ID: mine[3]})
	h.shootBoth("customer-conflict")
	h.open(screen.Route{Screen: screen.Tray})
	h.tap(words.T("ui.tray.typed"))
	h.shootBoth("tray-conflict-typed")
	h.press(fyne.KeyEscape)
	_, err := h.book.Ask(change.Release, mine[8], map[string]string{"reason": "no_answer"})
	must(h.t, err)
	top.clash("0190c0de-0000-7000-8000-00000000dead")
	h.open(screen.Route{Screen: screen.Tray})
	h.shootBoth("tray-conflict-elsewhere")
	h.open(screen.Route{Screen: screen.Outbox})
	h.shootBoth("outbox-few")
	_, err = h.book.FollowUp(book.FollowUp{Customer: mine[5], Method: "phone", Content: "陈经理说样品已到，质量部下午试装；对交期满意，价格还要谈 3%。"})
	must(h.t, err)
	top.refuse(fault.New(fault.NotHolder))
	_, err = h.book.Create("contact", mine[5], schema.Values{"name": "吴敏", "mobile": "13862904417"})
	must(h.t, err)
	top.refuse(fault.New(fault.DependsOn))
	must(h.t, h.book.Set("customer", mine[6], schema.Values{"address": "还没有送出的地址"}))
	top.leave(mine[6], wire.Leave{How: "transferred", By: sample.PracticeManager, At: noon.UnixMilli(), Name: h.book.Name("customer", mine[6])})
	top.leave(mine[7], wire.Leave{How: "reclaimed", Days: 30, At: noon.UnixMilli(), Name: h.book.Name("customer", mine[7])})
	h.open(screen.Route{Screen: screen.Tray})
	h.shootBoth("tray-children-leaves")
	h.tap(words.T("ui.tray.dropIt"))
	h.shootBoth("tray-dropped")
	h.emptyTray()
	must(h.t, h.book.Set("customer", mine[1], schema.Values{"address": "写在副本上的地址"}))
	top.refuse(fault.New(fault.ReplicaFork)) // has everything fetched anew: nothing can land here after it
	must(h.t, top.r.Restored())
	h.open(screen.Route{Screen: screen.Tray})
	h.shootBoth("tray-notices")
}

func (h *bench) emptyTray() {
	h.t.Helper()
	items, err := h.book.Tray()
	must(h.t, err)
	for _, item := range items {
		if item.Type == book.TrayConflict {
			continue
		}
		_, err := h.book.Dismiss(item.ID)
		must(h.t, err)
	}
}

// shootBoth draws the screen as it is, and on the smallest laptop that anybody still carries.
func (h *bench) shootBoth(name string) {
	h.t.Helper()
	if shotsFolder != "" { // unpainted, the narrow one finds what the wide one would
		h.shoot(name)
	}
	h.window.Resize(fyne.NewSize(1024, 700))
	h.settle()
	h.shoot(name + "-1024")
	h.window.Resize(fyne.NewSize(1280, 800))
	h.settle()
}
