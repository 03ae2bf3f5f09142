// Package diagnosis writes down what somebody who is to help needs to know: program, machine, replica, contact with the
// server, what has failed (SYNC-19). The report is pasted into a chat or a mail, so it holds no customer's data, no
// person's name, no password, no token and no folder that may be called after somebody. The labels are in the person's
// language, the facts in the program's own words, which are those of its log.
package diagnosis

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/desktop/syncer"
	"yuzhou/desktop/ui/screen"
	"yuzhou/desktop/ui/words"
	"yuzhou/shared/disk"
	"yuzhou/shared/fault"
	"yuzhou/shared/wire"
)

// Report is what is known beside the data folder.
type Report struct {
	Version  string
	Look     screen.Preferences
	Data     string    // the folder
	Now      time.Time // in the zone in which moments are written
	Trouble  error     // why the folder cannot be opened; nil: it can
	Contact  *screen.Status
	Failures []syncer.Failure
	Run      Run
}

// Run says whose run of the window this is. Contact and Failures are known to the process of the window alone.
type Run int

// Whose run it is.
const (
	Here      Run = iota // of this process
	Elsewhere            // another process has the window open
	Nowhere              // no window is open
)

// Text reads the data folder and writes the report. It may take a moment, and changes nothing.
func (r Report) Text() string {
	var p page
	p.raw(words.T("diagnosis.title"))
	p.raw(words.T("diagnosis.promise"))
	p.say("time", r.moment(r.Now))
	p.say("program", fmt.Sprintf("yuzhou %s, %s/%s, %s", r.Version, runtime.GOOS, runtime.GOARCH, runtime.Version()))
	p.say("window", fmt.Sprintf("%s, %s, %d %%", r.Look.Language, r.Look.Mode, r.Look.Scale))
	if r.Trouble != nil {
		p.say("trouble", strings.TrimSpace(string(fault.CodeOf(r.Trouble))+" "+replica.Cause(r.Trouble)))
	}
	facts := replica.Inspect(r.Data)
	r.folder(&p, facts)
	if facts.Here {
		r.server(&p, facts)
		r.work(&p, facts)
	}
	r.failures(&p)
	return p.String()
}

func (r Report) folder(p *page, f replica.Facts) {
	if _, err := os.Stat(r.Data); err != nil {
		p.say("folder", replica.Cause(err))
		return
	}
	room := size(folderSize(r.Data))
	if free, _, err := disk.Space(r.Data); err == nil {
		room += ", " + size(free) + " free on disk"
	}
	p.say("folder", room)
	if !f.Here {
		p.say("replica", "none")
		return
	}
	p.say("replica", fmt.Sprintf("schema %d, %s, log %s", f.Schema, size(uint64(f.Bytes)), size(uint64(f.Log)))) //nolint:gosec // sizes are positive
	if f.Err != nil {
		p.say("unread", strings.TrimSpace(string(fault.CodeOf(f.Err))+" "+replica.Cause(f.Err)))
	}
	var health []string
	for _, at := range f.Rescues {
		health = append(health, "damaged file replaced "+r.moment(at))
	}
	if f.Doubt {
		health = append(health, "damage met, next start checks")
	}
	if f.Suspects > 0 {
		health = append(health, fmt.Sprintf("sums differ in %d scopes", f.Suspects))
	}
	if f.Repairs != "" {
		day, times, _ := strings.Cut(f.Repairs, " ")
		health = append(health, fmt.Sprintf("ranges fetched anew %s, times %s", day, times))
	}
	if f.Copied {
		health = append(health, "was a copy of another folder")
	}
	p.say("health", list(health, "nothing noticed"))
}

func (r Report) server(p *page, f replica.Facts) {
	who := "not logged in"
	switch {
	case f.Practice:
		who = "practice book"
	case f.LoggedIn:
		who = "logged in"
	}
	p.say("server", list(filled(f.Server, fmt.Sprintf("protocol %d", wire.Protocol), who), ""))
	if r.Contact != nil {
		state := string(r.Contact.State)
		if r.Contact.Fault != nil {
			state += ", last try " + known(r.Contact.Fault.Code)
		}
		p.say("state", state)
	}
	p.say("cursor", fmt.Sprintf("epoch %s, commit %d", short(f.Epoch), f.Cursor))
	last := "never"
	if f.LastSync != 0 {
		last = r.ago(f.LastSync)
	}
	p.say("lastSync", last)
	p.say("skew", fmt.Sprintf("%+.1f s", float64(f.Skew)/1000))
	var going []string
	switch {
	case f.Practice:
	case !f.Published:
		going = append(going, "first sync not complete")
	case f.Rescan:
		going = append(going, "downloading everything again")
	}
	if f.Pages > 0 {
		going = append(going, fmt.Sprintf("%d pages wait", f.Pages))
	}
	if f.Restored {
		going = append(going, "server was restored from a backup")
	}
	p.say("going", list(going, "nothing"))
}

func (r Report) work(p *page, f replica.Facts) {
	p.say("rows", counts(f.Rows))
	waits := counts(f.Outbox)
	if f.Oldest != 0 {
		waits += "; oldest " + r.ago(f.Oldest)
	}
	p.say("outbox", waits)
	p.say("tray", counts(f.Tray))
	p.say("kept", fmt.Sprintf("%d, offered again %d", f.Kept, f.Offers))
}

func (r Report) failures(p *page) {
	switch {
	case r.Run == Elsewhere:
		p.say("failures", words.T("diagnosis.elsewhere"))
	case r.Run == Nowhere:
		p.say("failures", words.T("diagnosis.nowhere"))
	case len(r.Failures) == 0:
		p.say("failures", "none")
	default:
		p.say("failures", "")
	}
	for _, f := range slices.Backward(r.Failures) {
		line := fmt.Sprintf("%s %s %s %s", r.moment(f.Last), f.Phase, f.Code, f.Cause)
		if f.Times > 1 {
			line = fmt.Sprintf("%s (%d times since %s)", strings.TrimSpace(line), f.Times, r.moment(f.First))
		}
		p.raw("- " + strings.TrimSpace(line))
	}
}

// folderSize adds up what lies in a folder, as far as it can be seen. Files may come and go meanwhile.
func folderSize(folder string) (sum uint64) {
	_ = filepath.WalkDir(folder, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // the rest counts
		}
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() {
			sum += uint64(info.Size()) //nolint:gosec // sizes are positive
		}
		return nil
	})
	return sum
}
