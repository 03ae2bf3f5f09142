// Package widget holds the parts the screens are built of, drawn with canvas primitives after the drawings: they
// follow theme and text size, work with mouse and keyboard, and know nothing of records, stores or languages. Every
// word on them is passed in, everything that happens is called back.
//
// All of it lives on the main goroutine.
package widget

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The colour tokens by the names the theme knows them under.
const (
	ColorBackground fyne.ThemeColorName = "yuzhou.background"
	ColorSurface    fyne.ThemeColorName = "yuzhou.surface"
	ColorLine       fyne.ThemeColorName = "yuzhou.line"
	ColorText       fyne.ThemeColorName = "yuzhou.text"
	ColorDim        fyne.ThemeColorName = "yuzhou.dim"
	ColorAccent     fyne.ThemeColorName = "yuzhou.accent"
	ColorAccentWeak fyne.ThemeColorName = "yuzhou.accentWeak"
	ColorOnAccent   fyne.ThemeColorName = "yuzhou.onAccent"
	ColorGood       fyne.ThemeColorName = "yuzhou.good"
	ColorWarn       fyne.ThemeColorName = "yuzhou.warn"
	ColorBad        fyne.ThemeColorName = "yuzhou.bad"
	ColorWarnGround fyne.ThemeColorName = "yuzhou.warnGround"
	ColorBadGround  fyne.ThemeColorName = "yuzhou.badGround"
)

// sizeUnit is the text size as a factor, by the name the theme knows it under.
const sizeUnit fyne.ThemeSizeName = "yuzhou.unit"

// Tone is the mood of a tag, a notice or a toast.
type Tone int

// The tones. ToneNone is no tag at all; ToneNeutral is one with a border and dim words.
const (
	ToneNone Tone = iota
	ToneNeutral
	ToneAccent
	ToneGood
	ToneWarn
	ToneBad
)

// words returns the colour of the tone's words.
func (t Tone) words() fyne.ThemeColorName {
	switch t {
	case ToneAccent:
		return ColorAccent
	case ToneGood:
		return ColorGood
	case ToneWarn:
		return ColorWarn
	case ToneBad:
		return ColorBad
	default:
		return ColorDim
	}
}

// ground returns the colour behind the tone's words.
func (t Tone) ground() fyne.ThemeColorName {
	switch t {
	case ToneAccent, ToneGood:
		return ColorAccentWeak
	case ToneWarn:
		return ColorWarnGround
	case ToneBad:
		return ColorBadGround
	default:
		return ColorSurface
	}
}

func paint(name fyne.ThemeColorName) color.Color {
	if name == "" {
		name = ColorText
	}
	return fynetheme.Color(name)
}

// px returns n drawn pixels at the text size that is set, rounded to whole ones so that hairlines stay sharp.
func px(n float32) float32 {
	unit := fynetheme.Size(sizeUnit)
	if unit == 0 { // a theme without our tokens
		unit = 1
	}
	return float32(math.Round(float64(n * unit)))
}

// faded is a colour at a part of its strength; disabled things are drawn with it.
func faded(c color.Color, part float32) color.Color {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	n.A = uint8(float32(n.A) * part)
	return n
}

func hover() color.Color { return fynetheme.Color(fynetheme.ColorNameHover) }
