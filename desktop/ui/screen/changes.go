package screen

import (
	"slices"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// Editor is one field to fill in, of whatever type. The forms make them; screens that need a single one ask the
// Navigator.
type Editor interface {
	Object() fyne.CanvasObject
	Focusable() fyne.Focusable
	Value() (any, error)
}

// Changes writes what a mutation sets, a line for each field: 手机：139 5713 2086 → 137 0571 6655.
func Changes(b *book.Book, m change.Mutation) []string {
	kind := crm.ByName(m.Kind)
	if kind == nil || m.Op == change.Ask || m.Op == change.Delete {
		return nil
	}
	fields := m.Fields()
	var lines []string
	for _, f := range kind.Fields {
		v, set := fields[f.Name]
		if !set || slices.Contains(machineFields, f.Name) {
			continue
		}
		args := []any{"Field", FieldLabel(kind.Name, f.Name), "New", filled(b, kind, f, v), "Old", filled(b, kind, f, m.Base[f.Name])}
		if m.Op == change.Set {
			lines = append(lines, words.T("ui.outbox.change", args...))
		} else if !schema.Equal(v, nil) {
			lines = append(lines, words.T("ui.outbox.value", args...))
		}
	}
	return lines
}

// machineFields are set by the program itself and tell a person nothing.
var machineFields = []string{"recorded_at", "done_at"}

func filled(b *book.Book, kind *schema.Kind, f schema.Field, v any) string {
	if text := Written(b, kind.Name, f, v); text != "" {
		return text
	}
	return words.T("ui.outbox.empty")
}

// What names an unsent change: 修改客户, 请求领取.
func What(m change.Mutation) string {
	if m.Op == change.Ask {
		return words.T("ui.outbox.op." + m.Command)
	}
	return words.T("ui.outbox.op."+string(m.Op), "Kind", kindInside(m.Kind))
}
