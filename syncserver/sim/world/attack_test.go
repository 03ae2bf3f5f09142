package world

import (
	"bytes"
	"io"
	"net/http"
	"runtime"
	"strings"

	"yuzhou/shared/wire"
)

// attacks are bodies that somebody sends who has a password and wants the server to break.
var attacks = []struct {
	kind string
	body func() []byte
}{
	{"compressed bomb", func() []byte { return bomb(0x58) }},
	{"bomb with a huge window", func() []byte { return bomb(0xf8) }},
	{"huge body", func() []byte { return bytes.Repeat([]byte("x"), 4*wire.MaxBodyBytes) }},
	{"noise for a body", func() []byte { return []byte(strings.Repeat("noise", 1000)) }},
}

// bomb is a zstd frame of 16 KB that says 512 MB of nothing: each block is one byte that is to be repeated.
func bomb(window byte) []byte {
	const blocks, size, repeated = 4096, 128 << 10, 1
	b := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, window}
	for i := range blocks {
		head := size<<3 | repeated<<1
		if i == blocks-1 {
			head |= 1 // the last
		}
		b = append(b, byte(head), byte(head>>8), byte(head>>16), ' ')
	}
	return b
}

// mostForAttack is how many bytes the server may take for a request that it refuses, all in all (I12).
const mostForAttack = 128 << 20

// doAttack sends such a body under somebody's name. It is refused, nothing is written, and it costs little.
func (w *world) doAttack(l *laptop, s step) {
	account, err := l.r.Account()
	w.must(err)
	if account.Token == "" {
		return
	}
	a := of(s.R[0], attacks...)
	body := a.body()
	req, err := http.NewRequestWithContext(w.ctx, http.MethodPost, "http://localhost/api/v1/"+of(s.R[1], "push", "pull", "sums"), bytes.NewReader(body))
	w.must(err)
	req.Header.Set("Authorization", "Bearer "+account.Token)
	req.Header.Set("Content-Type", wire.ContentType)
	req.Header.Set(wire.HeaderDigest, wire.Digest(body))
	w.fault(a.kind)
	before := w.books.head
	var start, end runtime.MemStats
	runtime.ReadMemStats(&start)
	res, err := l.line.web.RoundTrip(req)
	runtime.ReadMemStats(&end)
	w.books.observe()
	if err == nil { // or the server hung up
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode < 400 || res.StatusCode > 499 {
			w.fail(stuck, "%s to %s is answered %d", a.kind, req.URL.Path, res.StatusCode)
		}
	}
	if w.books.head != before {
		w.fail(doubled, "%s to %s was written down: commit %d, before %d", a.kind, req.URL.Path, w.books.head, before)
	}
	if took := end.TotalAlloc - start.TotalAlloc; took > mostForAttack {
		w.fail(stuck, "%s to %s cost %d bytes of memory", a.kind, req.URL.Path, took)
	}
}
