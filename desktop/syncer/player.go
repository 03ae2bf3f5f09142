package syncer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"yuzhou/shared/fault"
	"yuzhou/shared/syncfile"
	"yuzhou/shared/wire"
)

// player is the network of a sync file: it answers requests with what the file holds.
type player struct {
	file *syncfile.Reader
	next *syncfile.Part // was looked at and not yet used
	err  error          // what is wrong with the file
}

// at tells whether the next part answers a request to a path.
func (p *player) at(path string) bool {
	part, err := p.look()
	return err == nil && part.Path == path
}

func (p *player) look() (*syncfile.Part, error) {
	if p.next == nil && p.err == nil {
		part, err := p.file.Next()
		if errors.Is(err, io.EOF) {
			err = fault.New(fault.SyncFileStale)
		}
		p.next, p.err = &part, err
	}
	return p.next, p.err
}

// RoundTrip implements http.RoundTripper. Pages that the replica has from an earlier try are passed over.
func (p *player) RoundTrip(req *http.Request) (*http.Response, error) {
	var ask wire.Pull
	if req.URL.Path == wire.PathPull {
		if err := json.NewDecoder(req.Body).Decode(&ask); err != nil {
			return nil, err
		}
	}
	for {
		part, err := p.look()
		if err != nil {
			return nil, err
		}
		p.next = nil
		if part.Path != req.URL.Path || part.Cursor != ask.Cursor || part.Page != ask.Token {
			continue
		}
		header := http.Header{}
		header.Set("Content-Type", part.Type)
		header.Set(wire.HeaderDigest, part.Digest)
		header.Set(wire.HeaderEpoch, part.Epoch)
		return &http.Response{
			StatusCode: part.Status, Header: header, Body: io.NopCloser(bytes.NewReader(part.Body)), ContentLength: int64(len(part.Body)), Request: req,
		}, nil
	}
}
