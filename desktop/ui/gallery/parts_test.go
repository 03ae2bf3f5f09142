package gallery

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynewidget "fyne.io/fyne/v2/widget"

	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/widget"
)

// plane is a coloured area that follows the theme.
type plane struct {
	fynewidget.BaseWidget
	role fyne.ThemeColorName
}

func ground(role fyne.ThemeColorName) fyne.CanvasObject {
	p := &plane{role: role}
	p.ExtendBaseWidget(p)
	return p
}

func (p *plane) CreateRenderer() fyne.WidgetRenderer {
	return fynewidget.NewSimpleRenderer(canvas.NewRectangle(theme.Color(p.role)))
}

func fixedHeight(high float32, o fyne.CanvasObject) fyne.CanvasObject {
	return widget.NewFixed(0, high, o)
}

// Widget and theme may not know each other; a name written differently in one of them would draw in Fyne's fallback.
func TestWidgetAndThemeNameTheSameTokens(t *testing.T) {
	for mine, its := range map[fyne.ThemeColorName]fyne.ThemeColorName{
		widget.ColorBackground: theme.Background, widget.ColorSurface: theme.Surface, widget.ColorLine: theme.Line,
		widget.ColorText: theme.Text, widget.ColorDim: theme.Dim, widget.ColorAccent: theme.Accent,
		widget.ColorAccentWeak: theme.AccentWeak, widget.ColorOnAccent: theme.OnAccent, widget.ColorGood: theme.Good,
		widget.ColorWarn: theme.Warn, widget.ColorBad: theme.Bad, widget.ColorWarnGround: theme.WarnGround,
		widget.ColorBadGround: theme.BadGround,
	} {
		if mine != its {
			t.Errorf("widget says %q, theme says %q", mine, its)
		}
	}
}
