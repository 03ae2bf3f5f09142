package transfer

import (
	"strings"
	"unicode"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Report counts what a file held. A refused row counts once, under the first thing that is wrong with it; everything
// that is said about the rest counts rows that were not refused.
type Report struct {
	Format     Format   `json:"format"`
	Encoding   string   `json:"encoding,omitempty"`
	HeaderLine int      `json:"header_line"`
	Unmapped   []string `json:"unmapped,omitempty"` // columns that are not known and were not read

	Rows      int `json:"rows"`       // with content, below the header
	BlankRows int `json:"blank_rows"` // below the header
	Accepted  int `json:"accepted"`
	Refused   int `json:"refused"`

	MissingName   int            `json:"missing_name"`
	BadMobile     int            `json:"bad_mobile"`
	BadEmail      int            `json:"bad_email"`
	BadCreditCode int            `json:"bad_credit_code"`
	Reasons       map[string]int `json:"reasons,omitempty"` // refused rows by "field CODE"

	// MobileNormalised are rows whose mobile number was written otherwise than as eleven digits.
	MobileNormalised int `json:"mobile_normalised"`
	// ExactDuplicates are rows with the mobile number of an earlier row.
	ExactDuplicates int `json:"exact_duplicates"`
	// NameVariants are other rows whose name is the spelling of a name that has a better one: it repeats the name of an
	// earlier row but for width, spaces, brackets or legal form, it has spaces or half-width brackets among its
	// characters, or it lacks the legal form that the names of the file carry.
	NameVariants int `json:"name_variants"`
	// Formulas are rows with a text that a spreadsheet would take for a formula. They are kept as text.
	Formulas int `json:"formulas"`
	// UnknownWords are rows with a word that no dictionary has; it stands at the end of the remark.
	UnknownWords int `json:"unknown_words"`
}

func (r *Report) start(t *Table, header Line, cols columns) {
	r.Format, r.Encoding, r.HeaderLine = t.Format, t.Encoding, header.Number
	for i, target := range cols {
		if name := strings.TrimSpace(header.Cells[i]); target == "" && name != "" {
			r.Unmapped = append(r.Unmapped, name)
		}
	}
}

// tally is what has to be remembered of earlier rows.
type tally struct {
	mobiles map[string]int // line by mobile number
	names   map[string]int // line by crm.NameKey
	formed  int            // names with a legal form
	short   int            // names without one that are no variant for another reason
	bare    int            // names without one
}

func newTally() tally { return tally{mobiles: map[string]int{}, names: map[string]int{}} }

// row counts one row and finds its twin. Rows that were refused are remembered too: whoever mends them wants to know.
func (c *tally) row(r *Report, p parser) {
	r.Rows++
	mobile, _ := p.row.Customer["mobile"].(string)
	key := crm.NameKey(p.raw[toName])
	if line, ok := c.mobiles[mobile]; ok && mobile != "" {
		p.row.Twin = &Twin{Line: line, Why: SameMobile}
	} else if line, ok := c.names[key]; ok && key != "" {
		p.row.Twin = &Twin{Line: line, Why: SameName}
	}
	if p.row.Refused() {
		r.refuse(p.row.Faults[0])
	} else {
		c.accept(r, p, mobile)
	}
	if _, ok := c.mobiles[mobile]; !ok && mobile != "" {
		c.mobiles[mobile] = p.row.Line
	}
	if _, ok := c.names[key]; !ok && key != "" {
		c.names[key] = p.row.Line
	}
}

func (r *Report) refuse(f *fault.Fault) {
	r.Refused++
	if r.Reasons == nil {
		r.Reasons = map[string]int{}
	}
	r.Reasons[f.Field+" "+string(f.Code)]++
	switch {
	case f.Code == fault.Required && f.Kind == crm.Customer.Name && f.Field == toName:
		r.MissingName++
	case f.Code == fault.BadMobile:
		r.BadMobile++
	case f.Code == fault.BadEmail:
		r.BadEmail++
	case f.Code == fault.BadCreditCode:
		r.BadCreditCode++
	}
}

func (c *tally) accept(r *Report, p parser, mobile string) {
	r.Accepted++
	if mobile != "" && p.raw["mobile"] != mobile {
		r.MobileNormalised++
	}
	if p.formulas() {
		r.Formulas++
	}
	if len(p.row.Unknown) > 0 {
		r.UnknownWords++
	}
	name := p.raw[toName]
	formed := crm.HasForm(name)
	if formed {
		c.formed++
	} else {
		c.bare++
	}
	switch {
	case p.row.Twin != nil && p.row.Twin.Why == SameMobile:
		r.ExactDuplicates++
	case p.row.Twin != nil, irregular(name):
		r.NameVariants++
	case !formed:
		c.short++
	}
}

// whole adds what only the whole file shows: where nine names of ten carry their legal form, one without is short for
// a longer one. In a file of shops and people it is simply a name.
func (c *tally) whole(r Report) Report {
	if c.formed >= 9*c.bare {
		r.NameVariants += c.short
	}
	return r
}

// irregular tells whether a Chinese name has spaces among or around its characters, or half-width brackets.
func irregular(name string) bool {
	runes := []rune(name)
	han := func(i int) bool { return i >= 0 && i < len(runes) && unicode.Is(unicode.Han, runes[i]) }
	for i, r := range runes {
		switch {
		case (r == '(' || r == ')') && (han(i-1) || han(i+1)):
			return true
		case unicode.IsSpace(r) && (i == 0 || i == len(runes)-1 || han(i-1) && han(i+1)):
			return true
		}
	}
	return false
}

// formulas tells whether a text of the row would be taken for a formula. Numbers, dates and addresses have forms of
// their own and are not looked at: +86 before a telephone number is none.
func (p *parser) formulas() bool {
	for i, cell := range p.row.Cells {
		if i < len(p.cols) && !freeText(p.cols[i]) {
			continue
		}
		if formula(cell) {
			return true
		}
	}
	return false
}

// freeText tells whether people write whatever they like into a column.
func freeText(target string) bool {
	name, ok := strings.CutPrefix(target, toContact)
	kind := crm.Customer
	if ok {
		kind = crm.Contact
	}
	f, known := kind.Field(name)
	if !known {
		return true
	}
	switch f.Type.(type) {
	case schema.Text, schema.Tags, schema.DictKey:
		return true
	}
	return false
}
