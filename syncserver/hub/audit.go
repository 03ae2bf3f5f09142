package hub

import (
	"context"

	"yuzhou/shared/access"
	"yuzhou/shared/fault"
	"yuzhou/syncserver/store"
)

// VerifyHistory holds the whole history against its chain, as of one commit, while others go on writing. noted are links
// that were noted outside of the database; report hears of each commit that does not fit. See store.View.VerifyHistory.
func (h *Hub) VerifyHistory(ctx context.Context, by Identity, noted []store.Link, report func(store.Break)) (chain store.Chain, err error) {
	if !by.system {
		return chain, fault.New(fault.NoRight, "Action", string(access.ManageSettings))
	}
	err = h.view(ctx, func(v *store.View) error {
		chain, err = v.VerifyHistory(noted, report)
		return err
	})
	return chain, err
}

// HistoryHead is the newest link of the chain of the history; its Seq is 0 when there is none.
func (h *Hub) HistoryHead(ctx context.Context) (head store.Link, err error) {
	err = h.view(ctx, func(v *store.View) error {
		head, err = v.HistoryHead()
		return err
	})
	return head, err
}
