package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
	"yuzhou/shared/transfer"
	"yuzhou/syncserver/hub"
)

// importer carries the rows of one file to the hub, and those that cannot be taken into files beside it.
type importer struct {
	*book
	command importCommand
	reader  *transfer.Reader
	owner   string // for all rows, when said
	pool    string
	owners  map[string]string // login or name → id
	pools   map[string]string // name → id

	waiting []*transfer.Row
	seen    map[string]bool // keys of rows of this file
	counts  importCounts
	refused *aside
	twins   *aside
}

// chunk is how many rows go to the hub at once.
const chunk = 2000

// run reads the file to its end.
func (i *importer) run() error {
	for {
		row, err := i.reader.Next()
		if errors.Is(err, io.EOF) {
			return i.flush()
		}
		if err != nil {
			return err
		}
		if row.Refused() {
			if err := i.refuse(row); err != nil {
				return err
			}
			continue
		}
		if i.waiting = append(i.waiting, row); len(i.waiting) == chunk {
			if err := i.flush(); err != nil {
				return err
			}
		}
	}
}

// flush imports the rows that wait.
func (i *importer) flush() error {
	rows := i.waiting
	i.waiting = nil
	var taken []*transfer.Row
	var send []hub.ImportRow
	for _, row := range rows {
		in, problem := i.placed(row)
		if problem != nil {
			i.counts.late(problem)
			if err := i.refuse(row, problem); err != nil {
				return err
			}
			continue
		}
		taken, send = append(taken, row), append(send, in)
	}
	if i.command.Check || len(send) == 0 {
		return nil
	}
	verdicts, err := i.send(send)
	if err != nil {
		return err
	}
	for n, verdict := range verdicts {
		if err := i.settle(taken[n], verdict); err != nil {
			return err
		}
	}
	i.progress()
	return nil
}

// progress tells a person who waits how far it is.
func (i *importer) progress() {
	if rows := i.reader.Report().Rows; rows >= 2*chunk && !i.json {
		i.note("server.import.progress", "Rows", rows)
	}
}

// send gives rows to the hub. A row that is left out although only its name is that of another customer goes again,
// when names alone do not count.
func (i *importer) send(rows []hub.ImportRow) ([]hub.ImportVerdict, error) {
	verdicts, err := i.hub.Import(i, hub.System, rows)
	if err != nil || i.command.Duplicates != skipMobile {
		return verdicts, err
	}
	var again []hub.ImportRow
	var places []int
	for n, v := range verdicts {
		if v.Verdict == hub.ImportDuplicate && !slices.ContainsFunc(v.Like, func(l hub.Likeness) bool { return l.Why == transfer.SameMobile }) {
			rows[n].KeepDuplicate = true
			again, places = append(again, rows[n]), append(places, n)
		}
	}
	if len(again) == 0 {
		return verdicts, nil
	}
	second, err := i.hub.Import(i, hub.System, again)
	for n, v := range second {
		verdicts[places[n]] = v
	}
	return verdicts, err
}

// placed says where a row goes: to the owner or pool of the command line, else to those that the row names.
func (i *importer) placed(row *transfer.Row) (hub.ImportRow, *fault.Fault) {
	in := hub.ImportRow{
		Key: row.Key, Customer: row.Customer, Contact: row.Contact, Owner: i.owner, Pool: i.pool,
		KeepDuplicate: i.command.Duplicates == createAll,
	}
	switch {
	case in.Owner != "" || in.Pool != "":
	case row.Owner != "":
		in.Owner = i.owners[row.Owner]
		if in.Owner == "" {
			return in, fault.New(fault.BadReference, "Word", row.Owner).About(crm.Holding.Name, "owner")
		}
	case row.Pool != "":
		in.Pool = i.pools[row.Pool]
		if in.Pool == "" {
			return in, fault.New(fault.BadReference, "Word", row.Pool).About(crm.Holding.Name, "pool")
		}
	default:
		// Nobody said where it belongs; a pool that everybody claims from is no place to guess.
		return in, fault.New(fault.Required).About(crm.Holding.Name, "owner")
	}
	return in, nil
}

// settle counts what became of a row.
func (i *importer) settle(row *transfer.Row, v hub.ImportVerdict) error {
	defer func() { i.seen[row.Key] = true }()
	byMobile := slices.ContainsFunc(v.Like, func(l hub.Likeness) bool { return l.Why == transfer.SameMobile })
	switch {
	case v.Verdict == hub.ImportRefused:
		problem := v.Fault
		if problem == nil {
			problem = fault.New(fault.Internal)
		}
		i.counts.late(problem)
		return i.refuse(row, problem)
	case v.Verdict == hub.ImportCreated:
		i.counts.Applied++
		if len(v.Like) > 0 {
			i.counts.AppliedDespite++
		}
	case v.Verdict == hub.ImportSame && i.seen[row.Key]:
		i.counts.Repeated++
	case v.Verdict == hub.ImportSame:
		i.counts.AlreadyImported++
	case byMobile:
		i.counts.DuplicateMobile++
		return i.leaveOut(row, v)
	default:
		i.counts.DuplicateName++
		return i.leaveOut(row, v)
	}
	return nil
}

// refuse writes a row with what is wrong with it into the file beside the input.
func (i *importer) refuse(row *transfer.Row, problems ...*fault.Fault) error {
	if i.refused == nil {
		i.refused = i.aside("refused", i.words())
	}
	return i.refused.add(row, problems...)
}

// leaveOut writes a row that was left out, with the customer it looks like, into another file beside the input.
func (i *importer) leaveOut(row *transfer.Row, v hub.ImportVerdict) error {
	if i.twins == nil {
		words := i.words()
		words.FieldName = func(f *fault.Fault) string { return f.Field }
		words.Say = func(f *fault.Fault) string { return f.Params["Text"] }
		i.twins = i.aside("duplicates", words)
	}
	var said []*fault.Fault
	for _, l := range v.Like {
		field := crm.Customer.Title
		if l.Why == transfer.SameMobile {
			field = transfer.SameMobile
		}
		text := i.T("server.import.like", "Name", l.Name, "Why", i.label(crm.Customer.Name, field))
		said = append(said, fault.New(fault.Exists, "Text", text).About(crm.Customer.Name, i.label(crm.Customer.Name, field)))
	}
	return i.twins.add(row, said...)
}

func (i *importer) words() transfer.RefusedWords {
	return transfer.RefusedWords{
		Line: i.T("server.import.line"), Field: i.T("server.import.field"), Reason: i.T("server.import.reason"),
		FieldName: func(f *fault.Fault) string { return i.label(f.Kind, f.Field) },
		Say:       func(f *fault.Fault) string { return strings.SplitN(i.fault(f.About("", "")), "\n", 2)[0] },
	}
}

// close ends the files beside the input.
func (i *importer) close() error { return errors.Join(i.refused.close(), i.twins.close()) }

// aside is a file beside the input, made when its first row comes.
type aside struct {
	path   string
	file   *os.File
	writer *transfer.RefusedWriter
	err    error
}

func (i *importer) aside(what string, words transfer.RefusedWords) *aside {
	path := transfer.RefusedPath(i.command.File, i.reader.Format())
	a := &aside{path: strings.Replace(path, ".refused.", "."+what+".", 1)}
	// Only this user may read it: the rows are customers.
	a.file, a.err = os.OpenFile(a.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if a.err != nil {
		return a
	}
	a.writer, a.err = transfer.NewRefusedWriter(a.file, i.reader.Format(), i.reader.Header(), words)
	return a
}

func (a *aside) add(row *transfer.Row, problems ...*fault.Fault) error {
	if a.err != nil {
		return wrong(a.err, "server.import.no_write", "File", a.path, "Detail", a.err.Error())
	}
	return a.writer.Add(row, problems...)
}

func (a *aside) close() error {
	if a == nil || a.file == nil {
		return nil
	}
	var err error
	if a.writer != nil {
		err = a.writer.Close()
	}
	if err = errors.Join(err, a.file.Close()); err != nil {
		return fmt.Errorf("import: %s: %w", a.path, err)
	}
	return nil
}

func (a *aside) name() string {
	if a == nil {
		return ""
	}
	return a.path
}
