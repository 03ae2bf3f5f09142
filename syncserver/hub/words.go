package hub

import (
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// The words of the hub's callers, so that they need not know the packages below.
type (
	// Mutation is one typed change that a laptop asks for.
	Mutation = change.Mutation
	// Result is the final answer to a mutation.
	Result = change.Result
	// Record is one record of a kind.
	Record = schema.Record
	// Values are the fields of a record.
	Values = schema.Values
)

// OpAsk is the operation that asks for a command; the others are the commands.
const (
	OpAsk    = change.Ask
	Claim    = change.Claim
	Release  = change.Release
	Transfer = change.Transfer
	Assign   = change.Assign
	Deal     = change.Deal
)

// Identity is who asks: a user on a device.
type Identity struct {
	User   string
	Device string
	system bool
}

// System is the machine's administrator at the command line, and the schedule: it may everything.
var System = Identity{system: true}

// Device is one device of a user, as administrators see it.
type Device struct {
	ID       string `json:"id"`
	User     string `json:"user"`
	Name     string `json:"name"`
	Replica  string `json:"replica"`   // that pushed last: it changes when a data folder was copied
	LastSeen int64  `json:"last_seen"` // Unix ms
	LastSync int64  `json:"last_sync"` // Unix ms; 0: never
	Skew     int64  `json:"skew"`      // its clock minus ours, ms
	Revoked  bool   `json:"revoked"`
	Active   bool   `json:"active"` // it has a token
}

// The verdicts on an imported row.
const (
	ImportCreated   = "created"
	ImportSame      = "same"      // this very row was imported before
	ImportDuplicate = "duplicate" // skipped: a customer with this mobile or name is there
	ImportRefused   = "refused"
)

// ImportRow is one row of a file, parsed.
type ImportRow struct {
	Key      string // the same for the same row of the same file, so that a file twice does not double
	Customer Values
	Contact  Values // a contact to go with it; nil for none
	Owner    string // user id; else Pool
	Pool     string
	// KeepDuplicate creates the customer although one like it is there.
	KeepDuplicate bool
}

// ImportVerdict is what became of one row.
type ImportVerdict struct {
	Verdict  string       `json:"verdict"`
	Customer string       `json:"customer,omitempty"` // the customer made, found again, or like it
	Number   string       `json:"number,omitempty"`
	Like     []Likeness   `json:"like,omitempty"` // customers it looks like, also when it was created
	Fault    *fault.Fault `json:"fault,omitempty"`
}

// Likeness is a customer that looks like another.
type Likeness struct {
	Customer string `json:"customer"`
	Name     string `json:"name"`
	Why      string `json:"why"` // mobile or name
	Owner    string `json:"owner,omitempty"`
	Pool     string `json:"pool,omitempty"`
}

// Setup is what a new store begins with.
type Setup struct {
	Company  string
	Records  []Record // presets: settings, departments, roles, dictionaries, pools, rules
	Login    string   // of the first administrator
	Name     string
	Password string
}

// RunItem is what a reclaim run decided about one customer that was due.
type RunItem struct {
	Customer string `json:"customer"`
	Name     string `json:"name"`
	Verdict  string `json:"verdict"` // reclaimed, held_back, skipped, failed
	Owner    string `json:"owner"`
	Pool     string `json:"pool,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Days     int64  `json:"days,omitempty"`    // what the rule allows
	Start    int64  `json:"start,omitempty"`   // where its clock started, Unix ms
	Elapsed  int    `json:"elapsed,omitempty"` // calendar days since
	Why      string `json:"why,omitempty"`     // a fault code, or until when it is held back
}

// RunReport is a reclaim run, or its preview.
type RunReport struct {
	Due       int64     `json:"due"`                // Unix ms; 0 for a preview
	Finished  int64     `json:"finished,omitempty"` // Unix ms
	Checked   int64     `json:"checked"`
	Reclaimed int64     `json:"reclaimed"`
	HeldBack  int64     `json:"held_back"`
	Skipped   int64     `json:"skipped"`
	Failed    int64     `json:"failed"`
	Items     []RunItem `json:"items,omitempty"`
}

// Tree is a customer with its holding and what lies under it, for loading in bulk.
type Tree struct {
	Customer Record
	Holding  Record
	Children []Record // contacts, follow-ups, tasks
}
