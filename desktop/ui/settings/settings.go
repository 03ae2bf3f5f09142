// Package settings is the screen 设置 and the help texts behind it.
package settings

import (
	"fmt"
	"io"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// Account tells who is logged in where.
type Account struct {
	Server, Device string // "" for the practice book
	LoggedIn       bool   // there is a session with the server
	Known          bool   // the folder holds somebody's data, logged in or not
	Data           string // the folder of this replica
	Version        string
}

// Controls is what the settings steer.
type Controls struct {
	Account     func() Account
	Preferences func() screen.Preferences
	Keep        func(screen.Preferences)
	SyncNow     func()
	Rescan      func() error
	SaveSync    func(io.Writer) (changes int, err error)
	ReadSync    func(io.Reader) (changes, rows int, err error)
	LogOut      func()
	Decide      func() // what a sync that has stopped waits for
	Diagnose    func() // copies what helps whoever is asked for help
}

// scales are the text sizes offered, in percent.
var scales = []int{90, 100, 110, 125, 150}

// Page is the screen.
type Page struct {
	book     *book.Book
	nav      *screen.Navigator
	controls Controls
	body     *fyne.Container
	content  fyne.CanvasObject
}

// New returns the screen.
func New(b *book.Book, nav *screen.Navigator, controls Controls) *Page {
	p := &Page{book: b, nav: nav, controls: controls, body: widget.NewStack(14)}
	head := widget.NewFixed(0, 28, widget.NewBar(6, widget.NewText(words.T("ui.settings.title"), widget.Title, widget.ColorText)))
	page := widget.NewUpTo(720, widget.NewStack(8, head, p.body))
	p.content = container.NewVScroll(widget.NewInset(16, 12, 16, 16, page))
	p.Reload()
	return p
}

// Content implements screen.Page.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// Actions implements screen.Page.
func (p *Page) Actions() []fyne.CanvasObject { return nil }

// Key implements screen.Page.
func (p *Page) Key(fyne.KeyName) bool { return false }

// Reload implements screen.Page.
func (p *Page) Reload() {
	p.body.Objects = []fyne.CanvasObject{p.look(), p.account()}
	if !p.book.Practice() {
		p.body.Add(p.byFile())
	}
	p.body.Add(p.about())
	p.content.Refresh()
}

func (p *Page) look() fyne.CanvasObject {
	prefs := p.controls.Preferences()
	var languages, modes, sizes []widget.Option
	for _, lang := range words.Languages() {
		languages = append(languages, widget.Option{Value: lang, Label: words.T("ui.settings.language." + lang)})
	}
	for _, mode := range []string{"system", "light", "dark"} {
		modes = append(modes, widget.Option{Value: mode, Label: words.T("ui.settings.mode." + mode)})
	}
	for _, n := range scales {
		sizes = append(sizes, widget.Option{Value: strconv.Itoa(n), Label: fmt.Sprintf("%d %%", n)})
	}
	language := widget.NewChipGroup(languages, false, func(chosen []string) {
		prefs.Language = chosen[0]
		p.controls.Keep(prefs)
	})
	language.SetChosen(words.Language())
	mode := widget.NewChipGroup(modes, false, func(chosen []string) {
		prefs.Mode = chosen[0]
		p.controls.Keep(prefs)
	})
	mode.SetChosen(prefs.Mode)
	size := widget.NewChipGroup(sizes, false, func(chosen []string) {
		prefs.Scale, _ = strconv.Atoi(chosen[0])
		p.controls.Keep(prefs)
	})
	size.SetChosen(strconv.Itoa(prefs.Scale))
	return widget.NewCard(words.T("ui.settings.look"), widget.NewInset(14, 12, 14, 14, widget.NewStack(10,
		line("ui.settings.language", language), line("ui.settings.mode", mode), line("ui.settings.scale", size))))
}

// line is a label with what there is to choose beside it.
func line(key string, choice fyne.CanvasObject) fyne.CanvasObject {
	return widget.NewColumns(0, []float32{108, 0}, widget.NewBar(0, widget.NewText(words.T(key), widget.Body, widget.ColorDim)), choice)
}

func (p *Page) account() fyne.CanvasObject {
	me, account, status := p.book.Me(), p.controls.Account(), p.nav.Status()
	server := account.Server
	if p.book.Practice() {
		server = words.T("ui.settings.server.none")
	}
	rows := widget.NewStack(0)
	var lines []*widget.FieldRow
	say := func(key, value string) {
		if value != "" {
			line := widget.NewFieldRow(words.T(key), value)
			lines = append(lines, line)
			rows.Add(line)
		}
	}
	say("ui.settings.user", me.Name)
	say("ui.settings.login", me.Login)
	say("ui.settings.department", me.DepartmentName)
	say("ui.settings.server", server)
	say("ui.settings.device", account.Device)
	if !p.book.Practice() {
		last := words.T("ui.status.never")
		if !status.LastSync.IsZero() {
			last = words.Moment(status.LastSync, p.book.Now(), p.book.Zone())
		}
		say("ui.settings.lastSync", last)
	}
	say("ui.settings.data", account.Data)
	widget.AlignFields(lines...)
	foot := widget.NewStack(10)
	if status.Fault != nil {
		foot.Add(widget.NewParagraph(screen.Told(status.Fault, screen.TimesOf(p.book)), widget.Small, widget.ColorWarn))
	}
	if screen.WrongClock(status.Skew) {
		foot.Add(widget.NewParagraph(screen.SkewText(status.Skew), widget.Small, widget.ColorWarn))
	}
	buttons := widget.NewFlow(8)
	if status.State == screen.Halted {
		buttons.Add(widget.NewPrimaryButton(words.T("ui.settings.decide"), p.controls.Decide))
	}
	leave := "ui.settings.leavePractice"
	if !p.book.Practice() {
		buttons.Add(widget.NewPlainButton(words.T("ui.settings.syncNow"), p.controls.SyncNow))
		buttons.Add(widget.NewPlainButton(words.T("ui.settings.rescan"), p.askRescan))
		leave = "ui.settings.logout"
	}
	buttons.Add(widget.NewPlainButton(words.T("ui.diagnosis.copy"), p.controls.Diagnose))
	buttons.Add(widget.NewDangerButton(words.T(leave), p.controls.LogOut))
	foot.Add(buttons)
	rows.Add(widget.NewInset(14, 12, 14, 14, foot))
	return widget.NewCard(words.T("ui.settings.account"), rows)
}

// askRescan says what fetching everything anew means, and that nothing unsent is touched (SYNC-16).
func (p *Page) askRescan() {
	p.nav.Ask(screen.Question{
		Title:   words.T("ui.settings.rescan.title"),
		Content: widget.NewParagraph(words.T("ui.settings.rescan.text"), widget.Body, widget.ColorText),
		Confirm: words.T("ui.settings.rescan.confirm"), Done: func() error {
			if err := p.controls.Rescan(); err != nil {
				return err
			}
			p.nav.Toast(words.T("ui.settings.rescan.begun"), nil)
			return nil
		},
	})
}

func (p *Page) about() fyne.CanvasObject {
	var rows []*widget.CardRow
	for _, name := range helpPages() {
		rows = append(rows, widget.NewCardRow(widget.Row{
			Title: words.T("ui.help." + name), Right: words.T("ui.button.open"), RightRole: widget.ColorAccent,
			OnTapped: func() { p.nav.Open(screen.Route{Screen: screen.Help, View: name}) },
		}))
	}
	body := widget.NewStack(0, widget.NewRows(rows...), widget.NewInset(14, 12, 14, 14,
		widget.NewParagraph(words.T("ui.settings.licence"), widget.Small, widget.ColorDim)))
	card := widget.NewCard(words.T("ui.settings.about"), body)
	if version := p.controls.Account().Version; version != "" {
		card.SetLink(words.T("ui.settings.version", "Version", version), nil)
	}
	return card
}
