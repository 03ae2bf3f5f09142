package transfer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"yuzhou/shared/fault"
)

// utf8Mark is the mark that Excel writes before UTF-8.
const utf8Mark = "\ufeff"

// openCSV finds out the encoding and the separator of a text table.
func openCSV(data []byte, limits Limits) (*Table, error) {
	text, encoding, err := decode(data)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, fault.New(fault.BadFile, "Reason", "binary")
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma = separator(text)
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	return &Table{Format: CSV, Encoding: encoding, lines: &csvLines{text: text, csv: r}, limits: limits}, nil
}

// decode turns the bytes into UTF-8. What is no valid UTF-8 is GB18030: that is what Excel and older programs write
// here, and it holds GBK and GB2312.
func decode(data []byte) (text []byte, encoding string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}), bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		text, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		encoding = "utf-16"
	case utf8.Valid(data):
		return bytes.TrimPrefix(data, []byte(utf8Mark)), "utf-8", nil
	default:
		text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		encoding = "gb18030"
	}
	if err != nil {
		return nil, "", fault.New(fault.BadFile, "Reason", "binary").Because("transfer", err)
	}
	// A text has hardly a character that its encoding does not know; a picture is full of them.
	if lost := bytes.Count(text, []byte("\ufffd")); lost > 10 && lost > len(text)/500 {
		return nil, "", fault.New(fault.BadFile, "Reason", "binary")
	}
	return text, encoding, nil
}

// separator is the most frequent of comma, tab and semicolon in the first lines.
func separator(text []byte) rune {
	head := string(text[:min(len(text), 4096)])
	best, most := ',', strings.Count(head, ",")
	for _, c := range []rune{'\t', ';'} {
		if n := strings.Count(head, string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// csvLines reads records and gives back the empty lines that encoding/csv passes over, for they are lines of the file.
type csvLines struct {
	text    []byte
	csv     *csv.Reader
	read    int64 // bytes of the records read so far
	line    int   // lines read so far
	waiting *Line // a record that follows empty lines
	blank   int   // empty lines still to give
}

func (c *csvLines) next() (Line, error) {
	if c.blank > 0 {
		c.blank--
		c.line++
		return Line{Number: c.line}, nil
	}
	if c.waiting != nil {
		line := *c.waiting
		c.waiting = nil
		c.line = line.Number + c.inside()
		return line, nil
	}
	cells, err := c.csv.Read()
	if err != nil {
		if errors.Is(err, io.EOF) {
			return Line{}, io.EOF
		}
		return Line{}, err
	}
	number, _ := c.csv.FieldPos(0)
	c.waiting, c.blank = &Line{Number: number, Cells: cells}, number-c.line-1
	return c.next()
}

// inside counts the line ends within the record that was read last: quoted cells may have several lines.
func (c *csvLines) inside() int {
	end := c.csv.InputOffset()
	record := bytes.TrimLeft(c.text[c.read:end], "\r\n")
	c.read = end
	return bytes.Count(bytes.TrimRight(record, "\r\n"), []byte("\n"))
}

func (c *csvLines) close() error { return nil }
