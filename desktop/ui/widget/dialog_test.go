package widget

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

// typeKeys sends keys where the driver would: to the focus, or to the canvas without one.
func typeKeys(w fyne.Window, keys ...fyne.KeyName) {
	for _, k := range keys {
		e := &fyne.KeyEvent{Name: k}
		if f := w.Canvas().Focused(); f != nil {
			f.TypedKey(e)
		} else if heard := w.Canvas().OnTypedKey(); heard != nil {
			heard(e)
		}
	}
}

func TestDialogObeysEnterAndEsc(t *testing.T) {
	for _, c := range []struct {
		name    string
		keys    []fyne.KeyName
		said    string
		unfocus bool
		danger  bool
	}{
		{"Enter", []fyne.KeyName{fyne.KeyReturn}, "yes", false, false},
		{"keypad Enter", []fyne.KeyName{fyne.KeyEnter}, "yes", false, false},
		{"Esc", []fyne.KeyName{fyne.KeyEscape}, "no", false, false},
		{"Esc after a click beside the buttons", []fyne.KeyName{fyne.KeyEscape}, "no", true, false},
		{"Enter after a click beside the buttons", []fyne.KeyName{fyne.KeyReturn}, "yes", true, false},
		{"Enter on something dangerous stands on cancel", []fyne.KeyName{fyne.KeyReturn}, "no", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			dress(t, 1)
			w := open(t, NewText("", Body, ColorText))
			below := 0
			w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { below++ })
			said := ""
			d := ShowDialog(w, DialogSpec{
				Title: "放入公海", Confirm: "放入", Cancel: "取消", Danger: c.danger,
				OnConfirm: func() bool { said = "yes"; return true }, OnCancel: func() { said = "no" },
			})
			if c.unfocus {
				w.Canvas().Unfocus()
			}
			typeKeys(w, c.keys...)
			if said != c.said || d.Open() || w.Canvas().Overlays().Top() != nil {
				t.Errorf("said %q, want %q; open: %v", said, c.said, d.Open())
			}
			if below != 0 {
				t.Error("the screen below heard the key")
			}
			typeKeys(w, fyne.KeyN)
			if below != 1 {
				t.Error("the screen below does not hear keys again")
			}
		})
	}
}

func TestFormKeepsWhatWasTypedWhileItIsWrong(t *testing.T) {
	dress(t, 1)
	w := open(t, NewText("", Body, ColorText))
	name := NewTextField("客户名称", "").SetRequired(true)
	name.Check = func(text string) string {
		if text == "" {
			return "请填写客户名称"
		}
		return ""
	}
	saved := ""
	d := ShowForm(w, "新建客户", "保存", "取消", []fyne.CanvasObject{name, NewTextField("手机", "")}, func() bool {
		if !name.Valid() {
			return false
		}
		saved = name.Text()
		return true
	})
	if w.Canvas().Focused() != name.Focusable() {
		t.Fatal("the first field has not the focus")
	}
	typeKeys(w, fyne.KeyReturn)
	if !d.Open() || name.Error() != "请填写客户名称" {
		t.Fatalf("open %v, error %q", d.Open(), name.Error())
	}
	test.Type(w.Canvas().Focused(), "Hengda")
	if name.Error() != "" {
		t.Errorf("the error %q stays after it was mended", name.Error())
	}
	typeKeys(w, fyne.KeyReturn)
	if d.Open() || saved != "Hengda" {
		t.Errorf("open %v, saved %q", d.Open(), saved)
	}
}

func TestEnterInATextAreaStartsALine(t *testing.T) {
	dress(t, 1)
	w := open(t, NewText("", Body, ColorText))
	area := NewTextArea("备注", "", 3)
	d := ShowForm(w, "备注", "保存", "取消", []fyne.CanvasObject{area}, func() bool { return true })
	typeKeys(w, fyne.KeyReturn)
	if !d.Open() || area.Text() != "\n" {
		t.Errorf("open %v, text %q", d.Open(), area.Text())
	}
	typeKeys(w, fyne.KeyEscape)
	if d.Open() {
		t.Error("Esc in the area does not close the dialog")
	}
}

func TestDialogsStackAndCloseOneByOne(t *testing.T) {
	dress(t, 1)
	w := open(t, NewText("", Body, ColorText))
	first := ShowMessage(w, "一", "第一个", "好")
	second := ShowConfirm(w, "二", "第二个", "好", "取消", false, func() {})
	typeKeys(w, fyne.KeyEscape)
	if !first.Open() || second.Open() {
		t.Fatalf("after one Esc: first %v, second %v", first.Open(), second.Open())
	}
	typeKeys(w, fyne.KeyEscape)
	if first.Open() {
		t.Error("the second Esc does not close the first dialog")
	}
}

// A dialog closed from below takes those above along, and the keys go back to the screen, not to a dialog that is
// gone.
func TestADialogClosedFromBelowLeavesTheKeysToTheScreen(t *testing.T) {
	dress(t, 1)
	w := open(t, NewText("", Body, ColorText))
	heard := 0
	w.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { heard++ })
	first := ShowMessage(w, "一", "第一个", "好")
	second := ShowMessage(w, "二", "第二个", "好")
	first.Close()
	second.Close()
	typeKeys(w, fyne.KeyN)
	if heard != 1 || w.Canvas().Overlays().Top() != nil {
		t.Errorf("the screen heard %d keys", heard)
	}
}

func TestADisabledMainButtonIsNotPressedByEnter(t *testing.T) {
	dress(t, 1)
	w := open(t, NewText("", Body, ColorText))
	d := ShowDialog(w, DialogSpec{Title: "登录", Confirm: "登录", Cancel: "取消"})
	d.ConfirmButton().Disable()
	w.Canvas().Unfocus()
	typeKeys(w, fyne.KeyReturn)
	if !d.Open() {
		t.Error("Enter pressed a disabled button")
	}
}

// A dialog higher than the window scrolls; its buttons stay in sight.
func TestAHighDialogFitsTheWindow(t *testing.T) {
	dress(t, 1)
	w := open(t, NewText("", Body, ColorText))
	var fields []fyne.CanvasObject
	for range 30 {
		fields = append(fields, NewTextField("字段", ""))
	}
	d := ShowForm(w, "很长的表单", "保存", "取消", fields, func() bool { return true })
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(d.ConfirmButton())
	if bottom := at.Y + d.ConfirmButton().Size().Height; bottom > 600 {
		t.Errorf("the main button ends at %v in a window of 600", bottom)
	}
}

func TestToasts(t *testing.T) {
	dress(t, 1)
	type wait struct {
		stay time.Duration
		then func()
	}
	var waits []wait
	toasts := NewToasts(func(d time.Duration, then func()) { waits = append(waits, wait{d, then}) })
	w := open(t, toasts)
	undone := 0
	toasts.Say("已保存", ToneGood, "", nil)
	toasts.Say("已放入公海", ToneGood, "撤销", func() { undone++ })
	if waits[0].stay != ToastTime || waits[1].stay <= ToastTime {
		t.Errorf("messages stay %v and %v", waits[0].stay, waits[1].stay)
	}
	waits[0].then()
	if got := toasts.Texts(); len(got) != 1 || got[0] != "已放入公海" {
		t.Fatalf("after the time of the first: %v", got)
	}
	test.Tap(toasts.shown[0].link)
	if undone != 1 || len(toasts.Texts()) != 0 {
		t.Errorf("undone %d times, %v left", undone, toasts.Texts())
	}
	waits[1].then() // its time passes after it was taken: nothing happens
	for range 5 {
		toasts.Say("多", ToneAccent, "", nil)
	}
	if got := len(toasts.Texts()); got != mostToasts {
		t.Errorf("%d messages stand at once", got)
	}
	if w.Canvas().Overlays().Top() != nil {
		t.Error("a message is an overlay: it would close the dialogs over it")
	}
}
