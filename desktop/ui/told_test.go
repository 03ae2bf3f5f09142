package ui

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// sent are the notices of the server with the parameters that it gives them. Those that are empty it leaves out.
var sent = map[string]map[string]string{
	"transferred_away":   {"Customer": "绍兴越城纺织", "By": "刘经理", "To": "李娜"},
	"transferred_to_you": {"Customer": "绍兴越城纺织", "By": "刘经理", "To": "张伟", "Note": "请尽快联系"},
	"assigned":           {"Customer": "绍兴越城纺织", "By": "刘经理", "To": "张伟"},
	"returned":           {"Customer": "绍兴越城纺织", "To": "张伟"},
	"released":           {"Customer": "绍兴越城纺织", "By": "刘经理", "Pool": "华东公海", "Reason": "no_answer"},
	"reclaimed_digest":   {"N": "2", "Names": "绍兴越城纺织、无锡太湖食品", "Days": "30"},
	"task_assigned":      {"Title": "寄样品册", "By": "刘经理"},
	"duplicate":          {"Customer": "绍兴越城纺织", "Other": "越城纺织", "Holder": "李娜", "Mobile": "1"},
	"duplicate_of_yours": {"Customer": "绍兴越城纺织", "By": "李娜"},
	"dispute": {
		"Customer": "绍兴越城纺织", "Former": "张伟", "Holder": "李娜",
		"Happened": "1795161600000", "Reclaimed": "1795197660000", "Since": "1795200000000",
	},
}

// Every notice that the server sends has its sentence in both languages, filled, with times that a person reads.
func TestNoticesAreTold(t *testing.T) {
	t.Cleanup(func() { must(t, words.SetLanguage(words.Chinese)) })
	when := screen.Times{Now: noon, Zone: zone(t)}
	for _, language := range words.Languages() {
		must(t, words.SetLanguage(language))
		for code, params := range sent {
			fill, err := json.Marshal(params)
			must(t, err)
			text := screen.NoticeText(schema.Record{Kind: "notice"}.With(schema.Values{"code": code, "params": string(fill)}), when)
			if strings.Contains(text, "<no value>") || strings.ContainsAny(text, "⟦") || strings.Contains(text, "17951") {
				t.Errorf("%s in %s: %s", code, language, text)
			}
			for _, name := range []string{"Customer", "Former", "Holder", "Names", "Title", "Pool"} {
				if !strings.Contains(text, params[name]) {
					t.Errorf("%s in %s does not tell %s: %s", code, language, name, text)
				}
			}
			for _, name := range []string{"Happened", "Reclaimed", "Since"} {
				if at := screen.Millis(params[name]); !at.IsZero() && !strings.Contains(text, words.Moment(at, when.Now, when.Zone)) {
					t.Errorf("%s in %s does not tell %s: %s", code, language, name, text)
				}
			}
		}
	}
}

// What left is told with the way in which it left, in both languages.
func TestLeavesAreTold(t *testing.T) {
	for how, want := range map[string][2]string{
		"deleted": {"李静删除了它。", "李静 deleted it."},
		"removed": {"李静把它改给了别人。", "李静 gave it to somebody else."},
		"burnt":   {"它不再对你可见。", "You may no longer see it."}, // of a newer server
	} {
		h, top := offline(t, plainLook)
		by := ""
		for _, user := range h.book.Org().Below(h.book.Org().Superior(h.book.Me().ID)) {
			if h.book.Name("user", user) != "" && user != h.book.Me().ID {
				by = user
			}
		}
		top.leave(h.mine(), wire.Leave{How: how, By: by, At: noon.UnixMilli(), Name: "绍兴越城纺织"})
		for i, language := range words.Languages() {
			must(t, words.SetLanguage(language))
			h.open(screen.Route{Screen: screen.Tray})
			h.mustRead(strings.ReplaceAll(want[i], "李静", h.book.Name("user", by)))
		}
		must(t, words.SetLanguage(words.Chinese))
	}
}

// A claim made online is answered with a short message as soon as the answer is here: how many are left, or why not
// and what now (POOL-14). What was taken back is not answered.
func TestVerdictIsToldAtOnce(t *testing.T) {
	h, top := offline(t, plainLook)
	h.status = screen.Status{State: screen.Online, LastSync: noon}
	pooled := h.ids(book.Query{Kind: "customer", Pool: crm.PoolDefault})
	ask := func(i int) string {
		id, err := h.book.Ask(change.Claim, pooled[i], map[string]string{"pool": crm.PoolDefault})
		must(t, err)
		return id
	}
	said := func() string { return strings.Join(h.ui.toasts.Texts(), " | ") }

	must(t, h.book.Undo(ask(0)))
	if said() != "" {
		t.Fatalf("an undone request was answered: %s", said())
	}
	ask(1)
	name := h.book.Name("customer", pooled[1])
	top.grant(pooled[1])
	if want := "已领取「" + name + "」，今天还可领取 9 / 10"; said() != want {
		t.Fatalf("said: %q, want %q", said(), want)
	}
	ask(2)
	top.refuse(fault.New(fault.AlreadyHeld, "Holder", "孙丽", "Since", noon.Add(-2*time.Hour).UnixMilli()))
	for _, want := range []string{h.book.Name("customer", pooled[2]) + "」未成功：", "已被孙丽领取（今天 07:15）。", "可以在公海里找相似的客户"} {
		if !strings.Contains(said(), want) {
			t.Fatalf("said: %q, not %q", said(), want)
		}
	}
	h.settle()
	h.tap("查看")
	if h.ui.shell.at.Screen != screen.Tray {
		t.Fatalf("“查看” went to %+v", h.ui.shell.at)
	}
}

// grant lets the server grant the claim of a customer.
func (l *laptop) grant(customer string) {
	l.t.Helper()
	out, err := l.r.Outgoing(100)
	must(l.t, err)
	_, err = l.r.Answer([]change.Result{{ID: out[0].ID, Outcome: change.Applied, Seq: l.seq + 1}}, "e")
	must(l.t, err)
	at := clock.Millis(noon)
	row, _, err := l.book.Get("customer", customer)
	must(l.t, err)
	me := l.book.Me().ID
	l.land(
		schema.Record{Kind: "customer", ID: customer, Root: customer, Values: row.Values},
		schema.Record{Kind: "holding", ID: customer, Root: customer, Values: schema.Values{"owner": me, "how": "claimed", "claimed_at": at}},
		schema.Record{Kind: "holding_change", ID: "0190c0de-0000-7000-8000-0000000000d1", Root: customer, Values: schema.Values{
			"how": "claimed", "to_owner": me, "from_pool": crm.PoolDefault, "by": me, "at": at,
		}},
	)
}

// Somebody who has just spoken with a customer begins at 记跟进: who it was, Enter, and the cursor is in the text.
func TestFollowUpFromToday(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	id := h.ids(book.Query{Kind: "customer", View: book.ViewMine})[4]
	pooled := h.ids(book.Query{Kind: "customer", Pool: crm.PoolDefault})[0]
	h.open(screen.Route{Screen: screen.Today})
	h.tap("记跟进 F")
	h.mustRead("和谁谈过？")
	h.write(h.book.Name("customer", pooled))
	h.mustRead("没有找到") // nobody may note anything there
	h.press(fyne.KeyEscape)
	h.press(fyne.KeyF)
	h.write(h.book.Name("customer", id))
	h.press(fyne.KeyReturn)
	if at := h.ui.shell.at; at.ID != id || at.Focus != screen.FocusFollowUp {
		t.Fatalf("Enter opened %+v", at)
	}
	h.write("约好周四看样品")
	h.shortcut(fyne.KeyReturn)
	if got := h.lastTalk(id).Row.Text("content"); got != "约好周四看样品" {
		t.Fatalf("the newest follow-up says %q", got)
	}
}

// A customer of the pool stands under 公海, and under 客户 as soon as it is claimed.
func TestRailOfPoolCustomer(t *testing.T) {
	h := newBench(t, plainLook, practice(t))
	h.open(screen.Route{Screen: screen.Customer, ID: h.ids(book.Query{Kind: "customer", Pool: crm.PoolDefault})[0]})
	for _, want := range []screen.Name{screen.Pool, screen.Customers} {
		for name, item := range h.ui.shell.rail.items {
			if item.Chosen() != (name == want) {
				t.Fatalf("under %s, the entry %s is chosen: %v", want, name, item.Chosen())
			}
		}
		if want == screen.Pool {
			h.tap("领取")
		}
	}
}

// While something waits in the tray nobody is told that the day's work is done.
func TestGreetingCountsTheTray(t *testing.T) {
	h, top := offline(t, plainLook)
	h.open(screen.Route{Screen: screen.Today})
	before, err := h.book.Board()
	must(t, err)
	top.clash(h.mine())
	after, err := h.book.Board()
	must(t, err)
	if after.Things != before.Things+1 {
		t.Fatalf("%d things became %d", before.Things, after.Things)
	}
	h.mustRead(words.T("ui.today.greeting.morning", "N", after.Things))
}

// What is wrong with a field stands under it in one line, with what to write instead: none of these lines may be cut,
// not even under a field of half the form's width (CUS-04).
func TestFieldFaultsFitUnderTheirField(t *testing.T) {
	const halfForm = 285 // pixels at 100 %
	newBench(t, plainLook, nil)
	t.Cleanup(func() { must(t, words.SetLanguage(words.Chinese)) })
	when := screen.Times{Now: noon, Zone: zone(t)}
	for _, language := range words.Languages() {
		must(t, words.SetLanguage(language))
		for _, f := range []*fault.Fault{
			fault.New(fault.Required), fault.New(fault.TooLong, "Max", 100, "Length", 1234), fault.New(fault.BadMobile),
			fault.New(fault.BadPhone), fault.New(fault.BadEmail), fault.New(fault.BadURL), fault.New(fault.BadDate),
			fault.New(fault.BadCreditCode, "Why", "length", "Length", 17), fault.New(fault.BadCreditCode, "Why", "letter", "Letter", "I"),
			fault.New(fault.BadCreditCode, "Why", "check"), fault.New(fault.BadNumber, "Min", 0, "Max", 100000),
			fault.New(fault.BadChoice), fault.New(fault.BadReference), fault.New(fault.FutureDate),
			fault.New(fault.ReasonMissing), fault.New(fault.DueBeforeStart),
		} {
			text := screen.Wrong(f, when)
			if width := fyne.MeasureText(text, 12, fyne.TextStyle{}).Width; width > halfForm {
				t.Errorf("%s in %s takes %.0f pixels: %s", f.Code, language, width, text)
			}
		}
	}
}
