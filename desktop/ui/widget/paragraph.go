package widget

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Paragraph is text over as many lines as its width needs. It breaks between Chinese characters and between Latin
// words, and never puts a closing punctuation mark at the start of a line.
type Paragraph struct {
	widget.BaseWidget
	words string
	style Style
	role  fyne.ThemeColorName
	lines []string
	width float32
}

// NewParagraph returns wrapped text.
func NewParagraph(words string, style Style, role fyne.ThemeColorName) *Paragraph {
	p := &Paragraph{words: words, style: style, role: role}
	p.ExtendBaseWidget(p)
	return p
}

// SetText changes the words.
func (p *Paragraph) SetText(words string) {
	p.words, p.lines = words, nil
	p.Refresh()
}

// Text returns the words.
func (p *Paragraph) Text() string { return p.words }

// Resize implements fyne.CanvasObject; the width decides the lines.
func (p *Paragraph) Resize(size fyne.Size) {
	if size.Width != p.width {
		p.width, p.lines = size.Width, nil
	}
	p.BaseWidget.Resize(size)
}

// HeightFor returns the height the text needs at a width.
func (p *Paragraph) HeightFor(width float32) float32 {
	return p.pitch() * float32(max(len(wrap(p.words, p.style, width)), 1))
}

func (p *Paragraph) pitch() float32 {
	if p.style == Small {
		return px(18)
	}
	return max(px(20), lineHeight(p.style))
}

// CreateRenderer implements fyne.Widget.
func (p *Paragraph) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: p}
	d.paint = func() {}
	d.place = func(size fyne.Size) {
		p.lines = wrap(p.words, p.style, size.Width)
		d.objects = d.objects[:0]
		for i, line := range p.lines {
			t := lettering()
			write(t, line, p.style, p.role)
			centre(t, 0, float32(i)*p.pitch(), p.pitch())
			d.objects = append(d.objects, t)
		}
	}
	d.min = func() fyne.Size {
		if p.width == 0 {
			return fyne.NewSize(px(40), p.pitch())
		}
		return fyne.NewSize(px(40), p.HeightFor(p.width))
	}
	return d
}

// The marks that must not begin a line, and those that must not end one.
const (
	noLineStart = "，。、；：？！）》」』】”’…·,.;:?!)%"
	noLineEnd   = "（《「『【“‘("
)

// wrap breaks words into lines no wider than width.
func wrap(words string, s Style, width float32) []string {
	var lines []string
	for _, paragraph := range strings.Split(words, "\n") {
		line := ""
		for _, piece := range narrow(pieces(paragraph), s, width) {
			switch {
			case line == "" || measure(line+strings.TrimRight(piece, " "), s) <= width:
				line += piece
			default:
				lines = append(lines, strings.TrimRight(line, " "))
				line = piece
			}
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// narrow breaks pieces that are wider than a whole line, such as addresses of web pages, wherever the line ends.
func narrow(all []string, s Style, width float32) []string {
	var out []string
	for _, piece := range all {
		runes := []rune(piece)
		for len(runes) > 1 && width > 0 && measure(strings.TrimRight(string(runes), " "), s) > width {
			n := 1
			for n < len(runes) && measure(string(runes[:n+1]), s) <= width {
				n++
			}
			out, runes = append(out, string(runes[:n])), runes[n:]
		}
		out = append(out, string(runes))
	}
	return out
}

// pieces splits text where a line may break: after spaces and around each Chinese character, with closing marks
// kept at the piece before them and opening marks at the piece after.
func pieces(text string) []string {
	var out []string
	latin, opened := false, false
	for _, r := range text {
		han := unicode.Is(unicode.Han, r) || r > 0x2E80
		glue := strings.ContainsRune(noLineStart, r) || unicode.IsSpace(r)
		switch {
		case len(out) > 0 && (glue || opened || latin && !han):
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
		}
		latin, opened = !han && !unicode.IsSpace(r), strings.ContainsRune(noLineEnd, r)
	}
	return out
}
