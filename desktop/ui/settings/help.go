package settings

import (
	"cmp"
	"io/fs"
	"path"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"yuzhou/assets"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/widget"
	"yuzhou/desktop/ui/words"
)

// helpPages names the help texts that there are in the language that is spoken, those for salespeople first.
func helpPages() []string {
	files, err := fs.Glob(assets.Files, "help/*."+words.Language()+".md")
	if err != nil { // the pattern is ours
		return nil
	}
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), "."+words.Language()+".md")
		if words.Has("ui.help." + name) {
			names = append(names, name)
		}
	}
	sales := func(name string) int {
		if strings.HasSuffix(name, "-sales") {
			return 0
		}
		return 1
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(sales(a)-sales(b), strings.Compare(a, b)) })
	return names
}

// Help is one help text, shown in the program itself: whoever needs it may have no network.
type Help struct {
	content fyne.CanvasObject
}

// NewHelp returns the page of a help text.
func NewHelp(nav *screen.Navigator, name string) *Help {
	h := &Help{}
	crumb := widget.NewLink(words.T("ui.help.crumb"), widget.Body, widget.ColorDim, func() {
		nav.Open(screen.Route{Screen: screen.Settings})
	})
	head := widget.NewFixed(0, 28, widget.NewBar(10, crumb,
		widget.NewText(words.T("ui.help.title"), widget.Title, widget.ColorText)))
	text, err := assets.Files.ReadFile("help/" + name + "." + words.Language() + ".md")
	if err != nil {
		text = []byte(words.T("fault.NOT_FOUND"))
	}
	card := widget.NewCard("", container.NewVScroll(widget.NewInset(24, 18, 24, 24, markdown(string(text)))))
	h.content = widget.NewInset(16, 12, 16, 16, widget.NewEdges(widget.NewInset(0, 0, 0, 8, head), nil, nil,
		widget.NewUpTo(760, card)))
	return h
}

// Content implements screen.Page.
func (h *Help) Content() fyne.CanvasObject { return h.content }

// Actions implements screen.Page.
func (h *Help) Actions() []fyne.CanvasObject { return nil }

// Reload implements screen.Page; a help text does not change.
func (h *Help) Reload() {}

// Key implements screen.Page.
func (h *Help) Key(fyne.KeyName) bool { return false }
