package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"yuzhou/assets"
	"yuzhou/shared/fault"
)

// The languages of the command line.
const (
	chinese = "zh-Hans"
	english = "en"
)

// speech turns keys into sentences of one language. The texts are those of the language files that both programs
// carry.
type speech struct {
	lang      string
	localizer *i18n.Localizer
}

// areas are the language files the command line speaks from.
var areas = []string{"server", "faults", "kinds"}

// speak loads the words of a language.
func speak(lang string) (*speech, error) {
	bundle := i18n.NewBundle(language.English)
	bundle.RegisterUnmarshalFunc("json", json.Unmarshal)
	s := &speech{lang: lang, localizer: i18n.NewLocalizer(bundle, lang)}
	for _, area := range areas {
		name := "locales/" + area + "." + lang + ".json"
		text, err := fs.ReadFile(assets.Files, name)
		if err != nil {
			return nil, fmt.Errorf("words: %w", err)
		}
		if _, err := bundle.ParseMessageFileBytes(text, lang+".json"); err != nil {
			return nil, fmt.Errorf("words: %s: %w", name, err)
		}
	}
	return s, nil
}

// T is the text of a key; pairs fill its placeholders. A key without a text comes back as it is: it tells an
// administrator more than nothing, and a test finds it.
func (s *speech) T(key string, pairs ...any) string {
	data := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		data[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return s.text(key, data)
}

func (s *speech) text(key string, data map[string]any) string {
	text, err := s.localizer.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data})
	if err != nil {
		return key
	}
	return text
}

// fault words what went wrong and what to do now. Where the words of the desktop would mislead at a terminal, the area
// "server" has its own.
func (s *speech) fault(f *fault.Fault) string {
	data := map[string]any{}
	for name, value := range f.Params {
		data[name] = value
		// Moments cross the wire as Unix milliseconds; at a terminal they are the machine's local time.
		if name == "Until" || name == "Since" || name == "Resets" {
			if ms, err := strconv.ParseInt(value, 10, 64); err == nil {
				data[name] = time.UnixMilli(ms).Format("2006-01-02 15:04")
			}
		}
	}
	key := "server.fault." + string(f.Code)
	if s.text(key, data) == key {
		key = "fault." + string(f.Code)
	}
	text := s.text(key, data)
	if f.Field != "" {
		text = s.label(f.Kind, f.Field) + ": " + text
	}
	if next := s.text(key+".next", data); next != key+".next" && next != "" {
		text += "\n" + next
	}
	return text
}

// label is the name of a field as the screens show it; a field without one is named as it is.
func (s *speech) label(kind, field string) string {
	key := kind + "." + field
	if text := s.T(key); text != key {
		return text
	}
	return field
}

// worded is a mistake that only the command line can make, with the words for it.
type worded struct {
	key   string
	pairs []any
	err   error
}

// wrong makes a worded error; err may be nil.
func wrong(err error, key string, pairs ...any) error { return &worded{key, pairs, err} }

// Error is the technical text.
func (w *worded) Error() string {
	text := w.key + fmt.Sprint(w.pairs...)
	if w.err != nil {
		text += ": " + w.err.Error()
	}
	return text
}

// Unwrap gives the technical cause.
func (w *worded) Unwrap() error { return w.err }

// chooseLanguage takes --lang, else what the system's environment says. The product is Chinese first, so an
// environment that says nothing ("", C, POSIX) means Chinese.
func chooseLanguage(args []string, env func(string) string) string {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		if value, ok := strings.CutPrefix(arg, "--lang="); ok {
			return match(value)
		}
		if arg == "--lang" && i+1 < len(args) {
			return match(args[i+1])
		}
	}
	for _, name := range []string{"YUZHOU_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := env(name); value != "" {
			return match(value)
		}
	}
	return chinese
}

func match(value string) string {
	value = strings.ToLower(value)
	base, _, _ := strings.Cut(value, ".")
	if base == "c" || base == "posix" || strings.HasPrefix(base, "zh") {
		return chinese
	}
	return english
}
