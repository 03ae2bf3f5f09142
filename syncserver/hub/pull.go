package hub

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/store"
)

// token says how far an answer of several pages has come. It is opaque for the laptop. Nothing in it widens a right:
// whatever it says, only what the user sees now is sent, and only what he once could see is taken away.
//
// An answer goes in rounds. A round reads the feeds of the scopes one after the other, by name, each up to the head of
// the page it ends on. What changed meanwhile in the scopes read first comes in the next round, which begins where this
// one began. A round that begins and ends on one page has read everything in one snapshot: the answer is complete.
//
// Before the first round the spans are told: scopes that have forgotten what left them since the laptop's cursor, and
// what the laptop asked for (span.go).
type token struct {
	User   string         `json:"u"`
	Epoch  string         `json:"p"`
	Cursor int64          `json:"c"` // where the laptop is
	First  bool           `json:"f,omitempty"`
	Start  int64          `json:"s"` // head of the first page
	Seen   int64          `json:"e"` // head of the page before
	Base   int64          `json:"b"` // the laptop has the feeds of its scopes up to here, before this round
	Round  int64          `json:"o"` // head at which this round began
	Scope  string         `json:"n"` // the scope to go on with
	At     store.Position `json:"a"` // and where in it
	Done   int64          `json:"d"`
	Total  int64          `json:"t"`
	Spans  *spans         `json:"w,omitempty"` // nil when there are none
}

// Pull writes one page of what the laptop does not have. All of a page is one snapshot, rights included.
func (h *Hub) Pull(ctx context.Context, by Identity, in wire.Pull, out *wire.Writer) error {
	complete := false
	err := h.view(ctx, func(v *store.View) error {
		if err := active(v, by); err != nil {
			return err
		}
		t, err := readToken(by, in, v)
		if err != nil {
			return err
		}
		if in.Token == "" && t.Cursor == v.Head && t.Spans == nil {
			complete = true
			return out.Line(wire.Frame{End: &wire.End{Cursor: in.Cursor}})
		}
		p := &page{view: v, by: by, out: out, token: t, protocol: in.Protocol, first: in.Token == "", limit: wire.MaxPageRows, sent: map[string]bool{}}
		if in.Limit > 0 {
			p.limit = min(p.limit, in.Limit)
		}
		complete, err = p.write(ctx)
		return err
	})
	if err == nil && complete {
		h.noteSynced(by)
	}
	return err
}

// readToken finds out where the laptop is: from its token, else from its cursor.
func readToken(by Identity, in wire.Pull, v *store.View) (token, error) {
	if in.Token == "" {
		cursor, err := readCursor(in.Cursor, v)
		t := token{
			User: by.User, Epoch: v.Epoch, Cursor: cursor, First: in.Cursor == "", Start: v.Head, Seen: cursor, Base: cursor, Round: v.Head, Total: -1,
		}
		if err == nil && len(in.Repair) > 0 && !t.First && in.Protocol >= spanProtocol {
			t.Spans = &spans{Asked: in.Repair}
			err = t.Spans.check()
		}
		return t, err
	}
	var t token
	text, err := base64.RawURLEncoding.DecodeString(in.Token)
	if err == nil {
		err = json.Unmarshal(text, &t)
	}
	if err != nil || t.User != by.User || t.Cursor < 0 || t.Start < t.Cursor || t.Seen < t.Start {
		return token{}, fault.New(fault.Malformed, "What", "token")
	}
	if t.Epoch != v.Epoch || t.Seen > v.Head || t.Round > v.Head {
		return token{}, fault.New(fault.EpochChanged)
	}
	return t, t.Spans.check()
}

// readCursor reads "epoch.seq"; "" is a first sync. A cursor of another history, or beyond its end, means that the
// store was restored.
func readCursor(cursor string, v *store.View) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	epoch, number, _ := strings.Cut(cursor, ".")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 0 {
		return 0, fault.New(fault.Malformed, "What", "cursor")
	}
	if epoch != v.Epoch || seq > v.Head {
		return 0, fault.New(fault.EpochChanged)
	}
	return seq, nil
}

// cursorAt is the cursor of a laptop that has everything up to a snapshot.
func cursorAt(v *store.View) string { return v.Epoch + "." + strconv.FormatInt(v.Head, 10) }

func (t token) text() (string, error) {
	data, err := json.Marshal(t)
	return base64.RawURLEncoding.EncodeToString(data), err
}
