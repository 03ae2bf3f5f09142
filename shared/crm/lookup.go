package crm

import (
	"strings"

	"yuzhou/shared/schema"
)

// Lookup turns the words of a dictionary into its keys, for files that were written elsewhere.
type Lookup struct {
	keys map[string]string // list, a zero byte, the word as fold writes it
}

// NewLookup reads the entries of all dictionaries. A label goes before another entry's alias; entries that are disabled
// are still understood.
func NewLookup(entries []schema.Record) *Lookup {
	l := &Lookup{keys: map[string]string{}}
	for _, words := range []func(schema.Record) []string{
		func(r schema.Record) []string { return []string{r.Text("label")} },
		func(r schema.Record) []string { return []string{r.Text("key"), r.Text("label_en")} },
		func(r schema.Record) []string { return r.Set("aliases") },
	} {
		for _, r := range entries {
			if r.Kind != Dictionary.Name || r.Deleted {
				continue
			}
			for _, word := range words(r) {
				at := r.Text("list") + "\x00" + fold(word)
				if _, taken := l.keys[at]; !taken && word != "" {
					l.keys[at] = r.Text("key")
				}
			}
		}
	}
	return l
}

// Key finds the key of a word in a list: by label in either language, key or alias. Width, case and spaces do not matter.
func (l *Lookup) Key(list, word string) (string, bool) {
	key, ok := l.keys[list+"\x00"+fold(word)]
	return key, ok
}

// fold is a word without what people write one way or the other.
func fold(word string) string {
	return strings.ToLower(strings.Join(strings.Fields(schema.Narrow(word)), ""))
}
