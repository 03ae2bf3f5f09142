package session

import (
	"yuzhou/desktop/ui"
	"yuzhou/desktop/ui/screen"
)

// Port is what the window is given of the session; preferences are read and kept by main, which dresses the window.
func (s *Session) Port(preferences func() screen.Preferences, keep func(screen.Preferences) error) ui.Port {
	return ui.Port{
		Book: s.Book, Account: s.Account, Login: s.Login, Practice: s.Practice, Saved: s.Saved, FirstSync: s.FirstSync, LogOut: s.LogOut,
		SyncNow: s.SyncNow, AllowRemoval: s.AllowRemoval, Rescan: s.Rescan, SaveSync: s.SaveSync, ReadSync: s.ReadSync, Now: s.o.Clock,
		Status: s.Status, Listen: s.Listen, Diagnose: s.Diagnosis, Preferences: preferences, Keep: keep,
	}
}
