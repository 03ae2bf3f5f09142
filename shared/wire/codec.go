package wire

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"

	"yuzhou/shared/fault"
)

// window bounds the memory a peer can make us take for one stream.
const window = 8 << 20

// Writer writes JSON lines into one compressed body and takes its digest.
type Writer struct {
	buf  bytes.Buffer
	zip  *zstd.Encoder
	json *json.Encoder
	size int
}

// encoders keeps encoders that are done: each takes more than a megabyte, and most bodies are one line that says that there
// is nothing new. The fastest level: the next one takes half as much time again and saves nothing on our rows, in which
// it is the ids that take the room.
var encoders = sync.Pool{New: func() any {
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	if err != nil { // options are constants
		panic(err)
	}
	return zip
}}

// NewWriter starts a body.
func NewWriter() *Writer {
	w := &Writer{}
	w.zip, _ = encoders.Get().(*zstd.Encoder)
	w.zip.Reset(&w.buf)
	w.json = json.NewEncoder(countWriter{w.zip, &w.size})
	w.json.SetEscapeHTML(false)
	return w
}

type countWriter struct {
	w io.Writer
	n *int
}

func (c countWriter) Write(p []byte) (int, error) {
	*c.n += len(p)
	return c.w.Write(p)
}

// Line appends one message.
func (w *Writer) Line(message any) error { return w.json.Encode(message) }

// Raw appends one message that is JSON on one line already: rows go from the store to the wire as they are kept.
// It may write into the spare capacity of line.
func (w *Writer) Raw(line []byte) error {
	_, err := countWriter{w.zip, &w.size}.Write(append(line, '\n'))
	return err
}

// Size is the number of bytes written so far, before compression.
func (w *Writer) Size() int { return w.size }

// Close ends the body, once, and gives it with its digest (hex SHA-256 of the compressed bytes).
func (w *Writer) Close() (body []byte, digest string, err error) {
	if err := w.zip.Close(); err != nil {
		return nil, "", err
	}
	encoders.Put(w.zip)
	w.zip = nil
	return w.buf.Bytes(), Digest(w.buf.Bytes()), nil
}

// Digest is the hex SHA-256 of a body, sent beside it and checked before anything is parsed.
func Digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Reader reads the JSON lines of one body, never more than limit bytes after decompression.
type Reader struct {
	zip   *zstd.Decoder
	lines *bufio.Reader
	left  int64
	limit int64
	guess int // how much there may be
}

// NewReader starts to read a body. Close must be called.
func NewReader(body []byte, limit int64) (*Reader, error) {
	zip, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(window), zstd.WithDecoderMaxMemory(uint64(limit)+window))
	if err != nil {
		return nil, fault.New(fault.Malformed, "What", "compression").Because("wire", err)
	}
	return &Reader{zip: zip, lines: bufio.NewReaderSize(zip, 64<<10), left: limit, limit: limit, guess: min(8*len(body), 4<<20)}, nil
}

// Next reads one line into message; io.EOF after the last.
func (r *Reader) Next(message any) error {
	line, err := r.line()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(line, message); err != nil {
		return fault.New(fault.Malformed, "What", "line").Because("wire", err)
	}
	return nil
}

// Line reads one line as it is, with its line break; io.EOF after the last. The bytes are valid until the next call.
// It is for readers that know a narrower way than encoding/json.
func (r *Reader) Line() ([]byte, error) { return r.line() }

// Rest reads all that is left, lines with their breaks. It is for readers that want the last line before the others.
func (r *Reader) Rest() (string, error) {
	var text strings.Builder
	text.Grow(r.guess)
	n, err := io.Copy(&text, io.LimitReader(r.lines, r.left+1))
	if r.left -= n; r.left < 0 {
		return "", fault.New(fault.TooLarge, "Limit", r.limit)
	}
	if err != nil {
		return "", r.broken(err)
	}
	return text.String(), nil
}

func (r *Reader) broken(err error) error {
	if errors.Is(err, zstd.ErrDecoderSizeExceeded) || errors.Is(err, zstd.ErrWindowSizeExceeded) {
		return fault.New(fault.TooLarge, "Limit", r.limit)
	}
	return fault.New(fault.Malformed, "What", "compression").Because("wire", err)
}

func (r *Reader) line() ([]byte, error) {
	var long []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		if r.left -= int64(len(part)); r.left < 0 {
			return nil, fault.New(fault.TooLarge, "Limit", r.limit)
		}
		switch {
		case err == nil && long == nil:
			return part, nil
		case err == nil:
			return append(long, part...), nil
		case errors.Is(err, bufio.ErrBufferFull):
			long = append(long, part...)
		case errors.Is(err, io.EOF) && len(long)+len(part) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			return nil, fault.New(fault.Malformed, "What", "cut line")
		default:
			return nil, r.broken(err)
		}
	}
}

// Close frees the decoder.
func (r *Reader) Close() { r.zip.Close() }

// ReadPage reads the body of one page of a pull: all its lines, and the End that closes them. One that was cut before its End
// is MALFORMED: nothing of it may be applied.
func ReadPage(body []byte) (text string, end End, err error) {
	in, err := NewReader(body, MaxPageBytes)
	if err != nil {
		return "", End{}, err
	}
	defer in.Close()
	if text, err = in.Rest(); err != nil {
		return "", End{}, err
	}
	var last Frame
	line := text[strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n')+1:]
	if !strings.HasSuffix(line, "\n") || json.Unmarshal([]byte(line), &last) != nil || last.End == nil {
		return "", End{}, fault.New(fault.Malformed, "What", "page without end")
	}
	return text, *last.End, nil
}
