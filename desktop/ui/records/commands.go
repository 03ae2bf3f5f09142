package records

import (
	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/fault"
)

// Release asks for a reason and gives customers up to a pool. The server decides; done is called when it was asked.
func Release(b *book.Book, nav *screen.Navigator, customers []string, done func()) {
	if len(customers) == 0 {
		return
	}
	reason := widget.NewSelectField(words.T("ui.customer.release.reason"), words.T("ui.form.choose"),
		words.T("ui.form.narrow"), dictOptions(b, "release_reason")).SetRequired(true)
	pools := []widget.Option{{Value: "", Label: words.T("ui.customer.release.auto")}}
	for _, pool := range b.Org().Pools() {
		if !pool.Flag("disabled") {
			pools = append(pools, widget.Option{Value: pool.ID, Label: pool.Text("name")})
		}
	}
	place := widget.NewSelectField(words.T("ui.customer.release.pool"), words.T("ui.customer.release.auto"), words.T("ui.form.narrow"), pools)
	place.SetValue("")
	note := widget.NewTextArea(words.T("ui.customer.release.note"), "", 2)
	fields := []fyne.CanvasObject{reason, place, note}
	nav.Ask(screen.Question{
		Title:   title(b, "ui.customer.release", customers),
		Content: widget.NewStack(12, withNotice(nav, fields)...),
		Focus:   reason.Focusable(), Confirm: words.T("ui.button.release"),
		Done: func() error {
			if reason.Value() == "" {
				err := fault.New(fault.ReasonMissing)
				reason.SetError(screen.Wrong(err, screen.TimesOf(b)))
				return screen.ErrShown
			}
			return askAll(b, nav, change.Release, customers, map[string]string{
				"pool": place.Value(), "reason": reason.Value(), "note": note.Text(),
			}, done)
		},
	})
}

// Transfer asks for the new owner and hands customers over to him.
func Transfer(b *book.Book, nav *screen.Navigator, customers []string, done func()) {
	if len(customers) == 0 {
		return
	}
	owner := ""
	if len(customers) == 1 {
		if row, found, err := b.Get("customer", customers[0]); err == nil && found {
			owner = row.Owner
		}
	}
	to := widget.NewSelectField(words.T("ui.customer.transfer.to"), words.T("ui.form.choose"),
		words.T("ui.form.narrow"), screen.UserOptions(b, owner)).SetRequired(true)
	note := widget.NewTextArea(words.T("ui.customer.transfer.note"), "", 2)
	nav.Ask(screen.Question{
		Title:   title(b, "ui.customer.transfer", customers),
		Content: widget.NewStack(12, withNotice(nav, []fyne.CanvasObject{to, note})...),
		Focus:   to.Focusable(), Confirm: words.T("ui.button.transfer"),
		Done: func() error {
			if to.Value() == "" {
				to.SetError(words.T("ui.customer.transfer.needTo"))
				return screen.ErrShown
			}
			return askAll(b, nav, change.Transfer, customers, map[string]string{"to": to.Value(), "note": note.Text()}, done)
		},
	})
}

// Deal marks a customer as won, or takes that back.
func Deal(b *book.Book, nav *screen.Navigator, customer string, dealt bool) {
	args := map[string]string{"dealt": "false"}
	if dealt {
		args["dealt"] = "true"
	}
	if err := askAll(b, nav, change.Deal, []string{customer}, args, nil); err != nil {
		nav.Fail(err)
	}
}

func title(b *book.Book, key string, customers []string) string {
	if len(customers) == 1 {
		return words.T(key+".title", "Name", b.Name("customer", customers[0]))
	}
	return words.T(key+".many", "N", len(customers))
}

// withNotice tells, above the fields, that a request made offline waits for the server.
func withNotice(nav *screen.Navigator, fields []fyne.CanvasObject) []fyne.CanvasObject {
	if nav.Status().State != screen.Offline {
		return fields
	}
	return append([]fyne.CanvasObject{
		widget.NewNotice(words.T("ui.customer.release.offline"), widget.ToneWarn),
	}, fields...)
}

// askAll asks one request for each customer: one that cannot be asked does not keep the others back.
func askAll(b *book.Book, nav *screen.Navigator, command string, customers []string, args map[string]string, done func()) error {
	var first error
	failed := 0
	name := b.Name("customer", customers[0]) // afterwards it may be out of sight
	for _, id := range customers {
		if _, err := b.Ask(command, id, args); err != nil {
			failed++
			if first == nil {
				first = err
			}
		}
	}
	if failed == len(customers) {
		return first
	}
	if done != nil {
		done()
	}
	what, _ := screen.Trouble(first, screen.TimesOf(b))
	switch asked := len(customers) - failed; {
	case failed > 0:
		nav.Toast(words.T("ui.customer.partly", "Done", asked, "Failed", failed, "Why", what), nil)
	case b.Practice() && asked == 1:
		nav.Toast(screen.Granted(b, change.Mutation{Command: command, Args: args}, name), nil)
	case b.Practice():
		nav.Toast(words.T("ui.customer.done"), nil)
	case asked == 1:
		nav.Toast(words.T("ui.customer.asked"), nil)
	default:
		nav.Toast(words.T("ui.customer.askedMany", "N", asked), nil)
	}
	return nil
}
