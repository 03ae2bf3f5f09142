package world

import (
	"fmt"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/shared/schema"
)

// doBulk has somebody type for weeks without a line, and cuts the push of it all in the middle.
func (w *world) doBulk(l *laptop, s step) {
	if l.b == nil || len(l.kept) > 0 || !l.b.CanCreate("task", "") {
		return
	}
	n := 200 + int(s.R[1]%300)
	switch draw := s.R[0] % 100; {
	case draw < 10:
		n = 10_000
	case draw < 65:
		n = 1000 + int(s.R[1]%1000)
	}
	w.widen(l)
	if l.b == nil {
		return
	}
	w.fault("large outbox")
	if n == 10_000 {
		w.fault("outbox of 10,000")
	}
	w.typeMuch(l, s, n)
	l.line.expect(trouble{
		Kind: of(s.R[2], "request cut", "answer lost", "power lost after", "server dies in commit", "request lost", "answer cut", "server dies before answer"),
		On:   "push", Nth: 1 + int(s.R[3])%(n/500+1), At: s.R[4],
	})
	_ = l.sync()
	_ = l.sync()
}

// widen starts the programs of a person anew without the narrow pages of the history, which would take a thousand requests.
func (w *world) widen(l *laptop) {
	for _, o := range w.laptops {
		if o.me == l.me && o.rows > 0 {
			o.rows = 0
			o.end()
			o.line.open()
			o.open()
		}
	}
}

// typeMuch makes n changes: tasks of his own, which are worked on, and visits at one of his customers.
func (w *world) typeMuch(l *laptop, s step, n int) {
	customer, has := w.some(w.customers(l, book.ViewMine), s.R[5])
	var task string
	for i := range n {
		word := fmt.Sprint("批量", s.N, "第", i)
		var err error
		switch {
		case i%4 == 1 && task != "":
			err = l.b.Set("task", task, schema.Values{"description": word})
		case i%64 == 3 && has:
			_, err = l.b.FollowUp(book.FollowUp{Customer: customer, Method: "phone", Content: word})
		default:
			task, err = l.b.Create("task", "", schema.Values{"title": word, "due_at": w.now().Add(time.Hour).UnixMilli()})
		}
		if err != nil {
			w.allowed(l, err)
			break
		}
	}
	telling := w.telling
	w.telling = false // nobody reads a thousand lines
	l.note()
	w.telling = telling
}
