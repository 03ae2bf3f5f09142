package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// rail is the navigation on the left: the screens there are, each with its count, and who is at work.
type rail struct {
	items  map[screen.Name]*widget.RailItem
	object fyne.CanvasObject
}

// entries are the screens of the rail in the order of the drawings.
var entries = []screen.Name{
	screen.Today, screen.Customers, screen.Pool, screen.Tasks, screen.Messages, screen.Settings,
}

func newRail(b *book.Book, nav *screen.Navigator) *rail {
	r := &rail{items: map[screen.Name]*widget.RailItem{}}
	name := widget.NewInset(10, 0, 0, 7, widget.NewFixed(0, 42, widget.NewBar(6,
		widget.NewText(words.T("ui.app.name"), widget.Title, widget.ColorAccent),
		widget.NewText(words.T("ui.app.latin"), widget.Small, widget.ColorDim))))
	list := widget.NewStack(2)
	for _, entry := range entries {
		item := widget.NewRailItem(words.T("ui.rail."+string(entry)), "", func() { nav.Open(screen.Route{Screen: entry}) })
		r.items[entry] = item
		list.Add(item)
	}
	me := b.Me()
	person := widget.NewText(words.T("ui.rail.person", "Name", me.Name, "Department", me.DepartmentName), widget.Small, widget.ColorDim)
	person.SetShrink(true)
	foot := widget.NewStack(4, person)
	if b.Practice() {
		foot.Add(widget.NewText(words.T("ui.rail.practice"), widget.Small, widget.ColorDim))
	}
	bottom := widget.NewStack(0, widget.NewHairline(), widget.NewInset(10, 10, 10, 18, foot))
	r.object = widget.NewInset(8, 4, 9, 0, widget.NewEdges(name, bottom, nil, container.NewVScroll(list)))
	return r
}

func (r *rail) choose(name screen.Name) {
	for entry, item := range r.items {
		item.SetChosen(entry == name)
	}
}

func (r *rail) show(c book.Counts) {
	for name, n := range map[screen.Name]int{
		screen.Today: c.Today, screen.Customers: c.Customers, screen.Pool: c.Pool,
		screen.Tasks: c.Tasks, screen.Messages: c.Messages,
	} {
		text := ""
		if n > 0 {
			text = words.Number(int64(n))
		}
		r.items[name].SetCount(text)
	}
}
