package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// flatList is Fyne's list without its gaps, hover and selection: our rows draw those themselves, and its keys are the
// owner's. What is left is what it does well: few row widgets, moved and filled as the list scrolls.
type flatList struct {
	widget.List
	keys      func(*fyne.KeyEvent)
	shortcuts func(fyne.Shortcut)
	focus     func(focused bool)
}

func newFlatList(length func() int, create func() fyne.CanvasObject, update func(int, fyne.CanvasObject)) *flatList {
	l := &flatList{}
	l.Length, l.CreateItem, l.UpdateItem, l.HideSeparators = length, create, update, true
	l.ExtendBaseWidget(l)
	return l
}

// flat wraps the list into the theme without gaps.
func flat(l *flatList) fyne.CanvasObject { return container.NewThemeOverride(l, flatTheme{}) }

// flatTheme is the theme that is shown, without padding between rows. It asks for the theme anew each time, so that a
// change of mode or text size goes through.
type flatTheme struct{}

// Color implements fyne.Theme. Fyne's scroll shadows would lie over the first and last row.
func (flatTheme) Color(n fyne.ThemeColorName, v fyne.ThemeVariant) color.Color {
	if n == fynetheme.ColorNameShadow {
		return color.Transparent
	}
	return fyne.CurrentApp().Settings().Theme().Color(n, v)
}

// Font implements fyne.Theme.
func (flatTheme) Font(s fyne.TextStyle) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Font(s)
}

// Icon implements fyne.Theme.
func (flatTheme) Icon(n fyne.ThemeIconName) fyne.Resource {
	return fyne.CurrentApp().Settings().Theme().Icon(n)
}

// Size implements fyne.Theme.
func (flatTheme) Size(n fyne.ThemeSizeName) float32 {
	if n == fynetheme.SizeNamePadding {
		return 0
	}
	return fyne.CurrentApp().Settings().Theme().Size(n)
}

// TypedKey implements fyne.Focusable.
func (l *flatList) TypedKey(e *fyne.KeyEvent) {
	if l.keys != nil {
		l.keys(e)
		return
	}
	bubbleKey(l, e)
}

// TypedRune implements fyne.Focusable.
func (l *flatList) TypedRune(r rune) { bubbleRune(l, r) }

// TypedShortcut implements fyne.Shortcutable.
func (l *flatList) TypedShortcut(s fyne.Shortcut) {
	if l.shortcuts != nil {
		l.shortcuts(s)
		return
	}
	bubbleShortcut(l, s)
}

// FocusGained implements fyne.Focusable.
func (l *flatList) FocusGained() {
	if l.focus != nil {
		l.focus(true)
	}
}

// FocusLost implements fyne.Focusable.
func (l *flatList) FocusLost() {
	if l.focus != nil {
		l.focus(false)
	}
}
