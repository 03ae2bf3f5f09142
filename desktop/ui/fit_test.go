package ui

import (
	"fmt"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	fynewidget "fyne.io/fyne/v2/widget"

	"yuzhou/desktop/ui/widget"
)

// slack is how many pixels words may stand out: widths are rounded on their way.
const slack = 1.5

// rect is an area of the window.
type rect struct{ left, top, right, bottom float32 }

func rectOf(at fyne.Position, size fyne.Size) rect {
	return rect{at.X, at.Y, at.X + size.Width, at.Y + size.Height}
}

func (r rect) meet(o rect) rect {
	return rect{max(r.left, o.left), max(r.top, o.top), min(r.right, o.right), min(r.bottom, o.bottom)}
}

func (r rect) empty() bool { return r.right-r.left <= slack || r.bottom-r.top <= slack }

// line is one text where it is seen.
type line struct {
	text string
	ink  rect // where its letters are
}

// eye goes through the objects in the order in which they are painted.
type eye struct {
	sideways bool // lists may be wider than the window: they scroll
	lines    []line
	wrong    []string
}

// mustFit fails when words stand out of the room they have without an ellipsis, or over other words.
func (h *bench) mustFit(name string) {
	h.t.Helper()
	trees := []fyne.CanvasObject{h.window.Content()}
	if top := h.window.Canvas().Overlays().Top(); top != nil {
		trees = append(trees, top)
	}
	whole := rectOf(fyne.Position{}, h.window.Canvas().Size())
	for _, tree := range trees { // what stands over the screen may hide it
		e := &eye{sideways: h.prefs.Scale > 100}
		e.look(tree, fyne.Position{}, whole, whole)
		e.overlaps()
		for _, wrong := range e.wrong {
			h.t.Errorf("%s, %s %d %%: %s", name, h.prefs.Language, h.prefs.Scale, wrong)
		}
	}
}

// look sees an object; room is the area of what it is part of, clip what a scroller lets through.
func (e *eye) look(o fyne.CanvasObject, from fyne.Position, room, clip rect) {
	if o == nil || !o.Visible() {
		return
	}
	at := from.Add(o.Position())
	area := rectOf(at, o.Size())
	var children []fyne.CanvasObject
	switch o := o.(type) {
	case *canvas.Text:
		e.read(o, area, room, clip)
	case *canvas.Rectangle:
		if _, _, _, alpha := fill(o.FillColor).RGBA(); alpha == 0xffff {
			e.hide(area.meet(clip))
		}
	case *widget.BigList:
		inside := &eye{}
		for _, child := range test.WidgetRenderer(o).Objects() {
			inside.look(child, at, area, clip)
		}
		if e.sideways { // what its right edge cuts off scrolls into sight
			inside.wrong = nil
		}
		e.hide(area.meet(clip))
		e.lines, e.wrong = append(e.lines, inside.lines...), append(e.wrong, inside.wrong...)
	case *fyne.Container:
		children = o.Objects
	case *container.Scroll:
		children, clip = test.WidgetRenderer(o).Objects(), clip.meet(area)
	case *fynewidget.Entry: // what is longer than its field moves in it
	case fyne.Widget:
		children = test.WidgetRenderer(o).Objects()
	}
	for _, child := range children {
		e.look(child, at, area, clip)
	}
}

func fill(c color.Color) color.Color {
	if c == nil {
		return color.Transparent
	}
	return c
}

// read sees a text. Letters fill about the middle six tenths of the height of their line.
func (e *eye) read(t *canvas.Text, area, room, clip rect) {
	if strings.TrimSpace(t.Text) == "" {
		return
	}
	size := fyne.MeasureText(t.Text, t.TextSize, t.TextStyle)
	ink := area
	switch spare := area.right - area.left - size.Width; t.Alignment {
	case fyne.TextAlignTrailing:
		ink.left += spare
	case fyne.TextAlignCenter:
		ink.left, ink.right = ink.left+spare/2, ink.right-spare/2
	default:
		ink.right -= spare
	}
	ink.top, ink.bottom = ink.top+size.Height*0.2, ink.top+size.Height*0.8
	seen := ink.meet(clip)
	if seen.empty() {
		return
	}
	if ink.left < room.left-slack || ink.right > room.right+slack {
		e.wrong = append(e.wrong, fmt.Sprintf("“%s” needs %.0f pixels and has %.0f", t.Text, ink.right-ink.left, room.right-room.left))
	} else if seen.right-seen.left < ink.right-ink.left-slack {
		e.wrong = append(e.wrong, fmt.Sprintf("“%s” is cut off after %.0f of %.0f pixels", t.Text, seen.right-seen.left, ink.right-ink.left))
	}
	e.lines = append(e.lines, line{t.Text, seen})
}

// hide forgets the texts that something opaque has been painted over.
func (e *eye) hide(cover rect) {
	kept := e.lines[:0]
	for _, l := range e.lines {
		if l.ink.meet(cover).empty() {
			kept = append(kept, l)
		}
	}
	e.lines = kept
}

func (e *eye) overlaps() {
	for i, a := range e.lines {
		for _, b := range e.lines[i+1:] {
			if !a.ink.meet(b.ink).empty() {
				e.wrong = append(e.wrong, fmt.Sprintf("“%s” stands over “%s”", b.text, a.text))
			}
		}
	}
}
