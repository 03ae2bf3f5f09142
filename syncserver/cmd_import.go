package main

import (
	"errors"
	"os"

	"yuzhou/shared/crm"
	"yuzhou/shared/schema"
	"yuzhou/shared/transfer"
)

// importCommand brings the customers of a file into the book.
type importCommand struct {
	folder
	File       string `arg:"" help:"arg_file"`
	Kind       string `help:"flag_import_kind" default:"customer" enum:"customer"`
	Owner      string `help:"flag_import_owner" placeholder:"LOGIN" xor:"to"`
	Pool       string `help:"flag_import_pool" placeholder:"NAME" xor:"to"`
	Duplicates string `help:"flag_import_duplicates" default:"mobile" enum:"mobile,skip,create"`
	Check      bool   `help:"flag_import_check"`
}

// What to do with a row that looks like a customer that is there, or like an earlier row.
const (
	skipMobile = "mobile" // leave out what has the same mobile number; the same name alone may be another company
	skipAll    = "skip"
	createAll  = "create"
)

// Run imports. It may be run again with the same file: what is there already is counted and left alone.
func (c importCommand) Run(s *session) error {
	file, err := os.Open(c.File)
	if err != nil {
		return wrong(err, "server.import.no_file", "File", c.File, "Detail", err.Error())
	}
	defer func() { _ = file.Close() }() // it was only read
	table, err := transfer.Open(file, transfer.UsualLimits())
	if err != nil {
		return inFile(err, c.File)
	}
	defer func() { _ = table.Close() }()
	return c.with(s, func(b *book) error {
		i, err := c.importer(b, table)
		if err != nil {
			return err
		}
		if err := errors.Join(i.run(), i.close()); err != nil {
			return inFile(err, c.File)
		}
		report := i.report()
		return b.result(report, func() { report.print(b.output) })
	})
}

// importer makes ready to read: the dictionaries, the people and the pools that rows name.
func (c importCommand) importer(b *book, table *transfer.Table) (*importer, error) {
	i := &importer{book: b, command: c, owners: map[string]string{}, pools: map[string]string{}, seen: map[string]bool{}}
	entries, e1 := b.list(crm.Dictionary)
	zone, e2 := b.zone()
	users, e3 := b.list(crm.User)
	pools, e4 := b.list(crm.Pool)
	owner, e5 := b.id(crm.User, c.Owner)
	pool, e6 := b.id(crm.Pool, c.Pool)
	if err := errors.Join(e1, e2, e3, e4, e5, e6); err != nil {
		return nil, err
	}
	i.owner, _ = owner.(string)
	i.pool, _ = pool.(string)
	index(i.owners, users, "name", "login")
	index(i.pools, pools, "name")
	var err error
	i.reader, err = transfer.NewReader(table, transfer.Options{Lookup: crm.NewLookup(entries), Zone: zone})
	return i, inFile(err, c.File)
}

// index makes records found by their id and by the named fields, the last field first. What two of them share finds
// neither; what is disabled is not found.
func index(into map[string]string, records []schema.Record, fields ...string) {
	for _, field := range append(fields, "") {
		count := map[string]int{}
		for _, r := range records {
			count[key(r, field)]++
		}
		for _, r := range records {
			if name := key(r, field); name != "" && count[name] == 1 && !r.Flag("disabled") {
				into[name] = r.ID
			}
		}
	}
}

func key(r schema.Record, field string) string {
	if field == "" {
		return r.ID
	}
	return r.Text(field)
}

// inFile says which file an error is about.
func inFile(err error, name string) error {
	if err == nil {
		return nil
	}
	var own *worded
	if errors.As(err, &own) {
		return err
	}
	return &fileError{name, err}
}

// fileError is an error about a file.
type fileError struct {
	name string
	err  error
}

// Error is the technical text.
func (f *fileError) Error() string { return f.name + ": " + f.err.Error() }

// Unwrap gives the cause, so that its fault is worded.
func (f *fileError) Unwrap() error { return f.err }
