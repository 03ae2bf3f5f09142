package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/zstd"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// received is a request with a body, as a handler gets it.
func received(body []byte, digest string) call {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest(http.MethodPost, "/api/v1/push", bytes.NewReader(body))
	c.Request.Header.Set(wire.HeaderDigest, digest)
	return call{Context: c}
}

// FuzzPushBody: whatever arrives as a push is read whole, as many mutations as it says, or refused with words.
func FuzzPushBody(f *testing.F) {
	gin.SetMode(gin.ReleaseMode)
	for _, seed := range []string{
		`{"protocol":1,"replica":"r","skew":0,"count":1}` + "\n" + `{"id":"m","hash":"h","op":"set","kind":"customer","record":"c","root":"c","set":{"name":"甲"},"base":{"name":""},"at":1}` + "\n",
		`{"protocol":2,"count":2}` + "\n" + `{}` + "\n", `{"protocol":1,"count":-1}` + "\n", `{"protocol":1}` + "\n" + `{}` + "\n",
		`{"protocol":99}` + "\n", `[]` + "\n", `{"protocol":1,"count":500}` + "\n", `{"protocol":1,"count":1}` + "\n" + `{"set":{"a":{"b":[[[]]]}},"args":{"x":"y"}}` + "\n",
	} {
		f.Add([]byte(seed))
	}
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, body := range [][]byte{data, zip.EncodeAll(data, nil)} {
			push, mutations, err := readPush(received(body, wire.Digest(body)))
			if err != nil && fault.CodeOf(err) == fault.Internal {
				t.Fatalf("refused without words: %v", err)
			}
			if err == nil && (len(mutations) != push.Count || push.Count > wire.MaxMutations) {
				t.Fatalf("%d mutations of %d", len(mutations), push.Count)
			}
		}
		if _, _, err := readPush(received(data, "")); fault.CodeOf(err) != fault.DigestMismatch {
			t.Fatalf("taken without its digest: %v", err)
		}
	})
}

// FuzzRequestBody: the same for the requests that are plain JSON, read strictly and not.
func FuzzRequestBody(f *testing.F) {
	for _, seed := range []string{`{"protocol":1,"cursor":"e.5","token":"x","limit":10}`, `{"login":"a","password":"b"}`, `{} {}`, `null`, `[`, `{"nobody":1}`, "\xff"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, into := range []any{new(wire.Pull), new(wire.Login)} {
			for _, strict := range []bool{false, true} {
				if err := decode(received(body, ""), into, strict); err != nil && fault.CodeOf(err) == fault.Internal {
					t.Fatalf("%T: %v", into, err)
				}
			}
		}
	})
}
