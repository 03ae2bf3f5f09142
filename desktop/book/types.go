package book

import (
	"strings"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
)

// Person is a user as screens show him.
type Person struct {
	ID, Login, Name, Department, DepartmentName string
}

// The views of a customer list.
const (
	ViewMine  = "mine"   // held by me
	ViewBelow = "below"  // held by those below me
	ViewAll   = "all"    // held by anybody I may see
	ViewToday = "today"  // mine, next contact today or earlier
	ViewStale = "stale7" // mine, not followed up for seven days
	ViewSoon  = "soon"   // mine, going to the pool within the company's warning days
)

// The views of a task list. Without one all states are listed.
const (
	ViewOpen    = "open"    // neither done nor archived
	ViewDone    = "done"    // done
	ViewOverdue = "overdue" // open and due before now
)

// Query asks for a list of ids. Zero fields do not narrow.
type Query struct {
	Kind string // customer, task, contact, notice …
	View string // see ViewMine …; for kind task ViewOpen …
	Pool string // customers that lie in this pool
	List string // tasks of this list: inbox today next later
	Who  string // tasks of this executor; customers of this owner
	Text string // only what the search box would find for this text
	Sort string // a field of the kind, or for customers owner, due_on, followed_at, pooled_at; "" is the usual order of the view
	Desc bool
}

// Row is a record as lists and pages show it. For a customer it carries what its holding says.
type Row struct {
	schema.Record
	Owner, Pool string
	Holding     schema.Record // of a customer; zero Values where it is not known
	Due         pool.Due      // when it goes to the pool
	FollowedAt  time.Time
	Pending     bool   // has unsent edits
	Asked       string // a command that waits for its verdict (claim, release …): 待确认
	FormerOwner string
	PooledAt    time.Time
	Reason      string // key of dictionary release_reason
}

// Title is the text that names the record.
func (r Row) Title() string { return titleOf(r.Record) }

// Event is one line of a customer's timeline.
type Event struct {
	Kind       string // followup, task, holding_change, change (an unsent edit of the customer)
	Row        Row
	At         time.Time
	Pending    bool             // not yet on the server
	Backfilled bool             // 补录: noted on a later day than it happened
	Mutation   *change.Mutation // of kind change: the fields with their old and new values
}

// MonthFigures counts my work of this month and, for comparison, of the last one up to the same day.
type MonthFigures struct {
	NewCustomers, FollowUps         int
	PrevNewCustomers, PrevFollowUps int
	TasksDone                       int
}

// Board is the screen 今天.
type Board struct {
	Things        int   // all that today asks for: follow-ups, tasks, customers that go today, the tray
	FollowToday   []Row // mine, next contact today or earlier, earliest first
	DueSoon       []Row // mine, soonest to the pool first
	DueSoonTotal  int
	Tasks         []Row          // my open tasks: overdue, then due soonest, then by priority
	TaskCounts    map[string]int // my open tasks by list
	Overdue       int
	Asked         []Entry // commands that wait for their verdict
	Notices       []schema.Record
	UnreadNotices int
	Tray          []TrayItem
	Month         MonthFigures
}

// Counts are the figures of the rail and the status bar.
type Counts struct {
	Today, Customers, Pool, Tasks, Messages, Outbox, Tray int
	AllCustomers                                          int            // every customer of the replica that somebody holds
	Pools                                                 map[string]int // customers by pool
}

// PoolFigures is how much of a pool I may still take, as far as this laptop knows. A limit or cap of 0 means: none.
type PoolFigures struct {
	Limit, Used, Left int64
	Cap, Held         int64
}

// Choice is one entry of a dictionary.
type Choice struct {
	Key, Name, NameEn string
	Preferred         bool
}

// Words is the name in a language ("zh-Hans" or "en"); without an English name the Chinese one.
func (c Choice) Words(lang string) string {
	if isEnglish(lang) && c.NameEn != "" {
		return c.NameEn
	}
	return c.Name
}

// Hit is one find of the search box.
type Hit struct {
	Kind, ID, Root, Title string
	Detail                string // the customer of a contact or task; the telephone that was found; the owner
}

// FollowUp is a conversation about to be noted. A zero OccurredAt means now; a zero NextAt leaves the next contact
// of the customer empty, for the conversation that was planned has taken place.
type FollowUp struct {
	Customer, Method, Content, Attitude, NextStep, Contact string
	OccurredAt, NextAt                                     time.Time
}

// EntryState is how far an unsent change has come.
type EntryState string

// The states of an entry of the outbox.
const (
	Waiting  EntryState = "waiting"  // not sent yet: can be undone
	Sent     EntryState = "sent"     // sent, the answer is not here
	Answered EntryState = "answered" // accepted; its effect comes with the next pull
)

// Entry is one unsent change.
type Entry struct {
	ID       string // of the mutation
	Mutation change.Mutation
	Title    string // of the record
	Customer string // name of the customer, "" when there is none
	Kind     string
	At       time.Time
	State    EntryState
	Tries    int
}

// The types of tray items.
const (
	TrayConflict = "conflict" // two values for one field
	TrayRefusal  = "refusal"  // a change the server did not take
	TrayVerdict  = "verdict"  // the answer to a request: claim, release …
	TrayLeave    = "leave"    // a customer that left my sight
	TrayNotice   = "notice"   // a word of the program itself, in Fault: a repaired file, a copied folder
)

// TrayItem is one thing that wants a decision or at least a look.
type TrayItem struct {
	ID       string
	Type     string // TrayConflict …
	Title    string // of the record
	Customer string // id of the customer, "" when there is none or it is unknown here
	Name     string // name of the customer
	At       time.Time

	Conflict           schema.Record // of a conflict, and its three values
	Field              string
	Base, Theirs, Mine any

	Mutation change.Mutation   // of a refusal or a verdict: what was asked
	Fault    *fault.Fault      // of a refusal or a notice; of a verdict nil when it was granted
	Info     map[string]string // numbers of a verdict
	Leave    *wire.Leave
}

// The ways out of a conflict.
const (
	Theirs = "theirs" // keep the committed value
	Mine   = "mine"   // my value as a new change on the new base
	Typed  = "typed"  // a third value
	Both   = "both"   // theirs stays; mine goes where it fits too (the other telephone field, the remark)
)

// Duplicate is a record that is probably the same customer.
type Duplicate struct {
	ID, Name string
	Why      string // the field that agrees: name, mobile, phone, credit_code
	Owner    string // name of the owner or the pool
}

// Invalid is what Create and Set return for values that cannot be saved. Each fault names its field.
type Invalid struct{ Faults []*fault.Fault }

// Error lists the faults for the log.
func (e *Invalid) Error() string {
	var s []string
	for _, f := range e.Faults {
		s = append(s, f.Error())
	}
	return "book: invalid: " + strings.Join(s, "; ")
}

// Unwrap gives the first fault, so that fault.Of(err) finds words.
func (e *Invalid) Unwrap() error {
	if len(e.Faults) == 0 {
		return nil
	}
	return e.Faults[0]
}
