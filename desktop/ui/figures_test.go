//go:build bench

package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/ui/screen"
	"yuzhou/shared/clock"
)

// TestFigures prints the figures of the screens on the replica that the figures of sync have left: 100,000 customers.
// Everything runs in place, so that each figure is all the work there is, on any goroutine; painting is the graphics
// card's and is not in it.
func TestFigures(t *testing.T) {
	dir := os.Getenv("YUZHOU_BENCH_DATA")
	if dir == "" {
		t.Fatal("YUZHOU_BENCH_DATA is not set: make bench sets it")
	}
	r, err := replica.Open(filepath.Join(dir, "everything"), clock.System)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	figureOf("list_open_ms", openings(t, r), 50)
	b := openFigures(t, r)
	h := newBench(t, plainLook, b)
	h.open(screen.Route{Screen: screen.Customers, View: book.ViewAll})
	figureOf("scroll_step_p95_ms", scrolling(h), 95)
	figureOf("search_p95_ms", searching(t, b), 95)
}

func figureOf(name string, all []time.Duration, percent int) {
	slices.Sort(all)
	value := float64(all[len(all)*percent/100].Microseconds()) / 1000
	fmt.Printf("bench %s %s ms\n", name, strconv.FormatFloat(value, 'g', 4, 64))
}

func openFigures(t *testing.T, r *replica.Replica) *book.Book {
	t.Helper()
	b, err := book.Open(r, clock.System)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// openings opens the list of all customers, each time in a new window on a book that has nothing in memory yet.
func openings(t *testing.T, r *replica.Replica) []time.Duration {
	t.Helper()
	var all []time.Duration
	for range 9 {
		b := openFigures(t, r)
		h := newBench(t, plainLook, b)
		started := clock.System()
		h.ui.shell.open(screen.Route{Screen: screen.Customers, View: book.ViewAll})
		all = append(all, clock.System().Sub(started))
	}
	return all
}

// scrolling turns the wheel by 40 pixels, 2,000 times, through pages nobody has read before.
func scrolling(h *bench) []time.Duration {
	all := make([]time.Duration, 0, 2000)
	for range cap(all) {
		started := clock.System()
		test.Scroll(h.window.Canvas(), fyne.NewPos(600, 400), 0, -40)
		all = append(all, clock.System().Sub(started))
	}
	return all
}

// searching types what people type into the search box: parts of names, of numbers, initials.
func searching(t *testing.T, b *book.Book) []time.Duration {
	t.Helper()
	ids, err := b.IDs(book.Query{Kind: "customer", View: book.ViewAll})
	if err != nil {
		t.Fatal(err)
	}
	var all []time.Duration
	for i := 0; i < 200; i++ {
		rows, err := b.Rows("customer", ids[i*len(ids)/200:][:1])
		if err != nil {
			t.Fatal(err)
		}
		name, mobile := []rune(rows[0].Text("name")), rows[0].Text("mobile")
		texts := []string{string(name[len(name)/2:][:2]), string(name[:4]), "kj", "szhd"}
		if len(mobile) == 11 {
			texts = append(texts, mobile[3:7], mobile[5:])
		}
		started := clock.System()
		if _, err := b.Search(texts[i%len(texts)], 20); err != nil {
			t.Fatal(err)
		}
		all = append(all, clock.System().Sub(started))
	}
	return all
}
