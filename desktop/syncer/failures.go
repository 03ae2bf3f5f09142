package syncer

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"yuzhou/desktop/replica"
	"yuzhou/shared/fault"
)

// mostFailures is how many failures are remembered: those of a bad day, and still a page.
const mostFailures = 20

// The phases of failures beside those of a sync.
const (
	PhaseLogin = "login"
	PhasePokes = "pokes" // the stream of pokes
	phaseStart = "sync"  // before anything was sent
)

// Failure is one way in which contacts did not come through, and how often. It holds nothing of what stands in records, so
// that it may be shown to whoever is asked for help (SYNC-19).
type Failure struct {
	First, Last time.Time
	Times       int
	Phase       string // PhasePush …
	Code        fault.Code
	Cause       string // of the last time; "" where the code says it all
}

// Failures remembers the last failures of this run of the program. Its zero value is ready, and safe for use by several
// goroutines.
type Failures struct {
	mu  sync.Mutex
	all []Failure
}

// Note remembers that err ended a phase at a moment. nil is no failure.
func (f *Failures) Note(at time.Time, phase string, err error) {
	if err == nil {
		return
	}
	code := fault.CodeOf(err)
	if !code.Known() { // a newer server's, or nobody's
		code = fault.Internal
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := Failure{First: at, Last: at, Times: 1, Phase: phase, Code: code, Cause: cause(err)}
	// A server that is away for a day fails in two ways, by turns, a thousand times: that is two lines.
	if i := slices.IndexFunc(f.all, func(old Failure) bool { return old.Phase == phase && old.Code == code }); i >= 0 {
		now.First, now.Times = f.all[i].First, f.all[i].Times+1
		f.all = slices.Delete(f.all, i, i+1)
	}
	f.all = append(f.all, now)
	f.all = f.all[max(0, len(f.all)-mostFailures):]
}

// List gives the failures, the one that came last at the end.
func (f *Failures) List() []Failure {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

// cause is the technical cause of a failed contact. What the network said is told, for it happened before any record was
// read; of all other errors only what replica.Cause lets through.
func cause(err error) string {
	var r *rejection
	f := fault.Of(err)
	switch {
	case errors.As(err, &r):
		return fmt.Sprintf("HTTP %d", r.status)
	case f.Code == fault.NotOurServer:
		return "HTTP " + f.Params["Status"]
	case unreachable[f.Code] && f.Unwrap() != nil:
		return spoken(f.Unwrap().Error())
	}
	return replica.Cause(err)
}

// unreachable are the codes of contacts that brought no answer.
var unreachable = map[fault.Code]bool{
	fault.Offline: true, fault.UnknownHost: true, fault.NotListening: true, fault.PlainServer: true, fault.CertUnknown: true,
	fault.CertName: true, fault.CertExpired: true,
}

var (
	quoted  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"?`)
	address = regexp.MustCompile(`\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s"]+`)
)

// mostSaid is how many characters of a cause are kept.
const mostSaid = 240

// spoken makes one line of what the network said. Of addresses host and path stay; anything else in quotes is what a
// stranger sent.
func spoken(text string) string {
	text = quoted.ReplaceAllStringFunc(text, func(part string) string {
		if inside := strings.Trim(part, `"`); address.FindString(inside) == inside {
			return place(inside)
		}
		return hidden
	})
	text = address.ReplaceAllStringFunc(text, place)
	line := []rune(strings.Join(strings.Fields(strings.ReplaceAll(text, "\n", "; ")), " "))
	if len(line) > mostSaid {
		return string(line[:mostSaid]) + hidden
	}
	return string(line)
}

// hidden stands for what is not told.
const hidden = "…"

// place is host and path of an address.
func place(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return hidden
	}
	return u.Host + u.Path
}
