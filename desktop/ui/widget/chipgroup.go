package widget

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Option is a value to choose and the word for it.
type Option struct{ Value, Label string }

// ChipGroup is a row of chips, wrapped where it is too long, of which one or several are chosen.
type ChipGroup struct {
	widget.BaseWidget

	// OnChanged is called with the chosen values, in the order of the options, when a person changes them.
	OnChanged func(chosen []string)

	options []Option
	chips   []*Chip
	chosen  map[string]bool
	multi   bool
	free    bool
	row     *fyne.Container
}

// NewChipGroup returns a group of which exactly one chip, or with multi any number, is chosen. Nothing is chosen at
// first.
func NewChipGroup(options []Option, multi bool, changed func(chosen []string)) *ChipGroup {
	g := &ChipGroup{OnChanged: changed, multi: multi, chosen: map[string]bool{}, row: NewFlow(8)}
	g.ExtendBaseWidget(g)
	g.SetOptions(options)
	return g
}

// AllowNone lets a second click on the chosen chip of a single group take the choice back.
func (g *ChipGroup) AllowNone() *ChipGroup {
	g.free = true
	return g
}

// SetOptions replaces the chips and keeps what is still there chosen.
func (g *ChipGroup) SetOptions(options []Option) {
	g.options = options
	g.chips, g.row.Objects = nil, nil
	kept := map[string]bool{}
	for _, o := range options {
		chip := NewChip(o.Label, nil)
		chip.OnTapped = func() { g.tapped(o.Value) }
		chip.SetChosen(g.chosen[o.Value])
		kept[o.Value] = g.chosen[o.Value]
		g.chips = append(g.chips, chip)
		g.row.Add(chip)
	}
	g.chosen = kept
	g.Refresh()
}

// SetChosen chooses values without calling OnChanged.
func (g *ChipGroup) SetChosen(values ...string) {
	if !g.multi && len(values) > 1 {
		values = values[:1]
	}
	for i, o := range g.options {
		g.chosen[o.Value] = slices.Contains(values, o.Value)
		g.chips[i].SetChosen(g.chosen[o.Value])
	}
}

// Chosen returns the chosen values in the order of the options.
func (g *ChipGroup) Chosen() []string {
	var out []string
	for _, o := range g.options {
		if g.chosen[o.Value] {
			out = append(out, o.Value)
		}
	}
	return out
}

// Chip returns the chip of a value, or nil.
func (g *ChipGroup) Chip(value string) *Chip {
	for i, o := range g.options {
		if o.Value == value {
			return g.chips[i]
		}
	}
	return nil
}

func (g *ChipGroup) tapped(value string) {
	was := g.chosen[value]
	switch {
	case g.multi && was, g.free && was:
		g.SetChosen(without(g.Chosen(), value)...)
	case g.multi:
		g.SetChosen(append(g.Chosen(), value)...)
	case was:
		return
	default:
		g.SetChosen(value)
	}
	if g.OnChanged != nil {
		g.OnChanged(g.Chosen())
	}
}

func without(values []string, value string) []string {
	return slices.DeleteFunc(values, func(v string) bool { return v == value })
}

// CreateRenderer implements fyne.Widget.
func (g *ChipGroup) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(g.row) }

// HeightFor returns the height the chips need at a width.
func (g *ChipGroup) HeightFor(width float32) float32 { return heightFor(g.row, width) }
