package world

import (
	"fmt"
	"os"
	"slices"
	"time"
)

func (w *world) doSync(l *laptop, _ step) { _ = l.sync() } // what people live with is no failure

func (w *world) doSyncAll(_ step) {
	for _, l := range w.laptops {
		_ = l.sync()
	}
}

// troubles are what happens to single requests, each with how often it is drawn.
var troubles = []struct {
	kind   string
	weight int
}{
	{"request lost", 3},
	{"request cut", 3},
	{"request damaged", 3},
	{"request doubled", 5},
	{"request late", 6},
	{"answer lost", 8},
	{"answer cut", 5},
	{"answer shortened", 3},
	{"answer damaged", 4},
	{"answer stripped", 2},
	{"slow line", 2},
	{"machine sleeps before", 2},
	{"machine sleeps after", 3},
	{"captive portal", 2},
	{"portal redirects", 1},
	{"portal in our type", 1},
	{"bad gateway", 1},
	{"unavailable", 1},
	{"too many", 1},
	{"proxy logs in", 1},
	{"power lost before", 4},
	{"power lost after", 6},
	{"meanwhile", 14},
	{"server dies in commit", 5},
	{"server dies before answer", 5},
	{"commit fails once", 2},
	{"server disk full", 2},
}

// doTrouble lets something happen to one of the next requests of a laptop, and has it sync.
func (w *world) doTrouble(l *laptop, s step) {
	total := 0
	for _, t := range troubles {
		total += t.weight
	}
	at, n := 0, int(s.R[0])%total
	for n >= troubles[at].weight {
		n -= troubles[at].weight
		at++
	}
	t := trouble{Kind: troubles[at].kind, On: of(s.R[1], "push", "pull", "push", ""), Nth: 1 + int(s.R[2]%3), At: s.R[3]}
	if t.Kind == "meanwhile" {
		t.On = "pull"
		t.act = func() { w.meanwhile(l, s) }
	}
	if t.On == "push" {
		t.Nth = 1
	}
	l.line.expect(t)
	if s.R[4]%8 > 0 {
		_ = l.sync()
	}
}

// meanwhile is what others do while a laptop waits for a page.
func (w *world) meanwhile(l *laptop, s step) {
	if !w.within.CompareAndSwap(false, true) {
		return // somebody waits for his page already
	}
	defer w.within.Store(false)
	if s.R[5]%3 == 0 {
		inner := step{N: s.N, Who: s.Who, R: [6]uint32{s.R[5], s.R[4], s.R[3], s.R[2], s.R[1], s.R[0]}}
		of(s.R[4], w.doMove, w.doRole, w.doVeils, w.doPoolPeople, w.doHead, w.doCommand, w.doReclaim)(inner)
		return
	}
	others := slices.DeleteFunc(slices.Clone(w.laptops), func(o *laptop) bool { return o == l || o.login == l.login && o.line.busy() })
	if o, ok := pick(others, s.R[5], func(o *laptop) string { return fmt.Sprint(o.place) }); ok {
		inner := step{N: s.N, R: [6]uint32{s.R[5], s.R[4], s.R[3], s.R[2], s.R[1], s.R[0]}}
		of(s.R[4], w.doEdit, w.doVisit, w.doClaim, w.doRelease, w.doTransfer, w.doCustomer)(o, inner)
		_ = o.sync()
	}
}

func (w *world) doUnplug(l *laptop, s step) {
	l.line.mu.Lock()
	l.line.cut = s.R[0]%2 == 0
	cut := l.line.cut
	l.line.mu.Unlock()
	if cut {
		w.fault("line unplugged")
	}
}

func (w *world) doKill(l *laptop, _ step) {
	w.fault("laptop killed")
	l.kill()
	w.settleTyped(l)
}

func (w *world) doImage(l *laptop, _ step) { l.images = append(l.images, l.image()) }

// doBackToImage puts an old image of its disk on a machine: what was typed since is gone with the disk, and nothing else.
func (w *world) doBackToImage(l *laptop, _ step) {
	if len(l.images) == 0 {
		return
	}
	w.fault("laptop restored from an image")
	dir := l.images[len(l.images)-1]
	l.images = l.images[:len(l.images)-1]
	l.startFrom(dir)
	l.forget()
}

// forget adjusts what must be on a laptop to a file of earlier.
func (l *laptop) forget() {
	p, err := l.pocket()
	l.w.must(err)
	clear(l.saw)
	l.cursor = 0
	for id := range l.kept {
		if p.outbox[id] == nil && p.tray[id] == nil {
			delete(l.kept, id)
		}
	}
	for id, e := range p.outbox {
		if l.kept[id] == nil {
			l.w.remember(e)
			l.kept[id] = e
		}
	}
}

func (w *world) doClock(l *laptop, s step) {
	w.fault("laptop clock wrong")
	l.skew = skews[int(s.R[0])%len(skews)]
}

func (w *world) doServerClock(s step) {
	w.fault("server clock jumps")
	w.jump.Store((time.Duration(s.R[0]%(14*60)) - 7*60).Milliseconds() * 60000)
}

// restart ends a server process, in order or not, and starts it again.
func (w *world) restart(n *node, inOrder bool) {
	n.end(inOrder)
	w.nodes[n.place] = w.startNode(n.place)
	w.books.observe()
}

func (w *world) doServerDies(s step) {
	w.fault("server killed")
	w.restart(w.node(s.R[0]), false)
}

func (w *world) doServerRestarts(s step) {
	w.fault("server restarted")
	w.restart(w.node(s.R[0]), true)
}

func (w *world) doLateParcel(s step) { w.deliver(s.R[0]) }

func (w *world) doOtherServer(l *laptop, s step) {
	l.line.mu.Lock()
	l.line.node = int(s.R[0]) % len(w.nodes)
	web := l.line.web
	l.line.mu.Unlock()
	web.CloseIdleConnections()
}

func (w *world) doQuiet(_ step) { w.quiet() }

// The rounds in which a healed world must come to rest.
const maxRounds = 6

// quiet heals everything and lets everybody sync until nobody has anything to send and everybody is at the head. Then
// every replica is what its owner may see (I3), and nothing waits (I11).
func (w *world) quiet() {
	w.resting = true
	defer func() { w.resting = false }()
	for w.deliver(0) {
	}
	for _, l := range w.laptops {
		l.line.heal()
	}
	var waits string
	for range maxRounds {
		waits = ""
		for _, l := range w.laptops {
			err := l.sync()
			if w.failed() {
				return
			}
			if err != nil && w.books.look().active(l.me) {
				waits = fmt.Sprintf("%s cannot sync: %v", l, err)
			}
		}
		if waits == "" {
			waits = w.unrest()
		}
		if waits == "" {
			return
		}
		w.pass(time.Minute)
	}
	w.fail(stuck, "after %d rounds %s", maxRounds, waits)
}

// unrest says what is not at rest, "" when all is.
func (w *world) unrest() string {
	for _, l := range w.laptops {
		if !w.books.look().active(l.me) {
			continue
		}
		p, err := l.pocket()
		w.must(err)
		if len(p.outbox) > 0 {
			for _, e := range p.outbox {
				return fmt.Sprintf("%s has %d entries to send, such as %v", l, len(p.outbox), e)
			}
		}
		if l.cursor != w.books.head {
			return fmt.Sprintf("%s is at %d, the server at %d", l, l.cursor, w.books.head)
		}
	}
	return ""
}

// cleanUp removes what a history leaves.
func (w *world) cleanUp() {
	_ = os.RemoveAll(w.dir) // it is in memory
}
