//go:build defects

package world

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The environment of a world with defects.
const (
	envDefect = "YUZHOU_DEFECT"       // which one is there
	envOnly   = "YUZHOU_WORLD_DEFECT" // try only those whose names contain one of these, parted by |
)

// enough is in how many histories a defect must be found: as many as run with every change. Most are found in the first;
// those that need two people at one field of one customer, in some hundred.
const enough = 500

// helper is what an overlay adds to each package with a defect.
const helper = `package %s

import "os"

var defect = os.Getenv("YUZHOU_DEFECT")

func planted(name string) bool { return defect == name }

func orPlanted(name, right, wrong string) string {
	if planted(name) {
		return wrong
	}
	return right
}

func planted1(name string) int64 {
	if planted(name) {
		return 1
	}
	return 0
}

var _, _, _ = planted, orPlanted, planted1
`

// raised is a longer mistake of the replica.
const raised = `package replica

import (
	"encoding/json"

	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

func (c *conn) raised(text string) json.RawMessage {
	var m change.Mutation
	if json.Unmarshal([]byte(text), &m) != nil || m.Op != change.Set {
		return json.RawMessage(text)
	}
	body, err := c.text("SELECT body FROM shadow WHERE kind = ? AND id = ?", m.Kind, m.Record)
	var v schema.Values
	if err != nil || json.Unmarshal([]byte(body), &v) != nil {
		return json.RawMessage(text)
	}
	m.Base = schema.Values{}
	for name := range m.Fields() {
		m.Base[name] = v[name]
	}
	sealed, _ := json.Marshal(m.Sealed())
	return sealed
}
`

// overlay writes the files with all defects in them beside the real ones, and the list for go build.
func overlay(t *testing.T, dir string) string {
	root, err := filepath.Abs(moduleRoot)
	if err != nil {
		t.Fatal(err)
	}
	texts, replace := map[string]string{}, map[string]string{}
	write := func(file, text string) {
		to := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, file)] = to
	}
	for _, d := range allDefects() {
		if texts[d.file] == "" {
			text, err := os.ReadFile(filepath.Join(root, d.file))
			if err != nil {
				t.Fatal(err)
			}
			texts[d.file] = string(text)
		}
		if strings.Count(texts[d.file], d.was) != 1 {
			t.Fatalf("%s cannot be planted: another defect stands there", d.name)
		}
		texts[d.file] = strings.Replace(texts[d.file], d.was, d.now, 1)
		if d.was2 != "" {
			texts[d.file] = strings.Replace(texts[d.file], d.was2, d.now2, 1)
		}
	}
	for file, text := range texts {
		write(file, text)
		_, name, _ := strings.Cut(text, "\npackage ")
		if after, ok := strings.CutPrefix(text, "package "); ok {
			name = after
		}
		name, _, _ = strings.Cut(name, "\n")
		write(filepath.Join(filepath.Dir(file), "planted_defect.go"), fmt.Sprintf(helper, name))
	}
	write("desktop/replica/raised_defect.go", raised)
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDefects plants every defect of the table, one at a time, and has the simulation look for it.
func TestDefects(t *testing.T) {
	dir, err := os.MkdirTemp(os.Getenv(envMemory), "defects")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "world.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-overlay", overlay(t, dir), "-o", binary, "./syncserver/sim/world")
	build.Dir = moduleRoot
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	prepare(t, dir)
	var mu sync.Mutex
	count, found := 0, 0
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for _, d := range allDefects() {
		if !slices.ContainsFunc(strings.Split(os.Getenv(envOnly), "|"), func(part string) bool { return strings.Contains(d.name, part) }) {
			continue
		}
		count++
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			histories, what := look(t, binary, dir, d)
			mu.Lock()
			defer mu.Unlock()
			if what == "" {
				fmt.Printf("missed in %d histories: %s\n", histories, d.name)
				return
			}
			found++
			fmt.Printf("  found in %3d: %s: %.160s\n", histories, d.name, what)
		})
	}
	all.Wait()
	fmt.Printf("defects=%d found=%d\n", count, found)
	if found < count {
		t.Errorf("%d defects were not found", count-found)
	}
}

// look runs histories with a defect until something is wrong.
func look(t *testing.T, binary, dir string, d defect) (histories int, what string) {
	why := workerOf(t, binary, dir, []string{
		envDefect + "=" + d.name, envSeed + "=1", envCount + "=" + fmt.Sprint(enough), envStop + "=1",
	}, func(r result) {
		if r.Began {
			histories++
			return
		}
		if len(r.Wrong) > 0 {
			what = fmt.Sprintf("%s: %s", r.Wrong[0].Class, r.Wrong[0].What)
		}
	})
	if what == "" && why != "" {
		what = stuck + ": " + why
	}
	return histories, what
}
