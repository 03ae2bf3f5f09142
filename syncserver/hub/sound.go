package hub

import (
	"encoding/json"
	"regexp"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// maxWord bounds ids and the names of fields, in bytes.
const maxWord = 64

// isID tells whether a text is an id that a program made. Every mutation has several: an expression would cost more than
// all other checks of it.
func isID(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isDigit(c) && !isLow(c) && (c < 'A' || c > 'Z') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return text != "" && len(text) <= maxWord
}

// isField tells whether a text is a name like that of a field or a kind of ours.
func isField(text string) bool {
	for i := range len(text) {
		if c := text[i]; !isLow(c) && (i == 0 || !isDigit(c) && c != '_') {
			return false
		}
	}
	return text != "" && len(text) <= maxWord
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLow(c byte) bool { return c >= 'a' && c <= 'z' }

// newForm is the id of what a laptop makes. The readable ids of the things the program brings along, and of entries of
// dictionaries, are the server's: whoever took one before it is made would keep it from ever being made.
var newForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// The bounds of one mutation, and of what a record carries in fields that this program does not know: a newer one wrote
// them, or somebody who wants to fill everybody's laptop.
const (
	maxFields       = 200
	maxArgs         = 16
	maxArg          = 4 << 10 // bytes
	maxForeign      = 64      // fields
	maxForeignBytes = 64 << 10
	maxDepth        = 16 // lists and objects in each other: both programs and SQLite read far deeper
)

func sound(m Mutation) bool {
	if !isID(m.ID) || !isID(m.Record) || !isID(m.Root) || !isField(m.Kind) ||
		m.Op == change.Create && !newForm.MatchString(m.Record) || len(m.Set)+len(m.Clear) > maxFields || len(m.Args) > maxArgs {
		return false
	}
	for name, arg := range m.Args {
		if !isField(name) || len(arg) > maxArg {
			return false
		}
	}
	for name := range m.Fields() {
		if !isField(name) {
			return false
		}
	}
	return true
}

// checkForeign bounds the fields of a record that this program does not know.
func checkForeign(kind *schema.Kind, r schema.Record) error {
	count, size := 0, 0
	for name, v := range r.Values {
		if _, known := kind.Field(name); known {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		count, size = count+1, size+len(name)+len(text)
		switch {
		case count > maxForeign:
			return fault.New(fault.TooLarge, "Limit", maxForeign).About(kind.Name, name)
		case size > maxForeignBytes:
			return fault.New(fault.TooLarge, "Limit", maxForeignBytes).About(kind.Name, name)
		case wire.Depth(text) > maxDepth:
			return fault.New(fault.Malformed, "What", "depth").About(kind.Name, name)
		}
	}
	return nil
}

// A page of a pull never cuts a root, and no laptop reads a page beyond wire.MaxPageBytes: a larger root would keep
// everybody who may see it from ever syncing again. Roots of few rows cannot come near.
const (
	maxRootBytes = wire.MaxPageBytes / 2
	fewRows      = 256
)

// checkRoom refuses what would make the root of a record too large to be sent.
func (p *pusher) checkRoom(r schema.Record) error {
	rows, err := p.tx.RootRows(r.Root)
	if err != nil || rows <= fewRows {
		return err
	}
	size, known := p.sizes[r.Root]
	if !known {
		if size, err = p.tx.RootBytes(r.Root); err != nil {
			return err
		}
	}
	text, err := json.Marshal(r.Values)
	if err != nil {
		return err
	}
	if size += int64(len(text)); size > maxRootBytes {
		return fault.New(fault.TooLarge, "Limit", maxRootBytes).About(r.Kind, "")
	}
	p.sizes[r.Root] = size
	return nil
}
