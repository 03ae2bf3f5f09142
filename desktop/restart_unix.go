//go:build !windows

package main

import (
	"os"
	"syscall"
)

// restart replaces this process by itself with another environment; it returns only when that failed.
func restart(program string, environment []string) error {
	return syscall.Exec(program, os.Args, environment)
}
