package ui

import (
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// ShowTrouble fills a window whose data folder cannot be opened: what is wrong and what to do. Somebody who started the
// program with a click sees no terminal.
func ShowTrouble(window fyne.Window, err error, now clock.Clock) {
	what, next := screen.Trouble(err, screen.Times{Now: now(), Zone: time.Local})
	window.SetPadded(false)
	window.SetContent(widget.NewGround(login.Framed(widget.NewStack(12,
		widget.NewText(words.T("ui.trouble.title"), widget.Title, widget.ColorText),
		widget.NewParagraph(what, widget.Body, widget.ColorText),
		widget.NewParagraph(next, widget.Body, widget.ColorDim),
		widget.NewText(words.T("ui.fault.code", "Code", string(fault.CodeOf(err))), widget.Small, widget.ColorDim),
		widget.NewPrimaryButton(words.T("ui.button.close"), window.Close)), nil)))
}
