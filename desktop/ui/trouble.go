package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/ui/login"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// ShowTrouble fills a window whose data folder cannot be opened: what is wrong and what to do. Somebody who started the
// program with a click sees no terminal. diagnose writes what can be copied for whoever is asked for help.
func ShowTrouble(window fyne.Window, err error, now clock.Clock, diagnose func() string) {
	showTrouble(window, err, now, diagnose, offMain())
}

func showTrouble(window fyne.Window, err error, now clock.Clock, diagnose func() string, t threads) {
	lane := &screen.Lane{}
	toasts := widget.NewToasts(t.later)
	report := widget.NewPlainButton(words.T("ui.diagnosis.copy"), func() { t.copyDiagnosis(lane, toasts, diagnose) })
	what, next := screen.Trouble(err, screen.Times{Now: now(), Zone: time.Local})
	window.SetPadded(false)
	page := login.Framed(widget.NewStack(12,
		widget.NewParagraph(words.T("ui.trouble.title"), widget.Title, widget.ColorText),
		widget.NewParagraph(what, widget.Body, widget.ColorText),
		widget.NewParagraph(next, widget.Body, widget.ColorDim),
		widget.NewText(words.T("ui.fault.code", "Code", string(fault.CodeOf(err))), widget.Small, widget.ColorDim),
		widget.NewPrimaryButton(words.T("ui.button.close"), window.Close), report), nil)
	window.SetContent(container.NewStack(widget.NewGround(page), toasts))
}

// copyDiagnosis puts what helps whoever is asked for help on the clipboard, and says so.
func (t threads) copyDiagnosis(lane *screen.Lane, toasts *widget.Toasts, diagnose func() string) {
	t.load(lane, func() func() {
		text := diagnose()
		return func() {
			fyne.CurrentApp().Clipboard().SetContent(text)
			toasts.Say(words.T("ui.diagnosis.copied"), widget.ToneGood, "", nil)
		}
	})
}
