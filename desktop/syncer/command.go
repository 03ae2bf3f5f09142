package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"yuzhou/desktop/replica"
	"yuzhou/shared/clock"
	"yuzhou/shared/fault"
)

// The exit codes of a sync without a window.
const (
	ExitSynced = 0
	ExitFailed = 1
	ExitTray   = 3 // synced, but something in the tray wants a person
)

// Command is a sync without a window, for IT and scripts.
type Command struct {
	Dir      string // the data folder
	Server   string // with Login: log in first; otherwise the folder's session is used
	Login    string
	Password io.Reader // its first line is the password
	Device   string    // what people call this laptop
	Client   *http.Client
	Clock    clock.Clock
	SaveTo   string // instead of a sync: the sync file to save
	ReadFrom string // instead of a sync: the answer to read
}

// OnceCommand syncs a data folder once, writes one line of result to out and gives the exit code. It may sync a folder
// whose lease has ended, and so begins it anew (SYNC-12): it shows nobody anything, what was typed gets to the server, and
// a device that is to get nothing any more has no valid token.
func OnceCommand(ctx context.Context, c Command, out io.Writer) int {
	line, code, err := c.run(ctx)
	if err != nil {
		line, code = failedLine(err), ExitFailed
	}
	if _, err := fmt.Fprintln(out, line); err != nil {
		return ExitFailed
	}
	return code
}

func failedLine(err error) string {
	f := fault.Of(err)
	line := "failed code=" + string(f.Code)
	for name, value := range f.Params {
		line += fmt.Sprintf(" %s=%q", strings.ToLower(name), value)
	}
	return line
}

func (c Command) run(ctx context.Context) (line string, code int, err error) {
	r, err := replica.Open(c.Dir, c.Clock)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if c.Login != "" {
		password, err := firstLine(c.Password)
		if err != nil {
			return "", 0, err
		}
		credentials := Credentials{Address: c.Server, Login: c.Login, Password: password, Device: c.Device}
		if _, err := SignIn(ctx, r, c.Client, credentials); err != nil {
			return "", 0, err
		}
	}
	s, err := New(r, Options{Client: c.Client})
	if err != nil {
		return "", 0, err
	}
	defer s.Close()
	var report Report
	switch {
	case c.SaveTo != "":
		return c.save(s)
	case c.ReadFrom != "":
		report, err = c.read(ctx, s)
	default:
		report, err = s.Once(ctx)
	}
	if err != nil {
		return "", 0, err
	}
	return c.result(r, report)
}

// save saves a sync file. One that is there is not written over: it may be on its way.
func (c Command) save(s *Syncer) (string, int, error) {
	file, err := os.OpenFile(c.SaveTo, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return "", 0, fault.New(fault.Exists, "Name", c.SaveTo).Because("sync file", err)
	case err != nil:
		return "", 0, badFile(c.SaveTo, err)
	}
	changes, err := s.SaveFile(file)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", 0, errors.Join(err, os.Remove(c.SaveTo))
	}
	return fmt.Sprintf("saved changes=%d file=%q", changes, c.SaveTo), ExitSynced, nil
}

func (c Command) read(ctx context.Context, s *Syncer) (Report, error) {
	file, err := os.Open(c.ReadFrom)
	if err != nil {
		return Report{}, badFile(c.ReadFrom, err)
	}
	report, err := s.ReadFile(ctx, file)
	return report, errors.Join(err, file.Close())
}

func badFile(path string, err error) error {
	return fault.New(fault.BadFile, "Reason", err.Error(), "File", path).Because("sync file", err)
}

func (c Command) result(r *replica.Replica, report Report) (string, int, error) {
	unsent, err := r.Unsent()
	if err != nil {
		return "", 0, err
	}
	tray, err := r.TrayCount()
	if err != nil {
		return "", 0, err
	}
	conflicts, err := r.Count(replica.OpenConflicts)
	if err != nil {
		return "", 0, err
	}
	word, code := "synced", ExitSynced
	if tray+conflicts > 0 {
		word, code = "attention", ExitTray
	}
	line := fmt.Sprintf("%s pushed=%d refused=%d conflicts=%d pulled=%d left=%d unsent=%d tray=%d", word,
		report.Pushed, report.Refused, report.Conflicts, report.PulledRows, report.Left, unsent, tray+conflicts)
	return line, code, nil
}

// maxPassword bounds what is read of a password.
const maxPassword = 1024

func firstLine(in io.Reader) (string, error) {
	if in == nil {
		return "", fault.New(fault.BadLogin)
	}
	text, err := io.ReadAll(io.LimitReader(in, maxPassword))
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}
