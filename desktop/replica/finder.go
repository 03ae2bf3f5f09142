package replica

import (
	"database/sql/driver"
	"strings"
	"sync/atomic"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"yuzhou/shared/schema"
)

// mark stands before every word of a finder's text, so that a find at the beginning of a word is told from others.
const mark = "\x1f"

// found says whether the search box finds records of a kind at all: the directory is found by nobody.
func found(k *schema.Kind) bool { return !k.Audience.Everybody }

// finderText is what the search box looks through for a record, "" when the kind is not searched.
func finderText(t *table, w *row) string {
	if !found(t.kind) {
		return ""
	}
	var b strings.Builder
	for _, i := range t.search {
		f := t.kind.Fields[i]
		text, _ := w.cols[i].(string)
		if text == "" || strings.Contains(w.masked, `"`+f.Name+`"`) { // a mask confirms no guess
			continue
		}
		switch f.Type.(type) {
		case schema.Mobile, schema.Landline:
			b.WriteString(mark)
			b.WriteString(digits(text))
		default:
			low := strings.ToLower(schema.Narrow(text))
			b.WriteString(mark)
			b.WriteString(low)
			if f.Name == t.kind.Title {
				initials, full := spell(low)
				if initials != "" {
					b.WriteString(mark)
					b.WriteString(initials)
					b.WriteString(mark)
					b.WriteString(full)
				}
			}
		}
	}
	return b.String()
}

// Needle is the form in which a typed text is looked for: lower case, half width; telephones without their marks.
func Needle(text string) string {
	low := strings.TrimSpace(strings.ToLower(schema.Narrow(text)))
	if d := digits(low); len(d) >= 3 && len(d) == len(strings.Map(dropMarks, low)) {
		return d
	}
	return strings.ReplaceAll(low, mark, "")
}

// dropMarks removes what people write between the digits of a telephone number.
func dropMarks(r rune) rune {
	if strings.ContainsRune(" -()+.", r) {
		return -1
	}
	return r
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

var (
	pinyinArgs = pinyin.NewArgs()
	syllables  [lastHan - firstHan + 1]atomic.Pointer[string] // the few thousand characters in use are looked up once each
)

// The block of the characters that names are written with.
const firstHan, lastHan = 0x4e00, 0x9fff

func syllable(r rune) string {
	if r < firstHan || r > lastHan {
		return sound(r)
	}
	known := &syllables[r-firstHan]
	if s := known.Load(); s != nil {
		return *s
	}
	s := sound(r)
	known.Store(&s)
	return s
}

func sound(r rune) string {
	if all := pinyin.SinglePinyin(r, pinyinArgs); len(all) > 0 {
		return all[0]
	}
	return ""
}

// spell gives a name's pinyin, as initials and in full; both empty when there is no Chinese in it.
func spell(name string) (initials, full string) {
	var a, b strings.Builder
	chinese := false
	for _, r := range name {
		if r < unicode.MaxASCII {
			if r > ' ' {
				a.WriteRune(r)
				b.WriteRune(r)
			}
			continue
		}
		if s := syllable(r); s != "" {
			chinese = true
			a.WriteByte(s[0])
			b.WriteString(s)
		}
	}
	if !chinese {
		return "", ""
	}
	return a.String(), b.String()
}

// nameKey orders names as a Chinese reader expects: by pinyin.
func nameKey(name string) string {
	low := strings.ToLower(schema.Narrow(name))
	if _, full := spell(low); full != "" {
		return full
	}
	return low
}

// Found is one line of a search.
type Found struct{ Kind, ID, Root, Text string }

// maxFound bounds how many finds are ranked; more would help nobody, and a search stays quick for every text.
const maxFound = 1000

// Find looks for a text in the records of the kinds. What begins a word comes first, a whole name before all.
func (r *Replica) Find(text string, kinds []string, limit int) ([]Found, error) {
	needle := Needle(text)
	if needle == "" || limit <= 0 {
		return nil, nil
	}
	var all []Found
	err := r.view(func(c *conn) error {
		var err error
		if all, err = c.find(needle, kinds, maxFound); err != nil || len(all) < maxFound {
			return err
		}
		// So many finds that some were not looked at: those at the beginning of a word must not be among them.
		first, err := c.find(mark+needle, kinds, maxFound)
		all = append(first, all...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rank(all, needle, limit), nil
}

func (c *conn) find(needle string, kinds []string, limit int) (all []Found, err error) {
	has, wanted := contains(needle)
	args := []driver.Value{wanted}
	for _, k := range kinds {
		args = append(args, k)
	}
	args = append(args, int64(limit))
	text := "SELECT kind, id, root, text FROM finder WHERE " + has + " AND kind IN (" + marks(len(kinds)) + ") LIMIT ?"
	err = c.query(text, args, func(row []driver.Value) error {
		var f Found
		f.Kind, _ = row[0].(string)
		f.ID, _ = row[1].(string)
		f.Root, _ = row[2].(string)
		f.Text, _ = row[3].(string)
		all = append(all, f)
		return nil
	})
	return all, err
}

// contains is the condition that a finder's text holds the needle, with its argument. LIKE is quicker than instr, but
// takes some characters for more than they are.
func contains(needle string) (condition, argument string) {
	if strings.ContainsAny(needle, "%_") {
		return "instr(text, ?) > 0", needle
	}
	return "text LIKE ?", "%" + needle + "%"
}

// rank puts the best finds first and drops doubles.
func rank(all []Found, needle string, limit int) []Found {
	classes := make([][]Found, 4)
	seen := make(map[[2]string]bool, len(all))
	for _, f := range all {
		key := [2]string{f.Kind, f.ID}
		if seen[key] {
			continue
		}
		seen[key] = true
		n := 3
		switch {
		case strings.HasPrefix(f.Text, mark+needle+mark) || f.Text == mark+needle:
			n = 0
		case strings.HasPrefix(f.Text, mark+needle):
			n = 1
		case strings.Contains(f.Text, mark+needle):
			n = 2
		}
		classes[n] = append(classes[n], f)
	}
	var out []Found
	for _, class := range classes {
		out = append(out, class...)
	}
	return out[:min(limit, len(out))]
}

func marks(n int) string {
	if n == 0 {
		return "NULL"
	}
	return strings.Repeat(", ?", n)[2:]
}
