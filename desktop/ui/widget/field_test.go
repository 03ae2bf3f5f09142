package widget

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

var calendarWords = CalendarWords{
	Month:    func(year int, m time.Month) string { return time.Date(year, m, 1, 0, 0, 0, 0, zone).Format("2006-01") },
	Weekdays: [7]string{"一", "二", "三", "四", "五", "六", "日"}, Today: "今天", Invalid: "看不懂这个日期",
}

func TestNobodyIsToldOfAMistakeWhileStillTyping(t *testing.T) {
	dress(t, 1)
	f := NewTextField("手机", "")
	f.Check = func(text string) string {
		if len(text) != 11 {
			return "手机号是 11 位"
		}
		return ""
	}
	w := open(t, f)
	w.Canvas().Focus(f.Focusable())
	test.Type(f.Focusable(), "139")
	if f.Error() != "" {
		t.Errorf("while typing: %q", f.Error())
	}
	w.Canvas().Unfocus()
	if f.Error() == "" {
		t.Error("nothing is said after the field was left")
	}
	w.Canvas().Focus(f.Focusable())
	test.Type(f.Focusable(), "57132086")
	if f.Error() != "" {
		t.Errorf("after it was mended: %q", f.Error())
	}
	if f.MinSize().Height != px(22)+px(32) {
		t.Errorf("the field is %v high without an error", f.MinSize().Height)
	}
}

func TestSearchFieldShowsItsHintWhileEmpty(t *testing.T) {
	dress(t, 1)
	s := NewSearchField("搜索", "Ctrl K")
	open(t, s)
	var keys []fyne.KeyName
	s.OnKey = func(e *fyne.KeyEvent) bool {
		keys = append(keys, e.Name)
		return e.Name == fyne.KeyDown
	}
	submitted := ""
	s.OnSubmitted = func(text string) { submitted = text }
	test.Type(s.Focusable(), "云栖")
	if s.hint.Visible() {
		t.Error("the hint stands beside typed text")
	}
	pressKeys(s.Focusable(), fyne.KeyDown, fyne.KeyReturn)
	if !slices.Equal(keys, []fyne.KeyName{fyne.KeyDown, fyne.KeyReturn}) || submitted != "云栖" {
		t.Errorf("keys %v, submitted %q", keys, submitted)
	}
	s.SetText("")
	if !s.hint.Visible() {
		t.Error("no hint in the empty box")
	}
}

func TestDateFieldReadsWhatIsTyped(t *testing.T) {
	dress(t, 1)
	d := NewDateTimeField("下次跟进", "", calendarWords, func() time.Time { return present }, zone)
	w := open(t, d)
	var picked []string
	d.OnPicked = func(at time.Time) { picked = append(picked, at.Format("2006-01-02 15:04")) }
	w.Canvas().Focus(d.Focusable())
	test.Type(d.Focusable(), "明天 14:30")
	if at, clock, ok := d.Value(); !ok || !clock || at.Format("01-02 15:04") != "11-22 14:30" {
		t.Errorf("before leaving the value is %v, %v, %v", at, clock, ok)
	}
	w.Canvas().Unfocus()
	if d.Text() != "2026-11-22 14:30" || !slices.Equal(picked, []string{"2026-11-22 14:30"}) {
		t.Errorf("shows %q, told %v", d.Text(), picked)
	}
	w.Canvas().Focus(d.Focusable())
	w.Canvas().Unfocus()
	if len(picked) != 1 {
		t.Error("told again without a change")
	}
	d.SetText("随便")
	w.Canvas().Focus(d.Focusable())
	w.Canvas().Unfocus()
	if d.Error() != "看不懂这个日期" || d.Text() != "随便" {
		t.Errorf("error %q, text %q: what was typed must stay", d.Error(), d.Text())
	}
	if _, _, ok := d.Value(); ok {
		t.Error("an unreadable field has a value")
	}
}

func TestCalendarPicksByKeysAndMouse(t *testing.T) {
	dress(t, 1)
	d := NewDateTimeField("下次跟进", "", calendarWords, func() time.Time { return present }, zone)
	w := open(t, d)
	d.SetValue(time.Date(2026, 11, 25, 14, 30, 0, 0, zone), true)
	w.Canvas().Focus(d.Focusable())
	typeKeys(w, fyne.KeyDown) // opens
	if _, ok := w.Canvas().Focused().(*month); !ok {
		t.Fatalf("the focus is on %T, not on the calendar", w.Canvas().Focused())
	}
	typeKeys(w, fyne.KeyRight, fyne.KeyDown, fyne.KeyPageDown, fyne.KeyReturn)
	if d.Text() != "2027-01-03 14:30" {
		t.Errorf("picked %q: 25 November, a day, a week and a month on, at the same time", d.Text())
	}
	typeKeys(w, fyne.KeyDown)
	m := w.Canvas().Focused().(*month)
	// January 2027 starts on a Friday; the third cell of the third line is Wednesday the 13th.
	test.TapAt(m, fyne.NewPos(monthPad+2*dayWide+5, monthHead+weekHead+2*dayHigh+5))
	if d.Text() != "2027-01-13 14:30" {
		t.Errorf("a click picked %q", d.Text())
	}
	typeKeys(w, fyne.KeyDown, fyne.KeyRight, fyne.KeyEscape)
	if d.Text() != "2027-01-13 14:30" || w.Canvas().Overlays().Top() != nil {
		t.Errorf("Esc left %q", d.Text())
	}
}

func TestSelectField(t *testing.T) {
	dress(t, 1)
	s := NewSelectField("级别", "请选择", "", []Option{{"a", "A 重点"}, {"b", "B 普通"}, {"c", "C 流失风险"}})
	w := open(t, NewStack(8, s))
	var chosen []string
	s.OnChanged = func(v string) { chosen = append(chosen, v) }
	if text, _ := s.words(); text != "请选择" {
		t.Errorf("empty it shows %q", text)
	}
	w.Canvas().Focus(s.Focusable())
	typeKeys(w, fyne.KeyDown, fyne.KeyDown, fyne.KeyReturn)
	typeKeys(w, fyne.KeySpace, fyne.KeyUp, fyne.KeyReturn)
	typeKeys(w, fyne.KeyReturn, fyne.KeyDown, fyne.KeyEscape)
	if !slices.Equal(chosen, []string{"b", "a"}) || s.Value() != "a" {
		t.Errorf("chose %v, holds %q", chosen, s.Value())
	}
	typeKeys(w, fyne.KeyDown)
	w.Canvas().Focused().TypedRune('C')
	typeKeys(w, fyne.KeyReturn)
	if s.Value() != "c" {
		t.Errorf("the letter C chose %q", s.Value())
	}
	s.SetValue("gone")
	if text, _ := s.words(); text != "gone" {
		t.Errorf("a value that is no longer a choice is shown as %q", text)
	}
	s.Disable()
	test.Tap(s.face)
	if w.Canvas().Overlays().Top() != nil {
		t.Error("a disabled field drops its list")
	}
}

func TestALongListOfChoicesIsNarrowedByTyping(t *testing.T) {
	dress(t, 1)
	var options []Option
	for _, name := range []string{"张伟", "李娜", "王芳", "赵强", "孙丽", "周敏", "吴刚", "郑洁", "冯涛", "陈明", "褚健", "卫东", "蒋丽"} {
		options = append(options, Option{name, name})
	}
	s := NewSelectField("负责人", "请选择", "筛选", options)
	w := open(t, NewStack(8, s))
	w.Canvas().Focus(s.Focusable())
	typeKeys(w, fyne.KeyDown)
	test.Type(w.Canvas().Focused(), "丽")
	typeKeys(w, fyne.KeyDown, fyne.KeyReturn)
	if s.Value() != "蒋丽" {
		t.Errorf("chose %q", s.Value())
	}
	typeKeys(w, fyne.KeyDown)
	test.Type(w.Canvas().Focused(), "没有")
	typeKeys(w, fyne.KeyReturn)
	if w.Canvas().Overlays().Top() == nil || s.Value() != "蒋丽" {
		t.Error("Enter on no hit must leave the list and the value as they are")
	}
}

func TestChipGroups(t *testing.T) {
	dress(t, 1)
	options := []Option{{"1", "电话"}, {"2", "微信"}, {"3", "面谈"}}
	var told [][]string
	remember := func(c []string) { told = append(told, c) }
	single, free, multi := NewChipGroup(options, false, remember), NewChipGroup(options, false, remember).AllowNone(), NewChipGroup(options, true, remember)
	open(t, NewStack(8, single, free, multi))
	for _, g := range []*ChipGroup{single, free, multi} {
		test.Tap(g.Chip("2"))
		test.Tap(g.Chip("1"))
		test.Tap(g.Chip("1"))
	}
	want := [][]string{{"2"}, {"1"}, {"2"}, {"1"}, nil, {"2"}, {"1", "2"}, {"2"}}
	if !slices.EqualFunc(told, want, func(a, b []string) bool { return slices.Equal(a, b) }) {
		t.Errorf("told %v, want %v", told, want)
	}
	multi.SetOptions(options[1:])
	if !slices.Equal(multi.Chosen(), []string{"2"}) || multi.Chip("1") != nil {
		t.Errorf("after new options chosen is %v", multi.Chosen())
	}
}

func TestPressByMouseAndKeyboard(t *testing.T) {
	dress(t, 1)
	pressed := 0
	b := NewPrimaryButton("保存", func() { pressed++ })
	w := open(t, NewStack(8, b))
	heard := 0
	w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { heard++ })
	test.Tap(b)
	pressKeys(b, fyne.KeyReturn, fyne.KeySpace, fyne.KeyEscape, fyne.KeyN)
	if pressed != 3 || heard != 2 {
		t.Errorf("pressed %d times, the screen heard %d keys", pressed, heard)
	}
	b.Disable()
	test.Tap(b)
	pressKeys(b, fyne.KeyReturn)
	if pressed != 3 {
		t.Error("a disabled button was pressed")
	}
}

func TestTabReachesEverything(t *testing.T) {
	dress(t, 1)
	field, area, chip, button := NewTextField("", ""), NewTextArea("", "", 2), NewChip("明天", func() {}), NewPlainButton("好", func() {})
	w := open(t, NewStack(8, field, area, chip, button))
	var order []fyne.Focusable
	for range 4 {
		w.Canvas().FocusNext()
		order = append(order, w.Canvas().Focused())
	}
	if !slices.Equal(order, []fyne.Focusable{field.Focusable(), area.Focusable(), chip, button}) {
		t.Errorf("Tab goes over %v", order)
	}
	if area.in.AcceptsTab() {
		t.Error("Tab would be caught in the text area")
	}
}
