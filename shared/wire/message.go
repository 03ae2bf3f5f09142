// Package wire is the protocol of the two programs: the messages, their version, the codec with its limits, and the
// digests by which both sides find out that they hold the same rows.
package wire

import (
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Protocol is the version this program speaks. A server answers pulls from OldestPull on, and takes pushes of every
// version that was ever released: what somebody typed is never stranded by an upgrade.
//
//	1  the first
//	2  spans: narrow repair, a scope told anew after its horizon
const (
	Protocol   = 2
	OldestPull = 1
)

// The paths of the requests by which the two programs sync.
const (
	PathLogin  = "/api/v1/login"
	PathLogout = "/api/v1/logout"
	PathPull   = "/api/v1/pull"
	PathPush   = "/api/v1/push"
	PathSums   = "/api/v1/sums"
	PathPokes  = "/api/v1/pokes"
)

// The headers and types of a sync answer. An answer without all of them is not from our server
// (a captive portal says 200 too) and counts as no answer.
const (
	ContentType  = "application/x-yuzhou-sync" // JSON lines, zstd
	HeaderEpoch  = "Yuzhou-Epoch"
	HeaderDigest = "Yuzhou-Digest" // hex SHA-256 of the body as sent
	HeaderTime   = "Yuzhou-Time"   // the server's clock, Unix ms
)

// Login asks for a device token.
type Login struct {
	Login    string `json:"login"`
	Password string `json:"password"`
	Device   string `json:"device"` // UUIDv7, made once per data folder
	Name     string `json:"name"`   // what people call the device
	Protocol int    `json:"protocol"`
}

// Session answers a Login.
type Session struct {
	Token string `json:"token"` // opaque; sent as Authorization: Bearer
	User  string `json:"user"`  // id
	Name  string `json:"name"`
	Epoch string `json:"epoch"`
	Time  int64  `json:"time"` // the server's clock, Unix ms
}

// Pull asks for everything the laptop does not have. Cursor is "" for a first sync.
// Token continues an answer that had More; it is opaque.
type Pull struct {
	Protocol int    `json:"protocol"`
	Cursor   string `json:"cursor"`
	Token    string `json:"token,omitempty"`
	Limit    int    `json:"limit,omitempty"` // rows per page the client wishes; the server may send fewer

	// Repair asks that the answer, beside the usual news, tells these spans whole, in ascending order of scope and From.
	// At most MaxRepair; asked on the first page, kept in the Token. Since protocol 2.
	Repair []Span `json:"repair,omitempty"`
}

// Span is a scope, or the part of it whose root ids are from From on and before To. To "" has no end.
type Span struct {
	Scope string `json:"scope"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
}

// Sums asks for counts and digests of parts of one scope, to find where two books differ. At most MaxSpans.
type Sums struct {
	Protocol int     `json:"protocol"`
	Scope    string  `json:"scope"`
	Spans    []Range `json:"spans"`
}

// Range is a range of root ids: from From on, before To; To "" has no end.
type Range struct {
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
}

// SumsAnswer answers Sums, in the order asked, all of one snapshot. The sums are those of the rows as the scope shows
// them. They compare with a laptop's own only if its cursor has the same epoch and is not before Seq.
type SumsAnswer struct {
	Cursor string     `json:"cursor"` // the snapshot, as a pull would give it
	Seq    int64      `json:"seq"`    // newest commit that touched the scope
	Sums   []RangeSum `json:"sums"`
}

// RangeSum is what the server holds in a range.
type RangeSum struct {
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
	Count int64  `json:"count"`
	Sum   Sum    `json:"sum"`
}

// Frame is one line of a pull answer. Exactly one member is set, and lines are applied in order.
//
// A Span says that what follows, to the end of the answer, tells the whole of it: at the checkpoint every root that the
// laptop holds through that scope with its id in the span, and that no Root after the Span named as In the scope,
// leaves the scope. Roots in a span come as joins. Since protocol 2.
type Frame struct {
	Drop   *Drop          `json:"drop,omitempty"`
	Grant  *Grant         `json:"grant,omitempty"`
	Span   *Span          `json:"span,omitempty"`
	Root   *Root          `json:"root,omitempty"`
	Row    *Row           `json:"row,omitempty"`
	Result *change.Result `json:"result,omitempty"`
	End    *End           `json:"end,omitempty"`
}

// Drop takes a scope away with everything that is held through it alone.
type Drop struct {
	Scope  string `json:"scope"`
	Reason string `json:"reason,omitempty"` // role_changed, organisation_changed, pool_changed, disabled
}

// Grant adds a scope; its roots follow as joins. Masked and Hidden name customer fields that the scope shows as
// a mask or not at all; Face says that only face kinds come (a pool).
type Grant struct {
	Scope  string   `json:"scope"`
	Face   bool     `json:"face,omitempty"`
	Masked []string `json:"masked,omitempty"`
	Hidden []string `json:"hidden,omitempty"`
}

// Root moves a root into and out of scopes of the laptop. The rows that follow, until the next Root, are its rows.
// With Join they replace all that the laptop holds under the root.
type Root struct {
	ID    string   `json:"id"`
	In    []string `json:"in,omitempty"`
	Out   []string `json:"out,omitempty"`
	Join  bool     `json:"join,omitempty"`
	Leave *Leave   `json:"leave,omitempty"` // why it went, when it went wholly
}

// Leave says why a customer left somebody's sight.
type Leave struct {
	How  string `json:"how"`            // a key of holding.how: reclaimed, transferred, claimed …
	By   string `json:"by,omitempty"`   // user id; empty: the schedule
	To   string `json:"to,omitempty"`   // user or pool id, as far as the receiver may know
	At   int64  `json:"at,omitempty"`   // Unix ms
	Name string `json:"name,omitempty"` // of the customer, which the laptop is about to forget
	Days int64  `json:"days,omitempty"` // of the rule that took it: no counted follow-up for more than so many
}

// Row is one version of one record of the root before it.
type Row struct {
	Kind    string        `json:"k"`
	ID      string        `json:"i"`
	Seq     int64         `json:"q"`
	Deleted bool          `json:"d,omitempty"`
	Masked  []string      `json:"m,omitempty"`
	Body    schema.Values `json:"b,omitempty"`
}

// End closes a page. With More the answer goes on under Token; without, Cursor is the new cursor and Scopes
// tells count and digest of each scope that the answer touched.
type End struct {
	More   bool       `json:"more,omitempty"`
	Token  string     `json:"token,omitempty"`
	Cursor string     `json:"cursor,omitempty"`
	Scopes []ScopeSum `json:"scopes,omitempty"`
	Done   int64      `json:"done,omitempty"`  // roots sent so far of this answer, for the progress bar
	Total  int64      `json:"total,omitempty"` // roots to send, as far as known
}

// ScopeSum is what the server holds in a scope: the client compares it with what it counts in its own rows.
type ScopeSum struct {
	Scope string `json:"scope"`
	Count int64  `json:"count"`
	Sum   Sum    `json:"sum"`
}

// Push sends mutations; the lines after it are mutations, in order.
type Push struct {
	Protocol int    `json:"protocol"`
	Replica  string `json:"replica"` // UUIDv7 of this replica; a copied laptop takes a new one
	Skew     int64  `json:"skew"`    // device clock minus server clock, ms, as last measured
	Count    int    `json:"count"`
	// Again says that the mutations were accepted before, in a history that the server has lost: what their author had
	// seen is told in numbers that mean nothing now. Since protocol 2.
	Again bool `json:"again,omitempty"`
}

// The limits of requests and answers. The client cuts batches accordingly; the server refuses what is beyond.
const (
	MaxMutations     = 500
	MaxPushBytes     = 1 << 20 // JSON, before compression
	MaxMutationBytes = 256 << 10
	MaxPageRows      = 5000
	MaxPageBytes     = 64 << 20 // what a client reads of one page after decompression
	MaxBodyBytes     = 4 << 20  // what a server reads of a request as sent
	MaxSpans         = 256      // ranges of one Sums
	MaxRepair        = 64       // spans of one Pull
)

// Failure is the JSON body of every answer that is not 2xx.
type Failure struct {
	Code    string            `json:"code"`
	Field   string            `json:"field,omitempty"`
	Params  map[string]string `json:"params,omitempty"`
	Request string            `json:"request,omitempty"` // id to find it in the server's log
}

// Fault is what it tells.
func (f Failure) Fault() *fault.Fault {
	named := fault.New(fault.Code(f.Code)).About("", f.Field)
	named.Params = f.Params
	return named
}
