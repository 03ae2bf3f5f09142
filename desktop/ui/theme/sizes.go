package theme

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The sizes of the drawings, in pixels at 100 percent. Size gives them at the text size that is set.
const (
	Unit         fyne.ThemeSizeName = "yuzhou.unit"         // 1: the text size as a factor
	Rail         fyne.ThemeSizeName = "yuzhou.rail"         // 168: width of the navigation
	TopBar       fyne.ThemeSizeName = "yuzhou.topBar"       // 48: height of the bar with the search box
	Status       fyne.ThemeSizeName = "yuzhou.status"       // 28: height of the status bar
	Row          fyne.ThemeSizeName = "yuzhou.row"          // 30: height of a list row
	CardRow      fyne.ThemeSizeName = "yuzhou.cardRow"      // 34: height of a row in a card
	Header       fyne.ThemeSizeName = "yuzhou.header"       // 40: height of a card's header
	Field        fyne.ThemeSizeName = "yuzhou.field"        // 32: height of buttons and fields
	Margin       fyne.ThemeSizeName = "yuzhou.margin"       // 16: around the content
	Gap          fyne.ThemeSizeName = "yuzhou.gap"          // 14: between cards and inside them
	Grid         fyne.ThemeSizeName = "yuzhou.grid"         // 4
	CornerCard   fyne.ThemeSizeName = "yuzhou.cornerCard"   // 8
	CornerField  fyne.ThemeSizeName = "yuzhou.cornerField"  // 6
	TextBody     fyne.ThemeSizeName = "yuzhou.textBody"     // 14
	TextSmall    fyne.ThemeSizeName = "yuzhou.textSmall"    // 12
	TextTitle    fyne.ThemeSizeName = "yuzhou.textTitle"    // 20, bold
	TextFigure   fyne.ThemeSizeName = "yuzhou.textFigure"   // 24, bold
	TextChip     fyne.ThemeSizeName = "yuzhou.textChip"     // 13
	TextSentence fyne.ThemeSizeName = "yuzhou.textSentence" // 16: the sentences of a rule
)

var ownSizes = map[fyne.ThemeSizeName]float32{
	Unit: 1, Rail: 168, TopBar: 48, Status: 28, Row: 30, CardRow: 34, Header: 40, Field: 32, Margin: 16, Gap: 14,
	Grid: 4, CornerCard: 8, CornerField: 6,
	TextBody: 14, TextSmall: 12, TextTitle: 20, TextFigure: 24, TextChip: 13, TextSentence: 16,
}

var fyneSizes = map[fyne.ThemeSizeName]float32{
	fynetheme.SizeNameCaptionText:     12,
	fynetheme.SizeNameText:            14,
	fynetheme.SizeNameSubHeadingText:  16,
	fynetheme.SizeNameHeadingText:     20,
	fynetheme.SizeNameInlineIcon:      16,
	fynetheme.SizeNamePadding:         4,
	fynetheme.SizeNameInnerPadding:    6,
	fynetheme.SizeNameLineSpacing:     4,
	fynetheme.SizeNameScrollBar:       10,
	fynetheme.SizeNameScrollBarSmall:  4,
	fynetheme.SizeNameScrollBarRadius: 3,
	fynetheme.SizeNameInputRadius:     6,
	fynetheme.SizeNameSelectionRadius: 4,
}

// Size returns a size in the theme that is shown now.
func Size(name fyne.ThemeSizeName) float32 { return fynetheme.Size(name) }

// Px returns n drawn pixels at the text size that is set.
func Px(n float32) float32 { return n * Size(Unit) }
