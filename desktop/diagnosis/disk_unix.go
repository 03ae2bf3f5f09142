//go:build unix

package diagnosis

import "golang.org/x/sys/unix"

// freeSpace is what is free for us, in bytes, on the disk that holds folder.
func freeSpace(folder string) (uint64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, err
	}
	return uint64(stat.Bavail) * uint64(stat.Bsize), nil //nolint:gosec // the size of a block is positive
}
