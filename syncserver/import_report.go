package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"yuzhou/shared/fault"
	"yuzhou/shared/transfer"
)

// importCounts are what became of the rows that could be read.
type importCounts struct {
	Applied         int `json:"applied"`          // customers that were made
	AlreadyImported int `json:"already_imported"` // skipped: this very row came before
	Repeated        int `json:"repeated"`         // skipped: the same line stands earlier in this file
	DuplicateMobile int `json:"duplicate_mobile"` // left out: a customer with this mobile number is there
	DuplicateName   int `json:"duplicate_name"`   // left out: a customer with this name is there
	AppliedDespite  int `json:"applied_despite"`  // of Applied: made although they look like another customer

	refused int            // by us or the hub, beyond what reading refused
	reasons map[string]int // of those
}

// late counts a row that reads well and is refused all the same.
func (c *importCounts) late(f *fault.Fault) {
	if c.reasons == nil {
		c.reasons = map[string]int{}
	}
	c.refused++
	c.reasons[f.Field+" "+string(f.Code)]++
}

// importReport is what an import did.
type importReport struct {
	File string `json:"file"`
	transfer.Report
	importCounts
	RefusedFile    string `json:"refused_file,omitempty"`
	DuplicatesFile string `json:"duplicates_file,omitempty"`
	Checked        bool   `json:"checked_only,omitempty"` // nothing was imported
}

// report joins what reading found and what became of it.
func (i *importer) report() importReport {
	r := importReport{
		File: i.command.File, Report: i.reader.Report(), importCounts: i.counts, Checked: i.command.Check,
		RefusedFile: i.refused.name(), DuplicatesFile: i.twins.name(),
	}
	r.Accepted -= r.refused
	r.Refused += r.refused
	if len(r.reasons) > 0 {
		r.Reasons = maps.Clone(r.Reasons)
		if r.Reasons == nil {
			r.Reasons = map[string]int{}
		}
		for reason, n := range r.reasons {
			r.Reasons[reason] += n
		}
	}
	return r
}

// print shows the report to a person.
func (r importReport) print(o *output) {
	o.say("server.import.head", "File", r.File, "Format", strings.ToUpper(string(r.Format)), "Encoding", r.Encoding, "Line", r.HeaderLine)
	if len(r.Unmapped) > 0 {
		o.say("server.import.unmapped", "Columns", strings.Join(r.Unmapped, ", "))
	}
	var rows [][]string
	for _, line := range []struct {
		key string
		n   int
	}{
		{"rows", r.Rows},
		{"blank_rows", r.BlankRows},
		{"applied", r.Applied},
		{"already_imported", r.AlreadyImported},
		{"repeated", r.Repeated},
		{"duplicate_mobile", r.DuplicateMobile},
		{"duplicate_name", r.DuplicateName},
		{"refused", r.Refused},
	} {
		if r.Checked && (line.n == 0) {
			continue
		}
		rows = append(rows, []string{o.T("server.import.count." + line.key), strconv.Itoa(line.n)})
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Reasons)) {
		rows = append(rows, []string{"  " + o.reason(reason), strconv.Itoa(r.Reasons[reason])})
	}
	for _, line := range []struct {
		key string
		n   int
	}{
		{"exact_duplicates", r.ExactDuplicates},
		{"name_variants", r.NameVariants},
		{"mobile_normalised", r.MobileNormalised},
		{"formulas", r.Formulas},
		{"unknown_words", r.UnknownWords},
	} {
		rows = append(rows, []string{o.T("server.import.count." + line.key), strconv.Itoa(line.n)})
	}
	o.table(rows)
	if r.Checked {
		o.say("server.import.checked")
	}
	if r.RefusedFile != "" {
		o.say("server.import.refused_file", "File", r.RefusedFile)
	}
	if r.DuplicatesFile != "" {
		o.say("server.import.duplicates_file", "File", r.DuplicatesFile)
	}
}

// reason words "mobile BAD_MOBILE".
func (o *output) reason(reason string) string {
	field, code, _ := strings.Cut(reason, " ")
	kind := "customer"
	if field == "owner" || field == "pool" {
		kind = "holding"
	}
	words, _, _ := strings.Cut(o.fault(fault.New(fault.Code(code), "Why", "check")), "\n")
	return fmt.Sprintf("%s: %s", o.label(kind, field), words)
}
