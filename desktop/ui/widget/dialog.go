package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// DialogSpec says what a dialog shows and does.
type DialogSpec struct {
	Title string
	Body  fyne.CanvasObject
	Width float32 // drawn pixels; 440 by default

	Confirm string // the main button; Enter presses it. "" leaves it out
	Cancel  string // the other button; Esc presses it. "" leaves it out, Esc still closes
	Danger  bool   // the main button takes something away
	Extra   []fyne.CanvasObject

	// OnConfirm is called by the main button. False keeps the dialog open: something is still wrong in it.
	OnConfirm func() (done bool)
	// OnCancel is called by the other button, Esc and Close.
	OnCancel func()

	// Focus gets the focus first; the main button by default.
	Focus fyne.Focusable
}

// Dialog is a dialog that is shown.
type Dialog struct {
	spec  DialogSpec
	layer *overlay
	yes   *Button
	no    *Button

	body   *fyne.Container // nil without a body
	scroll *container.Scroll
}

// ShowDialog shows a dialog in the middle of the window. Enter confirms and Esc cancels, from inside its fields too;
// in a text area Enter starts a line.
func ShowDialog(window fyne.Window, spec DialogSpec) *Dialog {
	d := &Dialog{spec: spec}
	if spec.Width == 0 {
		d.spec.Width = 440
	}
	buttons := NewBar(8, append(append([]fyne.CanvasObject{}, spec.Extra...), NewSpace())...)
	if spec.Cancel != "" {
		d.no = NewPlainButton(spec.Cancel, d.Cancel)
		buttons.Add(d.no)
	}
	if spec.Confirm != "" {
		d.yes = NewPrimaryButton(spec.Confirm, d.Confirm)
		if spec.Danger {
			d.yes = NewDangerButton(spec.Confirm, d.Confirm)
		}
		buttons.Add(d.yes)
	}
	head := NewInset(20, 16, 20, 0, NewText(spec.Title, Strong, ColorText))
	foot := NewInset(20, 12, 20, 16, buttons)
	d.layer = &overlay{on: window.Canvas(), veiled: true, onKey: d.typedKey, place: d.place}
	if spec.Body == nil {
		d.layer.content = container.NewBorder(head, foot, nil, nil)
	} else {
		d.body = NewInset(20, 12, 20, 4, spec.Body)
		d.scroll = container.NewVScroll(d.body)
		d.layer.content = container.NewBorder(head, foot, nil, nil, d.scroll)
	}
	d.layer.show(d.first())
	return d
}

// first is what gets the focus: something must have it, or no key would arrive.
func (d *Dialog) first() fyne.Focusable {
	switch {
	case d.spec.Focus != nil:
		return d.spec.Focus
	case d.yes != nil && !d.spec.Danger:
		return d.yes
	case d.no != nil:
		return d.no
	case d.yes != nil:
		return d.yes
	default:
		return nil
	}
}

// place centres the dialog; what is too high for the window scrolls inside it.
func (d *Dialog) place(room, content fyne.Size) (fyne.Position, fyne.Size) {
	width := min(max(px(d.spec.Width), content.Width+2), room.Width-2*px(16))
	high := content.Height
	if d.body != nil {
		high += heightFor(d.body, width-2) - d.scroll.MinSize().Height
	}
	high = min(high+2, room.Height-2*px(16))
	return fyne.NewPos(middle(width, room.Width), middle(high, room.Height)), fyne.NewSize(width, high)
}

func (d *Dialog) typedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyEscape:
		d.Cancel()
	case fyne.KeyReturn, fyne.KeyEnter:
		if d.yes != nil {
			d.Confirm()
		}
	}
}

// Confirm does what the main button does.
func (d *Dialog) Confirm() {
	if !d.layer.open || d.yes != nil && d.yes.Disabled() {
		return
	}
	if d.spec.OnConfirm == nil || d.spec.OnConfirm() {
		d.layer.hide()
	}
}

// Cancel does what the other button does.
func (d *Dialog) Cancel() {
	if !d.layer.open {
		return
	}
	d.layer.hide()
	if d.spec.OnCancel != nil {
		d.spec.OnCancel()
	}
}

// Close takes the dialog away without calling anything.
func (d *Dialog) Close() { d.layer.hide() }

// Open reports whether the dialog is shown.
func (d *Dialog) Open() bool { return d.layer.open }

// ConfirmButton returns the main button, to disable it while something is missing; nil without one.
func (d *Dialog) ConfirmButton() *Button { return d.yes }

// Refresh lays the dialog out again after its body has grown or shrunk.
func (d *Dialog) Refresh() { d.layer.Refresh() }

// ShowConfirm asks before something is done that cannot be undone. With danger the main button is red and Enter does
// not press it by itself.
func ShowConfirm(window fyne.Window, title, message, confirm, cancel string, danger bool, do func()) *Dialog {
	return ShowDialog(window, DialogSpec{
		Title: title, Body: NewParagraph(message, Body, ColorDim), Confirm: confirm, Cancel: cancel, Danger: danger,
		Width: 400, OnConfirm: func() bool { do(); return true },
	})
}

// ShowMessage says something with one button.
func ShowMessage(window fyne.Window, title, message, ok string) *Dialog {
	return ShowDialog(window, DialogSpec{
		Title: title, Body: NewParagraph(message, Body, ColorDim), Confirm: ok, Width: 400,
	})
}

// ShowForm shows fields under one another. Submit is called by the main button and Enter, and keeps the form open by
// returning false; what was typed stays either way. The first field gets the focus.
func ShowForm(window fyne.Window, title, confirm, cancel string, fields []fyne.CanvasObject, submit func() (done bool)) *Dialog {
	spec := DialogSpec{
		Title: title, Body: NewStack(12, fields...), Confirm: confirm, Cancel: cancel, Width: 480, OnConfirm: submit,
	}
	for _, f := range fields {
		if field, ok := f.(interface{ Focusable() fyne.Focusable }); ok && spec.Focus == nil {
			spec.Focus = field.Focusable()
		}
	}
	return ShowDialog(window, spec)
}

func veilColor() color.Color { return color.NRGBA{A: 0x59} }
