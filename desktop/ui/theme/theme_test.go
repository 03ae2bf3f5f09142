package theme

import (
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	fynetheme "fyne.io/fyne/v2/theme"
)

var fonts = Fonts{
	Regular: fyne.NewStaticResource("regular.ttf", nil),
	Bold:    fyne.NewStaticResource("bold.ttf", nil),
}

// The table of the drawings, once more: a token that drifts from it is seen here before it is seen on a screen.
func TestTokensAreThoseOfTheDrawings(t *testing.T) {
	test.NewTempApp(t)
	for name, want := range map[fyne.ThemeColorName][2]uint32{
		Background: {0xF6F7F9, 0x12171C}, Surface: {0xFFFFFF, 0x1A2129}, Line: {0xE4E7EB, 0x2A333D},
		Text: {0x1C2430, 0xE6EAEE}, Dim: {0x66717F, 0x93A0AD}, Accent: {0x0A6C8C, 0x4FB3CF},
		AccentWeak: {0xE3F1F5, 0x16323C}, Good: {0x2E8B57, 0x5CC08A}, Warn: {0xB86E00, 0xE0A94A},
		Bad: {0xC0392B, 0xE57368}, WarnGround: {0xFFF4E0, 0x33270F}, BadGround: {0xFDECEA, 0x3A1D1A},
	} {
		for i, mode := range []Mode{Light, Dark} {
			// The other variant is passed on purpose: a set mode wins over the system's.
			got := New(fonts, mode, 1).Color(name, fyne.ThemeVariant(i))
			if got != rgb(want[i]) {
				t.Errorf("%s in %s is %v, want #%06X", name, mode, got, want[i])
			}
		}
	}
}

func TestSystemModeFollowsTheSystem(t *testing.T) {
	test.NewTempApp(t)
	th := New(fonts, System, 1)
	if th.Color(Surface, fynetheme.VariantDark) != tokens[Surface].dark ||
		th.Color(Surface, fynetheme.VariantLight) != tokens[Surface].light {
		t.Error("system mode does not follow the variant it is asked for")
	}
}

func TestFyneNamesUseTokens(t *testing.T) {
	test.NewTempApp(t)
	th := New(fonts, Light, 1)
	for name, token := range fyneColors {
		if th.Color(name, 0) != tokens[token].light {
			t.Errorf("%s does not use %s", name, token)
		}
	}
}

func TestSizesGrowWithTheTextSize(t *testing.T) {
	test.NewTempApp(t)
	for name, px := range map[fyne.ThemeSizeName]float32{
		Rail: 168, TopBar: 48, Status: 28, Row: 30, CardRow: 34, Header: 40, Margin: 16, Gap: 14, TextBody: 14,
		TextSmall: 12, TextTitle: 20, TextFigure: 24, fynetheme.SizeNameText: 14,
	} {
		if got := New(fonts, Light, 1).Size(name); got != px {
			t.Errorf("%s is %v, want %v", name, got, px)
		}
		if got, want := New(fonts, Light, 1.5).Size(name), px*1.5; got != want {
			t.Errorf("%s at 150%% is %v, want %v", name, got, want)
		}
	}
}

func TestScaleStaysReadable(t *testing.T) {
	for _, c := range []struct{ set, want float32 }{
		{0, 0.9}, {0.5, 0.9}, {1.2, 1.2}, {9, 1.5}, {float32(math.NaN()), 1},
	} {
		if got := New(fonts, Light, c.set).Size(Unit); got != c.want {
			t.Errorf("scale %v gives %v, want %v", c.set, got, c.want)
		}
	}
}

func TestFontsAreTheBundledOnesInEveryStyle(t *testing.T) {
	th := New(fonts, Light, 1)
	for _, style := range []fyne.TextStyle{{}, {Italic: true}, {Monospace: true}, {Symbol: true}} {
		if th.Font(style) != fonts.Regular {
			t.Errorf("style %+v is not the bundled regular font", style)
		}
	}
	if th.Font(fyne.TextStyle{Bold: true}) != fonts.Bold || th.Font(fyne.TextStyle{Bold: true, Italic: true}) != fonts.Bold {
		t.Error("bold is not the bundled bold font")
	}
}
