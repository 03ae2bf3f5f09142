// Package screen is what every screen is made of: where somebody is (Route), what a screen owes the window (Page), what
// it may ask of it (Navigator), and how records are written out. It knows no screen.
package screen

import "fyne.io/fyne/v2"

// Name names a screen.
type Name string

// The screens.
const (
	Today     Name = "today"
	Customers Name = "customers"
	Customer  Name = "customer" // one of them, Route.ID
	Pool      Name = "pool"
	Tasks     Name = "tasks"
	Messages  Name = "messages"
	Settings  Name = "settings"
	Outbox    Name = "outbox"
	Tray      Name = "tray"
	Help      Name = "help"
)

// Route says where somebody is. It is a value: it can be compared, remembered and gone back to.
type Route struct {
	Screen Name
	ID     string // the record that is shown: a customer, a task
	View   string // the chosen view of a list, pool, task list or help page
	Search string // what the list is searched for
	Focus  string // what the cursor goes into: FocusFollowUp
}

// FocusFollowUp opens a customer ready to write a follow-up.
const FocusFollowUp = "followup"

// Rail is the entry of the navigation under which the screen stands.
func (r Route) Rail() Name {
	switch r.Screen {
	case Customer:
		return Customers
	case Help:
		return Settings
	case Outbox, Tray:
		return Today
	}
	return r.Screen
}

// Page is one screen, built for one route. Everything on it happens on the main goroutine.
type Page interface {
	// Content is what is shown; it is the same object all through the page's life.
	Content() fyne.CanvasObject
	// Actions are the buttons at the right of the top bar.
	Actions() []fyne.CanvasObject
	// Reload reads the book again. What somebody is typing, and what is chosen, stays.
	Reload()
	// Key hears a key that nothing focused had a use for; it tells whether the page took it. Letters come in upper
	// case.
	Key(name fyne.KeyName) bool
}
