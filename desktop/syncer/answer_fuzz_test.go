package syncer

import (
	"net/http"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"yuzhou/shared/fault"
)

// FuzzRefusal: whatever an answer that is not 2xx holds, it becomes a fault with a code, and it is known whether to try
// again.
func FuzzRefusal(f *testing.F) {
	f.Add(400, jsonType, "", []byte(`{"code":"MALFORMED","field":"name","params":{"Limit":"5"},"request":"r"}`))
	f.Add(429, jsonType+"; charset=utf-8", "7", []byte(`{"code":"BUSY"}`))
	f.Add(302, "text/html", "", []byte(`<html>log in here</html>`))
	f.Add(503, "", "-1", []byte(``))
	f.Add(500, jsonType, "99999999999999999999", []byte(`{"code":""}`))
	f.Add(426, jsonType, "x", []byte(`{"code":5,"params":[]}`))
	f.Fuzz(func(t *testing.T, status int, contentType, retry string, body []byte) {
		a := answer{status, http.Header{"Content-Type": {contentType}, "Retry-After": {retry}}, body}
		err := a.refusal()
		if err == nil || fault.CodeOf(err) == "" || fault.CodeOf(err) == fault.Internal && len(body) == 0 {
			t.Fatalf("%d %q is %v", status, body, err)
		}
		if wait := a.retryAfter(); wait < 0 || wait > time.Hour {
			t.Fatalf("Retry-After %q waits for %v", retry, wait)
		}
		_ = passing(err)
		_ = blamed(err)
	})
}

func blamed(err error) bool {
	r, ok := err.(*rejection) //nolint:errorlint // refusal gives it bare
	return ok && blames(r)
}

// FuzzResults: whatever an answer to a push holds, it is read to its end or is no answer.
func FuzzResults(f *testing.F) {
	for _, seed := range []string{
		`{"result":{"id":"m","outcome":"applied","seq":5}}` + "\n" + `{"end":{}}` + "\n", `{"end":{}}` + "\n", `{"result":{"id":"m"}}` + "\n",
		`{"result":{"id":"m","outcome":"refused","fault":{"code":"DAILY_LIMIT","params":{"Limit":"5"}},"info":{"a":"b"},"fields":["x"]}}` + "\n" + `{"end":{}}` + "\n", `{`,
	} {
		f.Add([]byte(seed))
	}
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, body := range [][]byte{data, zip.EncodeAll(data, nil)} {
			if _, err := readResults(body); err != nil && fault.CodeOf(err) == fault.Internal {
				t.Fatalf("%v", err)
			}
		}
	})
}
