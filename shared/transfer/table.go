// Package transfer reads the tables that companies keep (XLSX, CSV) into customers, and writes those rows that could not
// be taken, so that a person mends them and imports them again. It decides nothing about rights, owners or numbers.
package transfer

import (
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"yuzhou/shared/fault"
)

// Limits bound what a file may make us do. A file beyond them is refused whole, with TOO_LARGE.
type Limits struct {
	Bytes    int64 // of the file
	Unzipped int64 // of everything inside an XLSX
	Rows     int   // with content, over the header included
	Columns  int
	Cell     int // characters
}

// UsualLimits are what the programs allow.
func UsualLimits() Limits {
	return Limits{Bytes: 64 << 20, Unzipped: 512 << 20, Rows: 200_000, Columns: 256, Cell: 32_767}
}

// Format is the form of a file.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Line is one line of a table. A blank line has no cells.
type Line struct {
	Number int // as the program shows it that the file comes from, the first is 1
	Cells  []string
}

// Blank tells whether nothing is written in a line.
func (l Line) Blank() bool {
	return !slices.ContainsFunc(l.Cells, func(c string) bool { return strings.TrimSpace(c) != "" })
}

// Table gives the lines of a file one after the other.
type Table struct {
	Format   Format
	Encoding string // of a CSV: utf-8, utf-16 or gb18030
	lines    source
	limits   Limits
	rows     int
	from1904 bool // serial dates count from 1904: the file comes from an old Mac
}

// source is a file that is read line by line.
type source interface {
	next() (Line, error) // io.EOF after the last
	close() error
}

// Open looks at the content, not at a name, and begins to read. The file is held in memory as it is, its rows are not.
func Open(r io.Reader, limits Limits) (*Table, error) {
	data, err := io.ReadAll(io.LimitReader(r, limits.Bytes+1))
	if err != nil {
		return nil, fault.New(fault.BadFile, "Reason", "read").Because("transfer", err)
	}
	switch {
	case int64(len(data)) > limits.Bytes:
		return nil, fault.New(fault.TooLarge, "Limit", limits.Bytes)
	case len(data) == 0:
		return nil, fault.New(fault.BadFile, "Reason", "empty")
	case strings.HasPrefix(string(data[:min(8, len(data))]), "\xd0\xcf\x11\xe0"):
		// The old binary format, and every workbook with a password, begin like this.
		return nil, fault.New(fault.BadFile, "Reason", "xls")
	case strings.HasPrefix(string(data[:min(4, len(data))]), "PK\x03\x04"):
		return openXLSX(data, limits)
	}
	return openCSV(data, limits)
}

// Next gives the next line; io.EOF after the last.
func (t *Table) Next() (Line, error) {
	line, err := t.lines.next()
	if err != nil {
		var known *fault.Fault
		if errors.Is(err, io.EOF) || errors.As(err, &known) {
			return Line{}, err
		}
		return Line{}, fault.New(fault.BadFile, "Reason", "damaged").Because("transfer", err)
	}
	for len(line.Cells) > 0 && line.Cells[len(line.Cells)-1] == "" {
		line.Cells = line.Cells[:len(line.Cells)-1]
	}
	if line.Blank() {
		return Line{Number: line.Number}, nil
	}
	if t.rows++; t.rows > t.limits.Rows+1 {
		return Line{}, fault.New(fault.TooLarge, "Limit", t.limits.Rows)
	}
	if len(line.Cells) > t.limits.Columns {
		return Line{}, fault.New(fault.TooLarge, "Limit", t.limits.Columns, "Line", line.Number)
	}
	for _, cell := range line.Cells {
		if len(cell) > t.limits.Cell && utf8.RuneCountInString(cell) > t.limits.Cell {
			return Line{}, fault.New(fault.TooLarge, "Limit", t.limits.Cell, "Line", line.Number)
		}
	}
	return line, nil
}

// Close lets go of the file.
func (t *Table) Close() error { return t.lines.close() }
