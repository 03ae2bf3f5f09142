package settings

import (
	"regexp"
	"strings"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/widget"
)

var numbered = regexp.MustCompile(`^(\d+\.)\s+(.*)$`)

// markdown draws the part of Markdown that the help texts use: headings, paragraphs, lists, bold and code. Fyne's own
// breaks Chinese lines at the few spaces it finds.
func markdown(text string) fyne.CanvasObject {
	page := widget.NewStack(8)
	code := false
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(trimmed, "```"):
			code = !code
		case code:
			page.Add(widget.NewInset(14, 0, 0, 0, widget.NewParagraph(line, widget.Body, widget.ColorAccent)))
		case trimmed == "":
		case strings.HasPrefix(trimmed, "## "), strings.HasPrefix(trimmed, "### "):
			page.Add(widget.NewInset(0, 12, 0, 0, widget.NewText(strings.TrimLeft(trimmed, "# "), widget.Strong, widget.ColorText)))
		case strings.HasPrefix(trimmed, "# "):
			page.Add(widget.NewText(strings.TrimPrefix(trimmed, "# "), widget.Title, widget.ColorText))
		case strings.HasPrefix(trimmed, "- "), strings.HasPrefix(trimmed, "* "):
			page.Add(widget.NewRich("•", runs(trimmed[2:])...))
		case numbered.MatchString(trimmed):
			part := numbered.FindStringSubmatch(trimmed)
			page.Add(widget.NewRich(part[1], runs(part[2])...))
		default:
			page.Add(widget.NewRich("", runs(trimmed)...))
		}
	}
	return page
}

// runs splits a line at its ** marks; code marks are dropped, for all is set in one family.
func runs(line string) []widget.Run {
	var out []widget.Run
	for i, part := range strings.Split(strings.ReplaceAll(line, "`", ""), "**") {
		if part != "" {
			out = append(out, widget.Run{Text: part, Bold: i%2 == 1})
		}
	}
	return out
}
