package ui

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

// lock ends the lease of a bench's book as the session does; the book is what comes back with a login.
func (h *bench) lock(days string, unsent int64) *book.Book {
	h.t.Helper()
	b := h.book
	h.book = nil
	h.status = screen.Status{State: screen.Locked, Fault: fault.New(fault.LeaseEnded, "Days", days), Unsent: unsent}
	h.ui.statusChanged(h.ui.shell)()
	h.settle()
	return b
}

// mustRun is mustRead for words that are broken into lines.
func (h *bench) mustRun(text string) {
	h.t.Helper()
	if !strings.Contains(h.run(), unspaced(text)) {
		h.t.Fatalf("“%s” is not on the screen, which reads:\n%s", text, strings.Join(h.texts(), " | "))
	}
}

// The last days of the lease stand in the status bar, before a clock that is wrong; a click says what that means (SYNC-12).
func TestLeaseIsTold(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.mustNotRead("须同步")
	h.stand(screen.Status{State: screen.Offline, LastSync: noon.AddDate(0, 0, -11), Lease: 3, Skew: -8 * time.Hour})
	h.mustRead("3 天内须同步")
	h.mustNotRead("时钟慢")
	h.tap("3 天内须同步")
	h.mustRun("3 天内这台电脑要和服务器同步一次")
	h.press(fyne.KeyEscape)
	h.stand(screen.Status{State: screen.Online, LastSync: noon})
	h.mustNotRead("须同步")
	t.Cleanup(func() { must(t, words.SetLanguage(words.Chinese)) })
	h.window.Resize(fyne.NewSize(1024, 700))
	for _, language := range words.Languages() {
		must(t, words.SetLanguage(language))
		h.stand(screen.Status{State: screen.Offline, LastSync: noon.AddDate(0, 0, -11), Lease: 3, Fault: fault.New(fault.NotOurServer)})
		h.mustFit("status bar " + language)
	}
}

// A book whose lease has ended leaves the screen with all that stands over it. The login says why, for how long, and what
// waits; there is no way around it; whoever comes back is where he was, with what he had begun to write (SYNC-12).
func TestLocked(t *testing.T) {
	h, _ := offline(t, plainLook)
	id := h.mine()
	name := h.book.Name("customer", id)
	h.open(screen.Route{Screen: screen.Customer, ID: id})
	h.press(fyne.KeyT)
	h.write("还没有写完的任务")
	b := h.lock("14", 2)
	for _, text := range []string{"资料已锁定，请登录", "这台电脑已有 14 天没有和服务器联系", "没有删除任何内容", "还有 2 项改动没有送到服务器"} {
		h.mustRun(text)
	}
	for _, text := range []string{name, "还没有写完的任务", words.T("ui.login.later"), words.T("ui.login.practice")} {
		h.mustNotRead(text)
	}
	if layers := h.window.Canvas().Overlays().List(); len(layers) > 0 {
		t.Fatalf("%d layers still stand over the login", len(layers))
	}
	for _, key := range []fyne.KeyName{fyne.KeyN, fyne.KeyEscape} {
		h.press(key)
	}
	h.shortcut(fyne.KeyK)
	h.mustRun("资料已锁定，请登录")

	h.prefs.Login = "zhangwei"
	h.ui.start() // as the next start of the program
	h.settle()
	h.refuse = fault.New(fault.Offline)
	h.write("geheim")
	h.press(fyne.KeyReturn)
	h.mustRun(words.T("ui.login.unreachable"))
	h.mustRun("这台电脑已有 14 天没有和服务器联系")
	h.refuse, h.book = nil, b
	h.status = screen.Status{State: screen.Online, LastSync: noon}
	h.press(fyne.KeyReturn)
	h.settle()
	if at := h.ui.shell.at; at.Screen != screen.Customer || at.ID != id {
		t.Fatalf("back at %+v", at)
	}
	h.mustRead(name)
	h.press(fyne.KeyT)
	h.settle()
	h.mustRead("还没有写完的任务")
}

// Somebody else who logs in gets nothing of it.
func TestLockedForSomebodyElse(t *testing.T) {
	h, _ := offline(t, plainLook)
	h.open(screen.Route{Screen: screen.Customer, ID: h.mine()})
	h.lock("14", 0)
	if strings.Contains(h.run(), "没有送到服务器") {
		t.Error("nothing waits, and yet it is told")
	}
	h.ui.left.user = "0190c0de-0000-7000-8000-00000000dead"
	h.book, h.status = practice(t), screen.Status{State: screen.Online, LastSync: noon}
	h.ui.start()
	if at := h.ui.shell.at; at.Screen != screen.Today || len(h.ui.shell.drafts) > 0 {
		t.Fatalf("at %+v", at)
	}
}
