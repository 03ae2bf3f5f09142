package pool

import (
	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/crm"
	"yuzhou/shared/fault"
)

// columns are those of the drawing, in its widths.
func columns() []widget.Column {
	return []widget.Column{
		{ID: "name", Title: words.T("ui.customers.column.name"), Width: 250, Sortable: true},
		{ID: "level", Title: words.T("ui.customers.column.level"), Width: 96, Sortable: true},
		{ID: "industry", Title: words.T("ui.customers.column.industry"), Width: 106, Sortable: true},
		{ID: "mobile", Title: words.T("ui.customers.column.mobile"), Width: 128},
		{ID: "former_owner", Title: words.T("ui.pool.column.former"), Width: 120},
		{ID: "pooled_at", Title: words.T("ui.pool.column.pooled"), Width: 96, Sortable: true},
		{ID: "reason", Title: words.T("ui.pool.column.reason"), Width: 224},
	}
}

func cells(b *book.Book, row book.Row) []widget.Cell {
	field := func(name string, role string) widget.Cell {
		f, _ := crm.Customer.Field(name)
		cell := widget.Cell{Text: screen.Or(screen.Value(b, crm.Customer, f, row.Record)), Role: widget.ColorText}
		if role == "dim" {
			cell.Role = widget.ColorDim
		}
		return cell
	}
	pooled := widget.Cell{Text: screen.None(), Role: widget.ColorDim}
	if !row.PooledAt.IsZero() {
		pooled = widget.Cell{Text: words.ShortDate(row.PooledAt, b.Now(), b.Zone()), Role: widget.ColorText}
	}
	return []widget.Cell{
		{Text: row.Title(), Role: widget.ColorText},
		field("level", ""), field("industry", "dim"), field("mobile", "dim"),
		{Text: screen.Or(b.Name("user", row.FormerOwner)), Role: widget.ColorDim},
		pooled, state(b, row),
	}
}

// state is the last column: what stands in the way of a claim, else how the customer came here.
func state(b *book.Book, row book.Row) widget.Cell {
	if row.Asked != "" {
		return widget.Cell{Text: words.T("ui.pool.asked"), Tag: widget.ToneAccent}
	}
	now, zone := b.Now(), b.Zone()
	if f := b.Claimable(row); f != nil {
		until := screen.Millis(f.Params["Until"])
		switch f.Code {
		case fault.NewInPool:
			return widget.Cell{Text: words.T("ui.pool.new", "When", words.DueMoment(until, now, zone)), Tag: widget.ToneWarn}
		case fault.CoolDown:
			return widget.Cell{Text: words.T("ui.pool.cool", "When", words.DueMoment(until, now, zone)), Tag: widget.ToneWarn}
		case fault.RecordHeld:
			return widget.Cell{Text: words.T("ui.pool.kept", "When", words.DueMoment(until, now, zone)), Tag: widget.ToneWarn}
		}
	}
	return widget.Cell{Text: how(b, row), Role: widget.ColorDim}
}

// how says in short how a customer came into the pool.
func how(b *book.Book, row book.Row) string {
	key := row.Holding.Text("how")
	if key == "released" && row.Reason != "" {
		return words.T("ui.pool.releasedWhy", "Reason", b.Label("release_reason", row.Reason, words.Language()))
	}
	if full := "ui.pool." + key; key != "" && words.Has(full) {
		return words.T(full)
	}
	return screen.None()
}
