//go:build unix

// Package disk asks the system about the disks on which both programs keep their data.
package disk

import "golang.org/x/sys/unix"

// Space is what is free for us, and all there is, in bytes, on the disk that holds folder.
func Space(folder string) (free, total uint64, err error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, 0, err
	}
	size := uint64(stat.Bsize) //nolint:gosec // the size of a block is positive
	return uint64(stat.Bavail) * size, uint64(stat.Blocks) * size, nil
}
