package world

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/mattn/go-sqlite3"

	"yuzhou/shared/fault"
	"yuzhou/shared/schema"
	"yuzhou/syncserver/hub"
)

// lengthy is a text that finds no room on a full disk.
var lengthy = strings.Repeat("写得很长的一段话。", 500)

// doFull fills the disk of a laptop. Somebody types all the same, and there is news: what does not fit is said, nothing is
// there by half, and what the laptop had before it has after that too. Then there is room again.
func (w *world) doFull(l *laptop, s step) {
	if l.b == nil || l.full {
		return
	}
	w.news(l, s)
	if !l.bound(true) {
		return
	}
	w.fault("laptop disk full")
	if s.R[0]%2 == 0 && l.b.CanCreate("task", "") {
		w.typeIntoFull(l, s)
	}
	if err := l.sync(); fault.CodeOf(err) == fault.DiskFull {
		w.fault("laptop disk full at a sync")
	}
	l.bound(false)
	w.settleTyped(l)
	if s.R[1]%2 == 0 {
		_ = l.sync()
	}
}

// typeIntoFull types what does not fit.
func (w *world) typeIntoFull(l *laptop, s step) {
	id, err := l.b.Create("task", "", schema.Values{"title": "写不下" + s.token(90), "description": lengthy})
	if fault.CodeOf(err) != fault.DiskFull {
		if w.allowed(l, err) {
			w.label(id, "task")
		}
		return
	}
	w.fault("laptop disk full at an edit")
	p, err := l.pocket()
	w.must(err)
	for id, e := range p.outbox {
		if l.kept[id] == nil {
			w.fail(diverged, "%s: it said that its disk is full, and half of it is there: %v", l, e)
		}
	}
}

// news gives a person customers of whom there is much to say.
func (w *world) news(l *laptop, s step) {
	w.lengthy = true
	var rows []hub.ImportRow
	for i := range 2 {
		rows = append(rows, hub.ImportRow{
			Key: fmt.Sprint("full", s.N, i), Owner: l.me, KeepDuplicate: true,
			Customer: schema.Values{"name": "长" + s.token(91+i), "remark": lengthy + s.token(93+i)},
		})
	}
	_, err := w.node(s.R[5]).h.Import(w.ctx, hub.System, rows)
	w.mustUnlessWounded(err)
	w.books.observe()
}

// bound fills a laptop's disk: its file may have no page more than now; or there is room again. It tells whether it could.
// A bound is of a connection, and the one that writes is nobody's but the replica's: it has to be looked up there.
func (l *laptop) bound(full bool) bool {
	c := (*sqlite3.SQLiteConn)(reflect.ValueOf(l.r).Elem().FieldByName("write").Elem().FieldByName("c").UnsafePointer())
	most := int64(1 << 30)
	if full {
		pages, err := number64(c, "PRAGMA page_count")
		if err != nil {
			return false
		}
		most = pages
	}
	got, err := number64(c, fmt.Sprint("PRAGMA max_page_count = ", most))
	l.full = full
	return err == nil && got == most
}
