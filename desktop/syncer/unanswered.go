package syncer

import (
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"syscall"

	"yuzhou/shared/fault"
)

// errUnreached marks errors of requests that got no connection: not a byte of them left this machine for the server.
var errUnreached = errors.New("no connection")

// refusedOnWindows is what Windows says when no program listens; elsewhere no error has this number.
const refusedOnWindows = syscall.Errno(10061)

// unanswered says why there was no answer, as far as it can be told apart (SYNC-20): each cause has its own cure. All of
// them may pass by waiting, so all are tried again.
func unanswered(op, host string, err error) error {
	code := fault.Offline
	var name *net.DNSError
	var other x509.HostnameError
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		code = fault.UnknownHost
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, refusedOnWindows):
		code = fault.NotListening
	case errors.Is(err, http.ErrSchemeMismatch):
		code = fault.PlainServer
	case errors.As(err, &other):
		code = fault.CertName
	case errors.As(err, &unknown):
		code = fault.CertUnknown
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		code = fault.CertExpired
	case errors.As(err, &invalid):
		code = fault.CertUnknown
	}
	if code == fault.Offline {
		return offline(op, err)
	}
	return fault.New(code, "Host", host).Because(op, err)
}
