package words

import (
	"encoding/json"
	"fmt"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
)

// fynePrefix marks the texts that belong to Fyne's own menus and file dialogs.
const fynePrefix = "fyne."

// fyneTags are the languages Fyne brings words for, and so the ones its matcher can pick.
var fyneTags = []string{
	"cs", "de", "el", "en", "es", "fr", "pl", "pt", "pt-BR", "ru", "sv", "ta", "uk", "zh-Hans",
}

// forceFyne makes Fyne speak the given language. Fyne matches the system's language once and cannot be switched, so
// our texts are put under every language it may have matched.
func (w *Words) forceFyne(language string) error {
	texts := map[string]string{}
	for key, text := range w.plain[language] {
		if name, ok := strings.CutPrefix(key, fynePrefix); ok {
			texts[name] = text
		}
	}
	if len(texts) == 0 {
		return nil
	}
	data, err := json.Marshal(texts)
	if err != nil {
		return fmt.Errorf("words: %w", err)
	}
	for _, tag := range fyneTags {
		if err := lang.AddTranslations(fyne.NewStaticResource(tag+".json", data)); err != nil {
			return fmt.Errorf("words: speak %s to Fyne as %s: %w", language, tag, err)
		}
	}
	return nil
}
