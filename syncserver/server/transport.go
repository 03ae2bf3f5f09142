package server

import (
	"crypto/tls"
	"net"

	"yuzhou/shared/fault"
)

// transport decides how the server may speak: with TLS when it is given a certificate, in the clear on this machine
// alone. Passwords and customers do not cross a network that others read.
func transport(config Config) (*tls.Config, error) {
	host, _, err := net.SplitHostPort(config.Listen)
	if err != nil {
		return nil, fault.New(fault.BadAddress, "Address", config.Listen).Because("server", err)
	}
	if config.CertFile == "" && config.KeyFile == "" {
		if !loopback(host) {
			return nil, fault.New(fault.InsecureAddress, "Address", config.Listen)
		}
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(config.CertFile, config.KeyFile)
	if err != nil {
		return nil, fault.New(fault.BadFile, "Reason", err.Error(), "File", config.CertFile).Because("server", err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
}

// loopback tells whether a host to listen on is this machine and nothing else. A name but localhost is not: what it
// means is decided elsewhere.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// localAddress writes localhost as the address that we take it for. Whoever answers for names could mean another one.
func localAddress(listen string) string {
	if host, port, err := net.SplitHostPort(listen); err == nil && host == "localhost" {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}
