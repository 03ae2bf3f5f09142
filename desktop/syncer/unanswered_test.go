package syncer

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// certificate makes one for a name, signed by itself, good from noon of the tests on for a while.
func certificate(t *testing.T, name string, from, to time.Time) tls.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: from, NotAfter: to,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	text, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(text)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{text}, PrivateKey: private, Leaf: parsed}
}

// TestUnanswered (SYNC-20): each reason for no answer has a code of its own, and so words and a cure; all are tried again,
// and as nothing was sent, what waits can still be undone.
func TestUnanswered(t *testing.T) {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	secure := func(cert tls.Certificate) string {
		web := httptest.NewUnstartedServer(hello)
		web.Config.ErrorLog = nil
		web.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
		web.StartTLS()
		t.Cleanup(web.Close)
		return web.URL
	}
	plain := httptest.NewServer(hello)
	t.Cleanup(plain.Close)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + nobody.Addr().String()
	if err := nobody.Close(); err != nil {
		t.Fatal(err)
	}
	good := certificate(t, "crm.example.com", noon.AddDate(0, 0, -1), noon.AddDate(0, 0, 1))
	old := certificate(t, "crm.example.com", noon.AddDate(-1, 0, 0), noon.AddDate(0, 0, -1))
	for name, c := range map[string]struct {
		address string
		trusted *x509.Certificate
		dialed  error
		code    fault.Code
	}{
		"nobody listens":          {address: closed, code: fault.NotListening},
		"https to a plain server": {address: strings.Replace(plain.URL, "http:", "https:", 1), code: fault.PlainServer},
		"signed by itself":        {address: secure(good), code: fault.CertUnknown},
		"for another name":        {address: secure(good), trusted: good.Leaf, code: fault.CertName},
		"expired":                 {address: secure(old), trusted: old.Leaf, code: fault.CertExpired},
		"unknown name":            {address: closed, dialed: &net.DNSError{Err: "no such host", Name: "crm.example", IsNotFound: true}, code: fault.UnknownHost},
		"no network":              {address: closed, dialed: &net.DNSError{Err: "server misbehaving", Name: "crm.example"}, code: fault.Offline},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStation(t)
			r, y := laptop(t, s)
			once(t, y)
			edit(t, r, 3)
			roots := x509.NewCertPool()
			if c.trusted != nil {
				roots.AddCert(c.trusted)
			}
			transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Time: func() time.Time { return noon }, ServerName: serverName(c.code)}}
			if c.dialed != nil {
				transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
					return nil, &net.OpError{Op: "dial", Net: "tcp", Err: c.dialed}
				}
			}
			t.Cleanup(transport.CloseIdleConnections)
			account, err := r.Account()
			if err != nil {
				t.Fatal(err)
			}
			account.Address = c.address
			if err := r.SetAccount(account); err != nil {
				t.Fatal(err)
			}
			z, err := New(r, Options{Client: &http.Client{Transport: transport}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(z.Close)
			_, err = z.Once(t.Context())
			want(t, "code", fault.CodeOf(err), c.code)
			want(t, "tried again", passing(err), true)
			want(t, "offline", z.Status().Online, false)
			if c.code != fault.Offline && fault.Of(err).Params["Host"] != "127.0.0.1" {
				t.Fatalf("the words lack the host: %v", fault.Of(err).Params)
			}
			entries, err := r.Outbox()
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				want(t, "state", e.State, replica.Waiting)
				want(t, "tries", e.Tries, 0)
			}
			if err := r.Undo(entries[0].Mutation.ID); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// serverName has the certificate of the right name looked at for all but the test of the wrong one.
func serverName(code fault.Code) string {
	if code == fault.CertName {
		return ""
	}
	return "crm.example.com"
}

// TestBatches: pushes have at most 500 mutations and 1 MB, in order; what comes after one that fails is not counted as sent.
func TestBatches(t *testing.T) {
	var all []replica.Outgoing
	for range 1200 {
		all = append(all, replica.Outgoing{Text: []byte("{}")})
	}
	for range 12 {
		all = append(all, replica.Outgoing{Text: make([]byte, 200<<10)})
	}
	var sizes []int
	for _, b := range batches(all) {
		sizes = append(sizes, len(b))
	}
	want(t, "batches", len(sizes), 5)
	want(t, "first", sizes[0], 500)
	want(t, "third", sizes[2], 205) // five big ones beside the small
	want(t, "fourth", sizes[3], 5)

	s := newStation(t)
	r, y := laptop(t, s)
	once(t, y)
	edit(t, r, 1200)
	pushes := 0
	s.answer = func(_ http.ResponseWriter, req *http.Request, _ []change.Mutation) bool {
		if req.URL.Path == wire.PathPush {
			if pushes++; pushes == 2 {
				panic(http.ErrAbortHandler)
			}
		}
		return false
	}
	_, err := y.Once(t.Context())
	want(t, "cut", fault.CodeOf(err), fault.Offline)
	entries, err := r.Outbox()
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]int{}
	for _, e := range entries {
		states[e.State]++
	}
	want(t, "answered", states[replica.Answered], 500)
	want(t, "sent, perhaps", states[replica.Sent], 500)
	want(t, "never sent", states[replica.Waiting], 200)
	once(t, y)
	want(t, "arrived", len(s.got), 1200)
}
