// Package book is the open customer book: everything that screens read or write passes here, with rights, checks,
// stamps, undo, and word to the listeners. It knows no widget and no SQL.
package book

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/access"
	"yuzhou/shared/clock"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
)

// ErrUnpublished says that the first sync of the replica is not complete: half a book is not shown.
var ErrUnpublished = errors.New("book: the first sync is not complete")

// Book is an open customer book. It is safe for use by several goroutines.
type Book struct {
	r        *replica.Replica
	clk      clock.Clock
	me       string
	device   string
	practice bool
	stop     func()

	mu    sync.Mutex
	cache cache

	ears sync.Mutex
	next int
	fns  map[int]func()
}

// cache is what is kept in memory until the replica changes. round tells a late reader that what he read is old.
type cache struct {
	round   int
	company *company
	lists   map[Query][]string
}

// company is the directory with what screens ask of it most.
type company struct {
	*replica.Directory
	choices map[string][]Choice // by dictionary, enabled ones in their order
	labels  map[string]Choice   // by dictionary.key, disabled ones too
}

// Open opens the book of a replica whose first sync is complete; ErrUnpublished otherwise.
func Open(r *replica.Replica, clk clock.Clock) (*Book, error) {
	status, err := r.Status()
	if err != nil {
		return nil, err
	}
	if !status.Published {
		return nil, ErrUnpublished
	}
	account, err := r.Account()
	if err != nil {
		return nil, err
	}
	b := &Book{r: r, clk: clk, me: account.User, device: account.Device, practice: status.Practice, fns: map[int]func(){}}
	b.cache.lists = map[Query][]string{}
	b.stop = r.Watch(b.changed)
	return b, nil
}

// Close ends the book's listening; the replica stays open.
func (b *Book) Close() { b.stop() }

// Listen has fn called after every change, whoever made it, on any goroutine. fn must be quick.
func (b *Book) Listen(fn func()) (cancel func()) {
	b.ears.Lock()
	defer b.ears.Unlock()
	n := b.next
	b.next++
	b.fns[n] = fn
	return func() {
		b.ears.Lock()
		defer b.ears.Unlock()
		delete(b.fns, n)
	}
}

func (b *Book) tell() {
	b.ears.Lock()
	fns := slices.Collect(maps.Values(b.fns))
	b.ears.Unlock()
	for _, fn := range fns {
		fn()
	}
}

// changed drops what is kept of the kinds a commit touched.
func (b *Book) changed(t replica.Touched) {
	b.mu.Lock()
	b.cache.round++
	if t.Directory() {
		b.cache.company = nil
		clear(b.cache.lists) // views depend on people and settings
	}
	for q := range b.cache.lists {
		if t.Kinds[q.Kind] || q.Text != "" && t.Kinds["contact"] {
			delete(b.cache.lists, q)
		}
	}
	b.mu.Unlock()
	b.tell()
}

// NewDay is to be called after midnight of the company's zone: what is due today, and the days to the pool, have changed.
func (b *Book) NewDay() error {
	b.mu.Lock()
	b.cache.round++
	clear(b.cache.lists)
	b.mu.Unlock()
	return b.r.RefreshDue() // its commit tells the listeners
}

func (b *Book) company() (*company, error) {
	b.mu.Lock()
	known, round := b.cache.company, b.cache.round
	b.mu.Unlock()
	if known != nil {
		return known, nil
	}
	d, err := b.r.Directory()
	if err != nil {
		return nil, err
	}
	c := &company{Directory: d, choices: map[string][]Choice{}, labels: map[string]Choice{}}
	entries := slices.Clone(d.Entries)
	slices.SortStableFunc(entries, func(x, y schema.Record) int { return int(x.Int("order") - y.Int("order")) })
	for _, e := range entries {
		choice := Choice{Key: e.Text("key"), Name: e.Text("label"), NameEn: e.Text("label_en"), Preferred: e.Flag("preferred")}
		c.labels[e.Text("list")+"."+e.Text("key")] = choice
		if !e.Flag("disabled") {
			c.choices[e.Text("list")] = append(c.choices[e.Text("list")], choice)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cache.round == round {
		b.cache.company = c
	}
	return c, nil
}

// directory is company for callers that cannot fail: when the file cannot be read, they see an empty company.
func (b *Book) directory() *company {
	c, err := b.company()
	if err != nil {
		return &company{Directory: replica.EmptyDirectory()}
	}
	return c
}

// Me is the user of this book.
func (b *Book) Me() Person { return b.person(b.me) }

func (b *Book) person(id string) Person {
	c := b.directory()
	u, ok := c.Org.User(id)
	if !ok {
		return Person{ID: id}
	}
	d, _ := c.Org.Department(u.Text("department"))
	return Person{ID: id, Login: u.Text("login"), Name: u.Text("name"), Department: d.ID, DepartmentName: d.Text("name")}
}

// Org is the picture of the organisation; it does not change, a new one takes its place.
func (b *Book) Org() *access.Org { return b.directory().Org }

// Settings are the company's settings.
func (b *Book) Settings() schema.Record { return b.directory().Settings }

// Rules are the reclaim rules.
func (b *Book) Rules() []schema.Record { return b.directory().Rules }

// Zone is the company's time zone: days begin and end by it.
func (b *Book) Zone() *time.Location { return b.directory().Zone }

// Now is the present moment, UTC.
func (b *Book) Now() time.Time { return b.clk() }

// Today is the present day in the company's zone, 2006-01-02.
func (b *Book) Today() string { return clock.Date(b.clk(), b.Zone()) }

// Practice tells whether this is a practice book without a server.
func (b *Book) Practice() bool { return b.practice }

// Name is what people call a record: its title, "" when it is not here.
func (b *Book) Name(kind, id string) string {
	if id == "" {
		return ""
	}
	c := b.directory()
	switch kind {
	case "user":
		if u, ok := c.Org.User(id); ok {
			return u.Text("name")
		}
		return ""
	case "department":
		d, _ := c.Org.Department(id)
		return d.Text("name")
	case "pool":
		p, _ := c.Org.Pool(id)
		return p.Text("name")
	case "role":
		r, _ := c.Org.Role(id)
		return r.Text("name")
	}
	rec, ok, err := b.r.Get(kind, id)
	if err != nil || !ok {
		return ""
	}
	return titleOf(rec)
}

func titleOf(rec schema.Record) string {
	k := crm.ByName(rec.Kind)
	if k == nil {
		return ""
	}
	return rec.Text(k.Title)
}

// Label is the name of a dictionary's entry in a language ("zh-Hans", "en"); an unknown key stands for itself.
func (b *Book) Label(dict, key, lang string) string {
	if choice, ok := b.directory().labels[dict+"."+key]; ok {
		return choice.Words(lang)
	}
	return key
}

// Choices lists the enabled entries of a dictionary in their order.
func (b *Book) Choices(dict string) []Choice { return slices.Clone(b.directory().choices[dict]) }

// Preference reads a setting of this laptop (language, theme), "" when it was never set.
func (b *Book) Preference(name string) string {
	value, err := b.r.Preference(name)
	if err != nil {
		return ""
	}
	return value
}

// SetPreference writes a setting of this laptop.
func (b *Book) SetPreference(name, value string) error { return b.r.SetPreference(name, value) }

// LastSync is when the last complete pull ended, the zero time for never.
func (b *Book) LastSync() time.Time {
	s, err := b.r.Status()
	if err != nil || s.LastSync == 0 {
		return time.Time{}
	}
	return clock.FromMillis(s.LastSync)
}

func isEnglish(lang string) bool { return strings.HasPrefix(lang, "en") }
