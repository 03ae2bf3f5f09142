package diagnosis

import "golang.org/x/sys/windows"

// freeSpace is what is free for us, in bytes, on the disk that holds folder.
func freeSpace(folder string) (free uint64, err error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	return free, windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
}
