package screen

import (
	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/schema"
)

// FinishTask ticks a task off, or opens it again when it was done. The toast takes it back.
func FinishTask(b *book.Book, nav *Navigator, task book.Row) {
	before := schema.Values{"status": task.Text("status"), "done_at": task.Values["done_at"]}
	values, said := schema.Values{"status": "done", "done_at": b.Now().UnixMilli()}, "ui.tasks.done"
	if task.Text("status") == "done" {
		values, said = schema.Values{"status": "open", "done_at": nil}, "ui.tasks.reopened"
	}
	ChangeTask(b, nav, task.ID, values, before, words.T(said, "Title", task.Title()))
}

// ChangeTask changes a task and offers to take that back.
func ChangeTask(b *book.Book, nav *Navigator, id string, values, before schema.Values, said string) {
	if err := b.Set("task", id, values); err != nil {
		nav.Fail(err)
		return
	}
	nav.Toast(said, func() error { return b.Set("task", id, before) })
}
