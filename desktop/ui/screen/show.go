package screen

import (
	"strings"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// None stands where there is no value.
func None() string { return words.T("ui.none") }

// FieldLabel is the word for a field of a kind.
func FieldLabel(kind, field string) string { return words.T(kind + "." + field) }

// KindName is the word for a kind.
func KindName(kind string) string { return words.T("kind." + kind) }

// kindInside is the word for a kind inside a sentence.
func kindInside(kind string) string {
	if words.Language() == words.English {
		return strings.ToLower(KindName(kind))
	}
	return KindName(kind)
}

// Value writes a field of a record for a person, "" when it is empty. A value that the person may not see is said to
// be hidden, so that nobody takes it for missing.
func Value(b *book.Book, kind *schema.Kind, f schema.Field, r schema.Record) string {
	if Hidden(r, f.Name) && !r.Has(f.Name) {
		return words.T("ui.hidden")
	}
	return Written(b, kind.Name, f, r.Values[f.Name])
}

// Hidden tells whether the person sees at most a mask of a field.
func Hidden(r schema.Record, field string) bool {
	for _, name := range r.Masked {
		if name == field {
			return true
		}
	}
	return false
}

// Written writes any value of a field for a person, "" for nothing.
func Written(b *book.Book, kind string, f schema.Field, v any) string {
	if schema.Equal(v, nil) {
		return ""
	}
	switch t := f.Type.(type) {
	case schema.DictKey:
		key, _ := v.(string)
		return b.Label(t.Name, key, words.Language())
	case schema.Choice:
		key, _ := v.(string)
		return ChoiceLabel(kind, f.Name, key)
	case schema.Ref:
		id, _ := v.(string)
		return named(b, t.Kind, id)
	case schema.RefSet:
		ids, _ := v.([]string)
		names := make([]string, 0, len(ids))
		for _, id := range ids {
			names = append(names, named(b, t.Kind, id))
		}
		return strings.Join(names, words.T("ui.list.comma"))
	case schema.Moment:
		at, _ := v.(int64)
		return words.DueMoment(time.UnixMilli(at), b.Now(), b.Zone())
	case schema.Date:
		text, _ := v.(string)
		if at, err := words.Date(text, b.Zone()); err == nil {
			return words.ShortDate(at, b.Now(), b.Zone())
		}
		return text
	case schema.Flag:
		if yes, _ := v.(bool); yes {
			return words.T("ui.yes")
		}
		return words.T("ui.no")
	}
	return f.Type.Format(v)
}

// ChoiceLabel is the word for one choice of a field; a key that this program does not know is shown as it is.
func ChoiceLabel(kind, field, key string) string {
	full := kind + "." + field + "." + key
	if key == "" || !words.Has(full) {
		return key
	}
	return words.T(full)
}

func named(b *book.Book, kind, id string) string {
	if name := b.Name(kind, id); name != "" {
		return name
	}
	return id
}

// Or is text, or a dash when there is none.
func Or(text string) string {
	if text == "" {
		return None()
	}
	return text
}
