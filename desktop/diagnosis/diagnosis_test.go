package diagnosis

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"yuzhou/assets"
	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

var noon = time.Date(2026, 11, 21, 9, 15, 0, 0, time.FixedZone("CST", 8*3600))

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// canary makes words that are planted where a report must not look.
type canary []string

func (c *canary) new(where string) string {
	word := fmt.Sprintf("金丝雀%s%d", where, len(*c))
	*c = append(*c, word)
	return word
}

// SYNC-19: nothing of what stands in customers, follow-ups, outbox, tray, account or preferences gets into a report, in
// either language; what is to help does.
func TestReportTellsNoCustomer(t *testing.T) {
	r, err := replica.Open(filepath.Join(t.TempDir(), "张伟的资料"), clock.At(noon))
	ok(t, err)
	defer func() { ok(t, r.Close()) }()
	presets, err := fs.Sub(assets.Files, "presets")
	ok(t, err)
	b, err := book.OpenPractice(r, clock.At(noon), presets)
	ok(t, err)
	defer b.Close()
	mine, err := b.IDs(book.Query{Kind: "customer", View: book.ViewMine})
	ok(t, err)
	var birds canary
	ok(t, b.Set("customer", mine[0], schema.Values{"name": birds.new("客户"), "address": birds.new("地址")}))
	_, err = b.FollowUp(book.FollowUp{Customer: mine[1], Method: "phone", Content: birds.new("跟进"), NextStep: birds.new("下一步")})
	ok(t, err)
	edit := replica.Edit{Mutation: change.Mutation{
		ID: "m1", Op: change.Set, Kind: "customer", Record: mine[2], Root: mine[2], At: noon.Add(-26 * time.Hour).UnixMilli(), Set: schema.Values{"remark": birds.new("待同步")},
	}}
	ok(t, r.Save(edit))
	ok(t, r.PutBack(replica.TrayItem{
		ID: birds.new("编号"), Type: replica.TrayRefusal, Title: birds.new("标题"), Name: birds.new("姓名"), Mutation: &edit.Mutation,
		Fault: fault.New(fault.AlreadyHeld, "Holder", birds.new("同事")), Info: map[string]string{"text": birds.new("原文")},
	}))
	ok(t, r.PutBack(replica.TrayItem{ID: "x", Type: replica.TrayRefusal, Fault: fault.New(fault.Code(birds.new("代码")))}))
	ok(t, r.SetAccount(replica.Account{
		Address: "https://crm.example", Token: birds.new("令牌"), User: birds.new("用户"), Name: birds.new("本人"), Device: birds.new("设备"),
	}))
	ok(t, r.SetPreference(birds.new("设置"), birds.new("值")))
	var failed syncer.Failures
	failed.Note(noon.Add(-time.Hour), syncer.PhasePull, fault.New(fault.Busy))
	failed.Note(noon, syncer.PhasePull, fault.New(fault.Busy))
	failed.Note(noon, syncer.PhasePush, fmt.Errorf("row %s", birds.new("读到")))
	failed.Note(noon, syncer.PhaseLogin, fault.New(fault.BadLogin, "Login", birds.new("登录")))
	report := Report{
		Version: "0.1.0", Look: screen.Preferences{Language: "en", Mode: "dark", Scale: 125, Server: birds.new("地址"), Login: birds.new("登录名")},
		Data: r.Dir(), Now: noon, Failures: failed.List(), Trouble: errors.New(birds.new("打不开")),
		Contact: &screen.Status{State: screen.Offline, Fault: fault.New(fault.Code(birds.new("状态")), "Host", birds.new("主机"))},
	}
	for _, id := range mine { // and nobody of the sample
		row, _, err := b.Get("customer", id)
		ok(t, err)
		birds = append(birds, row.Title(), row.Text("mobile"))
	}
	customers, err := r.Count(replica.Filter{Kind: "customer"})
	ok(t, err)
	for _, language := range words.Languages() {
		ok(t, words.SetLanguage(language))
		text := report.Text()
		for _, bird := range append(birds, "金丝雀", "张伟", mine[2]) {
			if bird != "" && strings.Contains(text, bird) {
				t.Errorf("%s: %q is told:\n%s", language, bird, text)
			}
		}
		for _, fact := range []string{
			"2026-11-21 09:15:00 +08:00", "yuzhou 0.1.0", "en, dark, 125 %", "free on disk", "schema ", "https://crm.example, protocol",
			"offline, last try INTERNAL", fmt.Sprintf("customer %d,", customers), "waiting", "oldest 2026-11-20 07:15:00 +08:00 (26h0m0s ago)",
			"refusal ALREADY_HELD 1", "refusal ? 1", "pull BUSY (2 times since 2026-11-21 08:15:00 +08:00)", "push INTERNAL *errors.errorString", "login BAD_LOGIN",
			words.T("diagnosis.title"), words.T("diagnosis.promise"),
		} {
			if !strings.Contains(text, fact) {
				t.Errorf("%s: %q is not told:\n%s", language, fact, text)
			}
		}
		if lines := strings.Count(text, "\n"); lines > 40 {
			t.Errorf("%d lines", lines)
		}
		if strings.ContainsAny(text, "⟦�") || strings.Contains(text, "<no value>") {
			t.Errorf("%s: lost words:\n%s", language, text)
		}
	}
	if missing := words.Default().Missing(); len(missing) > 0 {
		t.Errorf("no words for %v", missing)
	}
}

// SYNC-19: a report says something before there is any data, and whose run it does not know.
func TestReportOfNothing(t *testing.T) {
	ok(t, words.SetLanguage(words.English))
	for run, want := range map[Run]string{Here: "none", Elsewhere: "The window is open", Nowhere: "The window is closed"} {
		for folder, says := range map[string]string{t.TempDir(): "Data file: none", filepath.Join(t.TempDir(), "张伟"): "stat: no such file"} {
			text := Report{Version: "0.1.0", Data: folder, Now: noon, Run: run}.Text()
			if !strings.Contains(text, says) || !strings.Contains(text, "Syncs that failed in this run: "+want) || strings.Contains(text, "张伟") {
				t.Errorf("not %q, not %q:\n%s", says, want, text)
			}
		}
	}
}
