package ui

import (
	"testing"

	"fyne.io/fyne/v2"

	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// SYNC-19: wherever somebody meets trouble, what helps whoever is asked for help can be copied, and that it was is said.
func TestCopyDiagnosis(t *testing.T) {
	for _, l := range []look{plainLook, {words.English, theme.Dark, 100}} {
		t.Run(l.language, func(t *testing.T) {
			h := newBench(t, l, nil)
			copied := func(where string) {
				t.Helper()
				fyne.CurrentApp().Clipboard().SetContent("")
				h.tap(words.T("ui.diagnosis.copy"))
				if got := fyne.CurrentApp().Clipboard().Content(); got != "诊断 "+l.language {
					t.Errorf("%s: copied %q", where, got)
				}
				h.mustRead(words.T("ui.diagnosis.copied"))
				h.wait()
			}
			h.mustNotRead(words.T("ui.diagnosis.copy")) // nothing has gone wrong yet
			h.refuse = fault.New(fault.NotListening, "Host", "crm.example")
			for _, text := range []string{"https://crm.example", "zw", "x"} {
				h.write(text)
				h.window.Canvas().FocusNext()
			}
			h.tap(words.T("ui.login.submit"))
			h.shoot("login-failed")
			copied("login")

			h.server = "https://crm.example"
			h.ui.start()
			h.settle()
			copied("first sync")

			h.refuse = nil
			h.ui.start()
			h.open(screen.Route{Screen: screen.Settings})
			copied("settings")

			showTrouble(h.window, fault.New(fault.ReplicaBroken), clock.At(noon), func() string { return "诊断 " + l.language }, h.ui.threads)
			h.settle()
			copied("trouble")
		})
	}
}
