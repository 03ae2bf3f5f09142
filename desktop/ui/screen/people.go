package screen

import (
	"cmp"
	"slices"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/widget"
	"yuzhou/shared/schema"
)

// UserOptions lists the active users by name, me first, with their department; except is left out.
func UserOptions(b *book.Book, except string) []widget.Option {
	me := b.Me().ID
	users := slices.Clone(b.Org().Users())
	slices.SortStableFunc(users, func(x, y schema.Record) int {
		if (x.ID == me) != (y.ID == me) {
			if x.ID == me {
				return -1
			}
			return 1
		}
		return cmp.Compare(x.Text("name"), y.Text("name"))
	})
	var out []widget.Option
	for _, user := range users {
		if user.Flag("disabled") || user.ID == except {
			continue
		}
		label := user.Text("name")
		if department := b.Name("department", user.Text("department")); department != "" {
			label += " · " + department
		}
		out = append(out, widget.Option{Value: user.ID, Label: label})
	}
	return out
}
