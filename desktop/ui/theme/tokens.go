// Package theme gives the desktop its look: the colour tokens, the sizes and the bundled fonts, light and dark, in
// any text size from 90 to 150 percent. A theme is a value: a change of mode or size makes a new one.
package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The colour tokens. Widgets and canvas drawings name a token, never a colour, so that light, dark and later variants
// reach everything.
const (
	Background fyne.ThemeColorName = "yuzhou.background" // the window
	Surface    fyne.ThemeColorName = "yuzhou.surface"    // rail, bars, cards
	Line       fyne.ThemeColorName = "yuzhou.line"       // hairlines and borders
	Text       fyne.ThemeColorName = "yuzhou.text"       // words
	Dim        fyne.ThemeColorName = "yuzhou.dim"        // secondary words
	Accent     fyne.ThemeColorName = "yuzhou.accent"     // the one colour: chosen, primary, links
	AccentWeak fyne.ThemeColorName = "yuzhou.accentWeak" // ground of a chosen row, track of a progress line
	OnAccent   fyne.ThemeColorName = "yuzhou.onAccent"   // words on the accent
	Good       fyne.ThemeColorName = "yuzhou.good"       // states, always beside a word
	Warn       fyne.ThemeColorName = "yuzhou.warn"
	Bad        fyne.ThemeColorName = "yuzhou.bad"
	WarnGround fyne.ThemeColorName = "yuzhou.warnGround" // notices and tags
	BadGround  fyne.ThemeColorName = "yuzhou.badGround"
)

// Color returns the token's colour in the theme that is shown now.
func Color(name fyne.ThemeColorName) color.Color { return fynetheme.Color(name) }

type pair struct{ light, dark color.NRGBA }

var tokens = map[fyne.ThemeColorName]pair{
	Background: {rgb(0xF6F7F9), rgb(0x12171C)},
	Surface:    {rgb(0xFFFFFF), rgb(0x1A2129)},
	Line:       {rgb(0xE4E7EB), rgb(0x2A333D)},
	Text:       {rgb(0x1C2430), rgb(0xE6EAEE)},
	Dim:        {rgb(0x66717F), rgb(0x93A0AD)},
	Accent:     {rgb(0x0A6C8C), rgb(0x4FB3CF)},
	AccentWeak: {rgb(0xE3F1F5), rgb(0x16323C)},
	OnAccent:   {rgb(0xFFFFFF), rgb(0x06222B)},
	Good:       {rgb(0x2E8B57), rgb(0x5CC08A)},
	Warn:       {rgb(0xB86E00), rgb(0xE0A94A)},
	Bad:        {rgb(0xC0392B), rgb(0xE57368)},
	WarnGround: {rgb(0xFFF4E0), rgb(0x33270F)},
	BadGround:  {rgb(0xFDECEA), rgb(0x3A1D1A)},
}

// fyneColors says which token stands behind Fyne's own names, so that its entries, menus and scroll bars fit in.
var fyneColors = map[fyne.ThemeColorName]fyne.ThemeColorName{
	fynetheme.ColorNameBackground:          Background,
	fynetheme.ColorNameButton:              Surface,
	fynetheme.ColorNameDisabledButton:      Background,
	fynetheme.ColorNameDisabled:            Dim,
	fynetheme.ColorNameError:               Bad,
	fynetheme.ColorNameFocus:               AccentWeak,
	fynetheme.ColorNameForeground:          Text,
	fynetheme.ColorNameForegroundOnError:   OnAccent,
	fynetheme.ColorNameForegroundOnPrimary: OnAccent,
	fynetheme.ColorNameForegroundOnSuccess: OnAccent,
	fynetheme.ColorNameForegroundOnWarning: OnAccent,
	fynetheme.ColorNameHeaderBackground:    Surface,
	fynetheme.ColorNameHyperlink:           Accent,
	fynetheme.ColorNameInputBackground:     Background,
	fynetheme.ColorNameInputBorder:         Line,
	fynetheme.ColorNameMenuBackground:      Surface,
	fynetheme.ColorNameOverlayBackground:   Surface,
	fynetheme.ColorNamePlaceHolder:         Dim,
	fynetheme.ColorNamePrimary:             Accent,
	fynetheme.ColorNameSeparator:           Line,
	fynetheme.ColorNameSuccess:             Good,
	fynetheme.ColorNameWarning:             Warn,
}

// veils are the half transparent grounds laid over other colours: hover, press, shadow and the like.
var veils = map[fyne.ThemeColorName]pair{
	fynetheme.ColorNameHover:               {rgba(0x1C2430, 0x0C), rgba(0xFFFFFF, 0x0E)},
	fynetheme.ColorNamePressed:             {rgba(0x1C2430, 0x1A), rgba(0xFFFFFF, 0x1E)},
	fynetheme.ColorNameSelection:           {rgba(0x0A6C8C, 0x38), rgba(0x4FB3CF, 0x48)},
	fynetheme.ColorNameScrollBar:           {rgba(0x66717F, 0x80), rgba(0x93A0AD, 0x80)},
	fynetheme.ColorNameScrollBarBackground: {rgba(0x66717F, 0x14), rgba(0x93A0AD, 0x14)},
	fynetheme.ColorNameShadow:              {rgba(0x000000, 0x33), rgba(0x000000, 0x80)},
}

func rgb(hex uint32) color.NRGBA { return rgba(hex, 0xFF) }

func rgba(hex uint32, alpha uint8) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: alpha}
}
