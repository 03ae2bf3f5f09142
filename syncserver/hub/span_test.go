package hub

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// sumsOf adds up what the laptop holds of a scope in ranges of root ids.
func (c *client) sumsOf(scope string, ranges []wire.Range) []wire.RangeSum {
	list := make([]wire.RangeSum, len(ranges))
	for i, r := range ranges {
		list[i] = wire.RangeSum{From: r.From, To: r.To}
		for key, h := range c.state.rows {
			if c.state.in[h.root][scope] && h.root >= r.From && (r.To == "" || h.root < r.To) {
				list[i].Count++
				list[i].Sum = list[i].Sum.Add(wire.RowSum(key.Kind, key.ID, h.seq))
			}
		}
	}
	return list
}

// differ finds the ranges of a scope in which the laptop's book and the server's differ, dividing by 16, until they hold
// few roots.
func (c *client) differ(scope string) (spans []wire.Span) {
	c.w.t.Helper()
	ranges := []wire.Range{{}}
	for len(ranges) > 0 {
		answer, err := c.w.h.Sums(c.w.ctx(), c.by, wire.Sums{Protocol: wire.Protocol, Scope: scope, Spans: ranges})
		c.w.must(err)
		mine := c.sumsOf(scope, ranges)
		var next []wire.Range
		for i, theirs := range answer.Sums {
			if theirs == mine[i] {
				continue
			}
			roots := c.rootsIn(scope, ranges[i])
			if theirs.Count == 0 || len(roots) <= 2 {
				spans = append(spans, wire.Span{Scope: scope, From: theirs.From, To: theirs.To})
				continue
			}
			from, step := theirs.From, max(1, len(roots)/16)
			for at := step; at < len(roots); at += step {
				next = append(next, wire.Range{From: from, To: roots[at]})
				from = roots[at]
			}
			next = append(next, wire.Range{From: from, To: theirs.To})
		}
		ranges = next
	}
	return spans
}

func (c *client) rootsIn(scope string, r wire.Range) (list []string) {
	for root, in := range c.state.in {
		if in[scope] && root >= r.From && (r.To == "" || root < r.To) {
			list = append(list, root)
		}
	}
	slices.Sort(list)
	return list
}

// repair finds what is wrong in all scopes and asks for it.
func (c *client) repair() (spans int) {
	c.w.t.Helper()
	for _, scope := range slices.Sorted(maps.Keys(c.state.scopes)) {
		c.ask = append(c.ask, c.differ(scope)...)
	}
	slices.SortFunc(c.ask, func(a, b wire.Span) int { return cmp.Or(cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.From, b.From)) })
	return len(c.ask)
}

// corrupt spoils the laptop's book: rows that are lost, changed, or of roots that are not there.
func (c *client) corrupt(pick func(n int) int) {
	keys := slices.SortedFunc(maps.Keys(c.state.rows), func(a, b store.Key) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	if len(keys) == 0 {
		return
	}
	for range 3 {
		key := keys[pick(len(keys))]
		h := c.state.rows[key]
		switch pick(4) {
		case 0:
			delete(c.state.rows, key)
		case 1:
			h.body, h.seq = `{"name":"坏"}`, h.seq-1
			c.state.rows[key] = h
		case 2: // a root that left and was not told
			ghost := c.w.id()
			c.state.in[ghost] = maps.Clone(c.state.in[h.root])
			c.state.rows[store.Key{Kind: "customer", ID: ghost}] = held{root: ghost, seq: 1, body: `{}`}
		case 3: // a root that never came
			delete(c.state.in, h.root)
			maps.DeleteFunc(c.state.rows, func(_ store.Key, other held) bool { return other.root == h.root })
		}
	}
}

// TestNarrowRepair: whatever is wrong in a laptop's book is found by sums of ranges and told anew, with pages of any size
// and things happening between them; nothing else is sent (SYNC-16, I3).
func TestNarrowRepair(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang := w.device(c.zhang), w.device(c.wang)
	var ids []string
	for i := range 40 {
		by := []Identity{zhang, wang}[i%2]
		id := w.customer(by, fmt.Sprintf("客户%d", i), Values{"mobile": fmt.Sprintf("138%08d", i)})
		w.push(by, w.mutation(change.Create, "contact", w.id(), id, Values{"name": "陈"}))
		if ids = append(ids, id); i%5 == 0 {
			w.release(by, id)
		}
	}
	for seed, limit := range []int{0, 1, 3, 7} {
		for _, user := range []string{c.manager, c.zhang, w.admin} {
			cl := w.client(user)
			cl.pull(0, nil)
			n := uint64(seed) + 3
			cl.corrupt(func(of int) int { n = n*6364136223846793005 + 1442695040888963407; return int(n >> 33 % uint64(of)) })
			if cl.repair() == 0 {
				t.Fatal("nothing was found")
			}
			i := 0
			cl.pull(limit, func() {
				if i++; i > 3 {
					return
				}
				w.one(zhang, w.edit("customer", ids[i], ids[i], "remark", nil, w.id()))
				w.customer(wang, "新的", nil)
				w.one(w.device(w.admin), w.ask(Transfer, ids[i+6], map[string]string{"to": []string{c.zhang, c.wang}[i%2]}))
			})
			cl.mustEqual()
			if cl.repair() != 0 {
				t.Errorf("still wrong: %+v", cl.ask)
			}
		}
	}
	// One row of one root is wrong: only that root's range is sent.
	cl := w.client(c.manager)
	cl.pull(0, nil)
	h := cl.state.rows[store.Key{Kind: "customer", ID: ids[3]}]
	h.seq--
	cl.state.rows[store.Key{Kind: "customer", ID: ids[3]}] = h
	cl.repair()
	cl.pull(0, nil)
	if n := len(roots(cl.frames)); n == 0 || n > 4 {
		t.Errorf("%d roots were sent for one", n)
	}
	cl.mustEqual()
}

// TestSpansWidenNothing: spans and sums of scopes that the asker does not hold tell nothing, whether he asks for them or
// writes them into a token; ranges out of order, too many or without sense are refused (I6, I12).
func TestSpansWidenNothing(t *testing.T) {
	w := newWorld(t)
	c := w.company()
	zhang, wang := w.device(c.zhang), w.client(c.wang)
	w.customer(zhang, "恒达机械", Values{"mobile": "13800000001"})
	pooled := w.customer(zhang, "公海机械", Values{"mobile": "13800000002", "remark": "不给看"})
	w.release(zhang, pooled)
	w.put("pool", crm.PoolDefault, Values{"masked_fields": []string{"mobile"}, "hidden_fields": []string{"remark"}})
	wang.pull(0, nil)
	foreign := []wire.Span{{Scope: access.OwnerScope(c.zhang)}, {Scope: access.UserScope(c.zhang)}}
	wang.ask = slices.Clone(foreign)
	wang.pull(0, nil)
	if len(wang.spans) != 0 || len(roots(wang.frames)) != 0 {
		t.Errorf("spans %v, roots %v", wang.spans, roots(wang.frames))
	}
	wang.ask = []wire.Span{{Scope: access.PoolScope(crm.PoolDefault)}}
	wang.pull(0, nil)
	wang.mustEqual()
	if len(roots(wang.frames)) != 1 {
		t.Errorf("the pool has %v", roots(wang.frames))
	}
	for _, line := range wang.raw {
		if strings.Contains(line, "13800000002") || strings.Contains(line, "不给看") || strings.Contains(line, "恒达机械") {
			t.Errorf("a line tells: %s", line)
		}
	}
	// A token written by hand.
	forged := token{User: c.wang, Epoch: w.h.Epoch(), Cursor: 1, Start: 1, Seen: 1, Base: 1, Round: 1, Total: -1, Spans: &spans{Asked: foreign}}
	text, err := json.Marshal(forged)
	w.must(err)
	out := wire.NewWriter()
	w.must(w.h.Pull(w.ctx(), wang.by, wire.Pull{Protocol: wire.Protocol, Token: base64.RawURLEncoding.EncodeToString(text)}, out))
	body, _, err := out.Close()
	w.must(err)
	lines, err := wire.NewReader(body, wire.MaxPageBytes)
	w.must(err)
	defer lines.Close()
	for {
		line, err := lines.Line()
		if err != nil {
			break
		}
		if strings.Contains(string(line), "恒达机械") || strings.Contains(string(line), access.OwnerScope(c.zhang)) {
			t.Errorf("a forged token tells: %s", line)
		}
	}
	own, many := access.OwnerScope(c.wang), make([]wire.Span, wire.MaxRepair+1)
	for i := range many {
		many[i] = wire.Span{Scope: own, From: fmt.Sprintf("a%03d", i), To: fmt.Sprintf("a%03d", i+1)}
	}
	for name, x := range map[string]struct {
		ask  []wire.Span
		want fault.Code
	}{
		"many":         {many, fault.TooLarge},
		"empty":        {[]wire.Span{{Scope: own, From: "b", To: "b"}}, fault.Malformed},
		"backwards":    {[]wire.Span{{Scope: own, From: "b", To: "c"}, {Scope: own, From: "a", To: "b"}}, fault.Malformed},
		"overlapping":  {[]wire.Span{{Scope: own, From: "a"}, {Scope: own, From: "b"}}, fault.Malformed},
		"no id":        {[]wire.Span{{Scope: own, From: "\x00"}}, fault.Malformed},
		"a long scope": {[]wire.Span{{Scope: strings.Repeat("s", 200)}}, fault.Malformed},
	} {
		err := w.h.Pull(w.ctx(), wang.by, wire.Pull{Protocol: wire.Protocol, Cursor: wang.cursor, Repair: x.ask}, wire.NewWriter())
		if fault.CodeOf(err) != x.want {
			t.Errorf("%s: %v, want %s", name, err, x.want)
		}
	}
	for name, x := range map[string]struct {
		in   wire.Sums
		want fault.Code
	}{
		"another's":   {wire.Sums{Scope: access.OwnerScope(c.zhang), Spans: []wire.Range{{}}}, fault.NotFound},
		"nobody's":    {wire.Sums{Scope: "owner:nobody", Spans: []wire.Range{{}}}, fault.NotFound},
		"too many":    {wire.Sums{Scope: own, Spans: make([]wire.Range, wire.MaxSpans+1)}, fault.TooLarge},
		"overlapping": {wire.Sums{Scope: own, Spans: []wire.Range{{}, {}}}, fault.Malformed},
		"own":         {wire.Sums{Scope: own, Spans: []wire.Range{{To: "5"}, {From: "5"}}}, ""},
	} {
		if _, err := w.h.Sums(w.ctx(), wang.by, x.in); fault.CodeOf(err) != x.want {
			t.Errorf("sums of %s: %v, want %s", name, err, x.want)
		}
	}
	w.put("user", c.wang, Values{"disabled": true})
	if _, err := w.h.Sums(w.ctx(), wang.by, wire.Sums{Scope: own, Spans: []wire.Range{{}}}); fault.CodeOf(err) != fault.Unauthorized {
		t.Errorf("sums for a disabled user: %v", err)
	}
}

// TestSumsAreRationed: a device that asks without end is told to wait until the next day; another is not (I12).
func TestSumsAreRationed(t *testing.T) {
	w := newWorld(t)
	zhang, wang := w.device(w.admin), w.device(w.admin)
	ask := func(by Identity) error {
		_, err := w.h.Sums(w.ctx(), by, wire.Sums{Scope: access.CommonScope})
		return err
	}
	for range sumsADay {
		w.must(ask(zhang))
	}
	if err := ask(zhang); fault.CodeOf(err) != fault.TooManyTries {
		t.Errorf("one too many: %v", err)
	}
	w.must(ask(wang))
	w.pass(24 * time.Hour)
	w.must(ask(zhang))
}
