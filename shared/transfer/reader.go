package transfer

import (
	"errors"
	"io"
	"time"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
)

// Options say how rows are read.
type Options struct {
	Lookup *crm.Lookup    // the dictionaries
	Zone   *time.Location // of times of day
}

// Why a row looks like an earlier one of the same file.
const (
	SameMobile = "mobile"
	SameName   = "name"
)

// Twin is an earlier line of the file with the same mobile number or the same name in another spelling.
type Twin struct {
	Line int
	Why  string // SameMobile or SameName
}

// Unknown is a word that no dictionary has. It is kept: the remark of the customer ends with it.
type Unknown struct {
	Field string // of customer
	Word  string
}

// Row is one customer of a file.
type Row struct {
	Line     int
	Cells    []string // as they stand in the file
	Customer schema.Values
	Contact  schema.Values // the main contact; nil when the file names none
	Owner    string        // as written: login or name
	Pool     string        // as written
	Key      string        // the same for the same content, in whatever format it comes
	Faults   []*fault.Fault
	Unknown  []Unknown
	Twin     *Twin
}

// Refused tells whether the row cannot be taken as it is.
func (r *Row) Refused() bool { return len(r.Faults) > 0 }

// Reader reads customers.
type Reader struct {
	table  *Table
	o      Options
	header Line
	cols   columns
	report Report
	counts tally
}

// NewReader finds the header line of a table: the first of its first lines that names columns of a customer.
func NewReader(t *Table, o Options) (*Reader, error) {
	if o.Lookup == nil {
		o.Lookup = crm.NewLookup(nil)
	}
	for seen := 0; seen < headerDepth; {
		line, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if line.Blank() {
			continue
		}
		seen++
		if cols, ok := findColumns(line.Cells); ok {
			r := &Reader{table: t, o: o, header: line, cols: cols, counts: newTally()}
			r.report.start(t, line, cols)
			return r, nil
		}
	}
	return nil, fault.New(fault.NoHeader)
}

// Header is the header line as it stands in the file.
func (r *Reader) Header() []string { return r.header.Cells }

// Format is the form of the file, in which refused rows are best written.
func (r *Reader) Format() Format { return r.table.Format }

// Next reads the next customer, refused or not; blank lines are counted and passed over. io.EOF after the last.
func (r *Reader) Next() (*Row, error) {
	for {
		line, err := r.table.Next()
		if err != nil {
			return nil, err
		}
		if line.Blank() {
			r.report.BlankRows++
			continue
		}
		p := parser{Reader: r, row: &Row{Line: line.Number, Cells: line.Cells, Customer: schema.Values{}}, raw: map[string]string{}}
		p.parse()
		r.counts.row(&r.report, p)
		return p.row, nil
	}
}

// Report is what was found so far; after the last row it is whole.
func (r *Reader) Report() Report { return r.counts.whole(r.report) }
