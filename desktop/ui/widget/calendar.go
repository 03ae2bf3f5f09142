package widget

import (
	"fmt"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// ShowCalendar drops a month down below an anchor. The arrows move by days and weeks, Page Up and Down by months,
// Enter picks, Esc closes. Picked gets the start of the day in at's zone, after the calendar has gone.
func ShowCalendar(on fyne.Canvas, anchor fyne.CanvasObject, words CalendarWords, at, today time.Time, picked func(day time.Time)) {
	m := newMonth(words, at, today)
	layer := &overlay{on: on, content: m, onOutside: nil}
	m.pick = func(day time.Time) {
		layer.hide()
		picked(day)
	}
	m.leave = layer.hide
	layer.onOutside = layer.hide
	layer.onKey = m.TypedKey
	layer.place = below(on, anchor, func(wanted float32) float32 { return wanted + 2 }, 0)
	layer.show(m)
}

// month is the calendar of one month with the days of its first and last week.
type month struct {
	widget.BaseWidget
	words     CalendarWords
	at, today time.Time
	pick      func(time.Time)
	leave     func()
	back, on  *monthStep
	goToday   *Link
	hoverDay  int // the cell the mouse is over, -1 for none
}

const (
	dayWide   = 36
	dayHigh   = 30
	monthPad  = 10
	monthHead = 36
	weekHead  = 24
)

func newMonth(words CalendarWords, at, today time.Time) *month {
	m := &month{words: words, at: startOfDay(at, at.Location()), today: startOfDay(today, at.Location()), hoverDay: -1}
	m.back = newMonthStep(false, func() { m.move(0, -1) })
	m.on = newMonthStep(true, func() { m.move(0, 1) })
	m.goToday = NewLink(words.Today, Small, ColorAccent, func() { m.pick(m.today) })
	m.ExtendBaseWidget(m)
	return m
}

func (m *month) move(days, months int) {
	if months != 0 {
		m.at = later(m.at, months, "月")
	}
	m.at = m.at.AddDate(0, 0, days)
	m.Refresh()
}

// first is the Monday on or before the first of the month.
func (m *month) first() time.Time {
	first := time.Date(m.at.Year(), m.at.Month(), 1, 0, 0, 0, 0, m.at.Location())
	return first.AddDate(0, 0, -(int(first.Weekday())+6)%7)
}

// TypedKey implements fyne.Focusable.
func (m *month) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyLeft:
		m.move(-1, 0)
	case fyne.KeyRight:
		m.move(1, 0)
	case fyne.KeyUp:
		m.move(-7, 0)
	case fyne.KeyDown:
		m.move(7, 0)
	case fyne.KeyPageUp:
		m.move(0, -1)
	case fyne.KeyPageDown:
		m.move(0, 1)
	case fyne.KeyHome:
		m.at = m.today
		m.Refresh()
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		m.pick(m.at)
	case fyne.KeyEscape:
		m.leave()
	}
}

// TypedRune implements fyne.Focusable.
func (m *month) TypedRune(rune) {}

// FocusGained implements fyne.Focusable.
func (m *month) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (m *month) FocusLost() {}

// cell returns the number of the day at a position, -1 for none.
func (m *month) cell(at fyne.Position) int {
	x, y := at.X-px(monthPad), at.Y-px(monthHead+weekHead)
	if x < 0 || y < 0 || x >= 7*px(dayWide) || y >= 6*px(dayHigh) {
		return -1
	}
	return int(y/px(dayHigh))*7 + int(x/px(dayWide))
}

// Tapped implements fyne.Tappable.
func (m *month) Tapped(e *fyne.PointEvent) {
	if cell := m.cell(e.Position); cell >= 0 {
		m.pick(m.first().AddDate(0, 0, cell))
	}
}

// MouseIn implements desktop.Hoverable.
func (m *month) MouseIn(e *desktop.MouseEvent) { m.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (m *month) MouseMoved(e *desktop.MouseEvent) {
	if cell := m.cell(e.Position); cell != m.hoverDay {
		m.hoverDay = cell
		m.Refresh()
	}
}

// MouseOut implements desktop.Hoverable.
func (m *month) MouseOut() {
	m.hoverDay = -1
	m.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (m *month) CreateRenderer() fyne.WidgetRenderer {
	title := lettering()
	var names [7]*canvas.Text
	var days [42]*canvas.Text
	var grounds [42]*canvas.Rectangle
	objects := []fyne.CanvasObject{title, m.back, m.on, m.goToday}
	for i := range names {
		names[i] = lettering()
		objects = append(objects, names[i])
	}
	for i := range days {
		days[i], grounds[i] = lettering(), &canvas.Rectangle{}
		objects = append(objects, grounds[i], days[i])
	}
	return newDrawing(m, func() {
		write(title, m.words.Month(m.at.Year(), m.at.Month()), Strong, ColorText)
		for i, name := range m.words.Weekdays {
			write(names[i], name, Small, ColorDim)
		}
		first := m.first()
		for i := range days {
			m.paintDay(days[i], grounds[i], first.AddDate(0, 0, i), i == m.hoverDay)
		}
	}, func(size fyne.Size) {
		head := px(monthHead)
		centre(title, px(monthPad+6), 0, head)
		put(m.on, size.Width-px(monthPad+24), middle(px(24), head), px(24), px(24))
		put(m.back, size.Width-px(monthPad+48), middle(px(24), head), px(24), px(24))
		link := m.goToday.MinSize()
		put(m.goToday, size.Width-px(monthPad+56)-link.Width, middle(link.Height, head), link.Width, link.Height)
		for i, name := range names {
			x := px(monthPad) + float32(i)*px(dayWide)
			centre(name, x+middle(name.MinSize().Width, px(dayWide)), head, px(weekHead))
		}
		for i := range days {
			x := px(monthPad) + float32(i%7)*px(dayWide)
			y := head + px(weekHead) + float32(i/7)*px(dayHigh)
			put(grounds[i], x+px(2), y+px(1), px(dayWide-4), px(dayHigh-2))
			centre(days[i], x+middle(days[i].MinSize().Width, px(dayWide)), y, px(dayHigh))
		}
	}, func() fyne.Size {
		return fyne.NewSize(2*px(monthPad)+7*px(dayWide), px(monthHead+weekHead+monthPad)+6*px(dayHigh))
	}, objects...)
}

func (m *month) paintDay(label *canvas.Text, ground *canvas.Rectangle, day time.Time, hovered bool) {
	role, style := ColorText, Body
	ground.FillColor, ground.StrokeColor, ground.StrokeWidth, ground.CornerRadius = nil, nil, 0, px(6)
	if day.Month() != m.at.Month() {
		role = ColorDim
	}
	if day.Equal(m.today) {
		role, style = ColorAccent, Strong
	}
	if hovered {
		ground.FillColor = hover()
	}
	if day.Equal(m.at) {
		ground.FillColor, role = paint(ColorAccent), ColorOnAccent
	}
	write(label, fmt.Sprint(day.Day()), style, role)
	if day.Month() != m.at.Month() {
		label.Color = faded(label.Color, 0.6)
	}
	show(ground, ground.FillColor != nil)
}

// monthStep is the arrow to the month before or after.
type monthStep struct {
	press
	onward bool
}

func newMonthStep(onward bool, tapped func()) *monthStep {
	s := &monthStep{onward: onward}
	s.OnTapped = tapped
	s.extend(s)
	return s
}

// CreateRenderer implements fyne.Widget.
func (s *monthStep) CreateRenderer() fyne.WidgetRenderer {
	ground, upper, lower := &canvas.Rectangle{}, &canvas.Line{}, &canvas.Line{}
	return newDrawing(s, func() {
		ground.FillColor, ground.CornerRadius = hover(), px(6)
		show(ground, s.hovered || s.focused)
		for _, l := range []*canvas.Line{upper, lower} {
			l.StrokeColor, l.StrokeWidth = paint(ColorDim), px(15)/10
		}
	}, func(size fyne.Size) {
		put(ground, 0, 0, size.Width, size.Height)
		back, point := size.Width/2+px(2), size.Width/2-px(3)
		if s.onward {
			back, point = size.Width/2-px(2), size.Width/2+px(3)
		}
		mid, arm := size.Height/2, px(5)
		upper.Position1, upper.Position2 = fyne.NewPos(back, mid-arm), fyne.NewPos(point, mid)
		lower.Position1, lower.Position2 = fyne.NewPos(point, mid), fyne.NewPos(back, mid+arm)
	}, func() fyne.Size { return fyne.NewSize(px(24), px(24)) }, ground, upper, lower)
}
