package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"yuzhou/desktop/ui/widget"
)

// everything lists what is on the screen, from back to front, hidden things left out.
func (h *bench) everything() []fyne.CanvasObject {
	all := visible(h.window.Content())
	if top := h.window.Canvas().Overlays().Top(); top != nil {
		all = append(all, visible(top)...)
	}
	return all
}

func visible(o fyne.CanvasObject) []fyne.CanvasObject {
	if o == nil || !o.Visible() {
		return nil
	}
	all := []fyne.CanvasObject{o}
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			all = append(all, visible(child)...)
		}
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			all = append(all, visible(child)...)
		}
	}
	return all
}

// texts are all words on the screen.
func (h *bench) texts() []string {
	var out []string
	for _, o := range h.everything() {
		if text, ok := o.(*canvas.Text); ok && strings.TrimSpace(text.Text) != "" {
			out = append(out, text.Text)
		}
	}
	return out
}

// reads tells whether words stand on the screen, in one piece.
func (h *bench) reads(words string) bool {
	for _, text := range h.texts() {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

func (h *bench) mustRead(words string) {
	h.t.Helper()
	if !h.reads(words) {
		h.t.Fatalf("“%s” is not on the screen, which reads:\n%s", words, strings.Join(h.texts(), " | "))
	}
}

func (h *bench) mustNotRead(words string) {
	h.t.Helper()
	if h.reads(words) {
		h.t.Fatalf("“%s” is still on the screen", words)
	}
}

// tap clicks the topmost thing with these words on it: a button, a chip, a link, an entry of the rail, a row.
func (h *bench) tap(words string) {
	h.t.Helper()
	all := h.everything()
	for i := len(all) - 1; i >= 0; i-- {
		if label(all[i]) == words {
			test.Tap(all[i].(fyne.Tappable))
			h.settle()
			return
		}
	}
	h.t.Fatalf("nothing to click says “%s”; the screen reads:\n%s", words, strings.Join(h.texts(), " | "))
}

func label(o fyne.CanvasObject) string {
	switch o := o.(type) {
	case *widget.Button:
		return o.Text()
	case *widget.Chip:
		return o.Text()
	case *widget.Link:
		return o.Text()
	case *widget.CardRow:
		return o.Row().Title
	case *widget.RailItem:
		return o.Label()
	case *widget.FieldRow:
		return o.Value()
	}
	return ""
}

// press types a key where the focus is, or into the window.
func (h *bench) press(key fyne.KeyName) {
	h.t.Helper()
	e := &fyne.KeyEvent{Name: key}
	if focused := h.window.Canvas().Focused(); focused != nil {
		focused.TypedKey(e)
	} else {
		h.window.Canvas().OnTypedKey()(e)
	}
	h.settle()
}

// shortcut presses Ctrl and a key.
func (h *bench) shortcut(key fyne.KeyName) {
	h.t.Helper()
	s := &desktop.CustomShortcut{KeyName: key, Modifier: fyne.KeyModifierShortcutDefault}
	if focused, ok := h.window.Canvas().Focused().(fyne.Shortcutable); ok {
		focused.TypedShortcut(s)
	} else {
		h.window.Canvas().(fyne.Shortcutable).TypedShortcut(s)
	}
	h.settle()
}

// write types text into what has the focus.
func (h *bench) write(text string) {
	h.t.Helper()
	focused := h.window.Canvas().Focused()
	if focused == nil {
		h.t.Fatal("nothing has the focus")
	}
	test.Type(focused, text)
	h.settle()
}
