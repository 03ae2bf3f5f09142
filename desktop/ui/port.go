// Package ui is the window: navigation, search, status, and the table that says which screen shows what. The screens
// stand in folders of their own and know only the book and a navigator.
package ui

import (
	"context"
	"io"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/settings"
)

// Port is what the window is given of the world beyond the book. The calls that take a context block, and are made off
// the main goroutine; all others answer at once.
type Port struct {
	// Book is the open book, nil before the first sync is complete and while the book is locked.
	Book func() *book.Book
	// Account tells who is logged in where.
	Account func() settings.Account
	// Login checks name and password at a server and keeps the session.
	Login func(ctx context.Context, c login.Credentials) error
	// Practice makes the practice book and opens it.
	Practice func(ctx context.Context) error
	// Saved tells of a damaged file whose unsent work was saved, for whoever sees a first sync once more; nil: there was none.
	Saved func() error
	// FirstSync fetches everything for the first time and opens the book. It carries on where the last try stopped.
	FirstSync func(ctx context.Context, tell func(screen.Status)) error
	// LogOut removes session and data from this computer and closes the book.
	LogOut func(ctx context.Context) error
	// SyncNow starts a sync.
	SyncNow func()
	// AllowRemoval lets the next sync remove what one has stopped before (MASS_REMOVAL), and starts it.
	AllowRemoval func() error
	// Rescan has everything fetched anew beside what is in use, keeping what is unsent, and starts it (SYNC-16).
	Rescan func() error
	// SaveSync writes what waits for the server into a sync file, and gives the number of changes; ReadSync takes its answer,
	// and gives how many changes were answered and how many rows came (SYNC-15). They block like those with a context.
	SaveSync func(out io.Writer) (changes int, err error)
	ReadSync func(in io.Reader) (changes, rows int, err error)
	// Now is the present moment, for the times on the login page.
	Now func() time.Time
	// Status tells how the last contact with the server went; Listen calls back, on any goroutine, when that changes.
	Status func() screen.Status
	Listen func(changed func()) (stop func())
	// Diagnose writes what somebody needs to know who is to help, without customers' data, for a window that looks like
	// this (SYNC-19). It reads the disk, so it is called off the main goroutine.
	Diagnose func(look screen.Preferences) string
	// Preferences are what the person has set; Keep keeps them and makes theme and language follow.
	Preferences func() screen.Preferences
	Keep        func(screen.Preferences) error
}
