package widget

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
)

// people is a list of n rows r0, r1, … in a window.
func people(t testing.TB, n int) (*BigList, fyne.Window) {
	dress(t, 1)
	l := NewBigList([]Column{
		{ID: "name", Title: "客户名称", Width: 258, Sortable: true},
		{ID: "level", Title: "级别", Width: 104},
		{ID: "mobile", Title: "手机", Width: 140},
		{ID: "days", Title: "距回落", Width: 70, Right: true},
		{ID: "owner", Title: "负责人", Width: 100},
	}, true)
	l.Length = func() int { return n }
	l.Key = func(i int) string { return fmt.Sprint("r", i) }
	l.Row = func(i int) []Cell {
		return []Cell{
			{Text: fmt.Sprint("杭州云栖科技有限公司", i)},
			{Text: "A 重点", Role: ColorDim},
			{Text: fmt.Sprint("139 5713 ", i)},
			{Text: fmt.Sprint(i%30, " 天"), Role: ColorWarn},
			{Text: "张伟", Tag: Tone(i % 3)},
		}
	}
	w := open(t, l)
	l.Reload()
	return l, w
}

// rowAt returns the row widget that shows row i.
func rowAt(t testing.TB, l *BigList, i int) *listRow {
	t.Helper()
	var found *listRow
	for _, o := range test.LaidOutObjects(l) {
		if r, ok := o.(*listRow); ok && r.at == i && r.cells != nil {
			found = r
		}
	}
	if found == nil {
		t.Fatalf("row %d is not in sight", i)
	}
	return found
}

func TestKeysMoveThroughTheList(t *testing.T) {
	l, _ := people(t, 1000)
	l.Focus()
	var current []int
	l.OnCurrent = func(i int) { current = append(current, i) }
	pressKeys(l.Focusable(), fyne.KeyDown, fyne.KeyDown, fyne.KeyUp, fyne.KeyEnd, fyne.KeyDown, fyne.KeyHome, fyne.KeyUp)
	if want := []int{1, 2, 1, 999, 0}; !slices.Equal(current, want) {
		t.Errorf("the keys went over %v, want %v", current, want)
	}
	pressKeys(l.Focusable(), fyne.KeyPageDown)
	page := l.Current()
	if page < 10 || page > 20 {
		t.Errorf("Page Down went to row %d in a window of 600", page)
	}
	pressKeys(l.Focusable(), fyne.KeyPageUp)
	if l.Current() != 0 {
		t.Errorf("Page Up went to row %d", l.Current())
	}
	pressKeys(l.Focusable(), fyne.KeyEnd)
	rowAt(t, l, 999) // it is in sight
}

func TestEnterAndClickOpen(t *testing.T) {
	l, _ := people(t, 100)
	var opened []int
	l.OnOpen = func(i int) { opened = append(opened, i) }
	pressKeys(l.Focusable(), fyne.KeyDown, fyne.KeyReturn)
	test.TapAt(rowAt(t, l, 5), fyne.NewPos(200, 10))
	if !slices.Equal(opened, []int{1, 5}) {
		t.Errorf("opened %v", opened)
	}
	if l.Current() != 5 {
		t.Errorf("a click leaves the keys on row %d", l.Current())
	}
}

func TestMarks(t *testing.T) {
	l, _ := people(t, 100)
	counts := []int{}
	l.OnMarked = func(n int) { counts = append(counts, n) }
	opened := 0
	l.OnOpen = func(int) { opened++ }
	pressKeys(l.Focusable(), fyne.KeyDown, fyne.KeySpace) // r1
	test.TapAt(rowAt(t, l, 4), fyne.NewPos(12, 10))       // r4 by its box
	clickWith(t, l, 7, fyne.KeyModifierShift)             // up to r7
	clickWith(t, l, 2, fyne.KeyModifierShortcutDefault)   // r2
	clickWith(t, l, 5, fyne.KeyModifierShortcutDefault)   // not r5
	if got := strings.Join(l.Marked(), " "); got != "r1 r2 r4 r6 r7" {
		t.Errorf("marked %q", got)
	}
	if !slices.Equal(counts, []int{1, 2, 5, 6, 5}) {
		t.Errorf("told %v", counts)
	}
	if opened != 0 {
		t.Error("marking opened a row")
	}
	l.Focusable().(fyne.Shortcutable).TypedShortcut(&fyne.ShortcutSelectAll{})
	if got := len(l.Marked()); got != 100 {
		t.Errorf("Ctrl+A marked %d rows", got)
	}
	pressKeys(l.Focusable(), fyne.KeyEscape)
	if got := len(l.Marked()); got != 0 {
		t.Errorf("Esc left %d marks", got)
	}
}

func clickWith(t *testing.T, l *BigList, i int, held fyne.KeyModifier) {
	t.Helper()
	row := rowAt(t, l, i)
	row.MouseDown(&desktop.MouseEvent{Modifier: held})
	test.TapAt(row, fyne.NewPos(200, 10))
}

// A mark belongs to a record: it moves with it when the order changes, and goes when the record leaves the list. A
// batch action must never meet a record nobody sees.
func TestMarksFollowRecords(t *testing.T) {
	l, _ := people(t, 10)
	pressKeys(l.Focusable(), fyne.KeySpace, fyne.KeyDown, fyne.KeySpace) // r0, r1
	order := []string{"r9", "r1", "r5"}
	l.Length = func() int { return len(order) }
	l.Key = func(i int) string { return order[i] }
	told := -1
	l.OnMarked = func(n int) { told = n }
	l.Reload()
	if got := l.Marked(); !slices.Equal(got, []string{"r1"}) || told != 1 {
		t.Errorf("marked %v, told %d", got, told)
	}
	order = nil
	l.Reload()
	if l.Current() != -1 || len(l.Marked()) != 0 {
		t.Errorf("an empty list stands on %d with marks %v", l.Current(), l.Marked())
	}
	pressKeys(l.Focusable(), fyne.KeyDown, fyne.KeyReturn, fyne.KeySpace, fyne.KeyEnd) // must not panic
}

func TestHeaderSortsAndWidens(t *testing.T) {
	l, _ := people(t, 10)
	var sorted []string
	l.OnSort = func(column string, down bool) { sorted = append(sorted, fmt.Sprint(column, " ", down)) }
	title := l.header.titles[0]
	test.Tap(title)
	test.Tap(title)
	test.Tap(title)
	if want := []string{"name false", "name true", "name false"}; !slices.Equal(sorted, want) {
		t.Errorf("sorted %v", sorted)
	}
	if got := title.words(); got != "客户名称 ↑" {
		t.Errorf("the title says %q", got)
	}
	test.Tap(l.header.titles[1]) // not sortable
	if len(sorted) != 3 {
		t.Error("a column that cannot be sorted was")
	}
	var told float32
	l.OnWidth = func(column string, width float32) { told = width }
	grip := l.header.grips[0]
	grip.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(40, 0)})
	grip.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(2, 0)})
	grip.DragEnd()
	if told != 300 || l.Columns()[0].Width != 300 {
		t.Errorf("told %v, the column is %v wide, want 300", told, l.Columns()[0].Width)
	}
	grip.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-1000, 0)})
	if l.Columns()[0].Width < 40 {
		t.Error("a column can be dragged shut")
	}
}

func TestCellsAreCutAndAligned(t *testing.T) {
	l, _ := people(t, 10)
	long := strings.Repeat("很长的名字", 20)
	l.Row = func(int) []Cell { return []Cell{{Text: long}, {}, {}, {Text: "5"}, {}} }
	l.Reload()
	row := rowAt(t, l, 0)
	name, days := row.texts[0], row.texts[3]
	if !strings.HasSuffix(name.Text, ellipsis) || name.MinSize().Width > 258-20 {
		t.Errorf("the name %q is %v wide in a column of 258", name.Text, name.MinSize().Width)
	}
	if end, want := days.Position().X+days.Size().Width, l.offsets[4]-10; end != want {
		t.Errorf("the number ends at %v, want %v", end, want)
	}
}

// Columns wider than the list are reached by the arrows and the bar, and header and rows move together.
func TestWideListsScrollSideways(t *testing.T) {
	l, _ := people(t, 10)
	if l.side.Visible() {
		t.Error("a bar although all columns have room")
	}
	columns := l.Columns()
	columns[1].Width = 500
	l.SetColumns(columns)
	if !l.side.Visible() || l.overhang() <= 0 {
		t.Fatalf("no bar for columns that are %v wider than the list", l.overhang())
	}
	l.Focus()
	for range 50 {
		pressKeys(l.Focusable(), fyne.KeyRight)
	}
	if l.shift != l.overhang() {
		t.Errorf("the arrows stop at %v, the end is at %v", l.shift, l.overhang())
	}
	row, title := rowAt(t, l, 0), l.header.titles[2]
	if got, want := row.texts[2].Position().X, title.Position().X+10; got != want {
		t.Errorf("the cell stands at %v, its title at %v", got, want)
	}
	l.side.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(-1e6, 0)})
	if l.shift != 0 {
		t.Errorf("dragged back it stands at %v", l.shift)
	}
}

// Rows are reused while scrolling; nothing of the row shown before may be left.
func TestReusedRowsKeepNothing(t *testing.T) {
	l, _ := people(t, 10000)
	for range 200 {
		l.ScrollBy(37)
	}
	for _, o := range test.LaidOutObjects(l) {
		r, ok := o.(*listRow)
		if !ok || r.cells == nil {
			continue
		}
		want := l.Row(r.at)
		for c := range want {
			if r.texts[c].Text != want[c].Text {
				t.Errorf("row %d column %d shows %q, want %q", r.at, c, r.texts[c].Text, want[c].Text)
			}
			if pill := r.pills[c]; pill != nil && pill.Visible() != (want[c].Tag != ToneNone) {
				t.Errorf("row %d column %d: tag shown: %v", r.at, c, pill.Visible())
			}
		}
	}
}

func TestOtherKeysGoToTheScreen(t *testing.T) {
	l, w := people(t, 10)
	var heard []fyne.KeyName
	var runes string
	w.Canvas().SetOnTypedKey(func(e *fyne.KeyEvent) { heard = append(heard, e.Name) })
	w.Canvas().SetOnTypedRune(func(r rune) { runes += string(r) })
	shortcut := 0
	w.Canvas().AddShortcut(ctrl(fyne.KeyK), func(fyne.Shortcut) { shortcut++ })
	pressKeys(l.Focusable(), fyne.KeyN, fyne.KeyDown, fyne.KeyEscape)
	l.Focusable().TypedRune('n')
	l.Focusable().(fyne.Shortcutable).TypedShortcut(ctrl(fyne.KeyK))
	if !slices.Equal(heard, []fyne.KeyName{fyne.KeyN, fyne.KeyEscape}) || runes != "n" || shortcut != 1 {
		t.Errorf("heard %v and %q and %d shortcuts", heard, runes, shortcut)
	}
}

func TestBatchBarAndEmptyState(t *testing.T) {
	l, _ := people(t, 10)
	l.SetBatch(func(n int) string { return fmt.Sprint("已选 ", n, " 位") }, "Esc 取消", NewBarButton("转移", nil))
	empty := NewText("还没有客户", Body, ColorText)
	l.SetEmpty(empty)
	if l.batch.Visible() || empty.Visible() {
		t.Error("bar or empty state shown without need")
	}
	pressKeys(l.Focusable(), fyne.KeySpace)
	if !l.batch.Visible() {
		t.Error("no bar with a mark")
	}
	test.Tap(l.batch.clear)
	if l.batch.Visible() || len(l.Marked()) != 0 {
		t.Error("the bar's link does not clear the marks")
	}
	l.Length = func() int { return 0 }
	l.Reload()
	if !empty.Visible() {
		t.Error("no empty state in an empty list")
	}
}

// What a scroll step costs does not grow with the list: it asks for the rows that come into sight and makes no new
// widgets. The benchmark below gives the time.
func TestAScrollStepAsksForTheRowsThatComeIntoSight(t *testing.T) {
	l, _ := people(t, 100_000)
	row, asked := l.Row, 0
	l.Row = func(i int) []Cell {
		asked++
		return row(i)
	}
	made, create := 0, l.list.CreateItem
	l.list.CreateItem = func() fyne.CanvasObject {
		made++
		return create()
	}
	const steps = 300
	l.ScrollBy(40) // the pool has a row too few before the first step
	asked, made = 0, 0
	for range steps {
		l.ScrollBy(40)
	}
	if most := steps*40/30 + 2; asked > most {
		t.Errorf("%d steps of 40 asked for %d rows of 30, at most %d came into sight", steps, asked, most)
	}
	// The race detector makes the pool lose a part of what is put into it; without a pool it would be one a row.
	if made > asked/2 {
		t.Errorf("%d rows came into sight and %d row widgets were made for them", asked, made)
	}
}

func BenchmarkScrollStep(b *testing.B) {
	l, _ := people(b, 100_000)
	scroll(b, l)
}

func scroll(b *testing.B, l *BigList) {
	const step = 40
	b.ResetTimer()
	for range b.N {
		l.ScrollBy(step)
		if l.Offset() > 2_900_000 {
			l.list.ScrollToTop()
		}
	}
}
