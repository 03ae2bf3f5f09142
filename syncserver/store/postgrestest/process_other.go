//go:build !unix

package postgrestest

import (
	"errors"
	"syscall"
)

func asOther(string) (*syscall.SysProcAttr, error) {
	return nil, errors.New("postgrestest: tests start PostgreSQL on Unix only")
}
