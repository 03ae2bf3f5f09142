package replica

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Suspects are the scopes in which this replica and the server did not count the same, as far as they were not found to
// agree since.
func (r *Replica) Suspects() (scopes []string, err error) {
	err = r.view(func(c *conn) error {
		scopes, err = c.suspects()
		return err
	})
	return scopes, err
}

func (c *conn) suspects() (scopes []string, err error) {
	text, err := c.meta(metaSuspects)
	if err != nil || text == "" {
		return nil, err
	}
	return scopes, json.Unmarshal([]byte(text), &scopes)
}

func (t *tx) setSuspects(scopes []string) error {
	slices.Sort(scopes)
	return t.setMeta(metaSuspects, listText(slices.Compact(scopes)))
}

// suspect notes what a comparison has shown: which scopes were compared, and which of them differ.
func (t *tx) suspect(compared []wire.ScopeSum, wrong []string) error {
	old, err := t.suspects()
	if err != nil || len(old)+len(wrong) == 0 {
		return err
	}
	old = slices.DeleteFunc(old, func(name string) bool {
		return slices.ContainsFunc(compared, func(s wire.ScopeSum) bool { return s.Scope == name })
	})
	return t.setSuspects(append(old, wrong...))
}

// Cleared notes that a scope agrees with the server after all.
func (r *Replica) Cleared(scope string) error {
	return r.change(relaxed, func(t *tx) error {
		return t.suspect([]wire.ScopeSum{{Scope: scope}}, nil)
	})
}

// maxRepairs bounds how often a day spans that differ are fetched anew.
const maxRepairs = 3

// SpendRepair takes one of the repairs of the day: three of the spans that differ, then one of the whole scopes
// (whole), then it is a DIGEST_MISMATCH fault: something is wrong that fetching does not mend.
func (r *Replica) SpendRepair() (whole bool, err error) {
	err = r.change(relaxed, func(t *tx) error {
		text, err := t.meta(metaRepairs)
		if err != nil {
			return err
		}
		today := clock.Date(t.now, usualZone)
		day, used, _ := strings.Cut(text, " ")
		n, _ := strconv.Atoi(used)
		if day != today {
			n = 0
		}
		if n > maxRepairs {
			return fault.New(fault.DigestMismatch)
		}
		whole = n == maxRepairs
		return t.setMeta(metaRepairs, today+" "+strconv.Itoa(n+1))
	})
	return whole, err
}
