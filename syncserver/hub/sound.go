package hub

import (
	"encoding/json"
	"regexp"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// An id is what a program made; a field has a name like ours. Anything else is no mutation of any program.
var (
	idForm    = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)
	fieldForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	// newForm is the id of what a laptop makes. The readable ids of the things the program brings along, and of entries of
	// dictionaries, are the server's: whoever took one before it is made would keep it from ever being made.
	newForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

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
	if !idForm.MatchString(m.ID) || !idForm.MatchString(m.Record) || !idForm.MatchString(m.Root) || !fieldForm.MatchString(m.Kind) ||
		m.Op == change.Create && !newForm.MatchString(m.Record) || len(m.Set)+len(m.Clear) > maxFields || len(m.Args) > maxArgs {
		return false
	}
	for name, arg := range m.Args {
		if !fieldForm.MatchString(name) || len(arg) > maxArg {
			return false
		}
	}
	for name := range m.Fields() {
		if !fieldForm.MatchString(name) {
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
