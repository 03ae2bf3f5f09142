package hub

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"yuzhou/shared/access"
	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// page is one page of an answer.
type page struct {
	token
	view     *store.View
	by       Identity
	out      *wire.Writer
	protocol int  // the laptop's
	first    bool // of the answer
	limit    int
	rows     int
	sight    map[string]access.Grant // all the user holds; read when a root is in another scope than the one at hand
	sent     map[string]bool         // roots on this page: true when sent whole
	line     []byte
}

// The steps in which a feed is read, and where a page is full although its rows would fit.
const (
	planRows      = 512 // rows in memory before they are written: each may be as large as a mutation
	chunk         = planRows/4 + 16
	fullPageBytes = wire.MaxPageBytes / 4
)

// write writes the page and tells whether the answer is complete.
func (p *page) write(ctx context.Context) (complete bool, err error) {
	if err := p.announce(); err != nil {
		return false, err
	}
	full, err := p.spans(ctx)
	if err != nil {
		return false, err
	}
	if full {
		return false, p.end()
	}
	for {
		full, err := p.round(ctx)
		if err != nil {
			return false, err
		}
		if full {
			return false, p.end()
		}
		if p.Round == p.view.Head {
			return true, p.finish()
		}
		p.Base, p.Round, p.Scope, p.At = p.Round, p.view.Head, "", store.Position{}
	}
}

// announce says which scopes went and which came since the page before. One that came in the middle of a round is read
// from its beginning in the next one.
func (p *page) announce() error {
	lost, added, err := p.view.SightSince(p.by.User, p.Seen)
	if err != nil {
		return err
	}
	for _, l := range lost {
		if err := p.out.Line(wire.Frame{Drop: &wire.Drop{Scope: l.Scope, Reason: l.Reason}}); err != nil {
			return err
		}
	}
	for _, a := range added {
		if err := p.out.Line(wire.Frame{Grant: &wire.Grant{Scope: a.Scope, Face: a.Face, Masked: a.Masked, Hidden: a.Hidden}}); err != nil {
			return err
		}
	}
	return nil
}

// round goes on with a round until it ends or the page is full.
func (p *page) round(ctx context.Context) (full bool, err error) {
	news, err := p.view.News(p.by.User, p.Base, p.Scope)
	if err != nil {
		return false, err
	}
	if err := p.count(news); err != nil {
		return false, err
	}
	for _, s := range news {
		if s.Scope != p.Scope {
			p.Scope, p.At = s.Scope, store.Position{}
		}
		if full, err := p.scope(ctx, s); full || err != nil {
			return full, err
		}
	}
	return false, nil
}

// count tells once, for the progress bar, how much there is.
func (p *page) count(news []store.Held) error {
	if p.Total >= 0 {
		return nil
	}
	p.Total = 0
	for _, s := range news {
		n, err := p.view.CountEntries(s.Scope, p.base(s))
		if err != nil {
			return err
		}
		p.Total += n
	}
	return nil
}

// countWith is count for an answer that tells more than the news.
func (p *page) countWith(more int64) error {
	news, err := p.view.News(p.by.User, p.Base, p.Scope)
	if err == nil {
		err = p.count(news)
	}
	p.Total += more
	return err
}

// base is the commit up to which the laptop has the feed of a scope in this round.
func (p *page) base(s store.Held) int64 {
	if s.Since > p.Base {
		return 0
	}
	return p.Base
}

// scope reads the feed of one scope until its end or until the page is full.
func (p *page) scope(ctx context.Context, s store.Held) (full bool, err error) {
	base := p.base(s)
	if p.At == (store.Position{}) {
		p.At.Seq = base + 1 // every root sorts after "": all entries of the next commit and later
	}
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		// A root has a few rows at least, so more entries than this would be read for nothing.
		ask := min(chunk, (p.limit-p.rows)/4+16)
		entries, err := p.view.Entries(s.Scope, p.At, ask)
		if err != nil || len(entries) == 0 {
			return false, err
		}
		for rest := entries; len(rest) > 0; {
			used, full, err := p.entries(s, base, rest)
			if full || err != nil {
				return full, err
			}
			rest = rest[used:]
		}
		if len(entries) < ask {
			return false, nil
		}
	}
}

// delivery is what is to be sent of one root.
type delivery struct {
	entry store.Entry
	root  wire.Root
	show  access.Grant // the strongest projection of the scopes it is in
	whole bool         // all its rows, else the new ones
	none  bool         // nothing at all
	rows  []store.Row
	lines string // the rows, when all of them are shown in full
}

// size is the number of rows that were read.
func (d *delivery) size() int {
	if d.lines != "" {
		return d.weight()
	}
	return len(d.rows)
}

// entries sends the entries in order until the page is full, never cutting a root, and tells how many it used.
func (p *page) entries(s store.Held, base int64, entries []store.Entry) (used int, full bool, err error) {
	plan := make([]delivery, 0, len(entries))
	room := min(p.limit-p.rows, planRows)
	for _, e := range entries {
		d, err := p.deliver(s, base, e)
		if err != nil {
			return 0, false, err
		}
		plan = append(plan, d)
		if room -= d.weight(); room <= 0 {
			break
		}
	}
	if err := p.load(plan, base); err != nil {
		return 0, false, err
	}
	for i := range plan {
		d := &plan[i]
		// One root that is larger than a page is sent alone: a page never cuts one.
		if p.rows > 0 && p.rows+d.size() > p.limit || p.out.Size() > fullPageBytes {
			return i, true, nil
		}
		if err := p.send(d); err != nil {
			return i, false, err
		}
		p.At = d.entry.At()
	}
	return len(plan), p.rows >= p.limit, nil
}

// weight is the number of rows, as far as it is known before they are read.
func (d delivery) weight() int {
	switch {
	case d.none:
		return 0
	case d.whole && d.show.Face:
		return int(d.entry.Faces)
	case d.whole:
		return int(d.entry.Count)
	}
	return 1
}

// deliver decides what an entry means for this laptop.
func (p *page) deliver(s store.Held, base int64, e store.Entry) (delivery, error) {
	d := delivery{entry: e, root: wire.Root{ID: e.Root}}
	if e.Gone && !p.mayHave(s, e) {
		// He never had it: a word about it would tell him that it exists.
		d.none = true
		return d, nil
	}
	if base != everything && p.toldIn(s, e) {
		d.none = true
		return d, nil
	}
	grants, err := p.grantsOf(s, e)
	if err != nil {
		return d, err
	}
	for _, g := range grants {
		d.root.In = append(d.root.In, g.Scope)
	}
	switch {
	case e.Gone:
		d.root.Out = []string{s.Scope}
		if len(grants) == 0 {
			// When it came back and went again meanwhile, the reason is of a stay that he may never have seen.
			if e.Leave != nil && e.Joined <= p.Seen {
				d.root.Leave = &wire.Leave{}
				return d, json.Unmarshal(e.Leave, d.root.Leave)
			}
			return d, nil
		}
		d.whole = true
	case e.Joined > base:
		d.whole = true
	default:
		d.root.In = nil
	}
	d.show, d.root.Join = access.Strongest(grants...), d.whole
	return d, nil
}

// mayHave tells whether the laptop may hold a root that left a scope: he held the scope on an earlier page or before,
// the root entered it before that, and left it after the laptop's state of the scope.
func (p *page) mayHave(s store.Held, e store.Entry) bool {
	have := max(s.Since, p.Start)
	if s.Since <= p.Cursor {
		have = p.Cursor
	}
	return s.Since <= p.Seen && e.First <= p.Seen && e.Seq > have
}

// grantsOf lists the user's scopes in which the root of an entry is now.
func (p *page) grantsOf(s store.Held, e store.Entry) ([]access.Grant, error) {
	if len(e.Scopes) == 1 && e.Scopes[0] == s.Scope {
		return []access.Grant{s.Grant}, nil
	}
	if p.sight == nil && len(e.Scopes) > 0 {
		all, err := p.view.Sight(p.by.User)
		if err != nil {
			return nil, err
		}
		p.sight = all
	}
	var list []access.Grant
	for _, scope := range e.Scopes {
		if g, ok := p.sight[scope]; ok {
			list = append(list, g)
		}
	}
	return list, nil
}

// load reads the rows of a plan, all of a sort at once: a statement for each root costs more than its rows.
func (p *page) load(plan []delivery, base int64) error {
	place := map[string]*delivery{}
	var sorts [6][]string // whole as kept, whole, new; each with faces only or not
	for i := range plan {
		d := &plan[i]
		if d.none || d.root.Leave != nil || len(d.root.In) == 0 && len(d.root.Out) > 0 || p.has(d) {
			continue
		}
		sort := 0
		switch {
		case !d.whole:
			sort = 4
		case len(d.show.Masked)+len(d.show.Hidden) > 0:
			sort = 2
		}
		if d.show.Face {
			sort++
		}
		sorts[sort] = append(sorts[sort], d.entry.Root)
		place[d.entry.Root] = d
	}
	put := func(root string, r store.Row) { d := place[root]; d.rows = append(d.rows, r) }
	for sort, roots := range sorts {
		var err error
		switch faces := sort%2 == 1; sort / 2 {
		case 0:
			err = p.view.WholeLines(roots, faces, func(root, lines string) { place[root].lines = lines })
		case 1:
			err = p.view.LiveRows(roots, faces, put)
		default:
			err = p.view.NewRows(roots, base, faces, put)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// has tells whether the rows of a delivery are on the page already.
func (p *page) has(d *delivery) bool {
	whole, known := p.sent[d.entry.Root]
	return known && (whole || !d.whole)
}

// send writes one root with its rows. What is on the page already is not sent twice, only its leaving is told.
func (p *page) send(d *delivery) error {
	if d.none {
		return nil
	}
	if p.has(d) {
		if len(d.root.Out) == 0 {
			return nil
		}
		d.root.In, d.root.Join = nil, false
	}
	p.sent[d.entry.Root] = p.sent[d.entry.Root] || d.whole
	p.Done++
	if err := p.out.Line(wire.Frame{Root: &d.root}); err != nil {
		return err
	}
	if d.lines != "" {
		p.line = append(p.line[:0], d.lines...)
		if err := p.out.Raw(p.line); err != nil {
			return err
		}
	}
	for _, r := range d.rows {
		if err := p.row(d.show, r); err != nil {
			return err
		}
	}
	p.rows += max(1, d.size())
	return nil
}

// row writes one row as the projection shows it. What is shown in full goes out as it is kept.
func (p *page) row(show access.Grant, r store.Row) error {
	body := r.Body
	var masked []string
	if kind := crm.ByName(r.Kind); kind != nil && !r.Deleted && len(show.Masked)+len(show.Hidden) > 0 {
		full := schema.Record{Kind: r.Kind, ID: r.ID}
		if err := json.Unmarshal([]byte(r.Body), &full.Values); err != nil {
			return err
		}
		full = access.Project(kind, full, show.Masked, show.Hidden)
		text, err := json.Marshal(full.Values)
		if err != nil {
			return err
		}
		body, masked = string(text), full.Masked
	}
	line := append(p.line[:0], `{"row":{"k":`...)
	line = appendText(line, r.Kind)
	line = append(line, `,"i":`...)
	line = appendText(line, r.ID)
	line = append(line, `,"q":`...)
	line = strconv.AppendInt(line, r.Seq, 10)
	if len(masked) > 0 {
		names, err := json.Marshal(masked)
		if err != nil {
			return err
		}
		line = append(append(line, `,"m":`...), names...)
	}
	if r.Deleted {
		line = append(line, `,"d":true`...)
	} else {
		line = append(append(line, `,"b":`...), body...)
	}
	p.line = append(line, `}}`...)
	return p.out.Raw(p.line)
}

// appendText appends a JSON string. Kinds and ids are plain almost always.
func appendText(line []byte, text string) []byte {
	plain := !slices.ContainsFunc([]byte(text), func(c byte) bool { return c < '-' || c > 'z' || c == '\\' })
	if plain {
		return append(append(append(line, '"'), text...), '"')
	}
	quoted, err := json.Marshal(text)
	if err != nil { // a string is always JSON
		return append(line, `""`...)
	}
	return append(line, quoted...)
}

// end closes a page that has more after it.
func (p *page) end() error {
	p.Seen = p.view.Head
	next, err := p.text()
	if err != nil {
		return err
	}
	return p.out.Line(wire.Frame{End: &wire.End{More: true, Token: next, Done: p.Done, Total: max(p.Total, p.Done)}})
}

// finish closes the answer: the results of the laptop's mutations, the new cursor, and what the scopes add up to.
// A first sync has sent nothing that it could wait for a result of.
func (p *page) finish() error {
	if !p.First {
		err := p.view.Results(p.by.User, p.by.Device, p.Cursor, func(result json.RawMessage) error {
			return p.out.Raw(append(append(append(p.line[:0], `{"result":`...), result...), '}'))
		})
		if err != nil {
			return err
		}
	}
	sums, err := p.view.Touched(p.by.User, p.Cursor, p.Spans.scopes())
	if err != nil {
		return err
	}
	return p.out.Line(wire.Frame{End: &wire.End{Cursor: cursorAt(p.view), Scopes: sums, Done: p.Done, Total: max(p.Total, p.Done)}})
}
