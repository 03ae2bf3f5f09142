package session

import (
	"net"
	"time"

	"yuzhou/desktop/diagnosis"
	"yuzhou/desktop/ui/screen"
)

// Diagnosis is what somebody needs to know who is to help, as text without customers' data (SYNC-19). look is how the
// window looks at present. It reads the disk.
func (s *Session) Diagnosis(look screen.Preferences) string {
	status := s.Status()
	return diagnosis.Report{
		Version: s.o.Version, Look: look, Data: s.data, Now: s.o.Clock().In(time.Local), Contact: &status, Failures: s.failed.List(),
	}.Text()
}

// Claimed tells whether a window has a data folder open. Unlike Claim it does not call it to the front.
func Claimed(data string) bool {
	address, err := folderSocket(data)
	if err != nil {
		return false
	}
	window, err := net.Dial("unix", address)
	if err != nil {
		return false
	}
	_ = window.Close() // nothing was said
	return true
}
