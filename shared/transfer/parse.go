package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// parser reads one row.
type parser struct {
	*Reader
	row   *Row
	raw   map[string]string // texts of the columns by target
	notes []string          // what goes to the end of the remark
}

// parse reads every cell by the type of its field, then what follows from several of them together.
func (p *parser) parse() {
	p.cells()
	p.region()
	contact := schema.Values{}
	for i, target := range p.cols {
		text := p.raw[target]
		if target == "" || strings.TrimSpace(text) == "" {
			continue
		}
		if name, ok := strings.CutPrefix(target, toContact); ok {
			p.value(crm.Contact, name, text, contact)
		} else if _, ok := crm.Customer.Field(target); ok && !p.word(target, p.header.Cells[i], text) {
			p.value(crm.Customer, target, text, p.row.Customer)
		}
	}
	p.row.Owner, p.row.Pool = strings.TrimSpace(p.raw[toOwner]), strings.TrimSpace(p.raw[toPool])
	p.row.Key = p.key(contact)
	p.remark()
	p.contact(contact)
	for _, f := range crm.Customer.Check(schema.Record{Kind: crm.Customer.Name, Values: p.row.Customer}) {
		if !slices.ContainsFunc(p.row.Faults, func(g *fault.Fault) bool { return g.Kind == f.Kind && g.Field == f.Field }) {
			p.row.Faults = append(p.row.Faults, f)
		}
	}
}

// cells takes the texts of the known columns. The apostrophe by which a table marks a text is not part of it.
func (p *parser) cells() {
	for i, target := range p.cols {
		if target == "" || i >= len(p.row.Cells) {
			continue
		}
		text := p.row.Cells[i]
		if rest, ok := strings.CutPrefix(text, "'"); ok && (formula(rest) || startsNumber(rest)) {
			text = rest
		}
		p.raw[target] = text
	}
}

// startsNumber tells whether a text begins like a number: people mark telephone numbers as texts, too.
func startsNumber(text string) bool {
	return text != "" && strings.ContainsRune("+-0123456789", rune(text[0]))
}

// region joins province, city and district when they stand in columns of their own.
func (p *parser) region() {
	if strings.TrimSpace(p.raw["region"]) != "" {
		return
	}
	var parts []string
	for _, target := range []string{toProvince, toCity, toDistrict} {
		if text := strings.TrimSpace(p.raw[target]); text != "" && (len(parts) == 0 || parts[len(parts)-1] != text) {
			parts = append(parts, text)
		}
	}
	if len(parts) > 0 {
		p.value(crm.Customer, "region", strings.Join(parts, "/"), p.row.Customer)
	}
}

// value reads a text by the type of its field.
func (p *parser) value(kind *schema.Kind, field, text string, into schema.Values) {
	f, _ := kind.Field(field)
	var v any
	var err error
	switch f.Type.(type) {
	case schema.Moment:
		v, err = p.moment(text)
	case schema.Mobile, schema.Landline:
		v, err = f.Type.Parse(plainNumber(text))
	default:
		v, err = f.Type.Parse(text)
	}
	if err != nil {
		p.row.Faults = append(p.row.Faults, fault.Of(err).About(kind.Name, field))
		return
	}
	if v != nil {
		into[field] = v
	}
}

// word turns the word of a dictionary into its key. A word that the dictionary does not have is neither refused nor
// lost: it goes to the remark, and the row says so.
func (p *parser) word(field, column, text string) bool {
	f, _ := crm.Customer.Field(field)
	d, ok := f.Type.(schema.DictKey)
	if !ok {
		return false
	}
	text = strings.TrimSpace(text)
	if key, known := p.o.Lookup.Key(d.Name, text); known {
		p.row.Customer[field] = key
		return true
	}
	p.row.Unknown = append(p.row.Unknown, Unknown{Field: field, Word: text})
	p.notes = append(p.notes, strings.TrimRight(strings.TrimSpace(column), "*＊")+"："+text)
	return true
}

// remark puts what has no place of its own at the end of the remark.
func (p *parser) remark() {
	if len(p.notes) == 0 {
		return
	}
	lines := p.notes
	if own, _ := p.row.Customer["remark"].(string); own != "" {
		lines = append([]string{own}, lines...)
	}
	delete(p.row.Customer, "remark")
	p.value(crm.Customer, "remark", strings.Join(lines, "\n"), p.row.Customer)
}

// contact is the main contact of the customer when the file names one; what is said of a contact without a name goes to
// nobody, so it is refused.
func (p *parser) contact(values schema.Values) {
	if len(values) == 0 {
		return
	}
	values["primary"] = true
	if wrong := crm.Contact.Check(schema.Record{Kind: crm.Contact.Name, Values: values}); len(wrong) > 0 {
		p.row.Faults = append(p.row.Faults, wrong...)
	}
	p.row.Contact = values
}

// serial is the number by which a spreadsheet keeps a date: days since the end of 1899, with the time as a fraction.
var serial = regexp.MustCompile(`^\d{5}(\.\d+)?$`)

// moment reads a date with an optional time of day, as text or as a spreadsheet's number.
func (p *parser) moment(text string) (any, error) {
	text = strings.TrimSpace(text)
	if !serial.MatchString(text) {
		return schema.ParseMoment(text, p.o.Zone)
	}
	days, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fault.New(fault.BadDate)
	}
	if p.table.from1904 {
		days += 1462
	}
	whole, minutes := math.Floor(days), math.Round((days-math.Floor(days))*24*60)
	day := time.Date(1899, 12, 30+int(whole), 0, 0, 0, 0, time.UTC)
	if minutes == 0 {
		return schema.ParseMoment(day.Format(time.DateOnly), p.o.Zone)
	}
	return schema.ParseMoment(day.Add(time.Duration(minutes)*time.Minute).Format("2006-01-02 15:04"), p.o.Zone)
}

// scientific is a long number as a spreadsheet writes it when the column was too narrow, or when it was a number.
var scientific = regexp.MustCompile(`^\d+(\.\d+)?[eE]\+?\d{1,2}$|^\d{7,15}\.0+$`)

// plainNumber writes a telephone number that was typed as a number with all its digits.
func plainNumber(text string) string {
	trimmed := strings.TrimSpace(text)
	if !scientific.MatchString(trimmed) {
		return text
	}
	n, err := strconv.ParseFloat(trimmed, 64)
	if err != nil || n != math.Trunc(n) || n >= 1e15 {
		return text
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}

// key is a digest of what the row says, so that the same row of the same table is known again in another format or a
// later file. Words of dictionaries count as they are written: a dictionary that grows must not make old rows new.
func (p *parser) key(contact schema.Values) string {
	said := map[string]any{"owner": p.row.Owner, "pool": p.row.Pool, "contact": contact}
	for target, text := range p.raw {
		if _, ok := crm.Customer.Field(target); !ok {
			continue
		}
		said["customer."+target] = strings.Join(strings.Fields(schema.Narrow(text)), " ")
	}
	for field, v := range p.row.Customer {
		if f, _ := crm.Customer.Field(field); f.Type != nil {
			if _, word := f.Type.(schema.DictKey); !word {
				said["customer."+field] = v
			}
		}
	}
	for name, v := range said {
		if v == "" {
			delete(said, name)
		}
	}
	text, err := json.Marshal(said)
	if err != nil { // strings, numbers and sets always have a JSON form
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
