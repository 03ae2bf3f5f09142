package screen

import (
	"strings"
	"testing"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// A conflict about a customer whose name this computer does not know any more says so, in both languages (SYNC-05).
func TestConflictWithoutAName(t *testing.T) {
	for lang, begins := range map[string]string{"zh-Hans": "已不在这台电脑上的客户 ", "en": "A customer no longer on this computer "} {
		if err := words.SetLanguage(lang); err != nil {
			t.Fatal(err)
		}
		item := book.TrayItem{Type: book.TrayConflict, Field: "mobile", Conflict: schema.Record{Values: schema.Values{"kind": "customer"}}}
		if title := TrayTitle(nil, item); !strings.HasPrefix(title, begins) {
			t.Errorf("%s: %s", lang, title)
		}
		item.Title = "金华永康五金"
		if title := TrayTitle(nil, item); !strings.HasPrefix(title, item.Title) {
			t.Errorf("%s: %s", lang, title)
		}
	}
}
