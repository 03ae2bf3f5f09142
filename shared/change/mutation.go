// Package change is what a laptop may ask of the server and how two people's edits come together:
// a typed mutation, the three-way merge per field, and the result of a mutation. All of it is pure.
package change

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Op is what a mutation does.
type Op string

// The operations.
const (
	Create  Op = "create"
	Set     Op = "set"
	Delete  Op = "delete"
	Restore Op = "restore"
	Ask     Op = "command" // asks for a command that the server alone may run
)

// The commands a laptop can ask for; the id of the mutation's record is the customer.
const (
	Claim    = "claim"    // Args: pool
	Release  = "release"  // Args: pool (may be empty), reason (dictionary key), note
	Transfer = "transfer" // Args: to (user), note
	Assign   = "assign"   // Args: to (user), note
	Deal     = "deal"     // Args: dealt ("true" or "false")
)

// Mutation is one typed change in a laptop's outbox.
type Mutation struct {
	ID      string            `json:"id"`   // UUIDv7, made by the laptop
	Hash    string            `json:"hash"` // Digest of everything but ID, Hash
	Op      Op                `json:"op"`
	Kind    string            `json:"kind"`
	Record  string            `json:"record"`            // id of the record
	Root    string            `json:"root"`              // its customer, or itself
	Set     schema.Values     `json:"set,omitempty"`     // new values
	Clear   []string          `json:"clear,omitempty"`   // fields that become empty
	Base    schema.Values     `json:"base,omitempty"`    // what the person saw in those fields when typing
	Seen    int64             `json:"seen,omitempty"`    // seq of the record that the person saw
	Known   int64             `json:"known,omitempty"`   // for Delete: the commit up to which the laptop knew the server
	Command string            `json:"command,omitempty"` // for Ask
	Args    map[string]string `json:"args,omitempty"`    // for Ask
	At      int64             `json:"at"`                // device time, Unix ms
}

// Fields lists the fields a mutation changes, with their new values (nil for cleared ones).
func (m Mutation) Fields() schema.Values {
	all := make(schema.Values, len(m.Set)+len(m.Clear))
	for name, v := range m.Set {
		all[name] = v
	}
	for _, name := range m.Clear {
		all[name] = nil
	}
	return all
}

// Sum is the content hash of a mutation: SHA-256 of its canonical JSON without id and hash. Empty values do not count:
// they do not cross the wire, and the hash must be the same on both sides of it.
func (m Mutation) Sum() string {
	m.ID, m.Hash = "", ""
	m.Set, m.Base = filled(m.Set), filled(m.Base)
	text, err := json.Marshal(m)
	if err != nil { // only values that are no JSON can fail, and Values never holds such
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Sealed is the mutation in the form in which it is sent: fields that become empty stand in Clear, because empty values
// would be lost on the way, and the hash is filled in.
func (m Mutation) Sealed() Mutation {
	emptied := slices.Clone(m.Clear)
	for name, v := range m.Set {
		if schema.Equal(v, nil) {
			emptied = append(emptied, name)
		}
	}
	slices.Sort(emptied)
	m.Set, m.Base, m.Clear = filled(m.Set), filled(m.Base), slices.Compact(emptied)
	m.Hash = m.Sum()
	return m
}

// filled is a copy of values without the empty ones, nil when none is left.
func filled(values schema.Values) schema.Values {
	var out schema.Values
	for name, v := range values {
		if !schema.Equal(v, nil) {
			if out == nil {
				out = make(schema.Values, len(values))
			}
			out[name] = v
		}
	}
	return out
}

// Outcome is the final word of the server on a mutation.
type Outcome string

// The outcomes. All are final and stored with their effects.
const (
	Applied  Outcome = "applied"
	Noop     Outcome = "noop"
	Merged   Outcome = "merged"
	Conflict Outcome = "conflict" // at least one field kept the committed value; a conflict record says which
	Refused  Outcome = "refused"
)

// Result is the answer to one mutation.
type Result struct {
	ID      string            `json:"id"`
	Outcome Outcome           `json:"outcome"`
	Fault   *fault.Fault      `json:"fault,omitempty"`  // for Refused
	Fields  []string          `json:"fields,omitempty"` // fields in conflict
	Seq     int64             `json:"seq,omitempty"`    // commit of the effect
	Info    map[string]string `json:"info,omitempty"`   // numbers for the words (left of the daily limit …)
}
