package ui

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/assets"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
	"yuzhou/shared/sample"
	"yuzhou/shared/schema"
)

// causes are the reasons for which no sync comes through, with what the status bar says of them.
var causes = map[*fault.Fault]string{
	fault.New(fault.Offline):                                "离线",
	fault.New(fault.UnknownHost, "Host", "crm.example"):     "离线：找不到服务器",
	fault.New(fault.NotListening, "Host", "crm.example"):    "离线：服务器没有运行",
	fault.New(fault.PlainServer, "Host", "crm.example"):     "离线：服务器没有加密",
	fault.New(fault.CertUnknown, "Host", "crm.example"):     "离线：证书不受信任",
	fault.New(fault.CertName, "Host", "crm.example"):        "离线：证书与地址不符",
	fault.New(fault.CertExpired, "Host", "crm.example"):     "离线：证书过期",
	fault.New(fault.NotOurServer, "Status", 200):            "离线：网络要先登录，或地址不对",
	fault.New(fault.Busy, "Seconds", 30):                    "离线：服务器正忙",
	fault.New(fault.DiskFull):                               "同步没有完成：磁盘已满",
	fault.New(fault.OldProtocol):                            "同步没有完成：程序需要升级",
	fault.New(fault.AccountDisabled):                        "同步没有完成：账号已停用",
	fault.New(fault.DeviceLimit, "Limit", 5):                "同步没有完成：登录的设备太多",
	fault.New(fault.DigestMismatch):                         "同步没有完成：正在核对资料",
	fault.New(fault.ReplicaBroken):                          "同步没有完成：数据文件损坏",
	fault.New(fault.Internal):                               "同步没有完成",
	fault.New(fault.Code("SOMETHING_OF_A_NEWER_SERVER_99")): "同步没有完成",
}

// stand sets how the last contact with the server went.
func (h *bench) stand(st screen.Status) {
	h.t.Helper()
	h.status = st
	h.ui.shell.showStatus()
	h.settle()
}

// run is all that stands on the screen in one piece: words that are broken into lines lose the spaces there.
func (h *bench) run() string { return unspaced(strings.Join(h.texts(), "")) }

func unspaced(text string) string { return strings.ReplaceAll(text, " ", "") }

func troubled(f *fault.Fault, word string) screen.Status {
	st := screen.Status{State: screen.Offline, LastSync: noon.Add(-63 * time.Minute), Fault: f}
	if !strings.HasPrefix(word, "离线") {
		st.State = screen.Online // the syncer's word: the server has answered
	}
	return st
}

// Each cause is told in the status bar; a click says what it is, what to do, and what waits; the button syncs (SYNC-20).
func TestEachCauseIsTold(t *testing.T) {
	h, _ := offline(t, plainLook)
	must(t, h.book.Set("customer", h.mine(), schema.Values{"address": "新址"}))
	for f, word := range causes {
		h.stand(troubled(f, word))
		h.tap(word)
		what, next := screen.Trouble(f, screen.TimesOf(h.book))
		for _, want := range []string{what, next} {
			if !strings.Contains(h.run(), unspaced(want)) {
				t.Errorf("%s does not say %q", f.Code, want)
			}
		}
		for _, want := range []string{"https://crm.company.example", "今天 08:12", "1 项"} {
			h.mustRead(want)
		}
		if strings.Contains(strings.Join(h.texts(), " "), string(f.Code)) {
			t.Errorf("%s is shown as it is", f.Code)
		}
		h.mustFit(string(f.Code))
		before := h.synced
		h.tap("立即同步")
		if h.synced != before+1 {
			t.Errorf("%s: synced %d times more", f.Code, h.synced-before)
		}
	}
	for f, word := range causes {
		for _, language := range words.Languages() {
			must(t, words.SetLanguage(language))
			h.window.Resize(fyne.NewSize(1024, 700))
			st := troubled(f, word)
			st.Skew = -8 * time.Hour
			h.stand(st)
			h.mustFit("status bar " + string(f.Code) + " " + language)
		}
	}
	must(t, words.SetLanguage(words.Chinese))
	h.stand(screen.Status{State: screen.Online, LastSync: noon})
	h.tap("在线")
	h.mustRead("与服务器联系正常")
	h.press(fyne.KeyEscape)
	h.mustNotRead("与服务器联系正常")
}

// A clock that is wrong is told in the status bar, in the unit that a person would use, and keeps nothing from working
// (SYNC-18).
func TestWrongClockIsTold(t *testing.T) {
	h, _ := offline(t, plainLook)
	for skew, want := range map[time.Duration]string{
		4 * time.Minute: "", -4 * time.Minute: "", 23 * time.Minute: "时钟快 23 分钟", -5 * time.Minute: "时钟慢 5 分钟",
		-8 * time.Hour: "时钟慢 8 小时", 72 * time.Hour: "时钟快 3 天", -9 * 365 * 24 * time.Hour: "时钟慢 9 年",
	} {
		h.stand(screen.Status{State: screen.Online, LastSync: noon, Skew: skew})
		if want == "" {
			h.mustNotRead("时钟")
			continue
		}
		h.tap(want)
		h.mustRead("请在系统设置里校准时钟")
		h.press(fyne.KeyEscape)
		h.open(screen.Route{Screen: screen.Settings})
		h.mustRead("请在系统设置里校准时钟")
	}
}

// When the session ends in the middle of the first sync, there is a way to the password.
func TestFirstSyncLogsInAgain(t *testing.T) {
	h := newBench(t, plainLook, nil)
	h.server, h.refuse = "https://crm.company.example", fault.New(fault.Unauthorized)
	h.ui.start()
	h.mustRead("登录已失效")
	h.mustNotRead("继续同步")
	h.tap("重新登录")
	h.mustRead("由 IT 提供，以 https:// 开头。")
	h.refuse = fault.New(fault.Offline)
	h.ui.start()
	h.settle()
	h.mustRead("继续同步")
	h.mustRead("换一个账号或服务器")
	if !strings.Contains(h.run(), "再点“继续同步”") || strings.Contains(h.run(), "离线时可以照常工作") {
		t.Errorf("there is no book yet to work in: %v", h.texts())
	}
	h.saved = fault.New(fault.ReplicaSaved, "Count", 3, "File", "replica-20261121.damaged")
	h.ui.start()
	h.settle()
	if !strings.Contains(h.run(), "3项没有同步的改动") {
		t.Errorf("nothing is told of the rescue: %v", h.texts())
	}
}

// The question about a mass removal can be put off, and a download of everything says when it begins.
func TestQuestionsCanBePutOff(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.stand(screen.Status{State: screen.Halted, LastSync: noon, Fault: fault.New(fault.MassRemoval, "Count", 600)})
	h.tap("等待确认")
	h.tap("先不移除")
	h.open(screen.Route{Screen: screen.Settings})
	h.tap("查看并决定…")
	if !strings.Contains(h.run(), "在那之前，这些客户照常可用。") {
		t.Errorf("the question does not say what holds until then: %v", h.texts())
	}
	h.tap("先不移除")
	if h.allowed != 0 {
		t.Error("removed although somebody put it off")
	}
	h.open(screen.Route{Screen: screen.Settings})
	h.tap("重新下载全部…")
	h.tap("重新下载")
	if said := strings.Join(h.ui.toasts.Texts(), ""); !strings.Contains(said, "进度在左下角") {
		t.Errorf("said %q", said)
	}
}

// At the holder a conflict names whose value it is; the place for a second value is the one that will hold it.
func TestConflictAtTheHolder(t *testing.T) {
	h, top := offline(t, plainLook)
	id := h.mine()
	must(t, h.book.Set("customer", id, schema.Values{"phone": "0512-65882210"})) // no room for a second mobile there
	top.clashBy(id, sample.PracticeManager)
	h.open(screen.Route{Screen: screen.Tray})
	name := h.book.Name("user", sample.PracticeManager)
	h.mustRead(name + "的改动")
	h.mustNotRead("用我的")
	h.tap("两个都留（填到备注）")
	h.mustRead("没有要处理的事")
	row, _, err := h.book.Get("customer", id)
	must(t, err)
	if !strings.Contains(row.Text("remark"), "13705716655") || row.Text("phone") != "0512-65882210" {
		t.Fatalf("phone %q, remark %q", row.Text("phone"), row.Text("remark"))
	}
	top.clashBy(id, sample.PracticeManager)
	h.ui.shell.reload()
	h.settle()
	h.tap("用" + name + "的")
	if row, _, err = h.book.Get("customer", id); err != nil || row.Text("mobile") != "13705716655" {
		t.Fatalf("mobile %q, %v", row.Text("mobile"), err)
	}
}

// A conflict is decided by keyboard alone: the arrow goes into the first card, Tab to the next button, Enter presses it.
func TestTrayByKeyboard(t *testing.T) {
	h, top := offline(t, plainLook)
	id := h.mine()
	h.open(screen.Route{Screen: screen.Tray})
	h.press(fyne.KeyDown) // nothing to go to
	top.clash(id)
	h.open(screen.Route{Screen: screen.Tray})
	h.press(fyne.KeyDown)
	h.window.Canvas().FocusNext()
	h.press(fyne.KeyReturn)
	h.mustRead("没有要处理的事")
	if row, _, err := h.book.Get("customer", id); err != nil || row.Text("mobile") != "13705716655" {
		t.Fatalf("mobile %q, %v", row.Text("mobile"), err)
	}
}

// English is written with straight quotes: the typographic ones are as wide as a Chinese character in our font.
func TestEnglishQuotes(t *testing.T) {
	names, err := fs.Glob(assets.Files, "locales/*.en.json")
	must(t, err)
	if len(names) == 0 {
		t.Fatal("no words were found")
	}
	for _, name := range names {
		text, err := fs.ReadFile(assets.Files, name)
		must(t, err)
		for line := range strings.Lines(string(text)) {
			if strings.ContainsAny(line, "“”‘’") {
				t.Errorf("%s: %s", name, strings.TrimSpace(line))
			}
		}
	}
}

// Whoever may not edit the customer any more is offered no button that would fail.
func TestConflictOfSomebodyElses(t *testing.T) {
	h, top := offline(t, plainLook)
	top.clash("0190c0de-0000-7000-8000-00000000dead")
	h.open(screen.Route{Screen: screen.Tray})
	h.mustRead("由负责人决定")
	for _, button := range []string{"用我的", "另填…"} {
		h.mustNotRead(button)
	}
	h.tap("保留服务器上的")
	h.mustRead("没有要处理的事")
}

// What is in the tray says what it is, and offers what leads on (SYNC-02, SYNC-10, I7).
func TestEachRefusalLeadsOn(t *testing.T) {
	for code, want := range map[fault.Code]struct{ reads, not []string }{
		fault.HandedOn:      {[]string{"已交给现在的负责人", "知道了"}, []string{"再试一次", "放弃这项改动", "没有被接受"}},
		fault.Parked:        {[]string{"还没有送到服务器", "程序每天会再试一次", "再试一次"}, []string{"没有被接受"}},
		fault.ReplicaBroken: {[]string{"没能完整读出", "能读出的内容在下面", "知道了"}, []string{"再试一次", "请关闭渔舟"}},
		fault.Forgotten:     {[]string{"服务器从旧备份恢复后", "这位客户已经不由你负责", "再试一次"}, nil},
		fault.NotHolder:     {[]string{"没有被接受", "可以复制给现在的负责人", "复制内容"}, nil},
		fault.DependsOn:     {[]string{"没有被接受", "先处理那条记录"}, nil},
	} {
		t.Run(string(code), func(t *testing.T) {
			h, top := offline(t, plainLook)
			id := h.mine()
			must(t, h.book.Set("customer", id, schema.Values{"address": "木渎镇金枫路 216 号"}))
			top.refuse(fault.New(code, "Code", fault.NotHolder))
			h.open(screen.Route{Screen: screen.Tray})
			for _, text := range want.reads {
				if !strings.Contains(h.run(), unspaced(text)) {
					t.Errorf("%q is not there: %v", text, h.texts())
				}
			}
			for _, text := range want.not {
				h.mustNotRead(text)
			}
			h.tap("复制内容")
			copied := fyne.CurrentApp().Clipboard().Content()
			for _, text := range []string{h.book.Name("customer", id), "木渎镇金枫路 216 号"} {
				if !strings.Contains(copied, text) {
					t.Errorf("copied %q, without %q", copied, text)
				}
			}
			h.mustRead("木渎镇金枫路 216 号") // copying puts nothing away
		})
	}
}
