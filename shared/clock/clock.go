// Package clock is the one place of the program that reads the machine's clock or waits for it.
// Everything else is handed a Clock, so that tests move time instead of waiting.
package clock

import (
	"context"
	"time"
	_ "time/tzdata" // a laptop with Windows and a bare server have no zone files, and the company's day must begin there too
)

// Clock tells the present moment, in UTC.
type Clock func() time.Time

// System reads the machine's clock.
func System() time.Time { return time.Now().UTC() }

// At is a clock that stands still at t.
func At(t time.Time) Clock { return func() time.Time { return t.UTC() } }

// Millis is the form in which moments are stored and sent: Unix milliseconds, UTC.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// FromMillis is the reverse of Millis.
func FromMillis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

// Wait returns after d, or earlier with the context's error when ctx ends.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Date is the calendar day of t in zone, written 2006-01-02: the form in which dates are stored.
func Date(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }
