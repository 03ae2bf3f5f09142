package widget

import (
	"math/rand/v2"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
)

// play sends what the driver sends: an upper-case word is a key, text in quotes are the runes an input method or the
// keyboard commits.
func play(f fyne.Focusable, script string) {
	for step := range strings.FieldsSeq(script) {
		if text, ok := strings.CutPrefix(step, "'"); ok {
			for _, r := range strings.TrimSuffix(text, "'") {
				f.TypedRune(r)
			}
			continue
		}
		f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyName(step)})
	}
}

func TestInputMethodKeysDoNotLeakIntoTheText(t *testing.T) {
	for _, c := range []struct{ name, start, script, want string }{
		{"a word is committed", "", "N I H A O Space '你好'", "你好"},
		{"Backspace in the pinyin", "客户", "N I H BackSpace A O Space '你好'", "客户你好"},
		{"the whole pinyin is taken back, then text", "客户", "N I BackSpace BackSpace BackSpace", "客"},
		{"Esc drops the pinyin, Backspace deletes", "客户", "N I Escape BackSpace", "客"},
		{"arrows choose a candidate", "客户", "N I Left Left Right Down '你'", "客户你"},
		{"Home and Delete stay out", "客户", "N I Home Delete '你'", "客户你"},
		{"Enter commits the letters", "", "N I Return 'ni' BackSpace", "n"},
		{"typing without input method", "", "A 'a' B 'b' BackSpace C 'c'", "ac"},
		{"fast keys arrive before their runes", "", "A B 'a' 'b' BackSpace", "a"},
		{"shift and digits", "", "A 'A' 1 '1' BackSpace BackSpace", ""},
		{"after a commit Backspace deletes", "", "N I Space '你' BackSpace", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dress(t, 1)
			f := NewTextField("", "")
			open(t, f)
			f.SetText(c.start)
			f.in.CursorColumn = len([]rune(c.start))
			f.in.FocusGained()
			play(f.Focusable(), c.script)
			if f.Text() != c.want {
				t.Errorf("%s: the field holds %q, want %q", c.script, f.Text(), c.want)
			}
		})
	}
}

func TestEnterAndEscWhileComposingReachNobody(t *testing.T) {
	dress(t, 1)
	f := NewTextField("", "")
	w := open(t, f)
	submitted, escaped := 0, 0
	f.OnSubmitted = func(string) { submitted++ }
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyEscape {
			escaped++
		}
	})
	play(f.Focusable(), "N I Return 'ni' H A Escape")
	if submitted != 0 || escaped != 0 {
		t.Fatalf("submitted %d times, escaped %d times while composing", submitted, escaped)
	}
	play(f.Focusable(), "Return Escape")
	if submitted != 1 || escaped != 1 {
		t.Errorf("afterwards submitted %d times, escaped %d times, want once each", submitted, escaped)
	}
}

func TestFocusAndMouseEndAComposition(t *testing.T) {
	for name, end := range map[string]func(*input){
		"focus lost":   func(in *input) { in.FocusLost() },
		"focus gained": func(in *input) { in.FocusGained() },
		"pasted":       func(in *input) { in.TypedShortcut(&fyne.ShortcutPaste{Clipboard: test.NewClipboard()}) },
	} {
		dress(t, 1)
		f := NewTextField("", "")
		open(t, f)
		play(f.Focusable(), "N I")
		if !f.Composing() {
			t.Fatalf("%s: not composing after two letters without runes", name)
		}
		end(f.in)
		if f.Composing() {
			t.Errorf("%s: still composing", name)
		}
	}
}

// Whoever types without an input method loses nothing: each letter key is followed by its rune at once. Whatever the
// sequence of other keys between, the field does what Fyne's own entry does.
func TestATypistWithoutInputMethodNeverNotices(t *testing.T) {
	keys := []fyne.KeyName{
		fyne.KeyBackspace, fyne.KeyDelete, fyne.KeyLeft, fyne.KeyRight, fyne.KeyHome, fyne.KeyEnd, fyne.KeyA, fyne.KeyB,
		fyne.KeyZ, fyne.KeySpace, fyne.Key1,
	}
	random := rand.New(rand.NewPCG(1, 2))
	dress(t, 1)
	for range 12 {
		guarded, bare := newInput(false), newInput(false)
		open(t, container.NewVBox(guarded, bare))
		for range 60 {
			key := keys[random.IntN(len(keys))]
			guarded.TypedKey(&fyne.KeyEvent{Name: key})
			bare.Entry.TypedKey(&fyne.KeyEvent{Name: key})
			if r, typed := map[fyne.KeyName]rune{fyne.KeyA: 'a', fyne.KeyB: 'b', fyne.KeyZ: 'z', fyne.KeySpace: ' ', fyne.Key1: '1'}[key]; typed {
				guarded.TypedRune(r)
				bare.Entry.TypedRune(r)
			}
			if guarded.Text != bare.Text || guarded.CursorColumn != bare.CursorColumn {
				t.Fatalf("after %s the guarded field holds %q at %d, Fyne's %q at %d", key, guarded.Text, guarded.CursorColumn, bare.Text, bare.CursorColumn)
			}
		}
	}
}

// Even if the count of letters should be wrong, no run of one key stays without effect for good.
func TestNoKeyCanBeLockedOut(t *testing.T) {
	for _, key := range []fyne.KeyName{
		fyne.KeyBackspace, fyne.KeyReturn, fyne.KeyEscape, fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown,
		fyne.KeyHome, fyne.KeyEnd, fyne.KeyDelete, fyne.KeyTab, fyne.KeyPageUp, fyne.KeyPageDown,
	} {
		c := composition{letters: 1000}
		kept := 0
		for c.keep(key) {
			if kept++; kept > mostHeld {
				t.Fatalf("%s is kept back %d times and more", key, kept)
			}
		}
	}
	c := composition{letters: 3}
	if c.keep(fyne.KeyF5) || c.keep(fyne.Key1) {
		t.Error("keys that edit nothing need not be kept back")
	}
}

// Ctrl+K and Ctrl+Enter work from inside a field; the editing shortcuts stay with it.
func TestShortcutsOfTheScreenWorkInsideAField(t *testing.T) {
	dress(t, 1)
	f := NewTextField("", "")
	w := open(t, f)
	heard := 0
	w.Canvas().AddShortcut(ctrl(fyne.KeyK), func(fyne.Shortcut) { heard++ })
	f.in.TypedShortcut(ctrl(fyne.KeyK))
	if heard != 1 {
		t.Errorf("Ctrl+K was heard %d times, want once", heard)
	}
	f.SetText("abc def")
	f.in.CursorColumn = 7
	f.in.TypedShortcut(ctrl(fyne.KeyBackspace))
	if f.Text() != "abc " {
		t.Errorf("Ctrl+Backspace left %q", f.Text())
	}
}
