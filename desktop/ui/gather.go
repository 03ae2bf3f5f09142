package ui

import "sync/atomic"

// newGather returns a function that may be called on any goroutine, any number of times: show runs on the main
// goroutine afterwards, once for all calls since it last began. A sync that brings a thousand rows redraws once.
func newGather(soon func(func()), show func()) func() {
	var asked atomic.Bool
	return func() {
		if asked.Swap(true) {
			return
		}
		soon(func() {
			asked.Store(false)
			show()
		})
	}
}
