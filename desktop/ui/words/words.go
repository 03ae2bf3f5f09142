// Package words turns keys into sentences, and times and numbers into the way people write them, in 简体中文 and
// English. The texts stand in assets/locales, one pair of files for each area of the program.
//
// Words of the screens are looked up on the main goroutine; the package is safe on others as well, since faults are
// worded by workers too.
package words

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// The languages a person can choose.
const (
	Chinese = "zh-Hans"
	English = "en"
)

// Languages lists them in the order of the settings.
func Languages() []string { return []string{Chinese, English} }

// Words holds the texts of all languages and speaks one of them. The zero value is of no use; see New.
type Words struct {
	bundle *i18n.Bundle
	speak  map[string]*i18n.Localizer
	// plain holds the messages without placeholders and plural forms: most of them, and those that lists ask for by
	// the thousand. They need no template.
	plain map[string]map[string]string
	known map[string]map[string]bool

	mu        sync.RWMutex
	language  string
	missing   map[string]int
	listeners map[int]func()
	nextID    int
}

// New reads every locales/<area>.<language>.json of files. It speaks Chinese until told otherwise. A key that stands
// in two files of a language is an error: which of the two is shown would depend on the order of reading.
func New(files fs.FS) (*Words, error) {
	w := &Words{
		bundle:    i18n.NewBundle(language.SimplifiedChinese),
		speak:     map[string]*i18n.Localizer{},
		plain:     map[string]map[string]string{},
		known:     map[string]map[string]bool{},
		language:  Chinese,
		missing:   map[string]int{},
		listeners: map[int]func(){},
	}
	w.bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, lang := range Languages() {
		w.plain[lang], w.known[lang] = map[string]string{}, map[string]bool{}
	}
	names, err := fs.Glob(files, "locales/*.json")
	if err != nil {
		return nil, fmt.Errorf("words: list locales: %w", err)
	}
	var faults []error
	for _, name := range names {
		faults = append(faults, w.load(files, name))
	}
	for _, lang := range Languages() {
		w.speak[lang] = i18n.NewLocalizer(w.bundle, lang)
	}
	return w, errors.Join(faults...)
}

// load reads one file into the bundle and the indexes.
func (w *Words) load(files fs.FS, name string) error {
	_, lang, ok := strings.Cut(strings.TrimSuffix(path.Base(name), ".json"), ".")
	if !ok || w.known[lang] == nil {
		return fmt.Errorf("words: %s: the name must be <area>.<language>.json with one of %v", name, Languages())
	}
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return fmt.Errorf("words: %w", err)
	}
	file, err := w.bundle.ParseMessageFileBytes(data, lang+".json")
	if err != nil {
		return fmt.Errorf("words: %s: %w", name, err)
	}
	for _, m := range file.Messages {
		if w.known[lang][m.ID] {
			return fmt.Errorf("words: %s: the key %q stands in another file too", name, m.ID)
		}
		w.known[lang][m.ID] = true
		if m.One == "" && !strings.Contains(m.Other, "{{") {
			w.plain[lang][m.ID] = m.Other
		}
	}
	return nil
}

// SetLanguage switches to a language of Languages and tells the listeners, each on the caller's goroutine. An unknown
// language is an error and changes nothing.
func (w *Words) SetLanguage(lang string) error {
	if w.known[lang] == nil {
		return fmt.Errorf("words: no language %q, there are %v", lang, Languages())
	}
	w.mu.Lock()
	changed := w.language != lang
	w.language = lang
	ids := slices.Sorted(maps.Keys(w.listeners))
	told := make([]func(), 0, len(ids))
	for _, id := range ids {
		told = append(told, w.listeners[id])
	}
	w.mu.Unlock()
	if err := w.forceFyne(lang); err != nil {
		return err
	}
	if changed {
		for _, tell := range told {
			tell()
		}
	}
	return nil
}

// Language returns the language that is spoken.
func (w *Words) Language() string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.language
}

// OnSwitch calls tell after each change of the language, in the order of asking, until the returned function is
// called.
func (w *Words) OnSwitch(tell func()) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := w.nextID
	w.nextID++
	w.listeners[id] = tell
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, id)
	}
}

// Has reports whether the key has a text in the language that is spoken.
func (w *Words) Has(key string) bool { return w.known[w.Language()][key] }

// T returns the text for a key. The arguments fill its placeholders: either pairs of name and value, or one map
// from string to any. An integer named N chooses the plural form and is shown with thousands separators.
//
// A key without text comes back as ⟦key⟧ and is counted, so that a person sees that something is wrong and a test
// fails.
func (w *Words) T(key string, args ...any) string {
	lang := w.Language()
	if text, ok := w.plain[lang][key]; ok {
		return text
	}
	if !w.known[lang][key] {
		return w.lost(key)
	}
	config := &i18n.LocalizeConfig{MessageID: key}
	config.TemplateData, config.PluralCount = placeholders(args)
	text, err := w.speak[lang].Localize(config)
	if err != nil {
		return w.lost(key)
	}
	return text
}

func (w *Words) lost(key string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.missing[key]++
	return "⟦" + key + "⟧"
}

// Missing returns the keys asked for without a text, sorted. Tests of screens demand that there be none.
func (w *Words) Missing() []string {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return slices.Sorted(maps.Keys(w.missing))
}

// Keys returns the keys of a language, sorted.
func (w *Words) Keys(lang string) []string { return slices.Sorted(maps.Keys(w.known[lang])) }

// placeholders makes template data and plural count of T's arguments.
func placeholders(args []any) (data map[string]any, count any) {
	data = map[string]any{}
	if len(args) == 1 {
		if m, ok := args[0].(map[string]any); ok {
			maps.Copy(data, m)
		}
	}
	for i := 0; i+1 < len(args); i += 2 {
		if name, ok := args[i].(string); ok {
			data[name] = args[i+1]
		}
	}
	switch n := data["N"].(type) {
	case int:
		data["N"], count = Number(int64(n)), n
	case int64:
		data["N"], count = Number(n), n
	}
	return data, count
}

// Number writes a whole number with thousands separators: 1,286.
func Number(n int64) string {
	digits := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	head := cmp.Or(len(digits)%3, 3)
	var b strings.Builder
	b.WriteString(sign)
	b.WriteString(digits[:min(head, len(digits))])
	for i := head; i < len(digits); i += 3 {
		b.WriteString(",")
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// Money writes cents as yuan: ¥ 386,400 or ¥ 1,280.50. Cents that are nought are left out.
func Money(cents int64) string {
	yuan, rest := cents/100, cents%100
	sign := ""
	if cents < 0 {
		sign, yuan, rest = "−", -yuan, -rest
	}
	text := "¥ " + sign + Number(yuan)
	if rest != 0 {
		text += fmt.Sprintf(".%02d", rest)
	}
	return text
}
