package main

import (
	"errors"
	"os"
	"os/exec"
)

// restart runs this program again with another environment and ends with its exit code; it returns only when that
// failed. Windows cannot replace a process.
func restart(program string, environment []string) error {
	again := exec.Command(program, os.Args[1:]...)
	again.Env = environment
	again.Stdin, again.Stdout, again.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := again.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	os.Exit(again.ProcessState.ExitCode())
	return nil
}
