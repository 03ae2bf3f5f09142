package words

import (
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"

	"yuzhou/assets"
)

func load(t *testing.T, files map[string]string) *Words {
	t.Helper()
	w, err := New(disk(files))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func disk(files map[string]string) fs.FS {
	out := fstest.MapFS{}
	for name, text := range files {
		out["locales/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func TestTFillsPlaceholdersInBothLanguages(t *testing.T) {
	w := load(t, map[string]string{
		"a.zh-Hans.json": `{"greet": "你好，{{.Name}}", "left": "还剩 {{.N}} 天", "plain": "保存"}`,
		"a.en.json":      `{"greet": "Hello {{.Name}}", "left": {"one": "{{.N}} day left", "other": "{{.N}} days left"}, "plain": "Save"}`,
	})
	check := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	check(w.T("greet", "Name", "张伟"), "你好，张伟")
	check(w.T("greet", map[string]any{"Name": "李娜"}), "你好，李娜")
	check(w.T("left", "N", 1286), "还剩 1,286 天")
	check(w.T("plain"), "保存")
	if err := w.SetLanguage(English); err != nil {
		t.Fatal(err)
	}
	check(w.T("greet", "Name", "Zhang"), "Hello Zhang")
	check(w.T("left", "N", 1), "1 day left")
	check(w.T("left", "N", int64(2)), "2 days left")
	check(w.T("plain"), "Save")
}

func TestMissingKeyIsShownAndCounted(t *testing.T) {
	w := load(t, map[string]string{"a.zh-Hans.json": `{"only": "只有中文"}`})
	if got := w.T("nowhere"); got != "⟦nowhere⟧" {
		t.Errorf("got %q", got)
	}
	if err := w.SetLanguage(English); err != nil {
		t.Fatal(err)
	}
	if got := w.T("only"); got != "⟦only⟧" {
		t.Errorf("a key without an English text must not fall back to Chinese: %q", got)
	}
	if got := w.Missing(); !slices.Equal(got, []string{"nowhere", "only"}) {
		t.Errorf("missing is %v", got)
	}
}

func TestSwitchTellsListenersOnceAndOnlyWhileTheyListen(t *testing.T) {
	w := load(t, nil)
	var told []string
	w.OnSwitch(func() { told = append(told, "first "+w.Language()) })
	stop := w.OnSwitch(func() { told = append(told, "second") })
	for _, l := range []string{English, English, Chinese} {
		if err := w.SetLanguage(l); err != nil {
			t.Fatal(err)
		}
		stop()
	}
	if want := []string{"first en", "second", "first zh-Hans"}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	if w.SetLanguage("fr") == nil || w.Language() != Chinese {
		t.Error("an unknown language must be refused and change nothing")
	}
}

func TestLoadingRefusesWhatWouldBeGuesswork(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"a key in two files": {"a.en.json": `{"k": "1"}`, "b.en.json": `{"k": "2"}`},
		"no JSON":            {"a.en.json": `{"k": `},
		"unknown language":   {"a.zh.json": `{"k": "1"}`},
		"no language":        {"a.json": `{"k": "1"}`},
	} {
		if _, err := New(disk(files)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// The promise of the two languages: whatever area adds words, adds them twice and with the same placeholders.
func TestEveryKeyStandsInBothLanguages(t *testing.T) {
	w, err := New(assets.Files)
	if err != nil {
		t.Fatal(err)
	}
	zh, en := w.Keys(Chinese), w.Keys(English)
	if len(zh) == 0 {
		t.Fatal("no words at all")
	}
	for _, key := range zh {
		if !slices.Contains(en, key) {
			t.Errorf("%s has no English text", key)
		}
	}
	for _, key := range en {
		if !slices.Contains(zh, key) {
			t.Errorf("%s has no Chinese text", key)
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{\s*\.(\w+)`)

func TestPlaceholdersAreTheSameInBothLanguages(t *testing.T) {
	used := map[string]map[string][]string{Chinese: {}, English: {}}
	names, err := fs.Glob(assets.Files, "locales/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := assets.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]any
		if err := json.Unmarshal(data, &texts); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		_, language, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".json"), ".")
		for key, text := range texts {
			used[language][key] = usedIn(text)
			if language == Chinese {
				checkChinese(t, key, text)
			}
		}
	}
	for key, zh := range used[Chinese] {
		// The formats of dates are given all parts of a date, and each language takes those it uses.
		if strings.HasPrefix(key, "time.") {
			continue
		}
		if en := used[English][key]; !slices.Equal(zh, en) {
			t.Errorf("%s: Chinese uses %v, English %v", key, zh, en)
		}
	}
}

// usedIn lists the placeholders of a text, or of all its plural forms, sorted and once each.
func usedIn(text any) []string {
	found := map[string]bool{}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			for _, m := range placeholder.FindAllStringSubmatch(v, -1) {
				found[m[1]] = true
			}
		case map[string]any:
			for _, form := range v {
				walk(form)
			}
		}
	}
	walk(text)
	return slices.Sorted(maps.Keys(found))
}

var halfWidth = regexp.MustCompile(`\p{Han}[,;?!]|\p{Han}[.:](\s|$)`)

// checkChinese finds the punctuation marks that a Western keyboard leaves in Chinese texts.
func checkChinese(t *testing.T, key string, text any) {
	t.Helper()
	s, ok := text.(string)
	if ok && halfWidth.MatchString(s) {
		t.Errorf("%s: half-width punctuation in %q", key, s)
	}
}

func TestFyneSpeaksTheChosenLanguage(t *testing.T) {
	test.NewTempApp(t)
	w, err := New(assets.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ language, cancel, monday string }{
		{Chinese, "取消", "星期一"}, {English, "Cancel", "Monday"}, {Chinese, "取消", "星期一"},
	} {
		if err := w.SetLanguage(step.language); err != nil {
			t.Fatal(err)
		}
		if got := lang.L("Cancel"); got != step.cancel {
			t.Errorf("in %s Fyne says %q for Cancel", step.language, got)
		}
		if got := lang.X("monday", "?"); got != step.monday {
			t.Errorf("in %s Fyne says %q for Monday", step.language, got)
		}
	}
}

func TestNumbersAndMoney(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 7: "7", 412: "412", 1286: "1,286", 100000: "100,000", 1234567: "1,234,567", -12: "−12", -1286: "−1,286", -9223372036854775808: "−9,223,372,036,854,775,808"} {
		if got := Number(n); got != want {
			t.Errorf("Number(%d) is %q, want %q", n, got, want)
		}
	}
	for cents, want := range map[int64]string{0: "¥ 0", 38640000: "¥ 386,400", 128050: "¥ 1,280.50", 5: "¥ 0.05", -128050: "¥ −1,280.50"} {
		if got := Money(cents); got != want {
			t.Errorf("Money(%d) is %q, want %q", cents, got, want)
		}
	}
}
