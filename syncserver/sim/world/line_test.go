package world

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"time"
)

// trouble is one thing that happens to one request.
type trouble struct {
	Kind string
	On   string // push, pull, login; "" is any
	Nth  int    // of the requests that fit, from 1
	At   uint32 // where in it, as a part of its length
	act  func() // for what happens meanwhile
}

// line is the network between a laptop and the office.
type line struct {
	w *world
	l *laptop

	mu      sync.Mutex
	cut     bool // unplugged
	off     bool // the machine is off
	node    int
	waiting []trouble
	image   string // of the file, when the machine lost its power in the middle of a request
	harm    bool   // something happened since the sync began
	login   bool   // a login could not be written: there is no mutation to put aside, so the server can only say INTERNAL
	web     *http.Transport
}

func newLine(w *world, l *laptop) *line {
	n := &line{w: w, l: l}
	n.open()
	return n
}

func (n *line) open() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.off, n.image = false, ""
	n.web = &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return n.dial(ctx) },
		IdleConnTimeout: 90 * time.Second, DisableCompression: true,
	}
}

// dial reaches the server process that the laptop is sent to, or the next that is there.
func (n *line) dial(ctx context.Context) (net.Conn, error) {
	if to := n.reached(); to != nil {
		return to.net.dial(ctx)
	}
	return nil, errGone
}

// shut turns the machine off.
func (n *line) shut() {
	n.mu.Lock()
	n.off = true
	web := n.web
	n.mu.Unlock()
	web.CloseIdleConnections()
}

// heal takes every trouble off the line.
func (n *line) heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.cut, n.waiting = false, nil
}

func (n *line) expect(t trouble) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.waiting = append(n.waiting, t)
}

// calm says that a sync begins; struck tells whether something happened to it.
func (n *line) calm() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.harm, n.login = false, false
}

func (n *line) struck() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.harm
}

// unwritten tells whether a login could not be written since the sync began.
func (n *line) unwritten() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.login
}

// taken gives, once, the image of a machine that lost its power.
func (n *line) taken() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	dir := n.image
	n.image = ""
	return dir
}

// next finds what is to happen to a request.
func (n *line) next(path string) (trouble, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range n.waiting {
		t := &n.waiting[i]
		if t.On != "" && !strings.HasSuffix(path, "/"+t.On) {
			continue
		}
		if t.Nth--; t.Nth > 0 {
			continue
		}
		found := *t
		n.harm, n.login = forgeries[t.Kind] == nil, t.Kind == "commit fails once" && strings.HasSuffix(path, "/login")
		n.waiting = append(n.waiting[:i:i], n.waiting[i+1:]...)
		return found, true
	}
	return trouble{}, false
}

// RoundTrip implements http.RoundTripper.
func (n *line) RoundTrip(req *http.Request) (*http.Response, error) {
	n.mu.Lock()
	cut, off := n.cut, n.off
	n.mu.Unlock()
	if cut || off {
		return nil, errGone
	}
	t, ok := n.next(req.URL.Path)
	if !ok || n.w.postgres && t.Kind == "server disk full" { // of a database on the disk of others no page can be bound
		return n.whole(req)
	}
	n.w.fault(t.Kind)
	return n.suffer(req, t)
}

// whole sends a request and reads its answer to the end, so that nothing is left to happen later.
func (n *line) whole(req *http.Request) (*http.Response, error) {
	res, err := n.web.RoundTrip(req)
	if err != nil || strings.HasSuffix(req.URL.Path, "/pokes") {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close() // it was read to its end
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// body gives the body of a request and lets it be sent again.
func bodyOf(req *http.Request) []byte {
	if req.Body == nil {
		return nil
	}
	data, err := io.ReadAll(req.Body)
	_ = req.Body.Close() // it is a reader on memory
	if err != nil {
		return nil
	}
	return data
}

// copyOf is a request once more, with another body.
func copyOf(ctx context.Context, req *http.Request, body []byte) *http.Request {
	again := req.Clone(ctx)
	again.Body = io.NopCloser(bytes.NewReader(body))
	again.ContentLength = int64(len(body))
	again.GetBody = nil
	return again
}

// suffer lets a trouble happen to a request.
func (n *line) suffer(req *http.Request, t trouble) (*http.Response, error) {
	body := bodyOf(req)
	send := func(data []byte) (*http.Response, error) { return n.whole(copyOf(req.Context(), req, data)) }
	switch t.Kind {
	case "request lost":
		left(req)
		return nil, errGone
	case "request cut":
		again := copyOf(req.Context(), req, body)
		again.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:part(t.At, len(body))]), broken{}))
		return n.whole(again)
	case "request damaged":
		return send(flip(body, t.At))
	case "request doubled":
		if res, err := send(body); err != nil {
			return res, err
		}
		return send(body)
	case "request late":
		left(req)
		n.w.keepParcel(parcel{n, copyOf(context.Background(), req, body)})
		return nil, errGone
	case "answer lost":
		_, _ = send(body) // nobody hears it
		return nil, errGone
	case "slow line":
		if err := n.w.linger(req.Context(), time.Duration(5+t.At%100)*time.Second); err != nil {
			return nil, err
		}
		return send(body)
	case "machine sleeps before":
		n.sleep(t)
		return send(body)
	case "machine sleeps after": // the answer is there, and nobody reads it for hours
		res, err := send(body)
		n.sleep(t)
		return res, err
	case "meanwhile":
		t.act()
		return send(body)
	case "power lost before":
		n.lose()
		return nil, errDead
	case "power lost after":
		_, _ = send(body)
		n.lose()
		return nil, errDead
	}
	if strings.HasPrefix(t.Kind, "server ") || strings.HasPrefix(t.Kind, "commit ") {
		return n.w.wound(n, t.Kind, func() (*http.Response, error) { return send(body) })
	}
	if forge := forgeries[t.Kind]; forge != nil {
		left(req)
		return forge(req), nil
	}
	res, err := send(body)
	if err != nil {
		return nil, err
	}
	return spoil(res, t)
}

// left says, as the machine's network does, that a request is on its way.
func left(req *http.Request) {
	if trace := httptrace.ContextClientTrace(req.Context()); trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
}

// sleep closes the lid in the middle of a request, for up to three days. Its time is over when the machine wakes up.
func (n *line) sleep(t trouble) {
	n.w.pass(time.Duration(10+t.At%(72*60)) * time.Minute)
}

// lose is the end of the machine's power: its file is what it is now, and nothing comes after.
func (n *line) lose() {
	dir := n.l.image()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.image, n.off = dir, true
}

// part is a place in something that is size long.
func part(at uint32, size int) int {
	if size == 0 {
		return 0
	}
	return int(at) % size
}

// flip changes one bit.
func flip(data []byte, at uint32) []byte {
	out := bytes.Clone(data)
	if len(out) > 0 {
		out[part(at, len(out))] ^= 1 << (at % 7)
	}
	return out
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// spoil damages an answer.
func spoil(res *http.Response, t trouble) (*http.Response, error) {
	data := bodyOf(&http.Request{Body: res.Body})
	var body io.Reader = bytes.NewReader(data)
	switch t.Kind {
	case "answer cut":
		body = io.MultiReader(bytes.NewReader(data[:part(t.At, len(data))]), broken{})
	case "answer shortened": // a proxy that thinks it is whole
		body = bytes.NewReader(data[:part(t.At, len(data))])
		res.ContentLength = -1
	case "answer damaged":
		body = bytes.NewReader(flip(data, t.At))
	case "answer stripped": // a proxy that does not like headers it does not know
		for name := range res.Header {
			if strings.HasPrefix(name, "Yuzhou-") {
				res.Header.Del(name)
			}
		}
	}
	res.Body = io.NopCloser(body)
	return res, nil
}

// forgeries are answers of somebody who is not our server.
var forgeries = map[string]func(*http.Request) *http.Response{
	"captive portal": func(req *http.Request) *http.Response {
		return forged(req, http.StatusOK, "text/html", "<html>Welcome to the hotel</html>")
	},
	"portal redirects": func(req *http.Request) *http.Response {
		res := forged(req, http.StatusFound, "text/html", "")
		res.Header.Set("Location", "http://portal.example/login")
		return res
	},
	"portal in our type": func(req *http.Request) *http.Response {
		return forged(req, http.StatusOK, "application/x-yuzhou-sync", "{}")
	},
	"bad gateway":   func(req *http.Request) *http.Response { return forged(req, 502, "text/html", "<html>502</html>") },
	"unavailable":   func(req *http.Request) *http.Response { return forged(req, 503, "text/plain", "later") },
	"too many":      func(req *http.Request) *http.Response { return forged(req, 429, "application/json", `{"code":"BUSY"}`) },
	"proxy logs in": func(req *http.Request) *http.Response { return forged(req, 407, "text/html", "who are you") },
}

func forged(req *http.Request, status int, kind, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(body)),
		Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// parcel is a request that is still on its way when its sender has given it up.
type parcel struct {
	n   *line
	req *http.Request
}

func (w *world) keepParcel(p parcel) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.late = append(w.late, p)
}

// deliver brings one of the late requests to the server; its answer goes nowhere.
func (w *world) deliver(r uint32) bool {
	w.mu.Lock()
	if len(w.late) == 0 {
		w.mu.Unlock()
		return false
	}
	i := part(r, len(w.late))
	p := w.late[i]
	w.late = append(w.late[:i:i], w.late[i+1:]...)
	w.mu.Unlock()
	if res, err := p.n.web.RoundTrip(p.req); err == nil {
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	w.books.observe()
	return true
}
