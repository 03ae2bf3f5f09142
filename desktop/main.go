// Command yuzhou is the desktop program: the window, and the same sync without a window for IT and scripts.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"

	"yuzhou/desktop/diagnosis"
	"yuzhou/desktop/session"
	"yuzhou/desktop/syncer"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/clock"
)

// version is that of FyneApp.toml.
const version = "0.1.0"

// line is the command line.
type line struct {
	Open     openCommand     `cmd:"" default:"withargs" help:"Open the window (this is what happens without a command)."`
	Sync     syncCommand     `cmd:"" help:"Sync a data folder without a window, over the network or by file, and print one line of result."`
	Diagnose diagnoseCommand `cmd:"" help:"Print what support needs to know of a data folder: no customers, no names, no passwords. The window may stay open."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

type openCommand struct {
	Data string `type:"path" default:"${data}" help:"The data folder."`
	Lang string `enum:",zh-Hans,en" default:"" help:"The language, instead of the one that is set: zh-Hans or en."`
}

// Run opens the window.
func (c *openCommand) Run() error {
	if err := settleEnvironment(); err != nil {
		return err
	}
	return openWindow(c.Data, c.Lang)
}

type syncCommand struct {
	Once          bool   `required:"" xor:"how" help:"Sync once over the network and end."`
	Save          string `required:"" xor:"how" type:"path" placeholder:"FILE" help:"Save what waits for the server into a sync file."`
	Read          string `required:"" xor:"how" type:"existingfile" placeholder:"FILE" help:"Read the answer to the sync file that was saved last."`
	Data          string `type:"path" default:"${data}" help:"The data folder."`
	Server        string `help:"The server's address, to log in first."`
	Login         string `help:"The login name, to log in first."`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from the first line of the standard input."`
}

// Run syncs and ends with 0 when all went well, 3 when something waits in the tray, else 1.
func (c *syncCommand) Run() error {
	if c.Login != "" && !c.PasswordStdin {
		return fmt.Errorf("--login needs --password-stdin")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	name, err := os.Hostname()
	if err != nil {
		name = "laptop"
	}
	code := syncer.OnceCommand(ctx, syncer.Command{
		Dir: c.Data, Server: c.Server, Login: c.Login, Password: os.Stdin, Device: name, Clock: clock.System,
		SaveTo: c.Save, ReadFrom: c.Read,
	}, os.Stdout)
	stop()
	os.Exit(code)
	return nil
}

type diagnoseCommand struct {
	Data string `type:"path" default:"${data}" help:"The data folder."`
	Lang string `enum:",zh-Hans,en" default:"" help:"The language, instead of the one that is set: zh-Hans or en."`
}

// Run prints the report.
func (c *diagnoseCommand) Run() error {
	if err := settleEnvironment(); err != nil {
		return err
	}
	look := preferences(c.Data, c.Lang)
	if err := words.SetLanguage(look.Language); err != nil {
		return err
	}
	run := diagnosis.Nowhere
	if session.Claimed(c.Data) {
		run = diagnosis.Elsewhere
	}
	_, err := fmt.Print(diagnosis.Report{Version: version, Look: look, Data: c.Data, Now: clock.System().Local(), Run: run}.Text())
	return err
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	_, err := fmt.Println("yuzhou", version)
	return err
}

// collectAt has the collector work half as often as Go's default: a first sync makes pages of garbage while little lives on.
const collectAt = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	var l line
	ctx := kong.Parse(&l, kong.Name("yuzhou"), kong.Description("Yuzhou 渔舟: a customer book that works without a network."),
		kong.Vars{"data": dataFolder()})
	ctx.FatalIfErrorf(ctx.Run())
}

// preferences are those of a data folder; language, when it is not "", instead of the one that is set.
func preferences(data, language string) screen.Preferences {
	prefs := session.ReadPreferences(data, systemLanguage(os.Getenv))
	if language != "" {
		prefs.Language = language
	}
	return prefs
}

// dataFolder is where the data lies when nobody says otherwise.
func dataFolder() string {
	if runtime.GOOS == "linux" {
		if folder := os.Getenv("XDG_DATA_HOME"); folder != "" {
			return filepath.Join(folder, "yuzhou")
		}
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, ".local", "share", "yuzhou")
		}
	}
	if folder, err := os.UserConfigDir(); err == nil {
		return filepath.Join(folder, "Yuzhou")
	}
	return "yuzhou-data"
}
