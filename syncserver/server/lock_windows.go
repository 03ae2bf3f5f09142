package server

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks a file that is open until it is closed, for oneself alone or together with others who do the same; taken
// tells that somebody stands in the way. The system frees it with the process, however that ends.
func lock(file *os.File, alone bool) (taken bool, err error) {
	var how uint32 = windows.LOCKFILE_FAIL_IMMEDIATELY
	if alone {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err = windows.LockFileEx(windows.Handle(file.Fd()), how, 0, 1, 0, new(windows.Overlapped))
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, nil
	}
	return false, err
}
