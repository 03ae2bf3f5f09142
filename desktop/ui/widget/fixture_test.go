package widget

import (
	"hash/fnv"
	"image/color"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
)

// tokens is a theme that gives each token a colour of its own, so that tests can tell them apart.
type tokens struct {
	fyne.Theme
	unit float32
}

func (t tokens) Size(n fyne.ThemeSizeName) float32 {
	switch n {
	case sizeUnit:
		return t.unit
	case fynetheme.SizeNameInnerPadding:
		return 6 * t.unit
	case fynetheme.SizeNameText:
		return 14 * t.unit
	default:
		return t.Theme.Size(n)
	}
}

func (t tokens) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if !strings.HasPrefix(string(n), "yuzhou.") {
		return t.Theme.Color(n, v)
	}
	sum := fnv.New32()
	_, _ = sum.Write([]byte(n))
	h := sum.Sum32()
	return color.NRGBA{R: uint8(h), G: uint8(h >> 8), B: uint8(h >> 16), A: 255}
}

// dress starts an app with the tokens at a text size. Tests call it before they make widgets, which look at the theme.
func dress(t testing.TB, unit float32) {
	t.Helper()
	test.NewTempApp(t).Settings().SetTheme(tokens{Theme: fynetheme.DefaultTheme(), unit: unit})
}

// open shows content in a window of 800 × 600.
func open(t testing.TB, content fyne.CanvasObject) fyne.Window {
	t.Helper()
	w := test.NewTempWindow(t, content)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(800, 600))
	return w
}

func ctrl(key fyne.KeyName) *desktop.CustomShortcut {
	return &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierControl}
}

func pressKeys(f fyne.Focusable, keys ...fyne.KeyName) {
	for _, k := range keys {
		f.TypedKey(&fyne.KeyEvent{Name: k})
	}
}
