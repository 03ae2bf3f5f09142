package hub

import (
	"context"
	"math"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// spans are the parts of an answer that are told whole, and how far that has come. All of them are announced before any
// root is sent, so whatever the answer does not name as being in one of them is not there. They are read root by root
// from what the scopes hold now; what happens while they are read comes with the rounds, like everything else.
type spans struct {
	Asked   []wire.Span `json:"a,omitempty"` // what the laptop asked for, in order
	Told    int         `json:"t,omitempty"` // so many of them are told
	Horizon int64       `json:"h,omitempty"` // the newest horizon beyond the cursor that was announced
	Whole   string      `json:"w,omitempty"` // scopes up to this name that are beyond their horizon are told
	At      string      `json:"n,omitempty"` // the scope beyond its horizon that is being told
	Past    string      `json:"p,omitempty"` // and the root up to which it, or the asked span, is told
}

// spanProtocol is the first protocol that knows spans.
const spanProtocol = 2

// everything is the base of a reading that takes each entry as new.
const everything = -1

// maxScope bounds the name of a scope: a kind of scope and an id.
const maxScope = 128

// check refuses spans that are not in order or overlap: each root is told once.
func (s *spans) check() error {
	if s == nil {
		return nil
	}
	if len(s.Asked) > wire.MaxRepair {
		return fault.New(fault.TooLarge, "Limit", wire.MaxRepair)
	}
	wrong := s.Told < 0 || s.Told > len(s.Asked)
	for i, a := range s.Asked {
		wrong = wrong || len(a.Scope) > maxScope || !soundRange(a.From, a.To)
		if i > 0 {
			before := s.Asked[i-1]
			wrong = wrong || a.Scope < before.Scope || a.Scope == before.Scope && (before.To == "" || a.From < before.To)
		}
	}
	if wrong {
		return fault.New(fault.Malformed, "What", "span")
	}
	return nil
}

// soundRange tells whether two ids bound a range that is not empty.
func soundRange(from, to string) bool {
	return (from == "" || isID(from)) && (to == "" || isID(to) && from < to)
}

// scopes names the scopes of what was asked for.
func (s *spans) scopes() (names []string) {
	if s != nil {
		for _, a := range s.Asked {
			names = append(names, a.Scope)
		}
	}
	return names
}

// spans announces what is told whole and tells it. It goes on where the page before was full.
func (p *page) spans(ctx context.Context) (full bool, err error) {
	if !p.first {
		// What left since the page before is still known, unless that page was long ago.
		horizon, err := p.view.NewestHorizon(p.by.User, p.Seen)
		if err == nil && horizon > 0 {
			err = fault.New(fault.EpochChanged)
		}
		if err != nil {
			return false, err
		}
	}
	if p.First {
		return false, nil // a first sync tells everything
	}
	if err := p.announceSpans(); err != nil || p.Spans == nil {
		return false, err
	}
	for {
		s, from, to, found, err := p.nextSpan()
		if err != nil || !found {
			return false, err
		}
		if full, err := p.span(ctx, s, from, to); full || err != nil {
			return full, err
		}
		p.Spans.Past = ""
		if p.Spans.At != "" {
			p.Spans.Whole, p.Spans.At = p.Spans.At, ""
		} else {
			p.Spans.Told++
		}
	}
}

// announceSpans says on the first page which spans follow. When a scope has forgotten something on a later page that the
// laptop has not heard of, what is beyond its horizon is told once more.
func (p *page) announceSpans() error {
	risen, err := p.risen()
	if err != nil || p.Spans == nil || !risen && !p.first {
		return err
	}
	list, err := p.toTell(risen)
	if err != nil {
		return err
	}
	total := int64(0)
	for i := range list {
		if err := p.out.Line(wire.Frame{Span: &list[i]}); err != nil {
			return err
		}
		n, err := p.view.CountIn(list[i].Scope, list[i].From, list[i].To)
		if err != nil {
			return err
		}
		total += n
	}
	return p.countWith(total)
}

// risen tells whether a horizon beyond the cursor is newer than what was announced. Then the scopes beyond theirs are
// told from the first on.
func (p *page) risen() (bool, error) {
	horizon, err := p.view.NewestHorizon(p.by.User, p.Cursor)
	if err != nil || horizon == 0 || p.Spans != nil && horizon <= p.Spans.Horizon {
		return false, err
	}
	if p.protocol < spanProtocol {
		return false, fault.New(fault.EpochChanged) // it knows no spans: it begins anew
	}
	if p.Spans == nil {
		p.Spans = &spans{}
	}
	p.Spans.Horizon, p.Spans.Whole, p.Spans.At, p.Spans.Past = horizon, "", "", ""
	return true, nil
}

// toTell lists the spans that are still to be told: the scopes beyond their horizon, when it has risen, and what the
// laptop asked for.
func (p *page) toTell(risen bool) (list []wire.Span, err error) {
	if risen {
		beyond, err := p.view.Beyond(p.by.User, p.Cursor, "", math.MaxInt32)
		if err != nil {
			return nil, err
		}
		for _, s := range beyond {
			list = append(list, wire.Span{Scope: s.Scope})
		}
	}
	for _, a := range p.Spans.Asked[p.Spans.Told:] {
		if _, found, err := p.asked(a); err != nil {
			return nil, err
		} else if found {
			list = append(list, a)
		}
	}
	return list, nil
}

// asked finds the scope of an asked span, if the laptop has it: one that is new is read from its beginning anyway, and
// of one that he does not hold nothing is told.
func (p *page) asked(a wire.Span) (s store.Held, found bool, err error) {
	s, found, err = p.view.Held(p.by.User, a.Scope)
	return s, found && s.Since <= p.Cursor, err
}

// nextSpan finds what is to be told next.
func (p *page) nextSpan() (s store.Held, from, to string, found bool, err error) {
	if p.Spans.Horizon > 0 {
		beyond, err := p.view.Beyond(p.by.User, p.Cursor, p.Spans.Whole, 1)
		if err != nil {
			return s, "", "", false, err
		}
		if len(beyond) > 0 {
			if p.Spans.At != beyond[0].Scope {
				p.Spans.At, p.Spans.Past = beyond[0].Scope, ""
			}
			return beyond[0], "", "", true, nil
		}
		if p.Spans.At != "" { // it went while it was told
			p.Spans.Whole, p.Spans.At, p.Spans.Past = p.Spans.At, "", ""
		}
	}
	for ; p.Spans.Told < len(p.Spans.Asked); p.Spans.Told++ {
		a := p.Spans.Asked[p.Spans.Told]
		if s, found, err = p.asked(a); found || err != nil {
			return s, a.From, a.To, found, err
		}
		p.Spans.Past = ""
	}
	return s, "", "", false, nil
}

// span tells one span until its end or until the page is full.
func (p *page) span(ctx context.Context, s store.Held, from, to string) (full bool, err error) {
	place := p.At // the rounds have their own
	defer func() { p.At = place }()
	for {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		ask := min(chunk, (p.limit-p.rows)/4+16)
		entries, err := p.view.EntriesIn(s.Scope, max(from, p.Spans.Past), to, ask)
		if err != nil {
			return false, err
		}
		end := len(entries) < ask
		if len(entries) > 0 && entries[0].Root == p.Spans.Past {
			entries = entries[1:]
		}
		used, full, err := p.entries(s, everything, entries)
		if used > 0 {
			p.Spans.Past = entries[used-1].Root
		}
		if full || err != nil || end && used == len(entries) {
			return full, err
		}
	}
}

// toldIn tells whether an entry was told by the span of its scope: what is there and did not change since the first page.
func (p *page) toldIn(s store.Held, e store.Entry) bool {
	return !e.Gone && s.Since <= p.Cursor && s.Horizon > p.Cursor && e.Seq <= p.Start && p.protocol >= spanProtocol
}
