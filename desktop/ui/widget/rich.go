package widget

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Run is a stretch of a Rich paragraph.
type Run struct {
	Text string
	Bold bool
}

// Rich is wrapped text with bold stretches, with a mark (a bullet, a number) hanging before it.
type Rich struct {
	widget.BaseWidget
	mark  string
	runs  []Run
	width float32
}

// NewRich returns a paragraph of runs; mark "" is none.
func NewRich(mark string, runs ...Run) *Rich {
	r := &Rich{mark: mark, runs: runs}
	r.ExtendBaseWidget(r)
	return r
}

const richPitch, richIndent = 24, 22

func (r *Rich) indent() float32 {
	if r.mark == "" {
		return 0
	}
	return px(richIndent)
}

// lines breaks the runs at a width, as Paragraph does, each line a list of runs.
func (r *Rich) lines(width float32) [][]Run {
	var lines [][]Run
	var line []Run
	x := float32(0)
	for _, run := range r.runs {
		style := Body
		if run.Bold {
			style = Strong
		}
		for _, piece := range narrow(pieces(run.Text), style, width) {
			w := measure(strings.TrimRight(piece, " "), style)
			if x > 0 && x+w > width-2 { // pieces measured one by one are a little narrower than together
				lines, line, x = append(lines, line), nil, 0
			}
			if n := len(line); n > 0 && line[n-1].Bold == run.Bold {
				line[n-1].Text += piece
			} else {
				line = append(line, Run{piece, run.Bold})
			}
			x += measure(piece, style)
		}
	}
	return append(lines, line)
}

// Resize implements fyne.CanvasObject; the width decides the lines.
func (r *Rich) Resize(size fyne.Size) {
	r.width = size.Width
	r.BaseWidget.Resize(size)
}

// HeightFor returns the height the text needs at a width.
func (r *Rich) HeightFor(width float32) float32 {
	return px(richPitch) * float32(len(r.lines(width-r.indent())))
}

// CreateRenderer implements fyne.Widget.
func (r *Rich) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: r}
	d.paint = func() {}
	d.place = func(size fyne.Size) {
		d.objects = d.objects[:0]
		add := func(text string, style Style, x, y float32) float32 {
			t := lettering()
			write(t, text, style, ColorText)
			d.objects = append(d.objects, t)
			return centre(t, x, y, px(richPitch))
		}
		if r.mark != "" {
			add(r.mark, Body, 0, 0)
		}
		for i, line := range r.lines(size.Width - r.indent()) {
			x := r.indent()
			for _, run := range line {
				style := Body
				if run.Bold {
					style = Strong
				}
				x = add(run.Text, style, x, float32(i)*px(richPitch))
			}
		}
	}
	d.min = func() fyne.Size {
		if r.width == 0 {
			return fyne.NewSize(px(40), px(richPitch))
		}
		return fyne.NewSize(px(40), r.HeightFor(r.width))
	}
	return d
}
