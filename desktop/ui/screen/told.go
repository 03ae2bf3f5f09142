package screen

import (
	"encoding/json"
	"strconv"
	"time"

	"yuzhou/desktop/book"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/change"
	"yuzhou/shared/pool"
	"yuzhou/shared/schema"
)

// Near and Soon are the days left at which "days to the pool" turns red and amber.
const (
	Near = 3
	Soon = 7
)

// DueShort writes the column 距回落: 27 天, 已成交, 锁定, or a dash.
func DueShort(d pool.Due) string {
	switch {
	case d.Exempt == "dealt", d.Exempt == "locked":
		return words.T("ui.due." + d.Exempt)
	case d.Exempt != "" || d.On == "":
		return None()
	case d.Days <= 0:
		return words.T("ui.due.today")
	}
	return words.T("ui.due.days", "N", d.Days)
}

// DueLeft writes the days left in a sentence's form: 还剩 2 天.
func DueLeft(d pool.Due) string {
	if d.Days <= 0 {
		return words.T("ui.due.leftToday")
	}
	return words.T("ui.due.left", "N", d.Days)
}

// DueTone is the mood of the days left.
func DueTone(d pool.Due) widget.Tone {
	switch {
	case d.Exempt != "" || d.On == "":
		return widget.ToneNone
	case d.Days <= Near:
		return widget.ToneBad
	case d.Days <= Soon:
		return widget.ToneWarn
	}
	return widget.ToneNone
}

// Asked says what a request asks for: 领取「金华永康五金」.
func Asked(b *book.Book, m change.Mutation, title string) string {
	key := m.Command
	if key == change.Deal && m.Args["dealt"] == "false" {
		key = "reopen"
	}
	return words.T("ui.ask."+key, "Name", title, "To", b.Name("user", m.Args["to"]))
}

// TrayTitle says in one line what an item of the tray is about.
func TrayTitle(b *book.Book, item book.TrayItem) string {
	name := item.Name
	if name == "" {
		name = item.Title
	}
	switch item.Type {
	case book.TrayConflict:
		kind := item.Conflict.Text("kind")
		return words.T("ui.tray.conflict", "Name", name, "Field", FieldLabel(kind, item.Field))
	case book.TrayLeave:
		return words.T("ui.tray.leave", "Name", name)
	case book.TrayNotice:
		return words.T("ui.tray.notice")
	}
	what := string(item.Mutation.Op)
	if item.Mutation.Op == change.Ask {
		what = item.Mutation.Command
	}
	if item.Fault == nil {
		return words.T("ui.tray.ok."+what, "Name", name)
	}
	if item.Title != "" {
		name = item.Title
	}
	if key := "ui.tray.title." + string(item.Fault.Code); words.Has(key) { // not refused, but elsewhere or damaged
		return words.T(key, "Name", name, "What", What(item.Mutation))
	}
	return words.T("ui.tray.refused."+what, "Name", name, "Kind", kindInside(item.Mutation.Kind))
}

// Granted says that a request was granted: 已领取「金华永康五金」，今天还可领取 7 / 10.
func Granted(b *book.Book, m change.Mutation, name string) string {
	if m.Command != change.Claim {
		return words.T("ui.tray.ok."+m.Command, "Name", name)
	}
	params := map[string]any{"Name": name}
	if figures, err := b.PoolFigures(m.Args["pool"]); err == nil && figures.Limit > 0 {
		params["Left"], params["Limit"] = figures.Left, figures.Limit
	}
	return words.T("ui.verdict.claim", params)
}

// NoticeText writes a notice from its code and parameters.
func NoticeText(notice schema.Record, t Times) string {
	var text map[string]string
	if json.Unmarshal([]byte(notice.Text("params")), &text) != nil {
		text = nil // the sentence does without what it cannot read
	}
	params := written(text, t)
	if n, err := strconv.Atoi(text["N"]); err == nil {
		params["N"] = n
	}
	return words.T("notice."+notice.Text("code"), params)
}

// Millis reads a parameter that is a moment in Unix milliseconds.
func Millis(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
