package world

import (
	"strconv"
	"strings"
)

// check looks at a laptop after a sync: what it holds is what its person may see at the commit at which it is, nothing
// got older, nothing typed is lost, and nothing is left of what went.
func (l *laptop) check(complete bool) {
	h, err := l.read()
	if err != nil {
		l.w.fail(stuck, "%s: reading the file: %v", l, err)
		return
	}
	if h.meta["published"] != "1" {
		return
	}
	epoch, cursor, err := placeOf(h.meta["cursor"])
	if err != nil {
		l.w.fail(diverged, "%s is nowhere: %q", l, h.meta["cursor"])
		return
	}
	if !l.w.books.known(epoch) {
		l.w.fail(diverged, "%s shows a book of no history of the server: %q", l, h.meta["cursor"])
		return
	}
	if epoch == l.epoch && cursor < l.cursor {
		l.w.fail(diverged, "%s was at %d and is at %d", l, l.cursor, cursor)
	}
	l.checkState(h, epoch, cursor, complete)
	l.checkAge(h, epoch)
	l.epoch, l.cursor = epoch, cursor
	l.w.settleTyped(l)
	if class, what := h.sums(); class != "" && !l.spoilt {
		l.w.fail(class, "%s: %s", l, what)
	}
	if complete {
		l.checkTraces(h)
	}
}

// placeOf takes a cursor apart: the epoch, and the commit in it.
func placeOf(cursor string) (epoch string, seq int64, err error) {
	epoch, number, _ := strings.Cut(cursor, ".")
	seq, err = strconv.ParseInt(number, 10, 64)
	return epoch, seq, err
}

// checkState holds the server's rows against the state at the laptop's commit (I3, I4, I6).
func (l *laptop) checkState(h held, epoch string, cursor int64, complete bool) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	if epoch != l.w.books.epoch {
		return
	}
	e := l.w.books.lookAt(cursor)
	if e == nil {
		return
	}
	if class, what := h.against(e, l.me); class != "" && (!l.spoilt || l.w.resting && complete) {
		l.w.Wrong = append(l.w.Wrong, wrong{class, l.w.step.N, l.String() + " at " + strconv.FormatInt(cursor, 10) + " " + what})
	}
}

// checkAge sees that no record got older (I5). A new epoch is a restored server, and that is told.
func (l *laptop) checkAge(h held, epoch string) {
	if epoch != l.epoch {
		clear(l.saw)
	}
	for k, r := range h.server {
		if r.Seq < l.saw[k] {
			l.w.fail(diverged, "%s saw %s at %d and sees it at %d", l, k, l.saw[k], r.Seq)
		}
		l.saw[k] = r.Seq
	}
}

// sums holds what the file says of the number of rows against its rows: the replica counts its own, and believes nobody.
func (h held) sums() (class, what string) {
	count := int64(0)
	for _, r := range h.server {
		if !r.Deleted {
			count++
		}
	}
	if h.foreign == 0 && h.counted >= 0 && h.counted != count {
		return diverged, "it has " + strconv.FormatInt(count, 10) + " rows of the server and says " + strconv.FormatInt(h.counted, 10)
	}
	return "", ""
}
