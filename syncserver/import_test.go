package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"yuzhou/syncserver/server"
)

// company is a data folder made by init, with the salespeople that the shared files name. It is made once and copied:
// good passwords take their time.
func company(t *testing.T) string {
	t.Helper()
	companyOnce.Do(func() { companyFile = madeCompany(t) })
	data := filepath.Join(t.TempDir(), "data")
	if err := os.MkdirAll(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, server.DatabaseFile), companyFile, 0o600); err != nil {
		t.Fatal(err)
	}
	return data
}

var (
	companyOnce sync.Once
	companyFile []byte
)

func madeCompany(t *testing.T) []byte {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	done(t, typedIn(t, "harbour at dawn\n", "init", "--data", data, "--company", "海岸工业", "--password-stdin"))
	for _, login := range []string{"zhangwei", "wangfang", "liuyang", "lina"} {
		done(t, typedIn(t, "harbour at dawn\n", "admin", "user", "add", login, "--data", data, "--password-stdin"))
	}
	file, err := os.ReadFile(filepath.Join(data, server.DatabaseFile))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// done checks that a command line did what it should, and reads its JSON when into is given.
func done(t *testing.T, got answer, into ...any) {
	t.Helper()
	if got.code != exitDone {
		t.Fatalf("code %d: %s%s", got.code, got.out, got.err)
	}
	for _, v := range into {
		if err := json.Unmarshal([]byte(got.out), v); err != nil {
			t.Fatalf("%v in %s", err, got.out)
		}
	}
}

// copied puts a file into a folder of the test, for the files that an import writes beside it.
func copied(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "shared", "transfer", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The company's file, in both forms: the report agrees with what is known of the file, refused rows stand beside it with
// field and reason, and importing it again, in whichever form, doubles nothing (DUP-03, DUP-05, IMP-03, IMP-04).
func TestImportTheCompanysFile(t *testing.T) {
	data := company(t)
	text, err := os.ReadFile(filepath.Join("..", "shared", "transfer", "testdata", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]any
	if err := json.Unmarshal(text, &expected); err != nil {
		t.Fatal(err)
	}
	applied := 0
	for n, name := range []string{"customers.xlsx", "customers-gbk.csv", "customers-gbk.csv"} {
		file := copied(t, name)
		var report importReport
		var counts map[string]any
		got := typedLine(t, "import", "--data", data, "--kind", "customer", "--json", file)
		done(t, got, &report, &counts)
		for key, want := range expected {
			if number, ok := want.(float64); ok && counts[key] != number {
				t.Errorf("%s: %s is %v, want %v", name, key, counts[key], number)
			}
		}
		settled := report.Applied + report.AlreadyImported + report.Repeated + report.DuplicateMobile + report.DuplicateName + report.Refused
		if settled != report.Rows {
			t.Errorf("%s: %d of %d rows are accounted for: %s", name, settled, report.Rows, got.out)
		}
		if n == 0 {
			applied = report.Applied
			if applied < 4000 {
				t.Fatalf("only %d were created: %s", applied, got.out)
			}
		} else if report.Applied != 0 {
			t.Errorf("%s: %d were created again: %s", name, report.Applied, got.out)
		}
		if rows := refusedRows(t, report.RefusedFile); len(rows)-1 != report.Refused {
			t.Errorf("%s: %d rows beside the file, %d refused", name, len(rows)-1, report.Refused)
		}
	}
}

// refusedRows reads the file of refused rows as a person would open it.
func refusedRows(t *testing.T, path string) [][]string {
	t.Helper()
	if filepath.Ext(path) == ".csv" {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = file.Close() }()
		rows, err := csv.NewReader(file).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	file, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := file.GetRows(file.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// write makes a small CSV.
func write(t *testing.T, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "客户.csv")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Where a row goes: to whom the command line says, else to whom the row says; nobody guesses.
func TestImportPlaces(t *testing.T) {
	data := company(t)
	file := write(t, "客户名称,手机,负责人", "甲一公司,13800000001,lina", "甲二公司,13800000002,nobody", "甲三公司,13800000003,")
	var report importReport
	done(t, typedLine(t, "import", "--data", data, "--json", file), &report)
	if report.Applied != 1 || report.Refused != 2 || report.Reasons["owner BAD_REFERENCE"] != 1 || report.Reasons["owner REQUIRED"] != 1 {
		t.Errorf("%+v", report)
	}
	rows := refusedRows(t, report.RefusedFile)
	if len(rows) != 3 || !strings.Contains(strings.Join(rows[1], "|"), "nobody") || rows[1][0] != "甲二公司" {
		t.Errorf("%v", rows)
	}
	done(t, typedLine(t, "import", "--data", data, "--json", "--pool", "公司公海", file), &report)
	if report.Applied != 2 || report.AlreadyImported != 1 {
		t.Errorf("%+v", report)
	}
	if got := typedLine(t, "import", "--data", data, "--owner", "ghost", file); got.code != exitFailed || !strings.Contains(got.err, "ghost") {
		t.Errorf("%+v", got)
	}
	if got := typedLine(t, "import", "--data", data, "--owner", "lina", "--pool", "公司公海", file); got.code != exitUsage {
		t.Errorf("%+v", got)
	}
}

// Rows like a customer that is there: the same mobile is left out, the same name alone is not, unless it is asked for.
func TestImportDuplicates(t *testing.T) {
	data := company(t)
	first := write(t, "客户名称,手机", "苏州远航五金有限公司,13862904417")
	var report importReport
	done(t, typedLine(t, "import", "--data", data, "--json", "--owner", "lina", first), &report)
	like := write(t, "客户名称,手机,备注", "远航,+86 138-6290-4417,", "苏州远航五金 有限责任公司,13800000009,", "=2+3,,一")
	report = importReport{}
	done(t, typedLine(t, "import", "--data", data, "--json", "--owner", "lina", "--duplicates", "skip", "--check", like), &report)
	if report.Applied != 0 || !report.Checked || report.Formulas != 1 {
		t.Errorf("a check: %+v", report)
	}
	report = importReport{}
	done(t, typedLine(t, "import", "--data", data, "--json", "--owner", "lina", "--duplicates", "skip", like), &report)
	if report.Applied != 1 || report.DuplicateMobile != 1 || report.DuplicateName != 1 || report.DuplicatesFile == "" {
		t.Errorf("skip: %+v", report)
	}
	if rows := refusedRows(t, report.DuplicatesFile); len(rows) != 3 || !strings.Contains(strings.Join(rows[1], "|"), "苏州远航五金有限公司") {
		t.Errorf("%v", rows)
	}
	report = importReport{}
	done(t, typedLine(t, "import", "--data", data, "--json", "--owner", "lina", like), &report)
	if report.Applied != 1 || report.AppliedDespite != 1 || report.AlreadyImported != 1 || report.DuplicateMobile != 1 {
		t.Errorf("by mobile: %+v", report)
	}
	report = importReport{}
	done(t, typedLine(t, "import", "--data", data, "--json", "--owner", "lina", "--duplicates", "create", like), &report)
	if report.Applied != 1 || report.AlreadyImported != 2 {
		t.Errorf("create: %+v", report)
	}
}

func TestImportBadFiles(t *testing.T) {
	data := company(t)
	for name, c := range map[string]struct{ path, says string }{
		"not there": {filepath.Join(t.TempDir(), "none.xlsx"), "none.xlsx"},
		"no header": {write(t, "one,two", "three,four"), "header"},
		"a picture": {write(t, "\x89PNG\x00\x01\x02\x03\xff\xfe\x00\x00"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := typedLine(t, "import", "--data", data, "--owner", "lina", c.path)
			if got.code != exitFailed || got.err == "" || !strings.Contains(strings.ToLower(got.err), c.says) {
				t.Errorf("%+v", got)
			}
		})
	}
}
