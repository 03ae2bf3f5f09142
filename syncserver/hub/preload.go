package hub

import (
	"yuzhou/shared/crm"
	"yuzhou/syncserver/store"
)

// wanted is what the mutations of all pushes in a batch will touch: one statement for each table reads it, instead of some
// for each mutation while everybody waits for the committer.
func wanted(batch []*job) store.Wanted {
	w := store.Wanted{Records: []store.Key{{Kind: "settings", ID: crm.SettingsID}}}
	for _, j := range batch {
		for _, m := range j.mutations {
			w.Results, w.Roots = append(w.Results, m.ID), append(w.Roots, m.Root)
			w.Records = append(w.Records, store.Key{Kind: m.Kind, ID: m.Record},
				store.Key{Kind: "customer", ID: m.Root}, store.Key{Kind: "holding", ID: m.Root})
		}
	}
	return w
}
