package api_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"yuzhou/shared/access"
	"yuzhou/shared/change"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/api"
)

const (
	pullPath = "/api/v1/pull"
	sumsPath = "/api/v1/sums"
)

// Pulls are answered from the protocol before this one on, pushes from the first; a newer one is told to which server it
// speaks (SYNC-17, I14).
func TestProtocols(t *testing.T) {
	o := newOffice(t)
	for protocol := -1; protocol <= wire.Protocol+2; protocol++ {
		pulled := o.ask(seller, http.MethodPost, pullPath, wire.Pull{Protocol: protocol})
		body, digest := o.lines(wire.Push{Protocol: protocol, Replica: newID(t)})
		pushed := o.send(seller, http.MethodPost, pushPath, wire.ContentType, body, wire.HeaderDigest, digest)
		for name, got := range map[string]reply{"pull": pulled, "push": pushed} {
			if protocol >= 1 && protocol <= wire.Protocol {
				o.frames(got)
				continue
			}
			o.refused(got, http.StatusUpgradeRequired, "OLD_PROTOCOL")
			if got.failure.Params["Server"] == "" || got.failure.Params["Client"] == "" {
				t.Errorf("%s of protocol %d: %v", name, protocol, got.failure.Params)
			}
		}
	}
	if wire.OldestPull > wire.Protocol-1 {
		t.Error("the protocol before this one is not served")
	}
}

// A pull of protocol 1 is answered as the first release answered it: the request of that release, byte for byte, and the
// kinds of lines and the fields that it knows (testdata/protocol1.txt was written by it).
func TestProtocolOneIsAnsweredAsEver(t *testing.T) {
	o := newOffice(t)
	id := o.customer(seller, "恒达机械")
	contact := change.Mutation{ID: newID(t), Op: change.Create, Kind: "contact", Record: newID(t), Root: id, Set: schema.Values{"name": "陈"}, At: 1}
	o.push(seller, contact.Sealed())
	first := o.send(seller, http.MethodPost, pullPath, "application/json", []byte(`{"protocol":1,"cursor":""}`))
	cursor := o.frames(first)
	since := cursor[len(cursor)-1].End.Cursor
	edit := change.Mutation{ID: newID(t), Op: change.Set, Kind: "customer", Record: id, Root: id, Set: schema.Values{"remark": "新"}, At: 1}
	clash := change.Mutation{ID: newID(t), Op: change.Set, Kind: "customer", Record: id, Root: id, Set: schema.Values{"mobile": "13800000001"}, Base: schema.Values{"mobile": "1"}, At: 1}
	o.push(seller, edit.Sealed(), clash.Sealed())
	given := change.Mutation{
		ID: newID(t), Op: change.Ask, Kind: "customer", Record: id, Root: id, Command: change.Transfer, Args: map[string]string{"to": o.users[other]}, At: 1,
	}
	news := o.send(seller, http.MethodPost, pullPath, "application/json", []byte(`{"protocol":1,"cursor":"`+since+`"}`))
	o.push(seller, given.Sealed())
	left := o.send(seller, http.MethodPost, pullPath, "application/json", []byte(`{"protocol":1,"cursor":"`+since+`"}`))
	var got strings.Builder
	for _, answer := range []reply{first, news, left} {
		got.WriteString("# answer\n" + shape(o, answer.body))
	}
	want, err := os.ReadFile(filepath.Join("testdata", "protocol1.txt"))
	o.must(err)
	if got.String() != string(want) {
		t.Errorf("the answers have another shape:\n%s", got.String())
	}
}

// shape is what an answer is made of: for each line its member and the fields in it, one line for each that is new.
func shape(o *office, body []byte) string {
	o.Helper()
	lines, err := wire.NewReader(body, wire.MaxPageBytes)
	o.must(err)
	defer lines.Close()
	seen := map[string]bool{}
	var out strings.Builder
	for {
		line, err := lines.Line()
		if err != nil {
			return out.String()
		}
		var frame map[string]map[string]json.RawMessage
		o.must(json.Unmarshal(line, &frame))
		for member, fields := range frame {
			text := member + ":"
			for _, name := range slices.Sorted(maps.Keys(fields)) {
				text += " " + name
				if kind := string(fields[name]); name == "k" || name == "join" || name == "outcome" {
					text += "=" + strings.Trim(kind, `"`)
				}
			}
			if !seen[text] {
				seen[text] = true
				out.WriteString(text + "\n")
			}
		}
	}
}

// Sums are those that a pull tells, and only of scopes that the asker holds.
func TestSums(t *testing.T) {
	o := newOffice(t)
	id := o.customer(seller, canary)
	frames := o.pull(seller)
	end := frames[len(frames)-1].End
	for _, want := range end.Scopes {
		var got wire.SumsAnswer
		o.read(o.ask(seller, http.MethodPost, sumsPath, wire.Sums{Protocol: 2, Scope: want.Scope, Spans: []wire.Range{{To: id}, {From: id}}}), http.StatusOK, &got)
		if len(got.Sums) != 2 || got.Sums[0].Count+got.Sums[1].Count != want.Count || got.Sums[0].Sum.Add(got.Sums[1].Sum) != want.Sum || got.Cursor != end.Cursor {
			t.Errorf("%+v, the pull says %+v at %s", got, want, end.Cursor)
		}
	}
	own := access.OwnerScope(o.users[seller])
	o.refused(o.ask(other, http.MethodPost, sumsPath, wire.Sums{Protocol: 2, Scope: own, Spans: []wire.Range{{}}}), http.StatusNotFound, "NOT_FOUND")
	o.refused(o.ask(other, http.MethodPost, sumsPath, wire.Sums{Protocol: 2, Scope: "owner:" + newID(t)}), http.StatusNotFound, "NOT_FOUND")
	o.refused(o.ask(seller, http.MethodPost, sumsPath, wire.Sums{Protocol: 1, Scope: own}), http.StatusUpgradeRequired, "OLD_PROTOCOL")
	o.refused(o.ask(seller, http.MethodPost, sumsPath, wire.Sums{Protocol: 2, Scope: own, Spans: make([]wire.Range, 2)}), http.StatusBadRequest, "MALFORMED")
	o.refused(o.ask("", http.MethodPost, sumsPath, wire.Sums{Protocol: 2, Scope: own}), http.StatusUnauthorized, "UNAUTHORIZED")
}

// JSON of more lists in each other than any message has is refused before it is decoded, wherever it stands.
func TestDepth(t *testing.T) {
	o := newOffice(t)
	deep := strings.Repeat(`{"a":`, 100) + `1` + strings.Repeat(`}`, 100)
	o.refused(o.send(seller, http.MethodPost, pullPath, "application/json", []byte(`{"protocol":2,"x":`+deep+`}`)), http.StatusBadRequest, "MALFORMED")
	m := change.Mutation{ID: newID(t), Op: change.Set, Kind: "customer", Record: newID(t), Root: newID(t), Set: schema.Values{"x": json.RawMessage(deep)}}
	for name, lines := range map[string][]any{
		"a mutation":  {wire.Push{Protocol: 2, Count: 1}, m},
		"the heading": {json.RawMessage(`{"protocol":2,"count":0,"x":` + deep + `}`)},
	} {
		body, digest := o.lines(lines...)
		got := o.send(seller, http.MethodPost, pushPath, wire.ContentType, body, wire.HeaderDigest, digest)
		if o.refused(got, http.StatusBadRequest, "MALFORMED"); got.failure.Params["What"] != "depth" && got.failure.Params["What"] != "line" {
			t.Errorf("%s: %v", name, got.failure.Params)
		}
	}
	quoted := change.Mutation{ID: newID(t), Op: change.Create, Kind: "customer", Record: newID(t), Set: schema.Values{"name": strings.Repeat("[{", 40)}, At: 1}
	quoted.Root = quoted.Record
	if r := o.push(seller, quoted.Sealed()); r[0].Outcome != change.Applied {
		t.Errorf("brackets in a text: %+v", r[0])
	}
}

// A body that asks for more memory to be read than any of ours is refused, however small it is.
func TestWindow(t *testing.T) {
	o := newOffice(t)
	var body bytes.Buffer
	zip, err := zstd.NewWriter(&body, zstd.WithWindowSize(128<<20), zstd.WithSingleSegment(false))
	o.must(err)
	_, err = zip.Write([]byte(`{"protocol":2,"count":0}` + "\n"))
	o.must(err)
	o.must(zip.Flush()) // or the frame says how short it is
	_, err = zip.Write(bytes.Repeat([]byte(" "), 100))
	o.must(err)
	o.must(zip.Close())
	got := o.send(seller, http.MethodPost, pushPath, wire.ContentType, body.Bytes(), wire.HeaderDigest, wire.Digest(body.Bytes()))
	o.refused(got, http.StatusRequestEntityTooLarge, "TOO_LARGE")
}

// A laptop that runs wild waits; the other one of the same user is served, and all of one user together are bounded.
func TestRequestsOfADevice(t *testing.T) {
	o := newLimitedOffice(t, api.Limits{Rate: 0.001, Burst: 5, AtOnce: 2, AllAtOnce: 4, Timeout: 30 * time.Second, Remembered: 100})
	served := func() (n int) {
		o.token(seller)
		for range 8 {
			if got := o.ask(seller, http.MethodGet, "/api/v1/me", nil); got.status == http.StatusOK {
				n++
			} else {
				o.refused(got, http.StatusTooManyRequests, "BUSY")
			}
		}
		delete(o.tokens, seller) // the next one is another device
		return n
	}
	for i, want := range []int{5, 5, 5, 0} {
		if got := served(); got != want {
			t.Errorf("device %d: %d of 8 were served, want %d", i, got, want)
		}
	}
}
