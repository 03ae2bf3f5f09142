package ui

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"yuzhou/assets"
	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/settings"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
)

// noon is the moment at which all tests of the screens take place: a Saturday morning in Shanghai.
var noon = time.Date(2026, 11, 21, 1, 15, 0, 0, time.UTC)

// look is how the desktop is drawn.
type look struct {
	language string
	mode     theme.Mode
	scale    int
}

var plainLook = look{words.Chinese, theme.Light, 100}

// bench is a window over a real book on a real file, with everything that main would give it.
type bench struct {
	t       *testing.T
	window  fyne.Window
	ui      *Window
	book    *book.Book
	status  screen.Status
	prefs   screen.Preferences
	synced  int
	allowed int
	rescans int // everything was asked for anew
	logins  []login.Credentials
	refuse  error // what a login answers
	server  string
	saved   error    // the rescue of a damaged file that the replica tells of
	later   []func() // what happens after a while: short messages go
}

// inPlace runs all work on the goroutine of the test: what a click does is done when the click returns.
func inPlace() threads {
	return threads{
		load: func(lane *screen.Lane, work func() func()) {
			turn := lane.Next()
			if show := work(); show != nil && lane.Current(turn) {
				show()
			}
		},
		soon: func(show func()) { show() },
	}
}

func zone(t *testing.T) *time.Location {
	t.Helper()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return shanghai
}

// practice is a practice book of its own for one test.
func practice(t *testing.T) *book.Book {
	t.Helper()
	r := fromTemplate(t, "practice", func(r *replica.Replica) {
		presets, err := fs.Sub(assets.Files, "presets")
		must(t, err)
		b, err := book.OpenPractice(r, clock.At(noon), presets)
		must(t, err)
		b.Close()
	})
	b, err := book.Open(r, clock.At(noon))
	must(t, err)
	t.Cleanup(b.Close)
	return b
}

// templates is the folder of data folders that were filled once; every test works on a copy of its own.
var templates string

func TestMain(m *testing.M) {
	folder, err := os.MkdirTemp("", "yuzhou-ui-")
	if err != nil {
		panic(err)
	}
	templates = folder
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// fromTemplate opens a copy of a data folder, which fill has filled when the first test asked for it.
func fromTemplate(t *testing.T, name string, fill func(*replica.Replica)) *replica.Replica {
	t.Helper()
	from := filepath.Join(templates, name)
	if _, err := os.Stat(from); err != nil {
		must(t, os.Mkdir(from, 0o755))
		r, err := replica.Open(from, clock.At(noon))
		must(t, err)
		fill(r)
		must(t, r.Close())
	}
	dir := t.TempDir()
	must(t, os.CopyFS(dir, os.DirFS(from)))
	r, err := replica.Open(dir, clock.At(noon))
	must(t, err)
	t.Cleanup(func() { must(t, r.Close()) })
	return r
}

// newBench opens a window on a book; without one it stands before the login.
func newBench(t *testing.T, l look, b *book.Book) *bench {
	t.Helper()
	h := &bench{t: t, book: b, status: screen.Status{State: screen.Practising}}
	h.prefs = screen.Preferences{Language: l.language, Mode: string(l.mode), Scale: l.scale}
	test.NewTempApp(t)
	h.dress()
	h.window = test.NewTempWindow(t, nil)
	h.window.Resize(fyne.NewSize(1280, 800))
	in := inPlace()
	in.later = func(_ time.Duration, show func()) { h.later = append(h.later, show) }
	h.ui = newWindow(h.window, h.port(), in)
	t.Cleanup(h.ui.Close)
	return h
}

// dress makes theme and language those of the preferences, as main does.
func (h *bench) dress() {
	h.t.Helper()
	fyne.CurrentApp().Settings().SetTheme(theme.New(fonts(h.t), theme.Mode(h.prefs.Mode), float32(h.prefs.Scale)/100))
	if err := words.SetLanguage(h.prefs.Language); err != nil {
		h.t.Fatal(err)
	}
}

func (h *bench) port() Port {
	return Port{
		Book: func() *book.Book { return h.book },
		Account: func() settings.Account {
			return settings.Account{Server: h.server, LoggedIn: h.server != "", Device: "zhangwei-laptop", Data: "~/.local/share/yuzhou", Version: "0.1.0"}
		},
		Login: func(_ context.Context, c login.Credentials) error {
			h.logins = append(h.logins, c)
			return h.refuse
		},
		Practice: func(context.Context) error { h.book = practice(h.t); return nil },
		Saved:    func() error { return h.saved },
		FirstSync: func(_ context.Context, tell func(screen.Status)) error {
			tell(screen.Status{State: screen.Syncing, Done: 1286, Total: 4120, Bytes: 3 << 20})
			if h.refuse == nil {
				h.book = practice(h.t)
			}
			return h.refuse
		},
		LogOut:       func(context.Context) error { h.book = nil; return nil },
		SyncNow:      func() { h.synced++ },
		AllowRemoval: func() error { h.allowed++; return nil },
		Rescan:       func() error { h.rescans++; return nil },
		SaveSync:     func(io.Writer) (int, error) { return 0, h.refuse },
		ReadSync:     func(io.Reader) (int, int, error) { return 0, 0, h.refuse },
		Now:          clock.At(noon),
		Status:       func() screen.Status { return h.status },
		Listen:       func(func()) func() { return func() {} },
		Diagnose:     func(look screen.Preferences) string { return "诊断 " + look.Language },
		Preferences: func() screen.Preferences {
			return h.prefs
		},
		Keep: func(p screen.Preferences) error {
			h.prefs = p
			h.dress()
			return nil
		},
	}
}

// open goes to a route and lays the window out twice: wrapped text knows its width from the second time on.
func (h *bench) open(r screen.Route) {
	h.ui.shell.open(r)
	h.settle()
}

// wait lets the time pass after which short messages go.
func (h *bench) wait() {
	due := h.later
	h.later = nil
	for _, show := range due {
		show()
	}
}

func (h *bench) settle() {
	size := h.window.Canvas().Size()
	for _, extra := range []float32{1, 0} {
		h.window.Resize(fyne.NewSize(size.Width, size.Height+extra))
	}
}

func fonts(t *testing.T) theme.Fonts {
	t.Helper()
	read := func(name string) fyne.Resource {
		data, err := assets.Files.ReadFile("fonts/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return fyne.NewStaticResource(name, data)
	}
	return theme.Fonts{Regular: read("NotoSansSC-Regular.ttf"), Bold: read("NotoSansSC-Bold.ttf")}
}
