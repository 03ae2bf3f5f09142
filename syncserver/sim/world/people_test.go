package world

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

func (w *world) id() string {
	id, err := uuid.NewV7()
	w.must(err)
	return id.String()
}

func (w *world) doCustomer(l *laptop, _ step) {
	if l.b != nil {
		w.newCustomer(l)
	}
}

func (w *world) doContact(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if c, ok := w.some(w.customers(l, book.ViewAll), s.R[0]); ok {
		w.newChild(l, "contact", c)
	}
}

func (w *world) doVisit(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if c, ok := w.some(w.customers(l, of(s.R[4], book.ViewMine, book.ViewMine, book.ViewAll)), s.R[0]); ok {
		w.visit(l, c, time.Duration(s.R[5]%5*(s.R[4]%60))*time.Hour)
	}
}

func (w *world) doTask(l *laptop, s step) {
	if l.b == nil {
		return
	}
	root := ""
	if s.R[0]%3 > 0 {
		root, _ = w.some(w.customers(l, book.ViewAll), s.R[5])
	}
	w.newChild(l, "task", root)
}

// doEdit changes one or two fields of a customer.
func (w *world) doEdit(l *laptop, s step) {
	if l.b == nil {
		return
	}
	c, ok := w.some(w.customers(l, book.ViewAll), s.R[0])
	if !ok {
		return
	}
	row, ok, err := l.b.Get("customer", c)
	if err != nil || !ok {
		return
	}
	v := schema.Values{}
	w.change(s, row, v, s.R[1], s.R[2], 0)
	if s.R[3]%3 == 0 {
		w.change(s, row, v, s.R[3]/3, s.R[4], 1)
	}
	w.allowed(l, l.b.Set("customer", c, v))
}

// change draws a new value of one field.
func (w *world) change(s step, row book.Row, v schema.Values, which, how uint32, i int) {
	if which%3 > 0 { // and at a few fields
		which = uint32(w.h.Seed%10) + 3*(which%2)
	}
	switch which % 10 {
	case 0:
		v["mobile"] = mobile(step{N: s.N, R: [6]uint32{0, 0, 0, how}})
	case 1:
		v["email"] = s.token(20+i) + "@example.cn"
	case 2:
		v["level"] = of[any](how, "a", "b", "c", nil)
	case 3:
		set := slices.Clone(row.Set("tags"))
		if len(set) > 0 && how%3 == 0 {
			set = slices.Delete(set, 0, 1)
		} else {
			set = append(set, of(how, "甲", "乙", "丙", "丁", "戊"))
		}
		v["tags"] = schema.NewSet(set...)
	case 4, 5, 6:
		v["remark"] = rewrite(row.Text("remark"), s.token(22+i), how)
	case 7:
		v["region"] = s.token(24 + i)
	case 8:
		v["next_contact_at"] = w.now().Add(time.Duration(how%400) * time.Hour).Truncate(time.Minute).UnixMilli()
		if how%7 == 0 {
			v["next_contact_at"] = nil
		}
	case 9:
		v["address"] = of[any](how, s.token(26+i), nil, s.token(28+i))
	}
}

// rewrite changes one line of a text.
func rewrite(text, word string, how uint32) string {
	lines := strings.Split(text, "\n")
	at := int(how/4) % len(lines)
	switch how % 4 {
	case 0:
		lines[at] = word
	case 1:
		lines = slices.Insert(lines, at, word)
	case 2:
		lines = append(lines, word)
	case 3:
		if len(lines) > 2 {
			lines = slices.Delete(lines, at, at+1)
		} else {
			lines = append(lines, word)
		}
	}
	return strings.Join(lines, "\n")
}

func (w *world) doEditChild(l *laptop, s step) {
	if l.b == nil {
		return
	}
	id, ok := w.some(w.list(l, book.Query{Kind: "contact"}), s.R[0])
	if !ok {
		return
	}
	v := schema.Values{of(s.R[1], "position", "email", "remark"): s.token(30)}
	if email, ok := v["email"]; ok {
		v["email"] = fmt.Sprint(email, "@example.cn")
	}
	w.allowed(l, l.b.Set("contact", id, v))
}

func (w *world) doWorkTask(l *laptop, s step) {
	if l.b == nil {
		return
	}
	id, ok := w.some(w.list(l, book.Query{Kind: "task", Who: book.Everybody}), s.R[0])
	if !ok {
		return
	}
	row, ok, err := l.b.Get("task", id)
	if err != nil || !ok {
		return
	}
	v := schema.Values{}
	switch s.R[1] % 6 {
	case 0:
		v["status"] = of(s.R[2], "open", "done", "deferred", "archived")
	case 1:
		v["executor"] = w.base.Users[of(s.R[2], logins...)]
	case 2:
		v["description"] = rewrite(row.Text("description"), s.token(31), s.R[2])
	case 3:
		v["tags"] = schema.NewSet(append(slices.Clone(row.Set("tags")), of(s.R[2], "急", "缓", "等"))...)
	case 4:
		v["participants"] = schema.NewSet(w.base.Users[of(s.R[2], logins...)])
	case 5:
		v["due_at"] = w.now().Add(time.Duration(s.R[2]%500) * time.Hour).UnixMilli()
	}
	w.allowed(l, l.b.Set("task", id, v))
}

func (w *world) doDelete(l *laptop, s step) {
	if l.b == nil {
		return
	}
	kind := of(s.R[1], "customer", "contact", "task")
	q := book.Query{Kind: kind, Who: book.Everybody}
	if kind == "customer" {
		q = book.Query{Kind: kind, View: book.ViewAll}
	}
	if id, ok := w.some(w.list(l, q), s.R[0]); ok {
		w.allowed(l, l.b.Delete(kind, id))
	}
}

// doRestore takes a delete back that somebody made on this laptop.
func (w *world) doRestore(l *laptop, s step) {
	if l.b == nil {
		return
	}
	var deleted []*entry
	for _, e := range w.typed {
		if e.Op == "delete" && e.by == l.me {
			deleted = append(deleted, e)
		}
	}
	if e, ok := pick(deleted, s.R[0], func(e *entry) string { return fmt.Sprint(e.step) }); ok {
		w.restore(l, e)
	}
}

func (w *world) doClaim(l *laptop, s step) {
	if l.b == nil {
		return
	}
	pool := of(s.R[1], w.base.Pools...)
	if c, ok := w.some(w.list(l, book.Query{Pool: pool}), s.R[0]); ok {
		w.ask(l, change.Claim, c, map[string]string{"pool": pool})
	}
}

func (w *world) doRelease(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if c, ok := w.some(w.customers(l, of(s.R[1], book.ViewMine, book.ViewMine, book.ViewBelow)), s.R[0]); ok {
		w.ask(l, change.Release, c, map[string]string{"reason": of(s.R[2], w.base.Reasons...), "pool": of(s.R[3], "", w.base.Pools[0], w.base.Pools[1])})
	}
}

func (w *world) doTransfer(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if c, ok := w.some(w.customers(l, of(s.R[1], book.ViewMine, book.ViewBelow, book.ViewAll)), s.R[0]); ok {
		w.ask(l, change.Transfer, c, map[string]string{"to": w.base.Users[of(s.R[2], logins...)]})
	}
}

func (w *world) doAssign(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if c, ok := w.some(w.list(l, book.Query{Pool: of(s.R[1], w.base.Pools...)}), s.R[0]); ok {
		w.ask(l, change.Assign, c, map[string]string{"to": w.base.Users[of(s.R[2], logins...)]})
	}
}

func (w *world) doDeal(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if c, ok := w.some(w.customers(l, book.ViewMine), s.R[0]); ok {
		w.ask(l, change.Deal, c, map[string]string{"dealt": of(s.R[1], "true", "true", "false")})
	}
}

// trayItem chooses an item of the tray of one of some types.
func (w *world) trayItem(l *laptop, r uint32, types ...string) (book.TrayItem, bool) {
	items, err := l.b.Tray()
	w.must(err)
	items = slices.DeleteFunc(items, func(i book.TrayItem) bool { return !slices.Contains(types, i.Type) })
	return pick(items, r, func(i book.TrayItem) string {
		return i.Type + w.labels[i.Customer] + i.Field + w.labels[i.Mutation.Record]
	})
}

func (w *world) doResolve(l *laptop, s step) {
	if l.b == nil {
		return
	}
	item, ok := w.trayItem(l, s.R[0], book.TrayConflict)
	if !ok {
		return
	}
	choice := of(s.R[1], book.Theirs, book.Mine, book.Typed, book.Both)
	var typed any
	if choice == book.Typed {
		if item.Field != "remark" && item.Field != "region" && item.Field != "address" {
			choice = book.Mine
		}
		typed = s.token(40)
	}
	w.allowed(l, l.b.Resolve(item.ID, choice, typed))
}

func (w *world) doAgain(l *laptop, s step) {
	if l.b == nil {
		return
	}
	item, ok := w.trayItem(l, s.R[0], book.TrayRefusal, book.TrayVerdict)
	if !ok || item.Mutation.ID == "" {
		return
	}
	w.settleTyped(l)
	w.allowed(l, l.b.Again(item.ID))
}

func (w *world) doDismiss(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if item, ok := w.trayItem(l, s.R[0], book.TrayRefusal, book.TrayVerdict, book.TrayLeave); ok {
		w.settleTyped(l)
		_, err := l.b.Dismiss(item.ID)
		w.allowed(l, err)
	}
}

// doUndo takes a change back that was never sent, with all that hangs on it.
func (w *world) doUndo(l *laptop, s step) {
	if l.b == nil {
		return
	}
	entries, err := l.b.Outbox()
	w.must(err)
	e, ok := pick(entries, s.R[0], func(e book.Entry) string { return w.stepOf(e.ID) })
	if !ok || !w.allowed(l, l.b.Undo(e.ID)) {
		return
	}
	delete(l.kept, e.ID)
	for _, k := range l.kept {
		k.rebased = k.rebased || k.Record == e.Mutation.Record
	}
	if e.Mutation.Op != change.Create {
		return
	}
	for id, k := range l.kept {
		if k.Root == e.Mutation.Record || k.Record == e.Mutation.Record {
			delete(l.kept, id)
		}
	}
}

func (w *world) stepOf(mutation string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e := w.typed[mutation]; e != nil {
		return fmt.Sprint(e.step, e.Op, e.Kind)
	}
	return mutation
}

func (w *world) doRead(l *laptop, s step) {
	if l.b == nil {
		return
	}
	if id, ok := w.some(w.list(l, book.Query{Kind: "notice"}), s.R[0]); ok {
		w.allowed(l, l.b.MarkRead(id))
	}
}

// doForge has a program write that asks for no right: an old one, or one that somebody has changed.
func (w *world) doForge(l *laptop, s step) {
	if l.b == nil {
		return
	}
	kind, fields := "customer", []string{"region", "address"}
	ids := w.list(l, book.Query{})
	if s.R[1]%3 == 0 {
		kind, fields = "contact", []string{"position", "wechat"}
		ids = w.list(l, book.Query{Kind: kind})
	}
	id, ok := w.some(ids, s.R[0])
	if !ok {
		return
	}
	row, ok, err := l.b.Get(kind, id)
	if err != nil || !ok {
		return
	}
	f := of(s.R[2], fields...)
	m := change.Mutation{ID: w.id(), Op: change.Set, Kind: kind, Record: id, Root: row.Root, Seen: row.Seq, At: l.clock().UnixMilli()}
	m.Set, m.Base = schema.Values{f: s.token(70)}, schema.Values{f: row.Values[f]}
	w.allowed(l, l.r.Save(replica.Edit{Mutation: m}))
}
