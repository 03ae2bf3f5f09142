package theme

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Mode says whether the desktop is light, dark, or as the system is.
type Mode string

// The modes a person can set.
const (
	System Mode = "system"
	Light  Mode = "light"
	Dark   Mode = "dark"
)

// The bounds of the text size, as factors.
const (
	MinScale float32 = 0.9
	MaxScale float32 = 1.5
)

// Fonts are the bundled font files. They also stand in for italic, monospace and symbols: whatever the system has
// lacks Chinese, cuts tails or is not bold when asked to be.
type Fonts struct{ Regular, Bold fyne.Resource }

// Theme is a Fyne theme with Yuzhou's tokens. It never changes; New makes another.
type Theme struct {
	fonts Fonts
	mode  Mode
	scale float32
}

// New returns the theme for a mode and a text size. A scale outside 0.9 to 1.5 is brought to the nearer bound, so a
// damaged setting cannot make the program unreadable.
func New(fonts Fonts, mode Mode, scale float32) *Theme {
	if scale != scale { // NaN compares with nothing, min and max would let it through
		scale = 1
	}
	return &Theme{fonts: fonts, mode: mode, scale: min(max(scale, MinScale), MaxScale)}
}

// Color implements fyne.Theme.
func (t *Theme) Color(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.Color {
	variant = t.variant(variant)
	if token, ok := fyneColors[name]; ok {
		name = token
	}
	both, ok := tokens[name]
	if !ok {
		both, ok = veils[name]
	}
	switch {
	case !ok:
		return fynetheme.DefaultTheme().Color(name, variant)
	case variant == fynetheme.VariantDark:
		return both.dark
	default:
		return both.light
	}
}

// Font implements fyne.Theme.
func (t *Theme) Font(style fyne.TextStyle) fyne.Resource {
	if style.Bold && !style.Symbol {
		return t.fonts.Bold
	}
	return t.fonts.Regular
}

// Icon implements fyne.Theme.
func (t *Theme) Icon(name fyne.ThemeIconName) fyne.Resource {
	return fynetheme.DefaultTheme().Icon(name)
}

// Size implements fyne.Theme. Lengths are whole pixels, or hairlines beside them would blur.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	if name == Unit {
		return t.scale
	}
	size, ok := ownSizes[name]
	if !ok {
		size, ok = fyneSizes[name]
	}
	if !ok { // line widths and what Fyne may add later
		return fynetheme.DefaultTheme().Size(name)
	}
	return float32(math.Round(float64(size * t.scale)))
}

func (t *Theme) variant(system fyne.ThemeVariant) fyne.ThemeVariant {
	switch t.mode {
	case Light:
		return fynetheme.VariantLight
	case Dark:
		return fynetheme.VariantDark
	default:
		return system
	}
}
