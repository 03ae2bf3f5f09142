package widget

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Toasts is the layer of short messages. It stands as the topmost object of the window's content, above everything
// and in nobody's way; a pop-up would close the dialogs over it.
type Toasts struct {
	widget.BaseWidget
	after func(time.Duration, func())
	shown []*toast
	stack *fyne.Container
}

// ToastTime is how long a message stays. One that offers an action stays twice as long.
const ToastTime = 4 * time.Second

// mostToasts is how many messages stand at once; the oldest makes room.
const mostToasts = 3

// NewToasts returns the layer. After must call back on the main goroutine when the time has passed.
func NewToasts(after func(time.Duration, func())) *Toasts {
	t := &Toasts{after: after, stack: NewStack(8)}
	t.ExtendBaseWidget(t)
	return t
}

// Say adds a message; action "" offers none. A message with an action (撤销) goes when it is taken.
func (t *Toasts) Say(text string, tone Tone, action string, taken func()) {
	message := newToast(text, tone, action)
	message.link.OnTapped = func() {
		t.drop(message)
		if taken != nil {
			taken()
		}
	}
	t.shown = append(t.shown, message)
	if len(t.shown) > mostToasts {
		t.shown = t.shown[1:]
	}
	t.fill()
	stay := ToastTime
	if action != "" {
		stay *= 2
	}
	t.after(stay, func() { t.drop(message) })
}

// Texts returns the messages that stand now, the oldest first.
func (t *Toasts) Texts() []string {
	out := make([]string, len(t.shown))
	for i, m := range t.shown {
		out[i] = m.text
	}
	return out
}

func (t *Toasts) drop(message *toast) {
	t.shown = slices.DeleteFunc(t.shown, func(m *toast) bool { return m == message })
	t.fill()
}

func (t *Toasts) fill() {
	t.stack.Objects = nil
	for _, m := range t.shown {
		t.stack.Add(m)
	}
	t.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (t *Toasts) CreateRenderer() fyne.WidgetRenderer {
	return newDrawing(t, func() {}, func(size fyne.Size) {
		width := min(px(420), size.Width-2*px(16))
		height := heightFor(t.stack, width)
		put(t.stack, middle(width, size.Width), size.Height-px(28)-px(16)-height, width, height)
	}, func() fyne.Size { return fyne.Size{} }, t.stack)
}

// toast is one message.
type toast struct {
	widget.BaseWidget
	text string
	tone Tone
	link *Link
}

func newToast(text string, tone Tone, action string) *toast {
	t := &toast{text: text, tone: tone, link: NewLink(action, Strong, ColorAccent, nil)}
	t.ExtendBaseWidget(t)
	return t
}

func (t *toast) room(width float32) float32 { return width - px(42) - t.link.MinSize().Width }

// HeightFor implements tall.
func (t *toast) HeightFor(width float32) float32 {
	return px(20) + px(20)*float32(len(wrap(t.text, Body, t.room(width))))
}

// CreateRenderer implements fyne.Widget.
func (t *toast) CreateRenderer() fyne.WidgetRenderer {
	shade, box, mark := &canvas.Rectangle{}, &canvas.Rectangle{}, &canvas.Rectangle{}
	d := &drawing{of: t}
	d.paint = func() {
		shade.FillColor, shade.CornerRadius = hover(), px(8)
		framed(box, ColorSurface, ColorLine, px(8))
		mark.FillColor, mark.CornerRadius = paint(t.tone.words()), 2
	}
	d.place = func(size fyne.Size) {
		put(shade, -2, -1, size.Width+4, size.Height+4)
		put(box, 0, 0, size.Width, size.Height)
		put(mark, px(8), px(10), px(4), size.Height-px(20))
		link := t.link.MinSize()
		put(t.link, size.Width-px(14)-link.Width, middle(link.Height, size.Height), link.Width, link.Height)
		d.objects = []fyne.CanvasObject{shade, box, mark, t.link}
		d.objects = append(d.objects, lines(t.text, ColorText, px(20), px(10), t.room(size.Width))...)
	}
	d.min = func() fyne.Size { return fyne.NewSize(px(120), px(40)) }
	d.paint()
	return d
}
