package replica

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/mattn/go-sqlite3"

	"yuzhou/shared/fault"
)

// Cause is what lies at the bottom of an error, in words that may be shown to anybody: those of SQLite and of the system,
// which know nothing of what stands in a record. A decoder may quote what it reads, so of every other error only the kind
// is told. It is "" where a fault has no other cause than its code.
func Cause(err error) string {
	var all []string
	bottoms(err, func(bottom error) {
		if word := plain(bottom); word != "" && !slices.Contains(all, word) {
			all = append(all, word)
		}
	})
	return strings.Join(all, "; ")
}

// bottoms finds the errors that wrap no others.
func bottoms(err error, each func(error)) {
	switch e := err.(type) { //nolint:errorlint // every error of the tree for itself
	case nil:
	case *fs.PathError:
		each(e) // it knows what was tried
	case interface{ Unwrap() []error }:
		for _, below := range e.Unwrap() {
			bottoms(below, each)
		}
	case interface{ Unwrap() error }:
		if below := e.Unwrap(); below != nil {
			bottoms(below, each)
		} else {
			each(err)
		}
	default:
		each(err)
	}
}

// harmless are errors that say the same of every record.
var harmless = []error{io.EOF, io.ErrUnexpectedEOF, context.Canceled, context.DeadlineExceeded, errClosed}

func plain(err error) string {
	var lite sqlite3.Error
	var path *fs.PathError
	var number syscall.Errno
	var named *fault.Fault
	switch {
	case errors.As(err, &lite):
		return fmt.Sprintf("sqlite %d: %s", lite.ExtendedCode, lite.Error())
	case errors.As(err, &path): // its folders may bear the person's name
		return path.Op + ": " + plain(path.Err)
	case errors.As(err, &number):
		return number.Error()
	case errors.As(err, &named):
		return ""
	}
	for _, known := range harmless {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return fmt.Sprintf("%T", err)
}
