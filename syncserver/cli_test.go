package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"yuzhou/assets"
)

// answer is what one command line did.
type answer struct {
	code     int
	out, err string
}

// typed runs a command line as a person at a terminal would, in English.
func typedIn(t *testing.T, stdin string, args ...string) answer {
	t.Helper()
	var out, err bytes.Buffer
	p := program{
		in: strings.NewReader(stdin), stdout: &out, stderr: &err, clock: clockwork.NewRealClock(),
		env: func(name string) string {
			if name == "LANG" {
				return "en_US.UTF-8"
			}
			return ""
		},
	}
	code := p.run(t.Context(), args)
	return answer{code, out.String(), err.String()}
}

func typedLine(t *testing.T, args ...string) answer { return typedIn(t, "", args...) }

// Every command has help in both languages, with no text missing, and those that need an example have one.
func TestHelp(t *testing.T) {
	commands := []string{""}
	for line := range strings.SplitSeq(typedLine(t, "--help").out, "\n") {
		if part := regexp.MustCompile(`^  ((?:[a-z-]+ ?)+)  `).FindStringSubmatch(line); part != nil {
			commands = append(commands, strings.TrimSpace(part[1]))
		}
	}
	if len(commands) < 25 {
		t.Fatalf("only %d commands: %v", len(commands), commands)
	}
	for _, command := range commands {
		languages := []string{chinese} // that English has the same texts is tested below
		if len(strings.Fields(command)) < 2 {
			languages = append(languages, english)
		}
		for _, lang := range languages {
			got := typedLine(t, append(strings.Fields(command), "--help", "--lang", lang)...)
			switch {
			case got.code != exitDone || got.err != "":
				t.Errorf("%q %s: code %d, %s", command, lang, got.code, got.err)
			case regexp.MustCompile(`server\.(help|example)`).MatchString(got.out), strings.Contains(got.out, "<no value>"), strings.Contains(got.out, "${"):
				t.Errorf("%q %s: a text is missing:\n%s", command, lang, got.out)
			case lang == chinese && strings.Contains(got.out, "Flags:"):
				t.Errorf("%q: English headings in Chinese help:\n%s", command, got.out)
			}
		}
	}
}

func TestExitCodes(t *testing.T) {
	empty := t.TempDir()
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"nothing":            {nil, exitDone, ""},
		"version":            {[]string{"version"}, exitDone, ""},
		"unknown command":    {[]string{"surve"}, exitUsage, "serve"},
		"unknown flag":       {[]string{"serve", "--port", "1"}, exitUsage, "yuzhou-server serve --help"},
		"missing argument":   {[]string{"admin", "user", "disable"}, exitUsage, "yuzhou-server admin user disable --help"},
		"no data":            {[]string{"admin", "user", "list", "--data", empty}, exitFailed, "yuzhou-server init"},
		"no data to serve":   {[]string{"serve", "--data", filepath.Join(empty, "none")}, exitFailed, "yuzhou-server init"},
		"half of a cert":     {[]string{"serve", "--data", empty, "--tls-cert", "x"}, exitUsage, "tls-key"},
		"wrong settings":     {[]string{"admin", "settings", "set", "--reclaim-at", "25:00", "--data", empty}, exitFailed, "Write the time of day as 02:00."},
		"bad mode of a pool": {[]string{"admin", "pool", "add", "x", "--mode", "open"}, exitUsage, "claimable"},
	} {
		t.Run(name, func(t *testing.T) {
			got := typedLine(t, c.args...)
			if got.code != c.code || !strings.Contains(got.err, c.says) {
				t.Errorf("code %d, want %d; says %q, want %q", got.code, c.code, got.err, c.says)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(empty, "none")); err == nil {
		t.Error("a mistyped folder was made")
	}
}

// A failure is JSON too when JSON was asked for, so that a script need not read words.
func TestFailureAsJSON(t *testing.T) {
	got := typedLine(t, "admin", "user", "list", "--json", "--data", t.TempDir())
	var failure struct{ Text, Detail string }
	if err := json.Unmarshal([]byte(got.err), &failure); err != nil || failure.Text == "" || got.code != exitFailed {
		t.Errorf("code %d, %q: %v", got.code, got.err, err)
	}
}

// Both languages have the same keys, and every key that the code names.
func TestWords(t *testing.T) {
	zh, en := keysOf(t, chinese), keysOf(t, english)
	if !slices.Equal(zh, en) {
		t.Errorf("the languages differ: %d and %d keys", len(zh), len(en))
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, part := range regexp.MustCompile(`"(server\.[a-z_.]+[a-z])"`).FindAllStringSubmatch(string(text), -1) {
			named++
			if _, found := slices.BinarySearch(zh, part[1]); !found {
				t.Errorf("%s: no words for %s", file, part[1])
			}
		}
		for _, part := range regexp.MustCompile(`heads\(([^)]*)\)`).FindAllStringSubmatch(string(text), -1) {
			for _, name := range regexp.MustCompile(`"([a-z_]+)"`).FindAllStringSubmatch(part[1], -1) {
				if _, found := slices.BinarySearch(zh, "server.col."+name[1]); !found {
					t.Errorf("%s: no words for the column %s", file, name[1])
				}
			}
		}
	}
	if named < 30 {
		t.Errorf("only %d keys were found in the code", named)
	}
}

func keysOf(t *testing.T, lang string) []string {
	t.Helper()
	text, err := fs.ReadFile(assets.Files, "locales/server."+lang+".json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]string
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for key, text := range words {
		if strings.TrimSpace(text) == "" {
			t.Errorf("%s: %s is empty", lang, key)
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct {
		args []string
		lang string
		want string
	}{
		{nil, "", chinese},
		{nil, "C.UTF-8", chinese},
		{nil, "zh_CN.UTF-8", chinese},
		{nil, "en_GB.UTF-8", english},
		{nil, "de_DE", english},
		{[]string{"serve", "--lang", "en"}, "zh_CN", english},
		{[]string{"--lang=zh-Hans", "serve"}, "en_US", chinese},
		{[]string{"import", "--", "--lang=en"}, "", chinese},
	} {
		env := func(name string) string {
			if name == "LANG" {
				return c.lang
			}
			return ""
		}
		if got := chooseLanguage(c.args, env); got != c.want {
			t.Errorf("%v with LANG=%q: %s", c.args, c.lang, got)
		}
	}
}

func TestTableAlignsChinese(t *testing.T) {
	var out bytes.Buffer
	o := &output{out: &out}
	o.table([][]string{{"名称", "id"}, {"a", "1"}, {"销售一部", "2"}})
	if want := "名称      id\na         1\n销售一部  2\n"; out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestMadePasswordsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 50 {
		password, err := makePassword()
		if err != nil || len(password) != 19 || seen[password] {
			t.Fatalf("%q %v", password, err)
		}
		seen[password] = true
	}
}

// A password is read without its line break, and an empty one is no password.
func TestPasswordFromStandardInput(t *testing.T) {
	for text, want := range map[string]string{"long enough 1\n": "long enough 1", " 带空格 \r\nsecond": " 带空格 ", "no end": "no end", "\n": "", "": ""} {
		s := &session{Context: context.Background(), program: program{in: strings.NewReader(text)}}
		got, made, err := newPassword{PasswordStdin: true}.ask(s, "x")
		if got != want || made || (err == nil) != (want != "") {
			t.Errorf("%q: %q %v %v", text, got, made, err)
		}
	}
}
