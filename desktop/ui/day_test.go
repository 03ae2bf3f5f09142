package ui

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

// A customer is made through the form by keyboard alone: N, the name, Ctrl+Enter (CUS-01, CUS-03).
func TestNewCustomer(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	h.open(screen.Route{Screen: screen.Customers})
	h.press(fyne.KeyN)
	h.mustRead("新建客户")
	h.shortcut(fyne.KeyReturn)
	h.mustRead("这一项必填，请填写。") // nothing was typed, and the form says so and stays
	h.write("苏州恒达精密制造有限公司")
	h.shortcut(fyne.KeyReturn)
	if h.ui.shell.form.Open() {
		t.Fatalf("the form is still open: %v", h.texts())
	}
	if h.ui.shell.at.Screen != screen.Customer {
		t.Fatalf("the new customer is not shown, but %v", h.ui.shell.at)
	}
	h.mustRead("苏州恒达精密制造有限公司")
	ids, err := h.book.IDs(book.Query{Kind: "customer", View: book.ViewMine, Text: "苏州恒达精密"})
	if err != nil || len(ids) != 1 || ids[0] != h.ui.shell.at.ID {
		t.Fatalf("the list has %v, %v; the page shows %s", ids, err, h.ui.shell.at.ID)
	}
}

// What is wrong is said under its field, nothing typed is lost, not even by Esc, and a customer that is there already
// is pointed out (CUS-04).
func TestFormKeepsWhatIsTyped(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	known := h.book.Name("customer", h.ids(book.Query{Kind: "customer", View: book.ViewMine})[0])
	h.open(screen.Route{Screen: screen.Customers})
	h.press(fyne.KeyN)
	h.write(known)
	h.mustRead("可能已有这位客户")
	form := h.ui.shell.form
	h.window.Canvas().Focus(form.Field("mobile").Focusable())
	h.write("1385713208")
	h.shortcut(fyne.KeyReturn)
	h.mustRead("手机号应为 11 位数字")
	h.press(fyne.KeyEscape)
	if form.Open() {
		t.Fatal("Esc does not close the form")
	}
	h.press(fyne.KeyN)
	h.mustRead("这是上次没有保存的内容。")
	if got, err := h.ui.shell.form.Field("name").Value(); err != nil || got != any(known) {
		t.Fatalf("the name is %v, %v after the form was closed and opened", got, err)
	}
}

// A follow-up takes three actions: the method, the text, Ctrl+Enter (FUP-01).
func TestFollowUpInThreeActions(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	id := h.ids(book.Query{Kind: "customer", View: book.ViewMine})[0]
	h.open(screen.Route{Screen: screen.Customer, ID: id, Focus: screen.FocusFollowUp})
	h.tap("微信")
	h.ui.shell.page.Key(fyne.KeyF)
	h.write("样品已到，质量部下午试装。")
	h.shortcut(fyne.KeyReturn)
	e := h.lastTalk(id)
	if e.Row.Text("content") != "样品已到，质量部下午试装。" || e.Row.Text("method") != "wechat" {
		t.Fatalf("the newest follow-up is %+v", e)
	}
	h.mustRead("样品已到，质量部下午试装。")
	h.mustRead("已记下跟进")
}

// lastTalk is the newest follow-up of a customer.
func (h *bench) lastTalk(customer string) book.Event {
	h.t.Helper()
	events, err := h.book.Timeline(customer)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind == "followup" {
			return e
		}
	}
	h.t.Fatal("there is no follow-up")
	return book.Event{}
}

// A follow-up in the future is refused where it is written, and the text stays (FUP-06).
func TestFollowUpFromTheFuture(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	id := h.ids(book.Query{Kind: "customer", View: book.ViewMine})[0]
	before, err := h.book.Timeline(id)
	if err != nil {
		t.Fatal(err)
	}
	h.open(screen.Route{Screen: screen.Customer, ID: id, Focus: screen.FocusFollowUp})
	h.write("明天的事。")
	h.tap("更多")
	h.tap("别的时间")
	h.write("明天 10:00")
	h.shortcut(fyne.KeyReturn)
	h.mustRead("跟进时间不能晚于现在。")
	after, err := h.book.Timeline(id)
	if err != nil || len(after) != len(before) {
		t.Fatalf("%d events became %d, %v", len(before), len(after), err)
	}
}

// A follow-up that was begun is there again after a look elsewhere; Esc leaves the field first and the page then.
func TestFollowUpIsKept(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	id := h.mine()
	h.open(screen.Route{Screen: screen.Customers})
	h.open(screen.Route{Screen: screen.Customer, ID: id, Focus: screen.FocusFollowUp})
	h.write("对交期满意，价格还要谈")
	h.press(fyne.KeyEscape)
	if at := h.ui.shell.at; at.Screen != screen.Customer {
		t.Fatalf("Esc in the field went to %+v", at)
	}
	h.press(fyne.KeyEscape)
	if at := h.ui.shell.at; at.Screen != screen.Customers {
		t.Fatalf("Esc on the page went to %+v", at)
	}
	h.open(screen.Route{Screen: screen.Customer, ID: id})
	h.shortcut(fyne.KeyReturn)
	if got := h.lastTalk(id).Row.Text("content"); got != "对交期满意，价格还要谈" {
		t.Fatalf("saved was %q", got)
	}
}

// A box that is ticked finishes the task; 撤销 takes it back (TSK-05).
func TestTickTask(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	h.open(screen.Route{Screen: screen.Tasks, View: "today"})
	id := h.ids(book.Query{Kind: "task", Who: h.book.Me().ID, List: "today", View: book.ViewOpen})[0]
	h.press(fyne.KeyHome)
	h.press(fyne.KeySpace)
	if got := h.state("task", id); got != "done" {
		t.Fatalf("the task is %s", got)
	}
	h.tap("撤销")
	if got := h.state("task", id); got == "done" {
		t.Fatal("the task is still done")
	}
}

func (h *bench) state(kind, id string) string {
	h.t.Helper()
	row, found, err := h.book.Get(kind, id)
	if err != nil || !found {
		h.t.Fatal(found, err)
	}
	return row.Text("status")
}

// Blocked asks for the reason first; without one the state stays as it was (TSK-04).
func TestBlockedNeedsReason(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	h.open(screen.Route{Screen: screen.Tasks, View: "today"})
	id := h.ui.shell.page.(interface{ Chosen() string }).Chosen()
	h.tap("受阻")
	h.shortcut(fyne.KeyReturn)
	h.mustRead("还没有写原因，请选择或填写。")
	if got := h.state("task", id); got != "open" {
		t.Fatalf("without a reason the task became %s", got)
	}
	h.write("等对方发图纸")
	h.shortcut(fyne.KeyReturn)
	if got := h.state("task", id); got != "blocked" {
		t.Fatalf("with a reason the task is %s", got)
	}
	h.mustRead("等对方发图纸")
}

// A switch of the language changes everything on the screen at once, and so does one of the text size.
func TestSwitchLanguage(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	h.open(screen.Route{Screen: screen.Settings})
	h.tap("English")
	h.mustRead("Settings")
	h.mustRead("Customers")
	for _, text := range h.texts() {
		if text == "设置" || text == "客户" || text == "明暗" {
			t.Errorf("“%s” is still Chinese", text)
		}
	}
	h.tap("150 %")
	h.mustRead("Settings")
	if h.prefs.Scale != 150 || h.prefs.Language != words.English {
		t.Fatalf("kept: %+v", h.prefs)
	}
	h.tap("Dark")
	if h.prefs.Mode != string(theme.Dark) {
		t.Fatalf("kept: %+v", h.prefs)
	}
}

// Ctrl+K searches from anywhere; the arrows choose and Enter opens.
func TestSearchByKeyboard(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	id := h.ids(book.Query{Kind: "customer", View: book.ViewMine})[3]
	h.open(screen.Route{Screen: screen.Settings})
	h.shortcut(fyne.KeyK)
	h.write(h.book.Name("customer", id))
	h.press(fyne.KeyReturn)
	if at := h.ui.shell.at; at.Screen != screen.Customer || at.ID != id {
		t.Fatalf("Enter opened %+v, not %s", at, id)
	}
	h.shortcut(fyne.KeyK)
	h.write("没有这样的客户")
	h.mustRead("没有找到")
	h.press(fyne.KeyEscape)
	h.mustNotRead("没有找到")
}

// The list works by keyboard: arrows, Enter, Esc back, F for a follow-up.
func TestListByKeyboard(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	ids := h.ids(book.Query{Kind: "customer", View: book.ViewMine})
	h.open(screen.Route{Screen: screen.Customers})
	h.press(fyne.KeyDown)
	h.press(fyne.KeyDown)
	h.press(fyne.KeyReturn)
	if at := h.ui.shell.at; at.ID != ids[2] {
		t.Fatalf("Enter on the third row opened %+v", at)
	}
	h.press(fyne.KeyEscape)
	if at := h.ui.shell.at; at.Screen != screen.Customers {
		t.Fatalf("Esc went to %+v", at)
	}
	h.press(fyne.KeyF)
	if at := h.ui.shell.at; at.ID != ids[2] || at.Focus != screen.FocusFollowUp {
		t.Fatalf("F went to %+v", at)
	}
	h.write("续签意向")
	h.shortcut(fyne.KeyReturn)
	if got := h.lastTalk(ids[2]).Row.Text("content"); got != "续签意向" {
		t.Fatalf("the newest follow-up says %q", got)
	}
}

// A first sync that is cut off says why, keeps how far it came, and carries on with one click.
func TestFirstSyncCarriesOn(t *testing.T) {
	h := newBench(t, plainLook, nil)
	h.server, h.refuse = "https://crm.company.example", fault.New(fault.Offline)
	h.ui.start()
	h.settle()
	h.mustRead("第一次同步")
	h.mustRead("1,286 / 4,120")
	h.mustRead("同步停在这里")
	h.refuse = nil
	h.tap("继续同步")
	h.mustRead("今天要跟进")
}

// The first start: what is missing is said on its field, a refusal keeps what was typed, and the practice book opens.
func TestLogin(t *testing.T) {
	h := newBench(t, plainLook, nil)
	h.mustRead("服务器地址")
	h.write("https://crm.example")
	h.press(fyne.KeyReturn)
	h.mustRead("请填写账号。")
	if len(h.logins) != 0 {
		t.Fatal("logged in without a name")
	}
	h.tap("用示例数据试用")
	if h.ui.shell == nil {
		t.Fatalf("the practice book did not open: %s", strings.Join(h.texts(), " | "))
	}
	h.mustRead("今天要跟进")
}

// Each refusal of a login says what is wrong and what to do now, and the cursor stands where it can be mended.
func TestLoginRefused(t *testing.T) {
	for code, want := range map[fault.Code]struct {
		says string
		left string // what is still to be typed over: the field with the cursor
	}{
		fault.BadLogin:        {"账号或密码不对。请检查大小写", "geheim"},
		fault.Offline:         {"请检查地址有没有写错", "https://crm.example"},
		fault.InsecureAddress: {"请使用 https:// 开头的地址", "https://crm.example"},
		fault.NotOurServer:    {"回应的不是渔舟服务器", "https://crm.example"},
		fault.BadAddress:      {"服务器地址的写法不对", "https://crm.example"},
	} {
		h := newBench(t, plainLook, nil)
		h.refuse = fault.New(code)
		for _, text := range []string{"https://crm.example", "zhangwei", "geheim"} {
			h.write(text)
			h.window.Canvas().(interface{ FocusNext() }).FocusNext()
		}
		h.tap("登录")
		if !strings.Contains(strings.Join(h.texts(), ""), want.says) {
			t.Errorf("%s: the screen reads %v", code, h.texts())
		}
		field, ok := h.window.Canvas().Focused().(interface{ SelectedText() string })
		if !ok {
			t.Fatalf("%s: the cursor is in no field", code)
		}
		h.window.Canvas().Focused().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
		if got := field.SelectedText(); got != want.left {
			t.Errorf("%s: the cursor is in the field with %q", code, got)
		}
	}
}
