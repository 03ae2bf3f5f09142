package widget

import "fyne.io/fyne/v2"

// composition watches the keys of a field for an input method at work. On X11 the keys that a Chinese input method
// consumes are reported to the field all the same, while the characters come only when the composition ends: taken
// at face value, Backspace in the pinyin deletes committed text, Enter submits the form and Esc closes it.
//
// A letter key that its rune does not follow is a letter of the composition. While there are any, the editing keys
// belong to the input method. Each way a composition ends brings the count back to nought: characters arrive,
// Backspace has removed the last letter, Enter or Esc is pressed, the focus moves or the mouse is used. So a person
// who types without an input method, where the rune follows each letter at once, never notices it.
type composition struct {
	letters int // typed into the composition and not yet answered by a rune
	held    int // keys kept back in a row
}

// mostHeld bounds the keys kept back in a row. Nobody walks further through a list of candidates; should the count of
// letters ever be wrong, the field still comes back by itself.
const mostHeld = 24

// keep reports whether a key belongs to the input method and must not reach the field.
func (c *composition) keep(key fyne.KeyName) bool {
	if isLetter(key) {
		c.letters++
		c.held = 0
		return false // a letter key does nothing in an entry; its rune does
	}
	if c.letters == 0 {
		return false
	}
	switch key {
	case fyne.KeyBackspace:
		c.letters--
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeyEscape:
		c.end()
		return true
	case fyne.KeyLeft, fyne.KeyRight, fyne.KeyUp, fyne.KeyDown, fyne.KeyHome, fyne.KeyEnd,
		fyne.KeyPageUp, fyne.KeyPageDown, fyne.KeyDelete, fyne.KeyTab:
	default:
		return false
	}
	c.held++
	if c.held >= mostHeld {
		c.end()
	}
	return true
}

// end forgets the composition: characters arrived, or the person went elsewhere.
func (c *composition) end() { c.letters, c.held = 0, 0 }

// active reports whether an input method seems to be at work.
func (c *composition) active() bool { return c.letters > 0 }

func isLetter(key fyne.KeyName) bool { return len(key) == 1 && key[0] >= 'A' && key[0] <= 'Z' }
