package login

import (
	"context"
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/fault"
)

// Journey is what the first sync needs of the world.
type Journey struct {
	Load  func(lane *screen.Lane, work func() func())
	Soon  func(show func()) // runs on the main goroutine, from any other
	Sync  func(ctx context.Context, tell func(screen.Status)) error
	Done  func() // the book is open
	Quit  func() // close the program; the next start carries on
	Login func() // back to the login: the session has ended, or it is the wrong one
	Now   func() time.Time
	// Diagnose copies what helps whoever is asked for help.
	Diagnose func()
	Saved    error // why it is not the first time: a damaged file; nil otherwise
}

// FirstSync shows how far the first sync is. It can be closed at any time and carries on at the next start.
type FirstSync struct {
	journey  Journey
	lane     screen.Lane
	stop     context.CancelFunc
	progress *widget.Progress
	done     *widget.Text
	bytes    *widget.Text
	notice   *widget.Notice
	diagnose fyne.CanvasObject // shown with what went wrong
	resume   *widget.Button
	login    *widget.Button
	content  fyne.CanvasObject
}

// NewFirstSync returns the page; Start begins.
func NewFirstSync(j Journey) *FirstSync {
	p := &FirstSync{
		journey:  j,
		progress: widget.NewProgress(0),
		done:     widget.NewText(words.T("ui.first.waiting"), widget.Small, widget.ColorDim),
		bytes:    widget.NewText("", widget.Small, widget.ColorDim),
		notice:   widget.NewNotice("", widget.ToneWarn),
	}
	p.notice.Hide()
	p.diagnose = diagnoseLink(j.Diagnose)
	p.resume = widget.NewPrimaryButton(words.T("ui.first.resume"), p.Start)
	p.resume.Hide()
	p.login = widget.NewPlainButton(words.T("ui.first.login"), j.Login)
	p.login.Hide()
	head := widget.NewStack(14, widget.NewText(words.T("ui.first.title"), widget.Title, widget.ColorText))
	if j.Saved != nil { // somebody who had a book yesterday must not believe that his work is gone
		head.Add(widget.NewNotice(screen.Told(j.Saved, p.times()), widget.ToneWarn))
	}
	p.content = Framed(widget.NewStack(14, head,
		widget.NewParagraph(words.T("ui.first.text"), widget.Body, widget.ColorDim),
		p.progress, widget.NewBar(8, p.done, widget.NewSpace(), p.bytes), p.notice, p.diagnose, p.resume, p.login,
		widget.NewPlainButton(words.T("ui.first.close"), p.close)), nil)
	return p
}

// Content is what is shown.
func (p *FirstSync) Content() fyne.CanvasObject { return p.content }

// Start begins, or carries on where the last try stopped.
func (p *FirstSync) Start() {
	p.notice.Hide()
	p.diagnose.Hide()
	p.resume.Hide()
	p.login.Hide()
	p.content.Refresh()
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	sync, soon := p.journey.Sync, p.journey.Soon
	p.journey.Load(&p.lane, func() func() {
		err := sync(ctx, func(s screen.Status) { soon(func() { p.show(s) }) })
		stop()
		return func() {
			if err != nil {
				p.stopped(err)
				return
			}
			p.journey.Done()
		}
	})
}

func (p *FirstSync) show(s screen.Status) {
	if s.Total > 0 {
		p.progress.SetValue(float64(s.Done) / float64(s.Total))
		p.done.SetText(words.T("ui.first.progress", "Done", words.Number(s.Done), "Total", words.Number(s.Total)))
	}
	if s.Bytes > 0 {
		p.bytes.SetText(words.T("ui.first.bytes", "MB", fmt.Sprintf("%.1f", float64(s.Bytes)/(1<<20))))
	}
	p.content.Refresh()
}

func (p *FirstSync) stopped(err error) {
	what, next := screen.Trouble(err, p.times())
	switch fault.CodeOf(err) {
	case fault.Offline, fault.UnknownHost: // there is no book yet in which work could go on
		next = words.T("ui.first.stopped.next")
	case fault.NotListening:
		next = words.T("ui.first.stopped.server")
	}
	p.notice.Set(words.T("ui.first.stopped", "Why", screen.Sentences(what, next)), widget.ToneWarn)
	p.notice.Show()
	p.diagnose.Show()
	p.resume.Show()
	p.login.Show()
	if fault.CodeOf(err) == fault.Unauthorized { // only a password helps
		p.resume.Hide()
		p.login.SetText(words.T("ui.first.login"))
	} else {
		p.login.SetText(words.T("ui.first.other"))
	}
	p.content.Refresh()
}

func (p *FirstSync) times() screen.Times { return screen.Times{Now: p.journey.Now(), Zone: time.Local} }

func (p *FirstSync) close() {
	if p.stop != nil {
		p.stop()
	}
	p.journey.Quit()
}
