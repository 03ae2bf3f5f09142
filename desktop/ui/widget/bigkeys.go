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
	if to, ok := b.target(e.Name); ok {
		if last := b.Length() - 1; last >= 0 {
			b.setCurrent(max(min(to, last), 0))
		}
		return
	}
	switch e.Name {
	case fyne.KeyLeft:
		b.shiftTo(b.shift - px(80))
	case fyne.KeyRight:
		b.shiftTo(b.shift + px(80))
	case fyne.KeyReturn, fyne.KeyEnter:
		b.open(b.current)
	case fyne.KeySpace:
		if b.checks && b.Length() > 0 {
			b.marks.toggle(b.current)
		}
	case fyne.KeyEscape:
		if b.marks.count() > 0 {
			b.marks.clear()
			return
		}
		bubbleKey(b.list, e)
	default:
		bubbleKey(b.list, e)
	}
}

// target is the row a key leads to, which may lie beyond the list.
func (b *BigList) target(key fyne.KeyName) (row int, ok bool) {
	page := max(int(b.list.Size().Height/b.rowHeight())-1, 1)
	switch key {
	case fyne.KeyUp:
		return b.current - 1, true
	case fyne.KeyDown:
		return b.current + 1, true
	case fyne.KeyPageUp:
		return b.current - page, true
	case fyne.KeyPageDown:
		return b.current + page, true
	case fyne.KeyHome:
		return 0, true
	case fyne.KeyEnd:
		return b.Length() - 1, true
	default:
		return 0, false
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
