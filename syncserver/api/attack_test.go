package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
	"yuzhou/shared/wire"
	"yuzhou/syncserver/api"
)

const pushPath = "/api/v1/push"

// Names of what must never be seen by the wrong eyes.
const canary = "金丝雀精密机械"

// Whoever knows the id of a colleague's customer gets nothing by it: not by asking, not by any command, not by a push.
func TestAnotherUsersCustomer(t *testing.T) {
	o := newOffice(t)
	id := o.customer(seller, canary)
	for _, path := range []string{"claim", "release", "transfer"} {
		body := map[string]string{"request": newID(t)}
		switch path {
		case "release":
			body["reason"] = "no_need"
		case "transfer":
			body["to"] = o.users[other]
		}
		got := o.ask(other, http.MethodPost, "/api/v1/customers/"+id+"/"+path, body)
		if got.status < 400 || got.has(canary) {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	got := o.ask(other, http.MethodGet, "/api/v1/customers/"+id, nil)
	o.refused(got, http.StatusNotFound, "NOT_FOUND")
	missing := o.ask(other, http.MethodGet, "/api/v1/customers/"+newID(t), nil)
	o.refused(missing, http.StatusNotFound, "NOT_FOUND")
	if len(got.failure.Params) != len(missing.failure.Params) {
		t.Errorf("the refusal tells that the customer is there: %s", got.body)
	}
	edit := change.Mutation{
		ID: newID(t), Op: change.Set, Kind: "customer", Record: id, Root: id, Set: schema.Values{"name": "mine"}, At: 1,
	}
	if results := o.push(other, edit.Sealed()); results[0].Outcome != change.Refused {
		t.Errorf("%+v", results)
	}
	var seen api.Customer
	o.read(o.ask(seller, http.MethodGet, "/api/v1/customers/"+id, nil), http.StatusOK, &seen)
	if seen.Customer.Values["name"] != canary || seen.Holding.Values["owner"] != o.users[seller] {
		t.Errorf("the customer was changed: %+v", seen)
	}
	for login, sees := range map[string]bool{seller: true, manager: true, other: false, outsider: false} {
		found := false
		for _, f := range o.pull(login) {
			found = found || f.Row != nil && f.Row.ID == id
		}
		if found != sees {
			t.Errorf("%s pulls it: %v", login, found)
		}
	}
}

// A batch that is sent again, because its answer was lost, has the same results and no second effect (I2).
func TestReplayedPush(t *testing.T) {
	o := newOffice(t)
	id := newID(t)
	create := change.Mutation{ID: newID(t), Op: change.Create, Kind: "customer", Record: id, Root: id, Set: schema.Values{"name": "一次"}, At: 1}.Sealed()
	first, second := o.push(seller, create), o.push(seller, create)
	if first[0].Outcome != change.Applied || second[0].Outcome != first[0].Outcome || second[0].Seq != first[0].Seq {
		t.Errorf("first %+v, again %+v", first, second)
	}
	create.Set = schema.Values{"name": "两次"}
	if forged := o.push(seller, create.Sealed()); forged[0].Outcome != change.Refused || forged[0].Fault.Code != "REPLICA_FORK" {
		t.Errorf("another content under the same id: %+v", forged)
	}
}

// What is too long, of a wrong type, cut, changed on its way or not of the protocol is refused before it has any effect.
func TestBadBodies(t *testing.T) {
	o := newOffice(t)
	id := newID(t)
	good, digest := o.batch(change.Mutation{ID: id, Op: change.Create, Kind: "customer", Record: id, Root: id, Set: schema.Values{"name": "x"}, At: 1}.Sealed())
	big := bytes.Repeat([]byte("x"), wire.MaxBodyBytes+1)
	future, futureDigest := o.lines(wire.Push{Protocol: wire.Protocol + 1, Count: 0})
	short, shortDigest := o.lines(wire.Push{Protocol: wire.Protocol, Count: 2}, change.Mutation{ID: id})
	long, longDigest := o.lines(wire.Push{Protocol: wire.Protocol, Count: 0}, change.Mutation{ID: id})
	many, manyDigest := o.lines(wire.Push{Protocol: wire.Protocol, Count: wire.MaxMutations + 1})
	huge, hugeDigest := o.lines(wire.Push{Protocol: wire.Protocol, Count: 1}, change.Mutation{ID: strings.Repeat("y", wire.MaxMutationBytes)})
	bomb := bombOf(t, 256<<20)
	noise := []byte("this is no zstd")
	for name, c := range map[string]struct {
		contentType string
		body        []byte
		digest      string
		status      int
		code        string
	}{
		"not for a push":        {"application/json", good, digest, http.StatusUnsupportedMediaType, "MALFORMED"},
		"no digest":             {wire.ContentType, good, "", http.StatusBadRequest, "DIGEST_MISMATCH"},
		"changed on its way":    {wire.ContentType, append([]byte{good[0] ^ 1}, good[1:]...), digest, http.StatusBadRequest, "DIGEST_MISMATCH"},
		"cut":                   {wire.ContentType, good[:len(good)-3], wire.Digest(good[:len(good)-3]), http.StatusBadRequest, "MALFORMED"},
		"too long as sent":      {wire.ContentType, big, wire.Digest(big), http.StatusRequestEntityTooLarge, "TOO_LARGE"},
		"a bomb":                {wire.ContentType, bomb, wire.Digest(bomb), http.StatusRequestEntityTooLarge, "TOO_LARGE"},
		"noise":                 {wire.ContentType, noise, wire.Digest(noise), http.StatusBadRequest, "MALFORMED"},
		"empty":                 {wire.ContentType, nil, wire.Digest(nil), http.StatusBadRequest, "MALFORMED"},
		"a newer protocol":      {wire.ContentType, future, futureDigest, http.StatusUpgradeRequired, "OLD_PROTOCOL"},
		"fewer than promised":   {wire.ContentType, short, shortDigest, http.StatusBadRequest, "MALFORMED"},
		"more than promised":    {wire.ContentType, long, longDigest, http.StatusBadRequest, "MALFORMED"},
		"too many mutations":    {wire.ContentType, many, manyDigest, http.StatusRequestEntityTooLarge, "TOO_LARGE"},
		"one mutation too long": {wire.ContentType, huge, hugeDigest, http.StatusRequestEntityTooLarge, "TOO_LARGE"},
	} {
		t.Run(name, func(t *testing.T) {
			o.T = t
			o.refused(o.send(seller, http.MethodPost, pushPath, c.contentType, c.body, wire.HeaderDigest, c.digest), c.status, c.code)
		})
	}
	o.T = t
	o.refused(o.ask(seller, http.MethodGet, "/api/v1/customers/"+id, nil), http.StatusNotFound, "NOT_FOUND")
}

// lines makes a sync body of any messages, with its true digest.
func (o *office) lines(messages ...any) ([]byte, string) {
	o.Helper()
	w := wire.NewWriter()
	for _, m := range messages {
		o.must(w.Line(m))
	}
	body, digest, err := w.Close()
	o.must(err)
	return body, digest
}

// bombOf is a small body that becomes a huge one.
func bombOf(t *testing.T, size int64) []byte {
	t.Helper()
	var body bytes.Buffer
	zip, err := zstd.NewWriter(&body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(zip, spaces{}, size); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	if body.Len() > 1<<20 {
		t.Fatalf("the bomb has %d bytes", body.Len())
	}
	return body.Bytes()
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestBadJSON(t *testing.T) {
	o := newOffice(t)
	const path = "/api/v1/pull"
	o.refused(o.send(seller, http.MethodPost, path, "text/plain", []byte(`{}`)), http.StatusUnsupportedMediaType, "MALFORMED")
	o.refused(o.send(seller, http.MethodPost, path, "application/json", []byte(`{"protocol":1}{`)), http.StatusBadRequest, "MALFORMED")
	o.refused(o.send(seller, http.MethodPost, path, "application/json", []byte(`{"protocol":99,"new":""}`)), http.StatusUpgradeRequired, "OLD_PROTOCOL")
	o.refused(o.send(seller, http.MethodPost, "/api/v1/customers/x/claim", "application/json", []byte(`{"request":"1","pol":""}`)), http.StatusBadRequest, "UNKNOWN_FIELD")
	o.refused(o.send(seller, http.MethodPost, path, "application/json", []byte(`{"protocol":0}`)), http.StatusUpgradeRequired, "OLD_PROTOCOL")
	o.refused(o.send(seller, http.MethodPost, path, "application/json", bytes.Repeat([]byte(" "), 65<<10)), http.StatusRequestEntityTooLarge, "TOO_LARGE")
	o.refused(o.send(seller, http.MethodPost, path, "application/json", bytes.Repeat([]byte(`[`), 60<<10)), http.StatusBadRequest, "MALFORMED")
	o.refused(o.send(seller, http.MethodPost, path, "application/json", []byte(`{"protocol":2,"cursor":"x.8"}`), wire.HeaderDigest, wire.Digest([]byte(`{"protocol":2,"cursor":"x.9"}`))), http.StatusBadRequest, "DIGEST_MISMATCH")
	o.refused(o.send("", http.MethodGet, "/api/v1/nothing", "", nil), http.StatusNotFound, "NOT_FOUND")
	o.refused(o.send("", http.MethodDelete, "/api/v1/login", "", nil), http.StatusMethodNotAllowed, "MALFORMED")
	o.refused(o.ask(seller, http.MethodGet, "/api/v1/customers/..%2F..%2Fadmin%2Fusers", nil), http.StatusNotFound, "NOT_FOUND")
}

// A body without a declared length is bounded too.
func TestEndlessBody(t *testing.T) {
	o := newOffice(t)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.server.URL()+pushPath, io.LimitReader(spaces{}, wire.MaxBodyBytes+(1<<20)))
	o.must(err)
	request.Header.Set("Content-Type", wire.ContentType)
	request.Header.Set("Authorization", "Bearer "+o.token(seller))
	answer, err := http.DefaultClient.Do(request)
	o.must(err)
	defer func() { _ = answer.Body.Close() }()
	var failure wire.Failure
	o.must(json.NewDecoder(answer.Body).Decode(&failure))
	if answer.StatusCode != http.StatusRequestEntityTooLarge || failure.Code != "TOO_LARGE" {
		t.Errorf("%d %+v", answer.StatusCode, failure)
	}
}

// Answers carry what keeps a browser from making anything of them, and the id under which the log knows the request.
func TestSecurityHeaders(t *testing.T) {
	o := newOffice(t)
	got := o.ask("", http.MethodGet, "/livez", nil)
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s is %q", name, got.header.Get(name))
		}
	}
	refused := o.ask("", http.MethodGet, "/api/v1/me", nil)
	if refused.failure.Request == "" || refused.failure.Request != refused.header.Get("X-Request-Id") || refused.header.Get("WWW-Authenticate") == "" {
		t.Errorf("%+v %v", refused.failure, refused.header)
	}
}

// One user who asks too much is told to wait, and when; the others are served.
func TestRateLimit(t *testing.T) {
	o := newLimitedOffice(t, api.Limits{Rate: 0.001, Burst: 5, AtOnce: 2, AllAtOnce: 4, Timeout: 30 * time.Second, Remembered: 100})
	o.token(seller)
	o.token(other)
	served := 0
	var last reply
	for range 8 {
		if last = o.ask(seller, http.MethodGet, "/api/v1/me", nil); last.status == http.StatusOK {
			served++
		}
	}
	o.refused(last, http.StatusTooManyRequests, "BUSY")
	if served != 5 || last.header.Get("Retry-After") == "" {
		t.Errorf("%d served, Retry-After %q", served, last.header.Get("Retry-After"))
	}
	o.read(o.ask(other, http.MethodGet, "/api/v1/me", nil), http.StatusOK, nil)
}
