package world

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"
)

func sprint(format string, args ...any) string { return fmt.Sprintf(format, args...) }

// run runs a history and gives what it did and what was wrong. It must be called outside of a bubble.
func run(t *testing.T, b *base, h history, dir string, telling bool) (out tally) {
	if address := os.Getenv(envCluster); address != "" && onPostgres(h.Seed) {
		there := *b
		there.address = address
		t.Run("", func(t *testing.T) { out = runHere(t, &there, h, dir, telling) })
		return out
	}
	synctest.Test(t, func(t *testing.T) { out = runHere(t, b, h, dir, telling) })
	return out
}

// runHere is run in a bubble already, or where none is wanted.
func runHere(t *testing.T, b *base, h history, dir string, telling bool) (out tally) {
	sameIDs(h.Seed)
	defer uuid.SetRand(nil)
	w := begin(t, b, h, filepath.Join(dir, fmt.Sprint("seed", h.Seed)))
	defer func() {
		wrong := recover()
		if _, ok := wrong.(ended); wrong != nil && !ok {
			panic(wrong)
		}
		w.closeAfter()
		if w.postgres {
			w.dropDatabase()
		}
		w.cleanUp()
		out = w.tally
	}()
	w.telling = telling
	for i, s := range h.Seats {
		w.laptop(i, s)
	}
	w.steps()
	return out
}

// sameIDs makes the ids that are made from now on those of every run of a seed: the base has 0.
func sameIDs(seed uint64) {
	uuid.SetRand(rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24), 1}))
}

// steps takes the history's steps until something is wrong, and at the end everything must come to rest.
func (w *world) steps() {
	for _, s := range w.h.Steps {
		w.step = s
		d := deedOf(s.Do)
		w.Deeds[s.Do]++
		d.run(w, s)
		if w.failed() {
			return
		}
	}
	w.step = step{N: afterwards}
	w.quiet()
	if w.failed() {
		return
	}
	w.checkReturned()
	w.checkHistory()
	w.checkChain()
	w.checkHoldings()
	w.checkLedger()
	w.checkClaims()
	w.checkRuns()
	w.checkDurable()
}

// closeAfter ends the world also when it is in no good state.
func (w *world) closeAfter() {
	defer func() {
		if wrong := recover(); wrong != nil {
			if _, ok := wrong.(ended); !ok {
				panic(wrong)
			}
		}
	}()
	w.close()
}
