package ui

import (
	"context"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/clock"
)

// threads is how work leaves the main goroutine and comes back. Tests run all of it in place.
type threads struct {
	load  func(lane *screen.Lane, work func() func())
	soon  func(show func())
	later func(d time.Duration, show func())
}

// NewOn is New for a program without a main loop, such as a scripted run: load does the work of a screen and soon shows
// what came of it, both on the one goroutine on which that program handles its widgets.
func NewOn(window fyne.Window, port Port, load func(lane *screen.Lane, work func() func()), soon func(show func())) *Window {
	return newWindow(window, port, threads{load: load, soon: soon, later: func(time.Duration, func()) {}})
}

// offMain is the one place where the screens start goroutines and come back to the main one: copy the state, work, one
// fyne.Do. An answer that a later question of the same lane has overtaken is dropped.
func offMain() threads {
	return threads{
		load: func(lane *screen.Lane, work func() func()) {
			turn := lane.Next()
			go func() {
				show := work()
				fyne.Do(func() {
					if show != nil && lane.Current(turn) {
						show()
					}
				})
			}()
		},
		soon: fyne.Do,
		later: func(d time.Duration, show func()) {
			go func() {
				if clock.Wait(context.Background(), d) == nil {
					fyne.Do(show)
				}
			}()
		},
	}
}
