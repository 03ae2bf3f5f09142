package widget

import (
	"fyne.io/fyne/v2"
)

// marks are the marked records of a BigList.
type marks struct {
	of   *BigList
	set  map[string]bool
	last int // the row marked last, from which Shift marks on
}

func newMarks(of *BigList) *marks { return &marks{of: of, set: map[string]bool{}} }

func (m *marks) has(i int) bool { return len(m.set) > 0 && i < m.of.Length() && m.set[m.of.Key(i)] }
func (m *marks) count() int     { return len(m.set) }

func (m *marks) toggle(i int) {
	key := m.of.Key(i)
	if m.set[key] {
		delete(m.set, key)
	} else {
		m.set[key] = true
	}
	m.last = i
	m.changed()
}

// upTo marks all rows from the one marked last to i.
func (m *marks) upTo(i int) {
	for row := min(m.last, i); row <= max(m.last, i) && row < m.of.Length(); row++ {
		m.set[m.of.Key(row)] = true
	}
	m.changed()
}

func (m *marks) all() {
	for i := range m.of.Length() {
		m.set[m.of.Key(i)] = true
	}
	m.changed()
}

func (m *marks) clear() {
	if len(m.set) == 0 {
		return
	}
	clear(m.set)
	m.changed()
}

func (m *marks) keys() []string {
	out := make([]string, 0, len(m.set))
	if len(m.set) == 0 {
		return out
	}
	for i := range m.of.Length() {
		if key := m.of.Key(i); m.set[key] {
			out = append(out, key)
		}
	}
	return out
}

// prune forgets marks of records that are no longer in the list: a batch must never touch what cannot be seen.
func (m *marks) prune() {
	if len(m.set) == 0 {
		return
	}
	kept := make(map[string]bool, len(m.set))
	for _, key := range m.keys() {
		kept[key] = true
	}
	gone := len(kept) != len(m.set)
	m.set = kept
	if gone && m.of.OnMarked != nil {
		m.of.OnMarked(len(kept))
	}
}

func (m *marks) changed() {
	m.of.header.Refresh()
	m.of.repaint()
	if m.of.batch != nil {
		m.of.batch.Refresh()
	}
	m.of.Refresh()
	if m.of.OnMarked != nil {
		m.of.OnMarked(len(m.set))
	}
}

// typedKey is a key while the list has the focus.
func (b *BigList) typedKey(e *fyne.KeyEvent) {
	last := b.Length() - 1
	page := max(int((b.list.Size().Height)/b.rowHeight())-1, 1)
	to := b.current
	switch e.Name {
	case fyne.KeyUp:
		to--
	case fyne.KeyDown:
		to++
	case fyne.KeyPageUp:
		to -= page
	case fyne.KeyPageDown:
		to += page
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = last
	case fyne.KeyLeft:
		b.shiftTo(b.shift - px(80))
		return
	case fyne.KeyRight:
		b.shiftTo(b.shift + px(80))
		return
	case fyne.KeyReturn, fyne.KeyEnter:
		b.open(b.current)
		return
	case fyne.KeySpace:
		if b.checks && last >= 0 {
			b.marks.toggle(b.current)
		}
		return
	case fyne.KeyEscape:
		if b.marks.count() > 0 {
			b.marks.clear()
			return
		}
		bubbleKey(b.list, e)
		return
	default:
		bubbleKey(b.list, e)
		return
	}
	if last >= 0 {
		b.setCurrent(max(min(to, last), 0))
	}
}

// typedShortcut is a shortcut while the list has the focus.
func (b *BigList) typedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutSelectAll); ok && b.checks {
		b.marks.all()
		return
	}
	bubbleShortcut(b.list, s)
}
