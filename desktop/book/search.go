package book

import (
	"strings"

	"yuzhou/desktop/replica"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// searchKinds are what the search box finds, in its order.
var searchKinds = []string{"customer", "contact", "task"}

// Search finds customers, contacts and tasks by name, a part of a telephone number, or the pinyin of a name, whole or
// as initials. What begins with the text comes first.
func (b *Book) Search(text string, limit int) ([]Hit, error) {
	found, err := b.r.Find(text, searchKinds, limit)
	if err != nil {
		return nil, err
	}
	rows := map[string]Row{}
	for _, kind := range searchKinds {
		var ids []string
		for _, f := range found {
			if f.Kind == kind {
				ids = append(ids, f.ID)
			}
		}
		list, err := b.Rows(kind, ids)
		if err != nil {
			return nil, err
		}
		for _, row := range list {
			rows[kind+row.ID] = row
		}
	}
	hits := make([]Hit, 0, len(found))
	needle := replica.Needle(text)
	for _, f := range found {
		row := rows[f.Kind+f.ID]
		if b.veiled(row) {
			continue
		}
		hits = append(hits, Hit{Kind: f.Kind, ID: f.ID, Root: f.Root, Title: row.Title(), Detail: b.detail(row, needle)})
	}
	return hits, nil
}

// detail is the second line of a find: the telephone that was looked for, or where the record belongs.
func (b *Book) detail(row Row, needle string) string {
	k := crm.ByName(row.Kind)
	for _, f := range k.Fields {
		switch f.Type.(type) {
		case schema.Mobile, schema.Landline:
			if len(needle) >= 3 && strings.Contains(digitsOf(row.Text(f.Name)), needle) {
				return f.Type.Format(row.Values[f.Name])
			}
		}
	}
	switch {
	case row.Kind != "customer" && row.Root != row.ID:
		return b.Name("customer", row.Root)
	case row.Owner != "":
		return b.Name("user", row.Owner)
	}
	return b.Name("pool", row.Pool)
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// maxDuplicates bounds the records that a form warns of.
const maxDuplicates = 10

// Duplicates looks for customers that are probably the same as the values of a form (DUP-03, DUP-05): the same name
// written otherwise, the same telephone, the same credit code. Only what is in this replica is found.
func (b *Book) Duplicates(values schema.Values, exceptID string) ([]Duplicate, error) {
	var out []Duplicate
	seen := map[string]bool{exceptID: true}
	form := schema.Record{Kind: "customer", Values: values}
	for _, field := range []string{"credit_code", "mobile", "phone", "name"} {
		text := form.Text(field)
		if text == "" {
			continue
		}
		look := text
		if field == "name" {
			if look = crm.NameKey(text); len([]rune(look)) < 2 {
				continue
			}
			look = longest(text, look)
		}
		found, err := b.r.Find(look, []string{"customer", "contact"}, maxFoundDuplicates)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if seen[f.Root] || len(out) >= maxDuplicates {
				continue
			}
			same, err := b.same(field, text, f)
			if err != nil {
				return nil, err
			}
			if same {
				seen[f.Root] = true
				out = append(out, b.duplicate(f.Root, field))
			}
		}
	}
	return out, nil
}

// maxFoundDuplicates bounds the finds that are looked at for one field.
const maxFoundDuplicates = 50

// longest is the piece of a name that a search can find: its key when the name is written like it, else its longest
// run of characters that are in both.
func longest(name, key string) string {
	low := strings.ToLower(schema.Narrow(name))
	if strings.Contains(low, key) {
		return key
	}
	best := ""
	for _, part := range strings.FieldsFunc(low, func(r rune) bool { return strings.ContainsRune(" ()-·.,（）", r) }) {
		if len(part) > len(best) {
			best = part
		}
	}
	return best
}

// same tells whether a find agrees with the form in the field. A telephone counts in whichever box it stands.
func (b *Book) same(field, text string, f replica.Found) (bool, error) {
	rec, ok, err := b.r.Get(f.Kind, f.ID)
	if err != nil || !ok {
		return false, err
	}
	switch field {
	case "name":
		return f.Kind == "customer" && crm.NameKey(rec.Text("name")) == crm.NameKey(text), nil
	case "credit_code":
		return rec.Text("credit_code") == text, nil
	}
	return rec.Text("mobile") == text || rec.Text("phone") == text, nil
}

func (b *Book) duplicate(customer, why string) Duplicate {
	d := Duplicate{ID: customer, Why: why}
	row, ok, err := b.Get("customer", customer)
	if err != nil || !ok {
		return d
	}
	d.Name, d.Owner = row.Title(), b.Name("user", row.Owner)
	if row.Owner == "" {
		d.Owner = b.Name("pool", row.Pool)
	}
	return d
}
