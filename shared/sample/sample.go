// Package sample makes up books of customers: a large one for trying out and measuring a server, and a small one in which
// a person can practise. The same seed gives the same book, byte for byte, on every machine.
package sample

import (
	"encoding/binary"
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// Config says what a large book is to hold.
type Config struct {
	Seed      uint64
	Customers int
	FollowUps int      // over all customers
	Tasks     int      // over all customers
	Contacts  bool     // one main contact for most customers
	Users     []string // ids of those who sell; they hold the customers
	Pools     []string // ids of the pools in which about a tenth of the customers lies; without one nobody is left out
	Names     []string // short names of companies
	Regions   []crm.Region
	Now       time.Time // everything has happened before
	Zone      *time.Location
}

// Tree is a customer with its holding and everything under it. Children are contacts, follow-ups and tasks.
type Tree struct {
	Customer schema.Record
	Holding  schema.Record
	Children []schema.Record
}

// Book makes the trees of a configuration, one after the other.
type Book struct {
	c      Config
	cities []city
}

// city is a city with the districts that addresses name.
type city struct {
	short string   // 苏州
	paths []string // 江苏省/苏州市/吴中区
}

// New makes ready a book. It needs at least one user, one name and one region.
func New(c Config) (*Book, error) {
	b := &Book{c: c}
	for _, r := range c.Regions {
		for _, t := range r.Cities {
			place := city{short: shortCity(r.Province, t.Name)}
			for _, a := range t.Areas {
				place.paths = append(place.paths, t.Path(r.Province, a))
			}
			if len(place.paths) > 0 {
				b.cities = append(b.cities, place)
			}
		}
	}
	if len(c.Users) == 0 || len(c.Names) == 0 || len(b.cities) == 0 {
		return nil, fmt.Errorf("sample: users %d, names %d, cities %d: each must be at least one", len(c.Users), len(c.Names), len(b.cities))
	}
	return b, nil
}

// shortCity is what a company's name begins with: 苏州 of 苏州市, 北京 of the municipality.
func shortCity(province, name string) string {
	if strings.HasPrefix(name, "市辖区") || name == "县" || strings.Contains(name, "直辖") {
		name = province
	}
	for _, tail := range []string{"市", "省", "地区", "盟"} {
		name = strings.TrimSuffix(name, tail)
	}
	return name
}

// All gives every tree in order. A tree is made when it is asked for, so the memory needed does not grow with the book.
func (b *Book) All() iter.Seq[Tree] {
	return func(yield func(Tree) bool) {
		w := b.writer()
		followUps, tasks := b.c.FollowUps, b.c.Tasks
		for i := range b.c.Customers {
			left := b.c.Customers - i
			f, t := w.share(followUps, left), w.share(tasks, left)
			followUps, tasks = followUps-f, tasks-t
			if !yield(w.tree(i, w.fate(), f, t)) {
				return
			}
		}
	}
}

// writer is the state of one walk through a book.
type writer struct {
	*Book
	r     *rand.Rand
	names []int // the order in which names are used
}

func (b *Book) writer() *writer {
	w := &writer{Book: b, r: rand.New(rand.NewPCG(b.c.Seed, b.c.Seed^0x79757a686f75))}
	w.names = w.r.Perm(len(b.c.Names))
	return w
}

// share cuts one customer's part off a total so that the parts of all differ and still add up.
func (w *writer) share(total, left int) int {
	if left <= 1 {
		return total
	}
	mean := float64(total) / float64(left)
	return min(total, int(w.r.Float64()*(2*mean+1)))
}

// pick takes one of a list.
func pick[T any](w *writer, list []T) T { return list[w.r.IntN(len(list))] }

// chance is true in percent of a hundred cases.
func (w *writer) chance(percent int) bool { return w.r.IntN(100) < percent }

// id is a UUIDv7 of a moment: ids sort by the time of creation, as those of real laptops do.
func (w *writer) id(at time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli())<<16|w.r.Uint64()&0x0fff|0x7000)
	binary.BigEndian.PutUint64(b[8:], w.r.Uint64()&0x3fffffffffffffff|0x8000000000000000)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// workday is a moment of a working day so many days before now, between nine and six. A weekend becomes the Monday after
// it, so nothing is longer ago than it should be; what would then lie ahead of now has just happened.
func (w *writer) workday(days int) time.Time {
	t := monday(w.c.Now.In(w.c.Zone).AddDate(0, 0, -days))
	y, m, d := t.Date()
	t = time.Date(y, m, d, 9+w.r.IntN(9), w.r.IntN(60), 0, 0, w.c.Zone)
	if t.After(w.c.Now) {
		return w.c.Now.Add(-time.Duration(5+w.r.IntN(50)) * time.Minute).Truncate(time.Minute)
	}
	return t
}

// ahead is a moment of a working day days after today.
func (w *writer) ahead(days int) time.Time {
	y, m, d := monday(w.c.Now.In(w.c.Zone).AddDate(0, 0, days)).Date()
	return time.Date(y, m, d, 9+w.r.IntN(9), 15*w.r.IntN(4), 0, 0, w.c.Zone)
}

// monday moves a day of the weekend to the Monday after it.
func monday(t time.Time) time.Time {
	switch t.Weekday() {
	case time.Saturday:
		return t.AddDate(0, 0, 2)
	case time.Sunday:
		return t.AddDate(0, 0, 1)
	}
	return t
}
