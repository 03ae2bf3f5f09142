package hub

import (
	"yuzhou/shared/crm"
	"yuzhou/syncserver/store"
)

// preload reads what the mutations of all pushes in a batch will touch: one statement for each table, instead of some for
// each mutation while everybody waits for the committer.
func (w *work) preload(batch []*job) error {
	keys := []store.Key{{Kind: "settings", ID: crm.SettingsID}}
	var ids, roots []string
	for _, j := range batch {
		for _, m := range j.mutations {
			ids, roots = append(ids, m.ID), append(roots, m.Root)
			keys = append(keys, store.Key{Kind: m.Kind, ID: m.Record}, store.Key{Kind: "customer", ID: m.Root}, store.Key{Kind: "holding", ID: m.Root})
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := w.tx.PreloadResults(ids); err != nil {
		return err
	}
	if err := w.tx.PreloadRoots(roots); err != nil {
		return err
	}
	return w.tx.Preload(keys)
}
