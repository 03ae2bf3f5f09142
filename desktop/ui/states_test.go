package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// offline is a laptop on the train: its window, with the server out of reach since this morning.
func offline(t *testing.T, l look) (*bench, *laptop) {
	t.Helper()
	top := newLaptop(t)
	h := newBench(t, l, top.book)
	h.server = "https://crm.company.example"
	h.status = screen.Status{State: screen.Offline, LastSync: noon.Add(-63 * 60 * 1e9), Fault: fault.New(fault.Offline)}
	h.ui.shell.showStatus()
	return h, top
}

func (h *bench) mine() string {
	h.t.Helper()
	return h.ids(book.Query{Kind: "customer", View: book.ViewMine})[0]
}

// A claim made offline is a request: the pool says 待确认, and so do the outbox and 今天 (POOL-33).
func TestClaimOffline(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.open(screen.Route{Screen: screen.Pool})
	h.mustRead("现在离线：领取会记为请求")
	h.mustNotRead("待确认")
	id := h.ids(book.Query{Kind: "customer", Pool: crm.PoolDefault})[0]
	h.press(fyne.KeyHome)
	h.press(fyne.KeySpace)
	h.tap("领取所选")
	h.mustRead("待确认")
	row, _, err := h.book.Get("customer", id)
	must(t, err)
	if row.Asked != change.Claim || row.Owner != "" {
		t.Fatalf("asked %q, owner %q: a request must not make the customer mine", row.Asked, row.Owner)
	}
	h.open(screen.Route{Screen: screen.Outbox})
	h.mustRead("请求领取 · " + row.Title())
	h.tap("撤销")
	h.mustRead("没有待同步的改动")
}

// A field with two values is decided with one click; mine goes out again as a new change (SYNC-05).
func TestConflict(t *testing.T) {
	h, top := offline(t, plainLook)
	id := h.mine()
	h.open(screen.Route{Screen: screen.Customer, ID: id})
	top.clash(id)
	h.settle()
	h.mustRead("另有一个值待定")
	h.tap("1 项待处理")
	for _, text := range []string{"手机有两个值", "139 5713 2086", "139 5713 9901", "137 0571 6655"} {
		h.mustRead(text)
	}
	h.tap("用我的")
	h.mustRead("没有要处理的事")
	row, _, err := h.book.Get("customer", id)
	must(t, err)
	if got := row.Text("mobile"); got != "13705716655" {
		t.Fatalf("the mobile number is %s", got)
	}
}

// A third value is checked like in the form before it is taken.
func TestConflictTyped(t *testing.T) {
	h, top := offline(t, plainLook)
	id := h.mine()
	top.clash(id)
	h.open(screen.Route{Screen: screen.Tray})
	h.tap("另填…")
	h.write("1")
	h.shortcut(fyne.KeyReturn)
	h.mustRead("手机号应为 11 位数字")
	h.window.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
	h.write("13600001111")
	h.shortcut(fyne.KeyReturn)
	h.mustRead("没有要处理的事")
	row, _, err := h.book.Get("customer", id)
	must(t, err)
	if got := row.Text("mobile"); got != "13600001111" {
		t.Fatalf("the mobile number is %s", got)
	}
}

// A refused change says what, why and what next, keeps what was typed, and can be sent again (SYNC-02).
func TestRefusal(t *testing.T) {
	h, top := offline(t, plainLook)
	id := h.mine()
	must(t, h.book.Set("customer", id, schema.Values{"address": "木渎镇金枫路 216 号"}))
	top.refuse(fault.New(fault.NotHolder))
	h.open(screen.Route{Screen: screen.Tray})
	h.mustRead("没有被接受")
	h.mustRead("这位客户已经不由你负责")
	h.mustRead("木渎镇金枫路 216 号")
	h.tap("放弃这项改动")
	h.mustRead("没有要处理的事")
	h.tap("撤销") // by mistake: nothing of it is lost
	h.mustRead("木渎镇金枫路 216 号")
	h.tap("再试一次")
	h.mustRead("没有要处理的事")
	if entries, err := h.book.Outbox(); err != nil || len(entries) != 1 {
		t.Fatalf("the outbox has %d entries, %v", len(entries), err)
	}
}

// A refused claim says that it used up nothing; a customer that left says where it went, and its page says so too.
func TestVerdictAndLeave(t *testing.T) {
	h, top := offline(t, plainLook)
	pooled := h.ids(book.Query{Kind: "customer", Pool: crm.PoolDefault})[0]
	gone := h.mine()
	name := h.book.Name("customer", gone)
	_, err := h.book.Ask(change.Claim, pooled, map[string]string{"pool": crm.PoolDefault})
	must(t, err)
	top.refuse(fault.New(fault.AlreadyHeld, "Holder", "孙丽", "Since", noon.Add(-2*3600e9).UnixMilli()))
	top.leave(gone, wire.Leave{How: "reclaimed", To: crm.PoolDefault, At: noon.UnixMilli(), Name: name})
	h.open(screen.Route{Screen: screen.Tray})
	h.mustRead("未成功")
	h.mustRead("孙丽")
	h.mustRead("今天还可领取 7 / 10。")
	h.mustRead("已离开你的客户：" + name)
	h.mustRead("按规则回落到")
	h.open(screen.Route{Screen: screen.Customer, ID: gone})
	h.mustRead("这位客户不在这台电脑里了")
}

// A device token that has ended does not stop the work; a click on the state asks for the password, and the way back is
// there.
func TestLoginAgain(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.status.State = screen.NeedsLogin
	h.ui.shell.showStatus()
	h.tap("需要登录")
	h.mustRead("登录已过期")
	h.refuse = fault.New(fault.BadLogin)
	h.write("falsch")
	h.press(fyne.KeyReturn)
	h.mustRead(words.T("fault.BAD_LOGIN"))
	h.tap("先离线工作")
	h.mustRead("今天要跟进")
}

// A sync that would remove a great many customers without a reason has stopped: the state says so, and a person decides.
func TestMassRemovalIsAsked(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.status.State, h.status.Fault = screen.Halted, fault.New(fault.MassRemoval, "Count", 600)
	h.ui.shell.showStatus()
	h.tap("等待确认")
	h.mustRead("这次同步会从这台电脑移除 600 位客户，已暂停。")
	if h.allowed != 0 {
		t.Error("removed before anybody was asked")
	}
	h.tap("按服务器的移除")
	if h.allowed != 1 {
		t.Errorf("allowed %d times", h.allowed)
	}
}

// Logging out names the changes that the server does not have (SYNC-16).
func TestLogOutNamesUnsent(t *testing.T) {
	h, _ := offline(t, plainLook)
	must(t, h.book.Set("customer", h.mine(), schema.Values{"address": "新址"}))
	h.open(screen.Route{Screen: screen.Settings})
	h.tap("退出登录")
	h.mustRead("还有 1 项改动没有送到服务器")
	h.tap("取消")
	if h.book == nil || h.ui.shell == nil {
		t.Fatal("cancelling logged out")
	}
}

// The settings can have everything downloaded anew, after saying what that means (SYNC-16).
func TestRescanIsAsked(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.open(screen.Route{Screen: screen.Settings})
	h.tap("重新下载全部…")
	h.mustRead("重新下载全部资料")
	if h.rescans != 0 {
		t.Fatal("it began without asking")
	}
	h.tap("重新下载")
	if h.rescans != 1 {
		t.Errorf("asked for %d times", h.rescans)
	}
}

// A word of the program itself stands in the tray, with what happened and what it means, and can be put away.
func TestProgramsWordsInTheTray(t *testing.T) {
	h, l := offline(t, plainLook)
	must(t, l.book.Set("customer", h.mine(), schema.Values{"remark": "写在副本上的"}))
	l.refuse(fault.New(fault.ReplicaFork))
	h.open(screen.Route{Screen: screen.Tray})
	h.mustRead("渔舟提示")
	h.mustRead("这台电脑的数据像是从别处复制来的，服务器已见过同一编号的另一份改动。")
	h.tap("知道了")
	if items, err := l.book.Tray(); err != nil || len(items) > 0 {
		t.Fatalf("the tray still holds %v, %v", items, err)
	}
}
