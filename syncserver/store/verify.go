package store

import (
	"maps"
	"math"
	"slices"
	"strconv"
)

// Finding is what is found where the chain of the history breaks.
type Finding string

// The findings.
const (
	// FoundChanged: the lines of the commit, or the link before its own, are not those that its link was made of. A line
	// was changed or moved, or a whole commit before this one was taken out or put in, or, at the first link, a line that
	// is older than the chain.
	FoundChanged Finding = "changed"
	// FoundMissing: the commit has fewer lines than its link says.
	FoundMissing Finding = "missing"
	// FoundAdded: the commit has more lines than its link says, or lines and no link.
	FoundAdded Finding = "added"
	// FoundMoved: a line stands behind lines of a later commit.
	FoundMoved Finding = "moved"
	// FoundCut: the newest link is not the one that stands beside the counter; the commit is the later of both.
	FoundCut Finding = "cut"
	// FoundOther: the link at a commit is not the one that was noted outside: all from there back may be made up, or the
	// store is a backup from before.
	FoundOther Finding = "other"
)

// Break is a commit at which the chain of the history breaks, and how.
type Break struct {
	Seq  int64   `json:"seq"`
	What Finding `json:"what"`
}

// Chain is what a verification has seen.
type Chain struct {
	Lines   int64 `json:"lines"`   // of the history, all
	Older   int64 `json:"older"`   // of these, from before the chain: nothing vouches for them but their number
	Commits int64 `json:"commits"` // links
	Head    Link  `json:"head"`    // the newest, as it stands beside the counter
	Breaks  int64 `json:"breaks"`
}

// HistoryHead is the newest link of the chain of the history; its Seq is 0 when there is none.
func (v *View) HistoryHead() (head Link, err error) {
	_, err = v.c.one([]any{&head.Seq, &head.Sum}, `SELECT linked, link FROM counter`)
	return head, err
}

// VerifyHistory reads the history and its chain from the beginning, in the order in which it was written, works every
// link out anew, and reports each commit that does not fit, as it comes to it. Whoever can write the database can
// also make a whole new chain; that shows against a link that was noted somewhere else, so noted are links that must be
// in it. An error says that it could not be read. It keeps a page of rows in memory, whatever there is.
func (v *View) VerifyHistory(noted []Link, report func(Break)) (Chain, error) {
	head, err := v.HistoryHead()
	if err != nil {
		return Chain{}, err
	}
	c := verifier{Chain: Chain{Head: head}, noted: map[int64][]string{}, report: report}
	for _, l := range noted {
		c.noted[l.Seq] = append(c.noted[l.Seq], l.Sum)
	}
	links := &pages[Link]{next: func(after *Link, take func(Link)) error { return v.links(after, take) }}
	lines := &pages[numbered]{next: func(after *numbered, take func(numbered)) error { return v.lines(after, take) }}
	err = c.all(links, lines)
	return c.Chain, err
}

// numbered is a line with its place.
type numbered struct {
	line

	n, seq int64
}

// pageRows is how many rows are in memory at a time.
const pageRows = 2000

func (v *View) links(after *Link, take func(Link)) error {
	from, more := following(after, func(l *Link) int64 { return l.Seq })
	if !more {
		return nil
	}
	return v.c.each(func(scan func(...any) error) error {
		var l Link
		err := scan(&l.Seq, &l.Lines, &l.Sum)
		take(l)
		return err
	}, `SELECT seq, lines, sum FROM link WHERE seq >= ? ORDER BY seq LIMIT ?`, from, pageRows)
}

// lines reads by n, which rises with seq: one commit writes at a time. So nothing has to be sorted.
func (v *View) lines(after *numbered, take func(numbered)) error {
	from, more := following(after, func(l *numbered) int64 { return l.n })
	if !more {
		return nil
	}
	return v.c.each(func(scan func(...any) error) error {
		var l numbered
		err := scan(&l.n, &l.seq, &l.kind, &l.id, &l.field, &l.op, &l.old, &l.new, &l.by, &l.device, &l.at)
		take(l)
		return err
	}, `SELECT n, seq, kind, id, field, op, old, new, by, device, at FROM history WHERE n >= ? ORDER BY n LIMIT ?`, from, pageRows)
}

// following is where reading goes on; behind the largest number is nothing.
func following[T any](after *T, place func(*T) int64) (from int64, more bool) {
	if after == nil {
		return math.MinInt64, true
	}
	last := place(after)
	return last + 1, last < math.MaxInt64
}

// pages reads rows a page at a time.
type pages[T any] struct {
	next func(after *T, take func(T)) error
	page []T
	at   int
	over bool
}

// first is the row at which we are, nil behind the last one.
func (p *pages[T]) first() (*T, error) {
	if p.at < len(p.page) {
		return &p.page[p.at], nil
	}
	if p.over {
		return nil, nil
	}
	var last *T
	if len(p.page) > 0 {
		row := p.page[len(p.page)-1]
		last = &row
	}
	p.page, p.at = p.page[:0], 0
	if err := p.next(last, func(row T) { p.page = append(p.page, row) }); err != nil {
		return nil, err
	}
	if p.over = len(p.page) < pageRows; len(p.page) == 0 {
		return nil, nil
	}
	return &p.page[0], nil
}

// verifier goes along links and lines.
type verifier struct {
	Chain

	noted  map[int64][]string // sums that are still to be met
	report func(Break)
	last   Link   // the link before
	stray  *int64 // the commit of the line that was reported last
}

func (c *verifier) found(seq int64, what Finding) {
	c.Breaks++
	c.report(Break{seq, what})
}

// all goes from link to link and takes the lines of each.
func (c *verifier) all(links *pages[Link], lines *pages[numbered]) error {
	link, err := links.first()
	if err == nil {
		err = c.older(link, lines)
	}
	for err == nil && link != nil {
		if err = c.link(*link, lines); err != nil {
			return err
		}
		links.at++
		link, err = links.first()
	}
	if err == nil {
		err = c.upTo(math.MaxInt64, lines, func(*line) { c.stands(math.MaxInt64) })
	}
	if err == nil {
		c.end()
	}
	return err
}

// older counts the lines from before the first link.
func (c *verifier) older(first *Link, lines *pages[numbered]) error {
	for {
		l, err := lines.first()
		if err != nil || l == nil || first != nil && l.seq >= first.Seq {
			c.last.Sum = strconv.FormatInt(c.Older, 10)
			return err
		}
		c.Lines++
		c.Older++
		lines.at++
	}
}

// link takes the lines of one commit and holds them against its link.
func (c *verifier) link(link Link, lines *pages[numbered]) error {
	sum, count := newTally(c.last.Sum, link.Seq, link.Lines), int64(0)
	err := c.upTo(link.Seq, lines, func(l *line) { sum.add(l); count++ })
	if err != nil {
		return err
	}
	switch {
	case count < link.Lines:
		c.found(link.Seq, FoundMissing)
	case count > link.Lines:
		c.found(link.Seq, FoundAdded)
	case sum.sum() != link.Sum:
		c.found(link.Seq, FoundChanged)
	}
	for _, noted := range c.noted[link.Seq] {
		if noted != link.Sum {
			c.found(link.Seq, FoundOther)
		}
	}
	delete(c.noted, link.Seq)
	c.Commits++
	c.last = link
	return nil
}

// upTo takes the lines of a commit. What is met there of an earlier one has no link, or does not stand in its place.
func (c *verifier) upTo(seq int64, lines *pages[numbered], take func(*line)) error {
	for {
		l, err := lines.first()
		if err != nil || l == nil || l.seq > seq {
			return err
		}
		if l.seq == seq {
			take(&l.line)
		} else {
			c.stands(l.seq)
		}
		c.Lines++
		lines.at++
	}
}

// stands reports a line that stands where none of its commit may stand; those of one commit once.
func (c *verifier) stands(seq int64) {
	switch {
	case c.stray != nil && *c.stray == seq:
	case seq <= c.last.Seq:
		c.found(seq, FoundMoved)
	default:
		c.found(seq, FoundAdded)
	}
	c.stray = &seq
}

// end looks at what must be there and did not come.
func (c *verifier) end() {
	if c.last.Seq != c.Head.Seq || c.last.Sum != c.Head.Sum {
		c.found(max(c.last.Seq, c.Head.Seq), FoundCut)
	}
	for _, seq := range slices.Sorted(maps.Keys(c.noted)) {
		c.found(seq, FoundOther)
	}
}
