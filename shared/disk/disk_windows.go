// Package disk asks the system about the disks on which both programs keep their data.
package disk

import "golang.org/x/sys/windows"

// Space is what is free for us, and all there is, in bytes, on the disk that holds folder.
func Space(folder string) (free, total uint64, err error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, 0, err
	}
	err = windows.GetDiskFreeSpaceEx(path, &free, &total, nil)
	return free, total, err
}
