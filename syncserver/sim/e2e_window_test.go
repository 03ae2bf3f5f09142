//go:build e2e

package sim_test

import (
	"bytes"
	"image"
	"strconv"
	"strings"
)

// place is a point of a window in drawn pixels. All of them stand here: nothing else knows where things lie.
type place struct{ x, y int }

// The entries of the navigation on the left, from the top, and how far apart they stand.
const (
	railToday = iota
	railCustomers
	railPool
	railTasks
	railMessages

	railStep = 36
)

func entry(n int) place { return place{84, 70 + railStep*n} }

var (
	newButton   = place{1216, 24} // 新建客户, on 客户
	claimButton = place{1240, 24} // the one action of a customer's page in the pool
	statusDot   = place{18, windowHeight - 14}
	statusTray  = place{266, windowHeight - 14} // behind the words of the status bar
)

// blink is how many pixels a cursor may change between two pictures of a window that stands still.
const blink = 120

// picture is the window as it is drawn now.
func (w *window) picture() *image.NRGBA {
	w.t.Helper()
	out, err := w.command("import", "-window", w.id, "-depth", "8", "rgba:-").Output() // raw: a PNG takes five times as long
	if err != nil {
		w.t.Fatalf("import: %v", err)
	}
	if len(out) != 4*windowWidth*windowHeight {
		w.t.Fatalf("the window is not %d × %d pixels: %d bytes", windowWidth, windowHeight, len(out))
	}
	return &image.NRGBA{Pix: out, Stride: 4 * windowWidth, Rect: image.Rect(0, 0, windowWidth, windowHeight)}
}

// differ counts the pixels in which two pictures differ.
func differ(a, b *image.NRGBA) int {
	if a.Bounds() != b.Bounds() {
		return len(a.Pix)
	}
	n := 0
	for i := 0; i < len(a.Pix); i += 4 {
		if !bytes.Equal(a.Pix[i:i+3], b.Pix[i:i+3]) {
			n++
		}
	}
	return n
}

// settle waits until the window stands still but for a cursor.
func (w *window) settle() *image.NRGBA {
	w.t.Helper()
	last := w.picture()
	until(w.t, "a window that stands still", func() bool {
		now := w.picture()
		still := differ(last, now) <= blink
		last = now
		return still
	})
	return last
}

// act does something to the window and waits until it shows, and then until it has been drawn to the end.
func (w *window) act(what string, do func()) {
	w.t.Helper()
	w.front()
	before := w.settle()
	do()
	until(w.t, what+" shows in the window", func() bool { return differ(before, w.picture()) > blink })
	w.settle()
}

// shown waits until the window shows the book: the chosen entry of the navigation stands on its own ground.
func (w *window) shown() {
	w.t.Helper()
	until(w.t, "the navigation", func() bool {
		p := w.picture()
		at := entry(railToday)
		return p.NRGBAAt(at.x, at.y-14) != p.NRGBAAt(at.x, at.y+railStep/2)
	})
}

// online waits until the dot of the status bar is green: grey is offline, blue a sync that goes on.
func (w *window) online() {
	w.t.Helper()
	until(w.t, "online in the status bar", func() bool {
		dot := w.picture().NRGBAAt(statusDot.x, statusDot.y)
		return int(dot.G) > int(dot.R)+30 && int(dot.G) > int(dot.B)+30
	})
}

// press presses keys: "n", "ctrl+k", "Return".
func (w *window) press(keys ...string) {
	w.t.Helper()
	w.act("press "+strings.Join(keys, " "), func() { w.keys(keys...) })
}

// keys presses keys without looking at what they do.
func (w *window) keys(keys ...string) {
	w.t.Helper()
	w.front()
	w.do("xdotool", append([]string{"key", "--delay", "40"}, keys...)...)
}

// tab moves the cursor some fields on.
func (w *window) tab(fields int) {
	w.t.Helper()
	for range fields {
		w.keys("Tab")
	}
}

// typeIn types plain letters as a keyboard does.
func (w *window) typeIn(text string) {
	w.t.Helper()
	w.act("typing "+text, func() { w.do("xdotool", "type", "--delay", "15", text) })
}

// paste brings a text with any characters into the field with the cursor.
func (w *window) paste(text string) {
	w.t.Helper()
	w.clip(text)
	w.act("pasting "+text, func() { w.keys("ctrl+v") })
}

// click presses the mouse at a place.
func (w *window) click(at place) {
	w.t.Helper()
	w.act("click", func() { w.point(at); w.do("xdotool", "click", "1") })
}

// point moves the mouse there.
func (w *window) point(at place) {
	w.t.Helper()
	w.do("xdotool", "mousemove", "--window", w.id, strconv.Itoa(at.x), strconv.Itoa(at.y))
}
