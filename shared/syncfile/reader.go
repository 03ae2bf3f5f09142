package syncfile

import (
	"bufio"
	"bytes"
	"crypto/subtle"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"

	"yuzhou/shared/fault"
)

// Reader reads a file.
type Reader struct {
	Head Head

	in   *bufio.Reader
	seal *seal
}

// Open begins to read a file: BAD_SYNC_FILE if it is none. secret finds what is known of the token of the device that the
// head names; SYNC_FILE_LOGIN: the file was made under another login.
func Open(in io.Reader, secret func(Head) (string, error)) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(in, 64<<10)}
	line, err := r.head()
	if err != nil {
		return nil, err
	}
	known, err := secret(r.Head)
	if err != nil {
		return nil, err
	}
	key, proof, err := draw(r.Head, known)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(proof, r.Head.Proof) != 1 {
		return nil, fault.New(fault.SyncFileLogin)
	}
	r.seal, err = newSeal(key, line)
	return r, err
}

// head reads the two lines that everybody may read, and gives the second as it stands there.
func (r *Reader) head() ([]byte, error) {
	begin := make([]byte, len(magic))
	if _, err := io.ReadFull(r.in, begin); err != nil {
		return nil, bad("head", err)
	}
	line, err := r.in.ReadSlice('\n')
	switch {
	case err != nil:
		return nil, bad("head", err)
	case string(begin) != magic || len(line) > maxHead:
		return nil, bad("head", nil)
	}
	line = bytes.Clone(line[:len(line)-1])
	if err := json.Unmarshal(line, &r.Head); err != nil {
		return nil, bad("head", err)
	}
	if len(r.Head.Salt) != saltBytes || r.Head.Way != Request && r.Head.Way != Answer {
		return nil, bad("head", nil)
	}
	return line, nil
}

// Next gives the next part, and io.EOF at the end that the writer made. What was changed, cut or added to is
// BAD_SYNC_FILE; parts before that place are as they were written.
func (r *Reader) Next() (Part, error) {
	plain, last, err := r.frame()
	if err != nil {
		return Part{}, err
	}
	if last {
		if _, err := r.in.ReadByte(); !errors.Is(err, io.EOF) {
			return Part{}, bad("end", err)
		}
		return Part{}, io.EOF
	}
	line, body, _ := bytes.Cut(plain, []byte("\n"))
	var p Part
	if err := json.Unmarshal(line, &p); err != nil {
		return Part{}, bad("part", err)
	}
	p.Body = body
	return p, nil
}

// frame opens the next frame. Only the last one is empty.
func (r *Reader) frame() (plain []byte, last bool, err error) {
	var size [4]byte
	if _, err := io.ReadFull(r.in, size[:]); err != nil {
		return nil, false, bad("cut", io.ErrUnexpectedEOF) // io.EOF would be the end that the writer made
	}
	length := int64(binary.BigEndian.Uint32(size[:]))
	if length > maxPart+int64(r.seal.Overhead()) {
		return nil, false, bad("length", nil)
	}
	// As much memory as there is file: a length alone takes none.
	sealed, err := io.ReadAll(io.LimitReader(r.in, length))
	if err != nil || int64(len(sealed)) != length {
		return nil, false, bad("cut", err)
	}
	last = length == int64(r.seal.Overhead())
	if plain, err = r.seal.Open(nil, r.seal.nonce(last), sealed, r.seal.bound); err != nil {
		return nil, false, bad("seal", err)
	}
	return plain, last, nil
}
