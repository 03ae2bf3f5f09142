package screen

import (
	"container/list"

	"yuzhou/desktop/book"
)

const (
	pageRows = 100 // rows of one read
	maxPages = 60  // pages kept: 6,000 rows, more than anybody scrolls past between two looks
)

// Pages feeds a long list: it keeps the rows around what is shown and reads the rest when it is asked for. It lives on
// the main goroutine; the reading does not.
type Pages struct {
	kind    string
	ids     []string
	book    *book.Book
	load    func(lane *Lane, work func() func())
	changed func(from, to int)

	lane    Lane
	kept    map[int]*list.Element // by page number
	order   *list.List            // of *page, the last used in front
	reading map[int]bool
	before  map[string]book.Row // rows of the list before, shown until the fresh ones are here
}

type page struct {
	number int
	rows   []book.Row
}

// NewPages returns a feed of records of a kind; changed is called when rows from..to-1 have arrived.
func NewPages(b *book.Book, nav *Navigator, kind string, changed func(from, to int)) *Pages {
	p := &Pages{kind: kind, book: b, load: nav.Load, changed: changed}
	p.SetIDs(nil)
	return p
}

// SetIDs gives the feed another list of records. All rows are read again; until then those of the old list stand in,
// so that a change elsewhere does not make the screen flicker.
func (p *Pages) SetIDs(ids []string) {
	p.before = map[string]book.Row{}
	for _, e := range p.kept {
		for _, row := range e.Value.(*page).rows {
			p.before[row.ID] = row
		}
	}
	p.ids = ids
	p.kept, p.order, p.reading = map[int]*list.Element{}, list.New(), map[int]bool{}
	p.lane.Next()
}

// IDs returns the records in their order; it must not be changed.
func (p *Pages) IDs() []string { return p.ids }

// Len is the number of records.
func (p *Pages) Len() int { return len(p.ids) }

// Row returns row i. When it is not there yet it is asked for, and changed tells of its arrival.
func (p *Pages) Row(i int) (book.Row, bool) {
	if i < 0 || i >= len(p.ids) {
		return book.Row{}, false
	}
	number := i / pageRows
	if e, ok := p.kept[number]; ok {
		p.order.MoveToFront(e)
		return e.Value.(*page).rows[i-number*pageRows], true
	}
	p.read(number)
	if e, ok := p.kept[number]; ok { // the answer was at hand
		return e.Value.(*page).rows[i-number*pageRows], true
	}
	row, ok := p.before[p.ids[i]]
	return row, ok
}

// read asks for a page once. Each page has a lane of its own, tied to the list it was asked for: pages do not overtake
// one another, and an answer for a list that is gone is dropped.
func (p *Pages) read(number int) {
	if p.reading[number] {
		return
	}
	p.reading[number] = true
	from := number * pageRows
	to := min(from+pageRows, len(p.ids))
	ids, turn := p.ids[from:to], p.lane.turn
	p.load(&Lane{}, func() func() {
		rows, err := p.book.Rows(p.kind, ids)
		return func() {
			if !p.lane.Current(turn) {
				return
			}
			delete(p.reading, number)
			if err != nil || len(rows) != len(ids) {
				return // the next look asks again
			}
			p.keep(&page{number, rows})
			p.changed(from, to)
		}
	})
}

func (p *Pages) keep(fresh *page) {
	p.kept[fresh.number] = p.order.PushFront(fresh)
	if p.order.Len() > maxPages {
		oldest := p.order.Back()
		p.order.Remove(oldest)
		delete(p.kept, oldest.Value.(*page).number)
	}
}
