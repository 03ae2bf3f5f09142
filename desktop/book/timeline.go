package book

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

func backfilled(r schema.Record, zone *time.Location) bool { return crm.Backfilled(r, zone) }

// madeAt is when a record was made, read from its UUIDv7; the zero time for readable ids.
func madeAt(id string) time.Time {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return time.Time{}
	}
	sec, nsec := u.Time().UnixTime()
	return time.Unix(sec, nsec).UTC()
}

// sortEvents puts the newest first.
func sortEvents(all []Event) {
	slices.SortStableFunc(all, func(x, y Event) int {
		return cmp.Or(y.At.Compare(x.At), cmp.Compare(y.Row.ID, x.Row.ID))
	})
}
