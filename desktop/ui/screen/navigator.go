package screen

import (
	"errors"
	"io"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Navigator is what a screen may ask of the window around it. The window fills it; a screen keeps no other tie.
type Navigator struct {
	// Open goes to a route.
	Open func(Route)
	// Load runs work off the main goroutine and then, back on it, the function that work returned, unless a later
	// Load of the same lane has begun.
	Load func(lane *Lane, work func() func())
	// FollowUp asks for a customer and goes there, ready to write down a conversation.
	FollowUp func()
	// Form opens a form over the screen.
	Form func(Form)
	// Editor makes a field to fill in that starts with a value.
	Editor func(kind string, field schema.Field, value any) Editor
	// Ask opens a small dialog over the screen.
	Ask func(Question)
	// Refit takes the buttons of the top bar from the screen anew.
	Refit func()
	// Toast tells in passing that something was done; undo may be nil. Where it fails, that is told like any failure.
	Toast func(text string, undo func() error)
	// Fail tells that something could not be done, with its cause and the next step.
	Fail func(error)
	// Focus puts the cursor somewhere.
	Focus func(fyne.Focusable)
	// Status is how the last contact with the server went.
	Status func() Status
	// SaveFile asks where to save a file and writes it off the main goroutine; write gives what is then told in passing.
	SaveFile func(name string, write func(io.Writer) (done string, err error))
	// OpenFile asks for a file with an extension (".txt") and reads it, in the same way.
	OpenFile func(extension string, read func(io.Reader) (done string, err error))
}

// Read reads something off the main goroutine and shows it, or tells why it cannot be read.
func Read[T any](n *Navigator, lane *Lane, read func() (T, error), show func(T)) {
	n.Load(lane, func() func() {
		got, err := read()
		return func() {
			if err != nil {
				n.Fail(err)
				return
			}
			show(got)
		}
	})
}

// Form asks for a form of a record: a new one when ID is empty.
type Form struct {
	Kind   string
	ID     string
	Root   string        // the customer a new child belongs to
	Values schema.Values // what a new record starts with
	Then   func(id string)
}

// Question is a small dialog: content and two buttons. Done tells what is wrong, and then the dialog stays.
type Question struct {
	Title   string
	Content fyne.CanvasObject
	Confirm string
	Cancel  string // the other button; "" is 取消
	Danger  bool
	Focus   fyne.Focusable
	Done    func() error
	// Cancelled is called when the dialog is closed without it; it may be nil.
	Cancelled func()
}

// Lane is one stream of answers to questions of the same sort: only the newest one's answer is shown. It lives on the
// main goroutine.
type Lane struct{ turn int }

// Next begins a new question and drops the answers to earlier ones.
func (l *Lane) Next() int { l.turn++; return l.turn }

// Current tells whether turn is still the newest question.
func (l *Lane) Current(turn int) bool { return l.turn == turn }

// State is the contact with the server in one word.
type State string

// The states of the status bar.
const (
	Online     State = "online"
	Offline    State = "offline"
	Syncing    State = "syncing"
	NeedsLogin State = "login"    // the token ended; work goes on, the next sync waits for a login
	Troubled   State = "troubled" // the server answers, but the last sync did not come through
	Halted     State = "halted"   // a sync would remove so much without a reason that a person must allow it
	Practising State = "practice" // there is no server
	Locked     State = "locked"   // too long without the server: the book is closed until a login (SYNC-12)
)

// Status is how the last contact with the server went.
type Status struct {
	State    State
	Done     int64 // roots received, while syncing
	Total    int64 // roots to receive, as far as known
	Bytes    int64 // bytes received in this sync
	LastSync time.Time
	Fault    *fault.Fault // why the last try failed
	Skew     time.Duration
	Lease    int64 // days until the book is locked, told in the last ones; 0: there is nothing to tell
	Unsent   int64 // changes that wait behind a locked book
}

// Preferences are what a person sets for this data folder.
type Preferences struct {
	Language string  `json:"language"`
	Mode     string  `json:"mode"`             // system, light, dark
	Scale    int     `json:"scale"`            // text size in percent, 90 to 150
	Server   string  `json:"server,omitempty"` // of the last login, to fill in the next one
	Login    string  `json:"login,omitempty"`
	Width    float32 `json:"width,omitempty"`
	Height   float32 `json:"height,omitempty"`
}

// ErrShown says that a dialog has already shown, on its field, what is wrong.
var ErrShown = errors.New("shown on its field")
