package widget

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

func TestWrapBreaksAsChineseIsSet(t *testing.T) {
	dress(t, 1)
	text := "陈经理说样品已到，质量部下午试装；对交期满意（价格还要谈 3%）。Please confirm the price today."
	for _, width := range []float32{60, 100, 150, 220, 400} {
		lines := wrap(text, Body, width)
		for i, line := range lines {
			first, last := []rune(line)[0], []rune(line)[len([]rune(line))-1]
			if strings.ContainsRune(noLineStart, first) || strings.ContainsRune(noLineEnd, last) {
				t.Errorf("width %v line %d is %q", width, i, line)
			}
			if len([]rune(line)) > 2 && measure(line, Body) > width && strings.ContainsRune(line, ' ') {
				t.Errorf("width %v: line %q is wider although it could be broken", width, line)
			}
		}
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if squeeze(strings.Join(lines, "")) != squeeze(text) {
			t.Errorf("width %v lost words: %q", width, lines)
		}
	}
	if got := wrap("a\n\nb", Body, 100); !slices.Equal(got, []string{"a", "", "b"}) {
		t.Errorf("line breaks give %q", got)
	}
}

func TestCut(t *testing.T) {
	dress(t, 1)
	for _, width := range []float32{0, 5, 20, 60, 100} {
		got := cut("苏州恒达精密制造有限公司", Body, width)
		if measure(got, Body) > width && got != ellipsis {
			t.Errorf("width %v: %q is %v wide", width, got, measure(got, Body))
		}
	}
	if got := cut("短", Body, 100); got != "短" {
		t.Errorf("what fits was cut to %q", got)
	}
}

func TestFlowWraps(t *testing.T) {
	dress(t, 1)
	var chips []fyne.CanvasObject
	for range 6 {
		chips = append(chips, NewChip("今天要跟进", nil))
	}
	wide := chips[0].MinSize().Width
	flow := NewFlow(8, chips...)
	if one, two := heightFor(flow, 6*(wide+8)), heightFor(flow, 3*(wide+8)); one != 26 || two != 26*2+8 {
		t.Errorf("one line is %v high, two are %v", one, two)
	}
	flow.Resize(fyne.NewSize(3*(wide+8), 100))
	if at := chips[3].Position(); at.X != 0 || at.Y != 34 {
		t.Errorf("the fourth chip stands at %v", at)
	}
}

func TestBarSpacesAndShrinks(t *testing.T) {
	dress(t, 1)
	name, button := NewText(strings.Repeat("很长的名字", 30), Body, ColorText), NewPlainButton("转移", nil)
	name.SetShrink(true)
	bar := NewBar(8, name, NewSpace(), button)
	bar.Resize(fyne.NewSize(400, 40))
	if end := button.Position().X + button.Size().Width; end != 400 {
		t.Errorf("the button ends at %v of 400", end)
	}
	if end := name.Position().X + name.Size().Width; end > button.Position().X {
		t.Errorf("the name ends at %v, over the button at %v", end, button.Position().X)
	}
}

func TestColumnsShareTheRest(t *testing.T) {
	dress(t, 1)
	a, b, c := NewText("a", Body, ColorText), NewText("b", Body, ColorText), NewText("c", Body, ColorText)
	NewColumns(10, []float32{100, 0, 0}, a, b, c).Resize(fyne.NewSize(420, 50))
	if a.Size().Width != 100 || b.Size().Width != 150 || c.Position().X != 270 {
		t.Errorf("widths %v and %v, the last at %v", a.Size().Width, b.Size().Width, c.Position().X)
	}
}

// The drawn sizes, at both ends of the text size.
func TestDrawnSizes(t *testing.T) {
	for _, unit := range []float32{1, 1.5} {
		dress(t, unit)
		for name, c := range map[string]struct {
			o    fyne.CanvasObject
			high float32
		}{
			"button":       {NewPrimaryButton("记跟进", nil), 32},
			"small button": {NewSmallButton("列", nil), 26},
			"chip":         {NewChip("我的", nil), 26},
			"card row":     {NewCardRow(Row{Title: "行"}), 34},
			"rail item":    {NewRailItem("客户", "412", nil), 34},
			"field row":    {NewFieldRow("手机", "139"), 32},
			"field":        {NewTextField("", ""), 32},
			"area of two":  {NewTextArea("", "", 2), 62},
			"progress":     {NewProgress(0.5), 8},
			"timeline row": {NewTimelineRow("电话", "今天", "一行"), 52},
			"notice":       {NewNotice("一行", ToneWarn), 41},
		} {
			open(t, NewStack(0, c.o))
			if got := c.o.Size().Height; got != c.high*unit && got != px(c.high) {
				t.Errorf("%s at %v is %v high, drawn %v", name, unit, got, c.high)
			}
		}
	}
}

// A change of the theme reaches what is shown already.
func TestWidgetsFollowTheTextSize(t *testing.T) {
	dress(t, 1)
	chip, list := NewChip("我的", nil), NewBigList([]Column{{ID: "a", Title: "名称", Width: 100}}, true)
	open(t, NewStack(0, chip, NewFixed(0, 300, list)))
	test.ApplyTheme(t, tokens{Theme: fyne.CurrentApp().Settings().Theme().(tokens).Theme, unit: 1.5})
	if got := chip.MinSize().Height; got != 39 {
		t.Errorf("the chip is %v high at 150%%", got)
	}
	if got := list.offsets[1] - list.offsets[0]; got != 150 {
		t.Errorf("the column is %v wide at 150%%", got)
	}
}
