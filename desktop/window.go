package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"yuzhou/assets"
	"yuzhou/desktop/diagnosis"
	"yuzhou/desktop/session"
	"yuzhou/desktop/ui"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/theme"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
)

// appID is the id of FyneApp.toml.
const appID = "cn.yuzhou.desktop"

// openWindow runs the window on a data folder until it is closed.
func openWindow(data, language string) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	var front fyne.Window
	raise := make(chan struct{}, 1)
	release, err := session.Claim(data, func() {
		select {
		case raise <- struct{}{}:
		default: // one is on its way
		}
	})
	if errors.Is(err, session.ErrOpen) {
		return nil // the other window has come to the front
	}
	if err != nil {
		return err
	}
	defer release()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	fonts, err := bundledFonts()
	if err != nil {
		return err
	}
	prefs := preferences(data, language)
	a := app.NewWithID(appID)
	dress := func(p screen.Preferences) error {
		a.Settings().SetTheme(theme.New(fonts, theme.Mode(p.Mode), float32(p.Scale)/100))
		return words.SetLanguage(p.Language)
	}
	if err := dress(prefs); err != nil {
		return err
	}
	if icon, err := assets.Files.ReadFile("icons/yuzhou.png"); err == nil {
		a.SetIcon(fyne.NewStaticResource("yuzhou.png", icon))
	}
	front = a.NewWindow(words.T("ui.app.name"))
	front.Resize(fyne.NewSize(cmp.Or(prefs.Width, 1280), cmp.Or(prefs.Height, 800)))
	front.CenterOnScreen()
	go func() {
		for range raise {
			fyne.Do(front.RequestFocus)
		}
	}()
	s, err := openSession(data, log)
	if err != nil {
		log.Error("open the data folder", "error", err)
		ui.ShowTrouble(front, err, clock.System, func() string {
			return diagnosis.Report{Version: version, Look: prefs, Data: data, Now: clock.System().Local(), Trouble: err}.Text()
		})
		front.ShowAndRun()
		return err
	}
	keep := func(p screen.Preferences) error {
		prefs = p
		return errors.Join(session.WritePreferences(data, p), dress(p))
	}
	window := ui.New(front, s.Port(func() screen.Preferences { return prefs }, keep))
	front.SetCloseIntercept(func() {
		size := front.Canvas().Size()
		prefs.Width, prefs.Height = size.Width, size.Height
		if err := session.WritePreferences(data, prefs); err != nil {
			log.Error("keep the preferences", "error", err)
		}
		window.Close()
		front.Close()
	})
	front.ShowAndRun()
	return s.Close()
}

func openSession(data string, log *slog.Logger) (*session.Session, error) {
	presets, err := fs.Sub(assets.Files, "presets")
	if err != nil {
		return nil, err
	}
	return session.Open(data, session.Options{Clock: clock.System, Presets: presets, Log: log, Version: version})
}

func bundledFonts() (theme.Fonts, error) {
	regular, err := assets.Files.ReadFile("fonts/NotoSansSC-Regular.ttf")
	if err != nil {
		return theme.Fonts{}, err
	}
	bold, err := assets.Files.ReadFile("fonts/NotoSansSC-Bold.ttf")
	if err != nil {
		return theme.Fonts{}, err
	}
	return theme.Fonts{
		Regular: fyne.NewStaticResource("NotoSansSC-Regular.ttf", regular),
		Bold:    fyne.NewStaticResource("NotoSansSC-Bold.ttf", bold),
	}, nil
}
