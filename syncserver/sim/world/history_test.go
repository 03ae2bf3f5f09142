// Package world is the simulated world: a whole server and a company's laptops in one process and in virtual time, driven
// by a history that is drawn from one seed, with everything that can go wrong going wrong. Its checkers read the files of
// both sides themselves and share no code with the engine: what may be seen, how values come together and who may hold
// what is written here once more, from the specification.
//
// It holds tests alone. `make simulate` runs many histories; `make simulate SEED=n` runs one again.
package world

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// step is one thing that happens. Steps are drawn before anything runs, so that a failing history can be made shorter by
// leaving steps out: what the others mean does not depend on them.
type step struct {
	N   int    // its place as it was drawn: what it makes is known by it
	Do  string // name of a deed
	Who int    // place of the laptop in the history
	R   [6]uint32
}

// seat is a laptop of the company that takes part in a history.
type seat struct {
	Place int           // in the cast
	Skew  time.Duration // of its clock
	Rows  int           // a page of its pulls; 0: as the server likes
	Blank bool          // it has never been used: no login, no first sync
}

// history is everything that is drawn from a seed.
type history struct {
	Seed  uint64
	Nodes int // server processes
	Seats []seat
	Steps []step
	Live  bool // laptops sync by themselves, all at the same time
}

// The size of a history. A laptop is a file and a network line; a step is what one person, the administrator or misfortune
// does.
const (
	leastSteps = 40
	mostSteps  = 110
)

// afterwards is the step in which all comes to rest.
const afterwards = 1 << 16

var skews = []time.Duration{
	0, 0, 0, 0, 40 * time.Minute, -3 * time.Hour, 26 * time.Hour, -9 * 24 * time.Hour, 2 * 365 * 24 * time.Hour, -5 * 365 * 24 * time.Hour, 90 * time.Second,
}

func draw(seed uint64) history {
	r := rand.New(rand.NewPCG(seed, 0x79757a686f75))
	h := history{Seed: seed, Nodes: 1}
	if r.IntN(2) == 0 {
		h.Nodes = 2 + r.IntN(2)
	}
	h.Live = r.IntN(8) == 0
	count := 3 + r.IntN(5)
	if r.IntN(6) == 0 {
		count = 8 + r.IntN(5)
	}
	places := r.Perm(len(cast))
	// Zhang is always there, and most often somebody above him: alone nobody disagrees.
	order := []int{0}
	if r.IntN(4) > 0 {
		order = append(order, 2)
	}
	for _, p := range places {
		if !slices.Contains(order, p) {
			order = append(order, p)
		}
	}
	for _, p := range order[:count] {
		s := seat{Place: p, Skew: skews[r.IntN(len(skews))], Blank: r.IntN(5) == 0}
		if r.IntN(5) > 1 {
			s.Rows = []int{1, 2, 3, 5, 9, 20, 60}[r.IntN(7)]
		}
		h.Seats = append(h.Seats, s)
	}
	n := leastSteps + r.IntN(mostSteps-leastSteps)
	total := 0
	for _, d := range deeds {
		total += d.weight
	}
	for i := range n {
		pick := r.IntN(total)
		at := 0
		for pick >= deeds[at].weight {
			pick -= deeds[at].weight
			at++
		}
		s := step{N: i + 1, Do: deeds[at].name, Who: r.IntN(count)}
		for j := range s.R {
			s.R[j] = r.Uint32()
		}
		h.Steps = append(h.Steps, s)
	}
	return h
}

// tale writes a history so that a person can read what happened, and in what order. story says what each step came to.
func (h history) tale(story map[int]string) string {
	var b strings.Builder
	how := "one after the other"
	if h.Live {
		how = "all at once"
	}
	fmt.Fprintf(&b, "seed %d: %d server processes, %d laptops, %d steps, %s\n", h.Seed, h.Nodes, len(h.Seats), len(h.Steps), how)
	for i, s := range h.Seats {
		c := cast[s.Place]
		fmt.Fprintf(&b, "  laptop %d: %s, clock %+v, %d rows a page", i, c.login, s.Skew, s.Rows)
		if s.Blank {
			b.WriteString(", new")
		}
		b.WriteString("\n")
	}
	for _, s := range h.Steps {
		fmt.Fprintf(&b, "  %3d  laptop %d  %-12s%s\n", s.N, s.Who, s.Do, clip(story[s.N]))
	}
	if last := story[afterwards]; last != "" {
		fmt.Fprintf(&b, "  at last%s\n", clip(last))
	}
	return b.String()
}

// pick is a choice that stays when other things to choose from come or go: the one whose name and r give the least hash.
func pick[T any](list []T, r uint32, name func(T) string) (T, bool) {
	var best T
	var least uint64
	for i, x := range list {
		h := fnv.New64a()
		_, _ = h.Write(fmt.Appendf(nil, "%d %s", r, name(x))) // a hash takes everything
		if v := h.Sum64(); i == 0 || v < least {
			best, least = x, v
		}
	}
	return best, len(list) > 0
}

// of takes one of a few things by a drawn number.
func of[T any](r uint32, list ...T) T { return list[int(r)%len(list)] }

// clip keeps a story readable.
func clip(text string) string {
	const most = 1200
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + " …"
	}
	return text
}
