package syncfile

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"io"
)

// Writer writes a file. One that was not closed is no file: whoever reads it finds it cut.
type Writer struct {
	out  io.Writer
	seal *seal
}

// NewWriter begins a file; Salt and Proof of the head are made here.
func NewWriter(out io.Writer, head Head, secret string) (*Writer, error) {
	head.Salt = make([]byte, saltBytes)
	if _, err := rand.Read(head.Salt); err != nil {
		return nil, err
	}
	key, proof, err := draw(head, secret)
	if err != nil {
		return nil, err
	}
	head.Proof = proof
	line, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	s, err := newSeal(key, line)
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(out, magic+string(line)+"\n"); err != nil {
		return nil, err
	}
	return &Writer{out, s}, nil
}

// Put appends a part.
func (w *Writer) Put(p Part) error {
	line, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return w.frame(append(append(line, '\n'), p.Body...), false)
}

// Close ends the file, not what it is written to.
func (w *Writer) Close() error { return w.frame(nil, true) }

func (w *Writer) frame(plain []byte, last bool) error {
	sealed := w.seal.Seal(make([]byte, 4, 4+len(plain)+w.seal.Overhead()), w.seal.nonce(last), plain, w.seal.bound)
	binary.BigEndian.PutUint32(sealed, uint32(len(sealed)-4)) //nolint:gosec // far below 4 GiB
	_, err := w.out.Write(sealed)
	return err
}
