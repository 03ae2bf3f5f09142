// Package login is what stands before the book: the address of the server or the practice book, the login, and the
// first sync.
package login

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

// Credentials are what a person types to log in.
type Credentials struct{ Server, Login, Password string }

// Door is what the login needs of the world. The calls block and are made off the main goroutine.
type Door struct {
	Load     func(lane *screen.Lane, work func() func())
	Login    func(ctx context.Context, c Credentials) error
	Practice func(ctx context.Context) error // nil where there is a book already
	Done     func(c Credentials)             // logged in; the first sync, or the book, comes next
	Later    func()                          // work on without; nil at the first login
	Locked   string                          // why the book is closed until the login; "" otherwise
	Language func(language string)           // switches the language
	Now      func() time.Time
	Diagnose func() // copies what helps whoever is asked for help
}

// Page asks for server, name and password.
type Page struct {
	door     Door
	lane     screen.Lane
	server   *widget.TextField
	user     *widget.TextField
	password *widget.TextField
	notice   *widget.Notice
	diagnose fyne.CanvasObject // shown with what went wrong
	submit   *widget.Button
	practice *widget.Button
	content  fyne.CanvasObject
}

// New returns the page. What is known of an earlier login stands in its fields.
func New(door Door, known Credentials) *Page {
	p := &Page{
		door:     door,
		server:   widget.NewTextField(words.T("ui.login.server"), words.T("ui.login.serverHint")),
		user:     widget.NewTextField(words.T("ui.login.user"), ""),
		password: widget.NewPasswordField(words.T("ui.login.password"), ""),
		notice:   widget.NewNotice("", widget.ToneBad),
	}
	p.server.SetText(known.Server)
	p.user.SetText(known.Login)
	p.notice.Hide()
	p.diagnose = diagnoseLink(door.Diagnose)
	p.submit = widget.NewPrimaryButton(words.T("ui.login.submit"), p.login)
	p.practice = widget.NewPlainButton(words.T("ui.login.practice"), p.try)
	// Enter in any field logs in: nobody looks for a button after typing a password.
	for _, f := range []*widget.TextField{p.server, p.user, p.password} {
		f.OnSubmitted = func(string) { p.login() }
		f.OnChanged = func(string) { f.SetError("") }
	}
	title := widget.NewStack(12, widget.NewText(words.T("ui.login.title"), widget.Title, widget.ColorText))
	if door.Locked != "" { // stays while a login fails: what happened there is said below it
		title = widget.NewStack(12, widget.NewText(words.T("ui.login.locked"), widget.Title, widget.ColorText),
			widget.NewNotice(door.Locked, widget.ToneWarn))
	}
	form := widget.NewStack(12, title, p.notice, p.diagnose,
		widget.NewStack(4, p.server, widget.NewText(words.T("ui.login.serverHelp"), widget.Small, widget.ColorDim)),
		p.user, p.password, p.submit)
	switch {
	case door.Later != nil:
		form.Add(widget.NewPlainButton(words.T("ui.login.later"), door.Later))
		p.say(words.T("ui.login.again", "Login", known.Login), widget.ToneWarn)
	case door.Practice != nil:
		form.Add(widget.NewInset(0, 6, 0, 0, widget.NewHairline()))
		form.Add(widget.NewStack(8, widget.NewText(words.T("ui.login.or"), widget.Body, widget.ColorDim), p.practice,
			widget.NewParagraph(words.T("ui.login.practiceHelp"), widget.Small, widget.ColorDim)))
	}
	slogan := words.T("ui.login.slogan")
	if door.Locked != "" { // just now it is not true that work goes on without a network
		slogan = ""
	}
	p.content = framed(slogan, form, p.languages())
	return p
}

// languages are the links below the form: whoever cannot read it yet must not have to search.
func (p *Page) languages() fyne.CanvasObject {
	bar := widget.NewBar(14, widget.NewSpace())
	for _, language := range words.Languages() {
		role := widget.ColorAccent
		if language == words.Language() {
			role = widget.ColorDim
		}
		bar.Add(widget.NewLink(words.T("ui.settings.language."+language), widget.Small, role, func() { p.door.Language(language) }))
	}
	bar.Add(widget.NewSpace())
	return bar
}

// diagnoseLink stands below what went wrong, at first hidden.
func diagnoseLink(diagnose func()) fyne.CanvasObject {
	link := widget.NewBar(0, widget.NewSpace(), widget.NewLink(words.T("ui.diagnosis.copy"), widget.Small, widget.ColorAccent, diagnose))
	link.Hide()
	return link
}

// Framed puts a form into the middle of the empty window, under the name of the program; below may be nil.
func Framed(form, below fyne.CanvasObject) fyne.CanvasObject {
	return framed(words.T("ui.login.slogan"), form, below)
}

func framed(slogan string, form, below fyne.CanvasObject) fyne.CanvasObject {
	stack := widget.NewStack(14, widget.NewBar(8, widget.NewText(words.T("ui.app.name"), widget.Figure, widget.ColorAccent),
		widget.NewText(words.T("ui.app.latin"), widget.Body, widget.ColorDim)))
	if slogan != "" {
		stack.Add(widget.NewParagraph(slogan, widget.Body, widget.ColorDim))
	}
	stack.Add(widget.NewCard("", widget.NewInset(24, 20, 24, 24, form)))
	if below != nil {
		stack.Add(below)
	}
	column := widget.NewFixed(400, 0, stack)
	return container.NewVScroll(container.NewCenter(widget.NewInset(16, 24, 16, 24, column)))
}

// Content is what is shown.
func (p *Page) Content() fyne.CanvasObject { return p.content }

// First is the field that gets the focus: the first one that is empty.
func (p *Page) First() fyne.Focusable {
	for _, f := range []*widget.TextField{p.server, p.user, p.password} {
		if f.Text() == "" {
			return f.Focusable()
		}
	}
	return p.password.Focusable()
}

func (p *Page) say(text string, tone widget.Tone) {
	p.notice.Set(text, tone)
	p.diagnose.Hide()
	if tone == widget.ToneBad {
		p.diagnose.Show()
	}
	if text == "" {
		p.notice.Hide()
	} else {
		p.notice.Show()
	}
	if p.content != nil {
		p.content.Refresh()
	}
}

// login tries the login. What was typed stays whatever happens.
func (p *Page) login() {
	if p.submit.Disabled() {
		return
	}
	missing := false
	for _, f := range []struct {
		field *widget.TextField
		key   string
	}{
		{p.server, "ui.login.needServer"}, {p.user, "ui.login.needUser"}, {p.password, "ui.login.needPassword"},
	} {
		f.field.SetError("")
		if strings.TrimSpace(f.field.Text()) == "" {
			f.field.SetError(words.T(f.key))
			if !missing {
				f.field.Focus()
			}
			missing = true
		}
	}
	if missing {
		p.content.Refresh()
		return
	}
	c := Credentials{
		Server: strings.TrimSpace(p.server.Text()), Login: strings.TrimSpace(p.user.Text()), Password: p.password.Text(),
	}
	login := p.door.Login
	p.busy(words.T("ui.login.busy"))
	p.door.Load(&p.lane, func() func() {
		err := login(context.Background(), c)
		return func() { p.finish(c, err) }
	})
}

func (p *Page) try() {
	practice := p.door.Practice
	p.busy(words.T("ui.login.practiceBusy"))
	p.door.Load(&p.lane, func() func() {
		err := practice(context.Background())
		return func() { p.finish(Credentials{}, err) }
	})
}

func (p *Page) busy(text string) {
	p.submit.Disable()
	p.practice.Disable()
	p.say(text, widget.ToneNeutral)
}

func (p *Page) finish(c Credentials, err error) {
	p.submit.Enable()
	p.practice.Enable()
	if err != nil {
		p.refuse(err)
		return
	}
	p.say("", widget.ToneNeutral)
	p.door.Done(c)
}

// refuse says why nobody was let in, and puts the cursor where it can be mended.
func (p *Page) refuse(err error) {
	why, field := screen.Told(err, screen.Times{Now: p.door.Now(), Zone: time.Local}), p.server
	switch fault.CodeOf(err) {
	case fault.Offline: // there is no book yet in which work could go on
		why = words.T("ui.login.unreachable")
	case fault.BadAddress, fault.InsecureAddress, fault.NotOurServer, fault.UnknownHost, fault.NotListening, fault.PlainServer,
		fault.CertUnknown, fault.CertName, fault.CertExpired:
	default:
		field = p.password
	}
	p.say(why, widget.ToneBad)
	field.Focus()
}
