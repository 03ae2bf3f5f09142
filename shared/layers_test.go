// Package shared_test holds the whole module against the import table: who may know whom.
//
// The table stands in layersTable below. It binds the files that are compiled into a program; a test may import
// what it needs to prove something, but even a test never lets one program know the other, except in
// syncserver/sim, where a server and its laptops live in one process.
package shared_test

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

const (
	module = "yuzhou"
	fyne   = "fyne.io"
	gin    = "github.com/gin-gonic"
	sqlPkg = "database/sql"
	sqlite = "github.com/mattn/go-sqlite3"
	pgx    = "github.com/jackc/pgx"
	http   = "net/http"
)

// sharedOrder is the order of the shared packages, lowest first. A package may import what stands on a lower line,
// never its neighbours: what two of them need belongs below both. A new package gets its place here.
var sharedOrder = [][]string{
	{"shared/fault", "shared/clock", "shared/disk"},
	{"shared/schema"},
	{"shared/crm"},
	{"shared/access"},
	{"shared/pool"},
	{"shared/change"},
	{"shared/wire"},
	{"shared/transfer", "shared/sample", "shared/syncfile"},
}

// sharedNarrow are those that may know less than their place allows. schema only gives a field's refusal its code;
// change merges values of any kind, so it must not learn which kinds, rights or pools there are.
var sharedNarrow = map[string][]string{
	"shared/schema": {"shared/fault"},
	"shared/change": {"shared/fault", "shared/schema"},
}

// layer is one row of the table. The first row whose folder holds the package is the one that counts.
type layer struct {
	folder string   // the folder; with "/..." also everything below it
	own    []string // folders of ours it may import; with "/..." also everything below
	never  []string // packages of others it may not import
}

// layersTable is read from the top, so the narrower folder stands first.
var layersTable = append(sharedLayers(),
	layer{"migrations", []string{"shared/..."}, []string{fyne, gin, http}},
	layer{"assets", nil, []string{fyne, gin, sqlPkg, http}},

	layer{"desktop/replica/...", []string{"shared/...", "migrations"}, []string{fyne, http}},
	layer{"desktop/book/...", []string{"desktop/replica/...", "shared/..."}, []string{fyne, sqlPkg}},
	layer{"desktop/syncer/...", []string{"desktop/replica/...", "desktop/book/...", "shared/..."}, []string{fyne, sqlPkg}},
	layer{"desktop/jobs/...", []string{"desktop/replica/...", "desktop/book/...", "shared/..."}, []string{fyne, sqlPkg}},
	layer{"desktop/ui/widget/...", nil, []string{sqlPkg, http}},
	layer{"desktop/ui/theme/...", nil, []string{sqlPkg, http}},
	// The window knows every screen. A screen knows no other screen, only what all of them are made of: widgets, colours,
	// words, and in ui/screen the navigator that is handed to it.
	layer{"desktop/ui", []string{"desktop/ui/...", "desktop/book/...", "shared/...", "assets"}, []string{sqlPkg, http}},
	layer{
		"desktop/ui/...",
		[]string{
			"desktop/ui/widget/...", "desktop/ui/theme/...", "desktop/ui/words/...", "desktop/ui/screen/...",
			"desktop/book/...", "shared/...", "assets",
		},
		[]string{sqlPkg, http},
	},
	layer{"desktop", []string{"desktop/...", "shared/...", "migrations", "assets"}, []string{sqlPkg}},
	layer{"desktop/...", []string{"desktop/...", "shared/...", "migrations", "assets"}, []string{sqlPkg}},

	layer{"syncserver/api/...", []string{"syncserver/hub/...", "shared/wire", "shared/fault", "shared/clock"}, []string{fyne, sqlPkg}},
	layer{"syncserver/hub/...", []string{"syncserver/store/...", "shared/..."}, []string{fyne, gin, sqlPkg}},
	layer{"syncserver/store/...", []string{"shared/...", "migrations"}, []string{fyne, gin, http}},
	layer{"syncserver/jobs/...", []string{"syncserver/hub/...", "syncserver/store/...", "shared/..."}, []string{fyne, gin, sqlPkg}},
	layer{"syncserver/sim/...", []string{"syncserver/...", "desktop/...", "shared/...", "migrations", "assets"}, nil},
	layer{"syncserver/...", []string{"syncserver/...", "shared/...", "migrations", "assets"}, []string{fyne, sqlPkg}},
)

// sqlFolders are the only ones whose code may speak SQL.
var sqlFolders = []string{"desktop/replica/...", "syncserver/store/...", "migrations"}

// clockFiles are the only ones that may read the machine's clock or wait for it.
var clockFiles = []string{"shared/clock/clock.go", "desktop/main.go", "syncserver/main.go"}

// vagueNames say nothing about what a package is about, so anything ends up in it.
var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"}

// maxLines is the length at which a file has more than one subject.
const maxLines = 500

// TestLayers fails with one line for every import, name, length or clock call that breaks the rules.
func TestLayers(t *testing.T) {
	files, err := readModule(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no Go file was found: the test looks at the wrong folder")
	}
	for _, found := range checkLayers(files) {
		t.Error(found)
	}
}

// sharedLayers makes the rows of the shared packages from their order.
func sharedLayers() []layer {
	never := []string{fyne, gin, sqlPkg, http}
	var rows []layer
	var lower []string
	for _, line := range sharedOrder {
		for _, folder := range line {
			own, narrow := sharedNarrow[folder]
			if !narrow {
				own = slices.Clone(lower)
			}
			rows = append(rows, layer{folder + "/...", own, never})
		}
		for _, folder := range line {
			lower = append(lower, folder+"/...")
		}
	}
	return rows
}

// layerOf finds the row of a package's folder.
func layerOf(folder string) (layer, bool) {
	for _, row := range layersTable {
		if within(folder, row.folder) {
			return row, true
		}
	}
	return layer{}, false
}

// within says whether the folder is the pattern's, or below it when the pattern ends in "/...".
func within(folder, pattern string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return folder == base || below && strings.HasPrefix(folder, base+"/")
}

func withinAny(folder string, patterns []string) bool {
	for _, pattern := range patterns {
		if within(folder, pattern) {
			return true
		}
	}
	return false
}

// vague finds a name without meaning in the folder's path.
func vague(folder string) (string, bool) {
	for _, name := range strings.Split(folder, "/") {
		for _, bad := range vagueNames {
			if name == bad {
				return name, true
			}
		}
	}
	return "", false
}

// side is the program or part a package belongs to: its first folder.
func side(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	return first
}

// folderOf is the folder of a file; the module's root is ".".
func folderOf(file string) string { return path.Dir(file) }
