package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"time"

	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/syncfile"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/api"
)

// Answered says what a sync file brought, and what its answer takes back.
type Answered struct {
	User    string `json:"user"`    // id
	Device  string `json:"device"`  // id
	Made    int64  `json:"made"`    // Unix ms by the laptop's clock
	Changes int    `json:"changes"` // that were answered
	Refused int    `json:"refused"` // of these
	Failed  bool   `json:"failed"`  // some changes could not be answered: they stay on the laptop
	Pages   int    `json:"pages"`   // of what the laptop does not have
}

// timeout is how long one request of a file may work.
const timeout = 10 * time.Minute

// AnswerFile answers the sync file of a laptop (SYNC-15): its requests go through the same interface as those that come
// over the network, with the same checks, and what is answered goes into out. A file that is answered twice has no
// second effect. An error means that out is of no use; what was committed before it stays.
func (c *Core) AnswerFile(ctx context.Context, in io.Reader, out io.Writer, log *slog.Logger) (Answered, error) {
	var done Answered
	var secret string
	file, err := syncfile.Open(in, func(h syncfile.Head) (string, error) {
		if h.Way != syncfile.Request {
			return "", fault.New(fault.BadSyncFile, "What", "way")
		}
		done.Device, done.Made = h.Device, h.Made
		var err error
		done.User, secret, err = c.Hub.DeviceToken(ctx, h.Device)
		return secret, err
	})
	if err != nil {
		return done, err
	}
	head := syncfile.Head{Way: syncfile.Answer, ID: file.Head.ID, Device: file.Head.Device, Made: c.Clock().UnixMilli()}
	answer, err := syncfile.NewWriter(out, head, secret)
	if err != nil {
		return done, err
	}
	// The limits keep laptops from each other's way; here there is one, and a person who waits.
	limits := api.Limits{Rate: math.MaxInt32, Burst: math.MaxInt32, AtOnce: 1, AllAtOnce: 1, Timeout: timeout, Remembered: 1}
	ready := func(context.Context) api.Readiness { return api.Readiness{} }
	teller := &teller{
		Answered: &done, answer: answer,
		handler: api.New(api.Config{Hub: c.Hub, Clock: c.Clock, Log: log, Ready: ready, Limits: limits}).Handler(),
	}
	for {
		part, err := file.Next()
		if errors.Is(err, io.EOF) {
			return done, answer.Close()
		}
		if err == nil {
			err = teller.tell(ctx, part)
		}
		if err != nil {
			return done, err
		}
	}
}

// teller answers the requests of one file.
type teller struct {
	*Answered

	handler http.Handler
	answer  *syncfile.Writer
}

func (t *teller) tell(ctx context.Context, part syncfile.Part) error {
	switch {
	case part.Path == wire.PathPush && !t.Failed: // later changes may hang on those that could not be answered
		return t.push(ctx, part)
	case part.Path == wire.PathPush:
		return nil
	case part.Path == wire.PathPull:
		return t.pull(ctx, part)
	}
	return fault.New(fault.BadSyncFile, "What", "path")
}

func (t *teller) push(ctx context.Context, part syncfile.Part) error {
	got, err := t.ask(ctx, part)
	if err != nil {
		return err
	}
	if got.Status != http.StatusOK {
		t.Failed = true
		return t.answer.Put(got)
	}
	lines, err := wire.NewReader(got.Body, wire.MaxPageBytes)
	if err != nil {
		return err
	}
	defer lines.Close()
	for {
		var f wire.Frame
		if err := lines.Next(&f); errors.Is(err, io.EOF) {
			return t.answer.Put(got)
		} else if err != nil {
			return err
		}
		if f.Result != nil {
			t.Changes++
			if f.Result.Outcome == change.Refused {
				t.Refused++
			}
		}
	}
}

// pull asks for page after page, as the laptop would.
func (t *teller) pull(ctx context.Context, part syncfile.Part) error {
	var ask wire.Pull
	if err := json.Unmarshal(part.Body, &ask); err != nil {
		return fault.New(fault.BadSyncFile, "What", "pull").Because("sync file", err)
	}
	for {
		var err error
		if part.Body, err = json.Marshal(ask); err != nil {
			return err
		}
		part.Digest = wire.Digest(part.Body)
		got, err := t.ask(ctx, part)
		if err != nil {
			return err
		}
		got.Cursor, got.Page = ask.Cursor, ask.Token
		if err := t.answer.Put(got); err != nil || got.Status != http.StatusOK {
			return err
		}
		t.Pages++
		_, end, err := wire.ReadPage(got.Body)
		if err != nil || !end.More {
			return err
		}
		ask.Token, ask.Repair = end.Token, nil
	}
}

// ask puts a request to the interface. That nobody has the right to ask, or that the server itself is ill, ends it all: a
// file with that for an answer would only send a person back and forth.
func (t *teller) ask(ctx context.Context, part syncfile.Part) (syncfile.Part, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, part.Path, bytes.NewReader(part.Body))
	if err != nil {
		return part, err
	}
	req.Header.Set("Content-Type", part.Type)
	req.Header.Set(wire.HeaderDigest, part.Digest)
	req.Header.Set("Authorization", "Bearer "+part.Token)
	page := &page{header: http.Header{}, status: http.StatusOK}
	t.handler.ServeHTTP(page, req)
	h := page.header
	got := syncfile.Part{
		Path: part.Path, Type: h.Get("Content-Type"), Digest: h.Get(wire.HeaderDigest), Epoch: h.Get(wire.HeaderEpoch), Status: page.status,
		Body: slices.Clip(page.body.Bytes()),
	}
	if got.Status == http.StatusUnauthorized || got.Status >= http.StatusInternalServerError && part.Path == wire.PathPull || got.Status == http.StatusServiceUnavailable {
		return got, refusal(got)
	}
	return got, nil
}

func refusal(got syncfile.Part) error {
	var f wire.Failure
	if json.Unmarshal(got.Body, &f) != nil || f.Code == "" {
		return fault.New(fault.Internal)
	}
	return f.Fault()
}

// page is an answer as it is written.
type page struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (p *page) Header() http.Header                  { return p.header }
func (p *page) WriteHeader(status int)               { p.status = status }
func (p *page) Write(text []byte) (n int, err error) { return p.body.Write(text) }
