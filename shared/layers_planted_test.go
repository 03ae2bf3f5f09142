package shared_test

import (
	"strings"
	"testing"
	"testing/fstest"
)

// planted is a violation put into an otherwise sound module: the file, its text, and what must be said about it.
// An empty want is something that must stay allowed.
type planted struct {
	name string
	path string
	text string
	want string
}

// imports writes a file of the package with these imports.
func imports(pkg string, targets ...string) string {
	var text strings.Builder
	text.WriteString("package " + pkg + "\n\n")
	for _, target := range targets {
		text.WriteString("import _ \"" + target + "\"\n")
	}
	return text.String()
}

// sound is a small module that breaks no rule.
func sound() fstest.MapFS {
	files := map[string]string{
		"shared/schema/kind.go":         imports("schema", "strings"),
		"shared/clock/clock.go":         "package clock\n\nimport \"time\"\n\nfunc System() time.Time { return time.Now() }\n",
		"shared/crm/customer.go":        imports("crm", "yuzhou/shared/schema", "yuzhou/shared/fault"),
		"shared/wire/codec.go":          imports("wire", "yuzhou/shared/change", "yuzhou/shared/clock"),
		"shared/layers_test.go":         imports("shared_test", "testing"),
		"migrations/migrations.go":      imports("migrations", "database/sql"),
		"assets/assets.go":              imports("assets", "embed"),
		"desktop/main.go":               imports("main", "yuzhou/desktop/ui", "fyne.io/fyne/v2/app"),
		"desktop/replica/replica.go":    imports("replica", "yuzhou/migrations", "yuzhou/shared/crm", "github.com/mattn/go-sqlite3"),
		"desktop/book/book.go":          imports("book", "yuzhou/desktop/replica", "yuzhou/shared/access"),
		"desktop/syncer/pull.go":        imports("syncer", "yuzhou/desktop/book", "net/http"),
		"desktop/ui/ui.go":              imports("ui", "yuzhou/desktop/ui/today", "yuzhou/assets"),
		"desktop/ui/today/today.go":     imports("today", "yuzhou/desktop/ui/widget", "yuzhou/desktop/book", "fyne.io/fyne/v2"),
		"desktop/ui/widget/chip.go":     imports("widget", "fyne.io/fyne/v2/canvas"),
		"syncserver/main.go":            imports("main", "yuzhou/syncserver/server"),
		"syncserver/server/server.go":   imports("server", "yuzhou/syncserver/api", "yuzhou/syncserver/store"),
		"syncserver/api/routes.go":      imports("api", "yuzhou/syncserver/hub", "yuzhou/shared/wire", "github.com/gin-gonic/gin"),
		"syncserver/hub/hub.go":         imports("hub", "yuzhou/syncserver/store", "yuzhou/shared/pool"),
		"syncserver/store/store.go":     imports("store", "yuzhou/migrations", "database/sql"),
		"syncserver/sim/sim.go":         imports("sim", "yuzhou/desktop/syncer", "yuzhou/syncserver/server"),
		"desktop/syncer/round_test.go":  imports("syncer_test", "yuzhou/syncserver/sim"),
		"build/.cache/broken.go":        "this is not Go",
		"shared/change/testdata/bad.go": "neither is this",
	}
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

// TestSoundModulePasses shows that the rules accept what they should.
func TestSoundModulePasses(t *testing.T) {
	files, err := readModule(sound())
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range checkLayers(files) {
		t.Error(found)
	}
}

// TestPlantedViolationsAreFound plants one violation at a time and expects exactly one finding that names it.
func TestPlantedViolationsAreFound(t *testing.T) {
	for _, plant := range plantedImports() {
		t.Run(plant.name, func(t *testing.T) { expect(t, plant) })
	}
	for _, plant := range plantedShapes() {
		t.Run(plant.name, func(t *testing.T) { expect(t, plant) })
	}
}

func expect(t *testing.T, plant planted) {
	t.Helper()
	root := sound()
	root[plant.path] = &fstest.MapFile{Data: []byte(plant.text)}
	files, err := readModule(root)
	if err != nil {
		t.Fatal(err)
	}
	found := checkLayers(files)
	if plant.want == "" {
		if len(found) != 0 {
			t.Fatalf("should be allowed, got %q", found)
		}
		return
	}
	if len(found) != 1 || !strings.HasPrefix(found[0], plant.path) || !strings.Contains(found[0], plant.want) {
		t.Fatalf("want one finding on %s with %q, got %q", plant.path, plant.want, found)
	}
}

func plantedImports() []planted {
	return []planted{
		{"schema knows fault alone", "shared/schema/a.go", imports("schema", "yuzhou/shared/fault", "yuzhou/shared/clock"), "may import of ours only shared/fault"},
		{"fault knows nobody", "shared/fault/a.go", imports("fault", "yuzhou/shared/clock"), "may import of ours nothing"},
		{"a lower shared package", "shared/crm/a.go", imports("crm", "yuzhou/shared/pool"), "may import of ours"},
		{"a shared neighbour", "shared/sample/a.go", imports("sample", "yuzhou/shared/transfer"), "may import of ours"},
		{"merge and the kinds", "shared/change/a.go", imports("change", "yuzhou/shared/crm"), "may import of ours only shared/fault, shared/schema"},
		{"shared and the network", "shared/wire/a.go", imports("wire", "net/http"), "never imports net/http"},
		{"shared and SQL", "shared/transfer/a.go", imports("transfer", "database/sql"), "SQL is spoken only"},
		{"shared and the screen", "shared/crm/a.go", imports("crm", "fyne.io/fyne/v2"), "never imports fyne.io"},
		{"shared and Gin", "shared/wire/a.go", imports("wire", "github.com/gin-gonic/gin/binding"), "never imports github.com/gin-gonic"},
		{"shared and migrations", "shared/change/a.go", imports("change", "yuzhou/migrations"), "shared knows neither"},
		{"shared and a program, in a test", "shared/pool/a_test.go", imports("pool_test", "yuzhou/syncserver/sim"), "shared knows neither"},
		{"replica and the network", "desktop/replica/a.go", imports("replica", "net/http"), "never imports net/http"},
		{"replica and the book", "desktop/replica/a.go", imports("replica", "yuzhou/desktop/book"), "may import of ours"},
		{"book and SQL", "desktop/book/a.go", imports("book", "database/sql"), "SQL is spoken only"},
		{"book and the driver", "desktop/book/a.go", imports("book", "github.com/mattn/go-sqlite3"), "SQL is spoken only"},
		{"book and the screen", "desktop/book/a.go", imports("book", "fyne.io/fyne/v2/data/binding"), "never imports fyne.io"},
		{"book and the syncer", "desktop/book/a.go", imports("book", "yuzhou/desktop/syncer"), "may import of ours"},
		{"jobs and the screen", "desktop/jobs/a.go", imports("jobs", "fyne.io/fyne/v2"), "never imports fyne.io"},
		{"widget and anything of ours", "desktop/ui/widget/a.go", imports("widget", "yuzhou/shared/schema"), "may import of ours nothing"},
		{"theme and anything of ours", "desktop/ui/theme/a.go", imports("theme", "yuzhou/assets"), "may import of ours nothing"},
		{"screen and replica", "desktop/ui/pool/a.go", imports("pool", "yuzhou/desktop/replica"), "may import of ours"},
		{"screen and screen", "desktop/ui/pool/a.go", imports("pool", "yuzhou/desktop/ui/today"), "may import of ours"},
		{"screen and SQL", "desktop/ui/pool/a.go", imports("pool", "database/sql"), "SQL is spoken only"},
		{"screen and the network", "desktop/ui/pool/a.go", imports("pool", "net/http"), "never imports net/http"},
		{"screen and the driver of the display", "desktop/ui/pool/a.go", imports("pool", "fyne.io/fyne/v2/app"), "only the desktop's main"},
		{"a test and the driver of the display", "desktop/ui/a_test.go", imports("ui_test", "fyne.io/fyne/v2/app"), "only the desktop's main"},
		{"desktop and the server", "desktop/syncer/a.go", imports("syncer", "yuzhou/syncserver/hub"), "the two programs share only shared"},
		{"desktop and the server, in a test", "desktop/syncer/a_test.go", imports("syncer_test", "yuzhou/syncserver/server"), "the two programs share only shared"},
		{"server and the desktop, in a test", "syncserver/hub/a_test.go", imports("hub_test", "yuzhou/desktop/book"), "the two programs share only shared"},
		{"api and the store", "syncserver/api/a.go", imports("api", "yuzhou/syncserver/store"), "may import of ours"},
		{"api and another shared package", "syncserver/api/a.go", imports("api", "yuzhou/shared/access"), "may import of ours"},
		{"api and SQL", "syncserver/api/a.go", imports("api", "database/sql"), "SQL is spoken only"},
		{"hub and Gin", "syncserver/hub/a.go", imports("hub", "github.com/gin-gonic/gin"), "never imports github.com/gin-gonic"},
		{"hub and the api", "syncserver/hub/a.go", imports("hub", "yuzhou/syncserver/api"), "may import of ours"},
		{"sim in a program", "syncserver/server/a.go", imports("server", "yuzhou/syncserver/sim"), "for tests alone"},
		{"a program", "syncserver/sim/a.go", imports("sim", "yuzhou/desktop"), "it is a program"},
		{"a test may know a higher layer", "desktop/book/a_test.go", imports("book_test", "yuzhou/desktop/syncer", "database/sql"), ""},
		{"a package may have parts", "desktop/ui/records/a.go", imports("records", "yuzhou/desktop/ui/records/editor"), ""},
	}
}

func plantedShapes() []planted {
	reads := "package hub\n\nimport \"time\"\n\nvar started = time.Now()\n"
	sleeps := "package hub_test\n\nimport later \"time\"\n\nfunc wait() { later.Sleep(1) }\n"
	return []planted{
		{"the machine's clock", "syncserver/hub/a.go", reads, "line 5 uses time.Now"},
		{"sleep under another name, in a test", "syncserver/hub/a_test.go", sleeps, "line 5 uses time.Sleep"},
		{"a folder without meaning", "desktop/book/util/a.go", imports("stamp"), `"util" says nothing`},
		{"a package without meaning", "desktop/book/stamp/a.go", imports("helpers"), `"helpers" says nothing`},
		{"a shared package without a place", "shared/orphan/a.go", imports("orphan"), "has no row"},
		{"a new top-level folder", "tools/a.go", imports("tools"), "has no row"},
		{"a program in shared's own folder", "shared/a.go", imports("shared"), "has no row"},
		{"a long file", "syncserver/hub/a.go", imports("hub") + strings.Repeat("// more\n", maxLines), "more than 500"},
		{"a file of the greatest length", "syncserver/hub/a.go", "package hub\n" + strings.Repeat("// more\n", maxLines-1), ""},
	}
}
