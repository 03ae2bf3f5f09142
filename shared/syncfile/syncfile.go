// Package syncfile is the file in which a laptop that never meets the network sends its changes to the server, and the one
// in which the answer comes back (SYNC-15): the requests of the sync protocol, and their answers, one after the other.
//
// A file is one line that says what it is, one with its head, and sealed frames. Each frame is sealed with AES-256-GCM
// under its number and whether it is the last, with a key that is drawn (HKDF-SHA256, a salt for each file) from what only
// the laptop and the server know: the hash of the device's token. So nobody else reads a file, changes it, cuts it or makes
// one, and after the next login of the device the files of the last one open nothing.
package syncfile

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"

	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Extension is that of both files.
const Extension = ".yuzhou-sync"

// magic begins every file; the number is that of this form.
const magic = "yuzhou-sync 1\n"

// Way is which way a file goes.
type Way string

// The two ways.
const (
	Request Way = "request" // from a laptop to the server
	Answer  Way = "answer"  // back
)

// Head is what everybody may read of a file. It is sealed too: a changed head opens no frame.
type Head struct {
	Way    Way    `json:"way"`
	ID     string `json:"id"`     // UUIDv7 of the request; its answer has the same
	Device string `json:"device"` // of the laptop, as the server knows it
	Made   int64  `json:"made"`   // Unix ms by the clock of who made it: shown, never decided by
	Salt   []byte `json:"salt"`
	Proof  []byte `json:"proof"` // tells a wrong key from a damaged file
}

// Part is one request, or the answer to one.
type Part struct {
	Path   string `json:"path"`
	Type   string `json:"type"`             // Content-Type
	Digest string `json:"digest,omitempty"` // of the body, as the protocol sends it beside it
	Token  string `json:"token,omitempty"`  // of the device; on the first part of a request
	Epoch  string `json:"epoch,omitempty"`  // of the server; on answers
	Status int    `json:"status,omitempty"` // HTTP; on answers
	// Cursor and Page say which question an answer to a pull answers: the cursor and the token that it had.
	Cursor string `json:"cursor,omitempty"`
	Page   string `json:"page,omitempty"`
	Body   []byte `json:"-"`
}

// Secret is what laptop and server both know of a device's token: the form in which the server keeps it.
func Secret(token string) string { return wire.Digest([]byte(token)) }

// The sizes of a file's parts, in bytes.
const (
	saltBytes  = 32
	keyBytes   = 32
	proofBytes = 16
	maxHead    = 1 << 10
	// maxPart bounds a frame: a page as a laptop reads it is at most so long before compression.
	maxPart = wire.MaxPageBytes
)

// draw draws key and proof of a file.
func draw(head Head, secret string) (key, proof []byte, err error) {
	all, err := hkdf.Key(sha256.New, []byte(secret), head.Salt, "yuzhou sync file "+string(head.Way), keyBytes+proofBytes)
	if err != nil {
		return nil, nil, err
	}
	return all[:keyBytes], all[keyBytes:], nil
}

// seal numbers and seals frames, or opens them.
type seal struct {
	cipher.AEAD

	bound []byte // what every frame is bound to: the hash of the head
	count uint64
}

func newSeal(key, headLine []byte) (*seal, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(headLine)
	return &seal{AEAD: aead, bound: sum[:]}, nil
}

// nonce is the number of the next frame, and whether it is the last. A key seals one file, so none is used twice.
func (s *seal) nonce(last bool) []byte {
	nonce := make([]byte, s.NonceSize())
	binary.BigEndian.PutUint64(nonce, s.count)
	s.count++
	if last {
		nonce[len(nonce)-1] = 1
	}
	return nonce
}

func bad(what string, err error) error {
	return fault.New(fault.BadSyncFile, "What", what).Because("sync file", err)
}
