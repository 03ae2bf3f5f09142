package ui

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/records"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// shotsFolder keeps the pictures; without it the screens are laid out and looked through for lost, cut and overlapping
// words, but not painted.
var shotsFolder = os.Getenv("YUZHOU_SHOTS")

// looks are the ways in which every screen is drawn. Two of them bring every word and every colour; the rest is for
// people to look at.
func looks() []look {
	both := []look{plainLook, {words.English, theme.Dark, 100}}
	if shotsFolder == "" {
		return both
	}
	return append(both, look{words.Chinese, theme.Dark, 100}, look{words.English, theme.Light, 100})
}

// TestShots draws every screen with its states and keeps the pictures in YUZHOU_SHOTS, to be laid beside the drawings.
func TestShots(t *testing.T) {
	for _, l := range looks() {
		t.Run(fmt.Sprintf("%s-%s", l.language, l.mode), func(t *testing.T) {
			h, top := offline(t, l)
			h.aDay(top)
			for name, r := range h.tour() {
				h.open(r)
				h.shoot(name)
			}
			h.shootOverlays()
		})
	}
}

// TestShotsLarge draws every screen at the largest text, where things are cut first.
func TestShotsLarge(t *testing.T) {
	for _, language := range words.Languages() {
		h, top := offline(t, look{language, theme.Light, 150})
		h.aDay(top)
		for name, r := range h.tour() {
			h.open(r)
			h.shoot(name)
		}
		h.shootOverlays()
	}
}

// TestShotsEmpty draws what a new colleague sees: nothing yet, and what to do about it.
func TestShotsEmpty(t *testing.T) {
	h, _ := offline(t, plainLook)
	for name, r := range map[string]screen.Route{
		"empty-list":   {Screen: screen.Customers, Search: "没有这样的客户"},
		"empty-outbox": {Screen: screen.Outbox}, "empty-tray": {Screen: screen.Tray},
		"empty-gone": {Screen: screen.Customer, ID: "0190c0de-0000-7000-8000-00000000dead"},
	} {
		h.open(r)
		h.shoot(name)
	}
}

// TestShotsBefore draws what stands before the book.
func TestShotsBefore(t *testing.T) {
	for _, l := range append(looks(), look{words.Chinese, theme.Light, 150}, look{words.English, theme.Light, 150}) {
		h := newBench(t, l, nil)
		h.settle()
		h.shoot("login")
		h.write("https://crm.company.example")
		h.press(fyne.KeyReturn)
		h.shoot("login-missing")
		h.server, h.refuse = "https://crm.company.example", fault.New(fault.Offline)
		h.ui.start()
		h.settle()
		h.shoot("first-sync")
	}
}

// aDay leaves the traces of a day on the train: edits, follow-ups, a claim; and what the last sync brought back.
func (h *bench) aDay(top *laptop) {
	h.t.Helper()
	b, t := h.book, h.t
	mine := h.ids(book.Query{Kind: "customer", View: book.ViewMine})
	pooled := h.ids(book.Query{Kind: "customer", Pool: crm.PoolDefault})
	must(t, b.Set("customer", mine[2], schema.Values{"address": "木渎镇金枫路 216 号"}))
	top.refuse(fault.New(fault.NotHolder))
	_, err := b.Ask(change.Claim, pooled[1], map[string]string{"pool": crm.PoolDefault})
	must(t, err)
	top.refuse(fault.New(fault.AlreadyHeld, "Holder", "孙丽", "Since", noon.Add(-2*3600e9).UnixMilli()))
	top.clash(mine[3])
	top.leave(mine[4], wire.Leave{How: "reclaimed", To: crm.PoolDefault, At: noon.UnixMilli(), Name: b.Name("customer", mine[4])})
	must(t, b.Set("customer", mine[0], schema.Values{"level": "a", "mobile": "13862904417"}))
	_, err = b.FollowUp(book.FollowUp{
		Customer: mine[0], Method: "visit", Attitude: "positive", NextStep: "提供检测报告",
		Content:    "看了两条产线，年用量约 4 万件，现供应商交期不稳。吴敏要求提供检测报告。",
		OccurredAt: noon.AddDate(0, 0, -3), NextAt: noon.AddDate(0, 0, 3),
	})
	must(t, err)
	_, err = b.FollowUp(book.FollowUp{
		Customer: mine[0], Method: "phone", Content: "陈经理说样品已到，质量部下午试装；对交期满意，价格还要谈 3%。", NextAt: noon.Add(5 * 3600e9),
	})
	must(t, err)
	_, err = b.Ask(change.Claim, pooled[0], map[string]string{"pool": crm.PoolDefault})
	must(t, err)
	_, err = b.Create("task", mine[0], schema.Values{
		"title": "给恒达寄样品册", "list": "today", "status": "open", "priority": "high", "executor": b.Me().ID,
		"due_at": noon.AddDate(0, 0, -1).UnixMilli(),
	})
	must(t, err)
	h.wait()
}

// tour is every screen once.
func (h *bench) tour() map[string]screen.Route {
	h.t.Helper()
	mine := h.ids(book.Query{Kind: "customer", View: book.ViewMine, Text: ""})
	for _, id := range mine {
		if row, _, err := h.book.Get("customer", id); err == nil && row.Pending {
			mine[0] = id
			break
		}
	}
	pooled := h.ids(book.Query{Kind: "customer", Pool: crm.PoolDefault})
	return map[string]screen.Route{
		"today": {Screen: screen.Today}, "list": {Screen: screen.Customers}, "pool": {Screen: screen.Pool},
		"customer": {Screen: screen.Customer, ID: mine[0]}, "customer-pool": {Screen: screen.Customer, ID: pooled[2]},
		"tasks": {Screen: screen.Tasks, View: "today"}, "messages": {Screen: screen.Messages},
		"settings": {Screen: screen.Settings}, "outbox": {Screen: screen.Outbox}, "tray": {Screen: screen.Tray},
		"help": {Screen: screen.Help, View: "first-day-sales"}, "guide": {Screen: screen.Help, View: "guide-it"},
	}
}

// shootOverlays draws what stands over a screen: forms with faults, dialogs, the search, the marked list.
func (h *bench) shootOverlays() {
	h.t.Helper()
	mine := h.ids(book.Query{Kind: "customer", View: book.ViewMine})
	h.open(screen.Route{Screen: screen.Customers})
	list := h.ui.shell.page.(*records.Customers).List()
	list.MarkAll()
	h.settle()
	h.shoot("list-marked")
	list.ClearMarks()
	h.press(fyne.KeyN)
	h.write(h.book.Name("customer", mine[1]))
	h.window.Canvas().Focus(h.ui.shell.form.Field("mobile").Focusable())
	h.write("1386290")
	h.shortcut(fyne.KeyReturn)
	h.shoot("form-faults")
	h.ui.shell.form.Cancel()
	h.press(fyne.KeyT)
	h.shoot("form-task")
	h.ui.shell.form.Cancel()
	h.open(screen.Route{Screen: screen.Customer, ID: mine[0]})
	records.Release(h.book, h.ui.shell.nav, mine[:1], nil)
	h.settle()
	h.shoot("dialog-release")
	h.ui.shell.dialog.Cancel()
	h.ui.shell.fail(fault.New(fault.DiskFull))
	h.settle()
	h.shoot("dialog-trouble")
	h.ui.shell.dialog.Cancel()
	h.tap(whyWords(h))
	h.shoot("dialog-why")
	h.ui.shell.dialog.Cancel()
	h.shortcut(fyne.KeyK)
	h.write("有限")
	h.shoot("search")
	h.press(fyne.KeyEscape)
	h.ui.shell.nav.FollowUp()
	h.settle()
	h.shoot("search-talk")
	h.press(fyne.KeyEscape)
}

// whyWords are the words of the link that says why and until when a customer is mine.
func whyWords(h *bench) string {
	h.t.Helper()
	for _, text := range h.texts() {
		if strings.HasPrefix(text, words.T("ui.customer.mine")) {
			return text
		}
	}
	h.t.Fatal("the head does not say who holds the customer")
	return ""
}

func (h *bench) ids(q book.Query) []string {
	h.t.Helper()
	ids, err := h.book.IDs(q)
	must(h.t, err)
	if len(ids) == 0 {
		h.t.Fatalf("nothing found for %+v", q)
	}
	return slices.Clone(ids)
}

// shoot looks through the window for lost words, draws it, and keeps the picture.
func (h *bench) shoot(name string) {
	h.t.Helper()
	for _, text := range h.texts() {
		if strings.ContainsAny(text, "⟦�") || strings.Contains(text, "<no value>") {
			h.t.Errorf("%s: lost words in %q", name, text)
		}
	}
	if missing := words.Default().Missing(); len(missing) > 0 {
		h.t.Errorf("%s: no words for %v", name, missing)
	}
	h.mustFit(name)
	if shotsFolder == "" {
		return // painting tells nothing that the objects do not tell, and is what takes the time
	}
	img := h.window.Canvas().Capture()
	must(h.t, os.MkdirAll(shotsFolder, 0o755))
	scale := ""
	if h.prefs.Scale != 100 {
		scale = fmt.Sprintf("-%d", h.prefs.Scale)
	}
	file, err := os.Create(filepath.Join(shotsFolder, fmt.Sprintf("%s-%s-%s%s.png", name, h.prefs.Language, h.prefs.Mode, scale)))
	must(h.t, err)
	must(h.t, png.Encode(file, img))
	must(h.t, file.Close())
}
