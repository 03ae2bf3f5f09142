package shared_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// goFile is what the rules need to know of one file.
type goFile struct {
	path    string // from the module's root, with slashes
	pkg     string // its package clause, without a closing _test
	lines   int
	imports []mention
	clock   []mention // uses of time.Now and the like
}

// mention is something named in a file, and the line it stands on.
type mention struct {
	name string
	line int
}

func (f goFile) isTest() bool { return strings.HasSuffix(f.path, "_test.go") }

// readModule reads every Go file of the module, except in folders the go command skips too.
func readModule(root fs.FS) ([]goFile, error) {
	var files []goFile
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && skipped(entry.Name()):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := readGo(name, text)
		files = append(files, file)
		return err
	})
	return files, err
}

func skipped(dir string) bool {
	return dir == "testdata" || strings.HasPrefix(dir, ".") || strings.HasPrefix(dir, "_")
}

// readGo reads one file.
func readGo(name string, text []byte) (goFile, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return goFile{}, err
	}
	file := goFile{
		path:  name,
		pkg:   strings.TrimSuffix(tree.Name.Name, "_test"),
		lines: bytes.Count(text, []byte("\n")),
	}
	timeName := ""
	for _, spec := range tree.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return goFile{}, err
		}
		file.imports = append(file.imports, mention{target, set.Position(spec.Pos()).Line})
		if target == "time" {
			timeName = "time"
			if spec.Name != nil {
				timeName = spec.Name.Name
			}
		}
	}
	ast.Inspect(tree, func(node ast.Node) bool {
		use, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		from, ok := use.X.(*ast.Ident)
		if ok && from.Name == timeName && slices.Contains([]string{"Now", "Since", "Until", "Sleep"}, use.Sel.Name) {
			file.clock = append(file.clock, mention{"time." + use.Sel.Name, set.Position(use.Pos()).Line})
		}
		return true
	})
	return file, nil
}

// checkLayers holds the files against every rule and says in one line each what is wrong and what to do.
func checkLayers(files []goFile) []string {
	var found []string
	mains := mainFolders(files)
	for _, file := range files {
		found = append(found, checkShape(file)...)
		for _, imported := range file.imports {
			if wrong := checkImport(file, imported.name, mains); wrong != "" {
				found = append(found, fmt.Sprintf("%s:%d: imports %s: %s", file.path, imported.line, imported.name, wrong))
			}
		}
	}
	return found
}

func mainFolders(files []goFile) map[string]bool {
	mains := map[string]bool{}
	for _, file := range files {
		if file.pkg == "main" {
			mains[folderOf(file.path)] = true
		}
	}
	return mains
}

// checkShape looks at what a file is, apart from its imports.
func checkShape(file goFile) []string {
	var found []string
	say := func(format string, args ...any) {
		found = append(found, file.path+": "+fmt.Sprintf(format, args...))
	}
	folder := folderOf(file.path)
	if name, bad := vague(folder); bad {
		say("a folder called %q says nothing: name it after what it is about", name)
	}
	if name, bad := vague(file.pkg); bad {
		say("a package called %q says nothing: name it after what it is about", name)
	}
	if file.lines > maxLines {
		say("%d lines, more than %d: it has more than one subject, cut it", file.lines, maxLines)
	}
	if !slices.Contains(clockFiles, file.path) {
		for _, use := range file.clock {
			say("line %d uses %s: take a clock.Clock (or clock.Wait), so that tests move time instead of waiting", use.line, use.name)
		}
	}
	// shared itself holds this test and nothing else.
	thisTest := folder == "shared" && file.isTest()
	if _, ok := layerOf(folder); !ok && !thisTest {
		say("the folder %s has no row in layersTable (or no place in sharedOrder): decide what it may know", folder)
	}
	return found
}

// checkImport says what is wrong with one import, or nothing.
func checkImport(file goFile, target string, mains map[string]bool) string {
	folder := folderOf(file.path)
	own, isOwn := strings.CutPrefix(target, module+"/")
	if isOwn {
		if wrong := checkSides(file, folder, own, mains); wrong != "" {
			return wrong
		}
	}
	if isUnder(target, fyne+"/fyne/v2/app") && folder != "desktop" {
		return "only the desktop's main package may, or its tests need a display and a graphics driver"
	}
	row, ok := layerOf(folder)
	if file.isTest() || !ok {
		return ""
	}
	if isOwn && !withinAny(own, row.own) && !isUnder(own, folder) && !isUnder(folder, own) {
		return fmt.Sprintf("%s may import of ours %s", row.folder, listed(row.own))
	}
	if (isUnder(target, sqlPkg) || isUnder(target, sqlite) || isUnder(target, pgx)) && !withinAny(folder, sqlFolders) {
		return "SQL is spoken only in " + listed(sqlFolders)
	}
	for _, never := range row.never {
		if isUnder(target, never) {
			return fmt.Sprintf("%s never imports %s", row.folder, never)
		}
	}
	return ""
}

// checkSides holds the rules that bind tests too: the programs do not know each other, nobody knows a program.
func checkSides(file goFile, folder, own string, mains map[string]bool) string {
	from, to := side(folder), side(own)
	switch {
	case mains[own]:
		return "it is a program, and nothing may know it"
	case from == "shared" && to != "shared":
		return "shared knows neither program nor what they keep"
	case within(folder, "syncserver/sim/..."):
		return ""
	case within(own, "syncserver/sim/..."):
		if file.isTest() {
			return ""
		}
		return "syncserver/sim is for tests alone"
	case from == "desktop" && to == "syncserver", from == "syncserver" && to == "desktop":
		return "the two programs share only shared; a test of both goes through syncserver/sim"
	}
	return ""
}

// isUnder says whether the path is the package or below it. A package and its own parts may know each other.
func isUnder(target, pkg string) bool { return target == pkg || strings.HasPrefix(target, pkg+"/") }

func listed(folders []string) string {
	if len(folders) == 0 {
		return "nothing"
	}
	return "only " + strings.Join(folders, ", ")
}
