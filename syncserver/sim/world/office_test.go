package world

import (
	"context"
	"fmt"
	"testing"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/replica"
	"yuzhou/shared/change"
	"yuzhou/shared/schema"
)

const viewMine = book.ViewMine

func testContext(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithCancel(context.WithoutCancel(t.Context()))
}

// customers lists what a laptop shows in a view.
func (w *world) customers(l *laptop, view string) []string { return w.list(l, book.Query{View: view}) }

func (w *world) list(l *laptop, q book.Query) []string {
	if q.Kind == "" {
		q.Kind = "customer"
	}
	ids, err := l.b.IDs(q)
	if err != nil {
		w.fail(stuck, "%s: %v", l, err)
	}
	return ids
}

// some chooses one of a list of ids by the drawn number.
func (w *world) some(ids []string, r uint32) (string, bool) {
	if r%4 > 0 { // people meet at a few customers, or nobody would ever disagree
		r %= 4
	}
	return pick(ids, r, func(id string) string {
		if label := w.labels[id]; label != "" {
			return label
		}
		return id
	})
}

// label remembers by which step something was made: by that it is chosen, whatever its id is.
func (w *world) label(id, kind string) {
	if id != "" {
		w.labels[id] = fmt.Sprint(kind, w.step.N)
	}
}

func (w *world) newCustomer(l *laptop) {
	s := w.step
	v := schema.Values{
		"name": "客户" + s.token(0), "mobile": mobile(s), "email": s.token(1) + "@example.cn", "level": of(s.R[0], "a", "b", "c"),
		"remark": s.token(2) + "\n第二行" + s.token(3) + "\n第三行\n第四行" + s.token(4), "address": "路" + s.token(5), "tags": schema.NewSet(of(s.R[1], "甲", "乙"), of(s.R[2], "丙", "丁")),
	}
	id, err := l.b.Create("customer", "", v)
	if w.allowed(l, err) {
		w.label(id, "customer")
		if !w.base.ready {
			w.base.Customers = append(w.base.Customers, id)
		}
	}
}

// mobile is a number that nobody else has.
func mobile(s step) string { return fmt.Sprintf("139%08d", uint64(s.N)*1000+uint64(s.R[3]%1000)) }

func (w *world) newChild(l *laptop, kind, root string) {
	s := w.step
	v := schema.Values{"name": "联系人" + s.token(6), "mobile": mobile(s), "position": s.token(7)}
	if kind == "task" {
		v = schema.Values{"title": "任务" + s.token(8), "description": s.token(9) + "\n二\n三\n四" + s.token(10), "due_at": w.now().Add(time.Duration(s.R[1]%200) * time.Hour).UnixMilli()}
		if s.R[2]%3 == 0 && root == "" {
			v["participants"] = []string{w.base.Users[of(s.R[3], logins...)]}
		}
		if s.R[2]%5 == 0 && root == "" {
			v["executor"] = w.base.Users[of(s.R[4], logins...)]
		}
	}
	id, err := l.b.Create(kind, root, v)
	if w.allowed(l, err) {
		w.label(id, kind)
	}
}

func (w *world) visit(l *laptop, customer string, ago time.Duration) {
	s := w.step
	f := book.FollowUp{Customer: customer, Method: of(s.R[1], "visit", "phone", "sms", "wechat"), Content: "谈了" + s.token(11)}
	if ago > 0 {
		f.OccurredAt = l.clock().Add(-ago)
	}
	if s.R[2]%2 == 0 {
		f.NextAt = w.now().Add(time.Duration(1+s.R[3]%300) * time.Hour)
	}
	id, err := l.b.FollowUp(f)
	if w.allowed(l, err) {
		w.label(id, "followup")
	}
}

func (w *world) ask(l *laptop, command, customer string, args map[string]string) {
	_, err := l.b.Ask(command, customer, args)
	w.allowed(l, err)
}

// restore asks for the restoring of a record that was deleted on this laptop, as the undo of a delete does.
func (w *world) restore(l *laptop, e *entry) {
	m := change.Mutation{ID: w.id(), Op: change.Restore, Kind: e.Kind, Record: e.Record, Root: e.Root, At: l.clock().UnixMilli()}
	w.allowed(l, l.r.Save(replica.Edit{Mutation: m}))
}
