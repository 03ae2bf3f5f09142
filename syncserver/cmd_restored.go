package main

import (
	"yuzhou/syncserver/hub"
)

// restoredCommand tells the server that its data was copied back from a backup.
type restoredCommand struct {
	folder
}

// history names the history before and after a restore, for --json.
type history struct {
	Before string `json:"before"`
	Epoch  string `json:"epoch"`
}

// Run begins a new history. Doing so without need costs each laptop one full comparison and nothing else.
func (c restoredCommand) Run(s *session) error {
	return c.with(s, func(b *book) error {
		before, now, err := b.hub.Restored(b, hub.System)
		if err != nil {
			return err
		}
		return b.result(history{before, now}, func() { b.say("server.restored") })
	})
}
