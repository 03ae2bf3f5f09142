package records

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/crm"
)

// column is one column of the customer list: a widget column and what stands in it.
type column struct {
	id    string // also the name of the order it sorts by
	title string
	width float32
	right bool
	cell  func(b *book.Book, row book.Row) widget.Cell
}

// customerColumns are the columns of the drawings, in their order and widths; the last one is narrower, for the frame of
// a window takes a few pixels of the 1280.
func customerColumns() []column {
	return []column{
		{id: "name", title: "ui.customers.column.name", width: 258, cell: nameCell},
		{id: "level", title: "ui.customers.column.level", width: 104, cell: plain("level", widget.ColorText)},
		{id: "industry", title: "ui.customers.column.industry", width: 84, cell: plain("industry", widget.ColorDim)},
		{id: "mobile", title: "ui.customers.column.mobile", width: 140, cell: plain("mobile", widget.ColorText)},
		{id: "next_contact_at", title: "ui.customers.column.next", width: 118, cell: nextCell},
		{id: "followed_at", title: "ui.customers.column.last", width: 98, cell: lastCell},
		{id: "due_on", title: "ui.customers.column.due", width: 90, right: true, cell: dueCell},
		{id: "owner", title: "ui.customers.column.owner", width: 128, cell: ownerCell},
	}
}

func widgetColumns(columns []column) []widget.Column {
	var out []widget.Column
	for _, c := range columns {
		out = append(out, widget.Column{ID: c.id, Title: words.T(c.title), Width: c.width, Right: c.right, Sortable: true})
	}
	return out
}

// cellsOf writes a row.
func cellsOf(b *book.Book, columns []column, row book.Row) []widget.Cell {
	cells := make([]widget.Cell, len(columns))
	if row.Values == nil { // it left while the list was shown
		return cells
	}
	for i, c := range columns {
		cells[i] = c.cell(b, row)
	}
	return cells
}

func nameCell(_ *book.Book, row book.Row) widget.Cell {
	return widget.Cell{Text: row.Title(), Role: widget.ColorText}
}

func plain(name string, role fyne.ThemeColorName) func(*book.Book, book.Row) widget.Cell {
	field, _ := crm.Customer.Field(name)
	return func(b *book.Book, row book.Row) widget.Cell {
		return widget.Cell{Text: screen.Or(screen.Value(b, crm.Customer, field, row.Record)), Role: role}
	}
}

func nextCell(b *book.Book, row book.Row) widget.Cell {
	at := row.Moment("next_contact_at")
	if at.IsZero() {
		return widget.Cell{Text: screen.None(), Role: widget.ColorDim}
	}
	cell := widget.Cell{Text: words.DueMoment(at, b.Now(), b.Zone()), Role: widget.ColorText}
	switch day := at.In(b.Zone()).Format(time.DateOnly); {
	case day == b.Today():
		cell.Role = widget.ColorAccent
	case day < b.Today():
		cell.Role = widget.ColorBad
	}
	return cell
}

func lastCell(b *book.Book, row book.Row) widget.Cell {
	if row.FollowedAt.IsZero() {
		return widget.Cell{Text: screen.None(), Role: widget.ColorDim}
	}
	return widget.Cell{Text: words.Ago(row.FollowedAt, b.Now(), b.Zone()), Role: widget.ColorDim}
}

func dueCell(_ *book.Book, row book.Row) widget.Cell {
	cell := widget.Cell{Text: screen.DueShort(row.Due), Role: widget.ColorText}
	switch screen.DueTone(row.Due) {
	case widget.ToneBad:
		cell.Role = widget.ColorBad
	case widget.ToneWarn:
		cell.Role = widget.ColorWarn
	}
	return cell
}

func ownerCell(b *book.Book, row book.Row) widget.Cell {
	name := b.Name("user", row.Owner)
	if row.Owner == "" {
		name = b.Name("pool", row.Pool)
	}
	cell := widget.Cell{Text: screen.Or(name), Role: widget.ColorDim}
	// What is not on the server yet is said here and not behind the name: a long name would cut it off.
	switch {
	case row.Asked != "":
		cell.Text, cell.Role = cell.Text+" · "+words.T("ui.mark.asked"), widget.ColorAccent
	case row.Pending:
		cell.Text, cell.Role = cell.Text+" · "+words.T("ui.mark.pending"), widget.ColorAccent
	}
	return cell
}

// views are the ways to look at customers that this person has: those of others only where somebody's can be seen.
func views(b *book.Book) []widget.Option {
	me := b.Me().ID
	out := []string{book.ViewMine}
	reach := b.Org().Reach(me, "see", "customer")
	others := len(reach.Owners)
	if reach.Owners[me] {
		others--
	}
	if len(b.Org().Below(me)) > 0 {
		out = append(out, book.ViewBelow)
	}
	if reach.All || others > 0 {
		out = append(out, book.ViewAll)
	}
	out = append(out, book.ViewToday, book.ViewStale, book.ViewSoon)
	var options []widget.Option
	for _, view := range slices.Compact(out) {
		options = append(options, widget.Option{Value: view, Label: words.T("ui.customers.view." + view)})
	}
	return options
}
