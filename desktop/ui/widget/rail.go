package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// RailItem is one entry of the navigation on the left: a word and a count.
type RailItem struct {
	press
	label, count string
	chosen       bool
}

// NewRailItem returns an entry; count "" shows none.
func NewRailItem(label, count string, tapped func()) *RailItem {
	r := &RailItem{label: label, count: count}
	r.OnTapped = tapped
	r.extend(r)
	return r
}

// SetLabel changes the word.
func (r *RailItem) SetLabel(label string) {
	r.label = label
	r.Refresh()
}

// Label returns the word.
func (r *RailItem) Label() string { return r.label }

// SetCount changes the count.
func (r *RailItem) SetCount(count string) {
	if r.count != count {
		r.count = count
		r.Refresh()
	}
}

// SetChosen marks the entry as the one that is shown.
func (r *RailItem) SetChosen(chosen bool) {
	r.chosen = chosen
	r.Refresh()
}

// Chosen reports whether the entry is the one that is shown.
func (r *RailItem) Chosen() bool { return r.chosen }

// CreateRenderer implements fyne.Widget.
func (r *RailItem) CreateRenderer() fyne.WidgetRenderer {
	ground, label, count := &canvas.Rectangle{}, lettering(), lettering()
	return newDrawing(r, func() {
		style, words, figure := Body, ColorText, ColorDim
		if r.chosen {
			style, words, figure = Strong, ColorAccent, ColorAccent
		}
		write(label, r.label, style, words)
		write(count, r.count, Small, figure)
		ground.FillColor, ground.CornerRadius = hover(), px(6)
		ground.StrokeWidth = 0
		if r.chosen {
			ground.FillColor = paint(ColorAccentWeak)
		}
		if r.focused {
			ground.StrokeColor, ground.StrokeWidth = paint(ColorAccent), 1
		}
		show(ground, r.chosen || r.hovered || r.focused)
	}, func(size fyne.Size) {
		put(ground, 0, 0, size.Width, size.Height)
		end := centreRight(count, size.Width-px(10), 0, size.Height)
		label.Text = cut(r.label, Strong, end-px(16))
		centre(label, px(10), 0, size.Height)
	}, func() fyne.Size { return fyne.NewSize(px(100), px(34)) }, ground, label, count)
}
