package records

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/access"
	"yuzhou/shared/pool"
)

// whyLine is the line in the head of a customer: 我是负责人 · 11/03 领取 · 还有 27 天.
func whyLine(b *book.Book, row book.Row) string {
	var parts []string
	since := row.Holding.Moment("claimed_at")
	switch {
	case row.Owner == "" && row.Pool != "":
		parts = append(parts, words.T("ui.customer.inPool", "Pool", b.Name("pool", row.Pool)))
		since = row.PooledAt
	case row.Owner == b.Me().ID:
		parts = append(parts, words.T("ui.customer.mine"))
	default:
		parts = append(parts, words.T("ui.customer.owner", "Name", screen.Or(b.Name("user", row.Owner))))
	}
	key := "ui.customer.since." + row.Holding.Text("how")
	if !since.IsZero() && words.Has(key) {
		parts = append(parts, words.T(key, "When", words.ShortDate(since, b.Now(), b.Zone())))
	}
	switch {
	case row.Due.Exempt == pool.ExemptDealt, row.Due.Exempt == pool.ExemptLocked:
		parts = append(parts, screen.DueShort(row.Due))
	case row.Due.Exempt == "" && row.Due.On != "" && row.Due.Days <= 0:
		parts = append(parts, words.T("ui.customer.leftToday"))
	case row.Due.Exempt == "" && row.Due.On != "":
		parts = append(parts, words.T("ui.customer.left", "N", row.Due.Days))
	}
	return strings.Join(parts, " · ")
}

// showWhy answers two questions: why do I see this, and when would I lose it.
func showWhy(b *book.Book, nav *screen.Navigator, row book.Row) {
	say := func(text string) fyne.CanvasObject { return widget.NewParagraph(text, widget.Body, widget.ColorText) }
	head := func(key string) fyne.CanvasObject {
		return widget.NewText(words.T(key), widget.Small, widget.ColorDim)
	}
	lines := []fyne.CanvasObject{head("ui.customer.why.see"), say(whySee(b, row)), head("ui.customer.why.lose")}
	for _, text := range whyLose(b, row) {
		lines = append(lines, say(text))
	}
	nav.Ask(screen.Question{Title: row.Title(), Content: widget.NewStack(6, lines...)})
}

func whySee(b *book.Book, row book.Row) string {
	path := b.Why(row)
	switch path.How {
	case access.BySuperior, access.ByDepartment:
		return words.T("ui.why."+path.How, "Name", b.Name("user", row.Owner))
	case access.ByPool, access.ByPoolAdmin:
		return words.T("ui.why."+path.How, "Name", b.Name("pool", path.Pool))
	case access.ByRole:
		role, _ := b.Org().Role(path.Role)
		name := role.Text("name")
		if words.Language() == words.English && role.Text("name_en") != "" {
			name = role.Text("name_en")
		}
		return words.T("ui.why.role", "Name", name)
	case "":
		return words.T("access.path." + access.ByPool)
	}
	return words.T("access.path." + path.How)
}

// whyLose says by which rule and when a customer goes to the pool, and what would move that day.
func whyLose(b *book.Book, row book.Row) []string {
	now, zone := b.Now(), b.Zone()
	switch row.Due.Exempt {
	case pool.ExemptPool:
		return []string{words.T("ui.customer.why.pool")}
	case pool.ExemptDealt:
		return []string{words.T("ui.customer.why.dealt")}
	case pool.ExemptLocked:
		return []string{words.T("ui.customer.why.locked", "Until", words.Moment(row.Holding.Moment("locked_until"), now, zone))}
	case pool.ExemptNoRule:
		return []string{words.T("ui.customer.why.norule")}
	}
	var lines []string
	if rule, found, err := b.Get("rule", row.Due.Rule); err == nil && found {
		key, params := pool.RuleWords(b.Org(), rule.Record)
		args := map[string]any{}
		for name, value := range params {
			args[name] = value
		}
		lines = append(lines, words.T("ui.customer.why.rule", "Rule", words.T(key, args)))
	}
	if on, err := words.Date(row.Due.On, zone); err == nil {
		lines = append(lines, words.T("ui.customer.why.date", "Date", words.ShortDate(on, now, zone),
			"N", max(row.Due.Days, 0), "Start", words.Moment(row.Due.Start, now, zone)))
	}
	if methods := countedMethods(b); len(methods) > 0 {
		lines = append(lines, words.T("ui.customer.why.move", "Methods", strings.Join(methods, words.T("ui.list.comma"))))
	}
	return lines
}

// countedMethods names the ways of talking that move the day.
func countedMethods(b *book.Book) []string {
	var out []string
	for _, c := range b.Choices("followup_method") {
		entry, found, err := b.Get("dictionary", fmt.Sprintf("followup_method.%s", c.Key))
		if err == nil && found && entry.Flag("counts") {
			out = append(out, c.Words(words.Language()))
		}
	}
	return slices.Compact(out)
}
