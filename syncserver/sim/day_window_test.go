package sim_test

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"yuzhou/assets"
	"yuzhou/desktop/book"
	"yuzhou/desktop/ui"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/settings"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
)

// dayWindow is the desktop's window on a laptop of the day, drawn without a display.
type dayWindow struct {
	t      *testing.T
	laptop *dayLaptop
	window fyne.Window
	ui     *ui.Window
}

// show opens the window as the program would, in light and Chinese.
func (l *dayLaptop) show() *dayWindow {
	l.t.Helper()
	read := func(name string) fyne.Resource {
		data, err := assets.Files.ReadFile("fonts/" + name)
		if err != nil {
			l.t.Fatal(err)
		}
		return fyne.NewStaticResource(name, data)
	}
	test.NewTempApp(l.t).Settings().SetTheme(theme.New(theme.Fonts{
		Regular: read("NotoSansSC-Regular.ttf"), Bold: read("NotoSansSC-Bold.ttf"),
	}, theme.Light, 1))
	if err := words.SetLanguage(words.Chinese); err != nil {
		l.t.Fatal(err)
	}
	d := &dayWindow{t: l.t, laptop: l, window: test.NewTempWindow(l.t, nil)}
	d.window.Resize(fyne.NewSize(1280, 800))
	d.ui = ui.NewOn(d.window, d.port(), func(lane *screen.Lane, work func() func()) {
		turn := lane.Next()
		if show := work(); show != nil && lane.Current(turn) {
			show()
		}
	}, func(show func()) { show() })
	l.t.Cleanup(d.ui.Close)
	return d
}

// port is what main gives the window.
func (d *dayWindow) port() ui.Port {
	l := d.laptop
	return ui.Port{
		Book:         func() *book.Book { return l.book },
		Account:      func() settings.Account { return settings.Account{Server: l.server, Device: "scripted", Data: l.folder} },
		SyncNow:      func() {},
		AllowRemoval: func() error { return nil },
		Now:          clock.System,
		Status:       l.status,
		Listen:       func(func()) func() { return func() {} },
		Preferences: func() screen.Preferences {
			return screen.Preferences{Language: words.Chinese, Mode: "light", Scale: 100}
		},
	}
}

// rail goes to a screen by its entry in the navigation.
func (d *dayWindow) rail(word string) {
	d.t.Helper()
	for _, o := range test.LaidOutObjects(d.window.Content()) {
		item, ok := o.(*widget.RailItem)
		if !ok {
			continue
		}
		for _, part := range test.WidgetRenderer(item).Objects() {
			if label, ok := part.(*canvas.Text); ok && label.Text == word {
				test.Tap(item)
				return
			}
		}
	}
	d.t.Fatalf("the navigation has no %s", word)
}

// customer opens a customer's page by the search over everything.
func (d *dayWindow) customer(name string) {
	d.t.Helper()
	for _, o := range test.LaidOutObjects(d.window.Content()) {
		if field, ok := o.(*widget.SearchField); ok {
			field.SetText(name)
			field.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
			return
		}
	}
	d.t.Fatal("the window has no search")
}

// keep stores a picture in YUZHOU_SHOTS; without it the screen is drawn all the same, to see that it can be.
func (d *dayWindow) keep(name string) {
	d.t.Helper()
	for _, extra := range []float32{1, 0} { // wrapped text knows its width from the second layout on
		d.window.Resize(fyne.NewSize(1280, 800+extra))
	}
	picture := d.window.Canvas().Capture()
	dir := os.Getenv("YUZHOU_SHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		d.t.Fatal(err)
	}
	path := filepath.Join(dir, name+".png")
	file, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := png.Encode(file, picture); err != nil {
		d.t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		d.t.Fatal(err)
	}
	_, _ = fmt.Fprintf(d.t.Output(), "      图：%s\n", path)
}
