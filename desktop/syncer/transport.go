package syncer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"time"

	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

const jsonType = "application/json"

// remote is the server as this laptop reaches it.
type remote struct {
	client *http.Client
	base   string // without a slash at the end
	token  string
	clock  clock.Clock

	replica string // the name under which it pushes
	again   bool   // what it pushes was typed in view of a history that the server has lost
	epoch   string // of the server, as far as it is known: another one is another history
}

// newRemote never follows redirects: our server sends none, and whoever sends one (a captive portal) is not to get our
// mutations.
func newRemote(client *http.Client, base, token string, clk clock.Clock) *remote {
	own := http.Client{}
	if client != nil {
		own = *client
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &remote{client: &own, base: strings.TrimSuffix(base, "/"), token: token, clock: clk}
}

// reply is an answer that was checked to be ours, and whole.
type reply struct {
	body  []byte
	epoch string
	timed bool          // skew was measured
	skew  time.Duration // device clock minus server clock
}

// rejection is an answer that is a refusal.
type rejection struct {
	*fault.Fault
	status int
	after  time.Duration // Retry-After
}

// Unwrap gives the fault, for fault.Of and errors.Is.
func (r *rejection) Unwrap() error { return r.Fault }

// passing tells whether an error will pass by waiting: no answer, an answer that is not our server's, 408, 429, 5xx, or
// a body that was damaged on its way.
func passing(err error) bool {
	var r *rejection
	if errors.As(err, &r) {
		return r.status == http.StatusRequestTimeout || r.status == http.StatusTooManyRequests || r.status >= 500 ||
			r.Code == fault.DigestMismatch
	}
	switch fault.CodeOf(err) {
	case fault.Offline, fault.NotOurServer, fault.Busy, fault.UnknownHost, fault.NotListening, fault.PlainServer,
		fault.CertUnknown, fault.CertName, fault.CertExpired:
		return true
	}
	return false
}

func offline(op string, err error) error { return fault.New(fault.Offline).Because(op, err) }

// answer is what came back, read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// post sends a request and reads the whole answer; one that is not 2xx is an error. One whose body does not fit its digest
// was damaged, and counts as none.
func (m *remote) post(ctx context.Context, path, contentType, digest string, body []byte) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, fault.New(fault.BadAddress).Because(path, err)
	}
	req.Header.Set("Content-Type", contentType)
	if digest != "" {
		req.Header.Set(wire.HeaderDigest, digest)
	}
	if m.token != "" {
		req.Header.Set("Authorization", "Bearer "+m.token)
	}
	res, err := send(m.client, path, req)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = res.Body.Close() }() // it was read to its end, or nothing of it counts
	text, err := io.ReadAll(io.LimitReader(res.Body, wire.MaxPageBytes+1))
	if err != nil {
		return answer{}, offline(path, err)
	}
	if len(text) > wire.MaxPageBytes {
		return answer{}, fault.New(fault.TooLarge, "Limit", wire.MaxPageBytes)
	}
	if sum := res.Header.Get(wire.HeaderDigest); sum != "" && wire.Digest(text) != sum {
		return answer{}, offline(path, errors.New("the body does not fit its digest"))
	}
	a := answer{res.StatusCode, res.Header, text}
	if a.status < 200 || a.status > 299 {
		return answer{}, a.refusal()
	}
	return a, nil
}

// send sends a request. Where no answer begins the error says why; it is errUnreached too where nothing of the request left.
func send(client *http.Client, path string, req *http.Request) (*http.Response, error) {
	reached := false
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { reached = true }})
	res, err := client.Do(req.WithContext(ctx))
	if err == nil {
		return res, nil
	}
	if !reached {
		err = errors.Join(errUnreached, err)
	}
	return nil, unanswered(path, req.URL.Hostname(), err)
}

// refusal reads an answer that is not 2xx. One that is not in our form is a proxy's or a portal's.
func (a answer) refusal() error {
	var f wire.Failure
	if !a.is(jsonType) || json.Unmarshal(a.body, &f) != nil || f.Code == "" {
		if a.status >= 500 {
			return &rejection{fault.New(fault.Busy), a.status, a.retryAfter()}
		}
		return fault.New(fault.NotOurServer, "Status", a.status)
	}
	return &rejection{f.Fault(), a.status, a.retryAfter()}
}

func (a answer) retryAfter() time.Duration {
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > 3600 {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func (a answer) is(want string) bool {
	got, _, err := mime.ParseMediaType(a.header.Get("Content-Type"))
	return err == nil && got == want
}

// sync sends a sync request. An answer without our type, epoch and digest is not from our server: a captive portal says
// 200 too.
func (m *remote) sync(ctx context.Context, path, contentType, digest string, body []byte) (reply, error) {
	sent := m.clock()
	a, err := m.post(ctx, path, contentType, digest, body)
	if err != nil {
		return reply{}, err
	}
	epoch := a.header.Get(wire.HeaderEpoch)
	if !a.is(wire.ContentType) || epoch == "" || a.header.Get(wire.HeaderDigest) == "" {
		return reply{}, fault.New(fault.NotOurServer, "Status", a.status)
	}
	if m.epoch != "" && epoch != m.epoch {
		return reply{}, fault.New(fault.EpochChanged)
	}
	m.epoch = epoch
	out := reply{body: a.body, epoch: epoch}
	if ms, err := strconv.ParseInt(a.header.Get(wire.HeaderTime), 10, 64); err == nil {
		got := m.clock()
		out.timed = true
		out.skew = sent.Add(got.Sub(sent) / 2).Sub(clock.FromMillis(ms)).Round(time.Millisecond)
	}
	return out, nil
}
