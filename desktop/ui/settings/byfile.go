package settings

import (
	"io"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/syncfile"
)

// byFile is for the computer that never meets the network: one file goes to the server, another comes back (SYNC-15).
func (p *Page) byFile() fyne.CanvasObject {
	save := widget.NewPlainButton(words.T("ui.settings.file.save"), p.saveSync)
	read := widget.NewPlainButton(words.T("ui.settings.file.read"), p.readSync)
	body := widget.NewStack(10, widget.NewParagraph(words.T("ui.settings.file.text"), widget.Body, widget.ColorDim), widget.NewBar(8, save, read))
	return widget.NewCard(words.T("ui.settings.file"), widget.NewInset(14, 12, 14, 14, body))
}

func (p *Page) saveSync() {
	name := "yuzhou-" + p.book.Me().Login + "-" + p.book.Now().In(p.book.Zone()).Format("20060102-1504") + syncfile.Extension
	p.nav.SaveFile(name, func(w io.Writer) (string, error) {
		changes, err := p.controls.SaveSync(w)
		return words.T("ui.settings.file.saved", "N", changes), err
	})
}

func (p *Page) readSync() {
	p.nav.OpenFile(syncfile.Extension, func(r io.Reader) (string, error) {
		changes, rows, err := p.controls.ReadSync(r)
		return words.T("ui.settings.file.done", "N", changes, "Rows", rows), err
	})
}
