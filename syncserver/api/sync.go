package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/hub"
)

// The oldest protocols that are served. Pushes of every protocol ever released are taken.
const (
	oldestPull = wire.OldestPull
	oldestPush = 1
	oldestSums = 2
)

// headLine is room for the first line of a push, beside its mutations.
const headLine = 4 << 10

func pullEndpoint() endpoint {
	return endpoint{
		in: reflect.TypeFor[wire.Pull](), sent: jsonType, limit: jsonLimit, sync: true,
		out: reflect.TypeFor[wire.Frame](), given: wire.ContentType, status: http.StatusOK, run: (*API).pull,
	}
}

func pushEndpoint() endpoint {
	return endpoint{
		in: reflect.TypeFor[wire.Push](), sent: wire.ContentType, limit: wire.MaxBodyBytes, sync: true,
		out: reflect.TypeFor[wire.Frame](), given: wire.ContentType, status: http.StatusOK, run: (*API).push,
	}
}

func (a *API) sumsEndpoint() endpoint {
	end := message(a.sums)
	end.sync = true
	return end
}

// sums adds up parts of a scope.
func (a *API) sums(c call, in wire.Sums) (wire.SumsAnswer, error) {
	if err := speaks(in.Protocol, oldestSums); err != nil {
		return wire.SumsAnswer{}, err
	}
	return a.hub.Sums(c.Request.Context(), c.who, in)
}

// pull answers one page of what the laptop does not have.
func (a *API) pull(c call) {
	var in wire.Pull
	err := undamaged(c)
	if err == nil {
		err = decode(c, &in, false)
	}
	if err == nil {
		err = speaks(in.Protocol, oldestPull)
	}
	page := wire.NewWriter()
	if err == nil {
		err = a.hub.Pull(c.Request.Context(), c.who, in, page)
	}
	a.send(c, page, err)
}

// undamaged holds a request against its digest, when it has one (laptops of protocol 1 send none): one flipped digit of a
// cursor would be another place in the feed, and the answer to it wrong without anybody noticing.
func undamaged(c call) error {
	want := c.GetHeader(wire.HeaderDigest)
	if want == "" {
		return nil
	}
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return cut(err)
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	if wire.Digest(body) != want {
		return fault.New(fault.DigestMismatch)
	}
	return nil
}

// push takes a batch of mutations and answers each.
func (a *API) push(c call) {
	push, mutations, err := readPush(c)
	var results []hub.Result
	if err == nil {
		results, err = a.hub.Push(c.Request.Context(), c.who, push, mutations)
	}
	page := wire.NewWriter()
	for i := range results {
		err = errors.Join(err, page.Line(wire.Frame{Result: &results[i]}))
	}
	a.send(c, page, errors.Join(err, page.Line(wire.Frame{End: &wire.End{}})))
}

// send ends a sync request. The three headers and the type tell the client that it was us who answered, and whole.
func (a *API) send(c call, page *wire.Writer, err error) {
	body, digest, closing := page.Close()
	if err = errors.Join(err, closing); err != nil {
		a.refuse(c.Context, err)
		return
	}
	c.Header(wire.HeaderEpoch, a.hub.Epoch())
	c.Header(wire.HeaderDigest, digest)
	c.Header(wire.HeaderTime, strconv.FormatInt(a.now().UnixMilli(), 10))
	c.Data(http.StatusOK, wire.ContentType, body)
}

// readPush reads a push whole, and its digest before it is parsed: a batch that was cut or changed on its way has
// no effect at all.
func readPush(c call) (wire.Push, []hub.Mutation, error) {
	var push wire.Push
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		return push, nil, cut(err)
	}
	if wire.Digest(body) != c.GetHeader(wire.HeaderDigest) {
		return push, nil, fault.New(fault.DigestMismatch)
	}
	lines, err := wire.NewReader(body, wire.MaxPushBytes+headLine)
	if err != nil {
		return push, nil, err
	}
	defer lines.Close()
	head, err := lines.Line()
	if err != nil {
		return push, nil, incomplete(err)
	}
	if len(head) > headLine || wire.Depth(head) > wire.MaxDepth || json.Unmarshal(head, &push) != nil {
		return push, nil, fault.New(fault.Malformed, "What", "line")
	}
	if err := speaks(push.Protocol, oldestPush); err != nil {
		return push, nil, err
	}
	if push.Count < 0 || push.Count > wire.MaxMutations {
		return push, nil, fault.New(fault.TooLarge, "Limit", wire.MaxMutations)
	}
	mutations := make([]hub.Mutation, push.Count)
	for i := range mutations {
		if err := readMutation(lines, &mutations[i]); err != nil {
			return push, nil, err
		}
	}
	if err := lines.Next(new(json.RawMessage)); !errors.Is(err, io.EOF) {
		return push, nil, fault.New(fault.Malformed, "What", "count")
	}
	return push, mutations, nil
}

func readMutation(lines *wire.Reader, into *hub.Mutation) error {
	line, err := lines.Line()
	if err != nil {
		return incomplete(err)
	}
	if len(line) > wire.MaxMutationBytes+len("\n") {
		return fault.New(fault.TooLarge, "Limit", wire.MaxMutationBytes)
	}
	if wire.Depth(line) > wire.MaxDepth {
		return fault.New(fault.Malformed, "What", "depth")
	}
	if err := json.Unmarshal(line, into); err != nil {
		return fault.New(fault.Malformed, "What", "mutation").Because("push", err)
	}
	return nil
}

// speaks refuses a protocol outside of what this server speaks.
func speaks(protocol, oldest int) error {
	if protocol < oldest || protocol > wire.Protocol {
		return fault.New(fault.OldProtocol, "Client", protocol, "Server", wire.Protocol)
	}
	return nil
}

// incomplete names the end of a body that promised more.
func incomplete(err error) error {
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Malformed, "What", "count")
	}
	return err
}

// cut names a body that ended before its declared length; one that is too long keeps its own name.
func cut(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.New(fault.Malformed, "What", "cut body").Because("push", err)
	}
	return err
}
