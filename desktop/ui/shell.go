package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/conflicts"
	"yuzhou/desktop/ui/messages"
	"yuzhou/desktop/ui/outbox"
	"yuzhou/desktop/ui/pool"
	"yuzhou/desktop/ui/records"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/settings"
	"yuzhou/desktop/ui/tasks"
	"yuzhou/desktop/ui/today"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// mostBack is how many steps back are remembered.
const mostBack = 50

// shell is the frame around the screens of an open book: rail, top bar, status bar.
type shell struct {
	window *Window
	book   *book.Book
	nav    *screen.Navigator
	forms  *records.Forms
	drafts records.Drafts

	at   screen.Route
	past []screen.Route
	page screen.Page
	kept map[screen.Name]screen.Page // lists keep their place, search and marks while somebody is elsewhere

	rail    *rail
	status  *statusBar
	search  *search
	asked   verdicts
	dialog  *widget.Dialog
	form    *records.Form
	actions *fyne.Container
	top     *widget.Ground
	body    *fyne.Container
	lane    screen.Lane
}

func newShell(w *Window, b *book.Book) *shell {
	s := &shell{
		window: w, book: b, kept: map[screen.Name]screen.Page{}, drafts: records.Drafts{},
		actions: widget.NewBar(12), body: container.NewStack(),
	}
	s.nav = s.navigator()
	s.forms = records.NewForms(b, s.nav, w.window)
	s.rail = newRail(b, s.nav)
	s.status = newStatusBar(b, s.nav, w.port, w.loginAgain)
	s.search = newSearch(s)
	s.asked.shell = s
	return s
}

// object is the whole frame, with the results of the search floating above it.
func (s *shell) object() fyne.CanvasObject {
	s.top = widget.NewPanel(widget.NewFixed(0, 48, widget.NewInset(16, 0, 16, 0,
		widget.NewTopBar(420, s.search.field, s.actions))),
		widget.BottomEdge)
	rail := widget.NewFixed(168, 0, widget.NewPanel(s.rail.object, widget.RightEdge))
	status := widget.NewPanel(widget.NewFixed(0, 28, s.status.object), widget.TopEdge)
	main := widget.NewEdges(s.top, nil, nil, widget.NewGround(s.body))
	return container.NewStack(widget.NewEdges(nil, status, rail, main), s.search.layer)
}

// navigator is what the screens may ask of the window.
func (s *shell) navigator() *screen.Navigator {
	return &screen.Navigator{
		Open: s.open, Load: s.window.load, Status: s.window.port.Status, FollowUp: func() { s.search.findToTalk() },
		Form: s.openForm, Ask: s.ask, Toast: s.toast, Refit: s.showActions, Fail: s.fail, SaveFile: s.saveFile, OpenFile: s.openFile,
		Focus:  func(f fyne.Focusable) { s.window.window.Canvas().Focus(f) },
		Editor: func(kind string, f schema.Field, v any) screen.Editor { return s.forms.Editor(kind, f, v) },
	}
}

// open goes to a route. A screen that is shown already, or is kept, is only told where to look.
func (s *shell) open(r screen.Route) {
	s.search.hide()
	if s.page != nil && s.at != r {
		s.past = append(s.past, s.at)
		s.past = s.past[max(0, len(s.past)-mostBack):]
	}
	s.show(r)
}

// back goes to where somebody came from, at least to the list of the record.
func (s *shell) back() {
	r := screen.Route{Screen: s.at.Rail()}
	if n := len(s.past); n > 0 {
		r, s.past = s.past[n-1], s.past[:n-1]
	}
	s.show(r)
}

func (s *shell) show(r screen.Route) {
	s.window.window.Canvas().Unfocus()
	same := s.page != nil && s.at.Screen == r.Screen && s.at.ID == r.ID
	s.at = r
	if !same {
		s.page = s.pageOf(r)
	}
	s.body.Objects = []fyne.CanvasObject{s.page.Content()}
	s.showActions()
	s.body.Refresh()
	if page, ok := s.page.(interface{ Visit(screen.Route) }); ok {
		page.Visit(r)
	}
	s.reloadCounts()
}

// showActions puts the buttons of the screen at the right of the top bar, and marks in the rail where it stands. A page
// that knows better than its route says so when it has read its record.
func (s *shell) showActions() {
	if s.page != nil {
		place := s.at.Rail()
		if page, ok := s.page.(interface{ Rail() screen.Name }); ok {
			place = page.Rail()
		}
		s.rail.choose(place)
		s.actions.Objects = append([]fyne.CanvasObject{widget.NewSpace()}, s.page.Actions()...)
		s.actions.Refresh()
		if s.top != nil {
			s.top.Refresh()
		}
	}
}

// pageOf finds a kept screen, brought up to date, or makes a new one.
func (s *shell) pageOf(r screen.Route) screen.Page {
	if page, ok := s.kept[r.Screen]; ok {
		page.Reload()
		return page
	}
	page := s.make(r)
	switch r.Screen {
	case screen.Customer, screen.Help, screen.Settings:
	default:
		s.kept[r.Screen] = page
	}
	return page
}

// make is the table of the screens.
func (s *shell) make(r screen.Route) screen.Page {
	w := s.window
	switch r.Screen {
	case screen.Customers:
		return records.NewCustomers(s.book, s.nav)
	case screen.Customer:
		return records.NewCustomer(s.book, s.nav, r, s.drafts)
	case screen.Pool:
		return pool.New(s.book, s.nav)
	case screen.Tasks:
		return tasks.New(s.book, s.nav)
	case screen.Messages:
		return messages.New(s.book, s.nav)
	case screen.Outbox:
		return outbox.New(s.book, s.nav, w.port.SyncNow)
	case screen.Tray:
		return conflicts.New(s.book, s.nav)
	case screen.Help:
		return settings.NewHelp(s.nav, r.View)
	case screen.Settings:
		return settings.New(s.book, s.nav, settings.Controls{
			Account: w.port.Account, Preferences: w.port.Preferences, Keep: w.keep,
			SyncNow: w.port.SyncNow, Rescan: w.port.Rescan, LogOut: w.logOut, Decide: s.status.askRemoval,
			SaveSync: w.port.SaveSync, ReadSync: w.port.ReadSync, Diagnose: w.diagnose,
		})
	}
	return today.New(s.book, s.nav)
}

// reload reads the book again after something in it has changed: the screen that is shown, and the figures around it.
// Screens that are kept read when they are next shown.
func (s *shell) reload() {
	if s.page != nil {
		s.page.Reload()
	}
	s.reloadCounts()
	s.asked.look()
}

func (s *shell) reloadCounts() {
	b := s.book
	s.window.load(&s.lane, func() func() {
		counts, err := b.Counts()
		return func() {
			if err != nil { // the screen itself has said so
				return
			}
			s.rail.show(counts)
			s.status.show(counts, s.nav.Status())
		}
	})
}

// showStatus follows the contact with the server.
func (s *shell) showStatus() {
	s.reloadCounts()
	if s.at.Screen == screen.Pool || s.at.Screen == screen.Settings {
		s.page.Reload() // they say what being offline means
	}
}

func (s *shell) toast(text string, undo func() error) {
	if undo == nil {
		s.window.toasts.Say(text, widget.ToneGood, "", nil)
		return
	}
	s.window.toasts.Say(text, widget.ToneGood, words.T("ui.button.undo"), func() {
		if err := undo(); err != nil {
			s.fail(err)
		}
	})
}
